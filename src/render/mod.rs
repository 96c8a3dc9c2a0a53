//! The words and looks of messages. A [`Message`] is everything that a person is told, as plain, unescaped text in the order of
//! reading; a template gives it the form of its channel and escapes it for the place that it lands in.

mod changes;
mod clusters;
mod digest;
mod item;
mod links;
pub mod plain;
mod renderer;
#[cfg(test)]
pub(crate) mod samples;
pub mod templates;
#[cfg(test)]
mod tests;
pub mod words;

pub use links::Links;
pub use renderer::Renderer;

use crate::domain::row::RowSeverity;

/// One part of a notification in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line, the worst thing first and how many more: a mail's subject, a chat message's preview.
    pub title: String,
    /// How urgent the worst of it is; decides colours.
    pub urgency: RowSeverity,
    /// Sentences before the items: why this came, what it is about.
    pub intro: Vec<String>,
    /// The credentials of this part, most urgent first.
    pub items: Vec<Item>,
    /// Sentences after the items: why this came, how to change that.
    pub footer: Vec<String>,
    /// `(2, 3)`: the second of three parts; `None`: there is only one.
    pub part: Option<(usize, usize)>,
}

impl Item {
    /// The heading to print before it, where it stands after `above`.
    pub fn heading_after(&self, above: Option<&Self>) -> Option<&'static str> {
        self.section
            .filter(|_| above.is_none_or(|above| above.section != self.section))
    }

    /// Its facts in one line.
    pub fn in_small(&self) -> String {
        let facts = self.facts.iter();
        let facts: Vec<String> = facts
            .map(|(label, value)| words::fact(label, value))
            .collect();
        facts.join(" · ")
    }
}

impl Message {
    /// Says nothing: tells how much room a form takes by itself.
    pub fn empty() -> Self {
        Self {
            title: String::new(),
            urgency: RowSeverity::Ok,
            intro: Vec::new(),
            items: Vec::new(),
            footer: Vec::new(),
            part: None,
        }
    }
}

/// One credential in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The heading that it stands under, in messages that have several: printed where it is another than the one before.
    pub section: Option<&'static str>,
    /// Told in a line or two, one of many.
    pub brief: bool,
    /// How urgent.
    pub severity: RowSeverity,
    /// The app's name, or its id when it has none. Hostile.
    pub app: String,
    /// What it is: `client secret "prod"`. Hostile.
    pub credential: String,
    /// `expires in 6 days, on Mon 30 Nov 2026`.
    pub when: String,
    /// Labelled facts in the order of reading: app id, secret id, hint, owners, what uses it, last working day before, tenant.
    pub facts: Vec<(&'static str, String)>,
    /// Sentences: replaced by …, why a rotation is unfinished, …
    pub notes: Vec<String>,
    /// Where to act.
    pub portal: Option<String>,
    /// The page where this can be acknowledged or silenced.
    pub acknowledge: Option<String>,
    /// What to type: a line each.
    pub command: Option<String>,
}
