//! Keys of delivered objects, made from a template with variables such as `!{channel-name}`.
//!
//! Source: <https://docs.aws.amazon.com/streams/latest/dev/data-delivery-s3-key-template.html>. Times are in UTC. What
//! the page leaves open is settled here: the time is that at which the interval of the object ended, and the extension
//! is that of the record format.

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
    pub extension: &'a str,
    pub time: Timestamp,
}

impl Variables<'_> {
    fn value(&self, name: &str) -> Option<String> {
        let (year, month, day, hour, minute) = self.time.utc_minute();
        match name {
            "channel-name" => Some(self.channel_name.to_owned()),
            "channel-id" => Some(self.channel_id.to_owned()),
            "extension" => Some(self.extension.to_owned()),
            "yyyy" => Some(format!("{year:04}")),
            "MM" => Some(format!("{month:02}")),
            "dd" => Some(format!("{day:02}")),
            "HH" => Some(format!("{hour:02}")),
            "mm" => Some(format!("{minute:02}")),
            _ => None,
        }
    }
}

/// Refuses a template with an unknown variable, or one that does not end.
pub(super) fn check(template: &str) -> Result<(), ApiError> {
    let nothing =
        Variables { channel_name: "", channel_id: "", extension: "", time: Timestamp::from_millis(0) };
    expand(template, &nothing).map(|_| ())
}

/// The text of a template, without the suffix that makes keys unique.
///
/// # Errors
/// Those of [`check`].
pub(super) fn expand(template: &str, variables: &Variables<'_>) -> Result<String, ApiError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_template_says_channel_and_time() {
        let variables = Variables {
            channel_name: "lake",
            channel_id: "7",
            extension: ".json",
            time: Timestamp::from_millis(1_700_000_000_000),
        };
        let key = expand(DEFAULT, &variables).unwrap();
        assert_eq!(key, "kinesis-channel/lake/7/2023/11/14/22/lake-7-2023-11-14-22-13.json");
    }

    #[test]
    fn unknown_and_open_variables_are_refused() {
        assert!(check("plain/{x}!").is_ok());
        let message = |template| check(template).unwrap_err().message;
        assert_eq!(message("a/!{ss}"), "OutputKeyTemplate is invalid: the variable !{ss} is unknown.");
        assert_eq!(message("a/!{mm"), "OutputKeyTemplate is invalid: a variable has no closing brace.");
    }
}
