//! `[changes]`.

use forewarn::domain::change::Changes;

use super::{MINIMAL, good, load_text, told};

#[test]
fn nothing_is_told_of_changes_unless_asked_for() {
    let none = Changes::default();
    for (written, expected) in [
        ("", none),
        ("[changes]\n", none),
        (
            "[changes]\nnotify = [\"owner-lost\", \"added\"]\n",
            Changes {
                added: true,
                owner_lost: true,
                ..none
            },
        ),
        (
            "[changes]\nnotify = [\"removed\"]\n",
            Changes {
                removed: true,
                ..none
            },
        ),
    ] {
        let text = MINIMAL.to_owned() + written;
        assert_eq!(told(load_text(&text, &[])), "nothing is wrong", "{written}");
        assert_eq!(good(&text, &[]).changes, expected, "{written}");
    }
}

#[test]
fn owners_that_are_not_looked_for_cannot_be_lost() {
    let text = |sources: &str| {
        format!("{MINIMAL}[changes]\nnotify = [\"owner-lost\"]\n[owners]\nsources = [{sources}]\n")
    };
    let graph = told(load_text(text("\"tags\", \"graph\""), &[]));
    assert_eq!(graph, "nothing is wrong");
    let tags = told(load_text(text("\"tags\""), &[]));
    assert!(
        tags.contains("warning") && tags.contains("changes.notify[0]") && tags.contains("graph"),
        "{tags}"
    );
}
