//! ARNs of this service: `arn:aws:kinesis:us-east-1:123456789012:stream/orders`, and the same for channels and queues,
//! which go by an id.
//!
//! Source: the patterns of `StreamARN`, `ChannelARN` and `QueueARN` in botocore's model (1.44.5). It says of queues that
//! the id is not derived from the name; the same is done for channels.

use crate::emulator::Identity;

/// The parts of an ARN: `arn:aws.*:kinesis:REGION:ACCOUNT:KIND/NAME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ResourceArn<'a> {
    pub region: &'a str,
    /// Twelve digits.
    pub account: &'a str,
    /// `stream`, `channel` or `queue`.
    pub kind: &'a str,
    /// A name or an id, and what stands behind it.
    pub name: &'a str,
}

impl<'a> ResourceArn<'a> {
    const KINDS: [&'static str; 3] = ["stream", "channel", "queue"];

    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut part = || parts.next();
        let (scheme, partition, service) = (part()?, part()?, part()?);
        let (region, account, resource) = (part()?, part()?, part()?);
        let known = scheme == "arn" && partition.starts_with("aws") && service == "kinesis";
        let (kind, name) = resource.split_once('/')?;
        let whole = Self::KINDS.contains(&kind) && !name.is_empty() && !name.contains(char::is_whitespace);
        (known && is_account(account) && whole).then_some(Self { region, account, kind, name })
    }

    /// The same, of one kind only.
    pub fn of_kind(text: &'a str, kind: &str) -> Option<Self> {
        Self::parse(text).filter(|arn| arn.kind == kind)
    }
}

/// The ARN of the resource of a kind with a name or an id.
pub(super) fn arn(identity: &Identity, kind: &str, name: &str) -> String {
    let Identity { account, region } = identity;
    format!("arn:aws:kinesis:{region}:{account}:{kind}/{name}")
}

/// Whether a text matches `arn:aws.*:kinesis:.*:\d{12}:KIND/\S+`.
pub(super) fn is_arn(text: &str, kind: &str) -> bool {
    ResourceArn::of_kind(text, kind).is_some()
}

/// The id in the ARN of a resource of this account and region; `None` for those of others.
pub(super) fn own_id<'a>(identity: &Identity, text: &'a str, kind: &str) -> Option<&'a str> {
    let arn = ResourceArn::of_kind(text, kind)?;
    (arn.region == identity.region && arn.account == identity.account).then_some(arn.name)
}

/// Whether a text is twelve digits.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_arns_of_this_account_and_region_have_an_id_here() {
        let identity = Identity::default();
        let own = arn(&identity, "queue", "a1");
        assert_eq!(own, "arn:aws:kinesis:us-east-1:123456789012:queue/a1");
        assert_eq!(own_id(&identity, &own, "queue"), Some("a1"));
        assert_eq!(own_id(&identity, &own, "channel"), None);
        let other = "arn:aws-cn:kinesis:cn-north-1:123456789012:queue/a1";
        assert!(is_arn(other, "queue"));
        assert_eq!(own_id(&identity, other, "queue"), None);
        for text in
            ["", "queue/a1", "arn:aws:kinesis:us-east-1:12:queue/a", "arn:aws:kinesis:r:123456789012:queue/"]
        {
            assert!(!is_arn(text, "queue"), "{text}");
        }
    }
}
