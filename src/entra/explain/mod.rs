//! What a refusal means that somebody pasted: a number, a URL, a log line, a JSON body, or all of a log.
//!
//! Nothing is asked of anybody, so it works without a network, and nothing of the text is repeated but numbers, ids, names in
//! quotes and times: a log may hold secrets. However long or hostile a text is, the answer is short and no error.

mod clues;
#[cfg(test)]
mod tests;

use serde::Serialize;

use self::clues::Clues;
use super::{
    aadsts::{
        self, CERTIFICATE_REFUSED, CredentialOk, EXPIRED_SECRET, Explanation, Retry, WRONG_SECRET,
    },
    refusal::by_oauth,
};

/// What a text says, for people and as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// True when at least one of its codes is known.
    pub known: bool,
    /// Is the secret wrong, or has it expired? `None` where the text speaks of neither.
    pub secret: Option<SecretIs>,
    /// The answer in a sentence or two.
    pub answer: String,
    /// Every code, that about the secret first, then as they come.
    pub codes: Vec<Code>,
    /// The applications' client ids.
    pub apps: Vec<String>,
    /// The tenants' ids or names.
    pub tenants: Vec<String>,
    /// For Microsoft's support.
    pub trace_ids: Vec<String>,
    /// For Microsoft's support, and to find the sign-in in Entra's log.
    pub correlation_ids: Vec<String>,
    /// When it happened, in UTC.
    pub times: Vec<String>,
    /// True when there was more of something than is told.
    pub more: bool,
    /// What to type next, if anything.
    pub try_next: Option<String>,
}

/// The question that people have first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretIs {
    /// AADSTS7000215.
    Wrong,
    /// AADSTS7000222.
    Expired,
    /// Both are in the text.
    Both,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Code {
    /// The number after `AADSTS`.
    pub code: u32,
    /// What it means; `None` when we do not know it.
    pub meaning: Option<&'static str>,
    /// Why it happens, the likeliest first.
    pub causes: &'static [String],
    /// What to do, in the order in which to try it.
    pub fixes: Vec<String>,
    /// Is the credential itself good?
    pub credential_ok: CredentialOk,
    /// Does it help to try again?
    pub retry: Retry,
    /// Where this was learned.
    pub sources: Vec<&'static str>,
    /// Microsoft's own page about it.
    pub link: String,
}

/// Explains a text.
pub fn explain(text: &str) -> Answer {
    let clues = Clues::of(text);
    let mut numbers = clues.codes.items.clone();
    // the question that people have first is answered first; the sort is stable
    numbers.sort_by_key(|&code| !matches!(code, WRONG_SECRET | EXPIRED_SECRET));
    let secret = match (
        numbers.contains(&WRONG_SECRET),
        numbers.contains(&EXPIRED_SECRET),
    ) {
        (true, true) => Some(SecretIs::Both),
        (true, false) => Some(SecretIs::Wrong),
        (false, true) => Some(SecretIs::Expired),
        (false, false) => None,
    };
    let app = only(&clues.apps.items).unwrap_or("CLIENT_ID");
    let codes: Vec<Code> = numbers.iter().map(|&code| Code::of(code, app)).collect();
    Answer {
        known: codes.iter().any(|code| code.meaning.is_some()),
        answer: if text.trim().is_empty() {
            "There is nothing to explain: the text is empty.".to_owned()
        } else {
            sentence(secret, &codes, &clues)
        },
        try_next: secret.map(|_| {
            let tenant = only(&clues.tenants.items).unwrap_or("TENANT_ID");
            format!("forewarn verify --tenant-id {tenant} --client-id {app}")
        }),
        secret,
        codes,
        more: clues.has_more(),
        apps: clues.apps.items,
        tenants: clues.tenants.items,
        trace_ids: clues.trace_ids.items,
        correlation_ids: clues.correlation_ids.items,
        times: clues.times.items,
    }
}

impl Code {
    fn of(code: u32, app: &str) -> Self {
        let known: Option<&'static Explanation> = aadsts::explain(code);
        let fixes = known.map_or(&[][..], |known| &known.fixes);
        Self {
            code,
            meaning: known.map(|known| known.meaning.as_str()),
            causes: known.map_or(&[], |known| &known.causes),
            fixes: fixes
                .iter()
                .map(|fix| fix.replace("CLIENT_ID", app))
                .collect(),
            credential_ok: known.map_or(CredentialOk::Unknown, |known| known.credential_ok),
            retry: known.map(|known| known.retry).unwrap_or_default(),
            sources: known.map(Explanation::sources).unwrap_or_default(),
            link: format!("https://login.microsoftonline.com/error?code={code}"),
        }
    }

    /// The code and what it means, if that is known, as a sentence.
    pub fn headline(&self) -> Option<String> {
        let meaning = self.meaning?;
        Some(format!("AADSTS{}: {meaning}.", self.code))
    }
}

/// The only one, if it is safe to paste into a shell.
fn only(items: &[String]) -> Option<&str> {
    match items {
        [one]
            if one
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-.".contains(c)) =>
        {
            Some(one)
        }
        _ => None,
    }
}

fn sentence(secret: Option<SecretIs>, codes: &[Code], clues: &Clues) -> String {
    match (secret, codes) {
        (Some(SecretIs::Wrong), _) => "The secret is wrong, it has not expired: what was sent is not the value of any secret of this app. \
             (Expired would be AADSTS7000222.)"
            .to_owned(),
        (Some(SecretIs::Expired), _) => "The secret has expired, it is not wrong: it was right until its end date. The app needs a new one, unless it \
             has a newer one already. (Wrong would be AADSTS7000215.)"
            .to_owned(),
        (Some(SecretIs::Both), _) => "Both are here: a secret that has expired (AADSTS7000222), and one that is wrong (AADSTS7000215). Go by the later of \
             the two. Often an expired secret was renewed and something else than its Value was pasted."
            .to_owned(),
        (None, [code, ..]) if code.code == CERTIFICATE_REFUSED && clues.key_expired => {
            "The certificate has expired: the text says so.".to_owned()
        }
        (None, [code, ..]) if code.code == CERTIFICATE_REFUSED && clues.key_unknown => {
            "The certificate is not registered with the app: the text says so.".to_owned()
        }
        (None, _) => codes
            .iter()
            .find_map(Code::headline)
            .unwrap_or_else(|| unknown(codes, clues.oauth)),
    }
}

/// What can be said when no code is known.
fn unknown(codes: &[Code], oauth: Option<&'static str>) -> String {
    let mut answer = match codes {
        [] => "There is no AADSTS code in this.".to_owned(),
        [code, ..] => format!(
            "AADSTS{} is not a code that forewarn knows; Microsoft's page may know it: {}",
            code.code, code.link
        ),
    };
    if let Some(error) = oauth {
        answer = format!(
            "{answer} Its `{error}` says this much: {}.",
            by_oauth(error)
        );
    }
    answer
}
