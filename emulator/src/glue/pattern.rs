//! Patterns that names of tables and functions are held against.
//!
//! AWS calls them regular expressions and gives Hive's meaning to a star: `orders*`, `*_2024|*_2023`. A star therefore
//! stands for any text, unless it follows something that a regular expression would repeat and a name does not have:
//! `.`, a class, an escape or a group. `+`, `?` and `{2,3}` repeat; `\w`, `\d` and `\s` are classes. A name matches as a
//! whole, in capital letters or small ones.
//!
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetTables.html>; on the star, moto's tests.

use super::errors;
use crate::error::ApiError;

/// A pattern, as a machine whose states are walked side by side: no pattern takes long on a name.
#[derive(Debug)]
pub(super) struct NamePattern(Vec<Step>);

#[derive(Debug, Clone)]
enum Step {
    /// One character of a set.
    One(Set),
    /// Goes on at both places.
    Fork(usize, usize),
    Jump(usize),
    Match,
}

#[derive(Debug, Clone)]
enum Set {
    Any,
    Is(char),
    Word,
    Digit,
    Space,
    Not(Box<Set>),
    Range(char, char),
    OneOf(Vec<Set>),
}

/// A part of a pattern.
#[derive(Debug, Clone)]
enum Node {
    One(Set),
    All(Vec<Node>),
    Either(Vec<Node>),
    /// At least, at most.
    Repeat(Box<Node>, usize, Option<usize>),
}

/// Patterns are as long as AWS lets them be; `{…}` must not make them longer than this.
const STEPS_MAX: usize = 20_000;
const DEPTH_MAX: usize = 64;

impl NamePattern {
    /// The machine of a pattern.
    pub fn new(pattern: &str) -> Result<Self, ApiError> {
        let refusal = || errors::invalid_input(format!("Unsupported expression '{pattern}'"));
        let chars: Vec<char> = pattern.to_lowercase().chars().collect();
        let mut reader = Reader { chars: &chars, depth: 0 };
        let node = reader.alternatives().filter(|_| reader.chars.is_empty()).ok_or_else(refusal)?;
        let mut steps = Vec::new();
        compile(&node, &mut steps).ok_or_else(refusal)?;
        steps.push(Step::Match);
        Ok(Self(steps))
    }

    /// Whether the whole name matches.
    pub fn matches(&self, name: &str) -> bool {
        let mut states = self.reached(&[0]);
        for c in name.to_lowercase().chars() {
            let next: Vec<usize> =
                states.iter().filter(|state| self.takes(**state, c)).map(|state| state + 1).collect();
            states = self.reached(&next);
        }
        states.iter().any(|state| matches!(self.0[*state], Step::Match))
    }

    fn takes(&self, state: usize, c: char) -> bool {
        matches!(&self.0[state], Step::One(set) if set.has(c))
    }

    /// The states that can be reached without a character.
    fn reached(&self, from: &[usize]) -> Vec<usize> {
        let mut seen = vec![false; self.0.len()];
        let mut open = from.to_vec();
        let mut reached = Vec::new();
        while let Some(state) = open.pop() {
            if std::mem::replace(&mut seen[state], true) {
                continue;
            }
            match self.0[state] {
                Step::Fork(left, right) => open.extend([left, right]),
                Step::Jump(to) => open.push(to),
                Step::One(_) | Step::Match => reached.push(state),
            }
        }
        reached
    }
}

impl Set {
    fn has(&self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::Is(own) => *own == c,
            Self::Word => c.is_ascii_alphanumeric() || c == '_',
            Self::Digit => c.is_ascii_digit(),
            Self::Space => c.is_ascii_whitespace(),
            Self::Not(set) => !set.has(c),
            Self::Range(first, last) => (*first..=*last).contains(&c),
            Self::OneOf(sets) => sets.iter().any(|set| set.has(c)),
        }
    }
}

/// Appends the steps of a part; `None` when there are too many of them.
fn compile(node: &Node, steps: &mut Vec<Step>) -> Option<()> {
    if steps.len() > STEPS_MAX {
        return None;
    }
    match node {
        Node::One(set) => steps.push(Step::One(set.clone())),
        Node::All(nodes) => nodes.iter().try_for_each(|node| compile(node, steps))?,
        Node::Either(nodes) => {
            let (last, others) = nodes.split_last()?;
            let mut jumps = Vec::new();
            for other in others {
                let fork = reserve(steps);
                compile(other, steps)?;
                jumps.push(reserve(steps));
                steps[fork] = Step::Fork(fork + 1, steps.len());
            }
            compile(last, steps)?;
            let end = steps.len();
            jumps.into_iter().for_each(|jump| steps[jump] = Step::Jump(end));
        }
        Node::Repeat(node, least, most) => {
            (0..*least).try_for_each(|_| compile(node, steps))?;
            match most {
                Some(most) => (*least..*most).try_for_each(|_| optional(node, steps))?,
                None => {
                    let fork = reserve(steps);
                    compile(node, steps)?;
                    steps.push(Step::Jump(fork));
                    steps[fork] = Step::Fork(fork + 1, steps.len());
                }
            }
        }
    }
    Some(())
}

fn optional(node: &Node, steps: &mut Vec<Step>) -> Option<()> {
    let fork = reserve(steps);
    compile(node, steps)?;
    steps[fork] = Step::Fork(fork + 1, steps.len());
    Some(())
}

/// The place of a step that is set later.
fn reserve(steps: &mut Vec<Step>) -> usize {
    steps.push(Step::Match);
    steps.len() - 1
}

/// The characters that are still to be read.
struct Reader<'a> {
    chars: &'a [char],
    depth: usize,
}

impl Reader<'_> {
    fn alternatives(&mut self) -> Option<Node> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        let mut nodes = vec![self.sequence()?];
        while self.skip('|') {
            nodes.push(self.sequence()?);
        }
        self.depth -= 1;
        Some(Node::Either(nodes))
    }

    fn sequence(&mut self) -> Option<Node> {
        let mut nodes = Vec::new();
        while let Some(c) = self.chars.first().copied().filter(|c| !matches!(c, '|' | ')')) {
            self.chars = &self.chars[1..];
            let (node, repeats) = self.one(c)?;
            nodes.push(self.repeated(node, repeats)?);
        }
        Some(Node::All(nodes))
    }

    /// What a character begins, and whether a star behind it repeats it.
    fn one(&mut self, c: char) -> Option<(Node, bool)> {
        Some(match c {
            '*' => (Node::Repeat(Box::new(Node::One(Set::Any)), 0, None), false),
            '.' => (Node::One(Set::Any), true),
            '\\' => (Node::One(self.escape()?), true),
            '[' => (Node::One(self.class()?), true),
            '(' => {
                let node = self.alternatives()?;
                self.skip(')').then_some((node, true))?
            }
            '^' | '$' => (Node::All(Vec::new()), false),
            '+' | '?' | '{' => return None,
            c => (Node::One(Set::Is(c)), false),
        })
    }

    fn repeated(&mut self, node: Node, by_star: bool) -> Option<Node> {
        let (least, most) = match self.chars.first() {
            Some('*') if by_star => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.counted(node),
            _ => return Some(node),
        };
        self.chars = &self.chars[1..];
        Some(Node::Repeat(Box::new(node), least, most))
    }

    /// `{2}`, `{2,}` or `{2,3}`.
    fn counted(&mut self, node: Node) -> Option<Node> {
        let end = self.chars.iter().position(|c| *c == '}')?;
        let text: String = self.chars[1..end].iter().collect();
        self.chars = &self.chars[end + 1..];
        let (least, most) = match text.split_once(',') {
            None => (text.parse().ok()?, Some(text.parse().ok()?)),
            Some((least, "")) => (least.parse().ok()?, None),
            Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
        };
        let sane = least <= 255 && most.is_none_or(|most| (least..=255).contains(&most));
        sane.then(|| Node::Repeat(Box::new(node), least, most))
    }

    fn escape(&mut self) -> Option<Set> {
        let (c, rest) = self.chars.split_first()?;
        self.chars = rest;
        Some(match c {
            'w' => Set::Word,
            'd' => Set::Digit,
            's' => Set::Space,
            c if c.is_alphanumeric() => return None,
            c => Set::Is(*c),
        })
    }

    /// `[a-z_]`, `[^0-9]`.
    fn class(&mut self) -> Option<Set> {
        let negated = self.skip('^');
        let mut sets = Vec::new();
        while !self.skip(']') {
            let (c, rest) = self.chars.split_first()?;
            self.chars = rest;
            sets.push(match (c, self.chars) {
                ('\\', _) => self.escape()?,
                (first, ['-', last, rest @ ..]) if *last != ']' => {
                    self.chars = rest;
                    Set::Range(*first, *last)
                }
                (c, _) => Set::Is(*c),
            });
        }
        let set = (!sets.is_empty()).then_some(Set::OneOf(sets))?;
        Some(if negated { Set::Not(Box::new(set)) } else { set })
    }

    fn skip(&mut self, c: char) -> bool {
        let found = self.chars.first() == Some(&c);
        if found {
            self.chars = &self.chars[1..];
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        let compiled = NamePattern::new(pattern).unwrap();
        for name in yes {
            assert!(compiled.matches(name), "{pattern} {name}");
        }
        for name in no {
            assert!(!compiled.matches(name), "{pattern} {name}");
        }
    }

    #[test]
    fn a_star_is_any_text() {
        check("orders*", &["orders", "orders_2024"], &["order", "my_orders"]);
        check("*catch*is*", &["fakecatchthisfake", "catchis"], &["catch"]);
        check("*_2024|*_2023", &["a_2024", "_2023"], &["a_2022", "a_2024x"]);
        check("*", &["", "anything"], &[]);
        check(".*catch*is*", &["fakecatchthisfake", "catchis"], &["catch"]);
        check("trailing*.*", &["trailing.", "trailing"], &["trail"]);
    }

    #[test]
    fn the_rest_is_a_regular_expression_on_the_whole_name() {
        check("orders", &["orders", "ORDERS"], &["orders2", "xorders"]);
        check("ORD(ers|inal)s?", &["orders", "ordinal"], &["ord"]);
        check("^a.c$", &["abc"], &["ac"]);
        check("\\w+_\\d{2,3}", &["t_12", "t_123"], &["t_1", "t_1234", "_12"]);
        check("[a-c_]+x{2}[^0-9]", &["abcxxz", "_xxa"], &["dxx1", "axa"]);
        check("(ab)*c", &["c", "ababc"], &["abac"]);
        check("a\\.b", &["a.b"], &["axb"]);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for bad in ["(", "a)", "[a", "+", "a{2", "a{x}", "a{3,2}", "\\", "\\q", &"(".repeat(100)] {
            assert!(NamePattern::new(bad).is_err(), "{bad}");
        }
        assert!(NamePattern::new("((a{255}){255}){255}").is_err());
    }

    #[test]
    fn no_pattern_takes_long() {
        let pattern = NamePattern::new(&"(a|a)*a?".repeat(40)).unwrap();
        assert!(!pattern.matches(&format!("{}b", "a".repeat(250))));
    }
}
