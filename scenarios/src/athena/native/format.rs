//! `format`: texts by the patterns of `java.util.Formatter`.
//!
//! Not handled, and refused: `%h` and `%a`.
//!
//! Source: Trino's `FormatFunction`; the specification of Java's `Formatter`.

use super::registrar::Registrar;

use super::column::{Text, Texts, function2};
use super::format_number::{grouped, number, signed};
use super::format_time::{Moment, iso};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function2::<Text, Texts, Text>(c, "wt_format", format)
}

/// A value to write.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// A double, and as Java writes it.
    Float(f64, &'a str),
    /// A decimal's digits.
    Decimal(&'a str),
    /// A date, a time, or both, with a zone or without, as Athena writes them.
    Time(&'a str),
    Text(&'a str),
}

impl<'a> Value<'a> {
    /// A text behind the letter of its type.
    fn tagged(text: Option<&'a str>) -> Self {
        let Some(text) = text else { return Self::Null };
        let (tag, text) = text.split_at(1);
        match tag {
            "b" => Self::Bool(text == "true"),
            "i" => text.parse().map_or(Self::Text(text), Self::Int),
            "f" => Self::Float(text.replace("Infinity", "inf").parse().unwrap_or(f64::NAN), text),
            "r" => {
                Self::Float(text.replace("Infinity", "inf").parse::<f32>().unwrap_or(f32::NAN).into(), text)
            }
            "n" => Self::Decimal(text),
            "t" => Self::Time(text),
            _ => Self::Text(text),
        }
    }

    /// The class that Java has it in.
    fn class(&self) -> &'static str {
        match self {
            Self::Bool(_) => "java.lang.Boolean",
            Self::Int(_) => "java.lang.Long",
            Self::Float(_, _) => "java.lang.Double",
            Self::Decimal(_) => "java.math.BigDecimal",
            Self::Time(text) if text.contains(':') => "java.time.LocalDateTime",
            Self::Time(_) => "java.time.LocalDate",
            Self::Null | Self::Text(_) => "java.lang.String",
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(truth) => truth.to_string(),
            Self::Int(number) => number.to_string(),
            Self::Time(text) => iso(text),
            Self::Float(_, text) | Self::Decimal(text) | Self::Text(text) => (*text).to_owned(),
        }
    }
}

/// What stands between `%` and the end of its conversion.
#[derive(Debug, Default)]
pub struct Specifier<'a> {
    text: &'a str,
    /// `1$`, or 0 for `<`.
    index: Option<usize>,
    flags: &'a str,
    width: Option<usize>,
    pub precision: Option<usize>,
    pub conversion: char,
    /// The letter behind `t`.
    field: char,
}

impl<'a> Specifier<'a> {
    pub fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    /// Reads one from its `%` on, and gives what stands behind it.
    fn parse(text: &'a str) -> Result<(Self, &'a str), String> {
        let mut rest = &text[1..];
        let mut specifier = Self::default();
        if let Some(behind) = rest.strip_prefix('<') {
            (specifier.index, rest) = (Some(0), behind);
        } else if let Some((index, behind)) = digits(rest).filter(|(_, behind)| behind.starts_with('$')) {
            (specifier.index, rest) = (Some(index), &behind[1..]);
        }
        let behind = rest.trim_start_matches(['-', '#', '+', ' ', '0', ',', '(']);
        (specifier.flags, rest) = (&rest[..rest.len() - behind.len()], behind);
        if let Some((width, behind)) = digits(rest) {
            (specifier.width, rest) = (Some(width), behind);
        }
        if let Some((precision, behind)) = rest.strip_prefix('.').and_then(digits) {
            (specifier.precision, rest) = (Some(precision), behind);
        }
        let mut letters = rest.chars();
        let unknown = || "UnknownFormatConversion: Conversion = '%'".to_owned();
        specifier.conversion = letters.next().ok_or_else(unknown)?;
        if matches!(specifier.conversion, 't' | 'T') {
            specifier.field = letters.next().ok_or_else(unknown)?;
        }
        let rest = letters.as_str();
        specifier.text = &text[..text.len() - rest.len()];
        Ok((specifier, rest))
    }

    /// The text at its width.
    fn padded(&self, text: String) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        match self.has('-') {
            true => text + &" ".repeat(missing),
            false => " ".repeat(missing) + &text,
        }
    }

    /// What is wrong with its flags.
    fn check(&self) -> Result<(), String> {
        let allowed = match self.conversion.to_ascii_lowercase() {
            'd' => "-+ 0,(",
            'x' | 'o' => "-#0",
            'f' => "-#+ 0,(",
            'e' => "-#+ 0(",
            'g' => "-+ 0,(",
            _ => "-",
        };
        if let Some(flag) = self.flags.chars().find(|flag| !allowed.contains(*flag)) {
            return Err(format!(
                "FormatFlagsConversionMismatch: Conversion = {}, Flags = {flag}",
                self.conversion
            ));
        }
        if let Some((at, flag)) =
            self.flags.char_indices().find(|(at, flag)| self.flags[..*at].contains(*flag))
        {
            return Err(format!("DuplicateFormatFlags: Flags = '{}'", &self.flags[at..at + flag.len_utf8()]));
        }
        if (self.has('+') && self.has(' ')) || (self.has('-') && self.has('0')) {
            return Err(format!("IllegalFormatFlags: Flags = '{}'", self.flags));
        }
        if (self.has('-') || self.has('0')) && self.width.is_none() {
            return Err(format!("MissingFormatWidth: {}", self.text));
        }
        match self.precision {
            Some(precision) if matches!(self.conversion, 'd' | 'x' | 'X' | 'o' | 't' | 'T' | 'c' | 'C') => {
                Err(format!("IllegalFormatPrecision: {precision}"))
            }
            _ => Ok(()),
        }
    }

    fn apply(&self, value: Value<'_>) -> Result<String, String> {
        let lower = self.conversion.to_ascii_lowercase();
        let upper = lower != self.conversion;
        if (upper && !matches!(lower, 's' | 'b' | 'x' | 'e' | 'g' | 't')) || !"sbdxoegft".contains(lower) {
            return Err(format!("UnknownFormatConversion: Conversion = '{}'", self.conversion));
        }
        self.check()?;
        let shortened = |text: String| text.chars().take(self.precision.unwrap_or(usize::MAX)).collect();
        let text: String = match (lower, value) {
            ('s', value) => shortened(value.text()),
            ('b', Value::Null) => shortened("false".to_owned()),
            ('b', Value::Bool(truth)) => shortened(truth.to_string()),
            ('b', _) => shortened("true".to_owned()),
            (_, Value::Null) => shortened("null".to_owned()),
            ('d', Value::Int(number)) => {
                let digits = number.unsigned_abs().to_string();
                let digits = if self.has(',') { grouped(&digits) } else { digits };
                signed(self, number < 0, &digits, self.width)
            }
            ('x' | 'o', Value::Int(number)) => self.in_base(number),
            ('e' | 'f' | 'g', Value::Float(_, _) | Value::Decimal(_)) => number(self, value, self.width),
            ('t', Value::Time(text)) => Moment::parse(text)
                .and_then(|moment| moment.field(self.field))
                .ok_or_else(|| format!("UnknownFormatConversion: Conversion = 't{}'", self.field))?,
            (_, value) => {
                return Err(format!("IllegalFormatConversion: {} != {}", self.conversion, value.class()));
            }
        };
        Ok(self.padded(if upper { text.to_uppercase() } else { text }))
    }

    /// Two's complement of 64 bits.
    fn in_base(&self, number: i64) -> String {
        let (digits, prefix) = match self.conversion {
            'o' => (format!("{number:o}"), "0"),
            _ => (format!("{number:x}"), "0x"),
        };
        let prefix = if self.has('#') { prefix } else { "" };
        let width = if self.has('0') { self.width.unwrap_or(0) } else { 0 };
        let zeros = "0".repeat(width.saturating_sub(digits.len() + prefix.len()));
        format!("{prefix}{zeros}{digits}")
    }
}

/// A number without a leading zero, and what stands behind it.
fn digits(text: &str) -> Option<(usize, &str)> {
    let behind = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = text[..text.len() - behind.len()].parse().ok()?;
    Some((number, behind)).filter(|_| !text.starts_with('0') || text.len() - behind.len() == 1)
}

fn format(pattern: &str, values: Vec<Option<&str>>) -> Answer<String> {
    let refused = |reason: String| Failure::argument(format!("Invalid format string: {pattern} ({reason})"));
    let (mut out, mut rest) = (String::new(), pattern);
    let (mut next, mut last) = (0, None);
    while let Some(at) = rest.find('%') {
        out += &rest[..at];
        let (specifier, behind) = Specifier::parse(&rest[at..]).map_err(refused)?;
        rest = behind;
        match specifier.conversion {
            'n' => out.push('\n'),
            '%' => out += &specifier.padded("%".to_owned()),
            _ => {
                let index = match specifier.index {
                    Some(0) => last,
                    Some(index) => Some(index - 1),
                    None => {
                        next += 1;
                        Some(next - 1)
                    }
                };
                last = index;
                let value = index.and_then(|index| values.get(index)).ok_or_else(|| {
                    refused(format!("MissingFormatArgument: Format specifier '{}'", specifier.text))
                })?;
                out += &specifier.apply(Value::tagged(*value)).map_err(refused)?;
            }
        }
    }
    Ok(Some(out + rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pattern: &str, values: &[&str]) -> String {
        let values = values.iter().map(|value| Some(*value)).collect();
        format(pattern, values).unwrap_or_else(|failure| Some(failure.message)).unwrap_or_default()
    }

    #[test]
    fn patterns_are_javas() {
        assert_eq!(text("%s|%5s|%-5s|%.2s|%S", &["sab"; 5]), "ab|   ab|ab   |ab|AB");
        assert_eq!(
            text("%d %,d %05d %(d %+d %x", &["i-7", "i1234567", "i-42", "i-5", "i5", "i255"]),
            "-7 1,234,567 -0042 (5) +5 ff"
        );
        assert_eq!(text("%2$s %1$s %<s %s", &["sa", "sb"]), "b a a a");
        assert_eq!(text("100%% %b %n", &["btrue"]), "100% true \n");
        assert_eq!(
            text("%.3f %.0f %,.2f %e %g", &["f1.0005", "f0.5", "n1234567.895", "f12345.678", "f0.0001"]),
            "1.001 1 1,234,567.90 1.234568e+04 0.000100000"
        );
        assert_eq!(text("%1$tY-%1$tm-%1$td %1$tH:%1$tM", &["t2024-01-31 10:05:00.000"]), "2024-01-31 10:05");
    }

    #[test]
    fn what_java_refuses_is_refused() {
        assert!(text("%d", &["sabc"]).ends_with("(IllegalFormatConversion: d != java.lang.String)"));
        assert!(text("%s %s", &["sa"]).contains("MissingFormatArgument"));
        assert!(text("%-d", &["i1"]).contains("MissingFormatWidth"));
        assert!(text("%.2d", &["i1"]).contains("IllegalFormatPrecision"));
        assert!(text("%q", &["i1"]).contains("UnknownFormatConversion"));
        assert!(text("%#s", &["sa"]).contains("FormatFlagsConversionMismatch"));
    }
}
