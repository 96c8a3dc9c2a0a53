//! What `forewarn explain` answers, for the command line, which knows Microsoft by the composition root alone.

pub use crate::entra::{
    aadsts::{CredentialOk, Retry},
    explain::{Answer, Code, SecretIs, explain},
};
