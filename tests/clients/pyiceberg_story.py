#!/usr/bin/env python3
"""PyIceberg's Glue catalog, told in chapters: what a client that knows Iceberg makes of a catalog whose tables are Hive's.

AWS_ENDPOINT_URL  the server
ONLY              runs the chapters whose names contain this text
"""

import os
import sys

import boto3
import pyiceberg
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import (
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchIcebergTableError,
    NoSuchNamespaceError,
    NoSuchPropertyException,
    NoSuchTableError,
)

from chapters import chapter, equal, tell

LAKE = "s3://iceberg-lake"


def fresh():
    # Its files come through pyarrow, which does not read AWS_ENDPOINT_URL.
    return load_catalog("glue", type="glue", warehouse=LAKE, **{"s3.endpoint": os.environ["AWS_ENDPOINT_URL"]})


def raises(expected, call, *arguments, **named):
    try:
        answer = call(*arguments, **named)
    except expected as error:
        return str(error)
    raise AssertionError(f"{expected} expected, answered {answer}")


def hive_table(database, name, **parameters):
    descriptor = {
        "Columns": [{"Name": "n", "Type": "bigint"}],
        "Location": f"{LAKE}/{database}/{name}/",
        "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
    }
    described = {"Name": name, "TableType": "EXTERNAL_TABLE", "Parameters": parameters, "StorageDescriptor": descriptor}
    boto3.client("glue").create_table(DatabaseName=database, TableInput=described)


@chapter
def namespaces_are_databases():
    catalog = fresh()
    catalog.create_namespace("ice", {"Description": "of ice", "location": f"{LAKE}/ice", "team": "ingest"})
    raises(NamespaceAlreadyExistsError, catalog.create_namespace, "ice")
    catalog.create_namespace_if_not_exists("ice")
    assert ("ice",) in catalog.list_namespaces()
    assert catalog.namespace_exists("ice") and not catalog.namespace_exists("absent")
    properties = catalog.load_namespace_properties("ice")
    equal((properties["team"], properties["location"]), ("ingest", f"{LAKE}/ice"))
    found = boto3.client("glue").get_database(Name="ice")["Database"]
    equal((found["Description"], found["LocationUri"]), ("of ice", f"{LAKE}/ice"))
    summary = catalog.update_namespace_properties("ice", removals={"team"}, updates={"stage": "test"})
    equal((summary.removed, summary.updated), (["team"], ["stage"]))
    equal(catalog.load_namespace_properties("ice")["stage"], "test")
    assert "team" not in catalog.load_namespace_properties("ice")
    raises(NoSuchNamespaceError, catalog.load_namespace_properties, "absent")
    catalog.drop_namespace("ice")
    raises(NoSuchNamespaceError, catalog.drop_namespace, "ice")
    assert ("ice",) not in catalog.list_namespaces()


@chapter
def many_namespaces_are_listed():
    catalog = fresh()
    names = [(f"many_{number:03}",) for number in range(120)]
    for name in names:
        catalog.create_namespace(name)
    equal(sorted(name for name in catalog.list_namespaces() if name[0].startswith("many_")), names)
    for name in names:
        catalog.drop_namespace(name)


@chapter
def tables_of_hive_are_no_icebergs():
    catalog = fresh()
    catalog.create_namespace("mixed")
    hive_table("mixed", "plain", classification="parquet")
    hive_table("mixed", "berg", table_type="ICEBERG", metadata_location=f"{LAKE}/mixed/berg/metadata/0.metadata.json")
    equal(catalog.list_tables("mixed"), [("mixed", "berg")], "only tables of Iceberg are listed")
    raises(NoSuchNamespaceError, catalog.list_tables, "absent")
    hive_table("mixed", "other", table_type="delta")
    words = raises(NoSuchPropertyException, catalog.load_table, "mixed.plain")
    assert "table_type missing" in words, words
    raises(NoSuchIcebergTableError, catalog.load_table, "mixed.other")
    raises(NoSuchTableError, catalog.load_table, "mixed.absent")
    assert not catalog.table_exists("mixed.absent")
    raises(FileNotFoundError, catalog.load_table, "mixed.berg")  # its metadata are not there
    raises(NamespaceNotEmptyError, catalog.drop_namespace, "mixed")
    catalog.drop_table("mixed.berg")
    raises(NoSuchTableError, catalog.drop_table, "mixed.berg")
    equal(catalog.list_tables("mixed"), [])
    for name in ["plain", "other"]:
        boto3.client("glue").delete_table(DatabaseName="mixed", Name=name)
    catalog.drop_namespace("mixed")


@chapter
def no_views_are_listed():
    catalog = fresh()
    catalog.create_namespace("viewed")
    raises(NotImplementedError, catalog.list_views, "viewed")
    catalog.drop_namespace("viewed")


if __name__ == "__main__":
    boto3.client("s3").create_bucket(Bucket="iceberg-lake")
    sys.exit(tell("pyiceberg", f"pyiceberg {pyiceberg.__version__}, boto3 {boto3.__version__}"))
