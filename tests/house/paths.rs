//! The paths to our own modules that a file names: `use` trees taken apart, and paths written out in the code.

use crate::tokens::{Kind, Token, tokens};

/// A path from the crate's root, and where it is written. `domain::Id` for `use crate::domain::Id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// Its names; a last `*` takes everything. Empty when the whole crate is taken.
    pub(crate) names: Vec<String>,
    /// Counted from 1.
    pub(crate) line: usize,
}

/// All paths to our own modules in the source of the module at `module`, in the order in which they are written. `super` and
/// `self` are resolved, also inside `mod name { … }`.
pub(crate) fn paths(source: &str, module: &[String]) -> Vec<Path> {
    let tokens = tokens(source);
    let mut inner = Inner {
        module: module.to_vec(),
        depth: 0,
        opened: Vec::new(),
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        inner.enter_or_leave(&tokens[at..]);
        if starts_path(&tokens, at) {
            let mut tree = Tree {
                tokens: &tokens,
                at,
                found: &mut found,
            };
            tree.read(&inner.module);
            at = tree.at;
        } else {
            at += 1;
        }
    }
    found
}

/// The module that the reader is in, with the `mod name {` that it went through.
struct Inner {
    module: Vec<String>,
    depth: usize,
    opened: Vec<usize>,
}

impl Inner {
    fn enter_or_leave(&mut self, tokens: &[Token]) {
        match tokens {
            [keyword, name, brace, ..] if is(keyword, "mod") && brace.kind == Kind::Sign('{') => {
                if let Kind::Word(name) = &name.kind {
                    self.module.push(name.clone());
                    // the brace itself comes two tokens later
                    self.opened.push(self.depth + 1);
                }
            }
            [brace, ..] if brace.kind == Kind::Sign('{') => self.depth += 1,
            [brace, ..] if brace.kind == Kind::Sign('}') => {
                if self.opened.last() == Some(&self.depth) {
                    self.opened.pop();
                    self.module.pop();
                }
                self.depth = self.depth.saturating_sub(1);
            }
            _ => {}
        }
    }
}

fn is(token: &Token, word: &str) -> bool {
    matches!(&token.kind, Kind::Word(it) if it == word)
}

/// `crate::`, `super::`, `self::` or, in the binary, `forewarn::`, where no longer path is under way.
fn starts_path(tokens: &[Token], at: usize) -> bool {
    let is_root = ["crate", "super", "self", "forewarn"]
        .iter()
        .any(|root| is(&tokens[at], root));
    let before = at.checked_sub(1).map(|at| &tokens[at]);
    let is_inside = before.is_some_and(|before| before.kind == Kind::Colons);
    let goes_on = tokens
        .get(at + 1)
        .is_some_and(|next| next.kind == Kind::Colons);
    is_root && !is_inside && (goes_on || before.is_some_and(|before| is(before, "use")))
}

/// A path, or a tree of them in braces, being read.
struct Tree<'a> {
    tokens: &'a [Token],
    at: usize,
    found: &'a mut Vec<Path>,
}

impl Tree<'_> {
    /// Reads the tree at hand, whose names follow `prefix`, and stops behind it.
    fn read(&mut self, prefix: &[String]) {
        let line = self.tokens[self.at].line;
        let mut names = prefix.to_vec();
        loop {
            match self.tokens.get(self.at).map(|token| &token.kind) {
                Some(Kind::Sign('{')) => return self.braces(&names),
                Some(Kind::Sign('*')) => names.push("*".to_owned()),
                Some(Kind::Word(name)) => step(&mut names, name),
                _ => break,
            }
            self.at += 1;
            if self.tokens.get(self.at).map(|token| &token.kind) != Some(&Kind::Colons) {
                break;
            }
            self.at += 1;
        }
        self.found.push(Path { names, line });
    }

    fn braces(&mut self, prefix: &[String]) {
        self.at += 1;
        while let Some(token) = self.tokens.get(self.at) {
            match &token.kind {
                Kind::Sign('}') => {
                    self.at += 1;
                    return;
                }
                // `a as b`: the new name is no path
                Kind::Word(word) if word == "as" => self.at += 2,
                Kind::Word(_) | Kind::Sign('{' | '*') => self.read(prefix),
                _ => self.at += 1,
            }
        }
    }
}

/// Goes one name further.
fn step(names: &mut Vec<String>, name: &str) {
    match name {
        "crate" | "forewarn" => names.clear(),
        "self" => {}
        "super" => {
            names.pop();
        }
        name => names.push(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str, module: &str) -> Vec<String> {
        let module: Vec<String> = module.split("::").map(str::to_owned).collect();
        let found = paths(source, &module);
        found.iter().map(|path| path.names.join("::")).collect()
    }

    #[test]
    fn trees_are_taken_apart() {
        let source = "use crate::{\n  a::{B, c::{self, D as E}, f::*},\n  g,\n};";
        assert_eq!(
            read(source, "engine"),
            ["a::B", "a::c", "a::c::D", "a::f::*", "g"]
        );
    }

    #[test]
    fn every_path_has_its_own_line() {
        let found = paths(
            "use crate::{\n    a::B,\n    c::{\n        D,\n    },\n};",
            &[],
        );
        let lines: Vec<usize> = found.iter().map(|path| path.line).collect();
        assert_eq!(lines, [2, 4]);
    }

    #[test]
    fn paths_written_out_in_the_code_count() {
        let source = "fn f(x: &crate::a::B<C>) -> bool { crate::d::e(x) && g::crate_h::i() }";
        assert_eq!(read(source, "engine"), ["a::B", "d::e"]);
    }

    #[test]
    fn names_of_other_crates_and_visibilities_do_not_count() {
        assert!(
            read(
                "use std::fmt; pub(crate) fn f() {} pub(super) fn g() {}",
                "engine"
            )
            .is_empty()
        );
    }

    #[test]
    fn super_and_self_are_resolved() {
        assert_eq!(
            read("use super::x; use self::y;", "engine::deliver"),
            ["engine::x", "engine::deliver::y"]
        );
        assert_eq!(
            read("use super::{super::store::Z, w};", "engine::deliver"),
            ["store::Z", "engine::w"]
        );
    }

    #[test]
    fn modules_inside_a_file_count_in_super() {
        let source = "mod tests { use super::a; fn f() { super::super::b() } } use super::c;";
        assert_eq!(read(source, "engine"), ["engine::a", "b", "c"]);
    }

    #[test]
    fn the_whole_crate_under_another_name_is_an_empty_path() {
        assert_eq!(read("use crate as c; use crate::*;", "engine"), ["", "*"]);
    }

    #[test]
    fn a_macro_s_crate_is_ours() {
        assert_eq!(
            read("macro_rules! m { () => { $crate::a::b() } }", "engine"),
            ["a::b"]
        );
    }
}
