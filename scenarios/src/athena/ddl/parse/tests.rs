//! What each statement reads as, and what is refused.

use proptest::prelude::*;

use super::super::StatementType::{self, Ddl, Dml, Utility};
use super::super::statement::*;
use super::parse;

#[track_caller]
fn statement(sql: &str) -> Statement {
    parse(sql).unwrap_or_else(|error| panic!("{sql}: {error}")).expect("it is no query")
}

#[track_caller]
fn refused(sql: &str) -> String {
    parse(sql).expect_err(sql).message
}

#[test]
fn kinds_are_named_as_athena_names_them() {
    let cases: &[(&str, StatementType, &str)] = &[
        ("CREATE DATABASE d", Ddl, "CREATE_DATABASE"),
        (
            "create schema if not exists d comment 'x' location 's3://b/' with dbproperties ('a'='b')",
            Ddl,
            "CREATE_DATABASE",
        ),
        ("ALTER DATABASE d SET DBPROPERTIES ('a'='b')", Ddl, "ALTER_DATABASE_PROPERTIES"),
        ("DROP SCHEMA IF EXISTS d CASCADE;", Ddl, "DROP_DATABASE"),
        ("SHOW DATABASES LIKE 'a.*'", Utility, "SHOW_DATABASES"),
        ("SHOW SCHEMAS", Utility, "SHOW_DATABASES"),
        ("DESCRIBE DATABASE d", Utility, "DESCRIBE_DATABASE"),
        ("CREATE EXTERNAL TABLE t (n int) LOCATION 's3://b/t/'", Ddl, "CREATE_TABLE"),
        ("CREATE TABLE t AS SELECT 1 AS n", Ddl, "CREATE_TABLE_AS_SELECT"),
        ("CREATE TABLE\"t\" AS(SELECT 1 AS n)", Ddl, "CREATE_TABLE_AS_SELECT"),
        ("ALTER TABLE t ADD COLUMNS (m int)", Ddl, "ALTER_TABLE_ADD_COLUMN"),
        ("ALTER TABLE t REPLACE COLUMNS (m int)", Ddl, "ALTER_TABLE_REPLACE_COLUMN"),
        ("ALTER TABLE t CHANGE COLUMN a b int FIRST", Ddl, "ALTER_TABLE_CHANGE_COLUMN"),
        ("ALTER TABLE t DROP COLUMN a", Ddl, "ALTER_TABLE_DROP_COLUMN"),
        ("ALTER TABLE t SET TBLPROPERTIES('a'='add column')", Ddl, "ALTER_TABLE_PROPERTIES"),
        ("ALTER TABLE t SET LOCATION's3://b/x'", Ddl, "ALTER_TABLE_SET_LOCATION"),
        ("ALTER TABLE t PARTITION (p='1') SET LOCATION 's3://b/x'", Ddl, "ALTER_TABLE_SET_LOCATION"),
        ("ALTER TABLE t ADD PARTITION (p='1')", Ddl, "ALTER_TABLE_ADD_PARTITION"),
        ("ALTER TABLE t DROP PARTITION (p>'1')", Ddl, "ALTER_TABLE_DROP_PARTITION"),
        ("ALTER TABLE t PARTITION (p=1) RENAME TO PARTITION (p=2)", Ddl, "ALTER_TABLE_RENAME_PARTITION"),
        ("ALTER TABLE t RENAME TO u", Ddl, "ALTER_TABLE_RENAME"),
        ("DROP TABLE IF EXISTS `t`", Ddl, "DROP_TABLE"),
        ("/* c */ MSCK REPAIR /* c */ TABLE db.t", Ddl, "MSCK_REPAIR"),
        ("SHOW TABLES IN db 'a*'", Utility, "SHOW_TABLES"),
        ("SHOW VIEWS LIKE 'a*'", Utility, "SHOW_VIEWS"),
        ("SHOW PARTITIONS t", Utility, "SHOW_PARTITIONS"),
        ("SHOW COLUMNS IN t IN db", Utility, "SHOW_COLUMNS"),
        ("-- SELECT\nSHOW CREATE TABLE t", Utility, "SHOW_CREATE_TABLE"),
        ("SHOW CREATE VIEW\"v\"", Utility, "SHOW_CREATE_VIEW"),
        ("SHOW TBLPROPERTIES t ('a')", Utility, "SHOW_TABLE_PROPERTIES"),
        ("DESC FORMATTED t PARTITION (p=1) c.d", Utility, "DESCRIBE_TABLE"),
        ("CREATE OR REPLACE VIEW \"v\" AS SELECT 1 AS n", Ddl, "CREATE_VIEW"),
        ("DROP VIEW IF EXISTS db.\"v\"", Ddl, "DROP_VIEW"),
        ("INSERT INTO t VALUES (1)", Dml, "INSERT"),
        ("UNLOAD (SELECT 1) TO 's3://b/x/' WITH (format = 'PARQUET')", Dml, "UNLOAD"),
        ("EXPLAIN(SELECT 1)", Utility, "EXPLAIN"),
        ("PREPARE p FROM SELECT ?", Utility, "PREPARE"),
        ("EXECUTE p USING 1", Dml, "EXECUTE"),
        ("DEALLOCATE PREPARE p", Utility, "DEALLOCATE"),
        ("DELETE FROM t WHERE a = 1", Dml, "DELETE"),
        ("UPDATE t SET a = 1", Dml, "UPDATE"),
        ("MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE", Dml, "MERGE"),
        ("OPTIMIZE t REWRITE DATA USING BIN_PACK", Ddl, "CREATE_TABLE_AS_SELECT"),
        ("VACUUM t", Dml, "VACUUM_TABLE"),
        (
            "CREATE TABLE t (n int, d date) PARTITIONED BY (day(d)) LOCATION 's3://b/t' TBLPROPERTIES ('table_type'='iceberg')",
            Ddl,
            "CREATE_TABLE",
        ),
    ];
    for (sql, statement_type, name) in cases {
        assert_eq!(statement(sql).kind(), (*statement_type, *name), "{sql}");
    }
}

#[test]
fn queries_are_left_to_the_engine() {
    for sql in [
        "SELECT 1",
        "-- c\n WITH a AS (SELECT 1) TABLE a",
        "values(1)",
        "TABLE t;",
        "((SELECT 1))",
        "SHOW FUNCTIONS",
    ] {
        assert_eq!(parse(sql), Ok(None), "{sql}");
    }
}

#[test]
fn what_is_no_statement_is_refused_in_athenas_words() {
    for (sql, expected) in [
        (
            "SHOW",
            "line 1:5: mismatched input '<EOF>'. Expecting: 'COLUMNS', 'CREATE', 'DATABASES', 'PARTITIONS', 'SCHEMAS', 'TABLES', 'TBLPROPERTIES', 'VIEWS'",
        ),
        (
            "CREATE INDEX i",
            "line 1:8: mismatched input 'INDEX'. Expecting: 'MATERIALIZED', 'OR', 'ROLE', 'SCHEMA', 'TABLE', 'VIEW'",
        ),
        (
            "CREATE OR REPLACE TABLE t AS SELECT 1",
            "line 1:19: mismatched input 'TABLE'. Expecting: 'MATERIALIZED', 'MULTI', 'PROTECTED', 'VIEW'",
        ),
        ("GRANT SELECT ON t TO u", "Queries of this type are not supported"),
        ("USE db", "Queries of this type are not supported"),
        ("SHOW CREATE TABLE \"t\"", "Queries of this type are not supported"),
        ("SHOW TABLES extra", "line 1:13: mismatched input 'extra'. Expecting: <EOF>"),
        ("DROP TABLE \"t\"", "line 1:12: no viable alternative at input 'DROP TABLE \"t\"'"),
        (
            "ALTER TABLE IF EXISTS t RENAME TO u",
            "line 1:16: no viable alternative at input 'ALTER TABLE IF EXISTS'",
        ),
        (
            "ALTER TABLE t ADD COLUMN a int",
            "line 1:19: no viable alternative at input 'ALTER TABLE t ADD COLUMN'",
        ),
        (
            "ALTER TABLE t SET PROPERTIES x = 1",
            "line 1:19: no viable alternative at input 'ALTER TABLE t SET PROPERTIES'",
        ),
        (
            "ALTER TABLE t EXECUTE optimize",
            "line 1:15: no viable alternative at input 'ALTER TABLE t EXECUTE'",
        ),
        ("ALTER TABLE t RENAME COLUMN a TO b", "line 1:22: missing 'TO' at 'COLUMN'"),
        ("ALTER TABLE t DROP COLUMNS c", "line 1:20: mismatched input 'COLUMNS'. Expecting: '.', 'DROP'"),
        ("SHOW CREATE TABLE a.b.c.d", "Invalid table name a.b.c.d"),
        ("CREATE TABLE t (n int)", "No location was specified for table. An S3 location must be specified"),
        (
            "CREATE EXTERNAL TABLE t (n int)",
            "No location was specified for table. An S3 location must be specified",
        ),
        ("CREATE TABLE t (n int) LOCATION 's3://b/t'", "External keyword required for table type HIVE"),
        (
            "CREATE TABLE t (n int NOT NULL)",
            "line 1:23: no viable alternative at input 'CREATE TABLE t (n int NOT'",
        ),
        ("CREATE TABLE t (\"n\" int)", "line 1:17: no viable alternative at input 'CREATE TABLE t (\"n\"'"),
        (
            "CREATE EXTERNAL TABLE t (n int) STORED AS FOO LOCATION 's3://b/t'",
            "FAILED: SemanticException Unrecognized file format in STORED AS clause: 'FOO'",
        ),
        (
            "CREATE EXTERNAL TABLE t (n foo) LOCATION 's3://b/t'",
            "FAILED: ParseException line 1:27 cannot recognize input near 'foo' ')' 'LOCATION' in column type",
        ),
        (
            "CREATE EXTERNAL TABLE t (n int) TBLPROPERTIES ('a'='b') LOCATION 's3://b/t'",
            "line 1:57: mismatched input 'LOCATION'. Expecting: <EOF>",
        ),
        ("UNLOAD (SELECT 1) TO 's3://b/'", "line 1:31: mismatched input '<EOF>'. Expecting: 'WITH'"),
        ("INSERT INTO t", "line 1:14: mismatched input '<EOF>'. Expecting: <query>"),
        ("SHOW TABLES; SHOW TABLES", "Only one sql statement is allowed. Got: SHOW TABLES; SHOW TABLES"),
        ("SELECT 1; SELECT 2", "Only one sql statement is allowed. Got: SELECT 1; SELECT 2"),
    ] {
        assert_eq!(refused(sql), expected, "{sql}");
    }
    let unknown = refused("SELEC 1");
    assert!(
        unknown.starts_with("line 1:1: mismatched input 'SELEC'. Expecting: 'ALTER', 'ANALYZE', 'CALL',")
    );
    assert!(unknown.ends_with("'UPDATE', 'USE', <query>"));
    assert!(refused("-- only").starts_with("line 1:8: mismatched input '<EOF>'. Expecting: 'ALTER'"));
    let error = parse("DROP\n TABLE \"t\"").unwrap_err();
    assert_eq!((error.line, error.column), (2, 8));
}

#[test]
fn a_table_is_read_whole() {
    let sql = r"
        CREATE EXTERNAL TABLE IF NOT EXISTS Db.`T` (
            `Id` BIGINT COMMENT 'it\'s', -- the key
            items array < struct < sku : string, price : decimal(10, 2) > >
        )
        COMMENT 'orders'
        PARTITIONED BY (year int, month string COMMENT 'two digits')
        CLUSTERED BY (id) INTO 8 BUCKETS
        ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t' ESCAPED BY '\\'
            COLLECTION ITEMS TERMINATED BY '|' MAP KEYS TERMINATED BY ':' LINES TERMINATED BY '\n'
            NULL DEFINED AS ''
        STORED AS textfile
        LOCATION 's3://lake/orders/'
        TBLPROPERTIES ('skip.header.line.count'='1', 'a'='b');";
    let Statement::CreateTable(create) = statement(sql) else { panic!() };
    let create = *create;
    assert_eq!(create.table, TableName { catalog: None, database: Some("db".into()), name: "t".into() });
    assert!(create.if_not_exists);
    let shown = |c: &ColumnDefinition| format!("{} {} {:?}", c.name, c.column_type, c.comment);
    assert_eq!(
        create.columns.iter().map(shown).collect::<Vec<_>>(),
        [r#"id bigint Some("it's")"#, "items array<struct<sku:string,price:decimal(10,2)>> None"]
    );
    assert_eq!(
        create.partitioned_by.iter().map(shown).collect::<Vec<_>>(),
        ["year int None", r#"month string Some("two digits")"#]
    );
    assert_eq!(create.clustered_by, Some(ClusteredBy { columns: vec!["id".into()], buckets: 8 }));
    let text = |text: &str| Some(text.to_owned());
    let delimiters = Delimiters {
        fields: text("\t"),
        escape: text("\\"),
        collection_items: text("|"),
        map_keys: text(":"),
        lines: text("\n"),
        null: text(""),
    };
    assert_eq!(create.row_format, Some(RowFormat::Delimited(delimiters)));
    assert_eq!(create.stored_as, Some(StoredAs::Format("TEXTFILE".into())));
    assert_eq!(create.location, text("s3://lake/orders/"));
    assert_eq!(create.properties.len(), 2);
    assert_eq!(create.comment, text("orders"));
}

#[test]
fn queries_inside_statements_keep_their_text_and_place() {
    let query = |sql: &str| match statement(sql) {
        Statement::CreateTableAs(CreateTableAs { query, .. })
        | Statement::CreateView(CreateView { query, .. })
        | Statement::Insert(Insert { query, .. })
        | Statement::Unload(Unload { query, .. })
        | Statement::Explain(Explain { query, .. })
        | Statement::Prepare(Prepare { query, .. }) => query,
        other => panic!("{other:?}"),
    };
    for (sql, text) in [
        ("CREATE TABLE t AS SELECT ';' -- x\n;", "SELECT ';'"),
        (
            "CREATE TABLE t WITH (format = 'ORC') AS\n  WITH a AS (SELECT 1) SELECT * FROM a",
            "WITH a AS (SELECT 1) SELECT * FROM a",
        ),
        ("CREATE TABLE t AS SELECT 1 AS n WITH NO DATA", "SELECT 1 AS n"),
        ("CREATE TABLE t AS SELECT 1 AS n WITH DATA;", "SELECT 1 AS n"),
        ("CREATE VIEW v COMMENT 'c' AS SELECT 'it''s' AS \"a;b\"", "SELECT 'it''s' AS \"a;b\""),
        ("INSERT INTO t (a, b) VALUES (1, ')')", "VALUES (1, ')')"),
        ("INSERT INTO t (SELECT 1)", "(SELECT 1)"),
        (
            "UNLOAD ( SELECT ')' FROM (VALUES 1) ) TO 's3://b/x' WITH (format='JSON')",
            "SELECT ')' FROM (VALUES 1)",
        ),
        ("EXPLAIN ANALYZE VERBOSE SELECT 1", "SELECT 1"),
        ("EXPLAIN (TYPE IO, FORMAT json) SELECT 1", "SELECT 1"),
        ("PREPARE p FROM INSERT INTO t VALUES (?)", "INSERT INTO t VALUES (?)"),
    ] {
        let query = query(sql);
        assert_eq!(query.text, text, "{sql}");
        assert_eq!(&sql[query.offset..query.offset + text.len()], text, "{sql}");
    }
}

#[test]
fn properties_of_queries_are_typed() {
    let sql = "CREATE TABLE IF NOT EXISTS \"Db\".t WITH (format='PARQUET', partitioned_by = ARRAY['a','b'], \
               bucket_count = 4, is_external = false, bucketed_by=ARRAY[], field_delimiter = '\\') AS TABLE u WITH NO DATA";
    let Statement::CreateTableAs(create) = statement(sql) else { panic!() };
    let text = |text: &str| PropertyValue::Text(text.to_owned());
    let expected = [
        ("format", text("PARQUET")),
        ("partitioned_by", PropertyValue::Texts(vec!["a".into(), "b".into()])),
        ("bucket_count", PropertyValue::Number("4".into())),
        ("is_external", PropertyValue::Boolean(false)),
        ("bucketed_by", PropertyValue::Texts(Vec::new())),
        ("field_delimiter", text("\\")),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(create.properties, expected);
    assert!(create.if_not_exists);
    assert!(!create.with_data);
    assert_eq!(create.table.database.as_deref(), Some("db"));
    let Statement::Execute(execute) = statement("EXECUTE P USING 'a,b', ARRAY[1, 2], f(1, 2), -1;") else {
        panic!()
    };
    assert_eq!((execute.name.as_str(), execute.parameters.len()), ("p", 4));
    assert_eq!(execute.parameters[..2], ["'a,b'", "ARRAY[1, 2]"]);
}

#[test]
fn partitions_are_told_by_keys_and_values() {
    let action = |sql: &str| match statement(sql) {
        Statement::AlterTable(alter) => alter.action,
        other => panic!("{other:?}"),
    };
    let spec = |pairs: &[(&str, &str)]| -> PartitionSpec {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(
        action(
            "ALTER TABLE t ADD IF NOT EXISTS PARTITION (Y=2024, m='01') LOCATION 's3://b/x' PARTITION (y=-1, m=DATE '2024-01-01')"
        ),
        TableChange::AddPartitions {
            if_not_exists: true,
            partitions: vec![
                NewPartition { spec: spec(&[("y", "2024"), ("m", "01")]), location: Some("s3://b/x".into()) },
                NewPartition { spec: spec(&[("y", "-1"), ("m", "2024-01-01")]), location: None },
            ],
        }
    );
    let condition = |key: &str, operator, value: &str| PartitionCondition {
        key: key.to_owned(),
        operator,
        value: value.to_owned(),
    };
    assert_eq!(
        action("ALTER TABLE t DROP IF EXISTS PARTITION (y>=2024, m<>'01'), PARTITION (y<1)"),
        TableChange::DropPartitions {
            if_exists: true,
            partitions: vec![
                vec![
                    condition("y", Comparison::GreaterOrEqual, "2024"),
                    condition("m", Comparison::NotEqual, "01"),
                ],
                vec![condition("y", Comparison::Less, "1")],
            ],
        }
    );
    let Statement::AlterTable(alter) = statement("ALTER TABLE t CHANGE a b string COMMENT 'x' AFTER c")
    else {
        panic!()
    };
    let TableChange::ChangeColumn { name, column, place } = alter.action else { panic!() };
    assert_eq!((name.as_str(), column.name.as_str(), column.comment.as_deref()), ("a", "b", Some("x")));
    assert_eq!(place, Some(ColumnPlace::After("c".into())));
    let Statement::AlterTable(alter) = statement("ALTER TABLE t CHANGE COLUMN a a int AFTER c CASCADE")
    else {
        panic!()
    };
    assert!(matches!(alter.action, TableChange::ChangeColumn { place: Some(_), .. }));
}

/// Pieces that statements are made of, in any order.
fn pieces() -> impl Strategy<Value = String> {
    const PIECES: &str = "CREATE EXTERNAL TABLE VIEW AS WITH DATA NO ALTER ADD PARTITION DROP COLUMN CHANGE SHOW IN \
        DESCRIBE INSERT INTO UNLOAD TO EXPLAIN PREPARE FROM EXECUTE USING SELECT t `a.b` \"c\" 'd' 'e ` \" /* -- */ ( ) < > , \
        . ; = - 1 2.5 int array struct map decimal LOCATION STORED ROW FORMAT DELIMITED TBLPROPERTIES COMMENT é";
    let piece = proptest::sample::select(PIECES.split_whitespace().collect::<Vec<_>>());
    let blank = proptest::sample::select(vec![" ", "", "\n", "\t"]);
    proptest::collection::vec((piece, blank), 0..14)
        .prop_map(|pieces| pieces.iter().map(|(piece, blank)| format!("{piece}{blank}")).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read_or_refused(sql in prop_oneof![pieces(), any::<String>()]) {
        if let Err(error) = parse(&sql) {
            prop_assert!(error.line >= 1 && error.column >= 1);
            prop_assert!(!error.message.is_empty());
        }
    }
}

#[test]
fn tables_of_usual_logs_are_read() {
    let serde = |sql: &str| match statement(sql) {
        Statement::CreateTable(create) => match create.row_format {
            Some(RowFormat::SerDe { properties, .. }) => properties,
            _ => Vec::new(),
        },
        other => panic!("{other:?}"),
    };
    // A load balancer's log, by a regular expression in double quotes.
    let properties = serde(
        r#"CREATE EXTERNAL TABLE IF NOT EXISTS alb_logs (type string, time string, client_port int, ssl_cipher string)
           PARTITIONED BY (day STRING)
           ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
           WITH SERDEPROPERTIES ("serialization.format" = "1", 'input.regex' = '([^ ]*) \"([^\"]*)\" ([-.0-9]*)(\\s+)?$')
           LOCATION 's3://logs/alb/' TBLPROPERTIES ("projection.enabled" = "true", "projection.day.range" = "2022/01/01,NOW")"#,
    );
    assert_eq!(properties[1].1, r#"([^ ]*) "([^"]*)" ([-.0-9]*)(\s+)?$"#);
    // Values between quotes.
    let properties = serde(
        r#"create external table `csv-data` (`date` string, `user` string)
           row format serde 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
           with serdeproperties ('separatorChar' = ',', 'quoteChar' = '\"', 'escapeChar' = '\\')
           stored as textfile location 's3://b/csv/' tblproperties ('skip.header.line.count'='1');"#,
    );
    let values: Vec<_> = properties.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, [",", "\"", "\\"]);
    // Structures with names of types and keywords as fields, over several lines with comments.
    serde(
        "CREATE EXTERNAL TABLE trail (
             useridentity STRUCT<
                 type: STRING, -- of the user
                 sessioncontext: STRUCT<attributes: STRUCT<mfaauthenticated: STRING, creationdate: STRING>>>,
             resources ARRAY<STRUCT<arn: STRING, accountid: STRING, type: STRING>>,
             tags map<string,string>,
             `timestamp` timestamp
         )
         ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
         STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
         OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
         LOCATION 's3://trail/AWSLogs/123456789012/CloudTrail/'",
    );
}
