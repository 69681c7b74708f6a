#!/usr/bin/env python3
"""awswrangler, the SDK for pandas, told in chapters, each in a database of its own: datasets written with S3 and Glue, read
back through Athena in each of its three ways, and what must come back is what the data frame had.

AWS_ENDPOINT_URL  the server
ONLY              runs the chapters whose names contain this text
"""

import csv
import datetime
import decimal
import sys

import awswrangler
import boto3
import numpy
import pandas
import pyarrow
from awswrangler import catalog, exceptions
from awswrangler import athena as queries

from chapters import chapter, equal, tell

LAKE = "s3://wrangler-lake"
RESULTS = "s3://wrangler-results"
awswrangler.config.athena_query_wait_polling_delay = 0.05

# The ways in which awswrangler takes a result: a table made for it, its CSV, or files unloaded for it.
WAYS = {
    "ctas": {"ctas_approach": True},
    "csv": {"ctas_approach": False},
    "unload": {"ctas_approach": False, "unload_approach": True},
}


def database(name):
    catalog.create_database(name, exist_ok=True)
    return name


def plain(cell):
    """A value as Python has it, whatever pandas and NumPy make of it."""
    match cell:
        case numpy.ndarray() | list():
            return [plain(element) for element in cell]
        case tuple():
            return tuple(plain(element) for element in cell)
        case dict():
            return {key: plain(element) for key, element in cell.items()}
        case pandas.Timestamp():
            return cell.to_pydatetime()
        case numpy.generic():
            return plain(cell.item())
    return None if pandas.isna(cell) else cell


def rows(frame):
    return [tuple(plain(cell) for cell in row) for row in frame.itertuples(index=False, name=None)]


def select(sql, database, way="csv", **more):
    """The rows of a query. Each way has a place of its own: UNLOAD and CTAS want one that is empty."""
    count = select.count = getattr(select, "count", 0) + 1
    frame = queries.read_sql_query(sql, database=database, s3_output=f"{RESULTS}/{way}/{count}/", **WAYS[way], **more)
    return rows(frame)


def in_each_way(sql, database, expected, **more):
    for way in WAYS:
        equal(select(sql, database, way, **more), expected, f"{sql} by {way}")


def raises(expected, call, *arguments, **named):
    try:
        answer = call(*arguments, **named)
    except expected as error:
        return str(error)
    raise AssertionError(f"{expected} expected, answered {answer}")


def write(frame, database, table, **more):
    return awswrangler.s3.to_parquet(
        frame, path=f"{LAKE}/{database}/{table}/", dataset=True, database=database, table=table, **more
    )


# The catalog.


@chapter
def a_catalog_is_kept():
    catalog.create_database("kept", description="what is kept", exist_ok=False)
    raises(exceptions.AlreadyExists, catalog.create_database, "kept")
    catalog.create_database("kept", exist_ok=True)
    assert "kept" in catalog.databases().Database.tolist()
    columns = {"id": "bigint", "name": "string", "price": "decimal(10,2)"}
    catalog.create_parquet_table(
        database="kept", table="orders", path=f"{LAKE}/kept/orders/", columns_types=columns, partitions_types={"day": "date"},
        description="all orders", parameters={"team": "ingest"}, columns_comments={"id": "which"},
    )  # fmt: skip
    assert catalog.does_table_exist(database="kept", table="orders")
    equal(catalog.get_table_types(database="kept", table="orders"), columns | {"day": "date"})
    described = catalog.table(database="kept", table="orders")
    equal(described["Column Name"].tolist(), ["id", "name", "price", "day"])
    equal(described["Partition"].tolist(), [False, False, False, True])
    equal(described["Comment"].tolist()[0], "which")
    equal(catalog.get_table_location(database="kept", table="orders"), f"{LAKE}/kept/orders/")
    equal(catalog.get_table_description(database="kept", table="orders"), "all orders")
    equal(catalog.get_table_parameters(database="kept", table="orders")["team"], "ingest")
    catalog.upsert_table_parameters({"stage": "test"}, database="kept", table="orders")
    parameters = catalog.get_table_parameters(database="kept", table="orders")
    equal((parameters["team"], parameters["stage"]), ("ingest", "test"))
    equal([table["Name"] for table in catalog.get_tables(database="kept", name_prefix="ord")], ["orders"])
    equal([table["Name"] for table in catalog.get_tables(database="kept", name_suffix="x")], [])
    equal([table["Name"] for table in catalog.get_tables(database="kept", name_contains="rde")], ["orders"])
    equal(catalog.tables(database="kept")["Table"].tolist(), ["orders"])
    catalog.add_column(database="kept", table="orders", column_name="note", column_type="string", column_comment="added")
    catalog.delete_column(database="kept", table="orders", column_name="price")
    equal(catalog.get_table_types(database="kept", table="orders"), {"id": "bigint", "name": "string", "note": "string", "day": "date"})
    equal(catalog.get_columns_comments(database="kept", table="orders")["id"], "which")
    text = queries.generate_create_query(database="kept", table="orders")
    assert text.startswith("CREATE EXTERNAL TABLE `orders`"), text
    equal(catalog.delete_table_if_exists(database="kept", table="orders"), True)
    equal(catalog.delete_table_if_exists(database="kept", table="orders"), False)
    catalog.delete_database("kept")
    assert "kept" not in [found["Name"] for found in catalog.get_databases()]


@chapter
def tables_are_searched():
    database("searched")
    for name in ["first_one", "second_one", "third"]:
        catalog.create_csv_table(database="searched", table=name, path=f"{LAKE}/searched/{name}/", columns_types={"n": "int"})
    equal(sorted(table["Name"] for table in catalog.search_tables(text="one") if table["DatabaseName"] == "searched"), ["first_one", "second_one"])


@chapter
def partitions_are_found():
    database("found")
    frame = pandas.DataFrame({"n": range(6), "year": [2023, 2023, 2024, 2024, 2024, 2024], "region": ["eu", "us", "eu", "us", "eu", "a b"]})
    written = write(frame, "found", "t", partition_cols=["year", "region"])
    equal(sorted(written["partitions_values"].values()), [["2023", "eu"], ["2023", "us"], ["2024", "a b"], ["2024", "eu"], ["2024", "us"]])
    everything = catalog.get_partitions(database="found", table="t")
    equal(sorted(everything.values()), sorted(written["partitions_values"].values()))
    found = lambda expression: sorted(catalog.get_parquet_partitions(database="found", table="t", expression=expression).values())
    equal(found("year = 2024 AND region = 'eu'"), [["2024", "eu"]])
    equal(found("year < 2024"), [["2023", "eu"], ["2023", "us"]])
    equal(found("region IN ('us') OR year BETWEEN 2025 AND 2030"), [["2023", "us"], ["2024", "us"]])
    equal(found("region LIKE 'a%'"), [["2024", "a b"]])
    in_each_way("SELECT n, region FROM t WHERE year = 2024 AND region <> 'us' ORDER BY n", "found", [(2, "eu"), (4, "eu"), (5, "a b")])
    catalog.delete_partitions(database="found", table="t", partitions_values=[["2024", "eu"]])
    equal(select("SELECT sum(n) FROM t", "found"), [(0 + 1 + 3 + 5,)])
    catalog.add_parquet_partitions(database="found", table="t", partitions_values={f"{LAKE}/found/t/year=2024/region=eu/": ["2024", "eu"]})
    equal(select("SELECT sum(n) FROM t", "found"), [(15,)])
    equal(len(catalog.delete_all_partitions(database="found", table="t")), 5)
    equal(select("SELECT count(*) FROM t", "found"), [(0,)])
    equal(queries.repair_table("t", database="found", s3_output=RESULTS), "SUCCEEDED")
    equal(len(catalog.get_partitions(database="found", table="t")), 5)
    equal(select("SELECT sum(n) FROM t", "found"), [(15,)])


# Datasets.


@chapter
def every_type_comes_back():
    database("types")
    moment, day = datetime.datetime(2024, 1, 31, 10, 0, 0, 125000), datetime.date(2024, 1, 31)
    text = 'say "hi",\nthen \'bye\' — ünï\t😀'
    frame = pandas.DataFrame(
        {
            "n": pandas.array([1, 2, 3], "Int64"),
            "tiny": pandas.array([127, -128, None], "Int8"),
            "small": pandas.array([32767, -32768, None], "Int16"),
            "whole": pandas.array([2147483647, -2147483648, None], "Int32"),
            "big": pandas.array([9223372036854775807, -9223372036854775808, None], "Int64"),
            "single": pandas.array([0.5, -1.25, None], "float32"),
            "real": pandas.array([0.1, 1e300, None], "float64"),
            "yes": pandas.array([True, False, None], "boolean"),
            "price": [decimal.Decimal("12345678.90"), decimal.Decimal("-0.01"), None],
            "word": pandas.array([text, "", None], "string"),
            "day": [day, datetime.date(1969, 12, 31), None],
            "moment": pandas.Series([moment, datetime.datetime(1999, 12, 31, 23, 59, 59), None], dtype="datetime64[ms]"),
            "bytes": [b"\x00\xffhello", b"", None],
        }
    )
    kinds = {
        "n": "bigint", "tiny": "tinyint", "small": "smallint", "whole": "int", "big": "bigint", "single": "float", "real": "double",
        "yes": "boolean", "price": "decimal(10,2)", "word": "string", "day": "date", "moment": "timestamp", "bytes": "binary",
    }  # fmt: skip
    write(frame, "types", "t", dtype={"price": "decimal(10,2)"})
    equal(catalog.get_table_types(database="types", table="t"), kinds)
    for way in WAYS:
        # Binary has no form in CSV from which awswrangler would read it.
        names = [name for name in kinds if (way, name) != ("csv", "bytes")]
        got = queries.read_sql_query(f"SELECT {', '.join(names)} FROM t ORDER BY n", database="types", s3_output=f"{RESULTS}/types-{way}/", **WAYS[way])
        expected = rows(frame[names])
        if way == "csv":  # where an empty text and a null are both read as null
            expected[1] = tuple(None if cell == "" else cell for cell in expected[1])
        equal(got.columns.tolist(), names)
        for row, wanted in zip(rows(got), expected, strict=True):
            for name, cell, other in zip(names, row, wanted, strict=True):
                equal(cell, other, f"{name} by {way}")
    # Text and null are told apart by whoever looks.
    equal(select("SELECT n, word IS NULL, length(word) FROM t ORDER BY n", "types"), [(1, False, len(text)), (2, False, 0), (3, True, None)])
    where = "price > DECIMAL '0' AND yes AND day = DATE '2024-01-31' AND moment > TIMESTAMP '2024-01-31 09:59:59' AND bytes = X'00ff68656c6c6f'"
    in_each_way(f"SELECT n FROM t WHERE {where}", "types", [(1,)])


@chapter
def nested_columns_come_back():
    database("nested")
    frame = pandas.DataFrame(
        {
            "n": [1, 2],
            "list": [[1, 2, None], []],
            "record": [{"a": 1, "b": {"c": "x"}}, {"a": None, "b": {"c": None}}],
            "records": [[{"k": "p", "v": 1.5}], None],
        }
    )
    dtype = {"list": "array<bigint>", "record": "struct<a:bigint,b:struct<c:string>>", "records": "array<struct<k:string,v:double>>"}
    write(frame, "nested", "t", dtype=dtype)
    equal(catalog.get_table_types(database="nested", table="t"), {"n": "bigint"} | dtype)
    for way in ["ctas", "unload"]:
        got = select("SELECT * FROM t ORDER BY n", "nested", way)
        equal(got[0], (1, [1, 2, None], {"a": 1, "b": {"c": "x"}}, [{"k": "p", "v": 1.5}]), way)
        equal(got[1], (2, [], {"a": None, "b": {"c": None}}, None), way)
    expected = [(1, "x", 3, 1.5), (2, None, 0, None)]
    in_each_way("SELECT n, record.b.c AS c, cardinality(\"list\") AS size, records[1].v AS v FROM t ORDER BY n", "nested", expected)
    in_each_way('SELECT n, e FROM t CROSS JOIN UNNEST("list") AS u (e) WHERE e IS NOT NULL ORDER BY e', "nested", [(1, 1), (1, 2)])
    text = [("[1, 2, null]", "{a=1, b={c=x}}"), ("[]", "{a=null, b={c=null}}")]
    equal(select('SELECT "list", record FROM t ORDER BY n', "nested"), text, "as CSV they are text")


@chapter
def datasets_grow_and_are_replaced():
    database("modes")
    first = pandas.DataFrame({"n": [1, 2], "part": ["a", "b"]})
    write(first, "modes", "t", partition_cols=["part"])
    write(pandas.DataFrame({"n": [3], "part": ["b"]}), "modes", "t", partition_cols=["part"], mode="append")
    everything = "SELECT n, part FROM t ORDER BY n"
    in_each_way(everything, "modes", [(1, "a"), (2, "b"), (3, "b")])
    write(pandas.DataFrame({"n": [4, 5], "part": ["b", "c"]}), "modes", "t", partition_cols=["part"], mode="overwrite_partitions")
    in_each_way(everything, "modes", [(1, "a"), (4, "b"), (5, "c")])
    write(pandas.DataFrame({"n": [6], "part": ["d"]}), "modes", "t", partition_cols=["part"], mode="overwrite")
    in_each_way(everything, "modes", [(6, "d")])
    equal(list(catalog.get_partitions(database="modes", table="t").values()), [["d"]])


@chapter
def schemas_evolve():
    database("evolving")
    write(pandas.DataFrame({"a": [1], "b": ["x"]}), "evolving", "t")
    more = pandas.DataFrame({"c": [2.5], "a": [2]})
    raises(exceptions.InvalidArgumentValue, write, more, "evolving", "t", mode="append", schema_evolution=False)
    write(more, "evolving", "t", mode="append", schema_evolution=True)
    equal(catalog.get_table_types(database="evolving", table="t"), {"a": "bigint", "b": "string", "c": "double"})
    in_each_way("SELECT a, b, c FROM t ORDER BY a", "evolving", [(1, "x", None), (2, None, 2.5)])
    write(pandas.DataFrame({"a": [1.5]}), "evolving", "t", mode="overwrite", catalog_versioning=True)
    in_each_way("SELECT * FROM t", "evolving", [(1.5,)])
    assert catalog.get_table_number_of_versions(database="evolving", table="t") >= 2
    assert len(list(catalog.get_table_versions(database="evolving", table="t"))) >= 2


@chapter
def partitions_are_projected():
    database("projected")
    frame = pandas.DataFrame(
        {
            "n": [1, 2, 3],
            "kind": ["a", "b", "a"],
            "number": [7, 12, 100],
            "day": [datetime.date(2024, 1, 31), datetime.date(2024, 2, 1), datetime.date(2024, 2, 2)],
            "device": ["x", "y", "x"],
        }
    )
    settings = {
        "projection_types": {"kind": "enum", "number": "integer", "day": "date", "device": "injected"},
        "projection_values": {"kind": "a,b"},
        "projection_ranges": {"number": "0,50", "day": "2024-01-01,2024-12-31"},
    }
    write(frame, "projected", "t", partition_cols=["kind", "number", "day", "device"], athena_partition_projection_settings=settings)
    equal(catalog.get_table_parameters(database="projected", table="t")["projection.enabled"], "true")
    in_each_way("SELECT n, kind, number FROM t WHERE device = 'x'", "projected", [(1, "a", 7)])
    in_each_way("SELECT n, day FROM t WHERE device = 'y' AND day > DATE '2024-01-31'", "projected", [(2, datetime.date(2024, 2, 1))])


@chapter
def buckets_are_read():
    database("bucketed")
    frame = pandas.DataFrame({"n": range(100), "word": [f"w{number}" for number in range(100)]})
    written = write(frame, "bucketed", "t", bucketing_info=(["n"], 4))
    equal(len(written["paths"]), 4)
    in_each_way("SELECT count(*) AS c, sum(n) AS s FROM t WHERE n >= 10", "bucketed", [(90, sum(range(10, 100)))])


@chapter
def csv_and_json_are_datasets_too():
    database("lines")
    frame = pandas.DataFrame({"n": [1, 2], "word": ["one, two", 'say "hi"'], "price": [1.5, None], "part": ["a", "b"]})
    there = {"dataset": True, "database": "lines", "partition_cols": ["part"], "index": False}
    # The SerDe that to_csv names knows no quotes: the other one has to be asked for, below.
    awswrangler.s3.to_csv(frame, f"{LAKE}/lines/c/", table="c", sep="|", quoting=csv.QUOTE_NONE, escapechar="\\", header=False, **there)
    equal(catalog.get_table_types(database="lines", table="c"), {"n": "bigint", "word": "string", "price": "double", "part": "string"})
    in_each_way("SELECT * FROM c ORDER BY n", "lines", [(1, "one, two", 1.5, "a"), (2, 'say "hi"', None, "b")])
    awswrangler.s3.to_json(frame, f"{LAKE}/lines/j/", table="j", orient="records", lines=True, **there)
    in_each_way("SELECT * FROM j ORDER BY n", "lines", [(1, "one, two", 1.5, "a"), (2, 'say "hi"', None, "b")])
    awswrangler.s3.to_json(frame.assign(n=[3, 4]), f"{LAKE}/lines/j/", table="j", orient="records", lines=True, mode="append", **there)
    equal(select("SELECT sum(n) FROM j", "lines"), [(10,)])
    catalog.create_csv_table(
        database="lines", table="quoted", path=f"{LAKE}/lines/quoted/", columns_types={"n": "bigint", "word": "string"}, skip_header_line_count=1,
        serde_library="org.apache.hadoop.hive.serde2.OpenCSVSerde", serde_parameters={"separatorChar": ",", "quoteChar": '"', "escapeChar": "\\"},
    )  # fmt: skip
    awswrangler.s3.to_csv(frame[["n", "word"]], f"{LAKE}/lines/quoted/1.csv", index=False, quoting=csv.QUOTE_ALL)
    in_each_way("SELECT * FROM quoted ORDER BY n", "lines", [(1, "one, two"), (2, 'say "hi"')])


# Queries.


@chapter
def parameters_are_bound():
    database("bound")
    write(pandas.DataFrame({"n": [1, 2, 3], "word": ["it's", "b", "c"], "day": [datetime.date(2024, 1, number) for number in (1, 2, 3)]}), "bound", "t")
    sql = "SELECT n FROM t WHERE word = :word AND day < :day AND n IN (:low, :high)"
    in_each_way(sql, "bound", [(1,)], params={"word": "it's", "day": datetime.date(2024, 1, 2), "low": 1, "high": 3})
    for way in ["csv", "unload"]:
        got = select("SELECT n, ? AS given FROM t WHERE word = ? AND n > ?", "bound", way, params=["'x'", "'it''s'", "0"], paramstyle="qmark")
        equal(got, [(1, "x")], way)
    equal(select("SELECT n FROM t WHERE word = :word", "bound", params={"word": "'; DROP TABLE t; --"}), [])
    assert catalog.does_table_exist(database="bound", table="t")


@chapter
def results_come_in_chunks():
    database("chunks")
    write(pandas.DataFrame({"n": range(2500), "word": [f"line {number}\nand more" for number in range(2500)]}), "chunks", "t")
    for way in WAYS:
        there = {"database": "chunks", "s3_output": f"{RESULTS}/chunks-{way}/"} | WAYS[way]
        chunks = list(queries.read_sql_query("SELECT * FROM t ORDER BY n", chunksize=1000, keep_files=False, **there))
        equal([len(chunk) for chunk in chunks], [1000, 1000, 500], way)
        equal(sorted(number for chunk in chunks for number in chunk.n.tolist()), list(range(2500)), way)
        equal(awswrangler.s3.list_objects(f"{RESULTS}/chunks-{way}/"), [], f"{way} leaves nothing when told so")


@chapter
def what_is_empty_has_columns():
    database("empty")
    write(pandas.DataFrame({"n": [1], "word": ["x"]}), "empty", "t")
    for way in ["ctas", "csv"]:
        frame = queries.read_sql_query("SELECT n, word FROM t WHERE n > 1", database="empty", s3_output=f"{RESULTS}/empty-{way}/", **WAYS[way])
        equal((len(frame), frame.columns.tolist()), (0, ["n", "word"]), way)


@chapter
def tables_are_read_whole():
    database("whole")
    write(pandas.DataFrame({"n": [1, 2], "word": ["x", "y"]}), "whole", "t")
    for way in WAYS:
        frame = queries.read_sql_table("t", database="whole", s3_output=f"{RESULTS}/whole-{way}/", **WAYS[way])
        equal(sorted(rows(frame)), [(1, "x"), (2, "y")], way)
        assert frame.query_metadata["Status"]["State"] == "SUCCEEDED"
    equal([table["Name"] for table in catalog.get_tables(database="whole")], ["t"], "no table is left behind")
    frame = queries.read_sql_query("SELECT word FROM t", database="whole", ctas_approach=False, s3_output=RESULTS, categories=["word"])
    equal(str(frame.word.dtype), "category")
    frame = queries.read_sql_query("SELECT n FROM t", database="whole", ctas_approach=False, s3_output=RESULTS, dtype_backend="pyarrow")
    equal(str(frame.n.dtype), "int64[pyarrow]")


@chapter
def queries_are_started_and_waited_for():
    database("started")
    write(pandas.DataFrame({"n": [1, 2]}), "started", "t")
    query = queries.start_query_execution("SELECT n FROM t ORDER BY n", database="started", s3_output=RESULTS)
    execution = queries.wait_query(query)
    equal(execution["Status"]["State"], "SUCCEEDED")
    equal(queries.get_query_execution(query)["QueryExecutionId"], query)
    equal(queries.get_query_columns_types(query), {"n": "bigint"})
    equal(rows(queries.get_query_results(query)), [(1,), (2,)])
    # awswrangler asks for so many only where it names a work group.
    equal(queries.list_query_executions(workgroup="primary", max_results=1), [query])
    told = queries.get_query_executions([query, "00000000-0000-0000-0000-000000000000"], return_unprocessed=True)
    equal([len(frame) for frame in told], [1, 1])
    text = raises(exceptions.QueryFailed, queries.read_sql_query, "SELECT absent FROM t", database="started", ctas_approach=False, s3_output=RESULTS)
    assert "COLUMN_NOT_FOUND" in text, text
    waited = queries.start_query_execution("SELECT 1", database="started", s3_output=RESULTS, wait=True)
    equal(waited["Status"]["State"], "SUCCEEDED")
    stopped = queries.start_query_execution(
        "SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a (x), UNNEST(sequence(1, 10000)) AS b (y), UNNEST(sequence(1, 10000)) AS c (z) WHERE (x * y + z) % 7 = 3",
        database="started", s3_output=RESULTS,
    )  # fmt: skip
    queries.stop_query_execution(stopped)
    raises(exceptions.QueryCancelled, queries.wait_query, stopped)


@chapter
def what_ran_before_is_taken_from_the_cache():
    database("cached")
    write(pandas.DataFrame({"n": [1]}), "cached", "t")
    for way in ["ctas", "csv"]:
        ran = lambda: len(queries.list_query_executions())
        ask = lambda: rows(
            queries.read_sql_query(
                f"SELECT n, '{way}' AS way FROM t", database="cached", s3_output=f"{RESULTS}/cached-{way}/", athena_cache_settings={"max_cache_seconds": 900}, **WAYS[way]
            )
        )
        equal(ask(), [(1, way)])
        before = ran()
        equal(ask(), [(1, way)])
        equal(ran(), before, f"{way}: nothing new ran")


@chapter
def athena_remembers_too():
    database("remembered")
    write(pandas.DataFrame({"n": [1]}), "remembered", "t")
    reuse = {"result_reuse_configuration": {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 5}}}
    for expected in [False, True]:
        frame = queries.read_sql_query("SELECT n FROM t", database="remembered", ctas_approach=False, s3_output=RESULTS, **reuse)
        equal(rows(frame), [(1,)])
        told = frame.query_metadata["Statistics"].get("ResultReuseInformation", {}).get("ReusedPreviousResult", False)
        equal(told, expected)


@chapter
def tables_are_made_of_queries():
    database("made")
    write(pandas.DataFrame({"n": [1, 2, 3], "part": ["a", "b", "a"]}), "made", "t")
    made = queries.create_ctas_table(
        "SELECT n, part FROM t", database="made", ctas_table="u", s3_output=f"{RESULTS}/made/", storage_format="parquet",
        write_compression="snappy", partitioning_info=["part"], wait=True,
    )  # fmt: skip
    equal((made["ctas_database"], made["ctas_table"]), ("made", "u"))
    equal(made["ctas_query_metadata"].raw_payload["StatementType"], "DDL")
    equal(sorted(catalog.get_partitions(database="made", table="u").values()), [["a"], ["b"]])
    in_each_way("SELECT n FROM u WHERE part = 'a' ORDER BY n", "made", [(1,), (3,)])
    queries.create_ctas_table("SELECT * FROM t", database="made", ctas_table="v", s3_output=f"{RESULTS}/made-bare/", schema_only=True, wait=True)
    equal(select("SELECT count(*) FROM v", "made"), [(0,)])
    words = raises(exceptions.InvalidArgumentValue, select, "SELECT n + 1 FROM t", "made", "ctas")
    assert "columns names" in words, words
    raises(exceptions.InvalidCtasApproachQuery, select, "SELECT n, n FROM t", "made", "ctas")
    told = queries.unload("SELECT * FROM t", path=f"{LAKE}/made/unloaded/", database="made", partitioned_by=["part"])
    assert told.manifest_location, told
    # awswrangler takes the place of the objects for that of the result, too, so the manifest is beside them.
    unloaded = awswrangler.s3.read_parquet(f"{LAKE}/made/unloaded/", dataset=True, path_ignore_suffix=[".csv", ".metadata"])
    equal(sorted(rows(unloaded)), [(1, "a"), (2, "b"), (3, "a")])


@chapter
def tables_are_described():
    database("described")
    write(pandas.DataFrame({"n": [1], "word": ["x"], "part": ["a"]}), "described", "t", partition_cols=["part"], glue_table_settings={"columns_comments": {"n": "a number"}})
    frame = queries.describe_table("t", database="described", s3_output=RESULTS)
    equal(rows(frame), [("n", "bigint", False, "a number"), ("word", "string", False, ""), ("part", "string", True, "")])
    text = queries.show_create_table("t", database="described", s3_output=RESULTS)
    for part in ["CREATE EXTERNAL TABLE", "`n` bigint", "PARTITIONED BY", f"{LAKE}/described/t"]:
        assert part in text, f"{part!r} in {text!r}"


@chapter
def statements_are_prepared():
    database("prepared")
    write(pandas.DataFrame({"n": [1, 2, 3]}), "prepared", "t")
    queries.create_prepared_statement("SELECT n FROM t WHERE n > ? ORDER BY n", statement_name="above")
    equal(select("EXECUTE above USING 1", "prepared"), [(2,), (3,)])
    queries.create_prepared_statement("SELECT n FROM t WHERE n < ? ORDER BY n", statement_name="above")
    equal(select("EXECUTE above", "prepared", params=["3"], paramstyle="qmark"), [(1,), (2,)])
    raises(exceptions.AlreadyExists, queries.create_prepared_statement, "SELECT 1", statement_name="above", mode="error")
    equal([found["StatementName"] for found in queries.list_prepared_statements()], ["above"])
    queries.delete_prepared_statement("above")
    equal(queries.list_prepared_statements(), [])


@chapter
def a_bucket_for_results_is_made():
    bucket = queries.create_athena_bucket()
    equal(bucket, "s3://aws-athena-query-results-123456789012-us-east-1/")
    equal(queries.create_athena_bucket(), bucket, "again")
    database("homeless")
    write(pandas.DataFrame({"n": [1]}), "homeless", "t")
    equal(rows(queries.read_sql_query("SELECT n FROM t", database="homeless", ctas_approach=False)), [(1,)])
    assert awswrangler.s3.list_objects(bucket), "the result is in it"


@chapter
def work_groups_rule():
    client = boto3.client("athena")
    place = {"ResultConfiguration": {"OutputLocation": f"{RESULTS}/of-the-group/"}, "EnforceWorkGroupConfiguration": True}
    client.create_work_group(Name="wrangler", Configuration=place)
    equal(queries.get_work_group("wrangler")["WorkGroup"]["Configuration"]["EnforceWorkGroupConfiguration"], True)
    database("grouped")
    write(pandas.DataFrame({"n": [1]}), "grouped", "t")
    for way in ["ctas", "csv"]:
        frame = queries.read_sql_query("SELECT n FROM t", database="grouped", workgroup="wrangler", **WAYS[way])
        equal(rows(frame), [(1,)], way)
    found = client.create_named_query(Name="one", Database="grouped", QueryString="SELECT 1")["NamedQueryId"]
    equal(queries.get_named_query_statement(found), "SELECT 1")


if __name__ == "__main__":
    for name in ["wrangler-lake", "wrangler-results"]:
        boto3.client("s3").create_bucket(Bucket=name)
    versions = f"awswrangler {awswrangler.__version__}, pandas {pandas.__version__}, pyarrow {pyarrow.__version__}"
    sys.exit(tell("awswrangler", versions))
