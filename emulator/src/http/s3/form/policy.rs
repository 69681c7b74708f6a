//! The policy of a form: what its maker allows the one who fills it in.
//!
//! ```json
//! {"expiration": "2026-01-05T10:00:00Z",
//!  "conditions": [{"bucket": "lake"}, ["starts-with", "$key", "photos/"], ["content-length-range", 0, 1024]]}
//! ```
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>; that checksums need no
//! condition is as Ceph's s3-tests have it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::Deserialize;

use crate::base64;
use crate::http::auth::s3::S3AuthError;
use crate::http::iso8601;
use crate::time::Timestamp;

/// Fields that need no condition.
const EXEMPT: &[&str] = &["awsaccesskeyid", "signature", "x-amz-signature", "policy", "file", "submit"];
const EXEMPT_PREFIXES: &[&str] = &["x-ignore-", "x-amz-checksum-"];

/// What a form must be like.
#[derive(Debug)]
pub(super) struct Policy {
    expires_at: Timestamp,
    conditions: Vec<Condition>,
}

/// A condition on one field, its name in lower case.
#[derive(Debug)]
enum Condition {
    Equal(String, String),
    StartsWith(String, String),
    Length(RangeInclusive<u64>),
}

#[derive(Deserialize)]
struct Document {
    expiration: Option<String>,
    conditions: Option<Vec<Written>>,
}

/// A condition as it is written.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Simple(BTreeMap<String, Scalar>),
    Operator(Vec<Scalar>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Number(i64),
}

impl Policy {
    /// Reads a policy in base64.
    pub fn parse(text: &str) -> Result<Self, S3AuthError> {
        let text: String = text.split_ascii_whitespace().collect();
        let json = base64::decode(&text).map_err(|_| invalid("Invalid Base64 encoding."))?;
        let Document { expiration, conditions } =
            serde_json::from_slice(&json).map_err(|_| invalid("Invalid JSON."))?;
        let expiration = expiration.ok_or_else(|| invalid("Policy missing expiration."))?;
        // The reader of instants takes more than AWS does.
        let written_well = expiration.contains('T') && expiration.ends_with('Z');
        let expires_at = iso8601::parse_extended(&expiration).filter(|_| written_well);
        let expires_at =
            expires_at.ok_or_else(|| invalid(&format!("Invalid 'expiration' value: '{expiration}'")))?;
        let conditions = conditions.ok_or_else(|| invalid("Policy missing conditions."))?;
        let conditions = conditions.into_iter().map(Condition::read).collect::<Result<_, _>>()?;
        Ok(Self { expires_at, conditions })
    }

    /// Checks a form without its file against the policy.
    pub fn check(
        &self,
        fields: &[(String, String)],
        bucket: &str,
        now: Timestamp,
    ) -> Result<(), S3AuthError> {
        if now > self.expires_at {
            return Err(denied("Policy expired."));
        }
        let value = |wanted: &str| match wanted {
            "bucket" => bucket,
            _ => fields.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str()),
        };
        for condition in &self.conditions {
            let (holds, written) = match condition {
                Condition::Equal(name, wanted) => {
                    (value(name) == wanted, format!("[\"eq\", \"${name}\", \"{wanted}\"]"))
                }
                Condition::StartsWith(name, prefix) => {
                    (value(name).starts_with(prefix), format!("[\"starts-with\", \"${name}\", \"{prefix}\"]"))
                }
                Condition::Length(_) => continue,
            };
            if !holds {
                return Err(denied(&format!("Policy Condition failed: {written}")));
            }
        }
        let named = fields.iter().map(|(name, _)| name.as_str());
        let free: Vec<&str> = named.chain(["bucket"]).filter(|name| !self.covers(name)).collect();
        match free[..] {
            [] => Ok(()),
            _ => Err(denied(&format!("Extra input fields: {}", free.join(", ")))),
        }
    }

    /// Bytes that the file may have.
    pub fn length(&self) -> RangeInclusive<u64> {
        let ranges = self.conditions.iter().filter_map(|condition| match condition {
            Condition::Length(range) => Some(range),
            _ => None,
        });
        ranges.fold(0..=u64::MAX, |all, range| *all.start().max(range.start())..=*all.end().min(range.end()))
    }

    fn covers(&self, field: &str) -> bool {
        let has_condition = self.conditions.iter().any(|condition| match condition {
            Condition::Equal(name, _) | Condition::StartsWith(name, _) => name == field,
            Condition::Length(_) => false,
        });
        has_condition
            || EXEMPT.contains(&field)
            || EXEMPT_PREFIXES.iter().any(|prefix| field.starts_with(prefix))
    }
}

impl Condition {
    fn read(written: Written) -> Result<Self, S3AuthError> {
        match written {
            Written::Simple(properties) => {
                let mut properties = properties.into_iter();
                match (properties.next(), properties.next()) {
                    (Some((name, Scalar::Text(value))), None) => {
                        Ok(Self::Equal(name.to_ascii_lowercase(), value))
                    }
                    _ => Err(invalid(
                        "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
                    )),
                }
            }
            Written::Operator(words) => Self::read_operator(&words),
        }
    }

    fn read_operator(words: &[Scalar]) -> Result<Self, S3AuthError> {
        let [Scalar::Text(operator), first, second] = words else {
            return Err(invalid("Invalid Condition: wrong number of arguments."));
        };
        let operator = operator.to_ascii_lowercase();
        if operator == "content-length-range" {
            let range = first.length().zip(second.length());
            let (least, most) =
                range.ok_or_else(|| invalid("Invalid content-length-range: arguments must be lengths."))?;
            return Ok(Self::Length(least..=most));
        }
        let (Scalar::Text(field), Scalar::Text(value)) = (first, second) else {
            return Err(invalid("Invalid Condition: arguments must be strings."));
        };
        let field = field.strip_prefix('$').ok_or_else(|| {
            invalid(&format!("Invalid Condition: field names start with '$', got '{field}'."))
        })?;
        let field = field.to_ascii_lowercase();
        match operator.as_str() {
            "eq" => Ok(Self::Equal(field, value.clone())),
            "starts-with" => Ok(Self::StartsWith(field, value.clone())),
            _ => Err(invalid(&format!("Invalid Condition: unknown operation '{operator}'."))),
        }
    }
}

impl Scalar {
    fn length(&self) -> Option<u64> {
        match self {
            Self::Text(digits) => digits.parse().ok(),
            Self::Number(number) => u64::try_from(*number).ok(),
        }
    }
}

fn invalid(what: &str) -> S3AuthError {
    S3AuthError::new("InvalidPolicyDocument", 400, format!("Invalid Policy: {what}"))
}

fn denied(what: &str) -> S3AuthError {
    S3AuthError::access_denied(format!("Invalid according to Policy: {what}"))
}
