CREATE TEMPORARY VIEW o AS SELECT id, timestamp_seconds(at) AS ordered FROM STREAM(orders);
CREATE TEMPORARY VIEW p AS SELECT id, timestamp_seconds(at) AS paid FROM STREAM(payments);
CREATE STREAMING TABLE paid AS
SELECT o.id, o.ordered, p.paid
FROM STREAM(o) WATERMARK ordered DELAY OF INTERVAL 10 MINUTES AS o
JOIN STREAM(p) WATERMARK paid DELAY OF INTERVAL 10 MINUTES AS p
  ON o.id = p.id AND p.paid BETWEEN o.ordered AND o.ordered + INTERVAL 1 MINUTE;
