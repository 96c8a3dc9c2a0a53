//! `[schedule]`.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    config::{path::KeyPath, raw, report::Report, suggest::nearest},
    domain::schedule::Schedule,
};

const CRON: &str = "0 0 6,12,18 * * *";

/// When rounds run.
pub(super) fn schedule(
    raw: &raw::Schedule,
    now: DateTime<Utc>,
    report: &mut Report<'_>,
) -> Option<Schedule> {
    let at = KeyPath::root().key("schedule");
    let zone = raw.timezone.as_deref().unwrap_or("UTC");
    let timezone = timezone(zone);
    if timezone.is_none() {
        let message = format!("unknown time zone {zone:?}");
        let remedy = match nearest(zone, chrono_tz::TZ_VARIANTS.iter().map(|tz| tz.name())) {
            Some(zone) => format!("did you mean `{zone}`?"),
            None => "use an IANA name, such as `Europe/Berlin` or `UTC`".to_owned(),
        };
        report.error(&at.key("timezone"), message, remedy);
    }
    let cron = raw.cron.as_deref().unwrap_or(CRON);
    match Schedule::new(cron, timezone.unwrap_or_default(), now) {
        Ok(schedule) => timezone.and(Some(schedule)),
        Err(error) => {
            let remedy =
                format!("for example `{CRON}` (second first) or `0 6,12,18 * * *` (minute first)");
            report.error(&at.key("cron"), format!("{cron:?}: {error}"), remedy);
            None
        }
    }
}

/// A time zone by its IANA name.
pub(super) fn timezone(name: &str) -> Option<Tz> {
    Tz::from_str(name).ok()
}
