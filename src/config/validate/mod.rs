//! Is what is written sensible, and what does it mean? Turns the raw file into a [`Config`], and collects every problem on
//! the way: a part that is wrong is reported and left out, the rest is still judged.

mod calendar;
mod changes;
mod duration;
mod graph_mail;
mod heartbeat;
mod http;
mod matcher;
mod name;
mod oauth2;
mod on_call;
mod owners;
mod receiver;
mod route;
mod rules;
mod schedule;
mod secret;
mod sign_in;
mod smtp;
mod store;
mod tenant;
mod thresholds;
mod url;

use chrono::{DateTime, Utc};

use super::{Config, LogFormat, platform::Platform, raw, report::Report};
use crate::domain::route::Routes;

const MAX_CREDENTIALS: u32 = 5_000;

/// The configuration, if all of it could be understood.
pub(crate) fn config(
    raw: raw::File,
    platform: &Platform,
    now: DateTime<Utc>,
    report: &mut Report<'_>,
) -> Option<Config> {
    let schedule = schedule::schedule(&raw.schedule, now, report);
    let calendar = calendar::calendar(&raw.calendar, raw.schedule.timezone.as_deref(), now, report);
    let policies = thresholds::policies(raw.thresholds, raw.policies, report);
    let owners = owners::sources(raw.owners);
    let tenant_names: Vec<_> = raw.tenants.iter().map(|raw| raw.name.clone()).collect();
    let mut tenants = tenant::tenants(raw.tenants, platform, &owners, report);
    let names = receiver::names(&raw.receivers);
    owners::told_in_person(&raw.receivers, &owners, report);
    let changes = changes::changes(raw.changes, &owners, report);
    let senders = receiver::Tenants {
        names: &tenant_names,
        valid: &tenants,
    };
    let receivers = receiver::receivers(raw.receivers, senders, report);
    tenant::note_senders(&mut tenants, &receivers);
    let routes = route::routes(raw.routes, &names, report);
    rules::check(&policies, &routes, &tenants, report);
    let store = store::store(raw.store, report);
    let http = http::http(raw.http, report);
    let heartbeat = heartbeat::url(raw.heartbeat, report);
    let format = raw.log.format.unwrap_or(raw::LogFormat::Json);
    Some(Config {
        schedule: schedule?,
        scan_on_start: raw.schedule.scan_on_start.unwrap_or(true),
        policies,
        tenants,
        receivers,
        routes: Routes::new(routes, &names),
        calendar,
        changes,
        store: store?,
        http: http?,
        max_credentials: raw.metrics.max_credentials.unwrap_or(MAX_CREDENTIALS) as usize,
        templates: raw.messages.templates.map(Into::into),
        extra_ca_file: raw.tls.extra_ca_file.map(Into::into),
        heartbeat,
        log_format: match format {
            raw::LogFormat::Json => LogFormat::Json,
            raw::LogFormat::Pretty => LogFormat::Pretty,
        },
    })
}
