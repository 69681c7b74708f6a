#!/usr/bin/env python3
"""A producer that knows nothing of emulators: a shop's purchases go to one stream, the recommendation made for each to
another, in batches with boto3's PutRecords. For a job that joins the two streams within 30 seconds.

    producer.py --purchase_stream_name nestedPurchaseStream --recommender_stream_name recommenderStream --count 500

Creates the streams when they are missing, sends entries that failed again, and ends with one line of JSON on standard
output: what was sent, and how many rows the join of all of it has.
"""

import argparse
import json
import random
import sys
import time
import uuid

import boto3
from botocore.exceptions import ClientError

BATCH = 500
PRODUCTS = [("Anvil", "Tools"), ("Bucket", "Garden"), ("Chisel", "Tools"), ("Desk lamp", "Home"), ("Easel", "Arts")]


def main():
    args = arguments()
    kinesis = boto3.client("kinesis", region_name=args.region)
    for name in (args.purchase_stream_name, args.recommender_stream_name):
        ensure_stream(kinesis, name, args.shards)
    rng = random.Random(args.seed)
    begin = args.start if args.start is not None else int(time.time())
    shop = [visit(rng, begin + i * args.interval) for i in range(args.count)]
    purchases = [purchase for purchase, _ in shop]
    recommendations = [recommendation for _, recommendation in shop if recommendation]
    send(kinesis, args.purchase_stream_name, purchases, lambda row: row["body"]["transaction_id"])
    send(kinesis, args.recommender_stream_name, recommendations, lambda row: row["purchase_id"])
    joined = sum(rows_joined(*pair) for pair in shop)
    print(json.dumps({"purchases": len(purchases), "recommendations": len(recommendations), "rows_joined": joined}))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--purchase_stream_name", default="nestedPurchaseStream")
    parser.add_argument("--recommender_stream_name", default="recommenderStream")
    parser.add_argument("--region", default=None)
    parser.add_argument("--count", type=int, default=500, help="purchases")
    parser.add_argument("--shards", type=int, default=2, help="of a stream that has to be created")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=None, help="first purchase, in seconds since 1970 (now)")
    parser.add_argument("--interval", type=int, default=0, help="seconds between purchases")
    return parser.parse_args()


def ensure_stream(kinesis, name, shards):
    try:
        kinesis.create_stream(StreamName=name, ShardCount=shards)
    except kinesis.exceptions.ResourceInUseException:
        pass
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def visit(rng, now):
    """One purchase, and mostly a recommendation 1 to 40 seconds later: some come too late for the join."""
    transaction = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    basket = [{"product": product(rng)} for _ in range(rng.randint(1, 5))]
    body = {
        "transaction_id": transaction,
        "purchase_time": str(now),
        "user_id": f"U-{rng.randint(0, 5000)}",
        "basket_items": basket,
    }
    if rng.random() < 0.03:
        return {"body": body}, None
    recommendation = {
        "purchase_id": transaction,
        "purchase_time": now,
        "recommendation_processed_time": now + rng.randint(1, 40),
        "likelihood_score": rng.randint(0, 9),
        "next_best_product_sku": f"product-{rng.randint(0, 999)}",
    }
    return {"body": body}, recommendation


def product(rng):
    name, category = rng.choice(PRODUCTS)
    return {
        "sku": f"product-{rng.randint(0, 999)}",
        "name": name,
        "category": category,
        "pricing": {"price": round(rng.uniform(1, 200), 2)},
        "quantity_purchased": rng.randint(1, 3),
    }


def rows_joined(purchase, recommendation):
    """A row for each product in the basket when the recommendation came within 30 seconds."""
    if recommendation is None:
        return 0
    behind = recommendation["recommendation_processed_time"] - int(purchase["body"]["purchase_time"])
    return len(purchase["body"]["basket_items"]) if 0 <= behind <= 30 else 0


def send(kinesis, stream, rows, key):
    for first in range(0, len(rows), BATCH):
        entries = [
            {"Data": json.dumps(row).encode(), "PartitionKey": key(row)} for row in rows[first : first + BATCH]
        ]
        for attempt in range(10):
            answer = kinesis.put_records(StreamName=stream, Records=entries)
            if not answer["FailedRecordCount"]:
                break
            # Only what failed is sent again, in its order.
            answers = zip(entries, answer["Records"], strict=True)
            entries = [entry for entry, outcome in answers if "ErrorCode" in outcome]
            time.sleep(min(0.1 * 2**attempt, 2))
        else:
            sys.exit(f"{stream}: {len(entries)} records could not be sent")


if __name__ == "__main__":
    try:
        main()
    except ClientError as error:
        sys.exit(str(error))
