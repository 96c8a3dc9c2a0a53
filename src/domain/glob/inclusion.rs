//! What one pattern says about another, or about GUIDs: the one is followed through everything that the other may be.

use std::collections::BTreeSet;

use super::Glob;

/// Where in a pattern one may be after some text.
type Positions = BTreeSet<usize>;

/// No pattern that people write is near this many ways through another; beyond it nothing is claimed.
const WAYS: usize = 500;

/// One character of a text that is not known.
#[derive(Clone, Copy)]
enum Unknown<'a> {
    /// One of these.
    OneOf(&'a [char]),
    /// One that no pattern spells out. Where it gets through, every other does.
    Stranger,
}

const HEX: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
];

impl Glob {
    /// Does it match everything that `other` matches? A "no" may also mean that the two are too long to tell.
    pub fn covers(&self, other: &Self) -> bool {
        let mut ways = BTreeSet::from([self.start()]);
        for symbol in &other.folded {
            ways = match symbol {
                '*' => ways.iter().flat_map(|way| self.any_run(way)).collect(),
                '?' => self.all(&ways, Unknown::Stranger),
                c => self.all(&ways, Unknown::OneOf(&[*c])),
            };
            if ways.len() > WAYS {
                return false;
            }
        }
        ways.iter().all(|way| self.is_through(way))
    }

    /// Does it match any GUID in its hyphenated form?
    pub fn can_be_guid(&self) -> bool {
        let places = [8, 4, 4, 4, 12].map(|digits| vec![&HEX[..]; digits]);
        let guid = places.join(&&['-'][..]);
        let end = guid.into_iter().fold(self.start(), |way, chars| {
            self.step(&way, Unknown::OneOf(chars))
        });
        self.is_through(&end)
    }

    fn start(&self) -> Positions {
        let mut start = Positions::new();
        self.enter(0, &mut start);
        start
    }

    fn is_through(&self, way: &Positions) -> bool {
        way.contains(&self.folded.len())
    }

    /// Adds a position, and those behind it that a `*` leaves open.
    fn enter(&self, at: usize, positions: &mut Positions) {
        let stars = self.folded[at..].iter().take_while(|c| **c == '*').count();
        positions.extend(at..=at + stars);
    }

    fn all(&self, ways: &BTreeSet<Positions>, next: Unknown<'_>) -> BTreeSet<Positions> {
        ways.iter().map(|way| self.step(way, next)).collect()
    }

    fn step(&self, from: &Positions, next: Unknown<'_>) -> Positions {
        let mut reached = Positions::new();
        for &at in from {
            match (self.folded.get(at), next) {
                (Some('*'), _) => self.enter(at, &mut reached),
                (Some('?'), _) => self.enter(at + 1, &mut reached),
                (Some(c), Unknown::OneOf(chars)) if chars.contains(c) => {
                    self.enter(at + 1, &mut reached);
                }
                _ => {}
            }
        }
        reached
    }

    /// After each number of strangers: from some number on nothing changes any more.
    fn any_run(&self, from: &Positions) -> BTreeSet<Positions> {
        let mut found = BTreeSet::new();
        let mut way = from.clone();
        while found.len() <= WAYS && found.insert(way.clone()) {
            way = self.step(&way, Unknown::Stranger);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Glob;

    #[test]
    fn a_pattern_covers_what_it_always_matches() {
        for (wide, narrow, expected) in [
            ("*", "billing-*", true),
            ("billing-*", "Billing-API", true),
            ("billing-*", "billing-*-prod", true),
            ("billing-*-prod", "billing-*", false),
            ("*", "*", true),
            ("*?", "?*", true),
            ("?*", "*a", true),
            ("?*", "*", false),
            ("", "", true),
            ("", "*", false),
            ("*a*", "*ba?", true),
            ("*@contoso.com", "ada@*.contoso.com", false),
            ("*contoso.com", "ada@*.contoso.com", true),
        ] {
            let covers = Glob::new(wide).covers(&Glob::new(narrow));
            assert_eq!(covers, expected, "{wide} covers {narrow}");
        }
    }

    #[test]
    fn only_what_may_be_a_guid_is_one() {
        for (pattern, expected) in [
            ("8d6f3c1e-52a4-4c0b-9a43-6d1f0e7b2c58", true),
            ("8D6F*", true),
            ("*-6d1f0e7b2c58", true),
            ("????????-*", true),
            ("*", true),
            ("billing-*", false),
            ("8d6f3c1e52a44c0b9a436d1f0e7b2c58", false),
            ("{8d6f3c1e-*}", false),
            ("8d6f3c1e-52a4-4c0b-9a43-6d1f0e7b2c5", false),
            ("", false),
        ] {
            assert_eq!(Glob::new(pattern).can_be_guid(), expected, "{pattern}");
        }
    }

    #[test]
    fn long_patterns_are_given_up_on_rather_than_followed_for_ever() {
        let stars = Glob::new(&"*a?".repeat(60));
        assert!(!stars.covers(&Glob::new(&"*?b".repeat(60))));
        assert!(Glob::new("*").covers(&stars));
    }

    /// Every text of up to five characters out of three.
    fn texts() -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..5 {
            let longer = |text: &String| ["a", "b", "z"].map(|c| text.clone() + c);
            last = last.iter().flat_map(longer).collect();
            all.extend(last.clone());
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// `z` is in no pattern, so that it stands for all the characters that are not.
        #[test]
        fn it_agrees_with_trying_every_text(wide in "[ab*?]{0,4}", narrow in "[ab*?]{0,4}") {
            let (wide, narrow) = (Glob::new(&wide), Glob::new(&narrow));
            let tried = texts().iter().all(|text| !narrow.matches(text) || wide.matches(text));
            prop_assert_eq!(wide.covers(&narrow), tried);
        }
    }
}
