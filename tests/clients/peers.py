#!/usr/bin/env python3
"""Throughput beside other emulators, in one run on one machine: PutRecords of 500 x 1 KiB, then GetRecords of them.

Usage: peers.py [--seconds 5] [--connections 4] NAME=ENDPOINT[@PID]...

The load comes from wrk (Debian package `wrk`) or, without it, from processes of raw keep-alive sockets; either way the
request is made once and only its bytes are sent. The client's ceiling is measured first, for each server whose name
begins with `wavetank`: the same bytes to an operation that does not exist, which is answered without being read
further. With a PID the processor time of the server during each load is told too: a server that leaves a core idle
is held up by something else.
"""

import argparse
import base64
import http.client
import json
import multiprocessing
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

STREAM = "peers"
SHARDS = 4
RECORDS = 500
RECORD_BYTES = 1024
JSON = "application/x-amz-json-1.1"
HEADERS = {
    "Content-Type": JSON,
    "X-Amz-Date": "20260105T100000Z",
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260105/us-east-1/kinesis/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" + "0" * 64,
}


class Server:
    def __init__(self, argument):
        self.name, _, rest = argument.partition("=")
        address, _, pid = rest.partition("@")
        self.url = urllib.parse.urlsplit(address)
        self.pid = int(pid) if pid else None

    def call(self, operation, request):
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=60)
        headers = {**HEADERS, "X-Amz-Target": f"Kinesis_20131202.{operation}"}
        connection.request("POST", "/", json.dumps(request), headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 200:
            sys.exit(f"{self.name}: {operation} answered {answer.status}: {body[:300]!r}")
        return json.loads(body) if body else None

    def cpu_seconds(self):
        """Processor time of the process and of its threads."""
        if not self.pid:
            return 0.0
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("servers", nargs="+", type=Server)
    options = parser.parse_args()
    load = wrk if shutil.which("wrk") else sockets
    print(f"{options.connections} connections for {options.seconds} s each, client: {load.__name__}")
    print(f"{'server':<18}{'PutRecords':>14}{'GetRecords':>14}{'':4}records/s{'':6}cores used")
    rates = {}
    for server in options.servers:
        rates[server.name] = measure(server, load, options)
    compare(rates)


def measure(server, load, options):
    prepare(server)
    entries = [
        {"Data": base64.b64encode(os.urandom(RECORD_BYTES)).decode(), "PartitionKey": f"key-{i}"}
        for i in range(RECORDS)
    ]
    put_body = json.dumps({"StreamName": STREAM, "Records": entries}).encode()
    ceiling = None
    if server.name.startswith("wavetank"):
        ceiling = run(server, load, options, "NoSuchOperation", put_body, expect_errors=True)[0] * RECORDS
    answer = server.call("PutRecords", json.loads(put_body))
    check(server, answer["FailedRecordCount"] == 0 and len(answer["Records"]) == RECORDS, answer)
    puts, put_cores = run(server, load, options, "PutRecords", put_body)
    answer = server.call("PutRecords", json.loads(put_body))
    check(server, answer["FailedRecordCount"] == 0, answer)

    request = {"StreamName": STREAM, "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    get = {"ShardIterator": server.call("GetShardIterator", request)["ShardIterator"], "Limit": RECORDS}
    page = server.call("GetRecords", get)["Records"]
    check(server, len(page) == RECORDS, f"{len(page)} records in a page")
    check(server, len(base64.b64decode(page[0]["Data"])) == RECORD_BYTES, page[0])
    gets, get_cores = run(server, load, options, "GetRecords", json.dumps(get).encode())

    row = f"{server.name:<18}{puts * RECORDS:>14,.0f}{gets * RECORDS:>14,.0f}{'':19}{put_cores:.2f} {get_cores:.2f}"
    print(row + (f"   the client reaches {ceiling:,.0f} when nothing is put" if ceiling else ""), flush=True)
    return puts * RECORDS, gets * RECORDS


def prepare(server):
    server.call("CreateStream", {"StreamName": STREAM, "ShardCount": SHARDS})
    deadline = time.time() + 30
    describe = {"StreamName": STREAM}
    while server.call("DescribeStream", describe)["StreamDescription"]["StreamStatus"] != "ACTIVE":
        if time.time() > deadline:
            sys.exit(f"{server.name}: the stream does not become ACTIVE")
        time.sleep(0.1)


def check(server, held, what):
    if not held:
        sys.exit(f"{server.name}: unexpected answer: {str(what)[:300]}")


def run(server, load, options, operation, body, expect_errors=False):
    """Requests per second, and cores that the server used."""
    cpu, begin = server.cpu_seconds(), time.perf_counter()
    count, errors, seconds = load(server, operation, body, options)
    elapsed = time.perf_counter() - begin
    cores = (server.cpu_seconds() - cpu) / elapsed
    if (errors > 0) != expect_errors:
        sys.exit(f"{server.name}: {errors} of {count} answers to {operation} were errors")
    return count / seconds, cores


def wrk(server, operation, body, options):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "body").write_bytes(body)
        headers = {**HEADERS, "X-Amz-Target": f"Kinesis_20131202.{operation}"}
        lines = [f"wrk.headers[{lua(name)}] = {lua(value)}" for name, value in headers.items()]
        script = [
            'wrk.method = "POST"',
            f"local file = assert(io.open({lua(str(folder / 'body'))}, 'rb'))",
            "wrk.body = file:read('*a')",
            "file:close()",
            *lines,
            # The request is put together once; a call only hands out its bytes.
            "local bytes",
            "function init(arguments) bytes = wrk.format() end",
            "function request() return bytes end",
        ]
        (folder / "load.lua").write_text("\n".join(script))
        command = ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "--timeout", "30s"]
        command += ["-s", str(folder / "load.lua"), server.url.geturl()]
        report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    count, seconds = re.search(r"(\d+) requests in ([\d.]+)s", report).groups()
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", report)
    errors = int(failed[1]) if failed else 0
    if broken and any(int(number) for number in broken.groups()):
        print(f"  {server.name}, {operation}: {broken[0]}", file=sys.stderr)
    return int(count), errors, float(seconds)


def lua(text):
    return json.dumps(text)


def sockets(server, operation, body, options):
    head = [f"POST / HTTP/1.1", f"Host: {server.url.netloc}", f"Content-Length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in HEADERS.items()]
    head += [f"X-Amz-Target: Kinesis_20131202.{operation}", "", ""]
    request = "\r\n".join(head).encode() + body
    place = (server.url.hostname, server.url.port)
    with multiprocessing.Pool(options.connections) as pool:
        work = [(place, request, options.seconds)] * options.connections
        outcomes = pool.starmap(one_connection, work)
    return sum(count for count, _ in outcomes), sum(errors for _, errors in outcomes), options.seconds


def one_connection(place, request, seconds):
    count = errors = 0
    buffer = bytearray(1 << 20)
    with socket.create_connection(place) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            connection.sendall(request)
            got = connection.recv_into(buffer)
            while (end := buffer.find(b"\r\n\r\n", 0, got)) < 0:
                got += connection.recv_into(memoryview(buffer)[got:])
            length = int(re.search(rb"(?i)content-length: *(\d+)", buffer[:end])[1])
            left = end + 4 + length - got
            errors += buffer[9:12] != b"200"
            while left > 0:
                left -= connection.recv_into(buffer, min(left, len(buffer)))
            count += 1
    return count, errors


def compare(rates):
    best = [name for name in rates if name.startswith("wavetank")]
    others = [name for name in rates if not name.startswith("wavetank")]
    for ours in best:
        for other in others:
            put, get = (mine / theirs for mine, theirs in zip(rates[ours], rates[other], strict=True))
            print(f"{ours} : {other} = {put:.1f} : 1 for PutRecords, {get:.1f} : 1 for GetRecords")


if __name__ == "__main__":
    main()
