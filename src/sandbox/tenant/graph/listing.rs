//! The bodies of good answers: a page of apps, and one app.

use std::fmt::Write as _;

use super::{
    json,
    projection::Projection,
    query::{Position, Query},
    target::segment,
};
use crate::sandbox::tenant::{
    Fault, Tenant,
    call::Call,
    population::{App, Collection},
};

/// The host that [`Fault::ForeignLink`] leads to: a name that by RFC 2606 nobody has.
const FOREIGN: &str = "https://graph.microsoft.com.attacker.example";

/// What one app takes as JSON, roughly, so that a page's text is allocated once.
const BYTES_PER_APP: usize = 1400;

/// One page of the list, written app by app as they are made.
pub(super) fn page(
    tenant: &Tenant,
    call: &Call,
    of: Collection,
    query: &Query,
    fault: Option<Fault>,
) -> String {
    let (now, origin) = (tenant.now(), &call.origin);
    let population = tenant.population();
    let total = match query.app_id {
        Some(app_id) => usize::from(population.by_app_id(of, app_id, now).is_some()),
        None => population.count(of, now),
    };
    let Position { page, row: first } = query.position;
    let end = first.saturating_add(query.top).min(total);

    let mut out = String::with_capacity(500 + BYTES_PER_APP * end.saturating_sub(first));
    let (context, segment) = (query.projection.context(), segment(of));
    let _ = write!(
        out,
        r#"{{"@odata.context":"{origin}/v1.0/$metadata#{segment}{context}""#
    );
    if query.wants_count && query.is_eventual {
        let _ = write!(out, r#","@odata.count":{total}"#);
    }
    let next = Position {
        page: page.saturating_add(1),
        row: end,
    };
    let link = match fault {
        Some(Fault::ForeignLink) => Some((FOREIGN, next)),
        Some(Fault::LinkLoop) => Some((origin.as_str(), Position::START)),
        _ => (end < total).then_some((origin.as_str(), next)),
    };
    if let Some((origin, position)) = link {
        out.push_str(r#","@odata.nextLink":"#);
        json::text(
            &mut out,
            Some(&format!("{origin}/v1.0/{segment}?{}", query.at(position))),
        );
    }
    out.push_str(r#","value":["#);
    let from = match fault {
        Some(Fault::RepeatRow) => first.saturating_sub(1),
        _ => first,
    };
    let rows: Box<dyn Iterator<Item = App>> = match query.app_id {
        Some(app_id) => Box::new(population.by_app_id(of, app_id, now).into_iter()),
        None => Box::new(
            population
                .rows_from(of, from, now)
                .take(end.saturating_sub(from)),
        ),
    };
    for (position, app) in rows.enumerate() {
        out.push_str(if position == 0 { "{" } else { ",{" });
        query.projection.write(&tenant.as_listed(app), &mut out);
        out.push('}');
    }
    out.push_str("]}");
    out
}

/// One app.
pub(super) fn single(call: &Call, of: Collection, projection: &Projection, app: &App) -> String {
    let (origin, context, segment) = (&call.origin, projection.context(), segment(of));
    let mut out = String::with_capacity(BYTES_PER_APP * 2);
    let _ = write!(
        out,
        r#"{{"@odata.context":"{origin}/v1.0/$metadata#{segment}{context}/$entity","#
    );
    projection.write(app, &mut out);
    out.push('}');
    out
}
