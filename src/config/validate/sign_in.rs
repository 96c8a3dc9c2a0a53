//! `[tenants.auth]`: how we sign in, from what is written and from what the platform says.

use std::path::{Path, PathBuf};

use url::Url;

use super::secret::secret;
use crate::{
    config::{
        path::KeyPath,
        platform::{self, Platform},
        raw::{self, AuthMethod},
        report::Report,
    },
    domain::{Id, SecretSource, secret::ExposeSecret},
    entra::config::{Auth, IdentityEndpoint},
};

/// The instance metadata service of every machine in Azure
/// (<https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service>).
const IMDS: &str = "http://169.254.169.254";
/// Where the workload identity webhook mounts the token, should it not say so.
const TOKEN_FILE: &str = "/var/run/secrets/azure/tokens/azure-identity-token";

/// How we sign in. `imds` is what `endpoints.imds` says, if it is given.
pub(super) fn auth(
    raw: raw::Auth,
    imds: Option<Url>,
    platform: &Platform,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<Auth> {
    let method = raw.method.unwrap_or(AuthMethod::ClientSecret);
    let mut secret_of = |raw, of: AuthMethod, key| {
        let source = secret(raw?, &at.key(key), report);
        if method != of {
            let message = format!("only `method = \"{}\"` takes this key", word(of));
            report.error(&at.key(key), message, "delete it, or change the method");
        }
        source
    };
    let has_secret = raw.client_secret.is_some();
    let client_secret = secret_of(raw.client_secret, AuthMethod::ClientSecret, "client_secret");
    let has_certificate = raw.certificate.is_some();
    let certificate = secret_of(raw.certificate, AuthMethod::Certificate, "certificate");
    let password = secret_of(
        raw.certificate_password,
        AuthMethod::Certificate,
        "certificate_password",
    );
    let given = raw.client_id.filter(|id| !id.trim().is_empty());
    let by_platform = || platform.get(platform::CLIENT_ID).map(str::to_owned);
    let id_at = at.key("client_id");
    match method {
        AuthMethod::ClientSecret => {
            let client_id = client_id(given, &id_at, report);
            let at = at.key("client_secret");
            if !has_secret {
                report.error(&at, "missing", "write `client_secret = { env = \"NAME\" }` or `{ file = \"PATH\" }` in [tenants.auth]");
            }
            let secret = client_secret?;
            warn_of_secret_id(&secret, &at, report);
            Some(Auth::ClientSecret {
                client_id: client_id?,
                secret,
            })
        }
        AuthMethod::Certificate => {
            let client_id = client_id(given, &id_at, report);
            let at = at.key("certificate");
            if !has_certificate {
                report.error(&at, "missing", "write `certificate = { file = \"PATH\" }` in [tenants.auth], PEM with its private key");
            }
            let certificate = certificate?;
            refuse_pfx(&certificate, &at, report);
            Some(Auth::Certificate {
                client_id: client_id?,
                certificate,
                password,
            })
        }
        AuthMethod::WorkloadIdentity => {
            let token = token_file(platform, &at.key("method"), report);
            let client_id = given.or_else(by_platform);
            let client_id = report.require(
                client_id,
                &id_at,
                "write it, or annotate the service account so that the platform sets AZURE_CLIENT_ID",
            )?;
            warn_of_no_guid(&client_id, &id_at, report);
            Some(Auth::WorkloadIdentity { client_id, token })
        }
        AuthMethod::ManagedIdentity => {
            let client_id = given.or_else(by_platform);
            Some(Auth::ManagedIdentity {
                client_id: client_id.inspect(|id| warn_of_no_guid(id, &id_at, report)),
                endpoint: identity_endpoint(imds, platform, &at.key("method"), report)?,
            })
        }
        AuthMethod::AzureCli => {
            if given.is_some() {
                report.warning(
                    &id_at,
                    "not heeded: the Azure CLI asks as whoever is signed in to it",
                    "delete it, and sign in with `az login`",
                );
            }
            Some(Auth::AzureCli)
        }
    }
}

fn word(method: AuthMethod) -> &'static str {
    match method {
        AuthMethod::ClientSecret => "client-secret",
        AuthMethod::Certificate => "certificate",
        AuthMethod::WorkloadIdentity => "workload-identity",
        AuthMethod::ManagedIdentity => "managed-identity",
        AuthMethod::AzureCli => "azure-cli",
    }
}

const CLIENT_ID: &str =
    "the application (client) id is on the overview page of the app registration";

pub(super) fn client_id(
    id: Option<String>,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<String> {
    let id = report.require(id, at, CLIENT_ID)?;
    warn_of_no_guid(&id, at, report);
    Some(id)
}

fn warn_of_no_guid(id: &str, at: &KeyPath, report: &mut Report<'_>) {
    if !Id::parse(id).is_guid() {
        report.warning(at, format!("{id:?} is not a GUID"), CLIENT_ID);
    }
}

pub(super) fn warn_of_secret_id(secret: &SecretSource, at: &KeyPath, report: &mut Report<'_>) {
    if let SecretSource::Literal(text) = secret
        && Id::parse(text.expose_secret()).is_guid()
    {
        report.warning(
            at,
            "this looks like the secret's id, not its value; Entra would answer AADSTS7000215",
            "the value is shown only once, when a secret is made: make a new one and copy its value",
        );
    }
}

/// PFX would need a second library of ciphers, some of them long broken; OpenSSL turns it into what we read.
fn refuse_pfx(certificate: &SecretSource, at: &KeyPath, report: &mut Report<'_>) {
    let SecretSource::File(path) = certificate else {
        return;
    };
    let is_pfx =
        |end: &std::ffi::OsStr| end.eq_ignore_ascii_case("pfx") || end.eq_ignore_ascii_case("p12");
    if path.extension().is_some_and(is_pfx) {
        let file = Path::new(path.file_name().unwrap_or_default());
        let pem = file.with_extension("pem");
        report.error(
            at,
            "PFX (PKCS #12) is not read, only PEM",
            format!(
                "convert it with `openssl pkcs12 -in {} -nodes -out {}`, and keep the new file as closely",
                file.display(),
                pem.display()
            ),
        );
    }
}

/// Where the platform keeps a token for us. That it is there is seen when it is used: this may be another machine.
fn token_file(platform: &Platform, at: &KeyPath, report: &mut Report<'_>) -> SecretSource {
    let path = platform.get(platform::TOKEN_FILE).map(PathBuf::from);
    if path.is_none() {
        report.warning(
            at,
            format!("{} is not set here, so the token is expected in {TOKEN_FILE}", platform::TOKEN_FILE),
            "on AKS, label the pod `azure.workload.identity/use: \"true\"` and annotate its service account with `azure.workload.identity/client-id`",
        );
    }
    SecretSource::File(path.unwrap_or_else(|| TOKEN_FILE.into()))
}

/// Who hands out a managed identity's tokens, in the order in which Microsoft's own libraries look.
fn identity_endpoint(
    imds: Option<Url>,
    platform: &Platform,
    at: &KeyPath,
    report: &mut Report<'_>,
) -> Option<IdentityEndpoint> {
    if let Some(imds) = imds {
        return Some(IdentityEndpoint::Imds(imds));
    }
    let Some(url) = platform.get(platform::IDENTITY_ENDPOINT) else {
        return Url::parse(IMDS).ok().map(IdentityEndpoint::Imds);
    };
    if platform.has(platform::SERVICE_FABRIC) {
        report.error(
            at,
            "the managed identities of Service Fabric are not known to forewarn",
            "sign in with `method = \"certificate\"`",
        );
        return None;
    }
    let Ok(url) = Url::parse(url) else {
        let message = format!(
            "the environment variable {} holds no URL",
            platform::IDENTITY_ENDPOINT
        );
        report.error(at, message, "leave it as the platform sets it");
        return None;
    };
    if platform.has(platform::IDENTITY_HEADER) {
        let header = SecretSource::Env(platform::IDENTITY_HEADER.to_owned());
        return Some(IdentityEndpoint::AppService { url, header });
    }
    if platform.has(platform::IMDS_ENDPOINT) {
        return Some(IdentityEndpoint::Arc(url));
    }
    report.error(
        at,
        format!(
            "the environment variable {} is set, but neither {} (App Service, Container Apps) nor {} (Azure Arc) is beside it",
            platform::IDENTITY_ENDPOINT,
            platform::IDENTITY_HEADER,
            platform::IMDS_ENDPOINT
        ),
        "leave them as the platform sets them, or write `endpoints.imds` to ask the metadata service",
    );
    None
}
