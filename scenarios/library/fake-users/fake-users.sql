-- One JSON object in, one Parquet file out: the job runs once for each object, and sees no other.
INSERT INTO users SELECT * FROM users_json;
