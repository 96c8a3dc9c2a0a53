//! Pages for people. They work without scripts, load nothing from elsewhere, and everything in them is escaped by the template engine.

use std::sync::LazyLock;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, value::Serde};
use serde::Serialize;

use crate::domain::calendar::Calendar;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, source) in [
        ("base.html", include_str!("templates/base.html")),
        ("act.html", include_str!("templates/act.html")),
        ("problem.html", include_str!("templates/problem.html")),
        ("silences.html", include_str!("templates/silences.html")),
    ] {
        if let Err(error) = environment.add_template(name, source) {
            tracing::error!(%error, template = name, "an embedded page template is broken");
        }
    }
    environment
});

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page with a template of its own.
pub(super) trait Page: Serialize {
    const TEMPLATE: &'static str;
    /// Whom links and forms on it tell where they were followed.
    const REFERRER: &'static str;
}

/// A page.
pub(super) fn show<P: Page>(status: StatusCode, page: &P) -> Response {
    let drawn = TEMPLATES
        .get_template(P::TEMPLATE)
        .and_then(|template| template.render(Serde(page)));
    let html = match drawn {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, template = P::TEMPLATE, "a page could not be drawn");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let fixed: [(HeaderName, &'static str); 4] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, P::REFERRER),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    let mut response = (status, html).into_response();
    for (name, value) in fixed {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

/// A page that says what is the matter, and what to do.
#[derive(Serialize)]
pub(super) struct Problem<'a> {
    /// Where the style lies, seen from the page.
    pub(super) root: &'static str,
    pub(super) title: &'a str,
    pub(super) sentences: &'a [&'a str],
}

impl Page for Problem<'_> {
    const TEMPLATE: &'static str = "problem.html";
    const REFERRER: &'static str = "no-referrer";
}

/// How every page looks.
pub(super) async fn style() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (kind, include_str!("templates/style.css")).into_response()
}

/// `Mon 30 Nov 2026, 14:05 CET`
pub(super) fn time(at: DateTime<Utc>, calendar: &Calendar) -> String {
    at.with_timezone(&calendar.timezone)
        .format("%a %-d %b %Y, %H:%M %Z")
        .to_string()
}
