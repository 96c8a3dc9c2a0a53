//! What is told of the AKS clusters that sign in with a secret: which they are, and how they get the next one.

use super::words;
use crate::domain::{Id, Row, clean::clean, facts::Cluster};

/// Clusters beyond these are counted: escaped for any channel, their names still have room in a line of small print.
const CLUSTERS: usize = 3;
/// The longest names that Azure gives (learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules).
const NAME: usize = 63;
const GROUP: usize = 90;

/// Which clusters they are.
pub(super) fn used_by(clusters: &[Cluster]) -> Option<String> {
    let named = clusters.iter().take(CLUSTERS).map(|cluster| {
        words::cluster(
            &clean(&cluster.name, NAME),
            &clean(&cluster.resource_group, GROUP),
        )
    });
    let more = clusters.len().saturating_sub(CLUSTERS);
    let more = (more > 0).then(|| words::more_clusters(more));
    let all: Vec<String> = named.chain(more).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// What to bear in mind.
pub(super) fn note(row: &Row) -> Option<String> {
    let note = match row.superseded_by {
        Some(_) => words::AKS_REPLACED,
        None => words::AKS,
    };
    (!row.used_by.is_empty()).then(|| note.to_owned())
}

/// The commands that make a new secret (`reset` makes it) and give it to the clusters, a line each; nothing where no cluster can
/// be named in a command. As learn.microsoft.com/azure/aks/update-credentials has them, but with the `--append` of `reset`.
pub(super) fn commands(row: &Row, reset: &str) -> Option<String> {
    let client_id = row.app_id.is_guid().then_some(&row.app_id)?;
    let mut updates = row
        .used_by
        .iter()
        .filter_map(|cluster| update(cluster, client_id));
    let mut lines = vec![format!("SP_SECRET=$({reset} --query password -o tsv)")];
    lines.extend(updates.by_ref().take(CLUSTERS));
    if lines.len() == 1 {
        return None;
    }
    let told = lines.len() - 1;
    if row.used_by.len() > told {
        lines.push(words::more_commands(row.used_by.len() - told));
    }
    Some(lines.join("\n"))
}

fn update(cluster: &Cluster, client_id: &Id) -> Option<String> {
    let name = argument(&cluster.name, NAME)?;
    let group = argument(&cluster.resource_group, GROUP)?;
    let subscription = match Id::parse(&cluster.subscription_id) {
        id if id.is_guid() => format!(" --subscription {id}"),
        _ => String::new(),
    };
    Some(format!(
        "az aks update-credentials -g {group} -n {name}{subscription} --reset-service-principal \
         --service-principal {client_id} --client-secret \"$SP_SECRET\""
    ))
}

/// A name as it stands in a command. People paste it into a shell, so nothing but letters, digits and the few marks that
/// Azure allows in names gets through, none of which ends a quotation or means anything within one, in any shell.
fn argument(name: &str, most: usize) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_azures = |c: char| c.is_alphanumeric() || is_plain(c) || matches!(c, '(' | ')');
    let is_name = !name.is_empty()
        && !name.starts_with('-')
        && name.chars().all(is_azures)
        // letters that cannot be seen, or too many
        && clean(name, most) == name;
    if !is_name {
        return None;
    }
    Some(if name.chars().all(is_plain) {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples;

    #[test]
    fn a_name_in_a_command_is_azures_or_there_is_none() {
        for (name, expected) in [
            ("aks-prod_1", Some("aks-prod_1")),
            ("rg.prod", Some("rg.prod")),
            ("rg-dr (standby)", None),
            ("rg-dr(standby)", Some("\"rg-dr(standby)\"")),
            ("größe-日本", Some("\"größe-日本\"")),
        ] {
            assert_eq!(argument(name, 90).as_deref(), expected, "{name}");
        }
        for hostile in [
            "",
            "-rf",
            "--help",
            "a b",
            "a;reboot",
            "a\nreboot",
            "$(reboot)",
            "`reboot`",
            "a\"b",
            "a'b",
            "a\u{201d}b",
            "a|b",
            "a&b",
            "a>b",
            "a*",
            "~",
            "a\\",
            "%PATH%",
            "!x",
            "a\u{202E}b",
            "a\u{3164}b",
            "a\0",
        ] {
            assert_eq!(argument(hostile, 90), None, "{hostile:?}");
        }
        assert_eq!(argument(&"a".repeat(91), 90), None);
    }

    #[test]
    fn clusters_without_a_command_are_counted() {
        let cluster = |name: &str| Cluster {
            name: name.to_owned(),
            resource_group: "rg".to_owned(),
            ..Cluster::default()
        };
        let row = |names: &[&str]| Row {
            used_by: names.iter().map(|name| cluster(name)).collect(),
            ..samples::row(1, "aks", "", 48)
        };
        assert_eq!(commands(&row(&[]), "reset"), None);
        assert_eq!(commands(&row(&["$(x)"]), "reset"), None);
        let told = commands(&row(&["$(x)", "a", "b"]), "reset").unwrap();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[0], "SP_SECRET=$(reset --query password -o tsv)");
        assert!(lines[1].contains(" -g rg -n a --reset-service-principal "));
        assert_eq!(lines[3], "# likewise for 1 more cluster");
        let many = commands(&row(&["a", "b", "c", "d", "e", "f", "g"]), "reset").unwrap();
        assert_eq!(many.lines().count(), 5);
        assert!(many.ends_with("# likewise for 4 more clusters"), "{many}");
        let odd = Row {
            app_id: Id::parse("$(reboot)"),
            ..row(&["a"])
        };
        assert_eq!(commands(&odd, "reset"), None);
    }
}
