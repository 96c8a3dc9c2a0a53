//! `/act/{link}`: where a message's link leads. Mail programs and their scanners follow links, so looking changes nothing, ever; only
//! the form on the page does.
//!
//! Whoever has the message may do this much and no more: acknowledge or silence the one credential that it told of, and take that
//! back. The link is not counted or slowed down when it is wrong; see [`crate::domain::link`].

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Serialize;
use uuid::Uuid;

use super::{
    Context,
    lines::Line,
    pages::{error, problem, unreadable},
    status,
};
use crate::{
    domain::{
        Severity,
        clean::clean,
        link::{Pass, Refused},
    },
    engine::silencing::{Acting, Moved, Refusal},
    http::{
        door::Origin,
        form::Form,
        page::{Page, show, time},
    },
};

/// From the page to where all addresses begin.
const ROOT: &str = "../";
const NAME: usize = 120;

#[derive(Serialize)]
struct ActPage {
    root: &'static str,
    app: String,
    kind: &'static str,
    credential: String,
    tenant: String,
    /// `ends in 6 days`
    left: String,
    /// When it ends, or has.
    end: String,
    severity: &'static str,
    is_critical: bool,
    portal: Option<String>,
    silences: Vec<Line>,
    /// What has become of it, where there is nothing to silence any more.
    moved: Option<String>,
    /// What an acknowledgement would do; `None`: there is nothing to acknowledge.
    acknowledge: Option<Acknowledge>,
    once: String,
    error: Option<String>,
    /// What was just done.
    done: Option<&'static str>,
    name: String,
    reason: String,
}

#[derive(Serialize)]
struct Acknowledge {
    /// How urgent it was told to be.
    severity: &'static str,
    /// The next severity, if there is one.
    next: Option<&'static str>,
    until: String,
}

impl Page for ActPage {
    const TEMPLATE: &'static str = "act.html";
    // the address is what lets somebody in, so nobody else is told it
    const REFERRER: &'static str = "no-referrer";
}

/// Looks.
pub(in crate::http) async fn look(
    State(context): State<Context>,
    Path(link): Path<String>,
) -> Response {
    match context.follow(&link).await {
        Ok((_, acting)) => context.draw_act(&acting, &Form::default(), &Outcome::Nothing),
        Err(answer) => answer,
    }
}

/// Does what the form says.
pub(in crate::http) async fn act(
    State(context): State<Context>,
    Path(link): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !context.door.is_from_here(&headers, Origin::NotForeign) {
        return problem(
            ROOT,
            StatusCode::FORBIDDEN,
            "This form was sent by another page",
            &["Nothing was changed. Open the link in the message, and use the form there."],
        );
    }
    let Some(form) = Form::read(&headers, &body) else {
        return problem(
            ROOT,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "This is not a form",
            &["Nothing was changed. Programs use /api/v1/silences."],
        );
    };
    let (pass, mut acting) = match context.follow(&link).await {
        Ok(followed) => followed,
        Err(answer) => return answer,
    };
    match context.act(&pass, &mut acting, &form).await {
        Ok(done) => context.draw_act(&acting, &form, &Outcome::Done(done)),
        Err(Refusal::Store(error)) => unreadable(ROOT, &Refusal::Store(error)),
        Err(refusal) => context.draw_act(&acting, &form, &Outcome::Refused(refusal)),
    }
}

/// What came of a form.
enum Outcome {
    Nothing,
    Done(&'static str),
    Refused(Refusal),
}

impl Context {
    /// What the link allows, and what it leads to.
    async fn follow(&self, link: &str) -> Result<(Pass, Acting), Response> {
        let opened = self.links.open(link, self.clock.now());
        let pass = opened.map_err(|refused| match refused {
            Refused::Broken => problem(
                ROOT,
                StatusCode::FORBIDDEN,
                "This link is not one of ours",
                &[
                    "It may have been cut off or changed on its way. Copy it from the message as a whole, or use the newest message about the credential.",
                ],
            ),
            Refused::Expired => problem(
                ROOT,
                StatusCode::GONE,
                "This link has run out",
                &[
                    "A link lasts for thirty days. Use the one in the newest message about the credential, or the page of silences.",
                ],
            ),
        })?;
        match self.desk().acting(pass.notification, pass.row).await {
            Ok(Some(acting)) => Ok((pass, acting)),
            Ok(None) => Err(problem(
                ROOT,
                StatusCode::NOT_FOUND,
                "The message is no longer remembered",
                &[
                    "Forewarn has forgotten it, as its configuration says. Use the link in a newer message, or the page of silences.",
                ],
            )),
            Err(refusal) => Err(unreadable(ROOT, &refusal)),
        }
    }

    /// The words for what was done.
    async fn act(
        &self,
        pass: &Pass,
        acting: &mut Acting,
        form: &Form,
    ) -> Result<&'static str, Refusal> {
        let desk = self.desk();
        let name = form.text("name");
        if let Some(id) = form.get("end") {
            desk.undo(acting, id, &name).await?;
            return Ok("The silence was ended. What is due is told again from the next round on.");
        }
        // the same page sent twice gives the same id, and another link gives another
        let once = format!("{}:{}", pass.row, form.text("once"));
        let id = Uuid::new_v5(&pass.notification, once.as_bytes());
        match form.get("do") {
            Some("acknowledge") => {
                desk.acknowledge(acting, id, &name).await?;
                Ok("Acknowledged. Others can see that you know.")
            }
            Some("silence") => {
                desk.silence(acting, self.request(form, id)?).await?;
                Ok("Silenced.")
            }
            _ => Err(Refusal::Nothing),
        }
    }

    fn draw_act(&self, acting: &Acting, form: &Form, outcome: &Outcome) -> Response {
        let now = self.clock.now();
        let row = &acting.row;
        let standing = acting.standing;
        let days = standing.and_then(|standing| standing.days_left);
        let severity = standing.and_then(|standing| standing.severity);
        let end = match acting.moved {
            Some(Moved::Changed(end)) => end,
            _ => row.expires_at,
        };
        let told = acting.told.map(|told| told.severity);
        let acknowledge = acting
            .acknowledged_until(now)
            .zip(told)
            .map(|(until, severity)| Acknowledge {
                severity: severity.as_str(),
                next: severity.next().map(Severity::as_str),
                until: time(until, &self.calendar),
            });
        let line = |listed| Line::new(listed, &self.calendar);
        let page = ActPage {
            root: ROOT,
            app: match clean(&row.app_name, NAME) {
                name if name.is_empty() => row.app_id.to_string(),
                name => name,
            },
            kind: row.kind.as_str(),
            credential: clean(row.credential_name.as_deref().unwrap_or_default(), NAME),
            tenant: row.tenant.clone(),
            left: left(days),
            end: end.map(|end| time(end, &self.calendar)).unwrap_or_default(),
            severity: severity.map_or("ok", Severity::as_str),
            is_critical: severity >= Some(Severity::Critical),
            portal: portal(acting),
            silences: acting.silences.iter().map(line).collect(),
            moved: acting.moved.map(moved),
            acknowledge,
            once: Uuid::new_v4().to_string(),
            name: form.text("name"),
            reason: match outcome {
                Outcome::Done(_) => String::new(),
                _ => form.text("reason"),
            },
            error: match outcome {
                Outcome::Refused(refusal) => Some(wrong(refusal)),
                _ => None,
            },
            done: match outcome {
                Outcome::Done(words) => Some(words),
                _ => None,
            },
        };
        let status = match outcome {
            Outcome::Refused(refusal) => status(refusal),
            _ => StatusCode::OK,
        };
        show(status, &page)
    }
}

fn wrong(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Nothing => "There is nothing to do here any more; see below.".to_owned(),
        other => error(other),
    }
}

/// The portal's address, if it is one.
fn portal(acting: &Acting) -> Option<String> {
    let address = &acting.row.links.as_ref()?.portal;
    address.starts_with("https://").then(|| address.clone())
}

fn left(days: Option<i64>) -> String {
    match days {
        None => String::new(),
        Some(0) => "ends within a day".to_owned(),
        Some(1) => "ends in 1 day".to_owned(),
        Some(days @ 2..) => format!("ends in {days} days"),
        Some(-1) => "ended less than a day ago".to_owned(),
        Some(-2) => "ended 1 day ago".to_owned(),
        Some(days) => format!("ended {} days ago", -days - 1),
    }
}

fn moved(how: Moved) -> String {
    match how {
        Moved::Gone => "It has been removed since, so there is nothing to silence.".to_owned(),
        Moved::Changed(_) => {
            "It has been changed since and has another end now. What was told of it is past; of its new end you hear in time.".to_owned()
        }
    }
}
