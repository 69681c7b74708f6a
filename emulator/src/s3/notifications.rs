//! Event notifications: who is told of new and of deleted objects.
//!
//! What is told is stored with the change that it is about, in one transaction, under the target it is for: the ARN of a
//! queue, a topic or a function, or [`EVENT_BRIDGE`]. None of these services is here; whoever stands in for one takes the
//! events with [`TakeObjectEvents`]. Nothing is told twice, and nothing before it is true.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>

use s3s::dto;
use serde::{Deserialize, Serialize};

use super::documents::{self, Notification};
use super::listing::Encoding;
use super::{bucket, errors, owner, tags, times};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::{BucketRow, ObjectEventRow, ObjectRow};
use crate::validation::Rule;

/// The target of buckets that tell EventBridge.
pub const EVENT_BRIDGE: &str = "eventbridge";
/// Every event that a configuration may name.
const EVENTS: [&str; 27] = [
    "s3:ReducedRedundancyLostObject",
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Post",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:LifecycleTransition",
    "s3:IntelligentTiering",
    "s3:ObjectAcl:Put",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
];

/// An event that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEvent {
    /// Rises with each event.
    pub number: u64,
    /// Whom it is for.
    pub target: String,
    /// The message, as JSON: `{"Records":[…]}`.
    pub message: String,
}

impl ObjectEvent {
    /// What the event is called, such as `ObjectCreated:Put`, and the bucket and key of the object.
    pub fn object(&self) -> Option<(String, String, String)> {
        let Told { records: [record] } = serde_json::from_str(&self.message).ok()?;
        let key = tags::decoded(&record.s3.object.key)?;
        Some((record.event_name, record.s3.bucket.name, key))
    }
}

/// A message, as far as it is read again.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Told {
    records: [ToldRecord; 1],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldRecord {
    event_name: String,
    s3: ToldEntity,
}

#[derive(Deserialize)]
struct ToldEntity {
    bucket: ToldBucket,
    object: ToldObject,
}

#[derive(Deserialize)]
struct ToldBucket {
    name: String,
}

#[derive(Deserialize)]
struct ToldObject {
    key: String,
}

/// Has a function be told of new objects, beside whoever else is: a rule of the bucket's notification configuration.
pub struct WatchObjects;

/// What [`WatchObjects`] asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchObjectsRequest {
    /// The bucket's name.
    pub bucket: String,
    /// How keys begin.
    pub prefix: String,
    /// How keys end.
    pub suffix: String,
    /// Name of the function.
    pub function: String,
}

impl Operation for WatchObjects {
    const NAME: &'static str = "s3:WatchObjects";
    const RULES: &'static [Rule<WatchObjectsRequest>] = &[];
    type Request = WatchObjectsRequest;
    /// The target whose events are to be taken.
    type Response = String;

    fn call(ctx: &mut Context<'_>, request: WatchObjectsRequest) -> Result<String, ApiError> {
        let bucket = bucket::find(ctx, &request.bucket)?;
        let region = bucket::region(ctx, &bucket);
        let arn = format!("arn:aws:lambda:{region}:{}:function:{}", ctx.identity.account, request.function);
        let mut configuration = documents::find::<Notification>(ctx, &bucket.name)?.unwrap_or_default();
        let named = |name: &'static str, value: String| dto::FilterRule {
            name: Some(dto::FilterRuleName::from_static(name)),
            value: Some(value),
        };
        let rules = vec![named("prefix", request.prefix), named("suffix", request.suffix)];
        let functions = configuration.lambda_function_configurations.get_or_insert_default();
        functions.retain(|rule| rule.lambda_function_arn != arn);
        functions.push(dto::LambdaFunctionConfiguration {
            events: vec![dto::Event::from("s3:ObjectCreated:*".to_owned())],
            filter: Some(dto::NotificationConfigurationFilter {
                key: Some(dto::S3KeyFilter { filter_rules: Some(rules) }),
            }),
            id: Some(request.function),
            lambda_function_arn: arn.clone(),
        });
        documents::keep::<Notification>(ctx, &bucket.name, &configuration)?;
        Ok(arn)
    }
}

/// Whether any event waits for a target: cheaper to ask than to take none.
pub struct ObjectEventsWait;

impl Operation for ObjectEventsWait {
    const NAME: &'static str = "s3:ObjectEventsWait";
    const RULES: &'static [Rule<String>] = &[];
    const READS_ONLY: bool = true;
    type Request = String;
    type Response = bool;

    fn call(ctx: &mut Context<'_>, target: String) -> Result<bool, ApiError> {
        Ok(ctx.store.has_object_events(&target)?)
    }
}

/// Takes the events that wait for a target, oldest first: they are given once.
pub struct TakeObjectEvents;

impl Operation for TakeObjectEvents {
    const NAME: &'static str = "s3:TakeObjectEvents";
    const RULES: &'static [Rule<String>] = &[];
    type Request = String;
    type Response = Vec<ObjectEvent>;

    fn call(ctx: &mut Context<'_>, target: String) -> Result<Vec<ObjectEvent>, ApiError> {
        let taken = ctx.store.take_object_events(&target)?;
        let event = |row: ObjectEventRow| ObjectEvent {
            number: row.number,
            target: target.clone(),
            message: row.event,
        };
        Ok(taken.into_iter().map(event).collect())
    }
}

/// One rule of a configuration, whoever it tells.
struct Target<'a> {
    id: &'a str,
    target: &'a str,
    events: &'a [dto::Event],
    filter: Option<&'a dto::NotificationConfigurationFilter>,
}

/// Tells all who are to be told of an event, such as `ObjectCreated:Put`.
pub(super) fn notify(
    ctx: &mut Context<'_>,
    bucket: &BucketRow,
    event: &str,
    object: &ObjectRow,
) -> Result<(), ApiError> {
    let Some(configuration) = documents::find::<Notification>(ctx, &bucket.name)? else { return Ok(()) };
    for told in rules(&configuration) {
        let named = |name: &dto::Event| names(name.as_ref(), event);
        if told.events.iter().any(named) && filter_takes(told.filter, &object.key) {
            tell(ctx, bucket, event, object, &told)?;
        }
    }
    if configuration.event_bridge_configuration.is_some() {
        tell(
            ctx,
            bucket,
            event,
            object,
            &Target { id: "", target: EVENT_BRIDGE, events: &[], filter: None },
        )?;
    }
    Ok(())
}

fn rules(configuration: &dto::NotificationConfiguration) -> Vec<Target<'_>> {
    let queues = configuration.queue_configurations.iter().flatten();
    let topics = configuration.topic_configurations.iter().flatten();
    let functions = configuration.lambda_function_configurations.iter().flatten();
    let queues = queues.map(|rule| Target {
        id: rule.id.as_deref().unwrap_or_default(),
        target: &rule.queue_arn,
        events: &rule.events,
        filter: rule.filter.as_ref(),
    });
    let topics = topics.map(|rule| Target {
        id: rule.id.as_deref().unwrap_or_default(),
        target: &rule.topic_arn,
        events: &rule.events,
        filter: rule.filter.as_ref(),
    });
    let functions = functions.map(|rule| Target {
        id: rule.id.as_deref().unwrap_or_default(),
        target: &rule.lambda_function_arn,
        events: &rule.events,
        filter: rule.filter.as_ref(),
    });
    queues.chain(topics).chain(functions).collect()
}

/// Whether a configured name means an event: `s3:ObjectCreated:*` all of its kind.
fn names(configured: &str, event: &str) -> bool {
    let Some(configured) = configured.strip_prefix("s3:") else { return false };
    match configured.strip_suffix('*') {
        Some(kind) => event.starts_with(kind),
        None => event == configured,
    }
}

fn filter_takes(filter: Option<&dto::NotificationConfigurationFilter>, key: &str) -> bool {
    let rules = filter.and_then(|filter| filter.key.as_ref()).and_then(|key| key.filter_rules.as_ref());
    rules.into_iter().flatten().all(|rule| {
        let value = rule.value.as_deref().unwrap_or_default();
        match rule.name.as_ref().map(|name| name.as_str().to_lowercase()).as_deref() {
            Some("prefix") => key.starts_with(value),
            Some("suffix") => key.ends_with(value),
            _ => true,
        }
    })
}

/// Refuses a configuration that AWS refuses, and gives every rule an id.
pub(super) fn check(
    ctx: &mut Context<'_>,
    bucket: &BucketRow,
    configuration: &mut dto::NotificationConfiguration,
) -> Result<(), ApiError> {
    let region = bucket::region(ctx, bucket).to_owned();
    for told in rules(configuration) {
        check_target(told.target, &region)?;
        if let Some(event) = told.events.iter().find(|event| !EVENTS.contains(&event.as_ref())) {
            let event = event.as_ref();
            let message = format!("The event '{event}' is not supported for notifications");
            return Err(errors::invalid_named_argument(message, "Event", event));
        }
        let rules =
            told.filter.and_then(|filter| filter.key.as_ref()).and_then(|key| key.filter_rules.as_ref());
        let name = |rule: &dto::FilterRule| rule.name.as_ref().map(|name| name.as_str().to_lowercase());
        if rules.into_iter().flatten().any(|rule| !matches!(name(rule).as_deref(), Some("prefix" | "suffix")))
        {
            return Err(errors::invalid_argument("filter rule name must be either prefix or suffix"));
        }
    }
    let ids = configuration.queue_configurations.iter_mut().flatten().map(|rule| &mut rule.id);
    let ids = ids.chain(configuration.topic_configurations.iter_mut().flatten().map(|rule| &mut rule.id));
    let functions = configuration.lambda_function_configurations.iter_mut().flatten();
    for id in ids.chain(functions.map(|rule| &mut rule.id)) {
        id.get_or_insert_with(|| ctx.ids.next_hex());
    }
    Ok(())
}

fn check_target(arn: &str, region: &str) -> Result<(), ApiError> {
    let parts: Vec<&str> = arn.split(':').collect();
    let refusal = |message: &str| Err(errors::invalid_named_argument(message, "ARN", arn));
    match parts[..] {
        ["arn", _, "sqs" | "sns" | "lambda", of, _, ..] if of == region => Ok(()),
        ["arn", _, "sqs" | "sns" | "lambda", _, _, ..] => refusal(
            "The notification destination service region is not valid for the bucket location constraint",
        ),
        _ => refusal("The ARN is not well formed"),
    }
}

/// The message, in the form that queues and functions get it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Message<'a> {
    records: [Record<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'static str,
    event_source: &'static str,
    aws_region: &'a str,
    event_time: String,
    event_name: &'a str,
    user_identity: Principal<'a>,
    s3: Entity<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Principal<'a> {
    principal_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entity<'a> {
    s3_schema_version: &'static str,
    configuration_id: &'a str,
    bucket: BucketEntity<'a>,
    object: ObjectEntity,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BucketEntity<'a> {
    name: &'a str,
    owner_identity: Principal<'a>,
    arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ObjectEntity {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e_tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
    sequencer: String,
}

fn tell(
    ctx: &mut Context<'_>,
    bucket: &BucketRow,
    event: &str,
    object: &ObjectRow,
    told: &Target<'_>,
) -> Result<(), ApiError> {
    let created = event.starts_with("ObjectCreated");
    let number = ctx.ids.next_number();
    let message = Message {
        records: [Record {
            event_version: "2.1",
            event_source: "aws:s3",
            aws_region: bucket::region(ctx, bucket),
            event_time: times::date_time(ctx.now),
            event_name: event,
            user_identity: Principal { principal_id: owner::account(ctx, ctx.caller.owner()) },
            s3: Entity {
                s3_schema_version: "1.0",
                configuration_id: told.id,
                bucket: BucketEntity {
                    name: &bucket.name,
                    owner_identity: Principal { principal_id: owner::account(ctx, &bucket.owner) },
                    arn: format!("arn:aws:s3:::{}", bucket.name),
                },
                object: ObjectEntity {
                    // Encoded as in a form, where a space is a plus.
                    key: Encoding::Url.of(&object.key).replace("%20", "+"),
                    size: created.then(|| object.size()),
                    e_tag: created.then(|| object.e_tag.text().to_owned()),
                    version_id: super::object::shown_version(bucket, object),
                    sequencer: format!("{number:016X}"),
                },
            },
        }],
    };
    let text = serde_json::to_string(&message).map_err(super::stored)?;
    ctx.store.insert_object_event(told.target, ctx.now, &text)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn star_names_all_events_of_a_kind() {
        assert!(names("s3:ObjectCreated:*", "ObjectCreated:Put"));
        assert!(names("s3:ObjectCreated:Put", "ObjectCreated:Put"));
        assert!(!names("s3:ObjectCreated:Put", "ObjectCreated:Copy"));
        assert!(!names("s3:ObjectRemoved:*", "ObjectCreated:Put"));
        assert!(!names("ObjectCreated:Put", "ObjectCreated:Put"));
    }

    #[test]
    fn filter_takes_keys_with_its_prefix_and_suffix() {
        let rule = |name: &'static str, value: &str| dto::FilterRule {
            name: Some(dto::FilterRuleName::from_static(name)),
            value: Some(value.to_owned()),
        };
        let rules = Some(vec![rule("Prefix", "raw/"), rule("suffix", ".json")]);
        let key = Some(dto::S3KeyFilter { filter_rules: rules });
        let filter = dto::NotificationConfigurationFilter { key };
        let takes = |key: &str| filter_takes(Some(&filter), key);
        assert!(takes("raw/a.json"));
        assert!(!takes("raw/a.csv") && !takes("a.json"));
        assert!(filter_takes(None, "anything"));
    }
}
