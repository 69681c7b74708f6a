-- Dialect: Spark SQL 4.1 (= Glue 6.0). Runs unmodified there; `wavetank export --to pyspark` rewrites it for Glue 4.0/5.x.
CREATE TEMPORARY VIEW purchases AS
SELECT timestamp_seconds(CAST(body.purchase_time AS BIGINT)) AS purchase_time,
       body.transaction_id, body.user_id,
       item.product.sku, item.product.name, item.product.category,
       item.product.pricing.price, item.product.quantity_purchased
FROM STREAM(`nested-purchase-stream-table`)
LATERAL VIEW explode(body.basket_items) b AS item;

CREATE TEMPORARY VIEW recommendations AS
SELECT purchase_id, next_best_product_sku, likelihood_score,
       timestamp_seconds(recommendation_processed_time) AS rec_time
FROM STREAM(`recommender-stream-table`);

CREATE STREAMING TABLE enriched_purchases AS
SELECT p.*, r.next_best_product_sku, r.likelihood_score, r.rec_time,
       CAST(p.purchase_time AS DATE) AS purchase_date
FROM STREAM(purchases)       WATERMARK purchase_time DELAY OF INTERVAL 10 MINUTES AS p
JOIN STREAM(recommendations) WATERMARK rec_time      DELAY OF INTERVAL 30 SECONDS AS r
  ON  p.transaction_id = r.purchase_id
 AND  r.rec_time BETWEEN p.purchase_time AND p.purchase_time + INTERVAL 30 SECONDS;
