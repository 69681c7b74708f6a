CREATE TEMPORARY VIEW hits AS
SELECT CountryCode, Domain, timestamp_seconds(Timestamp) AS hit_time FROM STREAM(page_hits);

CREATE STREAMING TABLE hits_per_hour AS
SELECT window.start AS hour, CountryCode, Domain, count(*) AS hits
FROM STREAM(hits) WATERMARK hit_time DELAY OF INTERVAL 10 MINUTES
GROUP BY window(hit_time, '1 hour'), CountryCode, Domain;
