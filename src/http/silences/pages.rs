//! `/silences`: what is silenced, and a form to silence more.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use uuid::Uuid;

use super::{Context, lines::Line, status};
use crate::{
    engine::silencing::{Refusal, Target},
    http::{
        door::{Origin, Shut},
        form::Form,
        page::{Page, Problem, show},
    },
};

/// From the page, and from the buttons on it, to where all addresses begin.
const HERE: &str = "";
const BELOW: &str = "../../";

/// Silences that have ended are shown for a while.
const ENDED: usize = 20;

#[derive(Serialize)]
struct SilencesPage<'a> {
    root: &'static str,
    lasting: Vec<Line>,
    ended: Vec<Line>,
    tenants: Vec<String>,
    /// The id that the next silence will have: a form that is sent twice makes one.
    once: String,
    error: Option<String>,
    candidates: &'a [String],
    typed: Typed,
}

impl Page for SilencesPage<'_> {
    const TEMPLATE: &'static str = "silences.html";
    // a form has to tell that it comes from here
    const REFERRER: &'static str = "same-origin";
}

/// What was typed into the form.
#[derive(Default, Serialize)]
struct Typed {
    tenant: String,
    app: String,
    credential: String,
    lasts: String,
    until: String,
    reason: String,
    name: String,
    even_critical: bool,
}

impl Typed {
    fn of(form: &Form) -> Self {
        Self {
            tenant: form.text("tenant"),
            app: form.text("app"),
            credential: form.text("credential"),
            lasts: form.text("for"),
            until: form.text("until"),
            reason: form.text("reason"),
            name: form.text("name"),
            even_critical: form.get("even_critical").is_some(),
        }
    }

    fn empty(name: Option<String>) -> Self {
        Self {
            lasts: "7d".to_owned(),
            name: name.unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// The page.
pub(in crate::http) async fn list(State(context): State<Context>, headers: HeaderMap) -> Response {
    match context.door.admits_person(&headers) {
        Ok(name) => context.draw(HERE, Typed::empty(name), None).await,
        Err(shut) => turned_away(HERE, shut),
    }
}

/// The form.
pub(in crate::http) async fn add(
    State(context): State<Context>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = match context.form(HERE, &headers, &body) {
        Ok((form, _)) => form,
        Err(answer) => return answer,
    };
    match context.add(&form).await {
        Ok(()) => to("silences"),
        Err(refusal) => context.draw(HERE, Typed::of(&form), Some(refusal)).await,
    }
}

/// The button that ends one.
pub(in crate::http) async fn end(
    State(context): State<Context>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (form, name) = match context.form(BELOW, &headers, &body) {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let by = form.get("name").map(str::to_owned).or(name.clone());
    let by = by.as_deref().unwrap_or("somebody on the page of silences");
    match context.desk().end(&id, by).await {
        Ok(_) => to("../../silences"),
        Err(refusal) => {
            let typed = Typed::empty(name);
            context.draw(BELOW, typed, Some(refusal)).await
        }
    }
}

impl Context {
    /// A form from one of our own pages, by somebody who may send it.
    #[expect(clippy::result_large_err, reason = "it is answered at once")]
    fn form(
        &self,
        root: &'static str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(Form, Option<String>), Response> {
        let admitted = self.door.admits_person(headers);
        let name = admitted.map_err(|shut| turned_away(root, shut))?;
        if !self.door.is_from_here(headers, Origin::Shown) {
            return Err(problem(
                root,
                StatusCode::FORBIDDEN,
                "This form was not sent by our own page",
                &[
                    "Nothing was changed. Open the page of silences, and use the form there.",
                    "Programs use /api/v1/silences.",
                ],
            ));
        }
        let form = Form::read(headers, body).ok_or_else(|| {
            let programs = ["Programs use /api/v1/silences."];
            let title = "This is not a form";
            problem(root, StatusCode::UNSUPPORTED_MEDIA_TYPE, title, &programs)
        })?;
        Ok((form, name))
    }

    async fn add(&self, form: &Form) -> Result<(), Refusal> {
        let once = form.get("once").and_then(|id| Uuid::try_parse(id).ok());
        let request = self.request(form, once.unwrap_or_else(Uuid::new_v4))?;
        let target = Target {
            tenant: Some(form.text("tenant")),
            app: Some(form.text("app")),
            credential: Some(form.text("credential")),
        };
        self.desk().add(&target, request).await.map(drop)
    }

    async fn draw(&self, root: &'static str, typed: Typed, refusal: Option<Refusal>) -> Response {
        let desk = self.desk();
        let listed = async { Ok((desk.list(true).await?, self.store.tenants().await?)) };
        let (all, tenants) = match listed.await {
            Ok(listed) => listed,
            Err(refusal) => return unreadable(root, &refusal),
        };
        let lines = |in_force: bool, most: usize| {
            let all = all.iter().filter(|listed| listed.in_force == in_force);
            all.take(most)
                .map(|listed| Line::new(listed, &self.calendar))
                .collect()
        };
        let page = SilencesPage {
            root,
            lasting: lines(true, usize::MAX),
            ended: lines(false, ENDED),
            tenants,
            once: Uuid::new_v4().to_string(),
            error: refusal.as_ref().map(error),
            candidates: refusal.as_ref().map_or(&[], Refusal::candidates),
            typed,
        };
        let status = refusal.as_ref().map_or(StatusCode::OK, status);
        show(status, &page)
    }
}

/// What is wrong, for somebody who looks at a page.
pub(super) fn error(refusal: &Refusal) -> String {
    match refusal {
        Refusal::BreaksAtOnce(severity) => format!(
            "It is {severity} already, so the silence would break at once. Tick “even when it is critical or has run out” if it is to hold nevertheless."
        ),
        other => {
            let text = other.to_string();
            let mut letters = text.chars();
            let first = letters.next().map(|first| first.to_uppercase().to_string());
            format!("{}{}.", first.unwrap_or_default(), letters.as_str())
        }
    }
}

pub(super) fn unreadable(root: &'static str, refusal: &Refusal) -> Response {
    tracing::error!(error = %refusal, "a page could not be made");
    problem(
        root,
        StatusCode::SERVICE_UNAVAILABLE,
        "The store cannot be read just now",
        &["Try again in a minute. The log and /readyz say what is wrong."],
    )
}

pub(super) fn problem(
    root: &'static str,
    status: StatusCode,
    title: &str,
    sentences: &[&str],
) -> Response {
    let page = Problem {
        root,
        title,
        sentences,
    };
    show(status, &page)
}

fn turned_away(root: &'static str, shut: Shut) -> Response {
    match shut {
        Shut::NoToken => {
            let mut response = problem(
                root,
                StatusCode::UNAUTHORIZED,
                "Who are you?",
                &["Any name will do; the password is the token that http.token names."],
            );
            let basic = HeaderValue::from_static("Basic realm=\"forewarn\", charset=\"UTF-8\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, basic);
            response
        }
        Shut::Unreadable => problem(
            root,
            StatusCode::SERVICE_UNAVAILABLE,
            "The token cannot be read on the server",
            &["Nobody can be let in until it can. The log says why."],
        ),
        Shut::WrongName => problem(
            root,
            StatusCode::FORBIDDEN,
            "This is not the name that this page answers to",
            &[
                "Without http.token it answers to localhost and to the host of http.public_url alone.",
            ],
        ),
    }
}

/// See the page again: it can be loaded anew without sending the form twice. The address is relative, so that it is right behind any
/// proxy.
fn to(place: &'static str) -> Response {
    let place = [(header::LOCATION, HeaderValue::from_static(place))];
    (StatusCode::SEE_OTHER, place).into_response()
}
