// The AWS SDK for JavaScript v3 as it comes: its Kinesis client speaks HTTP/2 with prior knowledge, also without TLS.
// A second round does the same over HTTP/1.1, a third over TLS. Needs AWS_ENDPOINT_URL, and TLS_ENDPOINT_URL for the
// third; is run where the SDK is installed.
//
// HTTP=1 or HTTP=2 runs one round only; SUBSCRIBE=skip leaves out SubscribeToShard, OLD_API=1 what kinesalite never had.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  AddTagsToStreamCommand, CreateStreamCommand, DeleteStreamCommand, DeregisterStreamConsumerCommand,
  DescribeStreamCommand, DescribeStreamConsumerCommand, DescribeStreamSummaryCommand, GetRecordsCommand,
  GetShardIteratorCommand, KinesisClient, ListShardsCommand, ListTagsForStreamCommand, PutRecordCommand,
  PutRecordsCommand, RegisterStreamConsumerCommand, ResourceNotFoundException, SplitShardCommand,
  SubscribeToShardCommand, paginateListStreams, waitUntilStreamExists, waitUntilStreamNotExists,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'

const endpoint = process.env.AWS_ENDPOINT_URL
const bytes = (text) => new TextEncoder().encode(text)
const text = (blob) => new TextDecoder().decode(blob)
const WAIT = { maxWaitTime: 30, minDelay: 1, maxDelay: 1 }
let passed = 0

async function story(version, client) {
  const StreamName = `javascript-${version.replace(' ', '-')}`
  const send = (command) => client.send(command)
  const ok = (what) => { passed += 1; console.log(`  ok      HTTP/${version}  ${what}`) }
  const settled = async () => {
    for (let tries = 0; tries < 100; tries += 1) {
      const { StreamDescriptionSummary: summary } = await send(new DescribeStreamSummaryCommand({ StreamName }))
      if (summary.StreamStatus === 'ACTIVE') return summary
      await sleep(100)
    }
    throw new Error(`${StreamName} does not become ACTIVE`)
  }
  const wait = { client, ...WAIT }

  await send(new CreateStreamCommand({ StreamName, ShardCount: 2 }))
  assert.equal((await waitUntilStreamExists(wait, { StreamName })).state, 'SUCCESS')
  const { StreamDescription: stream } = await send(new DescribeStreamCommand({ StreamName }))
  assert.equal(stream.Shards.length, 2)
  assert.ok(Math.abs(stream.StreamCreationTimestamp - Date.now()) < 60_000, String(stream.StreamCreationTimestamp))
  ok('creates and describes')

  const one = await send(new PutRecordCommand({ StreamName, PartitionKey: 'k', ExplicitHashKey: '0', Data: bytes('één') }))
  const more = ['two', 'three', ''].map((data) => ({ PartitionKey: 'k', ExplicitHashKey: '0', Data: bytes(data) }))
  const put = await send(new PutRecordsCommand({ StreamName, Records: more }))
  assert.equal(put.FailedRecordCount, 0)
  const { ShardIterator } = await send(new GetShardIteratorCommand({
    StreamName, ShardId: one.ShardId, ShardIteratorType: 'TRIM_HORIZON',
  }))
  const got = await send(new GetRecordsCommand({ ShardIterator }))
  assert.deepEqual(got.Records.map((record) => text(record.Data)), ['één', 'two', 'three', ''])
  assert.ok(Math.abs(got.Records[0].ApproximateArrivalTimestamp - Date.now()) < 60_000)
  assert.ok(got.NextShardIterator && got.MillisBehindLatest >= 0)
  ok('puts and gets')

  const big = Array.from({ length: 500 }, (_, i) => ({ PartitionKey: `key-${i}`, Data: new Uint8Array(2000).fill(i) }))
  assert.equal((await send(new PutRecordsCommand({ StreamName, Records: big }))).FailedRecordCount, 0)
  const parallel = Array.from({ length: 40 }, (_, i) =>
    send(new PutRecordCommand({ StreamName, PartitionKey: `key-${i}`, Data: bytes(String(i)) })))
  const numbers = (await Promise.all(parallel)).map((answer) => answer.SequenceNumber)
  assert.equal(new Set(numbers).size, 40)
  ok('puts a megabyte at once and forty calls at a time')

  await assert.rejects(send(new DescribeStreamCommand({ StreamName: 'absent' })), (error) => {
    assert.ok(error instanceof ResourceNotFoundException)
    assert.match(error.message, /^Stream absent under account \d{12} not found\.$/)
    assert.equal(error.$metadata.httpStatusCode, 400)
    return true
  })
  ok('knows an error by its class')

  await send(new AddTagsToStreamCommand({ StreamName, Tags: { team: 'ingest' } }))
  const { Tags } = await send(new ListTagsForStreamCommand({ StreamName }))
  assert.deepEqual(Tags, [{ Key: 'team', Value: 'ingest' }])
  ok('tags')

  await send(new SplitShardCommand({
    StreamName, ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '12345678901234567890',
  }))
  await settled()
  const { Shards } = await send(new ListShardsCommand({ StreamName }))
  assert.deepEqual(Shards.map((shard) => shard.ParentShardId), [undefined, undefined, Shards[0].ShardId, Shards[0].ShardId])
  ok('splits')

  if (!process.env.OLD_API) {
    await walksPages(client, StreamName)
    ok('walks pages')
  }

  if (process.env.SUBSCRIBE !== 'skip') {
    await subscribes(send, StreamName, stream.StreamARN)
    ok('subscribes to a shard')
  }

  await send(new DeleteStreamCommand({ StreamName, EnforceConsumerDeletion: true }))
  assert.equal((await waitUntilStreamNotExists(wait, { StreamName })).state, 'SUCCESS')
  ok('deletes')
}

async function walksPages(client, StreamName) {
  const names = ['a', 'b', 'c'].map((suffix) => `${StreamName}-${suffix}`)
  for (const name of names) await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: 1 }))
  const listed = []
  let pages = 0
  for await (const page of paginateListStreams({ client, pageSize: 2 }, {})) {
    listed.push(...page.StreamNames)
    pages += 1
  }
  for (const name of [StreamName, ...names]) assert.ok(listed.includes(name), `${name} in ${listed}`)
  assert.ok(pages >= 2, `${pages} pages`)
  for (const name of names) {
    await waitUntilStreamExists({ client, ...WAIT }, { StreamName: name })
    await client.send(new DeleteStreamCommand({ StreamName: name }))
  }
}

async function subscribes(send, StreamName, StreamARN) {
  const { Consumer } = await send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'pushed-to' }))
  const { ConsumerARN } = Consumer
  const status = async () =>
    (await send(new DescribeStreamConsumerCommand({ ConsumerARN }))).ConsumerDescription.ConsumerStatus
  for (let tries = 0; (await status()) !== 'ACTIVE'; tries += 1) {
    assert.ok(tries < 100, 'the consumer does not become ACTIVE')
    await sleep(100)
  }
  const answer = await send(new SubscribeToShardCommand({
    ConsumerARN, ShardId: 'shardId-000000000000', StartingPosition: { Type: 'TRIM_HORIZON' },
  }))
  const seen = []
  let last
  for await (const event of answer.EventStream) {
    const pushed = event.SubscribeToShardEvent
    assert.ok(pushed, `an event of another kind: ${JSON.stringify(event)}`)
    seen.push(...pushed.Records.map((record) => text(record.Data)))
    last = pushed
    // All that went to the shard before its split is pushed; then the shard is at its end and names its children.
    if (pushed.ChildShards?.length) break
  }
  assert.deepEqual(seen.slice(0, 4), ['één', 'two', 'three', ''])
  assert.deepEqual(last.ChildShards.map((shard) => shard.ShardId).sort(), ['shardId-000000000002', 'shardId-000000000003'])
  await send(new DeregisterStreamConsumerCommand({ ConsumerARN }))
}

const rounds = [
  ['2', () => new KinesisClient({ endpoint, maxAttempts: 1 })],
  ['1', () => new KinesisClient({ endpoint, maxAttempts: 1, requestHandler: new NodeHttpHandler() })],
]
if (process.env.TLS_ENDPOINT_URL) {
  rounds.push(['2 TLS', () => new KinesisClient({ endpoint: process.env.TLS_ENDPOINT_URL, maxAttempts: 1 })])
}
let failed = 0
for (const [version, make] of rounds.filter(([version]) => (process.env.HTTP ?? version) === version)) {
  const client = make()
  try {
    await story(version, client)
  } catch (error) {
    failed += 1
    console.log(`  FAILED  HTTP/${version}  ${error.stack ?? error}`)
  } finally {
    client.destroy()
  }
}
console.log(`javascript: ${passed} passed, ${failed} failed`)
process.exit(failed || !passed ? 1 : 0)
