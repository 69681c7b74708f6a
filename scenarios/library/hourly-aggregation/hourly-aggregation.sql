-- A Glue job over one hour: Spark SQL with variables, as a job run with arguments has it. `INSERT OVERWRITE` replaces the
-- partitions that the rows go to (spark.sql.sources.partitionOverwriteMode=dynamic), so that an hour that is run again is
-- not counted twice. `INSERT INTO` in its place would double it.
CREATE TEMPORARY VIEW hour_of_hits AS
SELECT GroupID, CountryCode, UserAgent, Domain, year, month, day, hour
FROM `demo-raw-data`.raw_data
WHERE year = date_format(TIMESTAMP '${target_datetime}', 'yyyy')
  AND month = date_format(TIMESTAMP '${target_datetime}', 'MM')
  AND day = date_format(TIMESTAMP '${target_datetime}', 'dd')
  AND hour = date_format(TIMESTAMP '${target_datetime}', 'HH');

INSERT OVERWRITE `demo-aggregated-data`.hits_by_country
SELECT CountryCode, count(*) AS hitcount, year, month, day, hour
FROM hour_of_hits GROUP BY CountryCode, year, month, day, hour;

INSERT OVERWRITE `demo-aggregated-data`.hits_by_domain_and_groupid
SELECT Domain, GroupID, count(*) AS hitcount, year, month, day, hour
FROM hour_of_hits GROUP BY Domain, GroupID, year, month, day, hour;

INSERT OVERWRITE `demo-aggregated-data`.hits_by_useragent
SELECT UserAgent, count(*) AS hitcount, year, month, day, hour
FROM hour_of_hits GROUP BY UserAgent, year, month, day, hour;
