//! Tokens into a tree. `OR` binds less than `AND`, `AND` less than `NOT`, `NOT` less than a condition.

use super::token::{Token, tokens};

/// How deep parentheses and `NOT` may be nested.
const DEPTH_MAX: usize = 128;

/// An expression whose names are not resolved yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
    Condition { key: String, test: Test },
}

/// What is asked of the value of a key. Literals are texts until the type of the key is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    Compare(Operator, String),
    In(Vec<String>),
    Between(String, String),
    Like(String),
    IsNull,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    fn of_sign(sign: &str) -> Option<Self> {
        Some(match sign {
            "=" => Self::Equal,
            "<>" | "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// The same with the sides exchanged.
    fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }
}

/// One side of a comparison.
enum Side {
    Key(String),
    Literal(String),
}

/// The tree of a text; `None` when it is no expression.
pub(super) fn parse(text: &str) -> Option<Tree> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, depth: 0 };
    let tree = parser.disjunction()?;
    parser.tokens.is_empty().then_some(tree)
}

/// The tokens that are still to be read. A method that answers `None` may have read some; where another one is tried
/// then, the position is put back first.
struct Parser<'a> {
    tokens: &'a [Token],
    depth: usize,
}

impl<'a> Parser<'a> {
    fn disjunction(&mut self) -> Option<Tree> {
        let mut trees = vec![self.conjunction()?];
        while self.connective("or") {
            trees.push(self.conjunction()?);
        }
        Some(if trees.len() == 1 { trees.remove(0) } else { Tree::Or(trees) })
    }

    fn conjunction(&mut self) -> Option<Tree> {
        let mut trees = vec![self.negation()?];
        while self.connective("and") {
            trees.push(self.negation()?);
        }
        Some(if trees.len() == 1 { trees.remove(0) } else { Tree::And(trees) })
    }

    fn negation(&mut self) -> Option<Tree> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        let tree = if self.keyword("not") { Tree::Not(Box::new(self.negation()?)) } else { self.primary()? };
        self.depth -= 1;
        Some(tree)
    }

    /// A condition, or an expression in parentheses: which of them only shows behind the first parenthesis, since a name
    /// may be in parentheses too.
    fn primary(&mut self) -> Option<Tree> {
        let (start, depth) = (self.tokens, self.depth);
        if let Some(condition) = self.condition() {
            return Some(condition);
        }
        (self.tokens, self.depth) = (start, depth);
        if !self.sign("(") {
            return None;
        }
        let tree = self.disjunction()?;
        self.sign(")").then_some(tree)
    }

    fn condition(&mut self) -> Option<Tree> {
        match self.side()? {
            Side::Literal(literal) => {
                let operator = self.operator()?.turned();
                let Side::Key(key) = self.side()? else { return None };
                Some(Tree::Condition { key, test: Test::Compare(operator, literal) })
            }
            Side::Key(key) => self.condition_on(key),
        }
    }

    fn condition_on(&mut self, key: String) -> Option<Tree> {
        if self.keyword("is") {
            let not = self.keyword("not");
            return self.keyword("null").then(|| negated(not, key, Test::IsNull));
        }
        if let Some(operator) = self.operator() {
            let test = Test::Compare(operator, self.literal()?);
            return Some(Tree::Condition { key, test });
        }
        let not = self.keyword("not");
        let test = if self.keyword("in") {
            Test::In(self.list()?)
        } else if self.keyword("between") {
            let least = self.literal()?;
            self.connective("and").then_some(())?;
            Test::Between(least, self.literal()?)
        } else if self.keyword("like") {
            Test::Like(self.literal()?)
        } else {
            return None;
        };
        Some(negated(not, key, test))
    }

    fn list(&mut self) -> Option<Vec<String>> {
        self.sign("(").then_some(())?;
        let mut literals = vec![self.literal()?];
        while self.sign(",") {
            literals.push(self.literal()?);
        }
        self.sign(")").then_some(literals)
    }

    fn literal(&mut self) -> Option<String> {
        match self.side()? {
            Side::Literal(literal) => Some(literal),
            Side::Key(_) => None,
        }
    }

    /// A name or a literal, in parentheses or not.
    fn side(&mut self) -> Option<Side> {
        let mut opened = 0;
        while self.sign("(") {
            opened += 1;
        }
        let side = match self.next()? {
            Token::Number(number) => Side::Literal(number.clone()),
            Token::Text(text) => Side::Literal(text.clone()),
            Token::Quoted(name) => Side::Key(name.to_lowercase()),
            Token::Word(word) => self.key_or_typed_literal(word)?,
            Token::Sign(_) => return None,
        };
        (0..opened).all(|_| self.sign(")")).then_some(side)
    }

    /// `DATE '2024-01-01'` and `TIMESTAMP '…'` are literals; `date` alone is a name.
    fn key_or_typed_literal(&mut self, word: &str) -> Option<Side> {
        let name = word.to_lowercase();
        if matches!(name.as_str(), "date" | "timestamp")
            && let Some((Token::Text(text), rest)) = self.tokens.split_first()
        {
            self.tokens = rest;
            return Some(Side::Literal(text.clone()));
        }
        const RESERVED: [&str; 8] = ["and", "or", "not", "in", "between", "like", "is", "null"];
        (!RESERVED.contains(&name.as_str())).then_some(Side::Key(name))
    }

    /// `AND` or `OR`, which may be in parentheses of its own, as moto's tests have it.
    fn connective(&mut self, word: &str) -> bool {
        let start = self.tokens;
        let opened = self.sign("(");
        if self.keyword(word) && (!opened || self.sign(")")) {
            return true;
        }
        self.tokens = start;
        false
    }

    fn operator(&mut self) -> Option<Operator> {
        let (Token::Sign(sign), rest) = self.tokens.split_first()? else { return None };
        let operator = Operator::of_sign(sign)?;
        self.tokens = rest;
        Some(operator)
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let found =
            matches!(self.tokens.first(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.skip_if(found)
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.first(), Some(Token::Sign(found)) if *found == sign);
        self.skip_if(found)
    }

    fn skip_if(&mut self, found: bool) -> bool {
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }

    fn next(&mut self) -> Option<&'a Token> {
        let (token, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(token)
    }
}

fn negated(not: bool, key: String, test: Test) -> Tree {
    let condition = Tree::Condition { key, test };
    if not { Tree::Not(Box::new(condition)) } else { condition }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree with every parenthesis that it could have.
    fn shown(tree: &Tree) -> String {
        let joined = |trees: &[Tree], word: &str| {
            format!("({})", trees.iter().map(shown).collect::<Vec<_>>().join(word))
        };
        match tree {
            Tree::And(trees) => joined(trees, " AND "),
            Tree::Or(trees) => joined(trees, " OR "),
            Tree::Not(tree) => format!("NOT {}", shown(tree)),
            Tree::Condition { key, test } => match test {
                Test::Compare(operator, literal) => format!("{key} {operator:?} {literal}"),
                test => format!("{key} {test:?}"),
            },
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(parse(text).as_ref().map(shown).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn and_binds_more_than_or_and_not_more_than_and() {
        check("a=1 or not b=2 and c=3 or d=4", "(a Equal 1 OR (NOT b Equal 2 AND c Equal 3) OR d Equal 4)");
        check(
            "(a=1 or b=2) and not (c=3 or d=4)",
            "((a Equal 1 OR b Equal 2) AND NOT (c Equal 3 OR d Equal 4))",
        );
        check("a between 1 and 2 and b=3", "(a Between(\"1\", \"2\") AND b Equal 3)");
    }

    #[test]
    fn names_are_folded_quoted_and_called_like_types() {
        check("DAY = 1", "day Equal 1");
        check("`And` = 1", "and Equal 1");
        check("date >= DATE '2024-01-01'", "date GreaterOrEqual 2024-01-01");
        check("\"a b\" is not null", "NOT a b IsNull");
    }

    #[test]
    fn sides_may_be_exchanged_and_in_parentheses() {
        check("5 < a", "a Greater 5");
        check("((a)) = ((5))", "a Equal 5");
        check("((a = 5))", "a Equal 5");
        check("(a) = ((2)) (OR) (((a))) = (3)", "(a Equal 2 OR a Equal 3)");
    }

    #[test]
    fn what_is_no_expression_is_not_parsed() {
        for bad in [
            "a",
            "a =",
            "= 1",
            "a = 1 and",
            "a = 1 b = 2",
            "(a = 1",
            "a = 1)",
            "a == 1",
            "a = b",
            "1 = 1",
            "a in ()",
            "a in (1,)",
            "a in 1",
            "a between 1",
            "a between 1 or 2",
            "a like",
            "a is 1",
            "a not = 1",
            "not",
            "and = 1",
            "f(a) = 1",
            "a + 1 = 2",
            "true",
            "a = null",
            "select 1",
            "a = 1; drop",
            "()",
            "a = date",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| format!("{}a = 1{}", "(".repeat(depth), ")".repeat(depth));
        assert!(parse(&nested(50)).is_some());
        assert!(parse(&format!("{}a = 1", "not ".repeat(100))).is_some());
        assert!(parse(&format!("{}a = 1", "not ".repeat(2000))).is_none());
        let deep = format!("{}a = 1 and a = 1{}", "(".repeat(1000), ")".repeat(1000));
        assert!(parse(&deep).is_none());
    }
}
