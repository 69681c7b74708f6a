//! ARNs of resources that go by an id: `arn:aws:kinesis:us-east-1:123456789012:channel/…`, and the same for queues.
//!
//! Source: the patterns of `ChannelARN` and `QueueARN` in botocore's model (1.44.5). It says of queues that the id is
//! not derived from the name; the same is done for channels.

use crate::emulator::Identity;

/// The ARN of the resource of a kind (`channel`, `queue`) with an id.
pub(super) fn arn(identity: &Identity, kind: &str, id: &str) -> String {
    let Identity { account, region } = identity;
    format!("arn:aws:kinesis:{region}:{account}:{kind}/{id}")
}

/// Whether a text matches `arn:aws.*:kinesis:.*:\d{12}:KIND/\S+`.
pub(super) fn is_arn(text: &str, kind: &str) -> bool {
    parse(text, kind).is_some()
}

/// The id in the ARN of a resource of this account and region; `None` for those of others.
pub(super) fn own_id<'a>(identity: &Identity, text: &'a str, kind: &str) -> Option<&'a str> {
    let (region, account, id) = parse(text, kind)?;
    (region == identity.region && account == identity.account).then_some(id)
}

/// Region, account and id.
fn parse<'a>(text: &'a str, kind: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let mut parts = text.splitn(6, ':');
    let mut part = || parts.next();
    let (scheme, partition, service) = (part()?, part()?, part()?);
    let (region, account, resource) = (part()?, part()?, part()?);
    let known = scheme == "arn" && partition.starts_with("aws") && service == "kinesis";
    let id = resource.strip_prefix(kind)?.strip_prefix('/')?;
    let whole = !id.is_empty() && !id.contains(char::is_whitespace);
    (known && is_account(account) && whole).then_some((region, account, id))
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
