//! Who the tenant is, and who may sign in to it. The same in every run, so that examples can be written down.

use super::population::Rng;

/// The tenant's id.
pub(in crate::sandbox) const TENANT_ID: &str = "3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99";
/// The tenant's name, as error texts give it.
pub(super) const TENANT_NAME: &str = "Contoso";
/// The tenant's domains, which sign-in takes in place of its id.
pub(super) const DOMAINS: [&str; 2] = ["contoso.onmicrosoft.com", "contoso.com"];
/// The client that may sign in.
pub(in crate::sandbox) const CLIENT_ID: &str = "b7d3c2a1-5e64-4f0b-8c19-0d9a6e4f7c35";
/// The object id of its service principal.
pub(super) const PRINCIPAL_ID: &str = "5a1c9e07-42d8-4b63-9f0e-7c2b8d61e3f4";
/// The permissions of Graph that it has been granted: all that forewarn has a use for.
pub(super) const ROLES: [&str; 3] = [
    "Application.Read.All",
    "AuditLog.Read.All",
    "User.ReadBasic.All",
];
/// What it has been granted of Exchange Online.
pub(super) const OUTLOOK_ROLES: [&str; 1] = ["SMTP.SendAsApp"];
/// The mailbox that Exchange lets the client send as, whatever its token says.
pub(in crate::sandbox) const MAILBOX: &str = "forewarn@contoso.com";

/// Is there a mailbox of that address? Every address in the tenant's domains is one.
pub(in crate::sandbox) fn is_mailbox(address: &str) -> bool {
    let domain = address.rsplit_once('@').map(|(_, domain)| domain);
    domain.is_some_and(|domain| DOMAINS.iter().any(|ours| ours.eq_ignore_ascii_case(domain)))
}

/// The id of the secret that works. It is the one that the story derives for its app `forewarn`.
pub(in crate::sandbox) const SECRET_ID: &str = "f05ce8ee-d3b5-56d8-af99-1acb448a573a";
/// The first three characters of the secret that works.
pub(super) const HINT: &str = "fW7";

/// What has to be shown to the machine's App Service dialect.
pub(in crate::sandbox) const IDENTITY_HEADER: &str = "sandbox-identity-header";

/// The secret that works.
pub(in crate::sandbox) fn client_secret() -> String {
    secret(HINT, 1)
}

/// A secret that has run out.
pub(in crate::sandbox) fn expired_secret() -> String {
    secret("xP1", 2)
}

/// A value in the shape of Entra's: hint, digit, `Q~`, and 34 more. It is put together here rather than written down, so that
/// those who search code for leaked secrets are not called out for nothing.
fn secret(hint: &str, stream: u64) -> String {
    const ALPHABET: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
    let mut rng = Rng::new(0, stream);
    let tail = (0..34).map(|_| char::from(rng.pick(&ALPHABET)));
    [hint, "8Q~"]
        .into_iter()
        .flat_map(str::chars)
        .chain(tail)
        .collect()
}
