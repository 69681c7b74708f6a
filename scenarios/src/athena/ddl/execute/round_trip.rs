//! What `SHOW CREATE TABLE` prints makes the same table again.

use proptest::prelude::*;

use super::super::{Statement, parse, text};
use super::create_table::described;
use super::show_create;

/// Texts with everything that has to be escaped.
fn words() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-z'\"\\\\;\n\t\u{1}%_=é日]{0,8}").unwrap()
}

fn literal() -> impl Strategy<Value = String> {
    words().prop_map(|words| text::quoted(&words))
}

fn column_type() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("int".to_owned()),
        Just("string".to_owned()),
        Just("decimal(10,2)".to_owned()),
        Just("varchar(7)".to_owned()),
        Just("timestamp".to_owned()),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|of| format!("array<{of}>")),
            inner.clone().prop_map(|of| format!("map<string,{of}>")),
            proptest::collection::vec(inner, 1..3).prop_map(|fields| {
                let fields = fields.iter().enumerate().map(|(at, of)| format!("f{at}:{of}"));
                format!("struct<{}>", fields.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

fn columns(prefix: &'static str, least: usize) -> impl Strategy<Value = String> {
    let column = (column_type(), proptest::option::of(literal()));
    proptest::collection::vec(column, least..4).prop_map(move |columns| {
        let column = |(at, (of, comment)): (usize, &(String, Option<String>))| match comment {
            Some(comment) => format!("`{prefix} {at}` {of} COMMENT {comment}"),
            None => format!("`{prefix} {at}` {of}"),
        };
        columns.iter().enumerate().map(column).collect::<Vec<_>>().join(", ")
    })
}

fn properties() -> impl Strategy<Value = String> {
    proptest::collection::btree_map("[a-z.]{1,6}", literal(), 1..4).prop_map(|properties| {
        let pairs = properties.iter().map(|(name, value)| format!("'{name}'={value}"));
        format!("({})", pairs.collect::<Vec<_>>().join(", "))
    })
}

fn row_format() -> impl Strategy<Value = String> {
    let delimiters = [
        "FIELDS TERMINATED BY",
        "ESCAPED BY",
        "COLLECTION ITEMS TERMINATED BY",
        "MAP KEYS TERMINATED BY",
        "LINES TERMINATED BY",
        "NULL DEFINED AS",
    ];
    let clause = |clause: &'static str| {
        proptest::option::of(literal()).prop_map(move |literal| {
            literal.map(|literal| format!(" {clause} {literal}")).unwrap_or_default()
        })
    };
    let delimited = delimiters.map(clause);
    let delimited = delimited.prop_map(|clauses| format!("ROW FORMAT DELIMITED{}", clauses.concat()));
    let serde = (literal(), proptest::option::of(properties())).prop_map(|(library, properties)| {
        let with = properties.map(|properties| format!(" WITH SERDEPROPERTIES {properties}"));
        format!("ROW FORMAT SERDE {library}{}", with.unwrap_or_default())
    });
    prop_oneof![Just(String::new()), delimited, serde]
}

prop_compose! {
    fn create_table()(
        columns in columns("c", 1),
        keys in proptest::option::of(columns("k", 1)),
        comment in proptest::option::of(literal()),
        buckets in proptest::option::of(1..9),
        row_format in row_format(),
        stored in prop_oneof![Just(""), Just("STORED AS ORC"), Just("STORED AS TEXTFILE"), Just("STORED AS INPUTFORMAT 'a' OUTPUTFORMAT 'b'")],
        location in words().prop_map(|words| text::quoted(&format!("s3://lake/{words}"))),
        properties in proptest::option::of(properties()),
    ) -> String {
        let comment = comment.map(|comment| format!("COMMENT {comment}")).unwrap_or_default();
        let keys = keys.map(|keys| format!("PARTITIONED BY ({keys})")).unwrap_or_default();
        let buckets = buckets.map(|n| format!("CLUSTERED BY (`c 0`) INTO {n} BUCKETS")).unwrap_or_default();
        let properties = properties.map(|properties| format!("TBLPROPERTIES {properties}")).unwrap_or_default();
        format!(
            "CREATE EXTERNAL TABLE `db.t` ({columns}) {comment} {keys} {buckets} {row_format} {stored} \
             LOCATION {location} {properties}"
        )
    }
}

proptest! {
    #[test]
    fn what_is_printed_makes_the_same_table(sql in create_table()) {
        let table = |sql: &str, now| match parse(sql) {
            Ok(Some(Statement::CreateTable(create))) => described(&create, now),
            other => panic!("{sql}\n{other:?}"),
        };
        let first = table(&sql, 1);
        let printed = show_create::statement("db.t", &first);
        // The time of the first is printed, and stays.
        prop_assert_eq!(&first, &table(&printed, 2), "{}\n{}", sql, printed);
    }
}
