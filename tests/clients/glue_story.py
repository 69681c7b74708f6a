#!/usr/bin/env python3
"""The Glue Data Catalog as boto3 meets it, told in chapters, each in databases of its own.

AWS_ENDPOINT_URL  the server
ONLY              runs the chapters whose names contain this text
"""

import datetime
import os
import sys
import time

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError

from chapters import chapter, equal, tell

ACCOUNT = "123456789012"


def client(checked=True):
    """A client that does not retry, so that each error is seen; `checked=False` sends what boto3 would refuse."""
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=checked, read_timeout=30)
    return boto3.client("glue", region_name="us-east-1", config=config)


glue = client()


# What chapters share.


def refused(code, call, message=None, **request):
    """The error that the call must fail with."""
    try:
        answer = call(**request)
    except ClientError as error:
        equal(error.response["Error"]["Code"], code, error)
        if message is not None:
            equal(error.response["Error"]["Message"], message)
        return error
    raise AssertionError(f"{code} expected, answered {answer}")


def body(answer):
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def database(name):
    glue.create_database(DatabaseInput={"Name": name})
    return name


def table(db, name, keys=(), **more):
    description = {"Name": name, "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in keys], **more}
    glue.create_table(DatabaseName=db, TableInput=description)
    return {"DatabaseName": db, "TableName": name}


def partitions(where, rows, **more):
    """Adds partitions, a hundred in a call."""
    inputs = [{"Values": list(row), **more} for row in rows]
    for start in range(0, len(inputs), 100):
        answer = glue.batch_create_partition(PartitionInputList=inputs[start : start + 100], **where)
        equal(answer.get("Errors", []), [])


def pages(operation, member, **request):
    return [entry for page in glue.get_paginator(operation).paginate(**request) for entry in page[member]]


def values(where, expression=None, **more):
    asked = {} if expression is None else {"Expression": expression}
    return sorted("/".join(p["Values"]) for p in pages("get_partitions", "Partitions", **where, **asked, **more))


# Databases and tables.


@chapter
def databases_come_and_go():
    description = {
        "Name": "Shop_One",
        "Description": "a shop",
        "LocationUri": "s3://lake/shop/",
        "Parameters": {"owner": "me"},
        "CreateTableDefaultPermissions": [
            {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}
        ],
    }
    glue.create_database(DatabaseInput=description, Tags={"team": "data"})
    found = glue.get_database(Name="SHOP_ONE")["Database"]
    equal({key: found[key] for key in description}, description | {"Name": "shop_one"})
    equal(found["CatalogId"], ACCOUNT)
    assert isinstance(found["CreateTime"], datetime.datetime)
    refused(
        "AlreadyExistsException", glue.create_database, "Database already exists.", DatabaseInput={"Name": "shop_one"}
    )
    glue.update_database(Name="shop_one", DatabaseInput={"Name": "shop_one", "Description": "closed"})
    found = glue.get_database(Name="shop_one")["Database"]
    equal((found["Description"], found.get("Parameters")), ("closed", None))
    table("shop_one", "orders")
    glue.delete_database(Name="shop_one")
    refused("EntityNotFoundException", glue.get_database, "Database shop_one not found.", Name="shop_one")
    refused("EntityNotFoundException", glue.update_database, Name="shop_one", DatabaseInput={"Name": "shop_one"})
    refused("EntityNotFoundException", glue.delete_database, Name="shop_one")
    database("shop_one")
    equal(glue.get_tables(DatabaseName="shop_one")["TableList"], [], "tables do not come back")
    arn = f"arn:aws:glue:us-east-1:{ACCOUNT}:database/shop_one"
    equal(glue.get_tags(ResourceArn=arn)["Tags"], {}, "tags do not come back")


@chapter
def a_table_says_what_it_was_told():
    db = database("tables")
    described = {
        "Name": "orders",
        "Description": "sold",
        "Owner": "me",
        "Retention": 7,
        "LastAccessTime": datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc),
        "StorageDescriptor": {
            "Columns": [
                {"Name": "id", "Type": "bigint", "Comment": "key", "Parameters": {"a": "b"}},
                {"Name": "items", "Type": "array<struct<sku:string,qty:int>>"},
            ],
            "Location": "s3://lake/orders/",
            "InputFormat": "in",
            "OutputFormat": "out",
            "Compressed": True,
            "NumberOfBuckets": 4,
            "SerdeInfo": {"Name": "s", "SerializationLibrary": "lib", "Parameters": {"serialization.format": "1"}},
            "BucketColumns": ["id"],
            "SortColumns": [{"Column": "id", "SortOrder": 1}],
            "Parameters": {"p": "q"},
            "SkewedInfo": {"SkewedColumnNames": ["id"], "SkewedColumnValues": ["1"]},
            "StoredAsSubDirectories": False,
        },
        "PartitionKeys": [{"Name": "day", "Type": "date"}],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "parquet"},
    }
    glue.create_table(DatabaseName=db, TableInput=described)
    found = glue.get_table(DatabaseName=db, Name="ORDERS")["Table"]
    equal({key: found[key] for key in described}, described)
    equal((found["VersionId"], found["CatalogId"], found["IsRegisteredWithLakeFormation"]), ("0", ACCOUNT, False))
    view = {"Name": "v", "TableType": "VIRTUAL_VIEW", "ViewOriginalText": "/* Presto */", "ViewExpandedText": "x"}
    glue.create_table(DatabaseName=db, TableInput=view)
    found = glue.get_table(DatabaseName=db, Name="v")["Table"]
    equal((found["ViewOriginalText"], found["ViewExpandedText"]), ("/* Presto */", "x"))
    refused("EntityNotFoundException", glue.get_table, "Table none not found.", DatabaseName=db, Name="none")
    refused("EntityNotFoundException", glue.get_table, "Database none not found.", DatabaseName="none", Name="t")
    refused(
        "InvalidInputException",
        glue.create_table,
        DatabaseName=db,
        TableInput={"Name": "ice"},
        OpenTableFormatInput={"IcebergInput": {"MetadataOperation": "CREATE"}},
    )
    answer = glue.batch_delete_table(DatabaseName=db, TablesToDelete=["orders", "none", "V"])
    equal(
        [(error["TableName"], error["ErrorDetail"]["ErrorCode"]) for error in answer["Errors"]],
        [("none", "EntityNotFoundException")],
    )
    equal(glue.get_tables(DatabaseName=db)["TableList"], [])


@chapter
def tables_are_found_by_patterns_and_words():
    db = database("found")
    for name in ["orders_2023", "orders_2024", "customers", "Customers_Old"]:
        table(db, name, Description=f"about {name}", Parameters={"layer": "gold" if "orders" in name else "raw"})
    for expression, expected in [
        ("orders*", ["orders_2023", "orders_2024"]),
        ("*2023|*old", ["customers_old", "orders_2023"]),
        ("CUSTOMERS", ["customers"]),
        ("orders_\\d+", ["orders_2023", "orders_2024"]),
        (".*_.*", ["customers_old", "orders_2023", "orders_2024"]),
        ("nothing", []),
    ]:
        equal(
            [t["Name"] for t in glue.get_tables(DatabaseName=db, Expression=expression)["TableList"]],
            expected,
            expression,
        )
    refused("InvalidInputException", glue.get_tables, DatabaseName=db, Expression="(")
    equal(
        [
            t["Name"]
            for t in pages(
                "get_tables", "TableList", DatabaseName=db, PaginationConfig={"PageSize": 1}, Expression="orders*"
            )
        ],
        ["orders_2023", "orders_2024"],
    )

    def search(**request):
        request.setdefault("Filters", []).append({"Key": "DatabaseName", "Value": db})
        names, token = [], None
        while token is not None or not names:
            answer = glue.search_tables(MaxResults=1, **request, **({"NextToken": token} if token else {}))
            names += [t["Name"] for t in answer["TableList"]]
            token = answer.get("NextToken")
            if token is None:
                return names

    equal(search(SearchText="2024"), ["orders_2024"])
    equal(search(SearchText="orders gold"), ["orders_2023", "orders_2024"])
    equal(search(SearchText='"about customers"'), ["customers"])
    equal(search(SearchText="order"), [])
    equal(search(Filters=[{"Key": "layer", "Value": "raw"}]), ["customers", "customers_old"])
    equal(search(Filters=[{"Key": "CreateTime", "Value": "1", "Comparator": "LESS_THAN"}]), [])
    equal(len(search(Filters=[{"Key": "CreateTime", "Value": "1", "Comparator": "GREATER_THAN"}])), 4)
    equal(search(SortCriteria=[{"FieldName": "Name", "Sort": "DESC"}])[0], "orders_2024")


@chapter
def updates_leave_versions():
    db = database("versions")
    where = table(db, "t", Description="0")
    update = lambda text, **more: glue.update_table(
        DatabaseName=db, TableInput={"Name": "t", "Description": text}, **more
    )
    update("1")
    update("2", VersionId="1")
    error = refused("ConcurrentModificationException", update, text="x", VersionId="1")
    equal(error.response["Error"]["Message"], "Update table failed due to concurrent modifications.")
    update("3", SkipArchive=True)
    listed = pages("get_table_versions", "TableVersions", PaginationConfig={"PageSize": 1}, **where)
    equal(
        [(v["VersionId"], v["Table"]["Description"], v["Table"]["VersionId"]) for v in listed],
        [("3", "3", "3"), ("1", "1", "1"), ("0", "0", "0")],
    )
    equal(glue.get_table_version(VersionId="1", **where)["TableVersion"]["Table"]["Description"], "1")
    equal(glue.get_table_version(**where)["TableVersion"]["VersionId"], "3")
    refused("EntityNotFoundException", glue.get_table_version, "Version not found.", VersionId="2", **where)
    refused("InvalidInputException", glue.get_table_version, VersionId="x", **where)
    glue.delete_table_version(VersionId="1", **where)
    refused("InvalidInputException", glue.delete_table_version, VersionId="3", **where)
    errors = glue.batch_delete_table_version(VersionIds=["0", "1"], **where)["Errors"]
    equal([(e["VersionId"], e["ErrorDetail"]["ErrorCode"]) for e in errors], [("1", "EntityNotFoundException")])
    equal([v["VersionId"] for v in glue.get_table_versions(**where)["TableVersions"]], ["3"])
    glue.delete_table(DatabaseName=db, Name="t")
    table(db, "t")
    equal(
        [v["VersionId"] for v in glue.get_table_versions(**where)["TableVersions"]], ["0"], "versions do not come back"
    )


# Partitions.


@chapter
def partitions_one_by_one_and_in_batches():
    where = table(database("partitions"), "t", [("day", "string"), ("hour", "int")])
    described = {
        "Values": ["d1", "1"],
        "StorageDescriptor": {"Location": "s3://lake/a/", "Columns": [{"Name": "c", "Type": "int"}]},
        "Parameters": {"a": "b"},
    }
    glue.create_partition(PartitionInput=described, **where)
    found = glue.get_partition(PartitionValues=["d1", "1"], **where)["Partition"]
    equal({key: found[key] for key in described}, described)
    equal((found["DatabaseName"], found["TableName"], found["CatalogId"]), ("partitions", "t", ACCOUNT))
    refused(
        "AlreadyExistsException", glue.create_partition, "Partition already exists.", PartitionInput=described, **where
    )
    mismatch = "The number of partition keys do not match the number of partition values"
    refused("InvalidInputException", glue.create_partition, mismatch, PartitionInput={"Values": ["d1"]}, **where)
    refused(
        "EntityNotFoundException", glue.get_partition, "Cannot find partition.", PartitionValues=["d1", "2"], **where
    )
    answer = glue.batch_create_partition(PartitionInputList=[{"Values": ["d1", h]} for h in "123"], **where)
    equal(
        [(e["PartitionValues"], e["ErrorDetail"]["ErrorCode"]) for e in answer["Errors"]],
        [(["d1", "1"], "AlreadyExistsException")],
    )
    answer = glue.batch_get_partition(PartitionsToGet=[{"Values": ["d1", h]} for h in "391"], **where)
    equal([p["Values"] for p in answer["Partitions"]], [["d1", "3"], ["d1", "1"]])
    equal(answer["UnprocessedKeys"], [])
    glue.update_partition(
        PartitionValueList=["d1", "1"], PartitionInput={"Values": ["d1", "9"], "Parameters": {"new": "1"}}, **where
    )
    equal(values(where), ["d1/2", "d1/3", "d1/9"])
    refused(
        "AlreadyExistsException",
        glue.update_partition,
        PartitionValueList=["d1", "2"],
        PartitionInput={"Values": ["d1", "3"]},
        **where,
    )
    refused(
        "EntityNotFoundException",
        glue.update_partition,
        PartitionValueList=["d1", "1"],
        PartitionInput={"Values": ["d1", "1"]},
        **where,
    )
    answer = glue.batch_update_partition(
        Entries=[
            {"PartitionValueList": ["d1", h], "PartitionInput": {"Values": ["d1", h], "Parameters": {"h": h}}}
            for h in "27"
        ],
        **where,
    )
    equal(
        [(e["PartitionValueList"], e["ErrorDetail"]["ErrorCode"]) for e in answer["Errors"]],
        [(["d1", "7"], "EntityNotFoundException")],
    )
    equal(glue.get_partition(PartitionValues=["d1", "2"], **where)["Partition"]["Parameters"], {"h": "2"})
    glue.delete_partition(PartitionValues=["d1", "2"], **where)
    refused("EntityNotFoundException", glue.delete_partition, PartitionValues=["d1", "2"], **where)
    answer = glue.batch_delete_partition(PartitionsToDelete=[{"Values": ["d1", h]} for h in "239"], **where)
    equal([e["PartitionValues"] for e in answer["Errors"]], [["d1", "2"]])
    equal(values(where), [])


@chapter
def expressions_select_by_typed_values():
    keys = [
        ("Day", "date"),
        ("hour", "int"),
        ("region", "string"),
        ("price", "decimal(10,2)"),
        ("at", "timestamp"),
        ("ratio", "double"),
    ]
    where = table(database("expressions"), "t", keys)
    rows = [
        ("2024-01-31", "9", "eu-west", "2.60", "2024-01-31 09:00:00", "1"),
        ("2024-02-01", "10", "us'1", "10", "2024-02-01 10:00:00.5", "1"),
        ("2024-02-29", "100", "Ünder_50%", "1e3", "2024-02-29 23:59:59", "1"),
        ("__HIVE_DEFAULT_PARTITION__", "-1", "__HIVE_DEFAULT_PARTITION__", "0", "2024-03-01 00:00:00", "1"),
    ]
    partitions(where, rows)
    hours = lambda expression: ",".join(value.split("/")[1] for value in values(where, expression))
    for expression, expected in [
        ("", "9,10,100,-1"),
        ("   ", "9,10,100,-1"),
        ("hour > 9", "10,100"),
        ("hour > '9'", "10,100"),
        ("9 < hour", "10,100"),
        ("HOUR IN (9, '10', -1)", "9,10,-1"),
        ("hour NOT IN (9)", "10,100,-1"),
        ("hour between 10 and 100", "10,100"),
        ("hour not between 10 and 100", "9,-1"),
        ("hour = 9 or hour = 10 and region = 'nowhere'", "9"),
        ("(hour = 9 or hour = 10) and region = 'nowhere'", ""),
        ("not hour = 9 and not (hour = 10)", "100,-1"),
        ("hour != 9 and hour <> 10", "100,-1"),
        ("((hour)) >= ((100))", "100"),
        ("day >= '2024-02-01'", "10,100"),
        ("DAY < DATE '2024-02-01'", "9"),
        ("`day` = date '2024-02-29' or \"day\" = '2024-01-31'", "9,100"),
        ("day is null", "-1"),
        ("day is not null and hour < 100", "9,10"),
        ("not day = '2024-02-01'", "9,100"),
        ("region = '__HIVE_DEFAULT_PARTITION__'", "-1"),
        ("region = 'us''1'", "10"),
        ("region like 'eu%'", "9"),
        ("region like '_____1' or region like '____'", "10"),
        ("region like 'Ü%\x5f50%'", "100"),
        ("price > 2.6", "10,100"),
        ("price = 2.6 or price = '1000.000'", "9,100"),
        ("at > timestamp '2024-02-01 10:00:00'", "10,100,-1"),
        ("at = '2024-02-01 10:00:00.500'", "10"),
    ]:
        equal(hours(expression), expected, expression)
    # What is not understood matches nothing: it is refused.
    for expression, message in [
        ("hour", "Unsupported expression 'hour'"),
        ("hour = ", "Unsupported expression 'hour = '"),
        ("hour = 1 hour = 2", "Unsupported expression 'hour = 1 hour = 2'"),
        ("hour == 1", "Unsupported expression 'hour == 1'"),
        ("hour = day", "Unsupported expression 'hour = day'"),
        ("1 = 1", "Unsupported expression '1 = 1'"),
        ("region = 'open", "Unsupported expression 'region = 'open'"),
        ("hour in ()", "Unsupported expression 'hour in ()'"),
        ("year(day) = 2024", "Unsupported expression 'year(day) = 2024'"),
        ("minute = 1", "Invalid partition expression!"),
        ("hour = 'nine'", '"nine" is not an integer.'),
        ("hour in (2.5)", '"2.5" is not an integer.'),
        ("day = '2024-02-30'", "2024-02-30 is not a date."),
        ("price = 'x'", "x is not a decimal."),
        ("hour like '1%'", "Integral data type doesn't support operation 'LIKE'"),
        ("at like '2024%'", "Timestamp data type doesn't support operation 'LIKE'"),
        ("ratio = 1", "Unknown type : 'double'"),
    ]:
        refused("InvalidInputException", glue.get_partitions, message, Expression=expression, **where)
    refused("ValidationException", client(checked=False).get_partitions, Expression="hour = 1" + " " * 2048, **where)


@chapter
def a_value_of_another_type_is_a_state():
    where = table(database("states"), "t", [("hour", "int")])
    partitions(where, [("1",), ("ten",)])
    refused("InvalidStateException", glue.get_partitions, '"ten" is not an integer.', Expression="hour = 1", **where)
    equal(values(where), ["1", "ten"])


@chapter
def segments_are_disjoint_and_together_whole():
    where = table(database("segments"), "t", [("n", "int")])
    partitions(where, [(str(n),) for n in range(50)])
    parts = [values(where, "n < 40", Segment={"SegmentNumber": number, "TotalSegments": 4}) for number in range(4)]
    equal(sorted(sum(parts, [])), sorted(str(n) for n in range(40)))
    assert all(parts), "each segment has some"
    refused("InvalidInputException", glue.get_partitions, Segment={"SegmentNumber": 4, "TotalSegments": 4}, **where)
    partitions(where, [("99",)], StorageDescriptor={"Location": "s3://x/", "Columns": [{"Name": "c", "Type": "int"}]})
    slim = pages("get_partitions", "Partitions", Expression="n = 99", ExcludeColumnSchema=True, **where)
    equal(slim[0]["StorageDescriptor"], {"Location": "s3://x/"})
    refused("InvalidInputException", glue.get_partitions, NextToken="made up", **where)


@chapter
def ten_thousand_partitions_are_searched_at_once():
    where = table(database("many"), "t", [("day", "string"), ("hour", "int")])
    columns = [{"Name": f"c{number}", "Type": "string"} for number in range(30)]
    rows = [(f"d{day:03}", str(hour)) for day in range(400) for hour in range(25)]
    partitions(where, rows, StorageDescriptor={"Columns": columns, "Location": "s3://lake/t/"})
    started = time.monotonic()
    equal(values(where, "day = 'd399' and hour in (3, 24)"), ["d399/24", "d399/3"])
    took = time.monotonic() - started
    assert took < 1, f"a selective expression took {took:.2f} s"
    equal(len(values(where, "hour >= 20", ExcludeColumnSchema=True)), 2000)


@chapter
def indexes_are_kept():
    where = table(database("indexes"), "t", [("day", "string"), ("hour", "int")])
    glue.create_partition_index(PartitionIndex={"Keys": ["hour", "day"], "IndexName": "both"}, **where)
    index = glue.get_partition_indexes(**where)["PartitionIndexDescriptorList"][0]
    equal((index["IndexName"], index["IndexStatus"]), ("both", "ACTIVE"))
    equal(index["Keys"], [{"Name": "hour", "Type": "int"}, {"Name": "day", "Type": "string"}])
    create = glue.create_partition_index
    refused("AlreadyExistsException", create, PartitionIndex={"Keys": ["day"], "IndexName": "both"}, **where)
    refused("InvalidInputException", create, PartitionIndex={"Keys": ["year"], "IndexName": "other"}, **where)
    for name in "ab":
        create(PartitionIndex={"Keys": ["day"], "IndexName": name}, **where)
    refused("ResourceNumberLimitExceededException", create, PartitionIndex={"Keys": ["day"], "IndexName": "c"}, **where)
    glue.delete_partition_index(IndexName="both", **where)
    refused("EntityNotFoundException", glue.delete_partition_index, IndexName="both", **where)
    equal([i["IndexName"] for i in glue.get_partition_indexes(**where)["PartitionIndexDescriptorList"]], ["a", "b"])


# What else a catalog keeps.


@chapter
def statistics_come_back_as_they_were_given():
    where = table(database("statistics"), "t", [("day", "string")])
    partitions(where, [("d1",)])
    analyzed = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    data = {
        "flag": (
            "boolean",
            {
                "Type": "BOOLEAN",
                "BooleanColumnStatisticsData": {"NumberOfTrues": 1, "NumberOfFalses": 2, "NumberOfNulls": 0},
            },
        ),
        "at": (
            "date",
            {
                "Type": "DATE",
                "DateColumnStatisticsData": {
                    "MinimumValue": analyzed,
                    "MaximumValue": analyzed,
                    "NumberOfNulls": 0,
                    "NumberOfDistinctValues": 1,
                },
            },
        ),
        "price": (
            "decimal(5,2)",
            {
                "Type": "DECIMAL",
                "DecimalColumnStatisticsData": {
                    "MinimumValue": {"UnscaledValue": b"\x01\x02", "Scale": 2},
                    "NumberOfNulls": 0,
                    "NumberOfDistinctValues": 1,
                },
            },
        ),
        "ratio": (
            "double",
            {
                "Type": "DOUBLE",
                "DoubleColumnStatisticsData": {
                    "MinimumValue": -1.5,
                    "MaximumValue": 2.0,
                    "NumberOfNulls": 0,
                    "NumberOfDistinctValues": 1,
                },
            },
        ),
        "id": (
            "bigint",
            {
                "Type": "LONG",
                "LongColumnStatisticsData": {
                    "MinimumValue": -(2**62),
                    "MaximumValue": 2**62,
                    "NumberOfNulls": 0,
                    "NumberOfDistinctValues": 1,
                },
            },
        ),
        "name": (
            "string",
            {
                "Type": "STRING",
                "StringColumnStatisticsData": {
                    "MaximumLength": 9,
                    "AverageLength": 4.5,
                    "NumberOfNulls": 0,
                    "NumberOfDistinctValues": 1,
                },
            },
        ),
        "raw": (
            "binary",
            {
                "Type": "BINARY",
                "BinaryColumnStatisticsData": {"MaximumLength": 9, "AverageLength": 4.5, "NumberOfNulls": 0},
            },
        ),
    }
    given = [
        {"ColumnName": name, "ColumnType": kind, "AnalyzedTime": analyzed, "StatisticsData": is_}
        for name, (kind, is_) in data.items()
    ]
    partition = {"PartitionValues": ["d1"]}
    for suffix, which in [("table", where), ("partition", where | partition)]:
        update = getattr(glue, f"update_column_statistics_for_{suffix}")
        get = getattr(glue, f"get_column_statistics_for_{suffix}")
        delete = getattr(glue, f"delete_column_statistics_for_{suffix}")
        equal(update(ColumnStatisticsList=given, **which).get("Errors", []), [])
        answer = get(ColumnNames=[*data, "none"], **which)
        equal(answer["ColumnStatisticsList"], given)
        equal(
            [(e["ColumnName"], e["Error"]["ErrorCode"]) for e in answer["Errors"]],
            [("none", "EntityNotFoundException")],
        )
        delete(ColumnName="id", **which)
        refused("EntityNotFoundException", delete, ColumnName="id", **which)
        equal(get(ColumnNames=["id"], **which)["ColumnStatisticsList"], [])
    refused(
        "EntityNotFoundException",
        glue.get_column_statistics_for_partition,
        PartitionValues=["d2"],
        ColumnNames=["id"],
        **where,
    )
    bad = [given[0] | {"StatisticsData": {"Type": "FLOAT"}}]
    refused(
        "ValidationException",
        client(checked=False).update_column_statistics_for_table,
        ColumnStatisticsList=bad,
        **where,
    )


@chapter
def functions_are_described():
    db = database("functions")
    described = {
        "FunctionName": "Mask",
        "ClassName": "com.shop.Mask",
        "OwnerName": "me",
        "OwnerType": "USER",
        "ResourceUris": [{"ResourceType": "JAR", "Uri": "s3://code/mask.jar"}],
    }
    glue.create_user_defined_function(DatabaseName=db, FunctionInput=described)
    found = glue.get_user_defined_function(DatabaseName=db, FunctionName="MASK")["UserDefinedFunction"]
    equal({key: found[key] for key in described}, described | {"FunctionName": "mask"})
    equal(found["DatabaseName"], db)
    refused("AlreadyExistsException", glue.create_user_defined_function, DatabaseName=db, FunctionInput=described)
    glue.create_user_defined_function(DatabaseName=db, FunctionInput={"FunctionName": "unmask"})
    names = lambda **request: [
        f["FunctionName"] for f in pages("get_user_defined_functions", "UserDefinedFunctions", **request)
    ]
    equal(names(DatabaseName=db, Pattern="*mask", PaginationConfig={"PageSize": 1}), ["mask", "unmask"])
    equal(names(Pattern="mask"), ["mask"])
    glue.update_user_defined_function(
        DatabaseName=db, FunctionName="mask", FunctionInput={"ClassName": "com.shop.Other"}
    )
    equal(
        glue.get_user_defined_function(DatabaseName=db, FunctionName="mask")["UserDefinedFunction"]["ClassName"],
        "com.shop.Other",
    )
    glue.delete_user_defined_function(DatabaseName=db, FunctionName="mask")
    refused("EntityNotFoundException", glue.get_user_defined_function, DatabaseName=db, FunctionName="mask")
    refused("EntityNotFoundException", glue.delete_user_defined_function, DatabaseName=db, FunctionName="mask")


@chapter
def connections_are_kept_without_connecting():
    described = {
        "Name": "Shop-DB",
        "Description": "the shop",
        "ConnectionType": "JDBC",
        "MatchCriteria": ["prod", "eu"],
        "ConnectionProperties": {"JDBC_CONNECTION_URL": "jdbc:mysql://db/shop", "USERNAME": "u", "PASSWORD": "p"},
        "SparkProperties": {"a": "b"},
        "PhysicalConnectionRequirements": {
            "SubnetId": "subnet-1",
            "SecurityGroupIdList": ["sg-1"],
            "AvailabilityZone": "us-east-1a",
        },
    }
    equal(glue.create_connection(ConnectionInput=described)["CreateConnectionStatus"], "READY")
    found = glue.get_connection(Name="Shop-DB")["Connection"]
    equal({key: found[key] for key in described}, described)
    assert (
        "PASSWORD" not in glue.get_connection(Name="Shop-DB", HidePassword=True)["Connection"]["ConnectionProperties"]
    )
    refused("AlreadyExistsException", glue.create_connection, ConnectionInput=described)
    glue.create_connection(
        ConnectionInput={
            "Name": "topic",
            "ConnectionType": "KAFKA",
            "ConnectionProperties": {"KAFKA_BOOTSTRAP_SERVERS": "b:9092"},
        }
    )
    names = lambda **request: [c["Name"] for c in pages("get_connections", "ConnectionList", **request)]
    equal(names(PaginationConfig={"PageSize": 1}), ["Shop-DB", "topic"])
    equal(names(Filter={"ConnectionType": "KAFKA"}), ["topic"])
    equal(names(Filter={"MatchCriteria": ["eu"]}), ["Shop-DB"])
    glue.update_connection(
        Name="topic",
        ConnectionInput={
            "Name": "topic",
            "ConnectionType": "KAFKA",
            "ConnectionProperties": {"KAFKA_BOOTSTRAP_SERVERS": "c:9092"},
        },
    )
    equal(
        glue.get_connection(Name="topic")["Connection"]["ConnectionProperties"], {"KAFKA_BOOTSTRAP_SERVERS": "c:9092"}
    )
    answer = glue.batch_delete_connection(ConnectionNameList=["topic", "none"])
    equal((answer["Succeeded"], list(answer["Errors"])), (["topic"], ["none"]))
    glue.delete_connection(ConnectionName="Shop-DB")
    refused("EntityNotFoundException", glue.get_connection, Name="Shop-DB")


@chapter
def tags_are_on_what_there_is():
    table(database("tagged"), "t")
    arn = lambda resource: f"arn:aws:glue:us-east-1:{ACCOUNT}:{resource}"
    for resource in ["database/tagged", "table/tagged/t"]:
        glue.tag_resource(ResourceArn=arn(resource), TagsToAdd={"a": "1", "b": "2"})
        glue.tag_resource(ResourceArn=arn(resource), TagsToAdd={"a": "3"})
        glue.untag_resource(ResourceArn=arn(resource), TagsToRemove=["b", "c"])
        equal(glue.get_tags(ResourceArn=arn(resource))["Tags"], {"a": "3"})
    for resource in ["database/none", "table/tagged/none", "job/none", "nonsense"]:
        refused("EntityNotFoundException", glue.get_tags, ResourceArn=arn(resource))
        refused("EntityNotFoundException", glue.tag_resource, ResourceArn=arn(resource), TagsToAdd={"a": "1"})
    many = {str(number): "" for number in range(50)}
    refused("InvalidInputException", glue.tag_resource, ResourceArn=arn("database/tagged"), TagsToAdd=many)
    equal(glue.get_tags(ResourceArn=arn("database/tagged"))["Tags"], {"a": "3"}, "all or nothing")


@chapter
def settings_of_the_catalog_are_kept():
    equal(
        glue.get_data_catalog_encryption_settings()["DataCatalogEncryptionSettings"]["EncryptionAtRest"],
        {"CatalogEncryptionMode": "DISABLED"},
    )
    settings = {
        "EncryptionAtRest": {"CatalogEncryptionMode": "SSE-KMS", "SseAwsKmsKeyId": "k"},
        "ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": True, "AwsKmsKeyId": "k"},
    }
    glue.put_data_catalog_encryption_settings(DataCatalogEncryptionSettings=settings)
    equal(glue.get_data_catalog_encryption_settings()["DataCatalogEncryptionSettings"], settings)
    equal(glue.get_catalog_import_status()["ImportStatus"]["ImportCompleted"], False)
    glue.import_catalog_to_glue()
    equal(glue.get_catalog_import_status()["ImportStatus"]["ImportCompleted"], True)
    equal(glue.get_catalog(CatalogId=ACCOUNT)["Catalog"]["CatalogId"], ACCOUNT)
    refused("EntityNotFoundException", glue.get_catalog, CatalogId="other")
    equal(glue.get_catalogs()["CatalogList"], [])
    equal([c["Name"] for c in glue.get_catalogs(IncludeRoot=True)["CatalogList"]], [ACCOUNT])

    equal(body(glue.get_resource_policy()), {})
    refused("EntityNotFoundException", glue.delete_resource_policy)
    first = glue.put_resource_policy(PolicyInJson='{"a":1}', PolicyExistsCondition="NOT_EXIST")["PolicyHash"]
    refused(
        "ResourceNumberLimitExceededException",
        glue.put_resource_policy,
        PolicyInJson="{}",
        PolicyExistsCondition="NOT_EXIST",
    )
    second = glue.put_resource_policy(PolicyInJson='{"a":2}', PolicyHashCondition=first)["PolicyHash"]
    found = glue.get_resource_policy()
    equal((found["PolicyInJson"], found["PolicyHash"]), ('{"a":2}', second))
    equal(len(pages("get_resource_policies", "GetResourcePoliciesResponseList")), 1)
    refused("ConcurrentModificationException", glue.delete_resource_policy, PolicyHashCondition=first)
    glue.delete_resource_policy(PolicyHashCondition=second)


@chapter
def what_runs_is_not_here():
    for call in [glue.get_jobs, glue.list_crawlers, glue.get_triggers, glue.list_workflows]:
        refused("UnknownOperationException", call)


# The Schema Registry.


@chapter
def schemas_have_versions():
    registry = glue.create_registry(RegistryName="events", Description="of the shop", Tags={"a": "b"})
    equal(registry["RegistryArn"], f"arn:aws:glue:us-east-1:{ACCOUNT}:registry/events")
    equal(glue.get_tags(ResourceArn=registry["RegistryArn"])["Tags"], {"a": "b"})
    refused(
        "AlreadyExistsException",
        glue.create_registry,
        "Registry already exists. RegistryName: events",
        RegistryName="events",
    )
    glue.update_registry(RegistryId={"RegistryName": "events"}, Description="new")
    equal(glue.get_registry(RegistryId={"RegistryArn": registry["RegistryArn"]})["Description"], "new")
    avro = lambda *fields: '{"type":"record","name":"order","fields":[%s]}' % ",".join(
        '{"name":"%s","type":"int"}' % f for f in fields
    )
    created = glue.create_schema(
        RegistryId={"RegistryName": "events"},
        SchemaName="order",
        DataFormat="AVRO",
        Compatibility="BACKWARD",
        SchemaDefinition=avro("a"),
    )
    equal((created["LatestSchemaVersion"], created["NextSchemaVersion"], created["SchemaCheckpoint"]), (1, 2, 1))
    schema = {"RegistryName": "events", "SchemaName": "order"}
    by_arn = {"SchemaArn": created["SchemaArn"]}
    again = glue.register_schema_version(SchemaId=schema, SchemaDefinition=avro("a").replace(",", " ,\n"))
    equal((again["SchemaVersionId"], again["VersionNumber"]), (created["SchemaVersionId"], 1), "the same definition")
    second = glue.register_schema_version(SchemaId=by_arn, SchemaDefinition=avro("a", "b"))
    equal(second["VersionNumber"], 2)
    third = glue.register_schema_version(SchemaId=schema, SchemaDefinition=avro("c"))
    equal(glue.get_schema_version(SchemaVersionId=second["SchemaVersionId"])["SchemaDefinition"], avro("a", "b"))
    latest = glue.get_schema_version(SchemaId=schema, SchemaVersionNumber={"LatestVersion": True})
    equal(
        (latest["VersionNumber"], latest["DataFormat"], latest["SchemaVersionId"]),
        (3, "AVRO", third["SchemaVersionId"]),
    )
    equal(
        glue.get_schema_by_definition(SchemaId=schema, SchemaDefinition=avro("a", "b"))["SchemaVersionId"],
        second["SchemaVersionId"],
    )
    listed = pages("list_schema_versions", "Schemas", SchemaId=schema, PaginationConfig={"PageSize": 1})
    equal([v["VersionNumber"] for v in listed], [1, 2, 3])
    answer = glue.delete_schema_versions(SchemaId=schema, Versions="3-9")
    equal([e["VersionNumber"] for e in answer["SchemaVersionErrors"]], [4])
    refused("InvalidInputException", glue.delete_schema_versions, SchemaId=schema, Versions="1")
    equal(
        glue.register_schema_version(SchemaId=schema, SchemaDefinition=avro("d"))["VersionNumber"],
        4,
        "numbers are not given twice",
    )
    glue.update_schema(SchemaId=schema, Compatibility="DISABLED", SchemaVersionNumber={"VersionNumber": 2})
    found = glue.get_schema(SchemaId=schema)
    equal((found["Compatibility"], found["SchemaCheckpoint"], found["LatestSchemaVersion"]), ("DISABLED", 2, 4))
    refused("InvalidInputException", glue.register_schema_version, SchemaId=schema, SchemaDefinition=avro("e"))
    glue.create_schema(
        SchemaName="alone", DataFormat="PROTOBUF", Compatibility="NONE", SchemaDefinition='syntax = "proto2";'
    )
    equal(
        [
            (s["RegistryName"], s["SchemaName"])
            for s in pages("list_schemas", "Schemas", PaginationConfig={"PageSize": 1})
        ],
        [("default-registry", "alone"), ("events", "order")],
    )
    equal([s["SchemaName"] for s in pages("list_schemas", "Schemas", RegistryId={"RegistryName": "events"})], ["order"])
    equal(
        [r["RegistryName"] for r in pages("list_registries", "Registries", PaginationConfig={"PageSize": 1})],
        ["default-registry", "events"],
    )
    equal(glue.delete_registry(RegistryId={"RegistryName": "events"})["Status"], "DELETING")
    refused("EntityNotFoundException", glue.get_schema_version, SchemaVersionId=second["SchemaVersionId"])
    refused(
        "EntityNotFoundException",
        glue.get_schema,
        "Schema is not found. RegistryName: events, SchemaName: order, SchemaArn: null",
        SchemaId=schema,
    )


@chapter
def definitions_are_looked_into():
    check = lambda kind, text: glue.check_schema_version_validity(DataFormat=kind, SchemaDefinition=text)
    equal(check("AVRO", '"int"')["Valid"], True)
    answer = check("JSON", "{")
    assert not answer["Valid"] and answer["Error"].startswith(
        "Schema definition of JSON data format is invalid: "
    ), answer
    refused(
        "InvalidInputException",
        glue.create_schema,
        SchemaName="bad",
        DataFormat="AVRO",
        Compatibility="NONE",
        SchemaDefinition="{",
    )
    refused(
        "EntityNotFoundException", glue.get_schema, SchemaId={"RegistryName": "default-registry", "SchemaName": "bad"}
    )


@chapter
def notes_are_kept_about_versions():
    glue.create_registry(RegistryName="notes")
    created = glue.create_schema(
        RegistryId={"RegistryName": "notes"},
        SchemaName="s",
        DataFormat="JSON",
        Compatibility="NONE",
        SchemaDefinition="{}",
    )
    version = {"SchemaVersionId": created["SchemaVersionId"]}
    pair = lambda key, value: {"MetadataKeyValue": {"MetadataKey": key, "MetadataValue": value}}
    for key, value in [("team", "a"), ("team", "b"), ("use", "x")]:
        glue.put_schema_version_metadata(**version, **pair(key, value))
    refused("AlreadyExistsException", glue.put_schema_version_metadata, **version, **pair("team", "a"))
    by_number = {"SchemaId": {"RegistryName": "notes", "SchemaName": "s"}, "SchemaVersionNumber": {"VersionNumber": 1}}
    found = glue.query_schema_version_metadata(**by_number)["MetadataInfoMap"]
    equal(sorted(found), ["team", "use"])
    equal(
        (found["team"]["MetadataValue"], [o["MetadataValue"] for o in found["team"]["OtherMetadataValueList"]]),
        ("b", ["a"]),
    )
    equal(
        list(glue.query_schema_version_metadata(MetadataList=[{"MetadataKey": "use"}], **version)["MetadataInfoMap"]),
        ["use"],
    )
    glue.remove_schema_version_metadata(**version, **pair("team", "b"))
    refused("EntityNotFoundException", glue.remove_schema_version_metadata, **version, **pair("team", "b"))
    equal(glue.query_schema_version_metadata(**version)["MetadataInfoMap"]["team"]["MetadataValue"], "a")


if __name__ == "__main__":
    sys.exit(tell("glue", f"boto3 {boto3.__version__}, botocore {botocore.__version__}"))
