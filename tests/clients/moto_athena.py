"""A plugin of pytest for moto's tests of Athena: what they take for granted of a server that runs no query.

moto answers every query at once and writes no result, so its tests name buckets that they never make, and ask for what
a query has done right after they have started it. Here the buckets are made after each reset, and a query is waited for
where it is started. What the tests ask and expect stays as it is.
"""

import time

import boto3
from botocore.client import BaseClient
from moto.core.models import ServerModeMockAWS

BUCKETS = ["bucket", "bucket-name", "qwerasdfq3451345254"]
FINAL = {"SUCCEEDED", "FAILED", "CANCELLED"}
PATIENCE_SECS = 30

reset_alone = ServerModeMockAWS.reset
call_alone = BaseClient._make_api_call


def reset(self):
    reset_alone(self)
    s3 = boto3.session.Session().client(
        "s3", region_name="us-east-1", endpoint_url=self._test_server_mode_endpoint
    )
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=bucket)


def call(self, operation, parameters):
    answer = call_alone(self, operation, parameters)
    if operation == "StartQueryExecution":
        wait(self, answer["QueryExecutionId"])
    return answer


def wait(client, query):
    deadline = time.monotonic() + PATIENCE_SECS
    state = None
    while state not in FINAL:
        assert time.monotonic() < deadline, f"query {query} is still {state}"
        answer = call_alone(client, "GetQueryExecution", {"QueryExecutionId": query})
        state = answer["QueryExecution"]["Status"]["State"]


ServerModeMockAWS.reset = reset
BaseClient._make_api_call = call
