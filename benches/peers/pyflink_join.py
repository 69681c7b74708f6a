"""The nested join as an interval join in Flink SQL: `pyflink_join.py INPUT OUTPUT` (OUTPUT is made anew).

Flink reads the files of a folder in no fixed order and would find most rows late, so the lines of each stream are
first dealt out, in order and untimed, to one file per core. Parquet is not in Flink's wheel: FLINK_PARQUET_JAR names a flink-sql-parquet jar to write it; else CSV is written,
which costs Flink less. Flink drops late rows by rules of its own, so its rows may differ from Spark's.
"""

import time

begun = time.perf_counter()

import os
import shutil
import sys
import tempfile
from pathlib import Path

from pyflink.table import EnvironmentSettings, TableEnvironment
from pyflink.version import __version__

from common import PURCHASES, RECOMMENDATIONS, count_events, emit, files

CORES = 2

# A checkpoint is when Flink makes files visible, as a micro-batch does in Spark.
CHECKPOINT = "2 s"

PURCHASES_TABLE = """
CREATE TEMPORARY TABLE raw_purchases (
  body ROW<basket_items ARRAY<ROW<product ROW<sku STRING, name STRING, category STRING,
    pricing ROW<price DOUBLE>, quantity_purchased BIGINT>>>,
    transaction_id STRING, purchase_time STRING, user_id STRING>,
  purchase_time AS TO_TIMESTAMP_LTZ(CAST(body.purchase_time AS BIGINT), 0),
  WATERMARK FOR purchase_time AS purchase_time - INTERVAL '10' MINUTE
) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '{folder}/{table}')
"""
RECOMMENDATIONS_TABLE = """
CREATE TEMPORARY TABLE raw_recommendations (
  purchase_id STRING, next_best_product_sku STRING, likelihood_score BIGINT,
  purchase_time BIGINT, recommendation_processed_time BIGINT,
  rec_time AS TO_TIMESTAMP_LTZ(recommendation_processed_time, 0),
  WATERMARK FOR rec_time AS rec_time - INTERVAL '30' SECOND
) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '{folder}/{table}')
"""
SINK_TABLE = """
CREATE TEMPORARY TABLE enriched_purchases (
  purchase_time TIMESTAMP(3), transaction_id STRING, user_id STRING, sku STRING, name STRING, category STRING,
  price DOUBLE, quantity_purchased BIGINT, next_best_product_sku STRING, likelihood_score BIGINT,
  rec_time TIMESTAMP(3), purchase_date STRING
) PARTITIONED BY (purchase_date) WITH ('connector' = 'filesystem', 'format' = '{format}', 'path' = '{output}')
"""
# A sink takes one time attribute at most: both times are written as plain timestamps.
JOIN = """
INSERT INTO enriched_purchases
SELECT CAST(p.purchase_time AS TIMESTAMP(3)), p.transaction_id, p.user_id, p.sku, p.name, p.category, p.price,
       p.quantity_purchased, r.next_best_product_sku, r.likelihood_score, CAST(r.rec_time AS TIMESTAMP(3)),
       DATE_FORMAT(p.purchase_time, 'yyyy-MM-dd') AS purchase_date
FROM (
  SELECT s.purchase_time, s.body.transaction_id AS transaction_id, s.body.user_id AS user_id,
         product.sku AS sku, product.name AS name, product.category AS category,
         product.pricing.price AS price, product.quantity_purchased AS quantity_purchased
  FROM raw_purchases AS s CROSS JOIN UNNEST(s.body.basket_items) AS item (product)
) p
JOIN raw_recommendations r
  ON  p.transaction_id = r.purchase_id
 AND  r.rec_time BETWEEN p.purchase_time AND p.purchase_time + INTERVAL '30' SECOND
"""


def deal(folder: str, scratch: str) -> None:
    """Writes the lines of each table to as many files as there are cores, line n to file n modulo cores."""
    for table in (PURCHASES, RECOMMENDATIONS):
        made = Path(scratch, "input", table)
        made.mkdir(parents=True)
        outs = [open(made / f"{core}.json", "wb") for core in range(CORES)]
        turn = 0
        for path in files(folder, table):
            for line in path.read_bytes().splitlines(keepends=True):
                outs[turn % CORES].write(line)
                turn += 1
        for out in outs:
            out.close()


def environment(jar: str | None, scratch: str) -> TableEnvironment:
    """A table environment in streaming mode on a local cluster of two slots."""
    made = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    settings = {
        "parallelism.default": str(CORES),
        "pipeline.object-reuse": "true",
        "execution.checkpointing.interval": CHECKPOINT,
        "execution.checkpointing.storage": "filesystem",
        "execution.checkpointing.dir": Path(scratch, "checkpoints").as_uri(),
        "restart-strategy.type": "none",
        "table.local-time-zone": "UTC",
        "taskmanager.memory.network.min": "128m",
        "taskmanager.memory.network.max": "128m",
    }
    if jar:
        settings["pipeline.jars"] = Path(jar).resolve().as_uri()
    for key, value in settings.items():
        made.get_config().set(key, value)
    return made


def count_rows(output: str, format: str) -> int:
    """Rows that were written."""
    import duckdb

    reader = (
        f"read_parquet('{output}/purchase_date=*/*')" if format == "parquet"
        else f"read_csv('{output}/purchase_date=*/*', header = false, all_varchar = true)"
    )
    return duckdb.connect().execute(f"SELECT count(*) FROM {reader}").fetchone()[0]


def main(folder: str, output: str) -> None:
    shutil.rmtree(output, ignore_errors=True)
    jar = os.environ.get("FLINK_PARQUET_JAR")
    format = "parquet" if jar else "csv"
    with tempfile.TemporaryDirectory() as scratch:
        dealing = time.perf_counter()
        deal(folder, scratch)
        dealt = time.perf_counter() - dealing
        flink = environment(jar, scratch)
        flink.execute_sql(PURCHASES_TABLE.format(folder=f"{scratch}/input", table=PURCHASES))
        flink.execute_sql(RECOMMENDATIONS_TABLE.format(folder=f"{scratch}/input", table=RECOMMENDATIONS))
        flink.execute_sql(SINK_TABLE.format(format=format, output=output))
        started = time.perf_counter()
        flink.execute_sql(JOIN).wait()
        ended = time.perf_counter()
    emit(
        peer=f"pyflink {__version__} to {format}",
        threads=CORES,
        startup_seconds=started - begun - dealt,
        seconds=ended - started,
        events=count_events(folder),
        rows=count_rows(output, format),
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
