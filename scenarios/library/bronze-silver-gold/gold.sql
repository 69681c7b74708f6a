-- Silver to gold: the files of silver are the stream.
CREATE STREAMING TABLE gold AS
SELECT user_id, count(*) AS bookings FROM STREAM(silver) GROUP BY user_id;
