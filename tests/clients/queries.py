"""Queries through Athena as a script with boto3 has them: started, waited for, read page by page.

A story says what AWS answers: Athena's user guide and API reference, Trino's documentation where Athena refers to it.
"""

import os
import re
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

FINAL = ("SUCCEEDED", "FAILED", "CANCELLED")


def client(service, checked=True, region="us-east-1"):
    """A client that does not retry, so that each error is seen; `checked=False` sends what boto3 would refuse."""
    return boto3.client(
        service,
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        region_name=region,
        config=Config(
            retries={"total_max_attempts": 1},
            parameter_validation=checked,
            read_timeout=60,
            max_pool_connections=32,
            **({"s3": {"addressing_style": "path"}} if service == "s3" else {}),
        ),
    )


athena, glue, s3 = client("athena"), client("glue"), client("s3")


# What is refused.


def refused(code, call, message="", **request):
    """The error that the call must fail with; `message` is a pattern that its text has."""
    try:
        answer = call(**request)
    except ClientError as error:
        codes = [code] if isinstance(code, str) else code
        assert error.response["Error"]["Code"] in codes, f"{' or '.join(codes)} expected: {error}"
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, error
        text = error.response["Error"]["Message"]
        assert re.search(message, text), f"{message!r} expected in {text!r}"
        return error.response
    raise AssertionError(f"{code} expected, answered {answer}")


# Queries.


def start(sql, database=None, output="s3://athena-results/", **more):
    """Starts a query; the bucket of its result is there from the first one on."""
    request = {"QueryString": sql} | more
    if output:
        request["ResultConfiguration"] = {"OutputLocation": output}
    if database:
        request["QueryExecutionContext"] = {"Catalog": "AwsDataCatalog", "Database": database}
    return athena.start_query_execution(**request)["QueryExecutionId"]


def wait(query, seconds=60):
    """The execution when it has ended."""
    ends = time.monotonic() + seconds
    while True:
        execution = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
        if execution["Status"]["State"] in FINAL:
            return execution
        assert time.monotonic() < ends, f"{execution['Status']} after {seconds} s: {execution['Query']}"
        time.sleep(0.02)


def run(sql, database=None, **more):
    """The execution of a query that must succeed."""
    execution = wait(start(sql, database, **more))
    status = execution["Status"]
    assert status["State"] == "SUCCEEDED", f"{status['State']} {status.get('StateChangeReason')}: {sql}"
    return execution


def fails(reason, sql, database=None, **more):
    """The execution of a query that must fail with a reason in which the pattern is found."""
    execution = wait(start(sql, database, **more))
    status = execution["Status"]
    assert status["State"] == "FAILED", f"FAILED with {reason!r} expected, {status['State']}: {sql}"
    assert re.search(reason, status["StateChangeReason"]), f"{reason!r} expected in {status['StateChangeReason']!r}: {sql}"
    return execution


def stopped_somewhere(sql, database=None, **more):
    """The words with which a query is refused, at once or when it runs; it must not succeed."""
    try:
        execution = wait(start(sql, database, **more))
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidRequestException", error
        return error.response["Error"]["Message"]
    status = execution["Status"]
    assert status["State"] == "FAILED", f"{status['State']}: {sql} gave {cells(execution['QueryExecutionId'])}"
    return status["StateChangeReason"]


def cells(query):
    """Every row of a result as text, None where a value is null; with its header, where it has one."""
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=query)
    return [[cell.get("VarCharValue") for cell in row["Data"]] for page in pages for row in page["ResultSet"]["Rows"]]


def select(sql, database=None, **more):
    """The rows of a query without their header."""
    return cells(run(sql, database, **more)["QueryExecutionId"])[1:]


def value(sql, database=None, **more):
    rows = select(sql, database, **more)
    assert len(rows) == 1 and len(rows[0]) == 1, f"one value expected: {rows}"
    return rows[0][0]


def shown(sql, database=None):
    """The rows of SHOW or DESCRIBE, which have no header: each a list of trimmed cells, whether Athena answers them in
    one cell with tabs, as DESCRIBE, or in several."""
    rows = cells(run(sql, database)["QueryExecutionId"])
    return [[cell.strip() for cell in "\t".join(cell or "" for cell in row).split("\t")] for row in rows]


def columns(query):
    """What the result's columns are."""
    return athena.get_query_results(QueryExecutionId=query, MaxResults=1)["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]


def table_columns(database, name):
    """The columns of a table in the Glue catalog with their types."""
    found = glue.get_table(DatabaseName=database, Name=name)["Table"]
    return [(column["Name"], column["Type"]) for column in found["StorageDescriptor"]["Columns"]]


# Objects.


def split(address):
    bucket, _, key = address.removeprefix("s3://").partition("/")
    return bucket, key


def put(address, body):
    bucket, key = split(address)
    s3.put_object(Bucket=bucket, Key=key, Body=body)


def read(address):
    bucket, key = split(address)
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def below(address):
    """The addresses of all objects whose address begins so."""
    bucket, key = split(address)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
    return [f"s3://{bucket}/{found['Key']}" for page in pages for found in page.get("Contents", [])]


def buckets(*names):
    for name in names:
        s3.create_bucket(Bucket=name)
