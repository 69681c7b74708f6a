#!/usr/bin/env python3
"""Polars on S3 (its Rust `object_store`), told in chapters.

AWS_ENDPOINT_URL    the server
ONLY                runs the chapters whose names contain this text
"""

import os
import sys
import urllib.request

import polars

from chapters import chapter, equal, tell

OPTIONS = {
    "aws_endpoint_url": os.environ["AWS_ENDPOINT_URL"],
    "aws_allow_http": "true",
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
    "aws_region": "us-east-1",
}
STORAGE = {"storage_options": OPTIONS}


def fresh(bucket):
    """Polars makes no buckets: this one is made by the one request that it takes."""
    signed = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    request = urllib.request.Request(f"{OPTIONS['aws_endpoint_url']}/{bucket}", method="PUT", headers={"authorization": signed})
    with urllib.request.urlopen(request, timeout=10) as answer:
        equal(answer.status, 200)
    return f"s3://{bucket}"


def sample(rows=10_000):
    numbers = range(rows)
    return polars.DataFrame({"day": [f"2026-01-0{n % 3 + 1}" for n in numbers], "n": numbers, "word": [f"wörd {n % 7}" for n in numbers]})


@chapter
def a_table_is_written_and_scanned():
    place = fresh("polars-one")
    frame = sample()
    frame.write_parquet(f"{place}/dir/a b+ü.parquet", **STORAGE)
    scan = lambda: polars.scan_parquet(f"{place}/dir/a b+ü.parquet", glob=False, **STORAGE)
    assert scan().collect().equals(frame)
    some = scan().filter(polars.col("n") >= 9_998).select("n", "word").collect()
    equal(some.rows(), [(9_998, f"wörd {9_998 % 7}"), (9_999, f"wörd {9_999 % 7}")])
    equal(scan().select(polars.len()).collect().item(), 10_000)
    frame.head(3).write_parquet(f"{place}/dir/a b+ü.parquet", **STORAGE)
    equal(scan().collect().height, 3, "written over")


@chapter
def files_are_found_by_pattern():
    place = fresh("polars-glob")
    frame = sample(900)
    for number in range(9):
        frame.slice(number * 100, 100).write_parquet(f"{place}/run={number % 3}/part-{number}.parquet", **STORAGE)
    frame.head(1).write_csv(f"{place}/run=0/other.csv", **STORAGE)
    count = lambda pattern: polars.scan_parquet(f"{place}/{pattern}", hive_partitioning=False, **STORAGE).select(polars.len()).collect().item()
    equal(count("**/*.parquet"), 900)
    equal(count("run=1/*.parquet"), 300)
    equal(count("run=[01]/part-[0-3].parquet"), 300)
    equal(polars.scan_csv(f"{place}/run=0/*.csv", **STORAGE).collect()["n"].to_list(), [0])
    try:
        polars.scan_parquet(f"{place}/absent/k.parquet", **STORAGE).collect()
    except (FileNotFoundError, OSError, polars.exceptions.ComputeError):
        pass
    else:
        raise AssertionError("a file that is not there was scanned")


@chapter
def partitions_are_columns():
    place = fresh("polars-hive")
    frame = sample()
    for (day,), part in frame.group_by("day"):
        part.drop("day").write_parquet(f"{place}/table/day={day}/0.parquet", **STORAGE)
    scan = polars.scan_parquet(f"{place}/table/", hive_partitioning=True, try_parse_hive_dates=False, **STORAGE)
    equal(scan.select(polars.col("n").sum()).collect().item(), frame["n"].sum())
    some = scan.filter((polars.col("day") == "2026-01-02") & (polars.col("n") < 10)).collect().sort("n")
    equal(some.select("day", "n").rows(), [("2026-01-02", n) for n in (1, 4, 7)])


@chapter
def a_query_is_streamed_into_files():
    place = fresh("polars-sink")
    frame = sample(400_000).with_columns(noise=polars.col("n").hash(seed=1))
    frame.write_parquet(f"{place}/from.parquet", row_group_size=50_000, **STORAGE)
    lazy = polars.scan_parquet(f"{place}/from.parquet", **STORAGE)
    lazy.filter(polars.col("n") % 2 == 0).sink_parquet(f"{place}/sunk.parquet", compression="uncompressed", **STORAGE)
    back = polars.scan_parquet(f"{place}/sunk.parquet", **STORAGE).select(polars.len(), polars.col("noise").max()).collect()
    even = frame.filter(polars.col("n") % 2 == 0)
    equal(back.rows(), [(200_000, even["noise"].max())])
    for suffix, sink, scan in [("csv", "sink_csv", polars.scan_csv), ("ndjson", "sink_ndjson", polars.scan_ndjson), ("ipc", "sink_ipc", polars.scan_ipc)]:
        getattr(lazy.head(1_000), sink)(f"{place}/sunk.{suffix}", **STORAGE)
        equal(scan(f"{place}/sunk.{suffix}", **STORAGE).select(polars.col("n").sum()).collect().item(), 499_500, suffix)


if __name__ == "__main__":
    sys.exit(tell("polars", f"polars {polars.__version__}"))
