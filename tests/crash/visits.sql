CREATE TEMPORARY VIEW c AS SELECT visitor, CAST(from_unixtime(at) AS TIMESTAMP) AS clicked FROM STREAM(clicks);
CREATE STREAMING TABLE visits AS
SELECT visitor, session_window(clicked, '20 seconds').start AS began, count(*) AS clicks
FROM STREAM(c) WATERMARK clicked DELAY OF INTERVAL 30 SECONDS
GROUP BY visitor, session_window(clicked, '20 seconds');
