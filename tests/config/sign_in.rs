//! How we sign in, from what is written and from what the platform says.

use forewarn::{
    domain::SecretSource,
    entra::config::{Auth, IdentityEndpoint, TenantConfig},
};

use crate::{good, load_text, told};

const CLIENT: &str = "8d6f3c1e-52a4-4c0b-9a43-6d1f0e7b2c58";
const TENANT: &str = "3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99";
/// What the workload identity webhook of AKS sets.
const POD: [(&str, &str); 4] = [
    ("AZURE_CLIENT_ID", CLIENT),
    ("AZURE_TENANT_ID", TENANT),
    ("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token"),
    ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/"),
];

fn text(keys: &str, auth: &str) -> String {
    let receiver = "[[receivers]]\nname = \"ops\"\ntype = \"slack\"\nurl = { env = \"U\" }\n";
    format!("[[tenants]]\nname = \"contoso\"\n{keys}\n[tenants.auth]\n{auth}\n{receiver}")
}

fn tenant(keys: &str, auth: &str, environment: &[(&str, &str)]) -> TenantConfig {
    good(&text(keys, auth), environment).tenants.remove(0)
}

fn warned(keys: &str, auth: &str, environment: &[(&str, &str)]) -> String {
    told(load_text(text(keys, auth), environment))
}

fn managed(keys: &str, environment: &[(&str, &str)]) -> (Option<String>, IdentityEndpoint) {
    let keys = format!("tenant_id = \"{TENANT}\"\n{keys}");
    match tenant(&keys, "method = \"managed-identity\"", environment).auth {
        Auth::ManagedIdentity {
            client_id,
            endpoint,
        } => (client_id, endpoint),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pod_needs_nothing_but_the_method() {
    let pod = tenant("", "method = \"workload-identity\"", &POD);
    assert_eq!(pod.tenant_id, TENANT);
    assert_eq!(pod.authority.as_str(), "https://login.microsoftonline.com/");
    let Auth::WorkloadIdentity { client_id, token } = pod.auth else {
        panic!("{:?}", pod.auth)
    };
    assert_eq!(client_id, CLIENT);
    assert_eq!(token.to_string(), "file /var/run/token");
}

#[test]
fn what_is_written_goes_before_what_the_platform_says() {
    let keys = "tenant_id = \"contoso.com\"\nendpoints = { authority = \"https://login.example\" }";
    let auth =
        "method = \"workload-identity\"\nclient_id = \"11111111-2222-4333-8444-555555555555\"";
    let pod = tenant(keys, auth, &POD);
    assert_eq!(pod.tenant_id, "contoso.com");
    assert_eq!(pod.authority.as_str(), "https://login.example/");
    assert!(
        matches!(pod.auth, Auth::WorkloadIdentity { client_id, .. } if client_id.starts_with("1111"))
    );
}

#[test]
fn a_pod_of_another_cloud_is_warned_about() {
    let auth = "method = \"workload-identity\"";
    let in_cloud = |cloud: &str, host| {
        let mut environment = POD.to_vec();
        environment[3].1 = host;
        warned(&format!("cloud = \"{cloud}\""), auth, &environment)
    };
    assert_eq!(in_cloud("public", POD[3].1), "nothing is wrong");
    assert_eq!(
        in_cloud("china", "https://login.chinacloudapi.cn/"),
        "nothing is wrong"
    );
    let said = in_cloud("public", "https://login.microsoftonline.us/");
    assert!(
        said.contains("AZURE_AUTHORITY_HOST") && said.contains("set `cloud`"),
        "{said}"
    );
}

#[test]
fn the_platform_speaks_for_the_methods_that_need_it_alone() {
    let keys = format!("tenant_id = \"{TENANT}\"");
    let auth = "client_secret = { env = \"A\" }";
    let said = warned(&keys, auth, &POD);
    assert!(
        said.contains("tenants[0].auth.client_id: missing"),
        "{said}"
    );
    let said = warned("", &format!("client_id = \"{CLIENT}\"\n{auth}"), &POD);
    assert!(said.contains("tenants[0].tenant_id: missing"), "{said}");
}

#[test]
fn a_token_file_that_nobody_names_is_where_the_webhook_puts_it() {
    let keys = format!("tenant_id = \"{TENANT}\"");
    let auth = format!("method = \"workload-identity\"\nclient_id = \"{CLIENT}\"");
    let pod = tenant(&keys, &auth, &[]);
    let Auth::WorkloadIdentity { token, .. } = pod.auth else {
        panic!("{:?}", pod.auth)
    };
    assert!(
        token
            .to_string()
            .ends_with("/azure/tokens/azure-identity-token")
    );
    let said = warned(&keys, &auth, &[]);
    assert!(
        said.contains("AZURE_FEDERATED_TOKEN_FILE is not set"),
        "{said}"
    );
}

#[test]
fn a_managed_identity_is_asked_for_where_the_platform_says() {
    let (client_id, endpoint) = managed("", &[]);
    assert_eq!(client_id, None);
    assert!(
        matches!(&endpoint, IdentityEndpoint::Imds(url) if url.as_str() == "http://169.254.169.254/")
    );

    let endpoint_set = ("IDENTITY_ENDPOINT", "http://127.0.0.1:41234/msi/token/");
    let header = ("IDENTITY_HEADER", "853b9a84-5bfa");
    let environment = [endpoint_set, header, ("AZURE_CLIENT_ID", CLIENT)];
    let (client_id, endpoint) = managed("", &environment);
    assert_eq!(client_id.as_deref(), Some(CLIENT));
    let IdentityEndpoint::AppService { url, header: kept } = endpoint else {
        panic!("{endpoint:?}")
    };
    assert_eq!(url.as_str(), endpoint_set.1);
    assert!(matches!(kept, SecretSource::Env(name) if name == "IDENTITY_HEADER"));

    let arc = (
        "IDENTITY_ENDPOINT",
        "http://localhost:40342/metadata/identity/oauth2/token",
    );
    let (_, endpoint) = managed("", &[arc, ("IMDS_ENDPOINT", "http://localhost:40342")]);
    assert!(matches!(endpoint, IdentityEndpoint::Arc(url) if url.as_str() == arc.1));

    let imds = "endpoints = { imds = \"http://127.0.0.1:8090\" }";
    let (_, endpoint) = managed(imds, &environment);
    assert!(matches!(endpoint, IdentityEndpoint::Imds(url) if url.port() == Some(8090)));
}

#[test]
fn a_platform_that_makes_no_sense_is_told() {
    let keys = format!("tenant_id = \"{TENANT}\"");
    let endpoint = (
        "IDENTITY_ENDPOINT",
        "https://10.0.0.4:2377/metadata/identity/oauth2/token",
    );
    let header = ("IDENTITY_HEADER", "853b9a84-5bfa");
    for (environment, expected) in [
        (
            &[endpoint, header, ("IDENTITY_SERVER_THUMBPRINT", "00")][..],
            "Service Fabric",
        ),
        (&[endpoint], "neither IDENTITY_HEADER"),
        (
            &[("IDENTITY_ENDPOINT", "not a url"), header],
            "holds no URL",
        ),
    ] {
        let said = warned(&keys, "method = \"managed-identity\"", environment);
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains(header.1), "{said}");
    }
}
