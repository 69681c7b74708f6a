//! Keys of delivered objects, made from a template with variables such as `!{channel-name}`.
//!
//! Source: <https://docs.aws.amazon.com/streams/latest/dev/data-delivery-s3-key-template.html>, and CloudFormation's
//! `AWS::Kinesis::Channel` for the list of variables. Times are in UTC. What these leave open is settled here: the time is
//! that at which the interval of the object ended, and the suffix that makes keys unique stands before the extension
//! that ends a template, else at the end.

use super::errors;
use crate::error::ApiError;
use crate::time::Timestamp;

/// The template of a channel without one.
pub(super) const DEFAULT: &str = "kinesis-channel/!{channel-name}/!{channel-id}/!{yyyy}/!{MM}/!{dd}/!{HH}/\
                                  !{channel-name}-!{channel-id}-!{yyyy}-!{MM}-!{dd}-!{HH}-!{mm}!{extension}";

/// What the variables of a template stand for.
pub(super) struct Variables<'a> {
    pub channel_name: &'a str,
    pub channel_id: &'a str,
    pub stream_name: &'a str,
    pub time: Timestamp,
}

impl Variables<'_> {
    fn value(&self, name: &str) -> Option<String> {
        let (year, month, day, hour, minute) = self.time.utc_minute();
        match name {
            "channel-name" => Some(self.channel_name.to_owned()),
            "channel-id" => Some(self.channel_id.to_owned()),
            "stream-name" => Some(self.stream_name.to_owned()),
            "yyyy" => Some(format!("{year:04}")),
            "yy" => Some(format!("{:02}", year.rem_euclid(100))),
            "MM" => Some(format!("{month:02}")),
            "dd" => Some(format!("{day:02}")),
            "HH" => Some(format!("{hour:02}")),
            "mm" => Some(format!("{minute:02}")),
            // Follows from the compression, and there is none.
            "extension" => Some(String::new()),
            _ => name.strip_prefix("extension:").filter(|given| given.starts_with('.')).map(str::to_owned),
        }
    }
}

/// Refuses a template with an unknown variable, or one that does not end.
pub(super) fn check(template: &str) -> Result<(), ApiError> {
    let time = Timestamp::from_millis(0);
    fill(template, &Variables { channel_name: "", channel_id: "", stream_name: "", time }).map(|_| ())
}

/// The key that a template gives, with the suffix that makes it unique.
///
/// # Errors
/// Those of [`check`].
pub(super) fn key(template: &str, variables: &Variables<'_>, suffix: &str) -> Result<String, ApiError> {
    let (stem, extension) = split_extension(template);
    Ok(format!("{}-{suffix}{}", fill(stem, variables)?, fill(extension, variables)?))
}

fn fill(template: &str, variables: &Variables<'_>) -> Result<String, ApiError> {
    let mut parts = template.split("!{");
    let mut key = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, literal) =
            part.split_once('}').ok_or_else(|| errors::key_template("a variable has no closing brace"))?;
        let unknown = || errors::key_template(&format!("the variable !{{{name}}} is unknown"));
        key.push_str(&variables.value(name).ok_or_else(unknown)?);
        key.push_str(literal);
    }
    Ok(key)
}

/// A template without the extension that ends it, and that extension.
fn split_extension(template: &str) -> (&str, &str) {
    let last = template.rfind("!{extension").unwrap_or(template.len());
    match template[last..].find('}') {
        Some(end) if last + end + 1 == template.len() => template.split_at(last),
        _ => (template, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VARIABLES: Variables<'_> = Variables {
        channel_name: "lake",
        channel_id: "7",
        stream_name: "orders",
        time: Timestamp::from_millis(1_700_000_000_000),
    };

    #[test]
    fn default_template_says_channel_and_time() {
        let key = key(DEFAULT, &VARIABLES, "abc").unwrap();
        assert_eq!(key, "kinesis-channel/lake/7/2023/11/14/22/lake-7-2023-11-14-22-13-abc");
    }

    #[test]
    fn suffix_stands_before_the_extension_that_ends_a_template() {
        let key = |template| key(template, &VARIABLES, "abc").unwrap();
        assert_eq!(key("!{stream-name}/!{yy}!{extension:.json}"), "orders/23-abc.json");
        assert_eq!(key("a!{extension:.json}/b"), "a.json/b-abc");
        assert_eq!(key("plain"), "plain-abc");
    }

    #[test]
    fn unknown_and_open_variables_are_refused() {
        assert!(check("plain/{x}!").is_ok());
        let message = |template| check(template).unwrap_err().message;
        assert_eq!(message("a/!{ss}"), "OutputKeyTemplate is invalid: the variable !{ss} is unknown.");
        assert_eq!(
            message("!{extension:x}"),
            "OutputKeyTemplate is invalid: the variable !{extension:x} is unknown."
        );
        assert_eq!(message("a/!{mm"), "OutputKeyTemplate is invalid: a variable has no closing brace.");
    }
}
