#!/usr/bin/env python3
"""Speaks Kinesis in CBOR as the Java SDKs do by default: maps of unknown length, byte strings, timestamps as tag 1
with integer milliseconds. Bodies are made and read here, byte by byte where it matters; needs AWS_ENDPOINT_URL."""

import datetime
import http.client
import os
import sys
import time
import traceback
import urllib.parse
import zlib

import cbor2

ENDPOINT = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"])
CBOR = "application/x-amz-cbor-1.1"
STREAM = "cbor-stream"
AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=test/20260105/us-east-1/kinesis/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000"
)


class Timestamp:
    """Milliseconds since 1970, written as tag 1 with an integer."""

    def __init__(self, millis):
        self.millis = millis


def jackson(value):
    """Encodes as Jackson's CBOR generator does for the Java SDKs: maps and lists without a length, up to `break`."""
    if isinstance(value, dict):
        return b"\xbf" + b"".join(jackson(name) + jackson(member) for name, member in value.items()) + b"\xff"
    if isinstance(value, list):
        return b"\x9f" + b"".join(map(jackson, value)) + b"\xff"
    if isinstance(value, Timestamp):
        return b"\xc1" + cbor2.dumps(value.millis)
    return cbor2.dumps(value)


def decode(body):
    """Decodes without turning tag 1 into a date: cbor2 would read milliseconds as seconds."""
    if not body:
        return None
    # Tag 1 becomes one that nobody interprets, which leaves a CBORTag; it is found by walking, not by searching.
    return cbor2.loads(bytes(retagged(body)))


def retagged(body):
    out = bytearray()
    walk(body, 0, out)
    return out


def walk(body, at, out):
    """Copies one item from `at`, writing tag 1 as tag 40001; gives where the next item begins."""
    first = body[at]
    major, minor = first >> 5, first & 31
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(minor, 0)
    head = body[at : at + 1 + size]
    argument = int.from_bytes(head[1:], "big") if size else minor
    at += 1 + size
    if major == 6:
        out += b"\xd9\x9c\x41" if argument == 1 else head
        return walk(body, at, out)
    out += head
    if major in (2, 3) and minor != 31:
        out += body[at : at + argument]
        return at + argument
    if major in (2, 3, 4, 5) and minor == 31:
        while body[at] != 0xFF:
            at = walk(body, at, out)
        out += b"\xff"
        return at + 1
    for _ in range(argument * (major - 3) if major in (4, 5) else 0):
        at = walk(body, at, out)
    return at


def send(operation, body):
    """Gives the connection and the answer, of which only the head has been read."""
    connection = http.client.HTTPConnection(ENDPOINT.hostname, ENDPOINT.port, timeout=20)
    headers = {
        "Content-Type": CBOR,
        "X-Amz-Target": f"Kinesis_20131202.{operation}",
        "Authorization": AUTHORIZATION,
        "X-Amz-Date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ"),
    }
    connection.request("POST", "/", body, headers)
    return connection, connection.getresponse()


def call(operation, request, raw=None):
    """Gives the status and the decoded body; checks that the answer is CBOR whenever it has a body."""
    connection, answer = send(operation, jackson(request) if raw is None else raw)
    body = answer.read()
    connection.close()
    if body:
        content_type = answer.getheader("content-type", "")
        assert content_type == CBOR, f"{operation} answered in {content_type}: {body[:200]!r}"
    return answer.status, decode(body)


def frames(answer):
    """The headers and the payload of each frame of an event stream, both checksums verified."""
    while prelude := answer.read(12):
        equal(int.from_bytes(prelude[8:]), zlib.crc32(prelude[:8]), "checksum of the prelude")
        rest = answer.read(int.from_bytes(prelude[:4]) - 12)
        equal(int.from_bytes(rest[-4:]), zlib.crc32(prelude + rest[:-4]), "checksum of the frame")
        length = int.from_bytes(prelude[4:8])
        yield event_headers(rest[:length]), rest[length:-4]


def event_headers(raw):
    """Headers of type 7, text: all that Kinesis sends."""
    headers = {}
    while raw:
        name, kind = raw[1 : 1 + raw[0]].decode(), raw[1 + raw[0]]
        equal(kind, 7, f"type of the header {name}")
        at = raw[0] + 4
        end = at + int.from_bytes(raw[at - 2 : at])
        headers[name], raw = raw[at:end].decode(), raw[end:]
    return headers


def done(operation, request):
    status, body = call(operation, request)
    assert status == 200, f"{operation} answered {status}: {body}"
    return body


def equal(got, expected, what=""):
    assert got == expected, f"{what} got {clipped(got)}, expected {clipped(expected)}"


def clipped(value):
    return repr(value)[:300]


def millis_of(value):
    """The number inside a timestamp, which must be an integer of milliseconds under tag 1."""
    assert isinstance(value, cbor2.CBORTag) and value.tag == 40001, f"no tag 1: {value!r}"
    assert isinstance(value.value, int), f"a timestamp is an integer of milliseconds in CBOR, not {value.value!r}"
    return value.value


def active():
    deadline = time.time() + 20
    while time.time() < deadline:
        described = done("DescribeStream", {"StreamName": STREAM})["StreamDescription"]
        if described["StreamStatus"] == "ACTIVE":
            return described
        time.sleep(0.1)
    raise AssertionError(f"{STREAM} did not become ACTIVE")


def iterator(kind, **more):
    request = {"StreamName": STREAM, "ShardId": "shardId-000000000000", "ShardIteratorType": kind, **more}
    return done("GetShardIterator", request)["ShardIterator"]


def creates_and_describes():
    equal(done("CreateStream", {"StreamName": STREAM, "ShardCount": 1}), None)
    described = active()
    equal(described["StreamName"], STREAM)
    equal(described["HasMoreShards"], False)
    created = millis_of(described["StreamCreationTimestamp"])
    assert abs(created - time.time() * 1000) < 60_000, f"created at {created} ms"


def puts_and_gets_bytes():
    before = time.time() * 1000
    blobs = [b"", b"\x00\xff" * 500, "wäve".encode(), b"\xc1\xfb" * 20]
    records = [{"Data": blob, "PartitionKey": f"key-{i}"} for i, blob in enumerate(blobs)]
    put = done("PutRecords", {"Records": records, "StreamName": STREAM})
    equal(put["FailedRecordCount"], 0)
    got = done("GetRecords", {"ShardIterator": iterator("TRIM_HORIZON"), "Limit": 100})
    equal([record["Data"] for record in got["Records"]], blobs)
    equal([record["SequenceNumber"] for record in got["Records"]], [r["SequenceNumber"] for r in put["Records"]])
    assert isinstance(got["MillisBehindLatest"], int)
    for record in got["Records"]:
        arrived = millis_of(record["ApproximateArrivalTimestamp"])
        assert before - 5_000 < arrived < before + 60_000, f"arrived at {arrived} ms, put at {before} ms"


def reads_a_timestamp_of_the_request():
    time.sleep(0.01)
    now = int(time.time() * 1000)
    time.sleep(0.01)
    one = done("PutRecord", {"Data": b"after", "PartitionKey": "k", "StreamName": STREAM})
    after = iterator("AT_TIMESTAMP", Timestamp=Timestamp(now))
    got = done("GetRecords", {"ShardIterator": after})
    equal([record["SequenceNumber"] for record in got["Records"]], [one["SequenceNumber"]])


def reads_definite_lengths_too():
    raw = cbor2.dumps({"StreamName": STREAM, "Records": [{"Data": b"plain", "PartitionKey": "k"}]})
    status, body = call("PutRecords", None, raw)
    equal((status, body["FailedRecordCount"]), (200, 0))


def ignores_null_and_unknown_members():
    request = {"StreamName": STREAM, "ExclusiveStartShardId": None, "Whatever": {"a": [1, b"x"]}}
    equal(done("DescribeStream", request)["StreamDescription"]["StreamName"], STREAM)


def errors_are_maps():
    status, body = call("DescribeStream", {"StreamName": "no-such-stream"})
    equal((status, body["__type"]), (400, "ResourceNotFoundException"))
    assert body["message"].startswith("Stream no-such-stream under account "), body
    status, body = call("PutRecord", {"StreamName": STREAM, "PartitionKey": "", "Data": b""})
    equal((status, body["__type"]), (400, "ValidationException"))
    assert "at 'partitionKey' failed to satisfy constraint" in body["message"], body
    status, body = call("DescribeStream", {"StreamName": True})
    equal((status, body["__type"]), (400, "SerializationException"))
    status, body = call("NoSuchOperation", {})
    equal((status, body["__type"]), (400, "UnknownOperationException"))


def broken_bodies_are_refused():
    whole = jackson({"StreamName": STREAM})
    for raw in (whole[:-1], whole[:5], b"\xff", b"\x9b" + b"\xff" * 8, b"\x5b" + b"\xff" * 8):
        status, body = call("DescribeStream", None, raw)
        equal((status, body["__type"]), (400, "SerializationException"))
    nested = b"\x81" * 200_000
    status, body = call("DescribeStream", None, nested)
    equal(status, 400)
    equal(done("DescribeStream", {"StreamName": STREAM})["StreamDescription"]["StreamName"], STREAM)


def events_are_in_cbor_too():
    """The Java SDK reads the payloads of a subscription as it reads every answer: in CBOR."""
    arn = done("DescribeStream", {"StreamName": STREAM})["StreamDescription"]["StreamARN"]
    request = {"StreamARN": arn, "ConsumerName": "cbor"}
    registered = done("RegisterStreamConsumer", request)["Consumer"]
    consumer = registered["ConsumerARN"]
    millis_of(registered["ConsumerCreationTimestamp"])
    deadline = time.time() + 20
    while done("DescribeStreamConsumer", {"ConsumerARN": consumer})["ConsumerDescription"]["ConsumerStatus"] != "ACTIVE":
        assert time.time() < deadline, "the consumer does not become ACTIVE"
        time.sleep(0.1)
    position = {"Type": "TRIM_HORIZON"}
    request = {"ConsumerARN": consumer, "ShardId": "shardId-000000000000", "StartingPosition": position}
    connection, answer = send("SubscribeToShard", jackson(request))
    equal((answer.status, answer.getheader("content-type")), (200, "application/vnd.amazon.eventstream"))
    events = frames(answer)
    headers, payload = next(events)
    equal((headers[":message-type"], headers[":event-type"]), ("event", "initial-response"))
    equal(decode(payload), {})
    records = []
    while not records:
        assert time.time() < deadline, "no records came"
        headers, payload = next(events)
        equal((headers[":message-type"], headers[":event-type"]), ("event", "SubscribeToShardEvent"))
        event = decode(payload)
        assert isinstance(event["MillisBehindLatest"], int) and event["ContinuationSequenceNumber"].isdigit(), event
        records += event["Records"]
    equal(records[0]["Data"], b"")
    millis_of(records[0]["ApproximateArrivalTimestamp"])
    connection.close()


def deletes():
    equal(done("DeleteStream", {"StreamName": STREAM, "EnforceConsumerDeletion": True}), None)


STORY = [
    creates_and_describes,
    puts_and_gets_bytes,
    reads_a_timestamp_of_the_request,
    reads_definite_lengths_too,
    ignores_null_and_unknown_members,
    errors_are_maps,
    broken_bodies_are_refused,
    events_are_in_cbor_too,
    deletes,
]


def main():
    failed = 0
    for chapter in STORY:
        try:
            chapter()
            print(f"  ok      {chapter.__name__}")
        except Exception:  # noqa: BLE001: one broken chapter must not hide the next
            failed += 1
            print(f"  FAILED  {chapter.__name__}\n{traceback.format_exc()}")
    print(f"cbor: {len(STORY) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
