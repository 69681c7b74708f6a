//! What browsers of other sites may do with a bucket: the rule that takes a request, if any does.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html>

use s3s::dto;

use super::documents::{self, Cors};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// What a browser says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorsQuestion {
    /// The bucket.
    pub bucket: String,
    /// The site.
    pub origin: String,
    /// The method it uses, or is going to.
    pub method: String,
    /// The headers it is going to send.
    pub headers: Vec<String>,
}

/// What a browser is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorsAnswer {
    /// The site, or all.
    pub origin: String,
    /// Methods of the rule.
    pub methods: String,
    /// Those of the headers asked for.
    pub headers: Option<String>,
    /// Headers that scripts may read.
    pub exposed: Option<String>,
    /// Seconds for which this holds.
    pub max_age: Option<i32>,
}

/// Finds the first rule that takes a request. Nobody needs a permission to ask.
pub struct MatchCors;

impl Operation for MatchCors {
    const NAME: &'static str = "s3:MatchCors";
    const RULES: &'static [Rule<CorsQuestion>] = &[];
    const READS_ONLY: bool = true;
    type Request = CorsQuestion;
    type Response = Option<CorsAnswer>;

    fn call(ctx: &mut Context<'_>, question: CorsQuestion) -> Result<Option<CorsAnswer>, ApiError> {
        let configuration = documents::find::<Cors>(ctx, &question.bucket)?;
        let rules = configuration.map(|configuration| configuration.cors_rules).unwrap_or_default();
        Ok(rules.iter().find_map(|rule| answer(rule, &question)))
    }
}

fn answer(rule: &dto::CORSRule, question: &CorsQuestion) -> Option<CorsAnswer> {
    let origin = rule.allowed_origins.iter().find(|pattern| matches(pattern, &question.origin))?;
    rule.allowed_methods.iter().find(|method| **method == question.method)?;
    let allowed = rule.allowed_headers.as_deref().unwrap_or_default();
    let takes = |header: &String| {
        allowed.iter().any(|pattern| matches(&pattern.to_lowercase(), &header.to_lowercase()))
    };
    if !question.headers.iter().all(takes) {
        return None;
    }
    let joined = |texts: &[String]| (!texts.is_empty()).then(|| texts.join(", "));
    Some(CorsAnswer {
        origin: if origin == "*" { origin.clone() } else { question.origin.clone() },
        methods: rule.allowed_methods.join(", "),
        headers: joined(&question.headers),
        exposed: joined(rule.expose_headers.as_deref().unwrap_or_default()),
        max_age: rule.max_age_seconds,
    })
}

/// Whether a text is as a pattern with at most one star.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn star_stands_for_anything() {
        for (pattern, text) in [("*", "x"), ("a*", "ab"), ("*b", "ab"), ("a*b", "ab"), ("ab", "ab")] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a*b", "a"), ("aa*a", "aa"), ("ab", "abc"), ("*b", "a")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
