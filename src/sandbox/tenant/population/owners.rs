//! Who owns the apps: users, and now and then a service principal.

use uuid::Uuid;

use super::{app::App, rng::mix};

/// An owner of an app: a directory object of another kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The object id.
    pub id: Uuid,
    /// A service principal, not a user.
    pub is_principal: bool,
    /// The display name, possibly hostile.
    pub name: String,
    /// Of a user: how they sign in.
    pub user_principal_name: Option<String>,
    /// Of a user: the mail address, where they have one.
    pub mail: Option<String>,
}

const FIRST: [&str; 12] = [
    "Ada",
    "Grace",
    "Alan",
    "Katherine",
    "Edsger",
    "Barbara",
    "Dennis",
    "Radia",
    "Donald",
    "Frances",
    "Ken",
    "Margaret",
];
const LAST: [&str; 8] = [
    "Berg", "Costa", "Dietrich", "Evans", "Fischer", "Garcia", "Haas", "Ito",
];

/// One of many people of a large company; one in sixteen has no mail address.
fn person(number: u64) -> Owner {
    let pick = |from: &[&'static str], number: u64| {
        let at = usize::try_from(number).unwrap_or(0) % from.len().max(1);
        from.get(at).copied().unwrap_or_default()
    };
    let (first, last) = (pick(&FIRST, number), pick(&LAST, number / 12));
    let user = format!("{first}.{last}{number}@contoso.com").to_lowercase();
    Owner {
        mail: (number % 16 != 15).then(|| user.clone()),
        user_principal_name: Some(user),
        ..named(&format!("{first} {last}"), &format!("person {number}"))
    }
}

fn named(name: &str, made_of: &str) -> Owner {
    Owner {
        id: Uuid::new_v5(&Uuid::NAMESPACE_OID, made_of.as_bytes()),
        is_principal: false,
        name: name.to_owned(),
        user_principal_name: None,
        mail: None,
    }
}

fn principal(name: &str) -> Owner {
    Owner {
        is_principal: true,
        ..named(name, &format!("owner/{name}"))
    }
}

/// A user whose sign-in name is the mail address.
fn user(name: &str, mail: &str) -> Owner {
    Owner {
        user_principal_name: Some(mail.to_owned()),
        mail: Some(mail.to_owned()),
        ..named(name, mail)
    }
}

/// By the app's id alone: of fifty apps eight have no owner, one has twenty-five, one is owned by a service principal; of a thousand
/// one has over a hundred. The others have one to three.
pub(super) fn of_generated(app: &App) -> Vec<Owner> {
    let draw = mix(app.id.as_u64_pair().1);
    let people = |count: u64| {
        (0..count)
            .map(|at| person((draw >> 16).wrapping_add(at) % 5_000))
            .collect()
    };
    match draw % 1_000 {
        0 => people(120),
        1..=160 => Vec::new(),
        161..=180 => people(25),
        181..=200 => vec![principal("deployment-pipeline")],
        other => people(1 + other % 3),
    }
}

/// As the tales want it. Apps whose note names an owner have none in the directory, as in many a company.
pub(super) fn of_story(app: &App) -> Vec<Owner> {
    let ada = || user("Ada Berg", "ada.berg@contoso.com");
    let grace = || user("Grace Haas", "grace.haas@contoso.com");
    match app.display_name.as_deref().unwrap_or_default() {
        "crm-sync" => vec![ada(), grace()],
        "data-lake-pipeline" => vec![principal("terraform"), grace()],
        "aks-prod-cluster" => vec![ada()],
        "ci-deployer" => vec![principal("terraform")],
        "Salesforce" => vec![user("Ken Ito", "ken.ito@contoso.com")],
        "VPN Server" => vec![Owner {
            // an account without a mailbox
            mail: None,
            ..user("Network Admin", "adm-network@contoso.onmicrosoft.com")
        }],
        "event-registration" => (0..24).map(person).collect(),
        name if name.starts_with("<script>") => vec![user(
            "<img src=x onerror=alert(1)> *bold*",
            "\"<b>\"@contoso.com",
        )],
        _ => Vec::new(),
    }
}
