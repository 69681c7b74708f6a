#!/usr/bin/env python3
"""The S3 API as boto3 meets it, told in chapters, each in buckets of its own: what AWS answers, as its API reference has it.

AWS_ENDPOINT_URL    the server; its port must also be that of `*.s3.localhost`
STRICT_ENDPOINT_URL one that was started with --strict-auth "$STRICT_KEY"
TLS_ENDPOINT_URL    one that speaks TLS with the certificate in the file CERTIFICATE
ONLY                runs the chapters whose names contain this text
"""

import base64
import datetime
import hashlib
import hmac
import io
import json
import os
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

import boto3
import botocore
from awscrt import checksums
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from chapters import chapter, equal, tell

MIB = 1 << 20
ALGORITHMS = ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"]
RFC_1123 = "%a, %d %b %Y %H:%M:%S GMT"


def client(endpoint=None, region="us-east-1", key="test", secret="test", checked=True, verify=None, **config):
    """A client that does not retry, so that each error is seen; `checked=False` sends what boto3 would refuse."""
    config.setdefault("s3", {"addressing_style": "path"})
    return boto3.client(
        "s3",
        endpoint_url=endpoint or os.environ["AWS_ENDPOINT_URL"],
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        verify=verify,
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=checked, read_timeout=30, **config),
    )


s3 = client()


# What chapters share.


def refused(code, status, call, **request):
    """The error that the call must fail with. Answers to HEAD have no body, so boto3 makes their code of the status."""
    try:
        answer = call(**request)
    except ClientError as error:
        codes = [code] if isinstance(code, str) else code
        assert error.response["Error"]["Code"] in codes, f"{' or '.join(codes)} expected: {error}"
        equal(error.response["ResponseMetadata"]["HTTPStatusCode"], status, error)
        return error.response
    raise AssertionError(f"{code} expected, answered {answer}")


def status(answer):
    return answer["ResponseMetadata"]["HTTPStatusCode"]


def bucket(name, **more):
    s3.create_bucket(Bucket=name, **more)
    return name


def versioned(name):
    s3.put_bucket_versioning(Bucket=bucket(name), VersioningConfiguration={"Status": "Enabled"})
    return name


def put(name, key, body=b"", using=None, **more):
    return (using or s3).put_object(Bucket=name, Key=key, Body=body, **more)


def body(name, key, using=None, **more):
    return (using or s3).get_object(Bucket=name, Key=key, **more)["Body"].read()


def keys(name, **more):
    return [listed["Key"] for listed in s3.list_objects_v2(Bucket=name, **more).get("Contents", [])]


def md5(data):
    return hashlib.md5(data).hexdigest()


def etag(*parts):
    """The ETag of an object: of its bytes when it was put at once, of the MD5 of its parts else."""
    if len(parts) == 1:
        return f'"{md5(parts[0])}"'
    return f'"{md5(b"".join(hashlib.md5(part).digest() for part in parts))}-{len(parts)}"'


def raw_checksum(algorithm, data):
    match algorithm:
        case "CRC32":
            return checksums.crc32(data).to_bytes(4, "big")
        case "CRC32C":
            return checksums.crc32c(data).to_bytes(4, "big")
        case "CRC64NVME":
            return checksums.crc64nvme(data).to_bytes(8, "big")
    return hashlib.new(algorithm.lower(), data).digest()


def checksum(algorithm, data):
    return base64.b64encode(raw_checksum(algorithm, data)).decode()


def fetch(address, data=None, method="GET", headers=None):
    """Status, headers and body, without boto3 and whatever the status is."""
    kind = {} if data is None else {"content-type": "binary/octet-stream"}  # else urllib would say that it is a form
    request = urllib.request.Request(address, data, kind | (headers or {}), method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def error_code(document):
    return xml.etree.ElementTree.fromstring(document).findtext("{*}Code")


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def near_now(moment, seconds=60):
    distance = abs((moment - now()).total_seconds())
    assert distance < seconds, f"{moment} is {distance} s away"


# Buckets.


@chapter
def a_bucket_is_created_found_and_deleted():
    equal(s3.create_bucket(Bucket="life")["Location"], "/life")
    s3.get_waiter("bucket_exists").wait(Bucket="life", WaiterConfig={"Delay": 1, "MaxAttempts": 3})
    equal(s3.head_bucket(Bucket="life")["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"], "us-east-1")
    found = {listed["Name"]: listed for listed in s3.list_buckets()["Buckets"]}
    near_now(found["life"]["CreationDate"])
    assert s3.list_buckets()["Owner"]["ID"]
    equal(status(s3.delete_bucket(Bucket="life")), 204)
    s3.get_waiter("bucket_not_exists").wait(Bucket="life", WaiterConfig={"Delay": 1, "MaxAttempts": 3})
    refused("404", 404, s3.head_bucket, Bucket="life")
    error = refused("NoSuchBucket", 404, s3.delete_bucket, Bucket="life")["Error"]
    equal((error["Message"], error["BucketName"]), ("The specified bucket does not exist", "life"))
    refused("NoSuchBucket", 404, s3.list_objects_v2, Bucket="life")
    refused("NoSuchBucket", 404, s3.put_object, Bucket="life", Key="k")


@chapter
def buckets_have_a_location():
    irish = client(region="eu-west-1")
    irish.create_bucket(Bucket="irish", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    equal(irish.get_bucket_location(Bucket="irish")["LocationConstraint"], "eu-west-1")
    equal(irish.head_bucket(Bucket="irish")["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"], "eu-west-1")
    equal(s3.get_bucket_location(Bucket=bucket("virginian")).get("LocationConstraint"), None)
    ours = {"LocationConstraint": "eu-west-1"}
    refused("BucketAlreadyOwnedByYou", 409, irish.create_bucket, Bucket="irish", CreateBucketConfiguration=ours)
    bucket("virginian")  # in us-east-1 this is no error
    refused("IllegalLocationConstraintException", 400, irish.create_bucket, Bucket="nowhere")
    theirs = {"LocationConstraint": "us-east-1"}
    refused("InvalidLocationConstraint", 400, s3.create_bucket, Bucket="nowhere", CreateBucketConfiguration=theirs)


@chapter
def names_of_buckets_are_checked():
    for name in ["ab", "Upper", "under_score", "-dash", "dash-", "two..dots", "192.168.5.4", "x" * 64, "xn--a", "a-s3alias"]:
        refused("InvalidBucketName", 400, s3.create_bucket, Bucket=name)
    for name in ["abc", "x" * 63, "with.dots-and-dashes.0"]:
        s3.delete_bucket(Bucket=bucket(name))


@chapter
def buckets_are_listed_in_pages():
    names = [bucket(f"page-{number}") for number in range(5)]
    pages = s3.get_paginator("list_buckets").paginate(Prefix="page-", PaginationConfig={"PageSize": 2})
    pages = [[listed["Name"] for listed in page["Buckets"]] for page in pages]
    equal(pages, [names[:2], names[2:4], names[4:]])


@chapter
def a_bucket_with_objects_is_kept():
    versioned("full")
    put("full", "k")
    refused("BucketNotEmpty", 409, s3.delete_bucket, Bucket="full")
    s3.delete_object(Bucket="full", Key="k")
    equal(keys("full"), [])
    refused("BucketNotEmpty", 409, s3.delete_bucket, Bucket="full")
    history = s3.list_object_versions(Bucket="full")
    for old in history["Versions"] + history["DeleteMarkers"]:
        s3.delete_object(Bucket="full", Key="k", VersionId=old["VersionId"])
    equal(status(s3.delete_bucket(Bucket="full")), 204)


@chapter
def versioning_is_switched():
    bucket("switched")
    assert "Status" not in s3.get_bucket_versioning(Bucket="switched")
    for state in ["Enabled", "Suspended", "Enabled"]:
        s3.put_bucket_versioning(Bucket="switched", VersioningConfiguration={"Status": state})
        equal(s3.get_bucket_versioning(Bucket="switched")["Status"], state)
    loose = client(checked=False)
    odd = ["MalformedXML", "IllegalVersioningConfigurationException"]
    refused(odd, 400, loose.put_bucket_versioning, Bucket="switched", VersioningConfiguration={"Status": "On"})


@chapter
def tags_of_a_bucket_are_kept():
    bucket("tagged")
    refused("NoSuchTagSet", 404, s3.get_bucket_tagging, Bucket="tagged")
    tags = [{"Key": "team", "Value": "ingest"}, {"Key": "ünï", "Value": "a b+c/="}]
    s3.put_bucket_tagging(Bucket="tagged", Tagging={"TagSet": tags})
    got = s3.get_bucket_tagging(Bucket="tagged")["TagSet"]
    equal(sorted(got, key=lambda tag: tag["Key"]), tags)
    twice = {"TagSet": [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]}
    refused("InvalidTag", 400, s3.put_bucket_tagging, Bucket="tagged", Tagging=twice)
    equal(status(s3.delete_bucket_tagging(Bucket="tagged")), 204)
    refused("NoSuchTagSet", 404, s3.get_bucket_tagging, Bucket="tagged")


@chapter
def a_lifecycle_is_kept():
    bucket("aging")
    absent = "NoSuchLifecycleConfiguration"
    refused(absent, 404, s3.get_bucket_lifecycle_configuration, Bucket="aging")
    rules = [
        {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}},
        {
            "ID": "cold",
            "Status": "Disabled",
            "Filter": {"And": {"Prefix": "a/", "Tags": [{"Key": "k", "Value": "v"}]}},
            "Transitions": [{"Days": 60, "StorageClass": "GLACIER"}],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
        },
        {"ID": "parts", "Status": "Enabled", "Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2}},
    ]
    s3.put_bucket_lifecycle_configuration(Bucket="aging", LifecycleConfiguration={"Rules": rules})
    got = s3.get_bucket_lifecycle_configuration(Bucket="aging")["Rules"]
    equal(sorted(got, key=lambda rule: rule["ID"]), sorted(rules, key=lambda rule: rule["ID"]))
    odd = {"Rules": [{"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 0}}]}
    refused("InvalidArgument", 400, s3.put_bucket_lifecycle_configuration, Bucket="aging", LifecycleConfiguration=odd)
    equal(status(s3.delete_bucket_lifecycle(Bucket="aging")), 204)
    refused(absent, 404, s3.get_bucket_lifecycle_configuration, Bucket="aging")


@chapter
def cors_is_kept_and_answers_preflights():
    bucket("shared")
    refused("NoSuchCORSConfiguration", 404, s3.get_bucket_cors, Bucket="shared")
    rule = {
        "AllowedMethods": ["GET", "PUT"],
        "AllowedOrigins": ["https://*.example.com"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["etag"],
        "MaxAgeSeconds": 600,
    }
    s3.put_bucket_cors(Bucket="shared", CORSConfiguration={"CORSRules": [rule]})
    equal(s3.get_bucket_cors(Bucket="shared")["CORSRules"], [rule])
    address = f"{os.environ['AWS_ENDPOINT_URL']}/shared/k"
    asked = {"Origin": "https://www.example.com", "Access-Control-Request-Method": "PUT"}
    code, headers, _ = fetch(address, method="OPTIONS", headers=asked)
    equal((code, headers["Access-Control-Allow-Origin"]), (200, "https://www.example.com"))
    assert "PUT" in headers["Access-Control-Allow-Methods"], headers
    equal(headers["Access-Control-Max-Age"], "600")
    equal(fetch(address, method="OPTIONS", headers=asked | {"Origin": "https://example.org"})[0], 403)
    wrong = {"CORSRules": [rule | {"AllowedMethods": ["PATCH"]}]}
    refused("InvalidRequest", 400, s3.put_bucket_cors, Bucket="shared", CORSConfiguration=wrong)
    equal(status(s3.delete_bucket_cors(Bucket="shared")), 204)
    refused("NoSuchCORSConfiguration", 404, s3.get_bucket_cors, Bucket="shared")


@chapter
def encryption_of_a_bucket_is_kept():
    bucket("encrypted")
    default = lambda: [
        rule["ApplyServerSideEncryptionByDefault"]
        for rule in s3.get_bucket_encryption(Bucket="encrypted")["ServerSideEncryptionConfiguration"]["Rules"]
    ]
    equal(default(), [{"SSEAlgorithm": "AES256"}], "every bucket is encrypted since 2023")
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:us-east-1:123456789012:key/0f0e0d0c-1111-2222-3333-444455556666"}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}]}
    s3.put_bucket_encryption(Bucket="encrypted", ServerSideEncryptionConfiguration=rules)
    equal(default(), [by_default])
    put("encrypted", "k")
    got = s3.head_object(Bucket="encrypted", Key="k")
    wanted = ("aws:kms", by_default["KMSMasterKeyID"], True)
    equal((got["ServerSideEncryption"], got["SSEKMSKeyId"], got["BucketKeyEnabled"]), wanted)
    equal(status(s3.delete_bucket_encryption(Bucket="encrypted")), 204)
    equal(default(), [{"SSEAlgorithm": "AES256"}])


@chapter
def public_access_is_blocked():
    bucket("blocked")
    got = lambda: s3.get_public_access_block(Bucket="blocked")["PublicAccessBlockConfiguration"]
    names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
    some = dict(zip(names, [True, False, True, False]))
    s3.put_public_access_block(Bucket="blocked", PublicAccessBlockConfiguration=some)
    equal(got(), some)
    equal(status(s3.delete_public_access_block(Bucket="blocked")), 204)
    refused("NoSuchPublicAccessBlockConfiguration", 404, s3.get_public_access_block, Bucket="blocked")


@chapter
def a_policy_is_kept():
    bucket("ruled")
    refused("NoSuchBucketPolicy", 404, s3.get_bucket_policy, Bucket="ruled")
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::ruled/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket="ruled", Policy=json.dumps(policy))
    equal(json.loads(s3.get_bucket_policy(Bucket="ruled")["Policy"]), policy)
    equal(s3.get_bucket_policy_status(Bucket="ruled")["PolicyStatus"], {"IsPublic": False})
    refused("MalformedPolicy", 400, s3.put_bucket_policy, Bucket="ruled", Policy="nonsense")
    equal(status(s3.delete_bucket_policy(Bucket="ruled")), 204)
    refused("NoSuchBucketPolicy", 404, s3.get_bucket_policy, Bucket="ruled")


@chapter
def notifications_are_kept():
    bucket("notified")
    got = lambda: {k: v for k, v in s3.get_bucket_notification_configuration(Bucket="notified").items() if k != "ResponseMetadata"}
    equal(got(), {})
    queue = {
        "Id": "new",
        "QueueArn": "arn:aws:sqs:us-east-1:123456789012:queue",
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "Suffix", "Value": ".json"}]}},
    }
    wanted = {"QueueConfigurations": [queue], "EventBridgeConfiguration": {}}
    request = {"Bucket": "notified", "SkipDestinationValidation": True}
    s3.put_bucket_notification_configuration(NotificationConfiguration=wanted, **request)
    equal(got(), wanted)
    s3.put_bucket_notification_configuration(NotificationConfiguration={}, **request)
    equal(got(), {})


@chapter
def ownership_is_kept():
    bucket("owned")
    got = lambda: s3.get_bucket_ownership_controls(Bucket="owned")["OwnershipControls"]["Rules"]
    rules = [{"ObjectOwnership": "BucketOwnerEnforced"}]
    s3.put_bucket_ownership_controls(Bucket="owned", OwnershipControls={"Rules": rules})
    equal(got(), rules)
    refused("AccessControlListNotSupported", 400, s3.put_object, Bucket="owned", Key="k", ACL="public-read")
    put("owned", "k", ACL="bucket-owner-full-control")
    for grants in [s3.get_bucket_acl(Bucket="owned")["Grants"], s3.get_object_acl(Bucket="owned", Key="k")["Grants"]]:
        equal({grant["Permission"] for grant in grants}, {"FULL_CONTROL"})
    rules = [{"ObjectOwnership": "ObjectWriter"}]
    s3.put_bucket_ownership_controls(Bucket="owned", OwnershipControls={"Rules": rules})
    equal(got(), rules)
    equal(status(s3.delete_bucket_ownership_controls(Bucket="owned")), 204)
    refused("OwnershipControlsNotFoundError", 404, s3.get_bucket_ownership_controls, Bucket="owned")


@chapter
def a_website_is_kept():
    bucket("website")
    refused("NoSuchWebsiteConfiguration", 404, s3.get_bucket_website, Bucket="website")
    rule = {"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}}
    site = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}, "RoutingRules": [rule]}
    s3.put_bucket_website(Bucket="website", WebsiteConfiguration=site)
    got = s3.get_bucket_website(Bucket="website")
    equal({name: got[name] for name in site}, site)
    equal(status(s3.delete_bucket_website(Bucket="website")), 204)
    refused("NoSuchWebsiteConfiguration", 404, s3.get_bucket_website, Bucket="website")


@chapter
def logging_is_kept():
    bucket("logged")
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket="logged")
    logging = {"TargetBucket": bucket("logs-of-logged"), "TargetPrefix": "access/"}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs-of-logged/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket="logs-of-logged", Policy=json.dumps(policy))
    s3.put_bucket_logging(Bucket="logged", BucketLoggingStatus={"LoggingEnabled": logging})
    equal(s3.get_bucket_logging(Bucket="logged")["LoggingEnabled"], logging)
    absent = {"LoggingEnabled": logging | {"TargetBucket": "absent-target"}}
    refused("InvalidTargetBucketForLogging", 400, s3.put_bucket_logging, Bucket="logged", BucketLoggingStatus=absent)
    s3.put_bucket_logging(Bucket="logged", BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket="logged")


@chapter
def other_documents_have_their_defaults():
    bucket("plain")
    equal(s3.get_bucket_request_payment(Bucket="plain")["Payer"], "BucketOwner")
    assert "Status" not in s3.get_bucket_accelerate_configuration(Bucket="plain")
    refused("ReplicationConfigurationNotFoundError", 404, s3.get_bucket_replication, Bucket="plain")
    refused("ObjectLockConfigurationNotFoundError", 404, s3.get_object_lock_configuration, Bucket="plain")


# Objects.


@chapter
def an_object_is_put_got_and_deleted():
    bucket("objects")
    for size in [0, 1, 10_000]:
        data = os.urandom(size)
        answer = put("objects", "k", data)
        equal((answer["ETag"], answer["ServerSideEncryption"]), (etag(data), "AES256"))
        assert "VersionId" not in answer, answer
        for got in [s3.get_object(Bucket="objects", Key="k"), s3.head_object(Bucket="objects", Key="k")]:
            equal((got["ContentLength"], got["ETag"], got["AcceptRanges"]), (size, etag(data), "bytes"))
            equal((got["ContentType"], got["Metadata"], got["ServerSideEncryption"]), ("binary/octet-stream", {}, "AES256"))
            assert "StorageClass" not in got and "VersionId" not in got, got
            near_now(got["LastModified"])
        equal(body("objects", "k") == data, True)
    equal(status(s3.delete_object(Bucket="objects", Key="k")), 204)
    equal(status(s3.delete_object(Bucket="objects", Key="k")), 204, "what is not there is deleted too")
    error = refused("NoSuchKey", 404, s3.get_object, Bucket="objects", Key="k")["Error"]
    equal((error["Message"], error["Key"]), ("The specified key does not exist.", "k"))
    refused("404", 404, s3.head_object, Bucket="objects", Key="k")


@chapter
def headers_and_metadata_come_back():
    bucket("headers")
    expires = datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    headers = {
        "CacheControl": "max-age=60, public",
        "ContentDisposition": 'attachment; filename="a b.txt"',
        "ContentEncoding": "gzip",
        "ContentLanguage": "nl-NL",
        "ContentType": "text/plain; charset=utf-8",
        "Metadata": {"team": "ingest", "with-dash": "a=b; c,d", "empty": ""},
        "WebsiteRedirectLocation": "/elsewhere?a=b",
    }
    put("headers", "k", b"text", Expires=expires, **headers)
    for got in [s3.get_object(Bucket="headers", Key="k"), s3.head_object(Bucket="headers", Key="k")]:
        equal({name: got[name] for name in headers}, headers)
        equal(got["ResponseMetadata"]["HTTPHeaders"]["expires"], expires.strftime(RFC_1123))
    put("headers", "Case", Metadata={"MixedCase": "Kept"})
    equal(s3.head_object(Bucket="headers", Key="Case")["Metadata"], {"mixedcase": "Kept"})
    wanted = {"ResponseContentType": "a/b", "ResponseCacheControl": "no-store", "ResponseContentDisposition": "inline"}
    got = s3.get_object(Bucket="headers", Key="k", ResponseContentLanguage="de", ResponseContentEncoding="identity", **wanted)
    equal({f"Response{name}": got[name] for name in ["ContentType", "CacheControl", "ContentDisposition"]}, wanted)
    equal((got["ContentLanguage"], got["ContentEncoding"]), ("de", "identity"))
    refused("MetadataTooLarge", 400, s3.put_object, Bucket="headers", Key="k", Metadata={"long": "x" * 2048})
    refused("InvalidRedirectLocation", 400, s3.put_object, Bucket="headers", Key="k", WebsiteRedirectLocation="elsewhere")


@chapter
def ranges_are_read():
    bucket("ranges")
    put("ranges", "k", b"0123456789")
    for asked, data, told in [
        ("bytes=0-4", b"01234", "bytes 0-4/10"),
        ("bytes=9-9", b"9", "bytes 9-9/10"),
        ("bytes=5-", b"56789", "bytes 5-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-30", b"0123456789", "bytes 0-9/10"),
        ("bytes=8-100", b"89", "bytes 8-9/10"),
    ]:
        got = s3.get_object(Bucket="ranges", Key="k", Range=asked)
        equal((status(got), got["Body"].read(), got["ContentRange"], got["ETag"]), (206, data, told, etag(b"0123456789")), asked)
        got = s3.head_object(Bucket="ranges", Key="k", Range=asked)
        equal((status(got), got["ContentLength"], got["ContentRange"]), (206, len(data), told), asked)
    error = refused("InvalidRange", 416, s3.get_object, Bucket="ranges", Key="k", Range="bytes=10-")["Error"]
    equal((error["RangeRequested"], error["ActualObjectSize"]), ("bytes=10-", "10"))
    refused("416", 416, s3.head_object, Bucket="ranges", Key="k", Range="bytes=10-11")
    refused("InvalidRange", 416, s3.get_object, Bucket="ranges", Key="k", Range="bytes=-0")
    equal(body("ranges", "k", Range="lines=1-2"), b"0123456789", "another unit is ignored")
    put("ranges", "empty")
    refused("InvalidRange", 416, s3.get_object, Bucket="ranges", Key="empty", Range="bytes=0-1")
    got = s3.get_object(Bucket="ranges", Key="k", PartNumber=1)
    equal((status(got), got["Body"].read()), (206, b"0123456789"), "what was put at once is one part")
    refused("InvalidPartNumber", 416, s3.get_object, Bucket="ranges", Key="k", PartNumber=2)


@chapter
def reads_have_conditions():
    bucket("conditions")
    tag = put("conditions", "k", b"data")["ETag"]
    at = s3.head_object(Bucket="conditions", Key="k")["LastModified"]
    before, after, other = at - datetime.timedelta(hours=1), at + datetime.timedelta(seconds=1), '"' + "0" * 32 + '"'
    for conditions in [
        {"IfMatch": tag},
        {"IfMatch": tag.strip('"')},
        {"IfNoneMatch": other},
        {"IfModifiedSince": before},
        {"IfUnmodifiedSince": after},
        {"IfMatch": tag, "IfUnmodifiedSince": before},
        {"IfNoneMatch": other, "IfModifiedSince": before},
    ]:
        equal(body("conditions", "k", **conditions), b"data", conditions)
        equal(status(s3.head_object(Bucket="conditions", Key="k", **conditions)), 200, conditions)
    for conditions in [{"IfMatch": other}, {"IfUnmodifiedSince": before}, {"IfMatch": other, "IfUnmodifiedSince": after}]:
        error = refused("PreconditionFailed", 412, s3.get_object, Bucket="conditions", Key="k", **conditions)["Error"]
        equal(error["Condition"], "If-Match" if "IfMatch" in conditions else "If-Unmodified-Since")
        refused("412", 412, s3.head_object, Bucket="conditions", Key="k", **conditions)
    for conditions in [{"IfNoneMatch": tag}, {"IfModifiedSince": at}, {"IfNoneMatch": tag, "IfModifiedSince": before}]:
        error = refused("304", 304, s3.get_object, Bucket="conditions", Key="k", **conditions)
        equal(error["ResponseMetadata"]["HTTPHeaders"]["etag"], tag, conditions)
        refused("304", 304, s3.head_object, Bucket="conditions", Key="k", **conditions)
    refused("NoSuchKey", 404, s3.get_object, Bucket="conditions", Key="absent", IfMatch=tag)


@chapter
def writes_have_conditions():
    bucket("claims")
    tag = put("claims", "k", b"one", IfNoneMatch="*")["ETag"]
    error = refused("PreconditionFailed", 412, s3.put_object, Bucket="claims", Key="k", Body=b"x", IfNoneMatch="*")["Error"]
    equal(error["Condition"], "If-None-Match")
    two = put("claims", "k", b"two", IfMatch=tag)["ETag"]
    refused("PreconditionFailed", 412, s3.put_object, Bucket="claims", Key="k", Body=b"x", IfMatch=tag)
    refused("NoSuchKey", 404, s3.put_object, Bucket="claims", Key="absent", Body=b"x", IfMatch=tag)
    equal(body("claims", "k"), b"two")
    refused("PreconditionFailed", 412, s3.delete_object, Bucket="claims", Key="k", IfMatch=tag)
    equal(status(s3.delete_object(Bucket="claims", Key="k", IfMatch=two)), 204)
    put("claims", "k", b"three", IfNoneMatch="*")
    s3.put_bucket_versioning(Bucket="claims", VersioningConfiguration={"Status": "Enabled"})
    s3.delete_object(Bucket="claims", Key="k")
    put("claims", "k", b"four", IfNoneMatch="*")  # under a delete marker there is nothing


@chapter
def objects_have_storage_classes():
    bucket("classes")
    for name in ["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "REDUCED_REDUNDANCY"]:
        put("classes", name, b"x", StorageClass=name)
        equal(s3.get_object(Bucket="classes", Key=name)["StorageClass"], name)
    put("classes", "STANDARD", b"x", StorageClass="STANDARD")
    assert "StorageClass" not in s3.head_object(Bucket="classes", Key="STANDARD")
    listed = {listed["Key"]: listed["StorageClass"] for listed in s3.list_objects_v2(Bucket="classes")["Contents"]}
    equal(listed, {name: name for name in listed})
    refused("InvalidStorageClass", 400, s3.put_object, Bucket="classes", Key="k", StorageClass="COSY")
    put("classes", "cold", b"x", StorageClass="GLACIER")
    error = refused("InvalidObjectState", 403, s3.get_object, Bucket="classes", Key="cold")["Error"]
    equal(error["StorageClass"], "GLACIER")
    equal(s3.head_object(Bucket="classes", Key="cold")["StorageClass"], "GLACIER")
    restore = {"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}}
    equal(status(s3.restore_object(Bucket="classes", Key="cold", RestoreRequest=restore)), 202)
    assert "ongoing-request=" in s3.head_object(Bucket="classes", Key="cold")["Restore"]
    refused("InvalidObjectState", 403, s3.restore_object, Bucket="classes", Key="STANDARD", RestoreRequest=restore)


@chapter
def objects_have_tags():
    bucket("labels")
    put("labels", "k", Tagging="a=1&b%20c=%C3%BC%2B&empty=")
    got = lambda **more: {tag["Key"]: tag["Value"] for tag in s3.get_object_tagging(Bucket="labels", Key="k", **more)["TagSet"]}
    equal(got(), {"a": "1", "b c": "ü+", "empty": ""})
    equal(s3.get_object(Bucket="labels", Key="k")["TagCount"], 3)
    tag = lambda count: {"TagSet": [{"Key": str(number), "Value": "v"} for number in range(count)]}
    s3.put_object_tagging(Bucket="labels", Key="k", Tagging=tag(10))
    equal(len(got()), 10)
    refused(["BadRequest", "InvalidTag"], 400, s3.put_object_tagging, Bucket="labels", Key="k", Tagging=tag(11))
    long = {"TagSet": [{"Key": "k" * 129, "Value": "v"}]}
    refused("InvalidTag", 400, s3.put_object_tagging, Bucket="labels", Key="k", Tagging=long)
    equal(status(s3.delete_object_tagging(Bucket="labels", Key="k")), 204)
    equal(got(), {})
    assert "TagCount" not in s3.get_object(Bucket="labels", Key="k")
    refused("NoSuchKey", 404, s3.get_object_tagging, Bucket="labels", Key="absent")
    put("labels", "k", Tagging="a=1")
    put("labels", "k")
    equal(got(), {}, "an object put anew has its own tags only")


@chapter
def encryption_is_echoed():
    bucket("sealed")
    equal(put("sealed", "a", ServerSideEncryption="AES256")["ServerSideEncryption"], "AES256")
    key = "arn:aws:kms:us-east-1:123456789012:key/0f0e0d0c-1111-2222-3333-444455556666"
    request = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key, "BucketKeyEnabled": True}
    for answer in [put("sealed", "b", b"x", **request), s3.get_object(Bucket="sealed", Key="b"), s3.head_object(Bucket="sealed", Key="b")]:
        equal({name: answer[name] for name in request}, request)
    refused(["InvalidArgument", "InvalidEncryptionAlgorithmError"], 400, s3.put_object, Bucket="sealed", Key="c", ServerSideEncryption="rot13")


@chapter
def bodies_are_compared_with_their_md5():
    bucket("digests")
    data = b"data"
    digest = lambda data: base64.b64encode(hashlib.md5(data).digest()).decode()
    quiet = client(request_checksum_calculation="when_required")
    put("digests", "k", data, using=quiet, ContentMD5=digest(data))
    refused("BadDigest", 400, quiet.put_object, Bucket="digests", Key="k", Body=data, ContentMD5=digest(b"other"))
    refused("InvalidDigest", 400, quiet.put_object, Bucket="digests", Key="k", Body=data, ContentMD5="nonsense")
    equal(body("digests", "k"), data)


# Lists.


@chapter
def a_list_is_grouped_and_paged():
    bucket("lists")
    names = ["a", "b/1", "b/2", "b/c/3", "d", "e/", "f/g"]
    for name in names:
        put("lists", name, name.encode())
    got = s3.list_objects_v2(Bucket="lists")
    equal((got["KeyCount"], got["MaxKeys"], got["IsTruncated"], got["Name"]), (7, 1000, False, "lists"))
    equal([listed["Key"] for listed in got["Contents"]], names)
    first = got["Contents"][1]
    equal((first["Size"], first["ETag"], first["StorageClass"]), (3, etag(b"b/1"), "STANDARD"))
    near_now(first["LastModified"])
    assert "Owner" not in first, first
    assert s3.list_objects_v2(Bucket="lists", FetchOwner=True)["Contents"][0]["Owner"]["ID"]

    got = s3.list_objects_v2(Bucket="lists", Delimiter="/")
    equal([listed["Key"] for listed in got["Contents"]], ["a", "d"])
    equal([group["Prefix"] for group in got["CommonPrefixes"]], ["b/", "e/", "f/"])
    equal((got["KeyCount"], got["Delimiter"]), (5, "/"))
    got = s3.list_objects_v2(Bucket="lists", Delimiter="/", Prefix="b/")
    equal([listed["Key"] for listed in got["Contents"]], ["b/1", "b/2"])
    equal(([group["Prefix"] for group in got["CommonPrefixes"]], got["Prefix"]), (["b/c/"], "b/"))
    got = s3.list_objects_v2(Bucket="lists", Delimiter="/c", Prefix="b")
    equal(([listed["Key"] for listed in got["Contents"]], got["CommonPrefixes"]), (["b/1", "b/2"], [{"Prefix": "b/c"}]))
    equal(keys("lists", StartAfter="b/2"), ["b/c/3", "d", "e/", "f/g"])
    equal(keys("lists", StartAfter="b/"), names[1:])
    got = s3.list_objects_v2(Bucket="lists", MaxKeys=0)
    equal((got["KeyCount"], got["IsTruncated"], "Contents" in got), (0, False, False))
    got = s3.list_objects_v2(Bucket="lists", Prefix="absent")
    equal((got["KeyCount"], "Contents" in got), (0, False))

    for size in [1, 2, 3, 7]:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="lists", PaginationConfig={"PageSize": size})
        equal([[listed["Key"] for listed in page["Contents"]] for page in pages], [names[at : at + size] for at in range(0, 7, size)])
        pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="lists", Delimiter="/", PaginationConfig={"PageSize": size}))
        groups = [group["Prefix"] for page in pages for group in page.get("CommonPrefixes", [])]
        equal(groups, ["b/", "e/", "f/"], f"pages of {size}")
        equal([listed["Key"] for page in pages for listed in page.get("Contents", [])], ["a", "d"])
        assert all(page["KeyCount"] <= size for page in pages), pages
    refused("InvalidArgument", 400, s3.list_objects_v2, Bucket="lists", ContinuationToken="nonsense")
    refused("InvalidArgument", 400, s3.list_objects_v2, Bucket="lists", MaxKeys=-1)
    refused("InvalidArgument", 400, s3.list_objects_v2, Bucket="lists", EncodingType="rot13")


@chapter
def the_first_list_has_markers():
    bucket("markers")
    names = ["a", "b/1", "b/2", "c", "d"]
    for name in names:
        put("markers", name)
    got = s3.list_objects(Bucket="markers", MaxKeys=2)
    equal([listed["Key"] for listed in got["Contents"]], ["a", "b/1"])
    equal((got["IsTruncated"], got["Marker"], "NextMarker" in got), (True, "", False))
    assert got["Contents"][0]["Owner"]["ID"]
    got = s3.list_objects(Bucket="markers", Marker="b/1")
    equal(([listed["Key"] for listed in got["Contents"]], got["Marker"]), (["b/2", "c", "d"], "b/1"))
    got = s3.list_objects(Bucket="markers", Delimiter="/", MaxKeys=2)
    equal((got["NextMarker"], got["CommonPrefixes"]), ("b/", [{"Prefix": "b/"}]))
    got = s3.list_objects(Bucket="markers", Delimiter="/", Marker=got["NextMarker"])
    equal(([listed["Key"] for listed in got["Contents"]], "CommonPrefixes" in got), (["c", "d"], False))
    pages = s3.get_paginator("list_objects").paginate(Bucket="markers", PaginationConfig={"PageSize": 2})
    equal([listed["Key"] for page in pages for listed in page["Contents"]], names)


@chapter
def lists_are_in_the_order_of_utf8():
    bucket("order")
    names = ["B", "a", "a b", "a+b", "é", "ｱ", "😀"]  # in UTF-16 the last would be before the one before
    for name in reversed(names):
        put("order", name)
    equal(keys("order"), names)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="order", PaginationConfig={"PageSize": 1})
    equal([listed["Key"] for page in pages for listed in page["Contents"]], names)
    got = s3.list_objects_v2(Bucket="order", EncodingType="url", StartAfter="a")
    equal(got["EncodingType"], "url")
    encoded = [urllib.parse.unquote_plus(listed["Key"]) for listed in got["Contents"]]
    equal(encoded, names[2:])
    assert "😀" not in got["Contents"][-1]["Key"], "the caller decodes what it had encoded itself"


# Versions.


@chapter
def versions_are_kept():
    bucket("versions")
    put("versions", "k", b"null")
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    equal(s3.list_object_versions(Bucket="versions")["Versions"][0]["VersionId"], "null")
    one, two = (put("versions", "k", text)["VersionId"] for text in (b"one", b"two"))
    assert len({one, two, "null"}) == 3
    got = s3.get_object(Bucket="versions", Key="k")
    equal((got["VersionId"], got["Body"].read()), (two, b"two"))
    equal([body("versions", "k", VersionId=version) for version in ("null", one, two)], [b"null", b"one", b"two"])
    deleted = s3.delete_object(Bucket="versions", Key="k")
    equal(deleted["DeleteMarker"], True)
    marker = deleted["VersionId"]
    headers = refused("NoSuchKey", 404, s3.get_object, Bucket="versions", Key="k")["ResponseMetadata"]["HTTPHeaders"]
    equal((headers["x-amz-delete-marker"], headers["x-amz-version-id"]), ("true", marker))
    headers = refused("MethodNotAllowed", 405, s3.get_object, Bucket="versions", Key="k", VersionId=marker)["ResponseMetadata"]["HTTPHeaders"]
    equal((headers["x-amz-delete-marker"], headers["allow"]), ("true", "DELETE"))
    refused("405", 405, s3.head_object, Bucket="versions", Key="k", VersionId=marker)
    equal(keys("versions"), [])
    history = s3.list_object_versions(Bucket="versions")
    equal([(old["VersionId"], old["IsLatest"]) for old in history["DeleteMarkers"]], [(marker, True)])
    equal([(old["VersionId"], old["IsLatest"], old["Size"]) for old in history["Versions"]], [(two, False, 3), (one, False, 3), ("null", False, 4)])
    undone = s3.delete_object(Bucket="versions", Key="k", VersionId=marker)
    equal((undone["DeleteMarker"], undone["VersionId"]), (True, marker))
    equal(body("versions", "k"), b"two")
    gone = s3.delete_object(Bucket="versions", Key="k", VersionId=two)
    equal((gone["VersionId"], "DeleteMarker" in gone), (two, False))
    equal(body("versions", "k"), b"one")
    refused("NoSuchVersion", 404, s3.get_object, Bucket="versions", Key="k", VersionId=two)
    refused("InvalidArgument", 400, s3.get_object, Bucket="versions", Key="k", VersionId="nonsense")

    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Suspended"})
    put("versions", "k", b"suspended")
    equal(body("versions", "k", VersionId="null"), b"suspended")
    equal([old["VersionId"] for old in s3.list_object_versions(Bucket="versions")["Versions"]], ["null", one])
    equal(s3.delete_object(Bucket="versions", Key="k")["VersionId"], "null")
    equal([old["VersionId"] for old in s3.list_object_versions(Bucket="versions")["Versions"]], [one])


@chapter
def versions_are_listed_in_pages():
    versioned("history")
    wanted = []
    for name in ["a", "b/1", "c"]:
        newest = [put("history", name)["VersionId"] for _ in range(3)][::-1]
        wanted += [(name, version) for version in newest]
    for size in [1, 2, 4]:
        pages = s3.get_paginator("list_object_versions").paginate(Bucket="history", PaginationConfig={"PageSize": size})
        equal([(old["Key"], old["VersionId"]) for page in pages for old in page["Versions"]], wanted, f"pages of {size}")
    got = s3.list_object_versions(Bucket="history", MaxKeys=2)
    equal((got["NextKeyMarker"], got["NextVersionIdMarker"]), wanted[1])
    got = s3.list_object_versions(Bucket="history", KeyMarker="a", VersionIdMarker=wanted[0][1])
    equal(got["Versions"][0]["VersionId"], wanted[1][1])
    equal(s3.list_object_versions(Bucket="history", KeyMarker="a")["Versions"][0]["Key"], "b/1")
    got = s3.list_object_versions(Bucket="history", Delimiter="/")
    equal((len(got["Versions"]), got["CommonPrefixes"]), (6, [{"Prefix": "b/"}]))
    equal(len(s3.list_object_versions(Bucket="history", Prefix="b")["Versions"]), 3)


@chapter
def tags_belong_to_versions():
    versioned("tag-versions")
    one, two = (put("tag-versions", "k", Tagging=f"n={n}")["VersionId"] for n in (1, 2))
    equal(s3.get_object_tagging(Bucket="tag-versions", Key="k", VersionId=one)["TagSet"], [{"Key": "n", "Value": "1"}])
    s3.put_object_tagging(Bucket="tag-versions", Key="k", VersionId=one, Tagging={"TagSet": []})
    got = s3.get_object_tagging(Bucket="tag-versions", Key="k")
    equal((got["VersionId"], got["TagSet"]), (two, [{"Key": "n", "Value": "2"}]))


@chapter
def many_objects_are_deleted_at_once():
    bucket("sweep")
    names = ["a", "b & <c>", "d/é", "e+%20"]
    for name in names:
        put("sweep", name)
    delete = lambda names, using=s3, **more: using.delete_objects(Bucket="sweep", Delete={"Objects": [{"Key": name} for name in names], **more})
    got = delete([*names[:2], "absent"])
    equal(sorted(deleted["Key"] for deleted in got["Deleted"]), sorted([*names[:2], "absent"]))
    assert "Errors" not in got, got
    assert "Deleted" not in delete(names[2:3], Quiet=True)
    equal(keys("sweep"), names[3:])
    refused("MalformedXML", 400, delete, names=["x"] * 1001)
    refused("MalformedXML", 400, delete, names=[], using=client(checked=False))
    equal(keys("sweep"), names[3:])
    s3.put_bucket_versioning(Bucket="sweep", VersioningConfiguration={"Status": "Enabled"})
    marked = delete(names[3:])["Deleted"][0]
    equal((marked["Key"], marked["DeleteMarker"]), (names[3], True))
    objects = [{"Key": names[3], "VersionId": marked["DeleteMarkerVersionId"]}, {"Key": names[3], "VersionId": "null"}]
    got = s3.delete_objects(Bucket="sweep", Delete={"Objects": objects})
    equal({deleted["VersionId"] for deleted in got["Deleted"]}, {marked["DeleteMarkerVersionId"], "null"})
    s3.delete_bucket(Bucket="sweep")


# Copies.


@chapter
def an_object_is_copied():
    bucket("copies")
    bucket("copies-elsewhere")
    source = "from/ü +%&=?#.txt"
    put("copies", source, b"data", ContentType="text/plain", CacheControl="no-cache", Metadata={"a": "1"}, Tagging="t=1")
    here = {"Bucket": "copies", "Key": source}
    copy = lambda key="k", bucket="copies", source=here, **more: s3.copy_object(Bucket=bucket, Key=key, CopySource=source, **more)
    got = copy(bucket="copies-elsewhere")["CopyObjectResult"]
    equal(got["ETag"], etag(b"data"))
    near_now(got["LastModified"])
    got = s3.get_object(Bucket="copies-elsewhere", Key="k")
    equal((got["Body"].read(), got["ContentType"], got["CacheControl"], got["Metadata"], got["TagCount"]), (b"data", "text/plain", "no-cache", {"a": "1"}, 1))
    copy(MetadataDirective="COPY", Metadata={"b": "2"}, ContentType="a/b")
    got = s3.head_object(Bucket="copies", Key="k")
    equal((got["Metadata"], got["ContentType"]), ({"a": "1"}, "text/plain"), "COPY")
    copy(MetadataDirective="REPLACE", Metadata={"b": "2"}, ContentType="a/b", StorageClass="STANDARD_IA")
    got = s3.head_object(Bucket="copies", Key="k")
    equal((got["Metadata"], got["ContentType"], got["StorageClass"]), ({"b": "2"}, "a/b", "STANDARD_IA"), "REPLACE")
    assert "CacheControl" not in got, got
    copy(TaggingDirective="REPLACE", Tagging="u=2")
    equal(s3.get_object_tagging(Bucket="copies", Key="k")["TagSet"], [{"Key": "u", "Value": "2"}])
    copy()
    equal(s3.get_object_tagging(Bucket="copies", Key="k")["TagSet"], [{"Key": "t", "Value": "1"}])

    refused("InvalidRequest", 400, copy, key=source)
    copy(key=source, MetadataDirective="REPLACE", Metadata={"c": "3"})
    got = s3.get_object(Bucket="copies", Key=source)
    equal((got["Metadata"], got["Body"].read()), ({"c": "3"}, b"data"), "onto itself")
    refused("NoSuchKey", 404, copy, source={"Bucket": "copies", "Key": "absent"})
    refused("NoSuchBucket", 404, copy, source={"Bucket": "absent-bucket", "Key": "k"})
    refused("NoSuchBucket", 404, copy, bucket="absent-bucket")
    refused("InvalidArgument", 400, copy, source="no-key")


@chapter
def copies_have_conditions():
    bucket("copy-if")
    tag = put("copy-if", "k", b"data")["ETag"]
    at = s3.head_object(Bucket="copy-if", Key="k")["LastModified"]
    before, after, other = at - datetime.timedelta(hours=1), at + datetime.timedelta(seconds=1), '"' + "0" * 32 + '"'
    request = {"Bucket": "copy-if", "Key": "copy", "CopySource": {"Bucket": "copy-if", "Key": "k"}}
    for conditions in [
        {"CopySourceIfMatch": tag},
        {"CopySourceIfNoneMatch": other},
        {"CopySourceIfModifiedSince": before},
        {"CopySourceIfUnmodifiedSince": after},
        {"CopySourceIfMatch": tag, "CopySourceIfUnmodifiedSince": before},
    ]:
        s3.copy_object(**request, **conditions)
    for conditions in [
        {"CopySourceIfMatch": other},
        {"CopySourceIfNoneMatch": tag},
        {"CopySourceIfModifiedSince": at},
        {"CopySourceIfUnmodifiedSince": before},
        {"CopySourceIfNoneMatch": tag, "CopySourceIfModifiedSince": before},
        {"IfNoneMatch": "*"},
        {"IfMatch": other},
    ]:
        refused("PreconditionFailed", 412, s3.copy_object, **request, **conditions)


@chapter
def a_version_is_copied():
    versioned("copy-versions")
    one = put("copy-versions", "k", b"one")["VersionId"]
    put("copy-versions", "k", b"two")
    source = {"Bucket": "copy-versions", "Key": "k", "VersionId": one}
    got = s3.copy_object(Bucket="copy-versions", Key="k", CopySource=source)
    equal(got["CopySourceVersionId"], one)
    assert got["VersionId"] != one
    equal(body("copy-versions", "k"), b"one")
    s3.delete_object(Bucket="copy-versions", Key="k")
    refused("NoSuchKey", 404, s3.copy_object, Bucket="copy-versions", Key="l", CopySource={"Bucket": "copy-versions", "Key": "k"})


# Multipart uploads.


PARTS = [bytes([65 + number]) * size for number, size in enumerate([5 * MIB, 5 * MIB, 100])]


def uploaded(name, key, parts=PARTS, numbers=None, **more):
    """Starts an upload and sends its parts; the request that names it, and the parts as its completion has them."""
    upload = {"Bucket": name, "Key": key}
    upload["UploadId"] = s3.create_multipart_upload(**upload, **more)["UploadId"]
    sent = []
    for number, part in zip(numbers or range(1, len(parts) + 1), parts):
        tag = s3.upload_part(**upload, PartNumber=number, Body=part)["ETag"]
        equal(tag, etag(part))
        sent.append({"PartNumber": number, "ETag": tag})
    return upload, sent


@chapter
def an_object_is_uploaded_in_parts():
    bucket("parts")
    headers = {"ContentType": "text/plain", "Metadata": {"a": "1"}, "Tagging": "t=1", "StorageClass": "STANDARD_IA"}
    upload, sent = uploaded("parts", "dir/k", numbers=[2, 5, 9], **headers)
    equal(s3.list_multipart_uploads(Bucket="parts")["Uploads"][0]["UploadId"], upload["UploadId"])
    refused("NoSuchKey", 404, s3.get_object, Bucket="parts", Key="dir/k")
    s3.upload_part(**upload, PartNumber=9, Body=b"replaced")
    sent[2]["ETag"] = s3.upload_part(**upload, PartNumber=9, Body=PARTS[2])["ETag"]
    listed = s3.list_parts(**upload)
    equal([(part["PartNumber"], part["Size"], part["ETag"]) for part in listed["Parts"]], [(n, len(part), etag(part)) for n, part in zip([2, 5, 9], PARTS)])
    equal((listed["IsTruncated"], listed["StorageClass"]), (False, "STANDARD_IA"))
    pages = s3.get_paginator("list_parts").paginate(**upload, PaginationConfig={"PageSize": 2})
    equal([[part["PartNumber"] for part in page["Parts"]] for page in pages], [[2, 5], [9]])
    got = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": sent})
    equal((got["ETag"], got["Bucket"], got["Key"]), (etag(*PARTS), "parts", "dir/k"))
    assert got["Location"].endswith(("/dir/k", "/dir%2Fk")), got["Location"]
    got = s3.get_object(Bucket="parts", Key="dir/k")
    equal((got["ETag"], got["ContentLength"], got["Body"].read() == b"".join(PARTS)), (etag(*PARTS), 10 * MIB + 100, True))
    equal((got["ContentType"], got["Metadata"], got["StorageClass"], got["TagCount"]), ("text/plain", {"a": "1"}, "STANDARD_IA", 1))
    equal(keys("parts"), ["dir/k"])
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="parts")
    in_order, sent = uploaded("parts", "dir/k")
    s3.complete_multipart_upload(**in_order, MultipartUpload={"Parts": sent})
    got = s3.get_object(Bucket="parts", Key="dir/k", PartNumber=2)
    equal((status(got), got["ContentLength"], got["PartsCount"], got["ContentRange"]), (206, 5 * MIB, 3, f"bytes {5 * MIB}-{10 * MIB - 1}/{10 * MIB + 100}"))
    equal(got["Body"].read() == PARTS[1], True)
    equal(s3.head_object(Bucket="parts", Key="dir/k", PartNumber=3)["ContentLength"], 100)
    refused("InvalidPartNumber", 416, s3.get_object, Bucket="parts", Key="dir/k", PartNumber=4)
    across = f"bytes={5 * MIB - 2}-{5 * MIB + 1}"
    equal(body("parts", "dir/k", Range=across), b"AABB")
    got = s3.copy_object(Bucket="parts", Key="copy", CopySource={"Bucket": "parts", "Key": "dir/k"})
    equal(got["CopyObjectResult"]["ETag"], etag(b"".join(PARTS)), "the copy is in one part")


@chapter
def an_upload_in_one_part_has_its_own_etag():
    bucket("one-part")
    upload, sent = uploaded("one-part", "k", [b"data"])
    got = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": sent})
    equal(got["ETag"], f'"{md5(hashlib.md5(b"data").digest())}-1"')


@chapter
def parts_are_copied():
    bucket("part-copies")
    data = os.urandom(5 * MIB + 1000)
    put("part-copies", "from", data)
    upload = {"Bucket": "part-copies", "Key": "k"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    source = {"CopySource": {"Bucket": "part-copies", "Key": "from"}}
    whole = s3.upload_part_copy(**upload, PartNumber=1, **source)["CopyPartResult"]
    equal(whole["ETag"], etag(data))
    some = s3.upload_part_copy(**upload, PartNumber=2, CopySourceRange="bytes=10-19", **source)["CopyPartResult"]
    equal(some["ETag"], etag(data[10:20]))
    beyond = {"PartNumber": 3, "CopySourceRange": f"bytes=0-{len(data)}"}
    refused(["InvalidArgument", "InvalidRange"], 400, s3.upload_part_copy, **upload, **source, **beyond)
    refused("InvalidArgument", 400, s3.upload_part_copy, **upload, **source, PartNumber=3, CopySourceRange="0-9")
    refused("PreconditionFailed", 412, s3.upload_part_copy, **upload, **source, PartNumber=3, CopySourceIfMatch='"0"')
    sent = [{"PartNumber": number, "ETag": part["ETag"]} for number, part in enumerate([whole, some], 1)]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": sent})
    equal(body("part-copies", "k") == data + data[10:20], True)


@chapter
def an_upload_is_completed_only_with_its_parts():
    bucket("strict-parts")
    upload, sent = uploaded("strict-parts", "k", PARTS[:1] + PARTS[2:])
    complete = lambda parts, **more: s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, **more)
    refused("InvalidPartOrder", 400, complete, parts=sent[::-1])
    refused("InvalidPart", 400, complete, parts=[*sent, {"PartNumber": 3, "ETag": sent[0]["ETag"]}])
    refused("InvalidPart", 400, complete, parts=[sent[0], sent[1] | {"ETag": sent[0]["ETag"]}])
    loose = client(checked=False)
    refused("MalformedXML", 400, loose.complete_multipart_upload, **upload, MultipartUpload={"Parts": []})
    refused("InvalidArgument", 400, s3.upload_part, **upload, PartNumber=10_001, Body=b"")
    refused("InvalidArgument", 400, s3.upload_part, **upload, PartNumber=0, Body=b"")
    put("strict-parts", "k", b"before")
    refused("PreconditionFailed", 412, complete, parts=sent, IfNoneMatch="*")
    equal(body("strict-parts", "k"), b"before")
    complete(sent[:1])  # the part that is not named is dropped
    equal(s3.head_object(Bucket="strict-parts", Key="k")["ContentLength"], 5 * MIB)

    upload, sent = uploaded("strict-parts", "small", [b"too small", b"last"])
    error = refused("EntityTooSmall", 400, complete, parts=sent)["Error"]
    equal((error["ProposedSize"], error["MinSizeAllowed"], error["PartNumber"]), ("9", str(5 * MIB), "1"))


@chapter
def uploads_are_listed_and_aborted():
    bucket("uploads")
    started = [(key, s3.create_multipart_upload(Bucket="uploads", Key=key)["UploadId"]) for key in ["a", "a", "b/1", "b/2", "c"]]
    listed = lambda **more: s3.list_multipart_uploads(Bucket="uploads", **more)
    equal(sorted((upload["Key"], upload["UploadId"]) for upload in listed()["Uploads"]), sorted(started))
    equal([upload["Key"] for upload in listed(Prefix="b/")["Uploads"]], ["b/1", "b/2"])
    got = listed(Delimiter="/")
    equal(([upload["Key"] for upload in got["Uploads"]], got["CommonPrefixes"]), (["a", "a", "c"], [{"Prefix": "b/"}]))
    pages = s3.get_paginator("list_multipart_uploads").paginate(Bucket="uploads", PaginationConfig={"PageSize": 2})
    equal([[upload["Key"] for upload in page["Uploads"]] for page in pages], [["a", "a"], ["b/1", "b/2"], ["c"]])
    upload = {"Bucket": "uploads", "Key": "c", "UploadId": started[-1][1]}
    s3.upload_part(**upload, PartNumber=1, Body=b"x")
    equal(status(s3.abort_multipart_upload(**upload)), 204)
    refused("NoSuchUpload", 404, s3.upload_part, **upload, PartNumber=1, Body=b"x")
    refused("NoSuchUpload", 404, s3.list_parts, **upload)
    refused("NoSuchUpload", 404, s3.abort_multipart_upload, **(upload | {"UploadId": "nonsense"}))
    refused("NoSuchUpload", 404, s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": "x"}]})
    refused("NoSuchUpload", 404, s3.upload_part, **(upload | {"Key": "other", "UploadId": started[0][1]}), PartNumber=1, Body=b"x")
    refused("NoSuchBucket", 404, s3.create_multipart_upload, Bucket="absent-bucket", Key="k")


@chapter
def the_transfer_manager_moves_large_files():
    bucket("transfers")
    data = os.urandom(20 * MIB + 7)
    s3.upload_fileobj(io.BytesIO(data), "transfers", "k", ExtraArgs={"Metadata": {"a": "1"}})
    back = io.BytesIO()
    s3.download_fileobj("transfers", "k", back)
    equal(back.getvalue() == data, True)
    got = s3.head_object(Bucket="transfers", Key="k")
    equal((got["ETag"], got["Metadata"]), (etag(data[: 8 * MIB], data[8 * MIB : 16 * MIB], data[16 * MIB :]), {"a": "1"}))
    s3.copy({"Bucket": "transfers", "Key": "k"}, "transfers", "copy")
    equal(hashlib.sha1(body("transfers", "copy")).digest(), hashlib.sha1(data).digest())


# Checksums.


def trailing(using):
    """boto3 sends checksums behind the body over TLS only: here over plain HTTP too."""

    def behind(params, **_):
        params["context"]["checksum"]["request_algorithm"]["in"] = "trailer"

    using.meta.events.register("before-call.s3.PutObject", behind)
    using.meta.events.register("before-call.s3.UploadPart", behind)
    return using


@chapter
def checksums_are_kept():
    bucket("checksums")
    known = {"CRC32": "y/Q5Jg==", "CRC32C": "4waSgw==", "CRC64NVME": "rosUhgp5mIg=", "SHA1": "98O8HYCOBHMq32eZZczDTKeuNEE=", "SHA256": "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="}
    for using, how in [(s3, "in a header"), (trailing(client()), "behind the body")]:
        for algorithm in ALGORITHMS:
            name = f"Checksum{algorithm}"
            for data in [b"123456789", b"", os.urandom(100_000)]:
                wanted = known[algorithm] if data == b"123456789" else checksum(algorithm, data)
                what = f"{algorithm} {how}, {len(data)} bytes"
                answer = put("checksums", what, data, using=using, ChecksumAlgorithm=algorithm)
                equal((answer[name], answer["ChecksumType"], answer["ETag"]), (wanted, "FULL_OBJECT", etag(data)), what)
                for got in [s3.get_object(Bucket="checksums", Key=what, ChecksumMode="ENABLED"), s3.head_object(Bucket="checksums", Key=what, ChecksumMode="ENABLED")]:
                    equal((got[name], got["ChecksumType"], got["ContentLength"]), (wanted, "FULL_OBJECT", len(data)), what)
                    assert "ContentEncoding" not in got, f"{what}: {got['ContentEncoding']} is no encoding of the object"
                equal(body("checksums", what) == data, True, what)
    listed = {listed["Key"]: listed["ChecksumAlgorithm"] for listed in s3.list_objects_v2(Bucket="checksums")["Contents"]}
    equal(listed, {key: [key.split()[0]] for key in listed})
    trailing_gzip = trailing(client())
    put("checksums", "gzip", b"x", using=trailing_gzip, ContentEncoding="gzip")
    equal(s3.head_object(Bucket="checksums", Key="gzip")["ContentEncoding"], "gzip")
    # Of a range no checksum is told, so that the client does not compare it with the whole.
    got = s3.get_object(Bucket="checksums", Key="CRC32 in a header, 9 bytes", ChecksumMode="ENABLED", Range="bytes=0-1")
    equal((got["Body"].read(), "ChecksumCRC32" in got), (b"12", False))
    got = s3.get_object_attributes(Bucket="checksums", Key="SHA1 in a header, 9 bytes", ObjectAttributes=["Checksum"])
    equal(got["Checksum"], {"ChecksumSHA1": known["SHA1"], "ChecksumType": "FULL_OBJECT"})


@chapter
def an_object_has_a_checksum_even_if_none_was_sent():
    bucket("unsummed")
    quiet = client(request_checksum_calculation="when_required")
    equal(put("unsummed", "k", b"123456789", using=quiet)["ChecksumCRC64NVME"], "rosUhgp5mIg=")
    got = s3.get_object(Bucket="unsummed", Key="k", ChecksumMode="ENABLED")
    equal((got["ChecksumCRC64NVME"], got["ChecksumType"]), ("rosUhgp5mIg=", "FULL_OBJECT"))
    headers = client(response_checksum_validation="when_required").get_object(Bucket="unsummed", Key="k")["ResponseMetadata"]["HTTPHeaders"]
    assert "x-amz-checksum-crc64nvme" not in headers, "told only when asked for"


@chapter
def wrong_checksums_are_refused():
    bucket("wrong-sums")
    for algorithm in ALGORITHMS:
        wrong = {f"Checksum{algorithm}": checksum(algorithm, b"other")}
        refused("BadDigest", 400, s3.put_object, Bucket="wrong-sums", Key="k", Body=b"data", **wrong)
        refused("InvalidRequest", 400, s3.put_object, Bucket="wrong-sums", Key="k", Body=b"data", **{f"Checksum{algorithm}": "nonsense"})
    two = {"ChecksumCRC32": checksum("CRC32", b"data"), "ChecksumSHA1": checksum("SHA1", b"data")}
    refused("InvalidRequest", 400, s3.put_object, Bucket="wrong-sums", Key="k", Body=b"data", **two)
    equal(keys("wrong-sums"), [])
    upload = {"Bucket": "wrong-sums", "Key": "k"}
    upload["UploadId"] = s3.create_multipart_upload(**upload, ChecksumAlgorithm="SHA256")["UploadId"]
    wrong = {"PartNumber": 1, "Body": b"data", "ChecksumSHA256": checksum("SHA256", b"other")}
    refused("BadDigest", 400, s3.upload_part, **upload, **wrong)


@chapter
def checksums_of_parts_are_put_together():
    bucket("sums")
    kinds = [(algorithm, "COMPOSITE") for algorithm in ALGORITHMS if algorithm != "CRC64NVME"]
    kinds += [(algorithm, "FULL_OBJECT") for algorithm in ALGORITHMS if algorithm.startswith("CRC")]
    for algorithm, kind in kinds:
        name, what = f"Checksum{algorithm}", f"{algorithm} {kind}"
        upload = {"Bucket": "sums", "Key": what}
        created = s3.create_multipart_upload(**upload, ChecksumAlgorithm=algorithm, ChecksumType=kind)
        equal((created["ChecksumAlgorithm"], created["ChecksumType"]), (algorithm, kind))
        upload["UploadId"] = created["UploadId"]
        sent = []
        for number, part in enumerate(PARTS, 1):
            using = trailing(client()) if number == 2 else s3
            answer = using.upload_part(**upload, PartNumber=number, Body=part, ChecksumAlgorithm=algorithm)
            equal(answer[name], checksum(algorithm, part), what)
            sent.append({"PartNumber": number, "ETag": answer["ETag"], name: answer[name]})
        equal([part[name] for part in s3.list_parts(**upload)["Parts"]], [part[name] for part in sent])
        if kind == "COMPOSITE":
            wanted = checksum(algorithm, b"".join(raw_checksum(algorithm, part) for part in PARTS)) + "-3"
            broken = [sent[0] | {name: sent[1][name]}, *sent[1:]]
            refused("InvalidPart", 400, s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": broken})
        else:
            wanted = checksum(algorithm, b"".join(PARTS))
            wrong = {name: checksum(algorithm, b"other"), "ChecksumType": kind}
            refused("BadDigest", 400, s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": sent}, **wrong)
        got = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": sent}, ChecksumType=kind)
        equal((got[name], got["ChecksumType"], got["ETag"]), (wanted, kind, etag(*PARTS)), what)
        got = s3.head_object(Bucket="sums", Key=what, ChecksumMode="ENABLED")
        equal((got[name], got["ChecksumType"]), (wanted, kind), what)
        parts = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
        got = s3.get_object_attributes(Bucket="sums", Key=what, ObjectAttributes=parts, MaxParts=2)
        equal((got["ETag"], got["ObjectSize"]), (etag(*PARTS).strip('"'), 10 * MIB + 100), what)
        equal((got["Checksum"][name].split("-")[0], got["Checksum"]["ChecksumType"]), (wanted.split("-")[0], kind), what)
        equal((got["ObjectParts"]["TotalPartsCount"], got["ObjectParts"]["IsTruncated"]), (3, True), what)
        equal([(part["PartNumber"], part["Size"], part[name]) for part in got["ObjectParts"]["Parts"]], [(n, 5 * MIB, sent[n - 1][name]) for n in (1, 2)], what)
        s3.delete_object(Bucket="sums", Key=what)
    for algorithm, kind in [("SHA1", "FULL_OBJECT"), ("SHA256", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE")]:
        refused("InvalidRequest", 400, s3.create_multipart_upload, Bucket="sums", Key="k", ChecksumAlgorithm=algorithm, ChecksumType=kind)


@chapter
def attributes_are_told():
    versioned("attributes")
    version = put("attributes", "k", b"data", StorageClass="STANDARD_IA")["VersionId"]
    asked = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
    got = s3.get_object_attributes(Bucket="attributes", Key="k", ObjectAttributes=asked)
    equal((got["ETag"], got["StorageClass"], got["ObjectSize"], got["VersionId"]), (md5(b"data"), "STANDARD_IA", 4, version))
    assert "ObjectParts" not in got, got
    near_now(got["LastModified"])
    got = s3.get_object_attributes(Bucket="attributes", Key="k", ObjectAttributes=["ObjectSize"])
    assert "ETag" not in got and "Checksum" not in got, "what was not asked for"
    refused("NoSuchKey", 404, s3.get_object_attributes, Bucket="attributes", Key="absent", ObjectAttributes=asked)


# Signatures.


def signed_in_chunks(endpoint, name, key, chunks, credentials=("test", "test"), trailer=None, broken=False):
    """Puts an object as the SDK for Java does: each chunk with a signature on the one before; the answer of `fetch`."""
    kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else "")
    address = f"{endpoint}/{name}/{urllib.parse.quote(key)}"
    headers = {"x-amz-content-sha256": kind, "x-amz-decoded-content-length": str(sum(map(len, chunks))), "content-encoding": "aws-chunked"}
    if trailer:
        headers["x-amz-trailer"] = trailer[0]

    class Signer(S3SigV4Auth):
        def payload(self, request):
            return kind

        def _modify_request_before_signing(self, request):
            super()._modify_request_before_signing(request)
            request.headers.replace_header("X-Amz-Content-SHA256", kind)

        def signature(self, string_to_sign, request):
            self.last = super().signature(string_to_sign, request)
            return self.last

    signer = Signer(Credentials(*credentials), "s3", "us-east-1")
    request = AWSRequest("PUT", address, headers=headers)
    signer.add_auth(request)
    stamp, scope = request.context["timestamp"], signer.credential_scope(request)
    signing = b"AWS4" + credentials[1].encode()
    for step in scope.split("/"):
        signing = hmac.digest(signing, step.encode(), "sha256")

    def follows(kind, *digests):
        text = "\n".join([kind, stamp, scope, signer.last, *digests])
        signer.last = hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()
        return signer.last.replace(signer.last[0], "f" if signer.last[0] == "0" else "0", 1) if broken else signer.last

    sha256 = lambda data: hashlib.sha256(data).hexdigest()
    data = b""
    for chunk in [*chunks, b""]:
        signature = follows("AWS4-HMAC-SHA256-PAYLOAD", sha256(b""), sha256(chunk))
        data += f"{len(chunk):x};chunk-signature={signature}\r\n".encode() + (chunk + b"\r\n" if chunk else b"")
    if trailer:
        line = f"{trailer[0]}:{trailer[1]}"
        signature = follows("AWS4-HMAC-SHA256-TRAILER", sha256(line.encode() + b"\n"))
        data += f"{line}\r\nx-amz-trailer-signature:{signature}\r\n".encode()
    data += b"\r\n"
    return fetch(address, data, "PUT", dict(request.headers))


@chapter
def bodies_come_in_signed_chunks():
    bucket("chunks")
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    for chunks in [[], [b"x"], [os.urandom(65_536), os.urandom(65_536), b"\r\n0;chunk-signature="]]:
        data = b"".join(chunks)
        for trailer in [None, ("x-amz-checksum-crc32c", checksum("CRC32C", data))]:
            code, headers, _ = signed_in_chunks(endpoint, "chunks", "k", chunks, trailer=trailer)
            equal((code, headers["etag"]), (200, etag(data)))
            got = s3.get_object(Bucket="chunks", Key="k", ChecksumMode="ENABLED")
            equal((got["Body"].read() == data, got["ContentLength"], "ContentEncoding" in got), (True, len(data), False))
            equal(got.get("ChecksumCRC32C"), trailer and trailer[1])
    wrong = ("x-amz-checksum-crc32c", checksum("CRC32C", b"other"))
    code, _, document = signed_in_chunks(endpoint, "chunks", "wrong", [b"data"], trailer=wrong)
    equal((code, error_code(document)), (400, "BadDigest"))
    equal(keys("chunks"), ["k"])


@chapter
def addresses_are_signed_beforehand():
    bucket("presigned")
    key = "dir/ü +&=.txt"
    for kind in ["s3v4", "s3"]:
        using = client(signature_version=kind)
        sign = lambda call, **more: using.generate_presigned_url(call, Params={"Bucket": "presigned", "Key": key, **more}, ExpiresIn=60)
        address = sign("put_object", ContentType="text/plain", Metadata={"a": kind})
        assert ("X-Amz-Signature" if kind == "s3v4" else "Signature=") in address, address
        code, headers, _ = fetch(address, b"via " + kind.encode(), "PUT", {"content-type": "text/plain", "x-amz-meta-a": kind})
        equal((code, headers["etag"]), (200, etag(b"via " + kind.encode())), kind)
        code, headers, data = fetch(sign("get_object", ResponseContentType="a/b"))
        equal((code, data, headers["content-type"], headers["x-amz-meta-a"]), (200, b"via " + kind.encode(), "a/b", kind), kind)
        code, headers, _ = fetch(sign("head_object"), method="HEAD")
        equal((code, headers["content-length"]), (200, str(4 + len(kind))), kind)
        code, _, data = fetch(sign("get_object"), headers={"range": "bytes=0-2"})
        equal((code, data), (206, b"via"), kind)
        listing = using.generate_presigned_url("list_objects_v2", Params={"Bucket": "presigned"}, ExpiresIn=60)
        equal(fetch(listing)[0], 200, kind)
        equal(fetch(sign("delete_object"), method="DELETE")[0], 204, kind)
        code, _, document = fetch(sign("get_object"))
        equal((code, error_code(document)), (404, "NoSuchKey"), kind)
    put("presigned", key)
    for kind in ["s3v4", "s3"]:
        sign = client(signature_version=kind).generate_presigned_url
        address = sign("get_object", Params={"Bucket": "presigned", "Key": key}, ExpiresIn=1)
        time.sleep(2.1)
        code, _, document = fetch(address)
        equal((code, error_code(document)), (403, "AccessDenied"), f"{kind}: it has expired")


@chapter
def a_form_is_posted():
    bucket("forms")
    conditions = [["starts-with", "$key", "user/"], ["content-length-range", 1, 10], {"success_action_status": "201"}]
    form = s3.generate_presigned_post("forms", "user/${filename}", Fields={"success_action_status": "201"}, Conditions=conditions)

    def post(data):
        parts = [f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in form["fields"].items()]
        parts += [b'--edge\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\n', data, b"\r\n--edge--\r\n"]
        return fetch(form["url"], b"".join(parts), "POST", {"content-type": "multipart/form-data; boundary=edge"})

    code, _, document = post(b"data")
    equal(code, 201)
    equal(xml.etree.ElementTree.fromstring(document).findtext("{*}Key"), "user/f.txt")
    equal(body("forms", "user/f.txt"), b"data")
    code, _, document = post(b"more than ten bytes")
    equal((code, error_code(document)), (400, "EntityTooLarge"))


# Locks.


@chapter
def an_object_is_locked():
    bucket("locked", ObjectLockEnabledForBucket=True)
    equal(s3.get_bucket_versioning(Bucket="locked")["Status"], "Enabled")
    equal(s3.get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"], {"ObjectLockEnabled": "Enabled"})
    suspend = {"VersioningConfiguration": {"Status": "Suspended"}}
    refused("InvalidBucketState", 409, s3.put_bucket_versioning, Bucket="locked", **suspend)
    until = (now() + datetime.timedelta(days=1)).replace(microsecond=0)
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until}
    version = put("locked", "k", b"data", **lock)["VersionId"]
    held = {"Bucket": "locked", "Key": "k", "VersionId": version}
    got = s3.head_object(Bucket="locked", Key="k")
    equal((got["ObjectLockMode"], got["ObjectLockRetainUntilDate"]), ("GOVERNANCE", until))
    equal(s3.get_object_retention(**held)["Retention"], {"Mode": "GOVERNANCE", "RetainUntilDate": until})
    refused("AccessDenied", 403, s3.delete_object, **held)
    got = s3.delete_objects(Bucket="locked", Delete={"Objects": [{"Key": "k", "VersionId": version}]})
    equal([error["Code"] for error in got["Errors"]], ["AccessDenied"])
    equal(s3.delete_object(Bucket="locked", Key="k")["DeleteMarker"], True, "a marker hides it only")
    shorter = {"Mode": "GOVERNANCE", "RetainUntilDate": until - datetime.timedelta(hours=1)}
    refused("AccessDenied", 403, s3.put_object_retention, **held, Retention=shorter)
    s3.put_object_retention(**held, Retention=shorter, BypassGovernanceRetention=True)
    s3.put_object_legal_hold(**held, LegalHold={"Status": "ON"})
    equal(s3.get_object_legal_hold(**held)["LegalHold"], {"Status": "ON"})
    refused("AccessDenied", 403, s3.delete_object, **held, BypassGovernanceRetention=True)
    s3.put_object_legal_hold(**held, LegalHold={"Status": "OFF"})
    equal(status(s3.delete_object(**held, BypassGovernanceRetention=True)), 204)

    version = put("locked", "bare")["VersionId"]
    refused("NoSuchObjectLockConfiguration", 404, s3.get_object_retention, Bucket="locked", Key="bare")
    past = {"Mode": "GOVERNANCE", "RetainUntilDate": now() - datetime.timedelta(days=1)}
    refused("InvalidArgument", 400, s3.put_object_retention, Bucket="locked", Key="bare", Retention=past)
    equal(status(s3.delete_object(Bucket="locked", Key="bare", VersionId=version)), 204)


@chapter
def compliance_is_not_bypassed():
    bucket("compliant", ObjectLockEnabledForBucket=True)
    rule = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 2}}}
    s3.put_object_lock_configuration(Bucket="compliant", ObjectLockConfiguration=rule)
    equal(s3.get_object_lock_configuration(Bucket="compliant")["ObjectLockConfiguration"], rule)
    version = put("compliant", "k")["VersionId"]
    got = s3.head_object(Bucket="compliant", Key="k")
    equal(got["ObjectLockMode"], "COMPLIANCE")
    near_now(got["ObjectLockRetainUntilDate"] - datetime.timedelta(days=2))
    held = {"Bucket": "compliant", "Key": "k", "VersionId": version}
    refused("AccessDenied", 403, s3.delete_object, **held, BypassGovernanceRetention=True)
    shorter = {"Mode": "COMPLIANCE", "RetainUntilDate": now() + datetime.timedelta(hours=1)}
    refused("AccessDenied", 403, s3.put_object_retention, **held, Retention=shorter, BypassGovernanceRetention=True)
    longer = {"Mode": "COMPLIANCE", "RetainUntilDate": now() + datetime.timedelta(days=3)}
    equal(status(s3.put_object_retention(**held, Retention=longer)), 200)


@chapter
def locks_need_a_bucket_with_locks():
    bucket("unlocked")
    put("unlocked", "k")
    hold = {"LegalHold": {"Status": "ON"}}
    refused("InvalidRequest", 400, s3.put_object_legal_hold, Bucket="unlocked", Key="k", **hold)
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": now() + datetime.timedelta(days=1)}
    refused("InvalidRequest", 400, s3.put_object, Bucket="unlocked", Key="k", **lock)
    enabled = {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}
    refused("InvalidBucketState", 409, s3.put_object_lock_configuration, Bucket="unlocked", **enabled)


# Keys.


def survive(name, names):
    """Each key holds its own bytes, and is listed once, among all the others."""
    bucket(name)
    for key in names:
        put(name, key, key.encode())
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=name, PaginationConfig={"PageSize": 40})
    equal([listed["Key"] for page in pages for listed in page["Contents"]], sorted(names, key=str.encode))
    for key in names:
        equal(body(name, key), key.encode(), key)
        equal(s3.head_object(Bucket=name, Key=key)["ContentLength"], len(key.encode()), key)
    for count, key in enumerate(names, 1):
        s3.delete_object(Bucket=name, Key=key)
        refused("404", 404, s3.head_object, Bucket=name, Key=key)
        if count in (1, len(names)):
            equal(len(keys(name)), len(names) - count, key)
    s3.delete_bucket(Bucket=name)


@chapter
def keys_do_not_collide():
    survive(
        "keys",
        [
            *["a", "A", "a/", "a/b", "a//b", "a/b/", "a/b//", "/a", "//a", "/", "//", "a/./b", "a/../b", "a/b/../../c", "./a"],
            *["a.b", ".a", "a.", "a..", "a...b", "...", "a/...", "a/.hidden", "~", "-", "_", "a\\b", "a\\..\\b", "C:\\x", "nul"],
            *["a b", " a", "a ", "a  b", "a+b", "a%20b", "a%2Bb", "a%2fb", "a%2Fb", "a%252Fb", "%", "%%", "a%", "%zz", "+", "++"],
            *["?", "a?b", "a?versioning", "a?uploads", "#a", "a#b", "a&b=c", "a;b", "a=b", "'", '"', "<a>", "a&amp;b", "]]>", "*", "{}", "[x]", "|"],
            *["é", "e\u0301", "ß", "ẞ", "日本語", "😀", "\u202e", "\u200b", "א", "\ufeff", "a\u00a0b", "\ue000"],
            *["meta.json", "a/meta.json", ".metadata", "_versions", "versions/a", "_wavetank/clock", "null", "undefined", "None"],
            *["k" * 1024, "k" * 1023, "k" * 255, "k" * 256, "ü" * 512, "d/" * 512, "/".join("e" * 200 for _ in range(5))],
        ],
    )


@chapter
def every_ascii_character_is_kept_in_keys():
    survive("ascii", [f"ascii/<{chr(code)}>" for code in range(1, 128)])


@chapter
def keys_have_at_most_1024_bytes():
    bucket("long-keys")
    for key in ["k" * 1025, "ü" * 512 + "k"]:
        error = refused("KeyTooLongError", 400, s3.put_object, Bucket="long-keys", Key=key)["Error"]
        equal((error["MaxSizeAllowed"], error["Size"]), ("1024", "1025"))


# Addresses.


@chapter
def a_bucket_is_a_host():
    port = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"]).port
    resolve = socket.getaddrinfo
    local = lambda host, *more, **named: resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *more, **named)
    socket.getaddrinfo = local  # not every resolver knows the names below localhost
    try:
        hosted = client(f"http://s3.localhost:{port}", s3={"addressing_style": "virtual"})
        for name in ["hosted", "with.dots"]:
            hosts = set()
            hosted.meta.events.register("before-send.s3", lambda request, **_: hosts.add(urllib.parse.urlsplit(request.url).hostname))
            hosted.create_bucket(Bucket=name)
            for key in ["dir/a b+ü.txt", "hosted/k", "/k", "a//b"]:
                put(name, key, key.encode(), using=hosted)
                equal(body(name, key, using=hosted), key.encode())
                equal(body(name, key), key.encode(), "in path style")
            equal(hosts, {f"{name}.s3.localhost"})
            listed = hosted.list_objects_v2(Bucket=name, Prefix="dir/")["Contents"]
            equal([one["Key"] for one in listed], ["dir/a b+ü.txt"])
            address = hosted.generate_presigned_url("get_object", Params={"Bucket": name, "Key": "dir/a b+ü.txt"})
            code, _, data = fetch(address)
            equal((code, data), (200, "dir/a b+ü.txt".encode()))
            refused("NoSuchKey", 404, hosted.get_object, Bucket=name, Key="absent")
            refused("BucketNotEmpty", 409, hosted.delete_bucket, Bucket=name)
        refused("NoSuchBucket", 404, hosted.list_objects_v2, Bucket="absent-bucket")
        assert "hosted" in [listed["Name"] for listed in hosted.list_buckets()["Buckets"]]
    finally:
        socket.getaddrinfo = resolve


# Errors.


@chapter
def errors_have_their_classes():
    bucket("errors")
    irish = client(region="eu-west-1")
    ours = {"Bucket": "errors-irish", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    irish.create_bucket(**ours)
    put("errors", "cold", StorageClass="DEEP_ARCHIVE")
    classes = s3.exceptions
    for expected, using, call, request in [
        (classes.NoSuchBucket, s3, "list_objects_v2", {"Bucket": "absent-bucket"}),
        (classes.NoSuchKey, s3, "get_object", {"Bucket": "errors", "Key": "absent"}),
        (classes.NoSuchUpload, s3, "abort_multipart_upload", {"Bucket": "errors", "Key": "k", "UploadId": "absent"}),
        (classes.InvalidObjectState, s3, "get_object", {"Bucket": "errors", "Key": "cold"}),
        (irish.exceptions.BucketAlreadyOwnedByYou, irish, "create_bucket", ours),
    ]:
        try:
            getattr(using, call)(**request)
        except expected as error:
            told = error.response["ResponseMetadata"]
            assert error.response["Error"]["Message"], expected
            assert told["RequestId"] and told["HostId"], told
            equal(told["HTTPHeaders"]["content-type"], "application/xml")
        else:
            raise AssertionError(f"{expected} expected of {call}({request})")


@chapter
def what_is_not_there_is_said_so():
    bucket("unsupported")
    put("unsupported", "k", b"a,b\n")
    formats = {"InputSerialization": {"CSV": {}}, "OutputSerialization": {"CSV": {}}}
    request = {"Bucket": "unsupported", "Key": "k", "Expression": "SELECT * FROM s3object", "ExpressionType": "SQL", **formats}
    refused("NotImplemented", 501, s3.select_object_content, **request)
    refused("NotImplemented", 501, s3.get_object_torrent, Bucket="unsupported", Key="k")


# Keys of access, and TLS.


@chapter
def a_strict_server_checks_signatures():
    endpoint = os.environ.get("STRICT_ENDPOINT_URL")
    if not endpoint:
        return "no server with --strict-auth"
    key, secret = os.environ["STRICT_KEY"].split(":", 1)
    right = client(endpoint, key=key, secret=secret)
    right.create_bucket(Bucket="guarded")
    odd = "dir/a//../b +ü%&=?#.txt"
    for using in [right, trailing(client(endpoint, key=key, secret=secret)), client(endpoint, key=key, secret=secret, signature_version="s3")]:
        put("guarded", odd, b"data", using=using)
        equal(body("guarded", odd, using=using), b"data")
        equal([listed["Key"] for listed in using.list_objects_v2(Bucket="guarded", Prefix="dir/")["Contents"]], [odd])
        address = using.generate_presigned_url("get_object", Params={"Bucket": "guarded", "Key": odd})
        equal(fetch(address)[::2], (200, b"data"))
        code, _, document = fetch(address.replace("dir", "other"))
        equal((code, error_code(document)), (403, "SignatureDoesNotMatch"))
    for broken, wanted in [(False, 200), (True, 403)]:
        for trailer in [None, ("x-amz-checksum-crc32", checksum("CRC32", b"data"))]:
            answer = signed_in_chunks(endpoint, "guarded", "chunks", [b"data"], (key, secret), trailer, broken)
            equal(answer[0], wanted, answer[2])
    for wrong, code in [
        (client(endpoint, key=key, secret="wrong"), "SignatureDoesNotMatch"),
        (client(endpoint, key="unknown", secret=secret), "InvalidAccessKeyId"),
        (client(endpoint, key=key, secret="wrong", signature_version="s3"), "SignatureDoesNotMatch"),
        (client(endpoint, signature_version=botocore.UNSIGNED), "AccessDenied"),
    ]:
        refused(code, 403, wrong.list_objects_v2, Bucket="guarded")
        refused(code, 403, wrong.put_object, Bucket="guarded", Key="k", Body=b"data")


@chapter
def a_server_is_reached_over_tls():
    endpoint = os.environ.get("TLS_ENDPOINT_URL")
    if not endpoint:
        return "no server with --tls"
    using = client(endpoint, verify=os.environ["CERTIFICATE"])
    using.create_bucket(Bucket="private")
    for algorithm in ALGORITHMS:  # behind the body, which is not signed here
        put("private", algorithm, b"over TLS", using=using, ChecksumAlgorithm=algorithm)
        equal(body("private", algorithm, using=using), b"over TLS")


if __name__ == "__main__":
    sys.exit(tell("s3-boto3", f"boto3 {boto3.__version__}, botocore {botocore.__version__}"))
