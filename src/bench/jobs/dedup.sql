CREATE STREAMING TABLE orders_once AS
SELECT order_id, customer, product, amount, timestamp_seconds(ordered_at) AS ordered
FROM STREAM(orders);
