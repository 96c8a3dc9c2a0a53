//! What people call things in a generated tenant, the ugly cases included.

use std::fmt::Write as _;

use super::rng::Rng;

const AREAS: [&str; 24] = [
    "billing",
    "payments",
    "orders",
    "catalog",
    "search",
    "identity",
    "hr",
    "payroll",
    "crm",
    "warehouse",
    "logistics",
    "reporting",
    "analytics",
    "data-lake",
    "marketing",
    "newsletter",
    "support",
    "telephony",
    "facilities",
    "legal",
    "procurement",
    "treasury",
    "audit",
    "lab",
];
const ROLES: [&str; 16] = [
    "api",
    "worker",
    "gateway",
    "sync",
    "portal",
    "pipeline",
    "importer",
    "exporter",
    "bot",
    "scheduler",
    "webhook",
    "mobile",
    "backend",
    "proxy",
    "agent",
    "cli",
];
const STAGES: [&str; 5] = ["prod", "prod", "test", "dev", "staging"];
const PURPOSES: [&str; 10] = [
    "prod",
    "terraform",
    "rotation 2025",
    "github actions",
    "key vault",
    "backup",
    "legacy VM",
    "data factory",
    "do not touch",
    "created by migration",
];

/// Names that do harm where they are not escaped, or show where something is cut in the wrong place.
const HOSTILE: [&str; 14] = [
    "<script>alert('billing')</script>",
    "<img src=x onerror=alert(1)> & \"friends\"",
    "*bold* _italic_ ~struck~ `code` [click](https://evil.example/)",
    "<!channel> <@U012AB3CD> <https://evil.example|safe>",
    "first line\nsecond line\r\nBcc: victim@evil.example",
    "tab\there, null-ish \u{1}\u{7f}",
    "=HYPERLINK(\"https://evil.example\",\"open\")",
    "+1+1", // a formula without an equals sign
    "@SUM(A1:A9)",
    "right-to-left \u{202e}gpj.exe and \u{200f}\u{5e9}\u{5dc}\u{5d5}\u{5dd}",
    "family \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} and \u{1f1e9}\u{1f1ea} \u{2705}",
    "{{7*7}} ${7*7} %s %n {% raw %}",
    "   spaces around   ",
    "\u{5e9}\u{5d9}\u{5e8}\u{5d5}\u{5ea} \u{442}\u{435}\u{441}\u{442} \u{691c}\u{7d22} e\u{301}",
];

/// An app's name. `index` makes ordinary ones tell apart; one in a hundred is hostile, and those repeat.
pub(super) fn app(rng: &mut Rng, index: usize) -> Option<String> {
    if rng.chance(2) {
        return None;
    }
    if rng.chance(10) {
        return Some(rng.pick(&HOSTILE).to_owned());
    }
    if rng.chance(3) {
        // The longest name that the directory takes: 256 characters.
        return Some("a very long name, ".repeat(15).chars().take(256).collect());
    }
    let (area, role, stage) = (rng.pick(&AREAS), rng.pick(&ROLES), rng.pick(&STAGES));
    let mut name = String::with_capacity(40);
    let _ = write!(name, "{area}-{role}-{stage}-{index:06}");
    Some(name)
}

/// A secret's description. One in ten has none.
pub(super) fn secret(rng: &mut Rng) -> Option<String> {
    if rng.chance(100) {
        return None;
    }
    if rng.chance(5) {
        return Some(rng.pick(&HOSTILE).to_owned());
    }
    Some(rng.pick(&PURPOSES).to_owned())
}

/// A certificate's subject.
pub(super) fn certificate(rng: &mut Rng) -> Option<String> {
    if rng.chance(50) {
        return None;
    }
    Some(format!("CN={}.contoso.com", rng.pick(&AREAS)))
}
