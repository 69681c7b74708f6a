#!/usr/bin/env python3
"""Pipelines that others have published, ended as their READMEs end: with their queries in Athena.

AWS_ENDPOINT_URL  the server
DATAFAKER         a checkout of aws-datafaker: a million random users, JSON to Parquet
ONLY              runs the chapters whose names contain this text
"""

import collections
import concurrent.futures
import importlib.util
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import awswrangler
import boto3
import pyarrow
import pyarrow.parquet

from chapters import chapter, equal, tell
from queries import buckets, glue, put, read, run, s3, select, table_columns, value

# aws-datafaker: <https://github.com/chisus089/aws-datafaker>.

DOCUMENTS = "aws-root-main-datafaker-json-trigger"
FIELDS = ["uuid", "name", "email", "phone", "nationality", "address", "salary", "age", "dob", "join_date", "json_path"]


def datafaker(path):
    return pathlib.Path(os.environ["DATAFAKER"], "functions", path)


def conversion_script():
    """Upstream's Glue job. At the pinned commit the first letter of its first line is missing: that is mended, and told,
    and nothing else is touched."""
    source = datafaker("glue_functions/s3JsonToS3Parquet.py").read_text()
    if source.startswith("mport "):
        print("           (upstream's s3JsonToS3Parquet.py begins with `mport`: run with the `i`)")
        source = "i" + source
    path = pathlib.Path(tempfile.mkdtemp(prefix="datafaker-"), "s3JsonToS3Parquet.py")
    path.write_text(source)
    return path


def convert(script, file_key):
    """Runs the job as Glue starts it: what its Lambda gives stands behind Glue's own arguments, in place 18 of `argv`."""
    arguments = {
        "--job-bookmark-option": "job-bookmark-disable",
        "--scriptLocation": "s3://aws-glue-assets/scripts/s3JsonToS3Parquet.py",
        "--job-language": "python",
        "--enable-job-insights": "false",
        "--additional-python-modules": "awswrangler",
        "--library-set": "analytics",
        "--TempDir": "s3://aws-glue-assets/temporary/",
        "--JOB_ID": "j_0123456789abcdef",
        "--FILE_KEY": file_key,
        "--JOB_RUN_ID": "jr_0123456789abcdef",
        "--JOB_NAME": "s3JsonToS3Parquet",
    }
    words = [word for pair in arguments.items() for word in pair]
    done = subprocess.run([sys.executable, script, *words], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"the job ended with {done.returncode}: {done.stderr[-1500:]}"
    assert file_key in done.stdout, done.stdout


def made_up(number):
    """A document with the fields of upstream's, and what is awkward in them."""
    day, uuid = f"2024-01-{number:02}", f"00000000-0000-4000-8000-{number:012}"
    words = ["Jürgen \"Jo\" O'Neill", "", "李雷", "tab\there, comma"]
    return {
        "uuid": uuid, "name": words[number % len(words)], "email": f"user{number}@example.com", "phone": "(555) 010-4477", "nationality": "Côte d'Ivoire",
        "address": f"{number} Main Street\nSpringfield, \"CA\" 90210", "salary": 10_000 + number, "age": 18 + number, "dob": "1990-02-28",
        "join_date": f"{day}T10:00:00.123456", "json_path": f"s3://{DOCUMENTS}/hdfs/hdfs-fakedatabase/json/{day}/{uuid}.json",
    }  # fmt: skip


def by_the_lambda(count):
    """Documents that upstream's Lambda makes and puts."""
    specification = importlib.util.spec_from_file_location("datafaker_app", datafaker("datafaker/app.py"))
    app = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(app)
    return [json.loads(app.lambda_handler(None, None)) for _ in range(count)]


@chapter
def a_million_random_users_begin_with_a_few():
    buckets(DOCUMENTS, "aws-root-main")
    documents = [made_up(number) for number in range(4)]
    for document in documents:
        put(document["json_path"], json.dumps(document))
    documents += by_the_lambda(2)
    for document in documents:
        equal(json.loads(read(document["json_path"])), document)
    # As upstream's S3 trigger takes it from the key of the new object.
    keys = ["/".join(document["json_path"].split("/")[-2:]) for document in documents]
    script = conversion_script()
    convert(script, keys[0])
    query = 'SELECT * FROM "fake_database"."fake_db" limit 100;'
    row = lambda document: [str(document[field]) for field in FIELDS]
    equal(select(query), [row(documents[0])], "after the first run")
    equal(table_columns("fake_database", "fake_db"), [(field, "bigint" if field in ("salary", "age") else "string") for field in FIELDS])
    with concurrent.futures.ThreadPoolExecutor(3) as jobs:
        for done in [jobs.submit(convert, script, key) for key in keys[1:]]:
            done.result()
    equal(sorted(select(query)), sorted(row(document) for document in documents))
    total = sum(document["salary"] for document in documents)
    equal(value('SELECT sum(salary) FROM "fake_database"."fake_db"'), str(total))
    names = select('SELECT name FROM "fake_database"."fake_db" WHERE uuid = ?', ExecutionParameters=[f"'{documents[1]['uuid']}'"])
    equal(names, [[documents[1]["name"]]])


# demo-glue-scheduled-aggregators: page hits as JSON, counted each hour in three ways by a Glue job (here: by this story).

PROJECT = "demo-glue-scheduled-aggregators-123456789012"
JSON = {
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
}
PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    },
}
HOUR = ["year", "month", "day", "hour"]


def cdk_table(database, name, place, columns, storage, keys):
    """A table as the project's CloudFormation template describes it: without a TableType."""
    descriptor = storage | {"Columns": [{"Name": column, "Type": kind} for column, kind in columns.items()], "Location": f"s3://{PROJECT}/{place}/"}
    described = {"Name": name, "StorageDescriptor": descriptor, "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys]}
    glue.create_table(DatabaseName=database, TableInput=described)


def add_partition(database, name, values):
    """Registers a partition, as the Glue job's sink does, and its folder."""
    found = glue.get_table(DatabaseName=database, Name=name)["Table"]
    folder = "".join(f"{key['Name']}={value}/" for key, value in zip(found["PartitionKeys"], values, strict=True))
    descriptor = found["StorageDescriptor"] | {"Location": found["StorageDescriptor"]["Location"] + folder}
    partition = {"Values": values, "StorageDescriptor": descriptor}
    errors = glue.batch_create_partition(DatabaseName=database, TableName=name, PartitionInputList=[partition]).get("Errors", [])
    equal(errors, [])
    return descriptor["Location"]


def hits():
    """A few hours of page hits: (year, month, day, hour, minute), record."""
    for number in range(60):
        hour, minute = f"{12 + number % 3:02}", f"{number % 4 * 15:02}"
        yield ("2024", "07", "09", hour, minute), {
            "GroupID": number % 2 + 1,
            "CountryCode": ["US", "BR", "DE", "PT"][number % 4],
            "UserAgent": ["Mozilla/5.0 (X11; Linux x86_64)", 'odd "agent", 1.0'][number % 5 == 0],
            "Language": "en",
            "Domain": ["a.com", "b.com"][number % 7 == 0],
            "Timestamp": f"2024-07-09T{hour}:{minute}:{number:02}.000Z",
        }


@chapter
def page_hits_are_counted_each_hour():
    s3.create_bucket(Bucket=PROJECT)
    s3.put_bucket_versioning(Bucket=PROJECT, VersioningConfiguration={"Status": "Enabled"})
    for name in ["demo-raw-data", "demo-aggregated-data"]:
        glue.create_database(DatabaseInput={"Name": name})
    texts = dict.fromkeys(["countrycode", "useragent", "language", "domain", "timestamp"], "string")
    cdk_table("demo-raw-data", "raw_data", "raw_data", {"groupid": "int"} | texts, JSON, [*HOUR, "minute"])
    made = {
        "hits_by_domain_and_groupid": ({"groupid": "int", "domain": "string"}, JSON, ["GroupID", "Domain"]),
        "hits_by_useragent": ({"useragent": "string"}, PARQUET, ["UserAgent"]),
        "hits_by_country": ({"countrycode": "string"}, PARQUET, ["CountryCode"]),
    }
    for name, (columns, storage, _) in made.items():
        cdk_table("demo-aggregated-data", name, f"aggregated_data/{name}", columns | {"hitcount": "bigint"}, storage, HOUR)
        equal(select(f'SELECT * FROM "demo-aggregated-data"."{name}";'), [], "before the first run")

    files = collections.defaultdict(list)
    for minute, hit in hits():
        files[minute].append(hit)
    for minute, found in files.items():
        put(f"{add_partition('demo-raw-data', 'raw_data', list(minute))}hits.json", "".join(json.dumps(hit) + "\n" for hit in found))

    # What the Glue job does: each hour's counts go to a partition of each table, under the names that Spark has.
    expected = {}
    for name, (_, storage, fields) in made.items():
        counts = collections.Counter((minute[:4], tuple(hit[field] for field in fields)) for minute, hit in hits())
        expected[name] = sorted([*map(str, group), str(count), *hour] for (hour, group), count in counts.items())
        for hour in sorted({hour for hour, _ in counts}):
            rows = [dict(zip(fields, group)) | {"hitCount": count} for (at, group), count in counts.items() if at == hour]
            place = add_partition("demo-aggregated-data", name, list(hour))
            if storage is JSON:
                put(f"{place}run-1-part-r-00000", "".join(json.dumps(row) + "\n" for row in rows))
            else:
                file = io.BytesIO()
                pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), file, compression="snappy")
                put(f"{place}run-1-part-block-0-r-00000-snappy.parquet", file.getvalue())

    for name in made:
        equal(sorted(select(f'SELECT * FROM "demo-aggregated-data"."{name}";')), expected[name], name)
    raw = select('SELECT * FROM "demo-raw-data"."raw_data" limit 10')
    everything = [[str(hit[field]) for field in hit] + list(minute) for minute, hit in hits()]
    equal(len(raw), 10)
    assert all(row in everything for row in raw), raw
    equal(sorted(select('SELECT * FROM "demo-raw-data"."raw_data"')), sorted(everything))
    # The tables and what they were made of agree.
    wrong = """SELECT r.hour, r.countrycode FROM
        (SELECT hour, countrycode, count(*) AS n FROM "demo-raw-data".raw_data GROUP BY 1, 2) AS r
        FULL JOIN "demo-aggregated-data".hits_by_country AS c ON c.hour = r.hour AND c.countrycode = r.countrycode
        WHERE r.n IS DISTINCT FROM c.hitcount"""
    equal(select(wrong), [])
    one = "SELECT sum(hitcount) FROM hits_by_useragent WHERE year = '2024' AND month = '07' AND day = '09' AND hour = '13'"
    equal(value(one, "demo-aggregated-data"), "20")
    everything, some = (run(f"SELECT * FROM raw_data {where}", "demo-raw-data")["Statistics"]["DataScannedInBytes"] for where in ("", "WHERE hour = '13'"))
    assert some < everything, "the other hours are not read"


if __name__ == "__main__":
    buckets("athena-results")
    sys.exit(tell("seeds", f"awswrangler {awswrangler.__version__}, boto3 {boto3.__version__}"))
