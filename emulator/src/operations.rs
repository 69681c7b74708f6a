//! The one table of operations. A new operation is a file of its own and a line here.

use crate::glue::*;
use crate::kinesis::channels::*;
use crate::kinesis::queues::*;
use crate::kinesis::*;
use crate::operation::{Invoke, Route, Wire, rest_route, route};
use crate::s3::*;

/// Every operation of every service.
pub const OPERATIONS: &[Route] = &[
    route::<AcknowledgeDeadLetterQueueRecords>(),
    route::<AcknowledgeQueueRecords>(),
    route::<AddTagsToStream>(),
    route::<CreateChannel>(),
    route::<CreateQueue>(),
    route::<CreateStream>(),
    route::<DecreaseStreamRetentionPeriod>(),
    route::<DeleteChannel>(),
    route::<DeleteQueue>(),
    route::<DeleteResourcePolicy>(),
    route::<DeleteStream>(),
    route::<DeregisterStreamConsumer>(),
    route::<DescribeAccountSettings>(),
    route::<DescribeChannel>(),
    route::<DescribeLimits>(),
    route::<DescribeQueue>(),
    route::<DescribeStream>(),
    route::<DescribeStreamConsumer>(),
    route::<DescribeStreamSummary>(),
    route::<DisableEnhancedMonitoring>(),
    route::<EnableEnhancedMonitoring>(),
    route::<GetRecords>(),
    route::<GetResourcePolicy>(),
    route::<GetShardIterator>(),
    route::<IncreaseStreamRetentionPeriod>(),
    route::<ListChannels>(),
    route::<ListQueues>(),
    route::<ListShards>(),
    route::<ListStreamConsumers>(),
    route::<ListStreams>(),
    route::<ListTagsForResource>(),
    route::<ListTagsForStream>(),
    route::<MergeShards>(),
    route::<PutRecord>(),
    route::<PutRecords>(),
    route::<PutResourcePolicy>(),
    route::<ReceiveDeadLetterQueueRecords>(),
    route::<ReceiveQueueRecords>(),
    route::<RegisterStreamConsumer>(),
    route::<RemoveTagsFromStream>(),
    route::<RestoreDeadLetterQueueRecords>(),
    route::<SplitShard>(),
    route::<StartStreamEncryption>(),
    route::<StopStreamEncryption>(),
    route::<TagResource>(),
    route::<UntagResource>(),
    route::<UpdateAccountSettings>(),
    route::<UpdateChannel>(),
    route::<UpdateDeadLetterQueueRecordsVisibility>(),
    route::<UpdateMaxRecordSize>(),
    route::<UpdateQueue>(),
    route::<UpdateQueueRecordsVisibility>(),
    route::<UpdateShardCount>(),
    route::<UpdateStreamMode>(),
    route::<UpdateStreamRecordDistributionStrategy>(),
    route::<UpdateStreamWarmThroughput>(),
    rest_route::<CreateBucket>(),
    rest_route::<DeleteObject>(),
    rest_route::<GetObject>(),
    rest_route::<HeadBucket>(),
    rest_route::<HeadObject>(),
    rest_route::<ListObjectsV2>(),
    rest_route::<PutObject>(),
    route::<BatchCreatePartition>(),
    route::<CreateDatabase>(),
    route::<CreatePartition>(),
    route::<CreateTable>(),
    route::<DeleteTable>(),
    route::<GetDatabase>(),
    route::<GetDatabases>(),
    route::<GetPartitions>(),
    route::<GetTable>(),
    route::<GetTables>(),
    route::<UpdateTable>(),
];

/// The AWS JSON operation of this name.
pub(crate) fn find(name: &str) -> Option<Invoke> {
    OPERATIONS.iter().find_map(|route| match route.wire {
        Wire::AwsJson(invoke) if route.name == name => Some(invoke),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<_> = OPERATIONS.iter().map(|route| route.name).collect();
        assert_eq!(names.len(), OPERATIONS.len());
    }
}
