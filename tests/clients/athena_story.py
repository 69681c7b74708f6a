#!/usr/bin/env python3
"""Athena as boto3 meets it, told in chapters, each in a database of its own: what AWS answers, as Athena's user guide and
API reference have it, and Trino's documentation for its SQL.

AWS_ENDPOINT_URL  the server
ONLY              runs the chapters whose names contain this text
"""

import base64
import datetime
import gzip
import io
import json
import os
import re
import sys
import tempfile
import time
import uuid

import boto3
import botocore
import pyarrow
import pyarrow.parquet

from chapters import chapter, equal, tell
from queries import (
    athena,
    below,
    buckets,
    cells,
    client,
    columns,
    fails,
    glue,
    put,
    read,
    refused,
    run,
    s3,
    select,
    shown,
    start,
    stopped_somewhere,
    value,
    wait,
)

LAKE = "s3://athena-lake"
RESULTS = "s3://athena-results/"


def database(name):
    """A database, made by SQL, with nothing in it."""
    run(f"CREATE DATABASE {name}")
    return name


def table(database, name):
    return glue.get_table(DatabaseName=database, Name=name)["Table"]


def names(described):
    return [(column["Name"], column["Type"]) for column in described]


def partitions(database, name):
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=name)
    return sorted(partition["Values"] for page in pages for partition in page["Partitions"])


def parquet(**columns_of_table):
    """The bytes of a Parquet file."""
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns_of_table), file)
    return file.getvalue()


def lines(*documents):
    return "".join(json.dumps(document) + "\n" for document in documents)


def text_of(address):
    """A text file as it is, or unzipped: CTAS and UNLOAD compress text by default."""
    body = read(address)
    return (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()


# The life of a query.


@chapter
def a_query_lives():
    database("life")
    query = start("SELECT 1 AS one, 'x' AS letter", "life")
    equal(str(uuid.UUID(query)), query)
    execution = wait(query)
    equal(execution["QueryExecutionId"], query)
    equal(execution["Query"], "SELECT 1 AS one, 'x' AS letter")
    equal((execution["StatementType"], execution["SubstatementType"]), ("DML", "SELECT"))
    equal(execution["ResultConfiguration"]["OutputLocation"], f"{RESULTS}{query}.csv")
    equal(execution["QueryExecutionContext"], {"Catalog": "awsdatacatalog", "Database": "life"})
    equal(execution["WorkGroup"], "primary")
    equal(execution["EngineVersion"]["EffectiveEngineVersion"], "Athena engine version 3")
    status = execution["Status"]
    equal(status["State"], "SUCCEEDED")
    assert status["SubmissionDateTime"] <= status["CompletionDateTime"], status
    statistics = execution["Statistics"]
    for name in ["EngineExecutionTimeInMillis", "DataScannedInBytes", "TotalExecutionTimeInMillis", "QueryQueueTimeInMillis"]:
        assert statistics[name] >= 0, f"{name} in {statistics}"
    equal(statistics.get("ResultReuseInformation", {}).get("ReusedPreviousResult", False), False)
    equal(cells(query), [["one", "letter"], ["1", "x"]])
    runtime = athena.get_query_runtime_statistics(QueryExecutionId=query)["QueryRuntimeStatistics"]
    assert runtime["Timeline"]["TotalExecutionTimeInMillis"] >= 0, runtime


@chapter
def executions_are_found_again():
    ids = [run(f"SELECT {number}")["QueryExecutionId"] for number in range(3)]
    pages = athena.get_paginator("list_query_executions").paginate(PaginationConfig={"PageSize": 2})
    found = [query for page in pages for query in page["QueryExecutionIds"]]
    equal(found[:3], ids[::-1], "the newest first")
    absent = str(uuid.uuid4())
    batch = athena.batch_get_query_execution(QueryExecutionIds=ids + [absent])
    equal({execution["QueryExecutionId"] for execution in batch["QueryExecutions"]}, set(ids))
    equal([left["QueryExecutionId"] for left in batch["UnprocessedQueryExecutionIds"]], [absent])
    refused("InvalidRequestException", athena.get_query_execution, "was not found", QueryExecutionId=absent)
    refused("InvalidRequestException", athena.get_query_results, "was not found", QueryExecutionId=absent)
    refused("InvalidRequestException", athena.stop_query_execution, QueryExecutionId=absent)


@chapter
def a_token_makes_starting_idempotent():
    token = str(uuid.uuid4())
    first = start("SELECT 1", ClientRequestToken=token)
    equal(start("SELECT 1", ClientRequestToken=token), first)
    again = {"QueryString": "SELECT 2", "ClientRequestToken": token, "ResultConfiguration": {"OutputLocation": RESULTS}}
    refused("InvalidRequestException", athena.start_query_execution, "(?i)idempotent", **again)
    assert start("SELECT 1") != start("SELECT 1"), "without a token each is another"


@chapter
def a_result_needs_a_place():
    refused("InvalidRequestException", athena.start_query_execution, "No output location provided", QueryString="SELECT 1")
    for odd in ["athena-results", "https://athena-results/", "/tmp/results", "file:///tmp"]:
        request = {"QueryString": "SELECT 1", "ResultConfiguration": {"OutputLocation": odd}}
        refused("InvalidRequestException", athena.start_query_execution, "(?i)output ?location", **request)
    reason = stopped_somewhere("SELECT 1", output="s3://no-such-bucket-anywhere/")
    assert "bucket" in reason.lower(), reason
    for folder in ["deep/er", "deep/er/"]:
        query = run("SELECT 1 AS a", output=f"{RESULTS}{folder}")["QueryExecutionId"]
        equal(read(f"{RESULTS}deep/er/{query}.csv"), b'"a"\n"1"\n')


@chapter
def a_result_is_a_file():
    rows = """SELECT * FROM (VALUES
        (1, 'plain', 1.5e0), (2, 'say "hi"', null), (3, '', -0.25e0), (4, null, 1e10), (5, 'one, two', nan()), (6, U&'\\00fc\\+01F600', infinity()),
        (7, ' blank ', 0e0), (8, concat('two', chr(10), 'lines'), 1e-5)) AS t (n, word, number) ORDER BY n"""
    execution = run(rows)
    expected = (
        '"n","word","number"\n"1","plain","1.5"\n"2","say ""hi""",\n"3","","-0.25"\n"4",,"1.0E10"\n"5","one, two","NaN"\n'
        '"6","ü😀","Infinity"\n"7"," blank ","0.0"\n"8","two\nlines","1.0E-5"\n'
    )
    location = execution["ResultConfiguration"]["OutputLocation"]
    equal(read(location).decode(), expected)
    assert f"{location}.metadata" in below(location), "what tells the columns lies beside it"
    words = [row[1] for row in cells(execution["QueryExecutionId"])[1:]]
    equal(words, ["plain", 'say "hi"', "", None, "one, two", "ü😀", " blank ", "two\nlines"])
    equal(read(run("SELECT 1 AS a WHERE false")["ResultConfiguration"]["OutputLocation"]), b'"a"\n')
    equal(read(run("SELECT 1, 2 AS b, 3")["ResultConfiguration"]["OutputLocation"]), b'"_col0","b","_col2"\n"1","2","3"\n')


@chapter
def statements_have_kinds():
    database("kinds")
    for sql, kind, suffix in [
        ("SELECT 1", "DML", ".csv"),
        ("WITH a AS (SELECT 1 AS n) SELECT n FROM a", "DML", ".csv"),
        ("VALUES 1, 2", "DML", ".csv"),
        ("CREATE DATABASE IF NOT EXISTS kinds", "DDL", ".txt"),
        ("SHOW TABLES", "UTILITY", ".txt"),
        ("EXPLAIN SELECT 1", "UTILITY", ".txt"),
    ]:
        execution = run(sql, "kinds")
        equal(execution["StatementType"], kind, sql)
        location = execution["ResultConfiguration"]["OutputLocation"]
        assert location.endswith(suffix), f"{location} for {sql}"
        assert location in below(location), f"{sql} has its file"
    # Neither a comment nor a final semicolon is part of what is asked.
    equal(select("-- first\n/* then */ SELECT 1;"), [["1"]])
    equal(select("  \n select\t1 ; "), [["1"]])


@chapter
def types_are_told():
    # What AWS answers for these; precision and scale as ResultSetMetadata has them.
    told = {
        "boolean": ("true", "boolean", 0, 0, "true"),
        "tinyint": ("tinyint '127'", "tinyint", 3, 0, "127"),
        "smallint": ("smallint '-32768'", "smallint", 5, 0, "-32768"),
        "integer": ("2147483647", "integer", 10, 0, "2147483647"),
        "bigint": ("9223372036854775807", "bigint", 19, 0, "9223372036854775807"),
        "real": ("real '0.5'", "float", 17, 0, "0.5"),
        "double": ("0.25e0", "double", 17, 0, "0.25"),
        "decimal": ("DECIMAL '12345.10'", "decimal", 7, 2, "12345.10"),
        "wide": ("CAST('-0.0000000001' AS decimal(38, 10))", "decimal", 38, 10, "-0.0000000001"),
        "text": ("CAST('a' AS varchar)", "varchar", 2147483647, 0, "a"),
        "short": ("CAST('abc' AS varchar(10))", "varchar", 10, 0, "abc"),
        "fixed": ("CAST('abcd' AS char(4))", "char", 4, 0, "abcd"),
        "bytes": ("X'68656c6c6f'", "varbinary", 1073741824, 0, "68 65 6c 6c 6f"),
        "day": ("DATE '2024-01-31'", "date", 0, 0, "2024-01-31"),
        "moment": ("TIMESTAMP '2024-01-31 10:00:00.125'", "timestamp", 3, 0, "2024-01-31 10:00:00.125"),
        "zoned": ("TIMESTAMP '2024-01-31 10:00:00.000 UTC'", "timestamp with time zone", 3, 0, "2024-01-31 10:00:00.000 UTC"),
        "clock": ("TIME '10:00:00.000'", "time", 3, 0, "10:00:00.000"),
        "list": ("ARRAY[1, NULL, 3]", "array", 0, 0, "[1, null, 3]"),
        "dictionary": ("MAP(ARRAY['a', 'b'], ARRAY[1, 2])", "map", 0, 0, "{a=1, b=2}"),
        "record": ("CAST(ROW(1, 'x', NULL) AS ROW(a integer, b varchar, c double))", "row", 0, 0, "{a=1, b=x, c=null}"),
        "document": ("""JSON '{"a": [1, 2]}'""", "json", 0, 0, '{"a":[1,2]}'),
        "nested": (
            "CAST(ARRAY[ROW('k', MAP(ARRAY[1], ARRAY['one']))] AS ARRAY(ROW(name varchar, numbers MAP(integer, varchar))))",
            "array", 0, 0, "[{name=k, numbers={1=one}}]",
        ),
    }  # fmt: skip
    query = run("SELECT " + ", ".join(f'{sql} AS "{name}"' for name, (sql, *_) in told.items()))["QueryExecutionId"]
    found = columns(query)
    equal([column["Name"] for column in found], list(told))
    row = cells(query)[1]
    wrong = []
    for column, text, (name, (_, *expected)) in zip(found, row, told.items()):
        got = [column["Type"], column["Precision"], column["Scale"], text]
        if got != expected:
            wrong.append(f"{name}: got {got}, expected {expected}")
        equal((column["Label"], column["CatalogName"], column["Nullable"]), (name, "hive", "UNKNOWN"), name)
        if column["Type"] in ("varchar", "char", "integer", "double"):
            equal(column["CaseSensitive"], column["Type"] in ("varchar", "char"), name)
    assert not wrong, "\n".join(wrong)


@chapter
def a_result_is_read_in_pages():
    query = run("SELECT n, 'row ' || CAST(n AS varchar) AS word FROM UNNEST(sequence(1, 2500)) AS t (n) ORDER BY n")["QueryExecutionId"]
    sizes, token, rows = [], {}, []
    while True:
        page = athena.get_query_results(QueryExecutionId=query, MaxResults=1000, **token)
        got = [[cell["VarCharValue"] for cell in row["Data"]] for row in page["ResultSet"]["Rows"]]
        sizes.append(len(got))
        rows += got
        equal(len(page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]), 2, "each page tells the columns")
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    equal(sizes, [1000, 1000, 501], "the header is a row of the first page")
    equal(rows, [["n", "word"]] + [[str(n), f"row {n}"] for n in range(1, 2501)])
    small = athena.get_paginator("get_query_results").paginate(QueryExecutionId=query, PaginationConfig={"PageSize": 7, "MaxItems": 20})
    equal(sum(len(page["ResultSet"]["Rows"]) for page in small), 20)
    loose = client("athena", checked=False)
    for odd in [1001, 0, -1]:
        refused("InvalidRequestException", loose.get_query_results, QueryExecutionId=query, MaxResults=odd)
    refused("InvalidRequestException", athena.get_query_results, QueryExecutionId=query, NextToken="made up")


@chapter
def lines_inside_values_survive_pages():
    words = "concat('a', chr(10), '\"', CAST(n AS varchar), ',', chr(13), chr(10), 'z')"
    rows = select(f"SELECT n, {words} FROM UNNEST(sequence(1, 1500)) AS t (n) ORDER BY n")
    equal(rows, [[str(n), f'a\n"{n},\r\nz'] for n in range(1, 1501)])


@chapter
def a_deleted_result_is_missed():
    execution = run("SELECT 1")
    bucket, key = execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").split("/", 1)
    s3.delete_object(Bucket=bucket, Key=key)
    refused("InvalidRequestException", athena.get_query_results, QueryExecutionId=execution["QueryExecutionId"])


@chapter
def results_are_used_again():
    database("reused")
    run("CREATE TABLE reused.t AS SELECT 1 AS n", "reused")
    reuse = {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}}}
    again = lambda sql, **more: run(sql, "reused", **(reuse | more))["Statistics"].get("ResultReuseInformation", {}).get("ReusedPreviousResult", False)
    equal(again("SELECT sum(n) FROM t"), False)
    run("INSERT INTO t VALUES 41", "reused")
    execution = run("SELECT sum(n) FROM t", "reused", **reuse)
    equal(execution["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"], True)
    equal(cells(execution["QueryExecutionId"])[1:], [["1"]], "the answer of before")
    equal(value("SELECT sum(n) FROM t", "reused"), "42", "who does not ask for it gets none")
    equal(again("SELECT sum(n) + 1 FROM t"), False, "another text")
    odd = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 10081}}
    request = {"QueryString": "SELECT 1", "ResultReuseConfiguration": odd, "ResultConfiguration": {"OutputLocation": RESULTS}}
    refused("InvalidRequestException", client("athena", checked=False).start_query_execution, **request)


# Parameters.


@chapter
def parameters_are_bound():
    equal(select("SELECT ?, ? + 1, ?", ExecutionParameters=["'it''s'", "41", "DATE '2024-01-31'"]), [["it's", "42", "2024-01-31"]])
    equal(value("SELECT ?", ExecutionParameters=["'''; DROP TABLE t; --'"]), "'; DROP TABLE t; --")
    equal(value("SELECT '?' || ?", ExecutionParameters=["'!'"]), "?!", "a question mark in a text is text")
    equal(value("SELECT count(*) FROM (VALUES 1, 2, 3) AS t (n) WHERE n > ?", ExecutionParameters=["1"]), "2")
    for few in [["1"], ["1", "2", "3"]]:
        reason = stopped_somewhere("SELECT ?, ?", ExecutionParameters=few)
        assert re.search("(?i)parameter", reason), reason
    reason = stopped_somewhere("SELECT ?", ExecutionParameters=["1; DROP TABLE t"])
    assert reason, "a parameter is one expression"
    refused("InvalidRequestException", client("athena", checked=False).start_query_execution, QueryString="SELECT 1", ExecutionParameters=[])


@chapter
def statements_are_prepared_in_sql():
    run("PREPARE doubled FROM SELECT ? * 2, ?")
    equal(select("EXECUTE doubled USING 21, 'x'"), [["42", "x"]])
    equal(select("EXECUTE doubled", ExecutionParameters=["4", "'y'"]), [["8", "y"]])
    statement = athena.get_prepared_statement(StatementName="doubled", WorkGroup="primary")["PreparedStatement"]
    equal(statement["QueryStatement"].strip(), "SELECT ? * 2, ?")
    run("DEALLOCATE PREPARE doubled")
    refused("ResourceNotFoundException", athena.get_prepared_statement, StatementName="doubled", WorkGroup="primary")
    assert "doubled" in stopped_somewhere("EXECUTE doubled USING 1, 2")


@chapter
def statements_are_prepared_by_calls():
    where = {"WorkGroup": "primary"}
    athena.create_prepared_statement(StatementName="halved", QueryStatement="SELECT ? / 2", Description="half", **where)
    refused("InvalidRequestException", athena.create_prepared_statement, StatementName="halved", QueryStatement="SELECT 1", **where)
    equal(select("EXECUTE halved USING 84"), [["42"]])
    athena.update_prepared_statement(StatementName="halved", QueryStatement="SELECT ? / 4", **where)
    equal(select("EXECUTE halved USING 84"), [["21"]])
    found = athena.batch_get_prepared_statement(PreparedStatementNames=["halved", "absent"], **where)
    equal([statement["StatementName"] for statement in found["PreparedStatements"]], ["halved"])
    equal([name["StatementName"] for name in found["UnprocessedPreparedStatementNames"]], ["absent"])
    assert "halved" in [listed["StatementName"] for listed in athena.list_prepared_statements(**where)["PreparedStatements"]]
    athena.delete_prepared_statement(StatementName="halved", **where)
    refused("ResourceNotFoundException", athena.delete_prepared_statement, StatementName="halved", **where)


# What is refused, and what is stopped.


@chapter
def mistakes_have_places_and_names():
    database("mistakes")
    run("CREATE TABLE mistakes.t AS SELECT 1 AS n, 'x' AS word")
    for reason, sql in [
        (r"COLUMN_NOT_FOUND: line 1:8: Column 'absent' cannot be resolved", "SELECT absent FROM t"),
        (r"TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog\.mistakes\.absent' does not exist", "SELECT * FROM absent"),
        (r"SCHEMA_NOT_FOUND: line 1:15: Schema 'absent' does not exist", "SELECT * FROM absent.t"),
        (r"FUNCTION_NOT_FOUND: line 1:8: Function 'absent' not registered", "SELECT absent(1)"),
        (r"TYPE_MISMATCH: line 2:\d+: Cannot apply operator: integer = varchar", "SELECT 1 FROM t\nWHERE n = 'x'"),
        (r"EXPRESSION_NOT_AGGREGATE: line 1:8: 'word' must be an aggregate expression", "SELECT word, count(*) FROM t"),
        (r"DIVISION_BY_ZERO: Division by zero", "SELECT n / 0 FROM t"),
        (r"INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT", "SELECT CAST(word AS integer) FROM t"),
        (r"AMBIGUOUS_NAME: line 1:8: Column 'n' is ambiguous", "SELECT n FROM t AS a, t AS b"),
        (r"MISSING_COLUMN_NAME|Column name not specified", "CREATE TABLE mistakes.u AS SELECT n + 1 FROM t"),
        (r"DUPLICATE_COLUMN_NAME|specified more than once", "CREATE TABLE mistakes.u AS SELECT n, n FROM t"),
    ]:
        execution = fails(reason, sql, "mistakes")
        equal(execution["Status"]["AthenaError"]["ErrorCategory"], 2, f"the user's: {sql}")
        query = execution["QueryExecutionId"]
        refused("InvalidRequestException", athena.get_query_results, "did not finish successfully. Final query state: FAILED", QueryExecutionId=query)
    equal([found["Name"] for found in glue.get_tables(DatabaseName="mistakes")["TableList"]], ["t"], "what fails makes no table")


@chapter
def what_is_no_sql_is_refused():
    place = {"ResultConfiguration": {"OutputLocation": RESULTS}}
    for sql, message in [
        ("SELEC 1", r"line 1:1: mismatched input 'SELEC'"),
        ("SELECT 1 FROM", r"line 1:14: mismatched input '<EOF>'"),
        ("SELECT * FROM t WHERE", r"line 1:22: mismatched input '<EOF>'"),
        ("SELECT 'open", r"line 1:8"),
        ("SELECT (1", r"line 1:10"),
        ("SELECT 1; SELECT 2", r"(?i)only one sql statement is allowed|line 1:9|line 1:11"),
        ("", r""),
        ("   ", r""),
        ("x" * 262_145, r""),
    ]:
        loose = client("athena", checked=False)
        error = refused("InvalidRequestException", loose.start_query_execution, message, QueryString=sql, **place)
        if sql.startswith("SELEC 1"):
            equal(error["AthenaErrorCode"], "MALFORMED_QUERY")


@chapter
def a_query_is_stopped():
    # A million million rows: nobody waits for them.
    ten_thousand = ", ".join(f"UNNEST(sequence(1, 10000)) AS t{axis} (n{axis})" for axis in "xyz")
    query = start(f"SELECT count(*) FROM {ten_thousand} WHERE (nx * ny + nz) % 7 = 3")
    ends = time.monotonic() + 20
    while (state := athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"]) == "QUEUED":
        assert time.monotonic() < ends, "still queued"
        time.sleep(0.02)
    equal(state, "RUNNING")
    refused("InvalidRequestException", athena.get_query_results, "Query has not yet finished. Current state: (RUNNING|QUEUED)", QueryExecutionId=query)
    athena.stop_query_execution(QueryExecutionId=query)
    execution = wait(query, seconds=20)
    equal(execution["Status"]["State"], "CANCELLED")
    refused("InvalidRequestException", athena.get_query_results, "Final query state: CANCELLED", QueryExecutionId=query)
    equal(value("SELECT 1"), "1", "and the next one runs")


@chapter
def what_is_stopped_makes_room():
    rows = ", ".join(f"UNNEST(sequence(1, 10000)) AS t{axis} (n{axis})" for axis in "xyz")
    ids = [start(f"SELECT sum(nx * ny + nz + {number}) FROM {rows}") for number in range(12)]
    for query in ids:
        athena.stop_query_execution(QueryExecutionId=query)
    equal({wait(query, seconds=30)["Status"]["State"] for query in ids}, {"CANCELLED"}, "those that waited for their turn too")
    equal(value("SELECT 1"), "1")


@chapter
def many_run_at_once():
    ids = [start(f"SELECT {number}, count(*) FROM UNNEST(sequence(1, 1000)) AS t (n)") for number in range(30)]
    for number, query in enumerate(ids):
        equal(wait(query)["Status"]["State"], "SUCCEEDED")
        equal(cells(query)[1:], [[str(number), "1000"]])


@chapter
def hostile_sql_reaches_nothing():
    database("hostile")
    run("CREATE TABLE hostile.t AS SELECT 1 AS n", "hostile")
    folder = tempfile.mkdtemp(prefix="wavetank-hostile-")
    secret = f"{folder}/secret.csv"
    with open(secret, "w") as file:
        file.write("word\nxyzzy\n")
    before = {name: os.stat(f"{folder}/{name}").st_mtime for name in os.listdir(folder)}
    for sql in [
        f"SELECT * FROM read_csv('{secret}')",
        f"SELECT * FROM read_csv_auto('{secret}')",
        f"SELECT * FROM read_text('{secret}')",
        f"SELECT * FROM read_blob('{secret}')",
        f"SELECT * FROM read_json('{secret}')",
        f"SELECT * FROM read_parquet('{secret}')",
        f"SELECT * FROM parquet_scan('{secret}')",
        f"SELECT * FROM sniff_csv('{secret}')",
        f"SELECT * FROM glob('{folder}/*')",
        f"SELECT * FROM '{secret}'",
        f'SELECT * FROM "{secret}"',
        f'SELECT * FROM hostile."{secret}"',
        f'SELECT * FROM "read_csv"(\'{secret}\')',
        f"SELECT * FROM TABLE(read_csv('{secret}'))",
        f"SELECT (SELECT max(content) FROM read_text('{secret}'))",
        f"SELECT n FROM t WHERE EXISTS (SELECT 1 FROM read_text('{secret}'))",
        f"WITH a AS (SELECT * FROM read_text('{secret}')) SELECT * FROM a",
        f"SELECT * FROM t /* */ UNION ALL SELECT size FROM read_blob('{secret}')",
        f"SELECT * FROM t -- \n, read_text('{secret}')",
        f"SELECT * FROM query('SELECT * FROM read_text(''{secret}'')')",
        f"SELECT * FROM query_table('{secret}')",
        f"CREATE TABLE hostile.stolen AS SELECT * FROM read_text('{secret}')",
        f"CREATE VIEW hostile.stolen AS SELECT * FROM read_text('{secret}')",
        f"INSERT INTO t SELECT length(content) FROM read_text('{secret}')",
        f"UNLOAD (SELECT * FROM read_text('{secret}')) TO 's3://athena-lake/hostile/stolen/' WITH (format = 'JSON')",
        f"UNLOAD (SELECT 1 AS n) TO '{folder}/unloaded/' WITH (format = 'JSON')",
        f"UNLOAD (SELECT 1 AS n) TO 'file://{folder}/unloaded/' WITH (format = 'PARQUET')",
        f"CREATE TABLE hostile.out WITH (external_location = '{folder}/made/') AS SELECT 1 AS n",
        f"CREATE TABLE hostile.out WITH (external_location = 'file://{folder}/made/') AS SELECT 1 AS n",
        f"EXPLAIN ANALYZE SELECT * FROM read_text('{secret}')",
        f"SELECT * FROM read_text(concat('{secret}', ''))",
        f"ATTACH '{folder}/new.db' AS new",
        f"ATTACH '{secret}'",
        "DETACH memory",
        "USE hostile",
        f"COPY (SELECT 1) TO '{folder}/copied.csv'",
        f"COPY t FROM '{secret}'",
        f"EXPORT DATABASE '{folder}/exported'",
        f"IMPORT DATABASE '{folder}'",
        "INSTALL httpfs",
        f"INSTALL '{folder}/x.duckdb_extension'",
        "LOAD httpfs",
        "SET memory_limit = '1TB'",
        "SET enable_external_access = true",
        f"SET temp_directory = '{folder}'",
        "RESET ALL",
        "PRAGMA database_list",
        "PRAGMA version",
        "CALL pragma_version()",
        "CHECKPOINT",
        "VACUUM ANALYZE",
        "BEGIN TRANSACTION",
        "CREATE SECRET s (TYPE S3)",
        "CREATE MACRO one() AS 1",
        "CREATE SEQUENCE s",
        "CREATE TYPE mood AS ENUM ('ok')",
        "CREATE INDEX i ON t (n)",
        "CREATE TEMP TABLE temporary AS SELECT 1 AS n",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM duckdb_databases()",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM pragma_database_list()",
        "SELECT * FROM pg_catalog.pg_tables",
        "SELECT getenv('PATH')",
        "SELECT current_setting('memory_limit')",
        "SELECT getvariable('x')",
        "SELECT version() FROM duckdb_functions()",
        f"SELECT 1; COPY (SELECT 1) TO '{folder}/second.csv'",
        f"SELECT 1 AS \"x\"\"; COPY (SELECT 1) TO '{folder}/quoted.csv'; --\" FROM absent_table",
    ]:
        words = stopped_somewhere(sql, "hostile")
        assert "xyzzy" not in words, f"{sql} tells {words}"
    equal({name: os.stat(f"{folder}/{name}").st_mtime for name in os.listdir(folder)}, before, "files")
    equal([found["Name"] for found in glue.get_tables(DatabaseName="hostile")["TableList"]], ["t"])
    equal(value("SELECT sum(n) FROM t", "hostile"), "1")
    # Text that looks like it is text.
    equal(value(f"SELECT 'read_csv(''{secret}'')'"), f"read_csv('{secret}')")


@chapter
def a_hostile_catalog_reaches_nothing():
    """What the Glue API takes as it is comes to the queries as locations, names and the text of views."""
    database("tricky")
    folder = tempfile.mkdtemp(prefix="wavetank-hostile-")
    with open(f"{folder}/secret.csv", "w") as file:
        file.write("xyzzy\n")

    def hostile_table(name, location, **more):
        descriptor = {
            "Columns": [{"Name": "word", "Type": "string"}],
            "Location": location,
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", "Parameters": {}},
        }
        described = {"Name": name, "TableType": "EXTERNAL_TABLE", "StorageDescriptor": descriptor, "Parameters": {"EXTERNAL": "TRUE"}} | more
        glue.create_table(DatabaseName="tricky", TableInput=described)

    def yields_nothing(sql):
        execution = wait(start(sql, "tricky"))
        if execution["Status"]["State"] == "SUCCEEDED":
            rows = cells(execution["QueryExecutionId"])
            assert "xyzzy" not in str(rows), f"{sql} gives {rows}"
        else:
            assert "xyzzy" not in execution["Status"]["StateChangeReason"], execution["Status"]

    for number, location in enumerate([folder, f"file://{folder}", f"{folder}/secret.csv", f"s3://athena-lake/../../../../../../../..{folder}/"]):
        hostile_table(f"located{number}", location)
        yields_nothing(f"SELECT * FROM located{number}")
    hostile_table("parted", f"{LAKE}/tricky/parted/", PartitionKeys=[{"Name": "k", "Type": "string"}])
    glue.create_partition(
        DatabaseName="tricky",
        TableName="parted",
        PartitionInput={"Values": ["1"], "StorageDescriptor": table("tricky", "parted")["StorageDescriptor"] | {"Location": folder}},
    )
    yields_nothing("SELECT * FROM parted")
    for number, sql in enumerate([
        f"SELECT content AS word FROM read_text('{folder}/secret.csv')",
        f"SELECT * FROM '{folder}/secret.csv'",
        f"SELECT 1 AS word) AS v; COPY (SELECT 1) TO '{folder}/copied.csv'; SELECT * FROM (SELECT 1",
    ]):  # fmt: skip
        view = {"originalSql": sql, "catalog": "awsdatacatalog", "schema": "tricky", "columns": [{"name": "word", "type": "varchar"}]}
        text = f"/* Presto View: {base64.b64encode(json.dumps(view).encode()).decode()} */"
        more = {"TableType": "VIRTUAL_VIEW", "ViewOriginalText": text, "ViewExpandedText": "/* Presto View */", "Parameters": {"presto_view": "true"}}
        hostile_table(f"view{number}", "", **more)
        yields_nothing(f"SELECT * FROM view{number}")
    put(f"{LAKE}/tricky/odd/data", "1\n")
    for number, name in enumerate(['x"; DROP TABLE t; --', "x'y", "x) AS (SELECT 1", "select", "ünï cödé"]):
        hostile_table(f"named{number}", f"{LAKE}/tricky/odd/")
        described = {key: found for key, found in table("tricky", f"named{number}").items() if key in ("Name", "StorageDescriptor", "TableType", "Parameters")}
        described["StorageDescriptor"]["Columns"] = [{"Name": name, "Type": "string"}]
        glue.update_table(DatabaseName="tricky", TableInput=described)
        equal(select(f"SELECT * FROM named{number}", "tricky"), [["1"]], name)
        quoted = name.replace('"', '""')
        equal(select(f'SELECT "{quoted}" FROM named{number}', "tricky"), [["1"]], name)
    equal(os.listdir(folder), ["secret.csv"])


# Databases and tables, by SQL.


@chapter
def databases_come_and_go():
    run("CREATE DATABASE comes COMMENT 'new' LOCATION 's3://athena-lake/comes/' WITH DBPROPERTIES ('team' = 'ingest')")
    found = glue.get_database(Name="comes")["Database"]
    equal((found["Description"], found["LocationUri"]), ("new", "s3://athena-lake/comes/"))
    equal(found["Parameters"]["team"], "ingest")
    fails("(?i)already exists", "CREATE DATABASE comes")
    run("CREATE SCHEMA IF NOT EXISTS comes")
    run("ALTER DATABASE comes SET DBPROPERTIES ('team' = 'serve', 'stage' = 'test')")
    parameters = glue.get_database(Name="comes")["Database"]["Parameters"]
    equal((parameters["team"], parameters["stage"]), ("serve", "test"))
    run("CREATE DATABASE `comes-dashed`")
    assert {("comes",), ("comes-dashed",)} <= {tuple(row) for row in shown("SHOW DATABASES")}
    equal(sorted(shown("SHOW DATABASES LIKE 'comes.*'")), [["comes"], ["comes-dashed"]])
    run("CREATE TABLE \"comes-dashed\".t AS SELECT 1 AS n")
    equal(value('SELECT n FROM "comes-dashed"."t"'), "1")
    fails("(?i)is not empty", "DROP DATABASE `comes-dashed`")
    run("DROP DATABASE `comes-dashed` CASCADE")
    run("DROP SCHEMA comes")
    fails("(?i)does not exist|not found", "DROP DATABASE comes")
    run("DROP DATABASE IF EXISTS comes")
    refused("EntityNotFoundException", glue.get_database, Name="comes")


@chapter
def json_is_a_table():
    database("documents")
    run(
        f"""CREATE EXTERNAL TABLE documents.orders (
          orderid string COMMENT 'which', amount double, count int, at timestamp, ok boolean,
          customer struct<name:string,address:struct<city:string>>, tags array<string>, prices map<string,double>,
          items array<struct<sku:string,n:int>>)
        COMMENT 'orders as they came'
        ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
        LOCATION '{LAKE}/documents/orders/'
        TBLPROPERTIES ('classification' = 'json')"""
    )
    found = table("documents", "orders")
    equal(found["TableType"], "EXTERNAL_TABLE")
    equal((found["Parameters"]["EXTERNAL"], found["Parameters"]["classification"]), ("TRUE", "json"))
    equal(found["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"], "org.openx.data.jsonserde.JsonSerDe")
    equal(found["StorageDescriptor"]["Columns"][0], {"Name": "orderid", "Type": "string", "Comment": "which"})
    equal(found["StorageDescriptor"]["Columns"][5]["Type"], "struct<name:string,address:struct<city:string>>")
    equal(select("SELECT * FROM documents.orders"), [], "no file, no row")
    first = {
        "OrderId": "o1", "Amount": 1.5, "count": 2, "at": "2024-01-31 10:00:00.125", "ok": True,
        "customer": {"name": "Anna", "address": {"city": "Köln"}}, "tags": ["a", "b"], "prices": {"x": 1.5}, "items": [{"sku": "s", "n": 1}], "unknown": 1,
    }  # fmt: skip
    put(f"{LAKE}/documents/orders/1.json", lines(first, {"orderid": "o2"}))
    put(f"{LAKE}/documents/orders/2.json.gz", gzip.compress(lines({"orderid": "o3", "amount": None, "tags": []}).encode()))
    put(f"{LAKE}/documents/orders/deep/er/3.json", lines({"orderid": "o4", "amount": 4}))
    for hidden in ["_SUCCESS", ".hidden.json"]:
        put(f"{LAKE}/documents/orders/{hidden}", lines({"orderid": "hidden"}))
    put(f"{LAKE}/documents/orders-of-others/1.json", lines({"orderid": "another table's"}))
    equal(
        select("SELECT orderid, amount, count, at, ok, customer, customer.address.city, tags, prices, prices['x'], items FROM orders ORDER BY orderid", "documents"),
        [
            ["o1", "1.5", "2", "2024-01-31 10:00:00.125", "true", "{name=Anna, address={city=Köln}}", "Köln", "[a, b]", "{x=1.5}", "1.5", "[{sku=s, n=1}]"],
            ["o2"] + [None] * 10,
            ["o3"] + [None] * 6 + ["[]"] + [None] * 3,
            ["o4", "4.0"] + [None] * 9,
        ],
    )  # fmt: skip
    equal(select("SELECT o.orderid, i.sku FROM orders o CROSS JOIN UNNEST(items) AS i (sku, n)", "documents"), [["o1", "s"]])
    equal(value('SELECT "$path" FROM orders WHERE orderid = \'o3\'', "documents"), f"{LAKE}/documents/orders/2.json.gz")
    assert run("SELECT * FROM orders", "documents")["Statistics"]["DataScannedInBytes"] > 0
    put(f"{LAKE}/documents/orders/4.json", "{broken\n")
    fails("HIVE_(CURSOR_ERROR|BAD_DATA)", "SELECT * FROM orders", "documents")
    run("ALTER TABLE orders SET TBLPROPERTIES ('owner.team' = 'ingest')", "documents")
    equal(table("documents", "orders")["Parameters"]["owner.team"], "ingest")
    run(
        f"""CREATE EXTERNAL TABLE tolerant (orderid string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
        WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true') LOCATION '{LAKE}/documents/orders/'""",
        "documents",
    )
    rows = [row[0] for row in select("SELECT orderid FROM tolerant WHERE orderid IS NOT NULL ORDER BY 1", "documents")]
    equal(rows, ["o1", "o2", "o3", "o4"])


@chapter
def hives_own_json_is_a_table_too():
    database("hive_documents")
    run(
        f"""CREATE EXTERNAL TABLE t (id bigint, name string, point struct<x:int,y:int>)
        ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe' LOCATION '{LAKE}/hive_documents/t/'""",
        "hive_documents",
    )
    put(f"{LAKE}/hive_documents/t/a", lines({"id": 1, "name": "one\ntwo", "point": {"x": 1, "y": 2}}, {"ID": 2}))
    equal(select("SELECT id, name, point.y FROM t ORDER BY id", "hive_documents"), [["1", "one\ntwo", "2"], ["2", None, None]])


@chapter
def delimited_text_is_a_table():
    database("text")
    run(
        f"""CREATE EXTERNAL TABLE text.t (id int, name string, price double, total decimal(10,2), day date, at timestamp, ok boolean, tags array<string>)
        ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' COLLECTION ITEMS TERMINATED BY '|'
        LOCATION '{LAKE}/text/t/' TBLPROPERTIES ('skip.header.line.count' = '1')"""
    )
    equal(table("text", "t")["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"], "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe")
    header = "id,name,price,total,day,at,ok,tags\n"
    put(f"{LAKE}/text/t/1.csv", header + '1,anna,1.5,10.10,2024-01-31,2024-01-31 10:00:00.125,true,a|b\n2,"q",\\N,\\N,\\N,\\N,\\N,\\N\n3,,,,,,,\\N\n')
    put(f"{LAKE}/text/t/2.csv", header + "4,short\n")
    expected = [
        ["1", "anna", "1.5", "10.10", "2024-01-31", "2024-01-31 10:00:00.125", "true", "[a, b]"],
        ["2", '"q"'] + [None] * 6,  # to this SerDe a quote is a letter
        ["3", ""] + [None] * 6,
        ["4", "short"] + [None] * 6,
    ]
    equal(select("SELECT * FROM t ORDER BY id", "text"), expected)
    run(
        f"""CREATE EXTERNAL TABLE tabs (a string, b int) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\'
        NULL DEFINED AS 'none' LOCATION '{LAKE}/text/tabs/'""",
        "text",
    )
    put(f"{LAKE}/text/tabs/1", "x\\\ty\t1\nnone\t2\n")
    equal(select("SELECT * FROM tabs ORDER BY b", "text"), [["x\ty", "1"], [None, "2"]])
    run(f"CREATE EXTERNAL TABLE plain (a string, b int) LOCATION '{LAKE}/text/plain/'", "text")
    put(f"{LAKE}/text/plain/1", "one\x011\ntwo\x012\n")
    equal(select("SELECT * FROM plain ORDER BY b", "text"), [["one", "1"], ["two", "2"]], "without a format: Hive's own")


@chapter
def quoted_text_is_a_table():
    database("quoted")
    run(
        f"""CREATE EXTERNAL TABLE quoted.t (id bigint, name string, price double, ok boolean)
        ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
        WITH SERDEPROPERTIES ('separatorChar' = ';', 'quoteChar' = '"', 'escapeChar' = '\\\\')
        STORED AS TEXTFILE LOCATION '{LAKE}/quoted/t/' TBLPROPERTIES ('skip.header.line.count'='1')"""
    )
    equal(table("quoted", "t")["StorageDescriptor"]["SerdeInfo"]["Parameters"]["separatorChar"], ";")
    put(f"{LAKE}/quoted/t/1.csv", 'id;name;price;ok\n1;"a; b";1.5;true\n2;"say ""hi""";2;FALSE\n"3";plain;-1e3;true\n4;;0;true\n')
    expected = [["1", "a; b", "1.5", "true"], ["2", 'say "hi"', "2.0", "false"], ["3", "plain", "-1000.0", "true"], ["4", "", "0.0", "true"]]
    equal(select("SELECT * FROM t ORDER BY id", "quoted"), expected)


@chapter
def parquet_is_a_table():
    database("columnar")
    run(
        f"""CREATE EXTERNAL TABLE columnar.t (id bigint, Name string, at timestamp, later_added double)
        PARTITIONED BY (year string, month int) STORED AS PARQUET LOCATION '{LAKE}/columnar/t/'
        TBLPROPERTIES ('parquet.compression' = 'SNAPPY')"""
    )
    found = table("columnar", "t")
    equal(names(found["PartitionKeys"]), [("year", "string"), ("month", "int")])
    equal(names(found["StorageDescriptor"]["Columns"]), [("id", "bigint"), ("name", "string"), ("at", "timestamp"), ("later_added", "double")])
    equal(found["StorageDescriptor"]["InputFormat"], "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat")
    moment = pyarrow.array([datetime.datetime(2024, 1, 31, 10, 0, 0, 125000)], pyarrow.timestamp("ms"))
    for year, month, number in [("2023", "12", 1), ("2024", "1", 2), ("2024", "02", 3)]:
        # Columns are found by name, in any order; one that a file does not have is null.
        file = parquet(at=moment, name=pyarrow.array([f"n{number}"]), id=pyarrow.array([number], pyarrow.int64()), unknown=pyarrow.array([1]))
        put(f"{LAKE}/columnar/t/year={year}/month={month}/1.parquet", file)
    equal(select("SELECT * FROM t", "columnar"), [], "what is not registered is not read")
    run("MSCK REPAIR TABLE t", "columnar")
    equal(partitions("columnar", "t"), [["2023", "12"], ["2024", "02"], ["2024", "1"]])
    everything = [
        ["1", "n1", "2024-01-31 10:00:00.125", None, "2023", "12"],
        ["2", "n2", "2024-01-31 10:00:00.125", None, "2024", "1"],
        ["3", "n3", "2024-01-31 10:00:00.125", None, "2024", "2"],
    ]
    equal(select("SELECT * FROM t ORDER BY id", "columnar"), everything)
    equal(select("SELECT id FROM t WHERE year = '2024' AND month > 1", "columnar"), [["3"]])
    scanned = lambda where: run(f"SELECT * FROM t {where}", "columnar")["Statistics"]["DataScannedInBytes"]
    assert scanned("WHERE month = 12") < scanned(""), "a partition that is not asked for is not read"
    equal(sorted(shown("SHOW PARTITIONS t", "columnar")), [["year=2023/month=12"], ["year=2024/month=02"], ["year=2024/month=1"]])
    equal(run("MSCK REPAIR TABLE t", "columnar")["Status"]["State"], "SUCCEEDED", "again")
    equal(len(partitions("columnar", "t")), 3)


@chapter
def partitions_are_added_and_dropped():
    database("parts")
    run(f"CREATE EXTERNAL TABLE parts.t (n int) PARTITIONED BY (day date, region string) STORED AS PARQUET LOCATION '{LAKE}/parts/t/'")
    put(f"{LAKE}/elsewhere/x.parquet", parquet(n=pyarrow.array([7], pyarrow.int32())))
    run(
        f"""ALTER TABLE t ADD PARTITION (day = '2024-01-31', region = 'eu') LOCATION '{LAKE}/elsewhere/'
        PARTITION (day = '2024-02-01', region = 'us west')""",
        "parts",
    )
    equal(select("SELECT n, day, region FROM t", "parts"), [["7", "2024-01-31", "eu"]])
    added = glue.get_partition(DatabaseName="parts", TableName="t", PartitionValues=["2024-02-01", "us west"])["Partition"]
    assert added["StorageDescriptor"]["Location"].startswith(f"{LAKE}/parts/t/day=2024-02-01/region="), added
    fails("AlreadyExistsException", "ALTER TABLE t ADD PARTITION (day = '2024-01-31', region = 'eu')", "parts")
    run("ALTER TABLE t ADD IF NOT EXISTS PARTITION (day = '2024-01-31', region = 'eu')", "parts")
    run("ALTER TABLE t PARTITION (day = '2024-02-01', region = 'us west') RENAME TO PARTITION (day = '2024-02-02', region = 'us')", "parts")
    equal(partitions("parts", "t"), [["2024-01-31", "eu"], ["2024-02-02", "us"]])
    run(f"ALTER TABLE t PARTITION (day = '2024-02-02', region = 'us') SET LOCATION '{LAKE}/elsewhere/'", "parts")
    equal(select("SELECT region FROM t WHERE day > DATE '2024-02-01'", "parts"), [["us"]])
    run("ALTER TABLE t DROP PARTITION (day = '2024-01-31', region = 'eu')", "parts")
    equal(partitions("parts", "t"), [["2024-02-02", "us"]])
    assert below(f"{LAKE}/elsewhere/"), "the data stay"
    run("ALTER TABLE t DROP IF EXISTS PARTITION (day = '1999-01-01', region = 'eu')", "parts")


@chapter
def partitions_are_projected():
    database("projected")
    run(
        f"""CREATE EXTERNAL TABLE projected.t (n int) PARTITIONED BY (region string, day string, hour int)
        ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION '{LAKE}/projected/t/'
        TBLPROPERTIES ('projection.enabled' = 'true',
          'projection.region.type' = 'enum', 'projection.region.values' = 'eu,us',
          'projection.day.type' = 'date', 'projection.day.range' = '2024-01-30,2024-02-02', 'projection.day.format' = 'yyyy-MM-dd',
          'projection.hour.type' = 'integer', 'projection.hour.range' = '0,23', 'projection.hour.digits' = '2',
          'storage.location.template' = '{LAKE}/projected/t/${{region}}/${{day}}/h${{hour}}/')"""
    )
    for place, n in [("eu/2024-01-31/h07", 1), ("us/2024-02-01/h23", 2), ("us/2024-02-03/h00", 3), ("asia/2024-02-01/h00", 4)]:
        put(f"{LAKE}/projected/t/{place}/x.json", lines({"n": n}))
    expected = [["1", "eu", "2024-01-31", "7"], ["2", "us", "2024-02-01", "23"]]
    equal(select("SELECT * FROM t ORDER BY n", "projected"), expected, "only what is inside the ranges is there")
    equal(select("SELECT n FROM t WHERE region = 'us' AND day BETWEEN '2024-01-31' AND '2024-02-28' AND hour > 10", "projected"), [["2"]])
    equal(partitions("projected", "t"), [], "and nothing is registered")
    today = datetime.datetime.now(datetime.timezone.utc)
    run(
        f"""CREATE EXTERNAL TABLE recent (n int) PARTITIONED BY (day string, device string)
        ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION '{LAKE}/projected/recent/'
        TBLPROPERTIES ('projection.enabled' = 'true', 'projection.device.type' = 'injected',
          'projection.day.type' = 'date', 'projection.day.range' = 'NOW-3DAYS,NOW+1DAYS', 'projection.day.format' = 'yyyy/MM/dd',
          'projection.day.interval' = '1', 'projection.day.interval.unit' = 'DAYS',
          'storage.location.template' = '{LAKE}/projected/recent/${{day}}/${{device}}')""",
        "projected",
    )
    put(f"{LAKE}/projected/recent/{today:%Y/%m/%d}/d1/x", lines({"n": 1}))
    put(f"{LAKE}/projected/recent/2001/01/01/d1/x", lines({"n": 2}))
    equal(select("SELECT n, day FROM recent WHERE device = 'd1'", "projected"), [["1", f"{today:%Y/%m/%d}"]])
    equal(select("SELECT n FROM recent WHERE device IN ('d0', 'd1')", "projected"), [["1"]])
    fails("(?i)injected", "SELECT n FROM recent", "projected")


@chapter
def tables_are_shown():
    database("shown_tables")
    create = f"""CREATE EXTERNAL TABLE `orders`(
      `id` int COMMENT 'which', `price` decimal(10,2), `tags` array<struct<a:int,b:string>>)
    COMMENT 'all orders'
    PARTITIONED BY (`year` string COMMENT 'of the order', `month` int)
    ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('case.insensitive' = 'TRUE')
    STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
    LOCATION '{LAKE}/shown/orders' TBLPROPERTIES ('team' = 'ingest')"""
    run(create, "shown_tables")
    run(f"CREATE EXTERNAL TABLE shown_tables.other (n int) LOCATION '{LAKE}/shown/other/'")
    run("CREATE VIEW shown_tables.seen AS SELECT 1 AS n")
    equal(sorted(shown("SHOW TABLES", "shown_tables")), [["orders"], ["other"], ["seen"]])
    equal(shown("SHOW TABLES IN shown_tables 'or*'"), [["orders"]])
    equal(shown("SHOW VIEWS", "shown_tables"), [["seen"]])
    equal(shown("SHOW COLUMNS IN orders", "shown_tables"), [["id"], ["price"], ["tags"], ["year"], ["month"]])
    equal(shown("SHOW COLUMNS FROM shown_tables.other"), [["n"]])
    properties = dict(row for row in shown("SHOW TBLPROPERTIES orders", "shown_tables"))
    equal((properties["team"], properties["EXTERNAL"]), ("ingest", "TRUE"))
    equal(shown("SHOW TBLPROPERTIES orders('team')", "shown_tables"), [["ingest"]])
    described = [[cell for cell in row if cell] for row in shown("DESCRIBE orders", "shown_tables")]
    # Columns of a SerDe of its own have Hive's comment where they have none.
    equal(described[:3], [["id", "int", "which"], ["price", "decimal(10,2)", "from deserializer"], ["tags", "array<struct<a:int,b:string>>", "from deserializer"]])
    equal(described[3:5], [["year", "string", "of the order"], ["month", "int"]], "partition keys are columns too")
    partitioned = [row for row in described[5:] if row]
    equal(partitioned, [["# Partition Information"], ["# col_name", "data_type", "comment"], ["year", "string", "of the order"], ["month", "int"]])
    equal([column["Name"] for column in columns(run("DESCRIBE orders", "shown_tables")["QueryExecutionId"])], ["col_name", "data_type", "comment"])
    rows = shown("SHOW CREATE TABLE orders", "shown_tables")
    text = "\n".join(row[0] for row in rows)
    assert text.startswith("CREATE EXTERNAL TABLE"), text
    # What it prints makes the same table again.
    shape = lambda found: [
        found["StorageDescriptor"][name] for name in ("Columns", "Location", "InputFormat", "OutputFormat", "SerdeInfo")
    ] + [found["PartitionKeys"], found["Parameters"]["team"], found["Parameters"].get("comment")]  # fmt: skip
    before = shape(table("shown_tables", "orders"))
    # Hive prints its comment for columns of a SerDe of its own, too, where they have none: they have it from then on.
    for column in before[0]:
        column.setdefault("Comment", "from deserializer")
    run("DROP TABLE orders", "shown_tables")
    run(text, "shown_tables")
    equal(shape(table("shown_tables", "orders")), before, text)
    fails("(?i)not found|does not exist|not exist", "SHOW CREATE TABLE absent", "shown_tables")
    fails("(?i)not found|does not exist|not exist", "DESCRIBE absent", "shown_tables")


@chapter
def tables_change_and_go():
    database("changing")
    put(f"{LAKE}/changing/t/1", lines({"a": 1, "b": "x", "c": 2.5}))
    create = f"TABLE changing.t (a int, b string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION '{LAKE}/changing/t/'"
    run(f"CREATE EXTERNAL {create}")
    fails("(?i)already exists", f"CREATE EXTERNAL {create}")
    run(f"CREATE EXTERNAL {create.replace('TABLE', 'TABLE IF NOT EXISTS', 1)}")
    run("ALTER TABLE t ADD COLUMNS (c double COMMENT 'later')", "changing")
    equal(select("SELECT * FROM t", "changing"), [["1", "x", "2.5"]])
    run("ALTER TABLE t CHANGE COLUMN b b string COMMENT 'changed'", "changing")
    equal([column.get("Comment") for column in table("changing", "t")["StorageDescriptor"]["Columns"]], [None, "changed", "later"])
    run("ALTER TABLE t REPLACE COLUMNS (c double)", "changing")
    equal(select("SELECT * FROM t", "changing"), [["2.5"]])
    run(f"ALTER TABLE t SET LOCATION '{LAKE}/changing/nothing/'", "changing")
    equal(select("SELECT * FROM t", "changing"), [])
    run("DROP TABLE t", "changing")
    refused("EntityNotFoundException", glue.get_table, DatabaseName="changing", Name="t")
    assert below(f"{LAKE}/changing/t/"), "the data of an external table stay"
    fails("(?i)not found|does not exist|not exist", "DROP TABLE t", "changing")
    run("DROP TABLE IF EXISTS t", "changing")
    fails("(?i)not exist|not found", f"CREATE EXTERNAL TABLE absent_database.t (n int) LOCATION '{LAKE}/x/'")
    stopped_somewhere("CREATE TABLE changing.internal (n int)", "changing")
    stopped_somewhere(f"CREATE EXTERNAL TABLE changing.odd (n nonsense) LOCATION '{LAKE}/x/'")
    stopped_somewhere("CREATE EXTERNAL TABLE changing.odd (n int) LOCATION 'athena-lake'")


@chapter
def views_are_queries():
    database("views")
    run("CREATE TABLE views.t AS SELECT * FROM (VALUES (1, 'one'), (2, 'two')) AS v (n, word)", "views")
    run("CREATE VIEW big AS SELECT n, upper(word) AS loud FROM t WHERE n > 1", "views")
    equal(select("SELECT * FROM big", "views"), [["2", "TWO"]])
    equal(value("SELECT loud FROM views.big"), "TWO", "its tables are those of its own database")
    found = table("views", "big")
    equal(found["TableType"], "VIRTUAL_VIEW")
    equal(found["Parameters"]["presto_view"], "true")
    equal([name for name, _ in names(found["StorageDescriptor"]["Columns"])], ["n", "loud"])
    encoded = re.fullmatch(r"/\* Presto View: (.*) \*/", found["ViewOriginalText"])[1]
    view = json.loads(base64.b64decode(encoded))
    equal((view["catalog"], view["schema"]), ("awsdatacatalog", "views"))
    equal([column["name"] for column in view["columns"]], ["n", "loud"])
    assert "upper" in view["originalSql"].lower(), view
    run("CREATE VIEW bigger AS SELECT loud || '!' AS louder FROM big", "views")
    equal(value("SELECT * FROM bigger", "views"), "TWO!")
    fails("(?i)already exists", "CREATE VIEW big AS SELECT 1 AS n", "views")
    run("CREATE OR REPLACE VIEW big AS SELECT n, reverse(word) AS loud FROM t", "views")
    equal(select("SELECT * FROM bigger ORDER BY 1", "views"), [["eno!"], ["owt!"]])
    text = "\n".join(row[0] for row in shown("SHOW CREATE VIEW big", "views"))
    assert re.search(r"(?i)create view", text) and "reverse" in text.lower(), text
    equal([row[0] for row in shown("DESCRIBE big", "views")], ["n", "loud"])
    assert stopped_somewhere("INSERT INTO big VALUES (1, 'x')", "views")
    assert stopped_somewhere("CREATE VIEW recursive_view AS SELECT * FROM absent", "views")
    run("DROP VIEW bigger", "views")
    assert stopped_somewhere("SELECT * FROM bigger", "views")
    fails("(?i)not exist|not found", "DROP VIEW bigger", "views")
    run("DROP VIEW IF EXISTS bigger", "views")


# Queries that write.


@chapter
def a_query_becomes_a_table():
    database("made")
    execution = run(
        f"""CREATE TABLE made.t WITH (format = 'PARQUET', write_compression = 'SNAPPY', external_location = '{LAKE}/made/t/',
        partitioned_by = ARRAY['region', 'day']) AS
        SELECT n, 'w' || CAST(n AS varchar) AS word, CAST(n AS decimal(10, 2)) AS price, CAST(IF(n % 2 = 0, 'eu', 'us') AS varchar) AS region, DATE '2024-01-30' + n * INTERVAL '1' DAY AS day
        FROM UNNEST(sequence(1, 4)) AS t (n)""",
        "made",
    )
    equal(execution["SubstatementType"], "CREATE_TABLE_AS_SELECT")
    found = table("made", "t")
    equal(names(found["PartitionKeys"]), [("region", "string"), ("day", "date")])
    equal([kind for _, kind in names(found["StorageDescriptor"]["Columns"])][1:], ["string", "decimal(10,2)"])
    equal(partitions("made", "t"), [["eu", "2024-02-01"], ["eu", "2024-02-03"], ["us", "2024-01-31"], ["us", "2024-02-02"]])
    files = below(f"{LAKE}/made/t/")
    equal(len(files), 4)
    assert all("/region=" in file and "/day=" in file for file in files), files
    manifest = execution["Statistics"]["DataManifestLocation"]
    equal(sorted(read(manifest).decode().split()), sorted(files), "the manifest has every file")
    equal(pyarrow.parquet.read_table(io.BytesIO(read(files[0]))).num_rows, 1)
    rows = [["2", "w2", "2.00", "eu", "2024-02-01"], ["4", "w4", "4.00", "eu", "2024-02-03"]]
    equal(select("SELECT * FROM t WHERE region = 'eu' ORDER BY n", "made"), rows)
    fails("(?i)already exists", "CREATE TABLE made.t AS SELECT 1 AS n", "made")
    run("CREATE TABLE IF NOT EXISTS made.t AS SELECT 1 AS n", "made")
    equal(value("SELECT count(*) FROM t", "made"), "4")
    fails("HIVE_PATH_ALREADY_EXISTS", f"CREATE TABLE made.u WITH (external_location = '{LAKE}/made/t/') AS SELECT 1 AS n", "made")
    fails("(?i)partition", "CREATE TABLE made.u WITH (partitioned_by = ARRAY['a']) AS SELECT 1 AS a, 2 AS b", "made")


@chapter
def tables_are_made_in_formats():
    database("formats")
    rows = "SELECT * FROM (VALUES (1, 'one', 1.5e0, CAST(ARRAY['a', 'b'] AS array(varchar))), (2, CAST(NULL AS varchar), NULL, NULL)) AS t (n, word, price, tags)"
    expected = [["1", "one", "1.5", "[a, b]"], ["2", None, None, None]]
    for name, properties in {
        "plain": "",
        "json": "WITH (format = 'JSON')",
        "csv": "WITH (format = 'TEXTFILE', field_delimiter = ',')",
        "bucketed": "WITH (format = 'PARQUET', bucketed_by = ARRAY['n'], bucket_count = 2)",
        "zstd": "WITH (format = 'PARQUET', write_compression = 'ZSTD')",
    }.items():
        run(f"CREATE TABLE formats.{name} {properties} AS {rows}", "formats")
        equal(select(f"SELECT * FROM {name} ORDER BY n", "formats"), expected, name)
        location = table("formats", name)["StorageDescriptor"]["Location"]
        assert location.startswith(f"{RESULTS}tables/"), f"without a place it is beside the results: {location}"
        assert below(location), location
    first = [json.loads(line) for file in below(table("formats", "json")["StorageDescriptor"]["Location"]) for line in text_of(file).splitlines()]
    equal(sorted(first, key=lambda row: row["n"])[0], {"n": 1, "word": "one", "price": 1.5, "tags": ["a", "b"]})
    equal(table("formats", "bucketed")["StorageDescriptor"]["BucketColumns"], ["n"])
    run(f"CREATE TABLE formats.shape AS {rows} WITH NO DATA", "formats")
    equal(select("SELECT * FROM shape", "formats"), [])
    equal(names(table("formats", "shape")["StorageDescriptor"]["Columns"])[1:], [("word", "string"), ("price", "double"), ("tags", "array<string>")])
    assert stopped_somewhere(f"CREATE TABLE formats.odd WITH (format = 'XLSX') AS {rows}", "formats")


@chapter
def orc_and_avro_are_written():
    database("orcs")
    reasons = []
    for kind in ["ORC", "AVRO"]:
        execution = wait(start(f"CREATE TABLE orcs.{kind} WITH (format = '{kind}') AS SELECT 1 AS n, 'x' AS word", "orcs"))
        if execution["Status"]["State"] == "FAILED" and "not supported" in execution["Status"]["StateChangeReason"]:
            reasons.append(f"{kind} is refused by name")
            continue
        equal(execution["Status"]["State"], "SUCCEEDED", execution["Status"])
        equal(select(f"SELECT * FROM {kind}", "orcs"), [["1", "x"]])
    return ", ".join(reasons)


@chapter
def rows_are_inserted():
    database("inserted")
    run(
        f"""CREATE EXTERNAL TABLE inserted.t (n int, word string, price decimal(10,2)) PARTITIONED BY (day string) STORED AS PARQUET
        LOCATION '{LAKE}/inserted/t/'"""
    )
    execution = run("INSERT INTO t VALUES (1, 'one', DECIMAL '1.50', '2024-01-31'), (2, NULL, NULL, '2024-02-01')", "inserted")
    equal((execution["StatementType"], execution["SubstatementType"]), ("DML", "INSERT"))
    equal(athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["UpdateCount"], 2)
    equal(partitions("inserted", "t"), [["2024-01-31"], ["2024-02-01"]])
    run("INSERT INTO t (n, day) SELECT n + 10, day FROM t WHERE n = 1", "inserted")
    rows = [["1", "one", "1.50", "2024-01-31"], ["2", None, None, "2024-02-01"], ["11", None, None, "2024-01-31"]]
    equal(select("SELECT * FROM t ORDER BY n", "inserted"), rows)
    equal(len(below(f"{LAKE}/inserted/t/day=2024-01-31/")), 2)
    manifest = read(execution["Statistics"]["DataManifestLocation"]).decode().split()
    assert manifest and all(file.startswith(f"{LAKE}/inserted/t/day=") for file in manifest), manifest
    fails("(?i)mismatch", "INSERT INTO t VALUES ('x', 'one', DECIMAL '1.50', '2024-01-31')", "inserted")
    fails("(?i)mismatch|column", "INSERT INTO t VALUES (1)", "inserted")
    fails("TABLE_NOT_FOUND", "INSERT INTO absent SELECT 1", "inserted")
    assert stopped_somewhere("DELETE FROM t WHERE n = 1", "inserted")
    assert stopped_somewhere("UPDATE t SET n = 1", "inserted")
    equal(value("SELECT count(*) FROM t", "inserted"), "3")


@chapter
def a_query_is_unloaded():
    database("unloaded")
    rows = "SELECT * FROM (VALUES (1, 'one', 'eu'), (2, 'two', 'us'), (3, NULL, 'eu')) AS t (n, word, region)"
    execution = run(f"UNLOAD ({rows}) TO '{LAKE}/unloaded/parquet/' WITH (format = 'PARQUET')", "unloaded")
    equal((execution["StatementType"], execution["SubstatementType"]), ("DML", "UNLOAD"))
    files = below(f"{LAKE}/unloaded/parquet/")
    equal(sorted(read(execution["Statistics"]["DataManifestLocation"]).decode().split()), sorted(files))
    found = pyarrow.concat_tables(pyarrow.parquet.read_table(io.BytesIO(read(file))) for file in files).sort_by("n").to_pylist()
    equal(found, [{"n": 1, "word": "one", "region": "eu"}, {"n": 2, "word": "two", "region": "us"}, {"n": 3, "word": None, "region": "eu"}])
    run(f"UNLOAD ({rows}) TO '{LAKE}/unloaded/json/' WITH (format = 'JSON', partitioned_by = ARRAY['region'])", "unloaded")
    european = [json.loads(line) for file in below(f"{LAKE}/unloaded/json/region=eu/") for line in text_of(file).splitlines()]
    equal(sorted((row["n"], row.get("word")) for row in european), [(1, "one"), (3, None)])
    run(f"UNLOAD ({rows}) TO '{LAKE}/unloaded/text' WITH (format = 'TEXTFILE', field_delimiter = '|', compression = 'GZIP')", "unloaded")
    text = "".join(text_of(file) for file in below(f"{LAKE}/unloaded/text/"))
    equal(sorted(text.splitlines()), ["1|one|eu", "2|two|us", "3|\\N|eu"])
    fails("HIVE_PATH_ALREADY_EXISTS", f"UNLOAD ({rows}) TO '{LAKE}/unloaded/parquet/' WITH (format = 'PARQUET')", "unloaded")
    assert stopped_somewhere(f"UNLOAD ({rows}) TO '{LAKE}/unloaded/none/'", "unloaded"), "a format has to be said"
    equal(glue.get_tables(DatabaseName="unloaded")["TableList"], [], "no table comes of it")


# SQL as Trino has it: the corpus has the rest.


@chapter
def sql_is_trinos():
    for sql, expected in [
        ("SELECT 7 / 2, -7 / 2, 7 % -3, 7.0 / 2, 7e0 / 2", ["3", "-3", "1", "3.5", "3.5"]),
        ("SELECT round(2.5e0), round(-2.5e0), truncate(-1.7e0)", ["3.0", "-3.0", "-1.0"]),
        ("SELECT date_diff('month', DATE '2024-01-31', DATE '2024-02-29'), date_add('month', 1, DATE '2024-01-31')", ["1", "2024-02-29"]),
        ("SELECT day_of_week(DATE '2024-02-04'), date_format(TIMESTAMP '2024-01-31 22:05:00', '%Y-%m-%d %H:%i')", ["7", "2024-01-31 22:05"]),
        ("SELECT element_at(ARRAY[1, 2], -1), element_at(ARRAY[1], 5), cardinality(ARRAY[])", ["2", None, "0"]),
        ("SELECT array_join(ARRAY['a', NULL, 'b'], '-', '?'), filter(ARRAY[1, 2, 3], x -> x > 1)", ["a-?-b", "[2, 3]"]),
        ("SELECT json_extract_scalar('{\"a\": {\"b\": \"c\"}}', '$.a.b'), json_array_length('[1, 2]')", ["c", "2"]),
        ("SELECT split_part('a-b-c', '-', 2), regexp_extract('x12y', '(\\d+)', 1), strpos('abc', 'c')", ["b", "12", "3"]),
        ("SELECT approx_distinct(n), count_if(n > 1), max_by(n, -n), array_agg(n ORDER BY n DESC) FROM (VALUES 1, 2, 3) AS t (n)", ["3", "2", "1", "[3, 2, 1]"]),
        ("SELECT try(1 / 0), try_cast('x' AS integer), nullif(1, 1), coalesce(NULL, 2)", [None, None, None, "2"]),
        ("SELECT to_hex(md5(to_utf8('a'))), from_utf8(from_hex('6869'))", ["0CC175B9C0F1B6A831C399E269772661", "hi"]),
    ]:
        equal(select(sql), [expected], sql)
    equal(select("SELECT * FROM (VALUES 2, NULL, 1) AS t (n) ORDER BY n DESC"), [["2"], ["1"], [None]], "nulls are last, both ways")
    pairs = "SELECT a, b FROM UNNEST(ARRAY[1, 2, 3], ARRAY['x', 'y']) WITH ORDINALITY AS t (a, b, o) ORDER BY o"
    equal(select(pairs), [["1", "x"], ["2", "y"], ["3", None]])
    database("information")
    run("CREATE TABLE information.t AS SELECT 1 AS n, CAST('x' AS varchar) AS word", "information")
    found = select("SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'information' ORDER BY ordinal_position")
    equal(found, [["n", "integer"], ["word", "varchar"]])
    equal(select("SELECT table_name FROM information_schema.tables WHERE table_schema = 'information'"), [["t"]])
    equal(value('SELECT count(*) FROM "AwsDataCatalog"."information"."T"'), "1", "names are of no case")


@chapter
def parameters_are_counted_as_they_are_written():
    """Not as clauses are worked off, and each once, wherever its expression is worked off again."""
    database("counted")
    run("CREATE TABLE counted.t AS SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'b')) AS v (n, word)")
    sql = """WITH few AS (SELECT n, word FROM t WHERE n > ?)
        SELECT ? AS given, word, count(*) AS c FROM few WHERE word = ? GROUP BY ?, word HAVING count(*) < ? ORDER BY word LIMIT 5"""
    given = ["0", "'x'", "'b'", "'x'", "10"]
    equal(select(sql, "counted", ExecutionParameters=given), [["x", "b", "2"]])
    for wrong in [given[:4], given + ["1"]]:
        fails(f"expected 5 but found {len(wrong)}", sql, "counted", ExecutionParameters=wrong)


@chapter
def the_catalog_is_a_schema():
    """The queries of the user guide's page on the Glue Data Catalog."""
    database("catalogued")
    run(f"CREATE EXTERNAL TABLE catalogued.t (n int COMMENT 'a number', price decimal(10,2)) PARTITIONED BY (day date) LOCATION '{LAKE}/catalogued/t/'")
    run("CREATE VIEW catalogued.seen AS SELECT n FROM catalogued.t")
    kept = [row[0] for row in select("SELECT schema_name FROM information_schema.schemata")]
    for name in ["catalogued", "default", "information_schema"]:
        assert name in kept, kept
    tables = "SELECT table_schema, table_name, table_type FROM awsdatacatalog.information_schema.tables WHERE table_schema = 'catalogued' ORDER BY table_name"
    equal(select(tables), [["catalogued", "seen", "VIEW"], ["catalogued", "t", "BASE TABLE"]])
    everything = select("SELECT * FROM information_schema.columns c WHERE c.table_schema = 'catalogued' AND c.table_name = 't' ORDER BY c.ordinal_position")
    start = ["awsdatacatalog", "catalogued", "t"]
    equal(everything, [
        start + ["n", "1", None, "YES", "integer", "a number", None],
        start + ["price", "2", None, "YES", "decimal(10,2)", None, None],
        start + ["day", "3", None, "YES", "date", None, "partition key"],
    ])  # fmt: skip
    views = select("SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = 'catalogued'")
    equal([row[0] for row in views], ["seen"])
    assert "FROM catalogued.t" in views[0][1], views
    equal(select("SELECT table_name FROM information_schema.tables WHERE table_schema = 'absent'"), [])
    fails("TABLE_NOT_FOUND", "SELECT * FROM information_schema.absent")


@chapter
def models_are_built_as_dbt_builds_them():
    """The statements of dbt-athena for Hive tables: each behind a comment, names of three parts, the table swapped by way of Glue."""
    comment = '/* {"app": "dbt", "node_id": "model.shop.orders"} */\n'
    run(comment + "create schema if not exists `built`")
    place = f"{LAKE}/built/orders"
    for version in ["one", "two"]:
        made = f"""create table "awsdatacatalog"."built"."orders__tmp" with (
            table_type='hive', is_external=true, external_location='{place}/{version}', partitioned_by=ARRAY['day'], format='parquet', write_compression='snappy')
            as select id, price, day from (select 1 as id, cast(1.5 as decimal(10, 2)) as price, date '2024-01-31' as day union all select 2, 2.25, date '2024-02-01')"""
        equal(run(comment + made, "built")["SubstatementType"], "CREATE_TABLE_AS_SELECT")
        found = table("built", "orders__tmp")
        described = {name: found[name] for name in ("StorageDescriptor", "PartitionKeys", "TableType", "Parameters")} | {"Name": "orders"}
        if version == "one":
            glue.create_table(DatabaseName="built", TableInput=described)
        else:
            glue.update_table(DatabaseName="built", TableInput=described, SkipArchive=True)
            glue.batch_delete_partition(DatabaseName="built", TableName="orders", PartitionsToDelete=[{"Values": values} for values in partitions("built", "orders")])
        pages = glue.get_paginator("get_partitions").paginate(DatabaseName="built", TableName="orders__tmp")
        parts = [{name: part[name] for name in ("Values", "StorageDescriptor")} for page in pages for part in page["Partitions"]]
        glue.batch_create_partition(DatabaseName="built", TableName="orders", PartitionInputList=parts)
        run(comment + "drop table if exists `built`.`orders__tmp`")
        equal(select(comment + 'select sum(price) as s, count(distinct "$path") as files from "awsdatacatalog"."built"."orders"'), [["3.75", "2"]])
    assert all("/two/" in path for path, in select('SELECT "$path" FROM built.orders')), "the second version is read"
    run(comment + 'create or replace view "awsdatacatalog"."built"."daily" as select day, sum(price) as total from "awsdatacatalog"."built"."orders" group by 1')
    run(comment + 'insert into "awsdatacatalog"."built"."orders" ("id", "price", "day") ( select "id", "price", "day" from (select 3 as id, cast(4 as decimal(10, 2)) as price, date \'2024-02-01\' as day) )')
    equal(select('select * from "awsdatacatalog"."built"."daily" order by day'), [["2024-01-31", "1.50"], ["2024-02-01", "6.25"]])
    run(comment + "alter table `built`.`orders` drop partition (day = '2024-01-31')")
    equal(partitions("built", "orders"), [["2024-02-01"]])
    query = run(comment + 'select * from (select * from "awsdatacatalog"."built"."orders") as t where false limit 0')["QueryExecutionId"]
    equal([(column["Name"], column["Type"]) for column in columns(query)], [("id", "integer"), ("price", "decimal"), ("day", "date")])
    # A test is the number of rows that should not be.
    failing = 'select count(*) as failures, count(*) != 0 as should_warn, count(*) != 0 as should_error from ( select id from "awsdatacatalog"."built"."orders" where id is null ) dbt_internal_test'
    equal(select(comment + failing), [["0", "false", "false"]])


# Work groups and what is kept in them.


@chapter
def work_groups_rule():
    primary = athena.get_work_group(WorkGroup="primary")["WorkGroup"]
    equal((primary["Name"], primary["State"]), ("primary", "ENABLED"))
    enforced = {"ResultConfiguration": {"OutputLocation": f"{RESULTS}of-the-group/"}, "EnforceWorkGroupConfiguration": True}
    athena.create_work_group(Name="ruled", Configuration=enforced, Description="one place", Tags=[{"Key": "team", "Value": "ingest"}])
    refused("InvalidRequestException", athena.create_work_group, "(?i)already", Name="ruled")
    execution = run("SELECT 1", output=f"{RESULTS}mine/", WorkGroup="ruled")
    assert execution["ResultConfiguration"]["OutputLocation"].startswith(f"{RESULTS}of-the-group/"), "the group's place wins"
    execution = run("SELECT 1", output=None, WorkGroup="ruled")
    equal(athena.list_query_executions(WorkGroup="ruled")["QueryExecutionIds"][0], execution["QueryExecutionId"])
    assert execution["QueryExecutionId"] not in athena.list_query_executions(WorkGroup="primary")["QueryExecutionIds"]
    athena.update_work_group(WorkGroup="ruled", ConfigurationUpdates={"EnforceWorkGroupConfiguration": False}, Description="any place")
    execution = run("SELECT 1", output=f"{RESULTS}mine/", WorkGroup="ruled")
    assert execution["ResultConfiguration"]["OutputLocation"].startswith(f"{RESULTS}mine/"), "the client's place wins"
    arn = "arn:aws:athena:us-east-1:123456789012:workgroup/ruled"
    equal(athena.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "team", "Value": "ingest"}])
    assert "ruled" in [group["Name"] for group in athena.list_work_groups()["WorkGroups"]]
    athena.update_work_group(WorkGroup="ruled", State="DISABLED")
    request = {"QueryString": "SELECT 1", "WorkGroup": "ruled"}
    refused("InvalidRequestException", athena.start_query_execution, "(?i)disabled", **request)
    refused("InvalidRequestException", athena.start_query_execution, "(?i)not found", **(request | {"WorkGroup": "absent"}))
    refused("InvalidRequestException", athena.delete_work_group, WorkGroup="primary")
    athena.delete_work_group(WorkGroup="ruled", RecursiveDeleteOption=True)
    refused("InvalidRequestException", athena.get_work_group, "(?i)not found", WorkGroup="ruled")


@chapter
def a_query_may_scan_too_much():
    database("scanned")
    athena.create_work_group(Name="thrifty", Configuration={"BytesScannedCutoffPerQuery": 10_000_000, "EnforceWorkGroupConfiguration": True, "ResultConfiguration": {"OutputLocation": RESULTS}})
    put(f"{LAKE}/scanned/t/1", lines({"word": "x" * 1_000_000}) * 11)
    run(f"CREATE EXTERNAL TABLE scanned.t (word string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION '{LAKE}/scanned/t/'")
    equal(value("SELECT count(word) FROM scanned.t"), "11")
    execution = wait(start("SELECT count(word) FROM scanned.t", WorkGroup="thrifty"))
    assert execution["Status"]["State"] in ("FAILED", "CANCELLED"), execution["Status"]
    assert re.search("(?i)bytes scanned limit", execution["Status"]["StateChangeReason"]), execution["Status"]


@chapter
def queries_have_names():
    query = athena.create_named_query(Name="one", Database="default", QueryString="SELECT 1", Description="just one")["NamedQueryId"]
    found = athena.get_named_query(NamedQueryId=query)["NamedQuery"]
    equal((found["Name"], found["Database"], found["QueryString"], found["WorkGroup"]), ("one", "default", "SELECT 1", "primary"))
    assert query in athena.list_named_queries(WorkGroup="primary")["NamedQueryIds"]
    absent = str(uuid.uuid4())
    batch = athena.batch_get_named_query(NamedQueryIds=[query, absent])
    equal([named["NamedQueryId"] for named in batch["NamedQueries"]], [query])
    equal([named["NamedQueryId"] for named in batch["UnprocessedNamedQueryIds"]], [absent])
    athena.update_named_query(NamedQueryId=query, Name="two", QueryString="SELECT 2", Description="")
    equal(athena.get_named_query(NamedQueryId=query)["NamedQuery"]["QueryString"], "SELECT 2")
    athena.delete_named_query(NamedQueryId=query)
    refused("InvalidRequestException", athena.get_named_query, NamedQueryId=query)


@chapter
def the_catalog_is_told():
    database("told")
    run(f"CREATE EXTERNAL TABLE told.t (n int COMMENT 'a number', word string) PARTITIONED BY (day date) LOCATION '{LAKE}/told/t/'")
    equal(athena.get_data_catalog(Name="AwsDataCatalog")["DataCatalog"]["Type"], "GLUE")
    assert "AwsDataCatalog" in [catalog["CatalogName"] for catalog in athena.list_data_catalogs()["DataCatalogsSummary"]]
    equal(athena.get_database(CatalogName="AwsDataCatalog", DatabaseName="told")["Database"]["Name"], "told")
    pages = athena.get_paginator("list_databases").paginate(CatalogName="AwsDataCatalog")
    assert "told" in [found["Name"] for page in pages for found in page["DatabaseList"]]
    found = athena.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="told", TableName="t")["TableMetadata"]
    equal((found["Name"], found["TableType"]), ("t", "EXTERNAL_TABLE"))
    equal(found["Columns"], [{"Name": "n", "Type": "int", "Comment": "a number"}, {"Name": "word", "Type": "string"}])
    equal(found["PartitionKeys"], [{"Name": "day", "Type": "date"}])
    listed = athena.list_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="told", Expression="t.*")["TableMetadataList"]
    equal([table["Name"] for table in listed], ["t"])
    equal(athena.list_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="told", Expression="x.*")["TableMetadataList"], [])
    refused("MetadataException", athena.get_table_metadata, "(?i)not found", CatalogName="AwsDataCatalog", DatabaseName="told", TableName="absent")
    refused("MetadataException", athena.get_database, "(?i)not found", CatalogName="AwsDataCatalog", DatabaseName="absent")
    versions = [version["EffectiveEngineVersion"] for version in athena.list_engine_versions()["EngineVersions"]]
    assert "Athena engine version 3" in versions, versions


@chapter
def what_glue_makes_is_queried():
    """Tables that no CREATE TABLE of Athena's has made."""
    glue.create_database(DatabaseInput={"Name": "glued"})
    put(f"{LAKE}/glued/t/k=a%3Ab/1.csv", "1,x\n")
    descriptor = {
        "Columns": [{"Name": "n", "Type": "bigint"}, {"Name": "word", "Type": "varchar(5)"}],
        "Location": f"{LAKE}/glued/t/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", "Parameters": {"field.delim": ","}},
    }
    described = {"Name": "t", "TableType": "EXTERNAL_TABLE", "PartitionKeys": [{"Name": "k", "Type": "string"}], "StorageDescriptor": descriptor}
    glue.create_table(DatabaseName="glued", TableInput=described)
    equal(select("SELECT * FROM glued.t"), [])
    place = descriptor | {"Location": f"{LAKE}/glued/t/k=a%3Ab/"}
    glue.create_partition(DatabaseName="glued", TableName="t", PartitionInput={"Values": ["a:b"], "StorageDescriptor": place})
    equal(select("SELECT * FROM glued.t WHERE k = 'a:b'"), [["1", "x", "a:b"]])
    glue.create_table(DatabaseName="glued", TableInput={"Name": "bare"})
    assert stopped_somewhere("SELECT * FROM glued.bare"), "without a location there is nothing to read"


if __name__ == "__main__":
    buckets("athena-lake", "athena-results")
    sys.exit(tell("athena-boto3", f"boto3 {boto3.__version__}, botocore {botocore.__version__}, pyarrow {pyarrow.__version__}"))
