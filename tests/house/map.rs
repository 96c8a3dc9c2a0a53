//! Who may import whom.

/// The map: a module, and the paths that it may import; what lies below a path comes with it. `Type` as the last name stands
/// for the types and traits that a module itself names, and so for nothing of the modules below it. Every module may import
/// itself. `main` and `lib` are the files of these names.
///
/// The engine and the HTTP server know Microsoft, the store and the channels by their traits, and by the values that those
/// speak in; the configuration knows what each of them wants to be told, and no more.
pub(crate) const MAP: &[(&str, &str)] = &[
    ("domain", ""),
    (
        "config",
        "domain, entra::config, notify::config, \
         notify::alertmanager::AlertmanagerConfig, notify::pagerduty::PagerDutyConfig, \
         notify::pagerduty::ENQUEUE, notify::pagerduty::is_routing_key, \
         notify::email::config, notify::email::EmailConfig, notify::email::SmtpTls, \
         notify::email::OAuth2Client, notify::email::SmtpSignIn, \
         notify::graph_mail::config, notify::graph_mail::GraphMailConfig, \
         notify::slack::config, notify::slack::SlackConfig, \
         notify::teams::config, notify::teams::TeamsConfig, \
         notify::webhook::config, notify::webhook::WebhookConfig",
    ),
    ("telemetry", "domain"),
    ("render", "domain"),
    ("entra", "domain, telemetry"),
    ("store", "domain, telemetry"),
    ("notify", "domain, telemetry, render"),
    (
        "engine",
        "domain, telemetry, render, store::Type, \
         entra::Directory, entra::Progress, entra::ScanError, \
         notify::Envelope, notify::Failure, notify::Notifier, notify::Payload, notify::SendError",
    ),
    (
        "http",
        "domain, telemetry, store::Type, engine::Status, engine::status, engine::readiness, engine::silencing",
    ),
    ("sandbox", ""),
    (
        "app",
        "domain, config, telemetry, render, entra, store, notify, engine, http, sandbox",
    ),
    ("cli", "app, config, domain, sandbox"),
    ("main", "cli"),
    ("lib", ""),
];

/// May `from` use the path `names`, seen from the crate's root?
pub(crate) fn may_use(from: &str, names: &[String]) -> bool {
    let is_its_own = names.first().is_some_and(|first| first == from);
    is_its_own || allowed(from).any(|path| is_at_or_below(names, path))
}

/// The paths that the map allows a module.
pub(crate) fn allowed(from: &str) -> impl Iterator<Item = &'static str> {
    let line = MAP.iter().find(|(module, _)| *module == from);
    let paths = line.map_or("", |(_, paths)| paths);
    paths.split(", ").filter(|path| !path.is_empty())
}

fn is_at_or_below(names: &[String], path: &str) -> bool {
    let mut names = names.iter();
    path.split("::").all(|part| {
        names
            .next()
            .is_some_and(|name| name == part || part == "Type" && is_type(name))
    })
}

fn is_type(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(from: &str, path: &str) -> bool {
        let names: Vec<String> = path.split("::").map(str::to_owned).collect();
        may_use(from, &names)
    }

    #[test]
    fn arrows_on_the_map_are_allowed() {
        for (from, path) in [
            ("domain", "domain::Id"),
            ("engine", "domain::decide::World"),
            ("engine", "entra::Directory"),
            ("engine", "entra::ScanError::Refused"),
            ("engine", "store::Claim"),
            ("config", "notify::email::SmtpTls"),
            ("http", "engine::status::Tick"),
            ("main", "cli::main"),
            ("app", "store::sqlite::SqliteStore"),
        ] {
            assert!(may(from, path), "{from} → {path}");
        }
    }

    #[test]
    fn other_arrows_are_not() {
        for (from, path) in [
            ("domain", "telemetry::Metrics"),
            ("engine", "entra::Tenant"),
            ("engine", "entra"),
            ("engine", "store::sqlite::SqliteStore"),
            ("engine", "store"),
            ("engine", "store::*"),
            ("engine", "notify::email::EmailNotifier"),
            ("config", "notify::email::EmailNotifier"),
            ("http", "engine::deliver"),
            ("sandbox", "domain::Id"),
            ("app", "cli::main"),
            ("lib", "domain::Id"),
            ("engine", "*"),
            ("engine", "unheard_of::X"),
        ] {
            assert!(!may(from, path), "{from} → {path}");
        }
        assert!(!may_use("engine", &[]), "the whole crate");
    }
}
