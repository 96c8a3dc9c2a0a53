//! The templates of the configured folder: read, tried on samples of every kind, and used only where they pass. What does not pass is told
//! with file, line and remedy, and forewarn's own takes its place, so that no alert depends on a template.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::samples::Sample;
use crate::{
    config::{Config, Problem, Severity, did_you_mean, nearest},
    domain::calendar::Calendar,
    notify::trial::trial,
    render::{
        Renderer,
        templates::{Fault, NAMES, Template, Templates},
    },
};

/// A template is some kilobytes.
const LONGEST: u64 = 1 << 20;

/// Samples are told as on this day, a Tuesday at noon.
const DAY: DateTime<Utc> = DateTime::from_timestamp_nanos(1_795_521_600_000_000_000);

/// The templates in force, and what is wrong with those that are not.
pub struct Loaded {
    /// For the renderer.
    pub templates: Arc<Templates>,
    /// Errors, each of a template that is not used, and warnings.
    pub problems: Vec<Problem>,
}

/// Reads and tries the templates of the configuration.
pub fn load(config: &Config) -> Loaded {
    let Some(folder) = &config.templates else {
        return Loaded {
            templates: Arc::default(),
            problems: Vec::new(),
        };
    };
    let mut problems = Vec::new();
    let mut sources = match read(folder, &mut problems) {
        Ok(sources) => sources,
        Err(error) => {
            problems.push(unreadable(folder, &error));
            BTreeMap::new()
        }
    };
    let (_, faults) = Templates::with(&sources);
    drop_faulty(folder, faults, &mut sources, &mut problems);
    let faults = failing(&sources, &config.calendar);
    drop_faulty(folder, faults, &mut sources, &mut problems);
    let (templates, _) = Templates::with(&sources);
    Loaded {
        templates: Arc::new(templates),
        problems,
    }
}

/// Writes forewarn's own templates into a folder, and says which: what is there already is left as it is.
pub fn write_own(folder: &Path) -> io::Result<Vec<(PathBuf, bool)>> {
    fs::create_dir_all(folder)?;
    let mut files = Vec::new();
    for template in Template::ALL {
        let path = folder.join(template.file());
        let is_new = match fs::File::create_new(&path) {
            Ok(mut file) => {
                io::Write::write_all(&mut file, template.source().as_bytes())?;
                true
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
            Err(error) => return Err(error),
        };
        files.push((path, is_new));
    }
    Ok(files)
}

/// The files that are templates; what else is in the folder is told.
fn read(folder: &Path, problems: &mut Vec<Problem>) -> io::Result<BTreeMap<Template, String>> {
    let mut sources = BTreeMap::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    entries.sort();
    for path in entries {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // Kubernetes mounts `..data`, editors leave copies
        if name.starts_with('.') || name.ends_with('~') || path.is_dir() {
            continue;
        }
        let Some(template) = Template::of_file(&name) else {
            let files = Template::ALL.map(Template::file);
            let problem = Problem::unreadable(
                &path,
                "no template has this name, so the file is not used",
                did_you_mean(&name, files),
            );
            problems.push(Problem {
                severity: Severity::Warning,
                ..problem
            });
            continue;
        };
        match text(&path) {
            Ok(text) => {
                sources.insert(template, text);
            }
            Err(error) => {
                let remedy = "make it a text file in UTF-8 that the user of forewarn can read";
                problems.push(Problem::unreadable(&path, error.to_string(), remedy));
            }
        }
    }
    Ok(sources)
}

fn text(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > LONGEST {
        return Err(io::Error::other("larger than a megabyte"));
    }
    fs::read_to_string(path)
}

/// Not an error: a configuration may be checked elsewhere than where it will be used.
fn unreadable(folder: &Path, error: &io::Error) -> Problem {
    let problem = Problem::unreadable(
        folder,
        format!("the folder of templates cannot be read: {error}"),
        "correct `messages.templates`; messages go out in forewarn's own form until then",
    );
    Problem {
        severity: Severity::Warning,
        ..problem
    }
}

/// What fails first of each template, on samples of every kind.
fn failing(sources: &BTreeMap<Template, String>, calendar: &Calendar) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for template in sources.keys() {
        // each by itself, so that none is blamed for another
        let mut alone = BTreeMap::from([(*template, sources[template].clone())]);
        if *template == Template::MailHtml
            && let Some(item) = sources.get(&Template::MailItem)
        {
            alone.insert(Template::MailItem, item.clone());
        }
        let (templates, _) = Templates::with(&alone);
        let renderer = Renderer::new(calendar.clone()).with_templates(Arc::new(templates));
        let fault = Sample::ALL.into_iter().find_map(|sample| {
            trial(&renderer, *template, &sample.notification(DAY))
                .map_err(|fault| Fault {
                    what: format!("{} (sample `{}`)", fault.what, sample.as_str()),
                    ..fault
                })
                .err()
        });
        faults.extend(fault.filter(|fault| !faults.contains(fault)));
    }
    faults
}

fn drop_faulty(
    folder: &Path,
    faults: Vec<Fault>,
    sources: &mut BTreeMap<Template, String>,
    problems: &mut Vec<Problem>,
) {
    for fault in faults {
        if let Some(source) = sources.remove(&fault.template) {
            problems.push(problem(folder, &source, &fault));
        }
    }
}

fn problem(folder: &Path, source: &str, fault: &Fault) -> Problem {
    let file = folder.join(fault.template.file());
    match fault.line {
        Some(line) => {
            let code = source.lines().nth(line.saturating_sub(1));
            let remedy = remedy(fault, code.unwrap_or_default());
            Problem::in_line(&file, source, line, &fault.what, remedy)
        }
        None => Problem::unreadable(&file, &fault.what, remedy(fault, "")),
    }
}

/// A name in the line that is nearly one that exists, or what is done wrong most often, or where to look.
fn remedy(fault: &Fault, line: &str) -> String {
    if fault.what.contains("no JSON") {
        return "each {{ value }} is a JSON string with its quotes already: write none around it, and join texts inside the braces with `~`"
            .to_owned();
    }
    if fault.what.contains("filter safe") {
        return "leave it out: what comes from outside is always escaped".to_owned();
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let in_braces = line.split(['{', '}']).skip(1);
    let words = in_braces
        .flat_map(|code| code.split(|c| !is_word(c)))
        .filter(|word| word.len() > 1 && !NAMES.contains(word) && *word != "item");
    let known = NAMES.iter().copied();
    let meant = words.filter_map(|word| Some((word, nearest(word, known.clone())?)));
    match meant.last() {
        Some((word, name)) => format!("instead of `{word}`, did you mean `{name}`?"),
        None => {
            "compare it with forewarn's own, which `forewarn preview --templates-to DIR` writes"
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a folder that holds one template.
    fn said(template: Template, source: &str) -> String {
        let sources = &mut BTreeMap::from([(template, source.to_owned())]);
        let folder = Path::new("templates");
        let mut problems = Vec::new();
        let (_, faults) = Templates::with(sources);
        drop_faulty(folder, faults, sources, &mut problems);
        drop_faulty(
            folder,
            failing(sources, &Calendar::default()),
            sources,
            &mut problems,
        );
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        told.join("\n")
    }

    #[test]
    fn forewarn_s_own_templates_pass() {
        for template in Template::ALL {
            assert_eq!(said(template, template.source()), "", "{template:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_template_is_told_with_its_line_and_what_to_do() {
        let card = |block: &str| {
            let start = Template::Teams.source();
            start.replacen(
                "{% for item in items %}",
                &format!("{{% for item in items %}},{block}"),
                1,
            )
        };
        let sections = |text: &str| {
            format!(
                r#"{{"text": {{{{ title }}}}, "blocks": [{{% for item in items %}}{{% if not loop.first %}},{{% endif %}}
{{"type": "section", "text": {{"type": "mrkdwn", "text": {text}}}}}{{% endfor %}}]}}"#
            )
        };
        let told = [
            said(Template::Title, "{{ titel }}"),
            said(Template::Title, "{# nothing #}"),
            said(Template::MailText, "{{ title }}"),
            said(Template::MailText, "{{ items | sort }}"),
            said(Template::MailHtml, "<html>\n{{ title | safe }}</html>"),
            said(Template::MailHtml, "<p>{{ title }}</p>"),
            said(
                Template::MailItem,
                "\n\n{% for fact in item.fact %}{% endfor %}",
            ),
            said(Template::Slack, "{\"text\": \"{{ title }}\"}"),
            said(Template::Slack, &sections(r#"{{ item.app ~ "x" * 4000 }}"#)),
            said(
                Template::Slack,
                &sections(r#"{{ item.app | replace("&lt;", "<") | replace("&gt;", ">") }}"#),
            ),
            said(
                Template::Teams,
                &card(r#"{"type": "TextBlock", "text": {{ item.app }}}"#),
            ),
            said(
                Template::Teams,
                &Template::Teams.source().replace("\"1.5\"", "\"1.6\""),
            ),
        ];
        insta::assert_snapshot!(told.join("\n\n"));
    }
}
