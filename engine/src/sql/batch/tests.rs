use super::*;
use crate::memory::MemoryTables;
use crate::ports::NewTable;
use crate::types::parse_ddl_schema;

fn table(database: &str, table: &str, columns: &str, keys: &str, format: ObjectFormat) -> StoredTable {
    StoredTable {
        database: database.into(),
        table: table.into(),
        schema: Arc::new(parse_ddl_schema(columns).unwrap()),
        partition_keys: Arc::new(if keys.is_empty() {
            Schema::empty()
        } else {
            parse_ddl_schema(keys).unwrap()
        }),
        location: format!("s3://bucket/{table}/"),
        format,
    }
}

fn tables() -> MemoryTables {
    MemoryTables {
        tables: vec![
            table(
                "raw-data",
                "hits",
                "a INT, s STRING, x ARRAY<INT>",
                "y STRING, m STRING",
                ObjectFormat::JsonLines,
            ),
            table("lake", "t1", "a INT, b STRING", "y INT, m INT", ObjectFormat::Parquet),
            table("lake", "t2", "a INT", "", ObjectFormat::Parquet),
            table("lake", "documents", "a INT", "", ObjectFormat::JsonDocument),
        ],
        ..MemoryTables::default()
    }
}

fn plan_text(text: &str) -> Result<BatchProgram, SqlError> {
    plan_batch(text, &BTreeMap::from([("y".to_owned(), "2026".to_owned())]), &mut tables())
}

#[test]
fn names_are_qualified_in_every_way() {
    for name in
        ["`raw-data`.hits", "\"raw-data\".hits", "\"raw-data\".\"HITS\"", "spark_catalog.`raw-data`.hits"]
    {
        let program = plan_text(&format!("INSERT INTO TABLE lake.t2 SELECT h.a FROM {name} h")).unwrap();
        let insert = &program.inserts[0];
        assert_eq!(
            (insert.tables[0].table.as_str(), insert.target.table.table.as_str()),
            ("hits", "t2"),
            "{name}"
        );
        assert!(!insert.target.overwrite && insert.target.exists);
    }
}

#[test]
fn views_and_several_statements_are_one_program() {
    let text = "CREATE OR REPLACE TEMPORARY VIEW v AS SELECT * FROM `raw-data`.hits WHERE y = '${y}';
        CREATE OR REPLACE TEMPORARY VIEW v AS SELECT a, s, y, m FROM v;
        INSERT OVERWRITE TABLE t1 PARTITION (m, y) SELECT * FROM v;
        WITH w AS (SELECT a FROM v) INSERT INTO t2 SELECT count(*) FROM w;";
    // The columns of the view are text where the table has numbers.
    let error = plan_text(text).unwrap_err();
    assert!(error.message.contains("Cannot safely cast `y` \"STRING\" to \"INT\""), "{error}");
    let text = text.replace("a, s, y, m FROM v", "a, s, int(y) AS y, int(m) AS m FROM v");
    let program = plan_text(&text).unwrap();
    assert_eq!(program.inserts.len(), 2);
    assert!(program.inserts[0].target.overwrite);
    assert_eq!(program.inserts[1].query.target, "t2");
}

/// Refusals of Spark 3.5.4 in its words.
#[test]
fn what_spark_refuses_is_refused_where_it_stands() {
    for (text, place, message) in [
        (
            "INSERT INTO t1 SELECT 1, 'x', 3 FROM t2",
            "t1",
            "[INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS] Cannot write to `spark_catalog`.`lake`.`t1`, the reason is not enough data columns: Table columns: `a`, `b`, `y`, `m`. Data columns: `1`, `x`, `3`.",
        ),
        (
            "INSERT INTO t1 PARTITION (y = 5, m) SELECT 1, 'x', 6, 7 FROM t2",
            "t1",
            "[INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS] Cannot write to `spark_catalog`.`lake`.`t1`, the reason is too many data columns: Table columns: `a`, `b`, `m`. Data columns: `1`, `x`, `6`, `7`.",
        ),
        (
            "INSERT INTO t1 PARTITION (y) SELECT 1, 'x', 3, 4 FROM t2",
            "y",
            "Requested partitioning does not match the table `spark_catalog`.`lake`.`t1`: Requested partitions: y. Table partitions: y,m.",
        ),
        (
            "INSERT INTO t1 PARTITION (y, m = 5) SELECT 1, 'x', 3 FROM t2",
            "y, m",
            "The ordering of partition columns is [y,m]. All partition columns having constant values need to appear before other partition columns that do not have an assigned constant value.",
        ),
        (
            "INSERT INTO t1 PARTITION (y, z) SELECT 1, 'x', 3, 4 FROM t2",
            "z",
            "z is not a valid partition column in table `spark_catalog`.`lake`.`t1`.",
        ),
        (
            "INSERT OVERWRITE t2 SELECT a FROM t2",
            "t2",
            "[UNSUPPORTED_OVERWRITE.TABLE] Can't overwrite the target that is also being read from. The target table is `spark_catalog`.`lake`.`t2`.",
        ),
        (
            "INSERT INTO t2 SELECT s FROM `raw-data`.hits",
            "t2",
            "[INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST] Cannot write incompatible data for the table `spark_catalog`.`lake`.`t2`: Cannot safely cast `a` \"STRING\" to \"INT\".",
        ),
        (
            "INSERT INTO nope SELECT a FROM t2",
            "nope",
            "[TABLE_OR_VIEW_NOT_FOUND] The table or view `nope` cannot be found.",
        ),
        (
            "INSERT INTO t2 SELECT a FROM `raw-data`.hit",
            "`raw-data`.hit",
            "[TABLE_OR_VIEW_NOT_FOUND] The table or view `raw-data.hit` cannot be found.",
        ),
        (
            "INSERT INTO t2 SELECT a FROM t2 ORDER BY a",
            "SELECT a FROM t2 ORDER BY a",
            "ORDER BY is not supported in a batch job",
        ),
        ("INSERT INTO t2 SELECT a FROM STREAM(t2)", "STREAM", "a batch job reads tables, not streams"),
        ("INSERT INTO t2 (a) SELECT a FROM t2", "a", "a list of columns is not supported in INSERT"),
        (
            "INSERT INTO documents SELECT a FROM t2",
            "documents",
            "a table of JSON documents cannot be written: each row would have to be an object of its own",
        ),
        ("DROP TABLE t2", "", "a batch job cannot hold this statement"),
        ("INSERT INTO t2 SELECT ${z} FROM t2", "${z}", "variable `z` has no value"),
        (
            "INSERT INTO t2 SELECT ${y} + nope FROM t2",
            "nope",
            "[UNRESOLVED_COLUMN.WITH_SUGGESTION] a column or function parameter with name `nope` cannot be resolved",
        ),
        ("CREATE TEMPORARY VIEW v AS SELECT a FROM t2", "", "the job writes no table"),
    ] {
        let error = plan_text(text).unwrap_err();
        assert_eq!(error.message, message, "{text}");
        assert!(place.is_empty() || &text[error.span.clone()] == place, "{text}: {}", &text[error.span]);
    }
    // Replacing the partitions that a query touches is no such case, though it reads them.
    plan_text("INSERT OVERWRITE t1 PARTITION (y, m) SELECT a + 1, b, y, m FROM t1").unwrap();
}

#[test]
fn a_catalog_that_cannot_be_read_is_no_missing_table() {
    let error = plan_text("INSERT INTO t2 SELECT a FROM unreachable").unwrap_err();
    assert_eq!(error.message, "the catalog cannot be read: no connection");
}

#[test]
fn a_new_table_has_the_columns_of_its_query_and_later_statements_know_it() {
    let new = NewTable { database: "lake".into(), location: "s3://bucket/".into(), format: FileFormat::Json };
    let mut tables = MemoryTables { new: Some(new), ..tables() };
    let mut plan = |text: &str| plan_batch(text, &BTreeMap::new(), &mut tables);
    let program = plan(
        "INSERT INTO made PARTITION (y) SELECT count(*) AS Hits, y FROM t1 GROUP BY y;
         INSERT INTO t2 SELECT int(hits) FROM made",
    );
    let program = program.unwrap();
    let made = &program.inserts[0].target;
    assert!(!made.exists);
    assert_eq!(*made.table.schema, parse_ddl_schema("hits BIGINT").unwrap());
    assert_eq!(*made.table.partition_keys, parse_ddl_schema("y INT").unwrap());
    assert_eq!(
        (made.table.location.as_str(), made.table.format),
        ("s3://bucket/made/", ObjectFormat::JsonLines)
    );
    assert_eq!(program.inserts[1].tables[0], made.table);
    for (text, message) in [
        (
            "INSERT INTO made PARTITION (y) SELECT y, a FROM t1",
            "the last columns of the query have to be the partition columns y",
        ),
        (
            "INSERT INTO made PARTITION (y = 1) SELECT a FROM t1",
            "a table that does not exist yet has no partitions",
        ),
        (
            "INSERT INTO made SELECT a, b AS A FROM t1",
            "[COLUMN_ALREADY_EXISTS] The column `A` already exists.",
        ),
    ] {
        assert_eq!(plan(text).unwrap_err().message, message);
    }
}
