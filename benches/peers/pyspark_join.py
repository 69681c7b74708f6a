"""The nested join on Spark Structured Streaming: `pyspark_join.py INPUT OUTPUT` (OUTPUT is made anew).

One file of each stream is one micro-batch. WAVETANK_PEERS_SHUFFLE (2) and WAVETANK_PEERS_STATE (hdfs or rocksdb) are
there to try what is faster; README.md says what was.
"""

import time

begun = time.perf_counter()

import os
import shutil
import sys
import tempfile

from pyspark import __version__
from pyspark.sql import SparkSession

from common import PURCHASES, RECOMMENDATIONS, emit, put_in_order
from digest import digest

CORES = 2
STATE = {
    "hdfs": "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider",
    "rocksdb": "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider",
}
PURCHASE_COLUMNS = (
    "body struct<basket_items:array<struct<product:struct<sku:string,name:string,category:string,"
    "pricing:struct<price:double>,quantity_purchased:bigint>>>,"
    "transaction_id:string,purchase_time:string,user_id:string>"
)
RECOMMENDATION_COLUMNS = (
    "purchase_id string, next_best_product_sku string, likelihood_score bigint, "
    "purchase_time bigint, recommendation_processed_time bigint"
)

# The pipeline of scenarios/library/nested-join. Spark 3.5 has neither STREAM() nor WATERMARK in SQL: the watermarks
# are given to the views below.
PURCHASES_SQL = """
SELECT timestamp_seconds(CAST(body.purchase_time AS BIGINT)) AS purchase_time,
       body.transaction_id, body.user_id,
       item.product.sku, item.product.name, item.product.category,
       item.product.pricing.price, item.product.quantity_purchased
FROM raw_purchases
LATERAL VIEW explode(body.basket_items) b AS item
"""
RECOMMENDATIONS_SQL = """
SELECT purchase_id, next_best_product_sku, likelihood_score,
       timestamp_seconds(recommendation_processed_time) AS rec_time
FROM raw_recommendations
"""
JOIN_SQL = """
SELECT p.*, r.next_best_product_sku, r.likelihood_score, r.rec_time,
       CAST(p.purchase_time AS DATE) AS purchase_date
FROM purchases p
JOIN recommendations r
  ON  p.transaction_id = r.purchase_id
 AND  r.rec_time BETWEEN p.purchase_time AND p.purchase_time + INTERVAL 30 SECONDS
"""


def session(scratch: str) -> SparkSession:
    """A session for one small machine: no UI, few partitions, every batch's progress kept."""
    settings = {
        "spark.driver.memory": "8g",
        "spark.local.dir": scratch,
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": os.environ.get("WAVETANK_PEERS_SHUFFLE", "2"),
        "spark.sql.streaming.numRecentProgressUpdates": "100000",
        "spark.sql.streaming.stateStore.providerClass": STATE[os.environ.get("WAVETANK_PEERS_STATE", "hdfs")],
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master(f"local[{CORES}]").appName("nested join")
    for key, value in settings.items():
        builder = builder.config(key, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


def joined(spark: SparkSession, folder: str):
    """The query over both streams."""
    for view, table, columns in (
        ("raw_purchases", PURCHASES, PURCHASE_COLUMNS),
        ("raw_recommendations", RECOMMENDATIONS, RECOMMENDATION_COLUMNS),
    ):
        reader = spark.readStream.schema(columns).option("maxFilesPerTrigger", 1)
        reader.json(f"{folder}/{table}").createOrReplaceTempView(view)
    purchases = spark.sql(PURCHASES_SQL).withWatermark("purchase_time", "10 minutes")
    purchases.createOrReplaceTempView("purchases")
    recommendations = spark.sql(RECOMMENDATIONS_SQL).withWatermark("rec_time", "30 seconds")
    recommendations.createOrReplaceTempView("recommendations")
    return spark.sql(JOIN_SQL)


def main(folder: str, output: str) -> None:
    shutil.rmtree(output, ignore_errors=True)
    put_in_order(folder)
    with tempfile.TemporaryDirectory() as scratch:
        spark = session(scratch)
        writer = (
            joined(spark, folder).writeStream.format("parquet").partitionBy("purchase_date")
            .option("path", output).option("checkpointLocation", f"{scratch}/checkpoint")
            .outputMode("append").trigger(availableNow=True)
        )
        started = time.perf_counter()
        query = writer.start()
        query.awaitTermination()
        ended = time.perf_counter()
        batches = [p for p in query.recentProgress if "addBatch" in p["durationMs"]]
        spark.stop()
    full = [p for p in batches if p["numInputRows"]]
    seconds = [p["durationMs"]["triggerExecution"] / 1000 for p in full]
    rows, value = digest(output)
    emit(
        peer=f"pyspark {__version__} local[{CORES}]",
        threads=CORES,
        shuffle_partitions=int(os.environ.get("WAVETANK_PEERS_SHUFFLE", "2")),
        startup_seconds=started - begun,
        seconds=ended - started,
        batch_seconds=seconds,
        batch_events=[p["numInputRows"] for p in full],
        empty_batch_seconds=[p["durationMs"]["triggerExecution"] / 1000 for p in batches if not p["numInputRows"]],
        events=sum(p["numInputRows"] for p in full),
        rows=rows,
        digest=value,
        digest_seconds=time.perf_counter() - ended,
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
