//! When each key was last used: Microsoft's report of application credential sign-in activity, page by page.
//!
//! It is an extra. Beta, in the public cloud alone, for tenants with P1 or P2, with a permission of its own
//! (learn.microsoft.com/graph/api/reportroot-list-appcredentialsigninactivities): whatever goes wrong leaves the scan as it is
//! without it, and is said. Where the next scan may have it again, what was concluded from it is not turned round meanwhile. It is taken whole or not at all, for half a report would make the other half of the keys look unused.
//!
//! Samples and the live service spell some fields in two ways (`keyType`, `expirationDate`); what is read here, `keyId` and
//! `signInActivity.lastSignInDateTime`, has one spelling in both.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{
    Deserialize,
    de::{Error, IgnoredAny},
};
use url::Url;

use super::{
    answer::below,
    config::{Cloud, TenantConfig},
    error::{ScanError, Service},
    excerpt::excerpt,
    graph::Graph,
    lenient::{Object, Text},
    pace::{Pace, Skew},
    page,
    refusal::GraphRefusal,
    said::{News, Said},
    throttle::Throttle,
    walk::Walk,
};
use crate::domain::{
    Id,
    facts::{Facts, LastUse},
};

/// `$top` is supported; how much it may be is not documented. Where this is too much, Graph's own measure is taken.
const LARGEST: &str = "$top=999";
/// A whole million keys, were a page to hold a thousand.
const PAGES_MAX: usize = 1_000;
/// The report may take so long; the scan must not wait for it for ever.
const TIME: TimeDelta = TimeDelta::minutes(10);
/// "Reports" take so many requests…
const REQUESTS: usize = 5;
/// …in this time (learn.microsoft.com/graph/throttling-limits, identity and access reports).
const WINDOW: TimeDelta = TimeDelta::seconds(10);

/// Reads the report of one tenant, scan after scan.
#[derive(Default)]
pub(super) struct LastUseReader {
    said: Said,
}

/// A report that was read to its end.
#[derive(Debug, Default)]
struct Report {
    last_use: LastUse,
    /// Rows that could not be read.
    odd: usize,
}

/// Why there is none.
#[derive(Debug)]
enum Absence {
    OtherCloud(Cloud),
    Empty,
    Failed(ScanError),
}

impl LastUseReader {
    /// Puts the last uses, if they can be learnt, or why not, into `facts`.
    pub(super) async fn read(
        &self,
        graph: &Graph,
        config: &TenantConfig,
        pace: &Pace<'_>,
        facts: &mut Facts,
    ) {
        let report = report(graph, config, pace).await;
        let news = self.said.news(report.is_err());
        match report {
            Ok(report) => {
                facts.missing.extend(report.oddity());
                facts.last_use = Some(report.last_use);
            }
            Err(absence) => {
                let why = absence.to_string();
                if news == Some(News::Trouble) {
                    tracing::warn!(tenant.name = %config.name, "{why}. Everything else goes on");
                }
                facts.last_use = absence.is_passing().then(LastUse::lost);
                facts.missing.push(why);
            }
        }
    }
}

async fn report(graph: &Graph, config: &TenantConfig, pace: &Pace<'_>) -> Result<Report, Absence> {
    if config.cloud != Cloud::Public {
        return Err(Absence::OtherCloud(config.cloud));
    }
    let own_pace = Pace {
        deadline: pace.deadline.min(pace.clock.now() + TIME),
        skew: Skew::default(),
        ..*pace
    };
    let base = &config.graph;
    let first = below(base, &["beta", "reports", "appCredentialSignInActivities"]);
    let mut largest = first.clone();
    largest.set_query(Some(LARGEST));
    let report = match pages(graph, base, largest, &own_pace).await {
        Err(ScanError::Graph(refusal)) if refusal.status == 400 => {
            pages(graph, base, first, &own_pace).await
        }
        other => other,
    }
    .map_err(Absence::Failed)?;
    if report.last_use.is_empty() {
        return Err(Absence::Empty);
    }
    Ok(report)
}

async fn pages(
    graph: &Graph,
    base: &Url,
    first: Url,
    pace: &Pace<'_>,
) -> Result<Report, ScanError> {
    let throttle = Throttle::new(REQUESTS, WINDOW);
    let mut walk = Walk::new(base.clone(), first.clone(), PAGES_MAX);
    let mut report = Report::default();
    let (mut url, mut buffer) = (first, Vec::new());
    loop {
        while let Some(wait) = throttle.before_request(pace.clock.now()) {
            pace.wait(Service::Graph, wait).await?;
        }
        let body = graph.get(&url, buffer, pace).await?;
        let taken = report.take(&body).or_else(|error| {
            let mended = page::mended(&body).ok_or(error)?;
            report.take(&mended)
        });
        let next = taken.map_err(|error| ScanError::Malformed {
            page: walk.pages(),
            detail: error.to_string(),
        })?;
        let Some(next) = next else {
            return Ok(report);
        };
        url = walk.follow(&next)?;
        buffer = body;
    }
}

/// One page. Unknown fields are skipped.
#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    value: Vec<Object<Row<'a>>>,
    error: Option<IgnoredAny>,
}

/// An `appCredentialSignInActivity`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Row<'a> {
    #[serde(borrow, rename = "keyId")]
    key_id: Text<'a>,
    #[serde(borrow, rename = "signInActivity")]
    activity: Option<Object<Activity<'a>>>,
}

/// A `signInActivity`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Activity<'a> {
    #[serde(borrow, rename = "lastSignInDateTime")]
    last: Text<'a>,
}

impl Report {
    /// Takes a page; gives the link to the next one.
    fn take(&mut self, body: &[u8]) -> Result<Option<String>, serde_json::Error> {
        let page: Page<'_> = serde_json::from_slice(body)?;
        if page.error.is_some() {
            return Err(serde_json::Error::custom(
                "it holds an error beside its rows",
            ));
        }
        for row in page.value {
            self.take_row(row);
        }
        page::next_link(body)
    }

    fn take_row(&mut self, row: Object<Row<'_>>) {
        let Object::Is(row) = row else {
            self.odd += 1;
            return;
        };
        let Some(key_id) = row.key_id.filled().map(Id::parse) else {
            self.odd += usize::from(row.key_id == Text::Odd);
            return;
        };
        match row.activity.map(last) {
            Some(Ok(Some(at))) => self.last_use.insert(key_id, at),
            Some(Ok(None)) | None => {}
            Some(Err(Unreadable)) => {
                self.odd += 1;
                self.last_use.insert_unreadable(key_id);
            }
        }
    }

    fn oddity(&self) -> Option<String> {
        (self.odd > 0).then(|| {
            let rows = if self.odd == 1 { "row" } else { "rows" };
            format!(
                "{} {rows} of Microsoft's report of last uses could not be read; of these keys, last use is not known",
                self.odd
            )
        })
    }
}

/// There is something, but not a date.
struct Unreadable;

fn last(activity: Object<Activity<'_>>) -> Result<Option<DateTime<Utc>>, Unreadable> {
    let Object::Is(Activity { last }) = activity else {
        return Err(Unreadable);
    };
    match &last {
        Text::Missing => Ok(None),
        Text::Odd => Err(Unreadable),
        Text::Is(text) => instant(text).map(Some).ok_or(Unreadable),
    }
}

/// RFC 3339; Microsoft's samples also write the hours of an offset with one digit (`-8:00`).
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let read = |text: &str| DateTime::parse_from_rfc3339(text).ok();
    let mended = || {
        let at = text.rfind(['+', '-'])?;
        let (moment, offset) = text.split_at_checked(at + 1)?;
        read(&format!("{moment}0{offset}"))
    };
    read(text).or_else(mended).map(|at| at.to_utc())
}

impl Absence {
    /// May the next scan have it? Who may not read it, or has none, will not.
    fn is_passing(&self) -> bool {
        match self {
            Self::OtherCloud(_) | Self::Empty => false,
            Self::Failed(ScanError::Graph(refusal)) => {
                !matches!(refusal.status, 400 | 401 | 403 | 404)
            }
            Self::Failed(_) => true,
        }
    }
}

impl std::fmt::Display for Absence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("when keys were last used is not known: ")?;
        match self {
            Self::OtherCloud(cloud) => write!(
                f,
                "Microsoft has that report in the public cloud alone, not in `{cloud}`; leave out `sign_in_activity`"
            ),
            Self::Empty => {
                f.write_str("Microsoft's report names not one use, which proves nothing of any key")
            }
            Self::Failed(ScanError::Graph(refusal)) => {
                write!(f, "{} ({})", remedy(refusal), refusal.summary())
            }
            // their own words speak of the scan, which is whole
            Self::Failed(ScanError::Malformed { page, detail }) => write!(
                f,
                "page {page} of Microsoft's report is not a whole Graph page ({})",
                excerpt(detail, 160)
            ),
            Self::Failed(
                ScanError::Loop { .. } | ScanError::Endless { .. } | ScanError::TooLong { .. },
            ) => f.write_str("Microsoft's report does not end"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

/// What a refusal means here. That of a missing licence has been met on the sign-in logs and reports alike.
fn remedy(refusal: &GraphRefusal) -> &'static str {
    let licence = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";
    match refusal.status {
        _ if refusal.code.eq_ignore_ascii_case(licence) => {
            "the report needs an Entra ID P1 or P2 licence, which this tenant lacks; without one, leave out `sign_in_activity`"
        }
        401 | 403 => {
            "grant the client the application permission AuditLog.Read.All in Entra (API permissions), and give it admin consent, or leave out `sign_in_activity`"
        }
        400 | 404 => {
            "this Graph does not have the report; it is a beta one of the public cloud. Leave out `sign_in_activity`"
        }
        _ => "Graph refused it, and the next scan asks again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_the_service_and_the_samples_write_them() {
        for (text, expected) in [
            ("2026-11-20T05:06:07Z", Some("2026-11-20T05:06:07Z")),
            (
                "2026-11-20T05:06:07.1234567Z",
                Some("2026-11-20T05:06:07.1234567Z"),
            ),
            ("2021-03-18T00:00:00-08:00", Some("2021-03-18T08:00:00Z")),
            ("2021-03-18T00:00:00-8:00", Some("2021-03-18T08:00:00Z")),
            ("2021-03-18T00:00:00+5:30", Some("2021-03-17T18:30:00Z")),
            ("2021-03-18", None),
            ("yesterday", None),
            ("-", None),
            ("", None),
        ] {
            let expected = expected.map(|text| text.parse::<DateTime<Utc>>().unwrap());
            assert_eq!(instant(text), expected, "{text}");
        }
    }
}
