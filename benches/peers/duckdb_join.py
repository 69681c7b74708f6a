"""The limit without streaming: the same join as one batch in DuckDB, in memory, on 1 thread and again on 2.

`duckdb_join.py INPUT OUTPUT` prints a line for each. Loading, joining and writing are timed apart. Nothing is late
here, so rows may be more than a stream's.
"""

import shutil
import sys
import time

import duckdb

from common import PURCHASES, RECOMMENDATIONS, count_events, emit

LOAD = """
CREATE TABLE purchases AS
SELECT make_timestamp(body.purchase_time::BIGINT * 1000000) AS purchase_time, body.transaction_id, body.user_id,
       item.product.sku, item.product.name, item.product.category, item.product.pricing.price,
       item.product.quantity_purchased
FROM (
  SELECT body, unnest(body.basket_items) AS item
  FROM read_json('{folder}/{purchases}/*.json', format = 'newline_delimited', columns = {{
    body: 'STRUCT(basket_items STRUCT(product STRUCT(sku VARCHAR, "name" VARCHAR, category VARCHAR,
           pricing STRUCT(price DOUBLE), quantity_purchased BIGINT))[],
           transaction_id VARCHAR, purchase_time VARCHAR, user_id VARCHAR)'}})
);
CREATE TABLE recommendations AS
SELECT purchase_id, next_best_product_sku, likelihood_score,
       make_timestamp(recommendation_processed_time * 1000000) AS rec_time
FROM read_json('{folder}/{recommendations}/*.json', format = 'newline_delimited', columns = {{
  purchase_id: 'VARCHAR', next_best_product_sku: 'VARCHAR', likelihood_score: 'BIGINT',
  purchase_time: 'BIGINT', recommendation_processed_time: 'BIGINT'}});
"""
JOIN = """
CREATE TABLE joined AS
SELECT p.*, r.next_best_product_sku, r.likelihood_score, r.rec_time, p.purchase_time::DATE AS purchase_date
FROM purchases p
JOIN recommendations r
  ON  p.transaction_id = r.purchase_id
 AND  r.rec_time BETWEEN p.purchase_time AND p.purchase_time + INTERVAL 30 SECONDS;
"""
WRITE = "COPY joined TO '{output}' (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (purchase_date));"


def run(folder: str, output: str, threads: int) -> None:
    shutil.rmtree(output, ignore_errors=True)
    names = {"folder": folder, "purchases": PURCHASES, "recommendations": RECOMMENDATIONS, "output": output}
    names = {key: value.replace("'", "''") for key, value in names.items()}
    connection = duckdb.connect(config={"threads": threads, "preserve_insertion_order": False})
    took = []
    for sql in (LOAD, JOIN, WRITE):
        begun = time.perf_counter()
        connection.execute(sql.format(**names))
        took.append(time.perf_counter() - begun)
    emit(
        peer=f"duckdb {duckdb.__version__} batch",
        threads=threads,
        seconds=sum(took),
        load_seconds=took[0],
        join_seconds=took[1],
        write_seconds=took[2],
        events=count_events(folder),
        rows=connection.execute("SELECT count(*) FROM joined").fetchone()[0],
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    for threads in (1, 2):
        run(sys.argv[1], sys.argv[2], threads)
