//! Parts of URLs as `java.net.URI` takes them apart; what it would not read gives null.
//!
//! Source: Trino's `UrlFunctions`; Java's `URI`, `URLDecoder`; Guava's `urlFormParameterEscaper`.

use super::registrar::Registrar;

use super::column::{Int, Text, function1, function2};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function2::<Text, Text, Text>(c, "wt_url_part", |text, part| {
        let Some(url) = Url::parse(text) else { return Ok(None) };
        Ok(Some(match part {
            "protocol" => url.scheme.to_owned(),
            "host" => url.host.to_owned(),
            "path" => unescaped(url.path),
            "query" => unescaped(url.query.unwrap_or_default()),
            _ => unescaped(url.fragment),
        }))
    })?;
    function1::<Text, Int>(c, "wt_url_port", |text| Ok(Url::parse(text).and_then(|url| url.port)))?;
    function2::<Text, Text, Text>(c, "wt_url_parameter", parameter)?;
    function1::<Text, Text>(c, "wt_url_encode", |text| Ok(Some(encode(text))))?;
    function1::<Text, Text>(c, "wt_url_decode", |text| decode(text).map(Some))
}

/// A URL in parts; those that are missing are empty.
#[derive(Default)]
struct Url<'a> {
    scheme: &'a str,
    host: &'a str,
    port: Option<i64>,
    path: &'a str,
    query: Option<&'a str>,
    fragment: &'a str,
}

const MARKS: &str = "-_.!~*'()";

/// Letters, digits, marks, what is not ASCII, escapes, and some more.
fn has_only(text: &str, more: &str) -> bool {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '%' if rest.len() > 2 && rest.as_bytes()[1..3].iter().all(u8::is_ascii_hexdigit) => 3,
            c if c.is_ascii_alphanumeric() || MARKS.contains(c) || more.contains(c) => 1,
            c if !c.is_ascii() && !c.is_control() && !c.is_whitespace() => c.len_utf8(),
            _ => return false,
        };
        rest = &rest[length..];
    }
    true
}

const IN_QUERY: &str = ";/?:@&=+$,[]";
const IN_PATH: &str = ":@&=+$,;/";
const IN_REGISTRY: &str = "$,;:@&=+";

impl<'a> Url<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut url = Self::default();
        let (text, fragment) = text.split_once('#').map_or((text, None), |(text, rest)| (text, Some(rest)));
        url.fragment = fragment.unwrap_or_default();
        let rest = match text.find(['/', '?', ':']) {
            Some(at) if text[at..].starts_with(':') => {
                url.scheme = scheme(&text[..at])?;
                let rest = &text[at + 1..];
                if rest.is_empty() {
                    return None;
                }
                rest
            }
            _ => text,
        };
        let fits = has_only(url.fragment, IN_QUERY) && url.hierarchy(rest)?;
        fits.then_some(url)
    }

    /// What stands behind the scheme; without a slash it has no parts.
    fn hierarchy(&mut self, text: &'a str) -> Option<bool> {
        if !self.scheme.is_empty() && !text.starts_with('/') {
            return Some(has_only(text, IN_QUERY));
        }
        let (mut text, query) = text.split_once('?').map_or((text, None), |(text, rest)| (text, Some(rest)));
        self.query = query;
        if let Some(rest) = text.strip_prefix("//") {
            let end = rest.find('/').unwrap_or(rest.len());
            let (authority, path) = rest.split_at(end);
            text = path;
            if !authority.is_empty() {
                self.authority(authority)?;
            } else if path.is_empty() && query.is_none() {
                return None;
            }
        }
        self.path = text;
        Some(has_only(self.path, IN_PATH) && has_only(query.unwrap_or_default(), IN_QUERY))
    }

    /// A host with a port; another name of letters that fit has no host.
    fn authority(&mut self, text: &'a str) -> Option<()> {
        let server = text.rsplit_once('@').map_or(text, |(_, server)| server);
        let (host, port) = match server.rfind(':') {
            Some(at) if !server[at..].contains(']') => (&server[..at], &server[at + 1..]),
            _ => (server, ""),
        };
        let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
        if is_port && is_host(host) && (port.is_empty() || port.parse::<i32>().is_ok()) {
            self.host = host;
            self.port = port.parse().ok();
            return Some(());
        }
        (!text.contains('[') && has_only(text, IN_REGISTRY)).then_some(())
    }
}

fn scheme(text: &str) -> Option<&str> {
    let fits = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    fits.then_some(text)
}

/// A name whose last label begins with a letter, or an address.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let address = address.split_once('%').map_or(address, |(address, _)| address);
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    if is_ipv4(host) {
        return true;
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    let mut labels = name.split('.');
    let is_label = |label: &str| {
        let ends = |c: char| c.is_ascii_alphanumeric();
        label.starts_with(ends) && label.ends_with(ends) && label.chars().all(|c| ends(c) || c == '-')
    };
    labels.clone().all(is_label)
        && labels.next_back().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn is_ipv4(host: &str) -> bool {
    let is_byte = |part: &str| (1..=3).contains(&part.len()) && part.parse::<u8>().is_ok();
    host.split('.').count() == 4 && host.split('.').all(is_byte)
}

/// The bytes that `%41` stand for; what is not UTF-8 becomes the replacement character.
fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((byte, behind)) = rest.split_first() {
        let escaped = behind.get(..2).filter(|_| *byte == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(escaped) => {
                out.push(escaped);
                rest = &behind[2..];
            }
            None => {
                out.push(*byte);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn parameter(text: &str, name: &str) -> Answer<String> {
    let Some(query) = Url::parse(text).and_then(|url| url.query) else { return Ok(None) };
    for parameter in query.split('&') {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        if key == name {
            return decode(value).map(Some);
        }
    }
    Ok(None)
}

fn encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        byte if byte.is_ascii_alphanumeric() || b"-_.*".contains(&byte) => (byte as char).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn decode(text: &str) -> Result<String, Failure> {
    for (at, _) in text.match_indices('%') {
        let Some(hex) = text.as_bytes().get(at + 1..at + 3) else {
            return Err(Failure::argument("URLDecoder: Incomplete trailing escape (%) pattern"));
        };
        if !hex.iter().all(u8::is_ascii_hexdigit) {
            let message = "URLDecoder: Illegal hex characters in escape (%) pattern";
            return Err(Failure::argument(message));
        }
    }
    Ok(unescaped(&text.replace('+', " ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(String, Option<i64>, String)> {
        Url::parse(text).map(|url| (url.host.to_owned(), url.port, unescaped(url.path)))
    }

    #[test]
    fn urls_are_read_as_java_reads_them() {
        assert_eq!(
            parts("http://u:p@a.b:80/x%20y?q#f"),
            Some(("a.b".into(), Some(80), "x y".replace("x", "/x")))
        );
        assert_eq!(parts("http://[::1]:8/"), Some(("[::1]".into(), Some(8), "/".into())));
        assert_eq!(parts("http://my_host:80/p"), Some((String::new(), None, "/p".into())));
        assert_eq!(parts("mailto:a@b.c"), Some(Default::default()));
        assert_eq!(parts("/only/path"), Some((String::new(), None, "/only/path".into())));
        for text in
            ["not a url", "http:", "http://", "http://a/%zz", "http://a/{b}", "1http://a", "http://a/[b]"]
        {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    #[test]
    fn broken_escapes_fail() {
        assert!(decode("%4").is_err() && decode("%zz").is_err());
        assert_eq!(decode("%F0%9F%98%80+").unwrap(), "😀 ");
    }
}
