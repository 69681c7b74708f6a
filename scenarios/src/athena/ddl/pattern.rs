//! Patterns behind `LIKE`: regular expressions, as far as names need them.
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/show-databases.html>,
//! <https://docs.aws.amazon.com/athena/latest/ug/show-tables.html>.

/// Whether all of a name matches a regular expression: `.`, `*`, `+`, `?`, `[…]`, `(…)`, `|`, `\` and `\d`, `\w`.
/// What is no such expression matches nothing.
pub fn matches(pattern: &str, name: &str) -> bool {
    let characters: Vec<char> = pattern.chars().collect();
    let mut reader = Reader { characters: &characters, at: 0 };
    let Some(expression) = reader.alternatives().filter(|_| reader.at == characters.len()) else {
        return false;
    };
    let name: Vec<char> = name.chars().collect();
    any(&expression, &name, &mut |rest| rest.is_empty())
}

/// Whether a name matches as Hive has it for tables: `*` stands for anything, `|` parts alternatives, case is all one.
pub fn matches_hive(pattern: &str, name: &str) -> bool {
    matches(&pattern.to_lowercase().replace('*', ".*"), &name.to_lowercase())
}

/// Alternatives, each a sequence.
type Alternatives = Vec<Vec<Node>>;

enum Node {
    One(Set),
    Group(Alternatives),
    Repeat { node: Box<Node>, min: usize, max: usize },
}

enum Set {
    Any,
    Of { negated: bool, ranges: Vec<(char, char)> },
}

impl Set {
    fn has(&self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::Of { negated, ranges } => {
                ranges.iter().any(|(low, high)| (low..=high).contains(&&c)) != *negated
            }
        }
    }
}

struct Reader<'a> {
    characters: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.characters.get(self.at).copied();
        self.at += usize::from(next.is_some());
        next
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    /// Up to the end or a closing parenthesis.
    fn alternatives(&mut self) -> Option<Alternatives> {
        let mut alternatives = vec![Vec::new()];
        while let Some(c) = self.peek() {
            match c {
                ')' => break,
                '|' => {
                    self.next();
                    alternatives.push(Vec::new());
                }
                _ => {
                    let node = self.node()?;
                    alternatives.last_mut()?.push(node);
                }
            }
        }
        Some(alternatives)
    }

    fn node(&mut self) -> Option<Node> {
        let mut node = match self.next()? {
            '.' => Node::One(Set::Any),
            '[' => Node::One(self.set()?),
            '\\' => Node::One(Set::Of { negated: false, ranges: class(self.next()?) }),
            '(' => {
                let group = self.alternatives()?;
                (self.next()? == ')').then_some(Node::Group(group))?
            }
            '*' | '+' | '?' => return None,
            c => Node::One(Set::Of { negated: false, ranges: vec![(c, c)] }),
        };
        while let Some(sign @ ('*' | '+' | '?')) = self.peek() {
            self.next();
            let (min, max) = match sign {
                '*' => (0, usize::MAX),
                '+' => (1, usize::MAX),
                _ => (0, 1),
            };
            node = Node::Repeat { node: Box::new(node), min, max };
        }
        Some(node)
    }

    /// Behind `[`.
    fn set(&mut self) -> Option<Set> {
        let negated = self.peek() == Some('^');
        self.at += usize::from(negated);
        let mut ranges = Vec::new();
        loop {
            match self.next()? {
                ']' if !ranges.is_empty() => return Some(Set::Of { negated, ranges }),
                '\\' => ranges.extend(class(self.next()?)),
                low => {
                    let range = self.peek() == Some('-') && self.characters.get(self.at + 1) != Some(&']');
                    self.at += usize::from(range);
                    ranges.push((low, if range { self.next()? } else { low }));
                }
            }
        }
    }
}

fn class(c: char) -> Vec<(char, char)> {
    match c {
        'd' => vec![('0', '9')],
        'w' => vec![('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        c => vec![(c, c)],
    }
}

/// What has to hold of the rest.
type Then<'a> = &'a mut dyn FnMut(&[char]) -> bool;

fn any(alternatives: &Alternatives, text: &[char], then: Then<'_>) -> bool {
    alternatives.iter().any(|sequence| all(sequence, text, then))
}

fn all(sequence: &[Node], text: &[char], then: Then<'_>) -> bool {
    match sequence {
        [] => then(text),
        [first, rest @ ..] => one(first, text, &mut |text| all(rest, text, then)),
    }
}

fn one(node: &Node, text: &[char], then: Then<'_>) -> bool {
    match node {
        Node::One(set) => matches!(text, [first, rest @ ..] if set.has(*first) && then(rest)),
        Node::Group(alternatives) => any(alternatives, text, then),
        Node::Repeat { node, min, max } => repeated(node, *min, *max, text, then),
    }
}

fn repeated(node: &Node, min: usize, max: usize, text: &[char], then: Then<'_>) -> bool {
    if min == 0 && then(text) {
        return true;
    }
    // What matches nothing once more gets nowhere.
    max > 0
        && one(node, text, &mut |rest| {
            (rest.len() < text.len() || min > 0) && repeated(node, min.saturating_sub(1), max - 1, rest, then)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_match() {
        for (pattern, name, expected) in [
            (".*analytics", "web_analytics", true),
            ("web*", "web_analytics", false),
            ("web%", "web_analytics", false),
            ("a|b", "b", true),
            ("(a|bc)+d?", "abcad", true),
            ("(a*)*", "aaaa", true),
            ("(a*)*b", "aaaa", false),
            ("[a-c]+[^0-9]", "abcx", true),
            ("[a-c]+[^0-9]", "abc1", false),
            (r"t\d+\.x", "t12.x", true),
            (r"t\d+\.x", "t12ax", false),
            ("", "", true),
            ("*", "x", false),
            ("(a", "a", false),
            ("a)", "a", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn stars_of_hive_stand_for_anything() {
        for (pattern, name, expected) in [
            ("*", "orders", true),
            ("ord*", "orders", true),
            ("Ord.*", "orders", true),
            ("orders", "orders", true),
            ("order", "orders", false),
            ("a*|*rs", "orders", true),
        ] {
            assert_eq!(matches_hive(pattern, name), expected, "{pattern} {name}");
        }
    }
}
