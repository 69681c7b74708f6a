//! The items that a path of SQL/JSON leads to.
//!
//! Source: Trino's `PathEvaluationVisitor` and `PathPredicateEvaluationVisitor`.

use std::cmp::Ordering;

use super::json_text::{Json, is_float};
use super::sql_path::{Compare, Method, Path, Predicate, SqlPath};

/// Why a path cannot be followed.
pub type Items = Result<Vec<Json>, String>;

impl SqlPath {
    /// The items of a document.
    pub fn items(&self, document: &Json) -> Items {
        Place { is_lax: self.is_lax, document, current: None, last: None }.items(&self.root)
    }
}

/// Where an expression stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    is_lax: bool,
    document: &'a Json,
    current: Option<&'a Json>,
    last: Option<i64>,
}

impl Place<'_> {
    fn items(&self, path: &Path) -> Items {
        match path {
            Path::Context => Ok(vec![self.document.clone()]),
            Path::Current => Ok(self.current.cloned().into_iter().collect()),
            Path::Last => match self.last {
                Some(last) => Ok(vec![Json::Number(last.to_string())]),
                None => Err("accessing the last array index with no enclosing array".to_owned()),
            },
            Path::Literal(value) => Ok(vec![value.clone()]),
            Path::Member(base, name) => self.members(self.opened(base)?, name.as_deref()),
            Path::Elements(base, subscripts) => self.elements(self.items(base)?, subscripts.as_deref()),
            Path::Filter(base, predicate) => {
                let mut items = self.opened(base)?;
                items.retain(|item| Place { current: Some(item), ..*self }.holds(predicate) == Some(true));
                Ok(items)
            }
            Path::Method(base, method @ (Method::Type | Method::Size)) => {
                self.items(base)?.iter().map(|item| self.described(item, *method)).collect()
            }
            Path::Method(base, method) => {
                self.opened(base)?.iter().map(|item| calculated(item, *method)).collect()
            }
            Path::Negative(inner) => self
                .opened(inner)?
                .iter()
                .map(|item| arithmetic('-', &Json::Number("0".into()), item))
                .collect(),
            Path::Binary(operator, left, right) => {
                let (left, right) = (self.opened(left)?, self.opened(right)?);
                match (left.as_slice(), right.as_slice()) {
                    ([left], [right]) => Ok(vec![arithmetic(*operator, left, right)?]),
                    _ => Err("arithmetic binary expression requires singleton operands".to_owned()),
                }
            }
        }
    }

    /// The items, with the elements of lists in place of them in lax mode.
    fn opened(&self, path: &Path) -> Items {
        let items = self.items(path)?;
        Ok(if self.is_lax { opened(items) } else { items })
    }

    fn members(&self, items: Vec<Json>, name: Option<&str>) -> Items {
        let mut out = Vec::new();
        for item in items {
            match item {
                // Of equal names the last counts.
                Json::Object(fields) => match name {
                    None => out.extend(fields.into_iter().map(|(_, value)| value)),
                    Some(name) => match fields.into_iter().rev().find(|(known, _)| known == name) {
                        Some((_, value)) => out.push(value),
                        None if self.is_lax => {}
                        None => return Err(format!("missing member '{name}' in JSON object")),
                    },
                },
                _ if self.is_lax => {}
                _ => return Err("invalid item type. Expected: OBJECT".to_owned()),
            }
        }
        Ok(out)
    }

    fn elements(&self, items: Vec<Json>, subscripts: Option<&[(Path, Option<Path>)]>) -> Items {
        let mut out = Vec::new();
        for item in items {
            let list = match item {
                Json::List(list) => list,
                item if self.is_lax => vec![item],
                _ => return Err("invalid item type. Expected: ARRAY".to_owned()),
            };
            let Some(subscripts) = subscripts else {
                out.extend(list);
                continue;
            };
            let length = list.len() as i64;
            let inside = Place { last: Some(length - 1), ..*self };
            for (from, to) in subscripts {
                let from = inside.index(from)?;
                let to = to.as_ref().map_or(Ok(from), |to| inside.index(to))?;
                if !self.is_lax && (from < 0 || to < from || to >= length) {
                    return Err(format!(
                        "invalid array subscript: [{from}, {to}] for array of size {length}"
                    ));
                }
                out.extend((from.max(0)..=to.min(length - 1)).map(|at| list[at as usize].clone()));
            }
        }
        Ok(out)
    }

    fn index(&self, path: &Path) -> Result<i64, String> {
        match self.items(path)?.as_slice() {
            [Json::Number(digits)] => match digits.parse::<f64>() {
                Ok(index) if index.abs() < 1e9 => Ok(index.trunc() as i64),
                _ => Err("array subscript out of range".to_owned()),
            },
            _ => Err("array subscript must be a singleton numeric value".to_owned()),
        }
    }

    fn described(&self, item: &Json, method: Method) -> Result<Json, String> {
        if let Method::Type = method {
            let name = match item {
                Json::Null => "null",
                Json::Bool(_) => "boolean",
                Json::Number(_) => "number",
                Json::Text(_) => "string",
                Json::List(_) => "array",
                Json::Object(_) => "object",
            };
            return Ok(Json::Text(name.to_owned()));
        }
        match item {
            Json::List(list) => Ok(Json::Number(list.len().to_string())),
            _ if self.is_lax => Ok(Json::Number("1".to_owned())),
            _ => Err("invalid item type. Expected: ARRAY".to_owned()),
        }
    }

    /// True, false, or unknown.
    fn holds(&self, predicate: &Predicate) -> Option<bool> {
        match predicate {
            Predicate::Compare(compare, left, right) => {
                self.compares(*compare, &self.opened(left).ok()?, &self.opened(right).ok()?)
            }
            Predicate::Exists(path) => Some(!self.items(path).ok()?.is_empty()),
            Predicate::StartsWith(path, prefix) => {
                let mut found = false;
                for item in self.opened(path).ok()? {
                    let Json::Text(text) = item else { return None };
                    found |= text.starts_with(prefix.as_str());
                    if found && self.is_lax {
                        break;
                    }
                }
                Some(found)
            }
            Predicate::IsUnknown(inner) => Some(self.holds(inner).is_none()),
            Predicate::Not(inner) => self.holds(inner).map(|truth| !truth),
            Predicate::And(left, right) => match (self.holds(left), self.holds(right)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (left, right) => left.zip(right).map(|_| true),
            },
            Predicate::Or(left, right) => match (self.holds(left), self.holds(right)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (left, right) => left.zip(right).map(|_| false),
            },
        }
    }

    fn compares(&self, compare: Compare, left: &[Json], right: &[Json]) -> Option<bool> {
        if left.is_empty() || right.is_empty() {
            return Some(false);
        }
        let nested = |items: &[Json]| items.iter().any(|item| !item.is_scalar());
        let scalar = |items: &[Json]| items.iter().any(|item| item.is_scalar() && *item != Json::Null);
        let null = |items: &[Json]| items.contains(&Json::Null);
        if (nested(left) && (nested(right) || scalar(right))) || (scalar(left) && nested(right)) {
            return None;
        }
        let mut found = match compare {
            Compare::Equal => null(left) && null(right),
            Compare::NotEqual => {
                (null(left) && (scalar(right) || nested(right)))
                    || (null(right) && (scalar(left) || nested(left)))
            }
            _ => false,
        };
        for a in left.iter().filter(|item| **item != Json::Null && item.is_scalar()) {
            for b in right.iter().filter(|item| **item != Json::Null && item.is_scalar()) {
                if found && self.is_lax {
                    return Some(true);
                }
                found |= compare.holds(order(a, b)?);
            }
        }
        Some(found)
    }
}

impl Compare {
    fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::NotEqual => order != Some(Ordering::Equal),
            Self::Less => order == Some(Ordering::Less),
            Self::Greater => order == Some(Ordering::Greater),
            Self::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Self::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

/// The order of two values; `None` where they are of two kinds.
fn order(a: &Json, b: &Json) -> Option<Option<Ordering>> {
    match (a, b) {
        (Json::Text(a), Json::Text(b)) => Some(Some(a.cmp(b))),
        (Json::Bool(a), Json::Bool(b)) => Some(Some(a.cmp(b))),
        (Json::Number(a), Json::Number(b)) => match (a.parse::<i64>(), b.parse::<i64>()) {
            (Ok(a), Ok(b)) => Some(Some(a.cmp(&b))),
            _ => Some(a.parse::<f64>().ok()?.partial_cmp(&b.parse::<f64>().ok()?)),
        },
        _ => None,
    }
}

fn opened(items: Vec<Json>) -> Vec<Json> {
    let open = |item| match item {
        Json::List(list) => list,
        item => vec![item],
    };
    items.into_iter().flat_map(open).collect()
}

/// A double in JSON's digits.
fn double(value: f64) -> Result<Json, String> {
    match value.is_finite() {
        true => Ok(Json::Number(format!("{value:e}"))),
        false => Err("a number is out of range".to_owned()),
    }
}

fn number(item: &Json) -> Result<&str, String> {
    match item {
        Json::Number(digits) => Ok(digits),
        _ => Err("invalid item type. Expected: NUMBER".to_owned()),
    }
}

fn calculated(item: &Json, method: Method) -> Result<Json, String> {
    let parse = |digits: &str| digits.parse::<f64>().map_err(|_| format!("'{digits}' is no number"));
    if let (Method::Double, Json::Text(text)) = (method, item) {
        return double(parse(text)?);
    }
    let digits = number(item)?;
    if !is_float(digits) && !matches!(method, Method::Double) {
        let whole = digits.trim_start_matches(|c| c == '-' && matches!(method, Method::Abs));
        return Ok(Json::Number(whole.to_owned()));
    }
    let value = parse(digits)?;
    double(match method {
        Method::Ceiling => value.ceil(),
        Method::Floor => value.floor(),
        Method::Abs => value.abs(),
        _ => value,
    })
}

/// Whole numbers stay whole.
fn arithmetic(operator: char, left: &Json, right: &Json) -> Result<Json, String> {
    let (left, right) = (number(left)?, number(right)?);
    let out_of_range = || "a number is out of range".to_owned();
    if !is_float(left) && !is_float(right) {
        let parse = |digits: &str| digits.parse::<i64>().map_err(|_| out_of_range());
        let (a, b) = (parse(left)?, parse(right)?);
        let result = match operator {
            '+' => a.checked_add(b),
            '-' => a.checked_sub(b),
            '*' => a.checked_mul(b),
            '/' => a.checked_div(b),
            _ => a.checked_rem(b),
        };
        return result.map(|number| Json::Number(number.to_string())).ok_or_else(out_of_range);
    }
    let parse = |digits: &str| digits.parse::<f64>().map_err(|_| out_of_range());
    let (a, b) = (parse(left)?, parse(right)?);
    double(match operator {
        '+' => a + b,
        '-' => a - b,
        '*' => a * b,
        '/' => a / b,
        _ => a % b,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str) -> String {
        let document =
            r#"{"name":"Ann","ages":[8,12,16.5],"kids":[{"n":"a","x":null},{"n":"b"}],"none":null}"#;
        let items = SqlPath::parse(path).and_then(|path| path.items(&Json::parse(document).unwrap()));
        match items {
            Ok(items) => items.iter().map(Json::text).collect::<Vec<_>>().join(" "),
            Err(error) => format!("! {error}"),
        }
    }

    #[test]
    fn lax_paths_open_lists_and_leave_out() {
        assert_eq!(shown("lax $.kids.n"), r#""a" "b""#);
        assert_eq!(shown("lax $.ages[0, 1 to last]"), "8 12 16.5");
        assert_eq!(shown("lax $.ages[last - 1]"), "12");
        assert_eq!(shown("lax $.name[0]"), r#""Ann""#);
        assert_eq!(shown("lax $.zip.zap"), "");
        assert_eq!(shown("lax $.ages?(@ > 8 && @ < 16)"), "12");
        assert_eq!(shown(r#"lax $.kids[*]?(exists(@.x) || @.n starts with "b").n"#), r#""a" "b""#);
        assert_eq!(shown("lax $.kids?(@.x == null).n"), r#""a""#);
        assert_eq!(shown("lax $.kids?((@.n > 1) is unknown).n"), r#""a" "b""#);
        assert_eq!(shown("lax $.*.type()"), r#""string" "array" "array" "null""#);
        assert_eq!(shown("lax $.ages.floor()"), "8 12 16.0");
        assert_eq!(shown("lax $.ages.size() + 2 * 3"), "9");
        assert_eq!(shown("lax -$.ages[0]"), "-8");
    }

    #[test]
    fn strict_paths_fail() {
        for path in
            ["strict $.zip", "strict $.name[0]", "strict $.kids.n", "strict $.ages[3]", "lax $.name.abs()"]
        {
            assert!(shown(path).starts_with('!'), "{path}");
        }
        assert_eq!(shown("strict $.kids[*].n"), r#""a" "b""#);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for path in [
            "$",
            "lax",
            "lax $.",
            "lax $x",
            "lax @",
            "lax $?(@ like_regex \"a\")",
            "lax $ $",
            "lax $.keyvalue()",
        ] {
            assert!(SqlPath::parse(path).is_err(), "{path}");
        }
    }
}
