//! What is there, what is missing, and what is too much.

use super::{Finding, Grantee, Held, Permission, Standing, needed};
use crate::{
    domain::clean::clean,
    entra::config::{Cloud, TenantConfig},
};

/// The longest name of a permission that is shown, in characters.
const NAME: usize = 60;
/// So many permissions that nothing needs are named.
const NAMED: usize = 10;

/// What a receiver of type `graph-mail` needs. It is not judged here whether it is there: Exchange can allow the same on its own
/// (RBAC for Applications), of which no token tells.
const SEND_MAIL: &str = "Mail.Send";

/// What came of trying to use a permission.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::entra) enum Tried {
    /// There was nothing to try it on.
    #[default]
    Not,
    /// It works.
    Works,
    /// It does not, and why.
    Fails(String),
}

/// Compares what the tenant's features need with what is held. `tried` tells what came of trying each, `azure` what came of
/// looking for AKS clusters, where that is switched on.
pub(in crate::entra) fn judge(
    config: &TenantConfig,
    held: &Held,
    tried: impl Fn(Permission) -> Tried,
    azure: Tried,
) -> Vec<Finding> {
    let needed = needed(config.features(), &config.include);
    let grantee = Grantee::of(held, &config.auth);
    let one = |permission: &Permission| {
        one(
            *permission,
            held,
            tried(*permission),
            &grantee,
            config.cloud,
        )
    };
    let mut findings: Vec<Finding> = needed.iter().map(one).collect();
    findings.extend(reader(azure));
    findings.extend(excess(&needed, config.sends_mail, held));
    findings
}

fn one(
    permission: Permission,
    held: &Held,
    tried: Tried,
    grantee: &Grantee,
    cloud: Cloud,
) -> Finding {
    let purpose = permission.purpose();
    let by = permission.held_by(held);
    let (standing, detail) = match (by, tried) {
        (By::Itself, Tried::Works | Tried::Not) | (By::Untold, Tried::Works) => {
            (Standing::Granted, purpose.to_owned())
        }
        (By::Wider(wider), Tried::Works | Tried::Not) => (
            Standing::Granted,
            format!("{purpose}; held by way of {wider}, which is more than that"),
        ),
        (By::Nothing, Tried::Works) => (
            Standing::Granted,
            format!("{purpose}; works by an Entra role of the client, not by this permission"),
        ),
        (By::Itself | By::Wider(_), Tried::Fails(why)) => (
            Standing::Refused,
            format!("the token has it, but {why}; {}", permission.without()),
        ),
        (By::Nothing, Tried::Not) => (Standing::Missing, permission.without().to_owned()),
        (By::Nothing | By::Untold, Tried::Fails(why)) => (
            Standing::Missing,
            format!("{} ({why})", permission.without()),
        ),
        (By::Untold, Tried::Not) => (
            Standing::Unknown,
            format!("{purpose}; neither the token nor trying tells whether it may"),
        ),
    };
    let fails = matches!(standing, Standing::Missing | Standing::Refused);
    Finding {
        permission: permission.name().to_owned(),
        standing,
        blocks: fails && permission.is_vital(),
        detail,
        fix: (standing == Standing::Missing).then(|| grantee.fix(permission, cloud)),
    }
}

/// By what a permission is held.
enum By {
    Itself,
    Wider(&'static str),
    Nothing,
    Untold,
}

impl Permission {
    fn held_by(self, held: &Held) -> By {
        let names = match held {
            Held::Application { roles, .. } => roles,
            Held::Delegated { scopes } => scopes,
            Held::Untold => return By::Untold,
        };
        let has = |name: &str| names.iter().any(|held| held == name);
        if has(self.name()) {
            return By::Itself;
        }
        let wider = self.wider().iter().find(|wider| has(wider));
        match (wider, held) {
            (Some(wider), _) => By::Wider(wider),
            // the scopes are the Azure CLI's own, and stand for any right of the person who is signed in
            (None, Held::Delegated { .. }) if has("Directory.AccessAsUser.All") => By::Untold,
            (None, _) => By::Nothing,
        }
    }
}

/// A role of Azure, which no token of Graph tells of: only trying does.
fn reader(tried: Tried) -> Option<Finding> {
    let (standing, detail) = match tried {
        Tried::Not => return None,
        Tried::Works => (Standing::Granted, "names AKS clusters".to_owned()),
        Tried::Fails(why) => (Standing::Missing, why),
    };
    Some(Finding {
        permission: "Reader (Azure role)".to_owned(),
        standing,
        blocks: standing == Standing::Missing,
        detail,
        // what was tried says so itself
        fix: None,
    })
}

/// What an application holds and nothing needs. What a person's program holds is not for us to judge.
fn excess(needed: &[Permission], sends_mail: bool, held: &Held) -> Vec<Finding> {
    let Held::Application { roles, .. } = held else {
        return Vec::new();
    };
    let is_needed = |role: &str| {
        let to_scan = needed.iter().any(|permission| permission.name() == role);
        to_scan || sends_mail && role == SEND_MAIL
    };
    let mut extra: Vec<&str> = roles
        .iter()
        .map(String::as_str)
        .filter(|role| !is_needed(role))
        .collect();
    extra.sort_unstable();
    extra.dedup();
    let finding = |role: &&str| {
        let enough: Vec<&str> = needed
            .iter()
            .filter(|permission| permission.wider().contains(role))
            .map(|permission| permission.name())
            .collect();
        let why = if role.contains("ReadWrite") {
            "never needed: forewarn only reads"
        } else {
            "nothing that is switched on needs it"
        };
        let instead = match enough.as_slice() {
            [] => String::new(),
            [one] => format!("; {one} is enough"),
            several => format!("; {} are enough", several.join(" and ")),
        };
        Finding {
            permission: clean(role, NAME),
            standing: Standing::Excess,
            blocks: false,
            detail: format!("{why}{instead}"),
            fix: Some(
                "take it away: Enterprise applications → Permissions → Review permissions"
                    .to_owned(),
            ),
        }
    };
    extra.iter().take(NAMED).map(finding).collect()
}
