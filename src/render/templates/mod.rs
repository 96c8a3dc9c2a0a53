//! What messages look like: a template for each form, embedded, and overridable one by one from a folder.
//!
//! Foreign text is escaped for the place that it lands in, whatever a template does, and no template keeps a message from
//! being sent: where one of the folder fails, the embedded one is used, the log says so once, and so does the message.

mod context;
mod engine;
mod fault;
#[cfg(test)]
mod tests;
mod wrap;

pub use context::{Markup, NAMES};
pub use engine::SLACK_TEXT;
pub use fault::Fault;

use std::{
    collections::BTreeMap,
    sync::{
        LazyLock,
        atomic::{AtomicBool, Ordering},
    },
};

use minijinja::{Environment, Value, value::Serde};

use super::{Item, Message, words};
use context::{Alone, Context, Entry};

/// Something of a message that has a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Template {
    /// The one line that says it all: a mail's subject, a chat message's headline.
    Title,
    /// A mail's plain text.
    MailText,
    /// A mail's HTML.
    MailHtml,
    /// One credential in a mail's HTML, included by it.
    MailItem,
    /// A Slack message.
    Slack,
    /// A Teams message.
    Teams,
}

impl Template {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Title,
        Self::MailText,
        Self::MailHtml,
        Self::MailItem,
        Self::Slack,
        Self::Teams,
    ];

    /// The name of its file. What it ends with decides how foreign text is escaped.
    pub fn file(self) -> &'static str {
        match self {
            Self::Title => "title.txt",
            Self::MailText => "mail.txt",
            Self::MailHtml => "mail.html",
            Self::MailItem => "mail-item.html",
            Self::Slack => "slack.json",
            Self::Teams => "teams.json",
        }
    }

    /// The embedded one.
    pub fn source(self) -> &'static str {
        match self {
            Self::Title => include_str!("title.txt"),
            Self::MailText => include_str!("mail.txt"),
            Self::MailHtml => include_str!("mail.html"),
            Self::MailItem => include_str!("mail-item.html"),
            Self::Slack => include_str!("slack.json"),
            Self::Teams => include_str!("teams.json"),
        }
    }

    /// The template that a file of this name holds.
    pub fn of_file(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|template| template.file() == name)
    }
}

/// How a message is written for one kind of channel.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// What it is written with.
    pub template: Template,
    /// How foreign text is escaped beyond what the kind of file asks for.
    pub markup: Markup,
    /// Columns of a line of text; `None`: a paragraph is one line.
    pub width: Option<usize>,
    /// The text as it is sent, or what its channel would not like about it.
    pub accept: fn(&str) -> Result<String, String>,
}

/// The templates in force.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    own: Vec<Template>,
    /// Which have been complained about, in the order of [`Template::ALL`].
    told: [AtomicBool; Template::ALL.len()],
}

static EMBEDDED: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = engine::environment();
    for template in Template::ALL {
        if let Err(error) = environment.add_template(template.file(), template.source()) {
            tracing::error!(%error, template = template.file(), "an embedded template is broken");
        }
    }
    environment
});

impl Default for Templates {
    fn default() -> Self {
        Self {
            environment: EMBEDDED.clone(),
            own: Vec::new(),
            told: Default::default(),
        }
    }
}

impl Templates {
    /// The given ones in the place of the embedded ones, and what is wrong with those that are none: they are left out.
    pub fn with(sources: &BTreeMap<Template, String>) -> (Self, Vec<Fault>) {
        let mut templates = Self::default();
        let mut faults = Vec::new();
        for (template, source) in sources {
            let name = template.file();
            match templates
                .environment
                .add_template_owned(name, source.clone())
            {
                Ok(()) => templates.own.push(*template),
                Err(error) => faults.push(Fault::of(&error, *template)),
            }
        }
        (templates, faults)
    }

    /// Is anything of this template not the embedded one?
    pub fn is_own(&self, template: Template) -> bool {
        let parts: &[Template] = match template {
            Template::MailHtml | Template::MailItem => &[Template::MailHtml, Template::MailItem],
            Template::Title => &[Template::Title],
            Template::MailText => &[Template::MailText],
            Template::Slack => &[Template::Slack],
            Template::Teams => &[Template::Teams],
        };
        parts.iter().any(|part| self.own.contains(part))
    }

    /// The message in a form. `holds` tells whether the text has room where it goes; it is asked of a template of the folder alone,
    /// since nobody else would be to blame.
    pub fn write(
        &self,
        form: &Form,
        message: &Message,
        holds: impl FnOnce(&str) -> bool,
    ) -> String {
        if !self.is_own(form.template) {
            return embedded(form, message);
        }
        let fault = match self.attempt(form, message) {
            Ok(text) if holds(&text) => return text,
            Ok(_) => Fault::new(form.template, "what it makes is too long for its channel"),
            Err(fault) => fault,
        };
        self.complain(&fault);
        let mut message = message.clone();
        let file = fault.template.file();
        message.footer.push(words::template_failed(file));
        embedded(form, &message)
    }

    /// The message by the template in force, or why there is none.
    pub fn attempt(&self, form: &Form, message: &Message) -> Result<String, Fault> {
        let context = Context::of(message, &form.markup, form.width);
        let text = self.render(form.template, &context)?;
        (form.accept)(&text).map_err(|what| Fault::new(form.template, what))
    }

    /// One credential as it stands in a mail's HTML: tells how much room it takes.
    pub fn mail_item(&self, item: &Item) -> String {
        let context = Alone {
            item: Entry::of(item, None, &Markup::NONE),
            words: context::Words::of(&Markup::NONE),
        };
        let own = self.render(Template::MailItem, &context);
        own.or_else(|_| rendered(&EMBEDDED, Template::MailItem, &context))
            .unwrap_or_default()
    }

    /// Puts the title that a template makes in the place of the one that the message has.
    pub(super) fn retitle(&self, message: &mut Message) {
        if !self.is_own(Template::Title) {
            return;
        }
        match self.attempt(&TITLE, message) {
            Ok(title) => message.title = title,
            Err(fault) => {
                self.complain(&fault);
                let file = fault.template.file();
                message.footer.push(words::template_failed(file));
            }
        }
    }

    fn render(&self, template: Template, context: &impl serde::Serialize) -> Result<String, Fault> {
        rendered(&self.environment, template, context)
    }

    /// Once for each template: it fails with every message that is like this one.
    fn complain(&self, fault: &Fault) {
        let told = Template::ALL
            .iter()
            .zip(&self.told)
            .find(|(template, _)| **template == fault.template);
        if told.is_some_and(|(_, told)| !told.swap(true, Ordering::Relaxed)) {
            tracing::error!(
                template = fault.template.file(),
                "a template of messages.templates fails: {fault}; messages go out in forewarn's own form, try `forewarn check`"
            );
        }
    }
}

/// The longest title, in characters: no mail list shows as much.
const LONGEST_TITLE: usize = 250;

/// How a template of a folder makes a title.
pub const TITLE: Form = Form {
    template: Template::Title,
    markup: Markup::NONE,
    width: None,
    accept: |text| match crate::domain::clean::clean(text, LONGEST_TITLE) {
        title if title.is_empty() => Err("what it makes is empty".to_owned()),
        title => Ok(title),
    },
};

/// The message by the embedded template.
pub(super) fn embedded(form: &Form, message: &Message) -> String {
    let context = Context::of(message, &form.markup, form.width);
    let text = rendered(&EMBEDDED, form.template, &context).map_err(|fault| fault.what);
    text.and_then(|text| (form.accept)(&text)).unwrap_or_else(|error| {
        tracing::error!(%error, template = form.template.file(), "an embedded template is broken");
        String::new()
    })
}

fn rendered(
    environment: &Environment<'static>,
    template: Template,
    context: &impl serde::Serialize,
) -> Result<String, Fault> {
    environment
        .get_template(template.file())
        .and_then(|found| found.render(Value::from(Serde(context))))
        .map_err(|error| Fault::of(&error, template))
}
