#!/usr/bin/env python3
"""PyAthena, the DB-API of Athena, told in chapters: its cursors, each with a way of its own to take a result (pages of the
API, the file in S3 through pandas or Arrow, files that UNLOAD has written), and SQLAlchemy's dialect.

AWS_ENDPOINT_URL  the server
ONLY              runs the chapters whose names contain this text
"""

import datetime
import decimal
import os
import sys
import threading
import time

import boto3
import pandas
import pyarrow
import pyarrow.fs
import pyathena
import sqlalchemy
from pyathena import OperationalError
from pyathena.arrow.async_cursor import AsyncArrowCursor
from pyathena.arrow.cursor import ArrowCursor
from pyathena.async_cursor import AsyncCursor
from pyathena.cursor import DictCursor
from pyathena.error import DatabaseError, ProgrammingError
from pyathena.pandas.cursor import PandasCursor
from pyathena.pandas.util import to_sql

from chapters import chapter, equal, tell

LAKE = "s3://pyathena-lake"
RESULTS = "s3://pyathena-results/"
ENDLESS = (
    "SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a (x), UNNEST(sequence(1, 10000)) AS b (y), "
    "UNNEST(sequence(1, 10000)) AS c (z) WHERE (x * y + z) % 7 = 3"
)


def connect(schema="default", **more):
    return pyathena.connect(s3_staging_dir=RESULTS, schema_name=schema, poll_interval=0.05, **more)


def rows(sql, schema="default", parameters=None, cursor=None, **more):
    with connect(schema).cursor(**({"cursor": cursor} if cursor else {})) as cursor:
        return cursor.execute(sql, parameters, **more).fetchall()


def execution(query):
    """What Athena tells about a query: a cursor itself forgets one that has not succeeded."""
    with connect().cursor(cursor=AsyncCursor) as cursor:
        return cursor.query_execution(query).result()


class HereFileSystem(pyarrow.fs.S3FileSystem):
    """Arrow's S3 at the server: of all that reads S3 for PyAthena, it alone looks at no AWS_ENDPOINT_URL."""

    def __init__(self, **more):
        super().__init__(endpoint_override=os.environ["AWS_ENDPOINT_URL"], **more)


def database(name):
    rows(f"CREATE DATABASE IF NOT EXISTS {name}")
    return name


def raises(expected, call, *arguments, **named):
    try:
        answer = call(*arguments, **named)
    except expected as error:
        return str(error)
    raise AssertionError(f"{expected} expected, answered {answer}")


@chapter
def a_cursor_tells_what_ran():
    cursor = connect().cursor()
    equal(cursor.execute("SELECT 1 AS one, 'x' AS letter"), cursor)
    equal(cursor.fetchone(), (1, "x"))
    equal(cursor.fetchone(), None)
    equal(cursor.rownumber, 1)
    equal([column[0] for column in cursor.description], ["one", "letter"])
    equal((cursor.state, cursor.state_change_reason), ("SUCCEEDED", None))
    equal((cursor.statement_type, cursor.substatement_type), ("DML", "SELECT"))
    equal(cursor.output_location, f"{RESULTS}{cursor.query_id}.csv")
    equal((cursor.query, cursor.work_group, cursor.catalog), ("SELECT 1 AS one, 'x' AS letter", "primary", "awsdatacatalog"))
    assert cursor.submission_date_time <= cursor.completion_date_time
    assert cursor.data_scanned_in_bytes >= 0 and cursor.engine_execution_time_in_millis >= 0
    assert cursor.effective_engine_version.startswith("Athena engine version"), cursor.effective_engine_version
    equal(rows("SHOW DATABASES LIKE 'default'"), [("default",)])


@chapter
def every_type_is_converted():
    database("converted")
    # What PyAthena's own tests, which run on AWS, have for these types.
    kinds = [
        ("yes", "true", "boolean", 0, 0, True),
        ("tiny", "tinyint '127'", "tinyint", 3, 0, 127),
        ("small", "smallint '32767'", "smallint", 5, 0, 32767),
        ("whole", "2147483647", "integer", 10, 0, 2147483647),
        ("big", "9223372036854775807", "bigint", 19, 0, 9223372036854775807),
        ("single", "real '0.5'", "float", 17, 0, 0.5),
        ("real_", "0.25e0", "double", 17, 0, 0.25),
        ("word", "CAST('a string' AS varchar)", "varchar", 2147483647, 0, "a string"),
        ("short", "CAST('varchar' AS varchar(10))", "varchar", 10, 0, "varchar"),
        ("moment", "TIMESTAMP '2017-01-01 00:00:00.000'", "timestamp", 3, 0, datetime.datetime(2017, 1, 1)),
        ("clock", "CAST(TIMESTAMP '2017-01-01 00:00:00.000' AS time)", "time", 3, 0, datetime.time(0, 0)),
        ("zoned", "TIMESTAMP '2017-01-01 00:00:00.000 UTC'", "timestamp with time zone", 3, 0, datetime.datetime(2017, 1, 1, tzinfo=datetime.timezone.utc)),
        ("day", "DATE '2017-01-02'", "date", 0, 0, datetime.date(2017, 1, 2)),
        ("bytes", "X'313233'", "varbinary", 1073741824, 0, b"123"),
        ("list_", "ARRAY[1, 2]", "array", 0, 0, [1, 2]),
        ("list_json", "CAST(ARRAY[1, 2] AS json)", "json", 0, 0, [1, 2]),
        ("map_", "MAP(ARRAY[1, 3], ARRAY[2, 4])", "map", 0, 0, {"1": 2, "3": 4}),
        ("map_json", "CAST(MAP(ARRAY[1, 3], ARRAY[2, 4]) AS json)", "json", 0, 0, {"1": 2, "3": 4}),
        ("record", "CAST(ROW(1, 2) AS ROW(a integer, b integer))", "row", 0, 0, {"a": 1, "b": 2}),
        ("price", "CAST(0.1 AS decimal(10, 1))", "decimal", 10, 1, decimal.Decimal("0.1")),
        ("nothing", "CAST(NULL AS varchar)", "varchar", 2147483647, 0, None),
        ("empty", "CAST('' AS varchar)", "varchar", 2147483647, 0, ""),
    ]  # fmt: skip
    cursor = connect("converted").cursor()
    hints = {"list_": "array(integer)", "map_": "map(integer, integer)", "record": "row(a integer, b integer)"}
    cursor.execute("SELECT " + ", ".join(f"{sql} AS {name}" for name, sql, *_ in kinds), result_set_type_hints=hints)
    equal(cursor.description, [(name, kind, None, None, precision, scale, "UNKNOWN") for name, _, kind, precision, scale, _ in kinds])
    for (name, *_, expected), got in zip(kinds, cursor.fetchone(), strict=True):
        equal(got, expected, name)
    equal(rows("SELECT NULL"), [(None,)])


@chapter
def long_results_come_in_pages():
    sql = "SELECT n, 'a' || chr(10) || CAST(n AS varchar) AS word FROM UNNEST(sequence(1, 2500)) AS t (n) ORDER BY n"
    expected = [(number, f"a\n{number}") for number in range(1, 2501)]
    cursor = connect().cursor()
    cursor.execute(sql)
    equal(cursor.fetchmany(10), expected[:10])
    equal(cursor.fetchone(), expected[10])
    equal(list(cursor), expected[11:])
    equal(cursor.fetchmany(10), [])
    small = connect().cursor(arraysize=7)
    equal(small.execute(sql).fetchall(), expected)
    raises(ProgrammingError, connect().cursor, arraysize=1001)
    for kind in [PandasCursor, ArrowCursor]:
        equal(rows(sql, cursor=kind), expected, kind.__name__)


@chapter
def parameters_are_bound():
    database("bound")
    given = {
        "word": "it's; DROP TABLE x --", "number": 42, "real": 1.5, "nothing": None, "yes": True, "price": decimal.Decimal("1.50"),
        "day": datetime.date(2024, 1, 31), "moment": datetime.datetime(2024, 1, 31, 10, 0, 0, 125000), "list": [1, 2],
    }  # fmt: skip
    sql = """SELECT %(word)s, %(number)s, CAST(%(real)s AS double), %(nothing)s, %(yes)s, %(price)s, %(day)s, %(moment)s, 2 IN %(list)s, '100%%'"""
    got = rows(sql, parameters=given)
    expected = [("it's; DROP TABLE x --", 42, 1.5, None, True, decimal.Decimal("1.50"), given["day"], given["moment"], True, "100%")]
    equal(got, expected)
    for text in ["`~!@#$%^&*()_+-={}[]|\\;:'\",./<>?\n\r\t ", "back\\slash", "line\nbreak", "'quoted'", "ünï", '"', "--", "%s", "?"]:
        equal(rows("SELECT %(text)s", parameters={"text": text}), [(text,)])
        equal(rows("SELECT ?", parameters=["'" + text.replace("'", "''") + "'"], paramstyle="qmark"), [(text,)])
    equal(rows("SELECT n FROM (VALUES 1, 2, 3) AS t (n) WHERE n > ? AND n < ?", parameters=["1", "3"], paramstyle="qmark"), [(2,)])


@chapter
def what_ran_before_is_found():
    """PyAthena looks for the same text among the last executions of the work group, and takes its result."""
    cursor = connect().cursor()
    first = cursor.execute("SELECT 'found before'").query_id
    assert cursor.execute("SELECT 'found before'").query_id != first
    second = cursor.query_id
    assert cursor.execute("SELECT 'found before'", cache_size=100).query_id in (first, second)
    equal(cursor.fetchall(), [("found before",)])


@chapter
def rows_may_be_dictionaries():
    equal(rows("SELECT 1 AS a, 'x' AS b", cursor=DictCursor), [{"a": 1, "b": "x"}])
    cursor = connect().cursor(cursor=DictCursor)
    equal(list(cursor.execute("SELECT n FROM UNNEST(sequence(1, 3)) AS t (n) ORDER BY n")), [{"n": 1}, {"n": 2}, {"n": 3}])


@chapter
def errors_are_raised():
    words = raises(OperationalError, rows, "SELECT absent FROM (VALUES 1) AS t (n)")
    assert "COLUMN_NOT_FOUND" in words, words
    raises(DatabaseError, rows, "SELEC 1")
    raises(ProgrammingError, rows, "")
    cursor = connect().cursor()
    raises(OperationalError, cursor.execute, "SELECT * FROM absent")
    told = execution(cursor.query_id)
    equal(told.state, "FAILED")
    assert "TABLE_NOT_FOUND" in told.state_change_reason, told.state_change_reason
    equal((told.error_category, told.retryable), (2, False))
    raises(ProgrammingError, cursor.fetchone)
    equal(cursor.execute("SELECT 1").fetchall(), [(1,)], "and it is used again")


@chapter
def a_query_is_cancelled():
    cursor = connect().cursor()
    outcome = []

    def run():
        try:
            cursor.execute(ENDLESS)
        except Exception as error:  # noqa: BLE001: whatever it is, it is told
            outcome.append(error)

    running = threading.Thread(target=run)
    running.start()
    ends = time.monotonic() + 20
    while not cursor.query_id:
        assert time.monotonic() < ends, "the query has no id"
        time.sleep(0.02)
    cursor.cancel()
    running.join(timeout=20)
    assert not running.is_alive(), "execute does not return"
    equal(execution(cursor.query_id).state, "CANCELLED")
    equal([type(error).__name__ for error in outcome], ["OperationalError"])


@chapter
def queries_run_side_by_side():
    cursor = connect().cursor(cursor=AsyncCursor, max_workers=8)
    futures = [cursor.execute(f"SELECT {number}, count(*) FROM UNNEST(sequence(1, 1500)) AS t (n)") for number in range(12)]
    equal([future.result().fetchall() for _, future in futures], [[(number, 1500)] for number in range(12)])
    query, future = cursor.execute("SELECT n FROM UNNEST(sequence(1, 1500)) AS t (n) ORDER BY n")
    equal(cursor.description(query).result()[0][:2], ("n", "bigint"))
    equal(len(list(future.result())), 1500)
    equal(cursor.query_execution(query).result().state, "SUCCEEDED")
    query, future = cursor.execute(ENDLESS)
    cursor.cancel(query).result()
    equal(future.result().state, "CANCELLED")
    cursor.close()


@chapter
def pandas_has_a_cursor():
    cursor = connect().cursor(cursor=PandasCursor)
    sql = """SELECT * FROM (VALUES (1, 'one', 1.5e0, DATE '2024-01-31', true), (2, NULL, NULL, NULL, NULL), (3, 'a "b",' || chr(10) || 'c', 0e0, NULL, false))
        AS t (n, word, price, day, yes) ORDER BY n"""
    frame = cursor.execute(sql).as_pandas()
    equal(frame.columns.tolist(), ["n", "word", "price", "day", "yes"])
    equal(frame.n.tolist(), [1, 2, 3])
    equal([None if pandas.isna(word) else word for word in frame.word], ["one", None, 'a "b",\nc'])
    equal(frame.price.fillna(-1).tolist(), [1.5, -1.0, 0.0])
    equal(pandas.Timestamp(frame.day[0]), pandas.Timestamp(2024, 1, 31))
    equal([None if pandas.isna(yes) else bool(yes) for yes in frame.yes], [True, None, False])
    chunks = cursor.execute("SELECT n FROM UNNEST(sequence(1, 2500)) AS t (n) ORDER BY n", chunksize=1000).as_pandas()
    equal([len(chunk) for chunk in chunks], [1000, 1000, 500])
    empty = cursor.execute("SELECT n FROM (VALUES 1) AS t (n) WHERE n > 1").as_pandas()
    equal((len(empty), empty.columns.tolist()), (0, ["n"]))
    frame = connect().cursor(cursor=PandasCursor, unload=True).execute(sql).as_pandas()
    equal([None if pandas.isna(word) else word for word in frame.sort_values("n").word], ["one", None, 'a "b",\nc'])


@chapter
def frames_become_tables():
    database("frames")
    frame = pandas.DataFrame({"n": [1, 2], "price": [1.5, None], "word": ["x", "y"], "yes": [True, False], "part": ["a", "b"]})
    there = {"schema": "frames", "compression": "snappy"}
    to_sql(frame, "t", connect("frames"), f"{LAKE}/frames/t/", partitions=["part"], **there)
    everything = "SELECT n, price, word, yes, part FROM t ORDER BY n"
    equal(rows(everything, "frames"), [(1, 1.5, "x", True, "a"), (2, None, "y", False, "b")])
    raises(OperationalError, to_sql, frame, "t", connect("frames"), f"{LAKE}/frames/t/", partitions=["part"], if_exists="fail", **there)
    to_sql(frame.assign(n=[3, 4]), "t", connect("frames"), f"{LAKE}/frames/t/", partitions=["part"], if_exists="append", **there)
    equal(rows("SELECT sum(n) FROM t", "frames"), [(10,)])
    to_sql(frame.assign(n=[5, 6]), "t", connect("frames"), f"{LAKE}/frames/t/", partitions=["part"], if_exists="replace", **there)
    equal(rows("SELECT sum(n) FROM t", "frames"), [(11,)])


@chapter
def arrow_has_a_cursor():
    sql = "SELECT * FROM (VALUES (1, 'one', DECIMAL '1.50', TIMESTAMP '2024-01-31 10:00:00.125'), (2, NULL, NULL, NULL)) AS t (n, word, price, moment) ORDER BY n"
    moment = datetime.datetime(2024, 1, 31, 10, 0, 0, 125000)
    for unload in [False, True]:
        cursor = connect().cursor(cursor=ArrowCursor, unload=unload)
        table = cursor.execute(sql).as_arrow()
        equal(table.column_names, ["n", "word", "price", "moment"], f"unload {unload}")
        got = sorted(table.to_pylist(), key=lambda row: row["n"])
        # A CSV has no null text but an empty one, to Arrow's reader.
        got[1]["word"] = got[1]["word"] or None
        equal([row["n"] for row in got], [1, 2])
        equal((got[0]["word"], decimal.Decimal(got[0]["price"]), got[0]["moment"].replace(tzinfo=None)), ("one", decimal.Decimal("1.50"), moment))
        equal((got[1]["word"], got[1]["moment"]), (None, None))
    cursor = connect().cursor(cursor=ArrowCursor, unload=True)
    nested = cursor.execute("SELECT ARRAY[1, 2] AS list_, CAST(ROW(1, 'x') AS ROW(a integer, b varchar)) AS record").as_arrow().to_pylist()
    equal(nested, [{"list_": [1, 2], "record": {"a": 1, "b": "x"}}])
    _, future = connect().cursor(cursor=AsyncArrowCursor).execute("SELECT n FROM UNNEST(sequence(1, 1500)) AS t (n)")
    equal(future.result().as_arrow().num_rows, 1500)


@chapter
def results_are_used_again():
    cursor = connect().cursor()
    reuse = {"result_reuse_enable": True, "result_reuse_minutes": 5}
    for expected in [False, True]:
        cursor.execute("SELECT 'again'", **reuse)
        equal(cursor.fetchall(), [("again",)])
        equal(bool(cursor.reused_previous_result), expected)


@chapter
def tables_are_made_and_filled():
    database("filled")
    rows(f"CREATE EXTERNAL TABLE filled.t (n int, word string) PARTITIONED BY (day string) STORED AS PARQUET LOCATION '{LAKE}/filled/t/'")
    cursor = connect("filled").cursor()
    cursor.execute("INSERT INTO t VALUES (1, 'it''s', '2024-01-31'), (2, NULL, '2024-02-01')")
    equal(cursor.rowcount, 2)
    cursor.executemany("INSERT INTO t VALUES (%(n)d, %(word)s, %(day)s)", [{"n": 3, "word": "o'clock", "day": "2024-02-01"}])
    equal(rows("SELECT * FROM t ORDER BY n", "filled"), [(1, "it's", "2024-01-31"), (2, None, "2024-02-01"), (3, "o'clock", "2024-02-01")])
    equal(sorted(rows("SHOW PARTITIONS t", "filled")), [("day=2024-01-31",), ("day=2024-02-01",)])
    equal(rows("CREATE TABLE u AS SELECT * FROM t", "filled"), [])
    equal(sorted(rows("SHOW TABLES", "filled")), [("t",), ("u",)])
    rows("DROP TABLE u", "filled")


@chapter
def metadata_is_listed():
    database("listed")
    rows(f"CREATE EXTERNAL TABLE listed.t (n int COMMENT 'a number', word string) PARTITIONED BY (day string) STORED AS PARQUET LOCATION '{LAKE}/listed/t/'")
    cursor = connect("listed").cursor()
    found = cursor.get_table_metadata("t")
    equal((found.name, found.table_type), ("t", "EXTERNAL_TABLE"))
    equal([(column.name, column.type, column.comment) for column in found.columns], [("n", "int", "a number"), ("word", "string", None)])
    equal([key.name for key in found.partition_keys], ["day"])
    equal(found.location.rstrip("/"), f"{LAKE}/listed/t")
    equal([table.name for table in cursor.list_table_metadata()], ["t"])
    assert "listed" in [database.name for database in cursor.list_databases("AwsDataCatalog")]


@chapter
def sqlalchemy_speaks_it():
    database("alchemy")
    # The region is all that is taken from the host's name.
    engine = sqlalchemy.create_engine(f"awsathena+rest://:@athena.us-east-1.amazonaws.com:443/alchemy?s3_staging_dir={RESULTS}&poll_interval=0.05")
    metadata = sqlalchemy.MetaData(schema="alchemy")
    table = sqlalchemy.Table(
        "orders", metadata,
        sqlalchemy.Column("id", sqlalchemy.Integer), sqlalchemy.Column("name", sqlalchemy.String), sqlalchemy.Column("price", sqlalchemy.DECIMAL(10, 2)),
        sqlalchemy.Column("day", sqlalchemy.Date, awsathena_partition=True),
        awsathena_location=f"{LAKE}/alchemy/orders/", awsathena_file_format="PARQUET", awsathena_compression="SNAPPY",
    )  # fmt: skip
    day = datetime.date(2024, 1, 31)
    with engine.connect() as connection:
        table.create(bind=connection)
        connection.execute(table.insert().values(id=1, name="it's", price=decimal.Decimal("1.50"), day=day))
        connection.execute(table.insert().values(id=2, name="two", price=decimal.Decimal("2.25"), day=day))
        got = connection.execute(sqlalchemy.select(table.c.id, table.c.name, table.c.price, table.c.day).where(table.c.name == "it's")).fetchall()
        equal([tuple(row) for row in got], [(1, "it's", decimal.Decimal("1.50"), day)])
        total = connection.execute(sqlalchemy.select(sqlalchemy.func.sum(table.c.price)).where(table.c.id < 10)).scalar()
        equal(total, decimal.Decimal("3.75"))
        inspector = sqlalchemy.inspect(connection)
        assert inspector.has_table("orders", schema="alchemy")
        assert not inspector.has_table("absent", schema="alchemy")
        equal(inspector.get_table_names(schema="alchemy"), ["orders"])
        assert "alchemy" in inspector.get_schema_names()
        equal([column["name"] for column in inspector.get_columns("orders", schema="alchemy")], ["id", "name", "price", "day"])
        frame = pandas.read_sql(sqlalchemy.text("SELECT id FROM orders ORDER BY id"), connection)
        equal(frame.id.tolist(), [1, 2])
        connection.execute(sqlalchemy.text("CREATE VIEW alchemy.seen AS SELECT id FROM orders"))
        inspector.clear_cache()
        equal(inspector.get_view_names(schema="alchemy"), ["seen"])
        reflected = sqlalchemy.Table("orders", sqlalchemy.MetaData(schema="alchemy"), autoload_with=connection)
        equal(reflected.c.keys(), ["id", "name", "price", "day"])
        table.drop(bind=connection)


if __name__ == "__main__":
    pyarrow.fs.S3FileSystem = HereFileSystem
    for name in ["pyathena-lake", "pyathena-results"]:
        boto3.client("s3").create_bucket(Bucket=name)
    sys.exit(tell("pyathena", f"PyAthena {pyathena.__version__}, pandas {pandas.__version__}, pyarrow {pyarrow.__version__}, SQLAlchemy {sqlalchemy.__version__}"))
