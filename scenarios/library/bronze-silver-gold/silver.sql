-- Bronze to silver: an explicit schema (the table's), and no rows without an id. The job drops duplicates of the result.
CREATE STREAMING TABLE silver AS
SELECT event_id, user_id, `timestamp`, event_type, payload
FROM STREAM(bronze) WHERE event_id IS NOT NULL;
