//! What statements do to a catalog and what they answer.

use super::super::ViewColumn;
use super::super::testing::World;

fn orders() -> World {
    let world = World::new();
    let sql = "CREATE EXTERNAL TABLE orders (id bigint COMMENT 'the key', item string) \
               PARTITIONED BY (year int, month string) STORED AS PARQUET LOCATION 's3://lake/orders'";
    world.run(sql).unwrap();
    world
}

#[test]
fn databases_are_made_changed_and_dropped() {
    let world = World::new();
    let create = "CREATE DATABASE Sales COMMENT 'c' LOCATION 's3://lake/' WITH DBPROPERTIES ('a'='b')";
    world.run(create).unwrap();
    let exists = "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. \
                  Database sales already exists";
    assert_eq!(world.refusal(create), exists);
    world.run("CREATE DATABASE IF NOT EXISTS sales").unwrap();
    world.run("ALTER DATABASE sales SET DBPROPERTIES ('c'='d')").unwrap();
    assert_eq!(world.lines("DESCRIBE DATABASE sales"), ["sales\tc\ts3://lake/\t\t\t{a=b, c=d}"]);
    assert_eq!(world.lines("SHOW DATABASES"), ["db", "default", "sales"]);
    assert_eq!(world.lines("SHOW DATABASES LIKE 'sal.*'"), ["sales"]);
    assert_eq!(world.lines("SHOW SCHEMAS LIKE 'sal*'"), [""; 0]);
    world.run("CREATE EXTERNAL TABLE sales.t (n int) LOCATION 's3://lake/t'").unwrap();
    let full = "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. \
                InvalidOperationException(message:Database sales is not empty. One or more tables exist.)";
    assert_eq!(world.refusal("DROP DATABASE sales"), full);
    world.run("DROP DATABASE sales CASCADE").unwrap();
    let gone = "FAILED: SemanticException [Error 10072]: Database does not exist: sales";
    for sql in [
        "DROP DATABASE sales",
        "SHOW TABLES IN sales",
        "DESCRIBE sales.t",
        "ALTER DATABASE sales SET DBPROPERTIES ('a'='b')",
    ] {
        assert_eq!(world.refusal(sql), gone, "{sql}");
    }
    world.run("DROP DATABASE IF EXISTS sales").unwrap();
}

#[test]
fn a_table_is_described_to_glue_as_athena_describes_it() {
    let world = orders();
    let table = world.described("orders");
    assert_eq!(table.table_type.as_deref(), Some("EXTERNAL_TABLE"));
    let parameters = table.parameters.unwrap();
    let parameters: Vec<_> = parameters.iter().map(|(n, v)| format!("{n}={v}")).collect();
    assert_eq!(parameters, ["EXTERNAL=TRUE", "transient_lastDdlTime=1700000000"]);
    let descriptor = table.storage_descriptor.unwrap();
    assert_eq!(
        descriptor.input_format.as_deref(),
        Some("org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat")
    );
    let serde = descriptor.serde_info.unwrap();
    assert_eq!(
        serde.serialization_library.as_deref(),
        Some("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe")
    );
    assert_eq!(serde.parameters.unwrap()["serialization.format"], "1");

    let again = "CREATE EXTERNAL TABLE orders (n int) LOCATION 's3://lake/x'";
    let exists = "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. \
                  AlreadyExistsException(message:Table orders already exists)";
    assert_eq!(world.refusal(again), exists);
    world.run(&again.replace("TABLE ", "TABLE IF NOT EXISTS ")).unwrap();
    for (sql, refusal) in [
        (
            "CREATE EXTERNAL TABLE t (a int, A string) LOCATION 's3://b/t'",
            "FAILED: SemanticException [Error 10036]: Duplicate column name: a",
        ),
        (
            "CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (a int) LOCATION 's3://b/t'",
            "FAILED: SemanticException [Error 10035]: Column repeated in partitioning columns",
        ),
        (
            "CREATE EXTERNAL TABLE no.t (a int) LOCATION 's3://b/t'",
            "FAILED: SemanticException [Error 10072]: Database does not exist: no",
        ),
        ("CREATE EXTERNAL TABLE other.db.t (a int) LOCATION 's3://b/t'", "Catalog 'other' does not exist"),
        (
            "DELETE FROM orders",
            "NOT_SUPPORTED: Modifying Hive table rows is only supported for transactional tables",
        ),
        (
            "CREATE TABLE t (a int) TBLPROPERTIES ('table_type'='ICEBERG')",
            "NOT_SUPPORTED: Iceberg tables are not supported",
        ),
    ] {
        assert_eq!(world.refusal(sql), refusal, "{sql}");
    }
    world.run("DROP TABLE orders").unwrap();
    assert_eq!(
        world.refusal("DROP TABLE db.orders"),
        "FAILED: SemanticException [Error 10001]: Table not found db.orders"
    );
    world.run("DROP TABLE IF EXISTS orders").unwrap();
}

#[test]
fn columns_are_shown_in_twenty_characters() {
    let world = orders();
    let columns = [
        "id                  \tbigint              \tthe key             ",
        "item                \tstring              \t                    ",
        "year                \tint                 \t                    ",
        "month               \tstring              \t                    ",
    ];
    let header = "# col_name            \tdata_type           \tcomment             ";
    let block = ["\t \t ", "# Partition Information\t \t ", header, "\t \t "];
    let expected = [&columns[..], &block, &columns[2..]].concat();
    assert_eq!(world.lines("DESCRIBE orders"), expected);
    let answer = world.run("DESC db.orders").unwrap();
    assert_eq!(
        answer.columns.iter().map(|c| c.name).collect::<Vec<_>>(),
        ["col_name", "data_type", "comment"]
    );
    assert_eq!(answer.update_count, None);
    let fields = ["id", "item", "year", "month"].map(|name| format!("{name:20}"));
    assert_eq!(world.lines("SHOW COLUMNS FROM orders IN db"), fields);
    assert_eq!(world.lines("DESCRIBE orders item"), [columns[1]]);

    let formatted = world.lines("DESCRIBE FORMATTED orders");
    let expected = [
        &[header, "\t \t "],
        &columns[..2],
        &block,
        &columns[2..],
        &["\t \t ", "# Detailed Table Information\t \t "],
    ]
    .concat();
    assert_eq!(formatted[..expected.len()], expected);
    assert_eq!(formatted[expected.len()], "Database:           \tdb                  \t ");
    let extended = world.lines("DESCRIBE EXTENDED orders").pop().unwrap();
    assert!(
        extended
            .starts_with("Detailed Table Information\tTable(tableName:orders, dbName:db, lastAccessTime:0,")
    );

    world.run("CREATE EXTERNAL TABLE j (a struct<b:struct<c:int,d:map<string,int>>>) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/j'").unwrap();
    assert_eq!(
        world.lines("DESCRIBE j a.b.d"),
        ["d                   \tmap<string,int>     \tfrom deserializer   "]
    );
    assert_eq!(
        world.refusal("DESCRIBE j a.x"),
        "FAILED: SemanticException [Error 10002]: Invalid column reference a"
    );
    assert_eq!(
        world.refusal("DESCRIBE nope"),
        "FAILED: SemanticException [Error 10001]: Table not found nope"
    );
}

#[test]
fn tables_and_properties_are_listed() {
    let world = orders();
    world.run("CREATE EXTERNAL TABLE items (n int) LOCATION 's3://b/i' TBLPROPERTIES ('a'='b')").unwrap();
    assert_eq!(world.lines("SHOW TABLES"), ["items", "orders"]);
    assert_eq!(world.lines("SHOW TABLES IN db 'ord*'"), ["orders"]);
    assert_eq!(world.lines("SHOW TABLES LIKE '*ms|x'"), ["items"]);
    assert_eq!(world.lines("SHOW VIEWS"), [""; 0]);
    world.run("ALTER TABLE items SET TBLPROPERTIES ('c'='d')").unwrap();
    let properties = ["EXTERNAL\tTRUE", "a\tb", "c\td", "transient_lastDdlTime\t1700000000"];
    assert_eq!(world.lines("SHOW TBLPROPERTIES items"), properties);
    assert_eq!(world.lines("SHOW TBLPROPERTIES items ('a')"), ["b"]);
    assert_eq!(world.lines("SHOW TBLPROPERTIES items ('x')"), ["Table items does not have property: x"]);
}

#[test]
fn columns_are_added_replaced_and_changed() {
    let world = orders();
    let columns = || {
        let columns = world.described("orders").storage_descriptor.unwrap().columns.unwrap();
        let shown = columns
            .iter()
            .map(|c| format!("{} {}", c.name.as_deref().unwrap(), c.r#type.as_deref().unwrap()));
        shown.collect::<Vec<_>>().join(", ")
    };
    world.now_secs.set(1_700_000_005);
    world.run("ALTER TABLE orders ADD COLUMNS (a int, b array<int>)").unwrap();
    assert_eq!(columns(), "id bigint, item string, a int, b array<int>");
    assert_eq!(world.described("orders").parameters.unwrap()["transient_lastDdlTime"], "1700000005");
    world.run("ALTER TABLE orders CHANGE COLUMN b c string FIRST").unwrap();
    world.run("ALTER TABLE orders CHANGE id id string AFTER a").unwrap();
    assert_eq!(columns(), "c string, item string, a int, id string");
    let comment =
        world.described("orders").storage_descriptor.unwrap().columns.unwrap().pop().unwrap().comment;
    assert_eq!(comment.as_deref(), Some("the key"));
    world.run("ALTER TABLE orders REPLACE COLUMNS (x int)").unwrap();
    assert_eq!(columns(), "x int");
    for (sql, refusal) in [
        (
            "ADD COLUMNS (X int)",
            "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. Duplicate column name: x",
        ),
        (
            "ADD COLUMNS (year int)",
            "FAILED: SemanticException [Error 10035]: Column repeated in partitioning columns",
        ),
        (
            "CHANGE COLUMN no no int",
            "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. Invalid column reference no",
        ),
        (
            "DROP COLUMN x",
            "FAILED: ParseException line 1:24 mismatched input 'COLUMN' expecting PARTITION near 'DROP' in drop partition statement",
        ),
    ] {
        assert_eq!(world.refusal(&format!("ALTER TABLE orders {sql}")), refusal, "{sql}");
    }
    world.run("ALTER TABLE orders SET LOCATION 's3://lake/new/'").unwrap();
    assert_eq!(
        world.described("orders").storage_descriptor.unwrap().location.as_deref(),
        Some("s3://lake/new/")
    );
}

#[test]
fn partitions_live_and_die() {
    let world = orders();
    let shown = || world.lines("SHOW PARTITIONS orders");
    world
        .run("ALTER TABLE orders ADD PARTITION (year=2024, month='01') PARTITION (month='a:b', year='9') LOCATION 's3://lake/other'")
        .unwrap();
    assert_eq!(shown(), ["year=2024/month=01", "year=9/month=a%3Ab"]);
    let location =
        |values: &[&str]| world.partition("orders", values).storage_descriptor.unwrap().location.unwrap();
    assert_eq!(location(&["2024", "01"]), "s3://lake/orders/year=2024/month=01");
    assert_eq!(location(&["9", "a:b"]), "s3://lake/other");
    let twice = "ALTER TABLE orders ADD PARTITION (year=2024, month='01')";
    let exists = "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. \
                  AlreadyExistsException(message:Partition already exists.)";
    assert_eq!(world.refusal(twice), exists);
    world.run(&twice.replace("ADD", "ADD IF NOT EXISTS")).unwrap();
    world.run("ALTER TABLE orders PARTITION (year=2024, month='01') SET LOCATION 's3://lake/moved'").unwrap();
    world.run("ALTER TABLE orders PARTITION (year=2024, month='01') RENAME TO PARTITION (year=2024, month='02')").unwrap();
    assert_eq!(location(&["2024", "02"]), "s3://lake/moved");
    assert!(world.refusal("ALTER TABLE orders ADD PARTITION (year=1)").contains("[Error 10098]"));

    // As numbers, not as texts.
    world.run("ALTER TABLE orders DROP PARTITION (year<10)").unwrap();
    assert_eq!(shown(), ["year=2024/month=02"]);
    let missing = world.refusal("ALTER TABLE orders DROP PARTITION (year=1), PARTITION (year=2024)");
    assert_eq!(missing, "FAILED: SemanticException [Error 10006]: Partition not found (year = 1)");
    assert_eq!(shown(), ["year=2024/month=02"]);
    world
        .run("ALTER TABLE orders DROP IF EXISTS PARTITION (year=1), PARTITION (year>=2024, month<>'01')")
        .unwrap();
    assert_eq!(shown(), [""; 0]);
    let wrong = "FAILED: SemanticException [Error 10248]: Cannot add partition column year of type string \
                 as it cannot be converted to type int";
    assert_eq!(world.refusal("ALTER TABLE orders ADD PARTITION (year='x', month='1')"), wrong);
    world.run("CREATE EXTERNAL TABLE flat (n int) LOCATION 's3://b/f'").unwrap();
    let flat = "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. \
                Table flat is not a partitioned table";
    assert_eq!(world.refusal("SHOW PARTITIONS flat"), flat);
}

#[test]
fn keys_of_any_name_and_type_select_partitions() {
    let world = World::new();
    let sql =
        "CREATE EXTERNAL TABLE t (n int) PARTITIONED BY (`date` date, `a b` string) LOCATION 's3://lake/t'";
    world.run(sql).unwrap();
    world.run("ALTER TABLE t ADD PARTITION (date='2024-01-31', `a b`='it\\'s') PARTITION (date=DATE '2024-02-01', `a b`='?')").unwrap();
    let shown = |table| world.lines(&format!("SHOW PARTITIONS {table}"));
    let other = "date=2024-02-01/a b=%3F";
    assert_eq!(shown("t"), ["date=2024-01-31/a b=it%27s", other]);
    let empty = world.refusal("ALTER TABLE t ADD PARTITION (date='2024-02-02', `a b`='')");
    assert!(empty.contains("length greater than or equal to 1"), "Glue keeps no empty values: {empty}");
    world.run("ALTER TABLE t DROP PARTITION (`a b`='it\\'s', date<'2024-02-01')").unwrap();
    assert_eq!(shown("t"), [other]);

    world
        .run("CREATE EXTERNAL TABLE f (n int) PARTITIONED BY (flag boolean) LOCATION 's3://lake/f'")
        .unwrap();
    world.run("ALTER TABLE f ADD PARTITION (flag=true) PARTITION (flag=false)").unwrap();
    world.run("ALTER TABLE f DROP PARTITION (flag=TRUE)").unwrap();
    assert_eq!(shown("f"), ["flag=false"]);
    world.run("ALTER TABLE f DROP IF EXISTS PARTITION (flag=true)").unwrap();
}

#[test]
fn repair_registers_folders_and_names_what_is_missing() {
    let world = orders();
    assert_eq!(world.lines("MSCK REPAIR TABLE db.nope"), ["Tables not in metastore:\tnope"]);
    assert_eq!(world.lines("MSCK REPAIR TABLE orders"), ["Tables missing on filesystem:\torders"]);
    for key in [
        "year=2024/month=01/a",
        "year=2024/month=a%3Ab/b",
        "Year=2024/month=03/a",
        "readme",
        "year=2024/month=01/c",
    ] {
        world.put(&format!("orders/{key}"));
    }
    world.put("orders2/year=1/month=1/a");
    world.run("ALTER TABLE orders ADD PARTITION (year=2020, month='01')").unwrap();
    let answer = world.run("MSCK REPAIR TABLE orders").unwrap();
    let expected = [
        "Partitions not in metastore:\torders:year=2024/month=01\torders:year=2024/month=a%3Ab",
        "Partitions missing from filesystem:\torders:year=2020/month=01",
        "Repair: Added partition to metastore orders:year=2024/month=01",
        "Repair: Added partition to metastore orders:year=2024/month=a%3Ab",
    ];
    assert_eq!(answer.lines, expected);
    assert!(answer.columns.is_empty());
    let partition = world.partition("orders", &["2024", "a:b"]);
    let location = partition.storage_descriptor.unwrap().location.unwrap();
    assert_eq!(location, "s3://lake/orders/year=2024/month=a%3Ab");
    assert_eq!(
        world.lines("MSCK REPAIR TABLE orders"),
        ["Partitions missing from filesystem:\torders:year=2020/month=01"]
    );
}

#[test]
fn views_are_kept_as_athena_keeps_them() {
    let world = orders();
    let column = |name: &str, type_name: &str| ViewColumn { name: name.into(), type_name: type_name.into() };
    *world.view_columns.borrow_mut() = vec![column("n", "integer"), column("s", "varchar(1)")];
    let create = "CREATE VIEW db.v AS SELECT 1 AS n,\n 'a' AS s";
    world.run(create).unwrap();
    let view = world.described("v");
    assert_eq!(view.table_type.as_deref(), Some("VIRTUAL_VIEW"));
    assert_eq!(view.view_expanded_text.as_deref(), Some("/* Presto View */"));
    let text = view.view_original_text.unwrap();
    let document = text.strip_prefix("/* Presto View: ").unwrap().strip_suffix(" */").unwrap();
    let document = String::from_utf8(wavetank_emulator::base64::decode(document).unwrap()).unwrap();
    assert_eq!(
        document,
        r#"{"originalSql":"SELECT 1 AS n,\n 'a' AS s","catalog":"awsdatacatalog","schema":"db","columns":[{"name":"n","type":"integer"},{"name":"s","type":"varchar(1)"}]}"#
    );
    let types: Vec<_> =
        view.storage_descriptor.unwrap().columns.unwrap().into_iter().filter_map(|c| c.r#type).collect();
    assert_eq!(types, ["int", "varchar(1)"]);
    let parameters = view.parameters.unwrap();
    assert_eq!((parameters["presto_view"].as_str(), parameters["comment"].as_str()), ("true", "Presto View"));

    for sql in ["DESCRIBE v", "DESCRIBE \"v\"", "SHOW COLUMNS IN v"] {
        assert_eq!(world.lines(sql), ["n\tinteger", "s\tvarchar(1)"], "{sql}");
    }
    assert_eq!(world.lines("SHOW CREATE VIEW v"), ["CREATE VIEW db.v AS ", "SELECT 1 AS n,", " 'a' AS s"]);
    assert_eq!(world.lines("SHOW VIEWS"), ["v"]);
    assert_eq!(world.lines("SHOW TABLES"), ["orders", "v"]);
    assert!(world.refusal(create).contains("View already exists: 'awsdatacatalog.db.v'"));
    world.run(&create.replace("CREATE", "CREATE OR REPLACE")).unwrap();
    assert!(world.refusal("CREATE OR REPLACE VIEW orders AS SELECT 1 AS n").contains("Table already exists"));
    assert!(world.refusal("SHOW CREATE TABLE v").contains("v is a view"));
    assert!(world.refusal("DROP VIEW orders").contains("Did you mean DROP TABLE awsdatacatalog.db.orders?"));
    assert!(world.refusal("DROP TABLE v").contains("Cannot drop a view with DROP TABLE"));
    assert!(world.refusal("ALTER TABLE v ADD COLUMNS (a int)").contains("[Error 10131]"));
    world.run("DROP VIEW v").unwrap();
    let gone = "TABLE_NOT_FOUND: line 1:1: View 'awsdatacatalog.db.v' does not exist";
    assert_eq!(world.refusal("DROP VIEW v"), gone);
    assert_eq!(world.refusal("SHOW CREATE VIEW v"), gone);
    world.run("DROP VIEW IF EXISTS v").unwrap();
}

#[test]
fn a_table_is_printed_as_hive_prints_it() {
    let world = World::new();
    world
        .run(
            "CREATE EXTERNAL TABLE t (a int COMMENT 'it\\'s', b array<string>) COMMENT 'c' PARTITIONED BY (p string) \
             ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' LOCATION 's3://lake/t' TBLPROPERTIES ('x'='y;z')",
        )
        .unwrap();
    let expected = [
        "CREATE EXTERNAL TABLE `db.t`(",
        "  `a` int COMMENT 'it\\'s', ",
        "  `b` array<string>)",
        "COMMENT 'c'",
        "PARTITIONED BY ( ",
        "  `p` string)",
        "ROW FORMAT DELIMITED ",
        "  FIELDS TERMINATED BY '\\t' ",
        "STORED AS INPUTFORMAT ",
        "  'org.apache.hadoop.mapred.TextInputFormat' ",
        "OUTPUTFORMAT ",
        "  'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
        "LOCATION",
        "  's3://lake/t'",
        "TBLPROPERTIES (",
        "  'transient_lastDdlTime'='1700000000', ",
        "  'x'='y\\;z')",
    ];
    assert_eq!(world.lines("SHOW CREATE TABLE db.t"), expected);
    world
        .run(
            "CREATE EXTERNAL TABLE j (a int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' \
             WITH SERDEPROPERTIES ('ignore.malformed.json'='true') LOCATION 's3://lake/j'",
        )
        .unwrap();
    let lines = world.lines("SHOW CREATE TABLE j");
    let expected = [
        "CREATE EXTERNAL TABLE `j`(",
        "  `a` int COMMENT 'from deserializer')",
        "ROW FORMAT SERDE ",
        "  'org.openx.data.jsonserde.JsonSerDe' ",
        "WITH SERDEPROPERTIES ( ",
        "  'ignore.malformed.json'='true') ",
        "STORED AS INPUTFORMAT ",
    ];
    assert_eq!(lines[..expected.len()], expected);
}
