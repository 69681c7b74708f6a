-- Spark SQL, as Spark 4.1 (Glue 6.0) itself accepts it for streaming.
CREATE TEMPORARY VIEW orders_with_time AS
SELECT id, customer, amount, timestamp_seconds(at) AS ordered
FROM STREAM(orders);

-- One row per customer and five minutes, written once its window is over: when the watermark has passed its end.
CREATE STREAMING TABLE sales AS
SELECT window.start AS since, customer, count(*) AS orders, sum(amount) AS amount
FROM STREAM(orders_with_time) WATERMARK ordered DELAY OF INTERVAL 1 MINUTE
GROUP BY window(ordered, '5 minutes'), customer;
