CREATE TEMPORARY VIEW c AS SELECT page, ms, CAST(from_unixtime(at) AS TIMESTAMP) AS clicked FROM STREAM(clicks);
CREATE STREAMING TABLE per_minute AS
SELECT page, window(clicked, '1 minute').start AS minute, count(*) AS clicks, sum(ms) AS total, avg(ms) AS mean
FROM STREAM(c) WATERMARK clicked DELAY OF INTERVAL 45 SECONDS
GROUP BY page, window(clicked, '1 minute');
