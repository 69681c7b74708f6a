CREATE TEMPORARY VIEW c AS SELECT user, ms, timestamp_millis(at) AS at FROM STREAM(clicks);
CREATE STREAMING TABLE seen AS
SELECT user, window(at, '1 minute').start AS minute, sum(ms) AS ms
FROM STREAM(c) WATERMARK at DELAY OF INTERVAL 1 MINUTE
GROUP BY user, window(at, '1 minute');
