//! Partition projection, by the examples of Athena's user guide.

use super::*;

/// 2024-02-29T15:04:05Z.
const NOW: i64 = 1_709_219_045_000_000;

fn keys(names: &[&str]) -> Vec<OutputColumn> {
    names.iter().map(|name| OutputColumn { name: (*name).to_owned(), ty: Type::Varchar(None) }).collect()
}

fn properties(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let enabled = ("projection.enabled", "true");
    pairs.iter().chain([&enabled]).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Values and locations, one partition a line; or the error.
fn lines(names: &[&str], pairs: &[(&str, &str)], injected: &[(&str, &[&str])]) -> Result<String, String> {
    let injected = injected
        .iter()
        .map(|(name, values)| ((*name).to_owned(), values.iter().map(|value| (*value).to_owned()).collect()))
        .collect();
    let projected = project("db.t", &properties(pairs), &keys(names), "s3://b/t", NOW, &injected)
        .map_err(|error| error.to_string())?
        .expect("projection is enabled");
    let lines = projected.iter().map(|one| format!("{} @ {}", one.values.join("|"), one.location));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn values_of(pairs: &[(&str, &str)]) -> Result<String, String> {
    let text = lines(&["c"], pairs, &[])?;
    let values = text.lines().map(|line| line.split(" @ ").next().unwrap_or_default());
    Ok(values.collect::<Vec<_>>().join(" "))
}

#[test]
fn without_projection_the_catalog_has_the_partitions() {
    let none = BTreeMap::new();
    for value in [None, Some("false"), Some("")] {
        let parameters: BTreeMap<_, _> =
            value.map(|value| ("projection.enabled".to_owned(), value.to_owned())).into_iter().collect();
        assert_eq!(project("db.t", &parameters, &keys(&["c"]), "s3://b/t", NOW, &none), Ok(None));
    }
    let enabled = BTreeMap::from([
        ("projection.enabled".to_owned(), "TRUE".to_owned()),
        ("projection.c.type".to_owned(), "enum".to_owned()),
        ("projection.c.values".to_owned(), "A".to_owned()),
    ]);
    let projected = project("db.t", &enabled, &keys(&["c"]), "s3://b/t/", NOW, &none).unwrap().unwrap();
    assert_eq!(projected, [Projected { values: vec!["A".into()], location: "s3://b/t/c=A/".into() }]);
}

#[test]
fn values_of_an_enum_keep_their_white_space() {
    let found = lines(&["c"], &[("projection.c.type", " Enum "), ("projection.c.values", "A, B,a/b")], &[]);
    assert_eq!(found.unwrap(), "A @ s3://b/t/c=A/\n B @ s3://b/t/c= B/\na/b @ s3://b/t/c=a%2Fb/");
}

#[test]
fn integers_go_by_their_interval_and_are_padded() {
    let cases = [
        ("1,3", "1", "1", "1 2 3"),
        ("1,3", "2", "1", "1 3"),
        ("1,3", "1", " 2 ", "01 02 03"),
        ("0001,3", "2", "1", "1 3"),
        ("-1,1", "1", "3", "-01 000 001"),
        ("9223372036854775806,9223372036854775807", "5", "1", "9223372036854775806"),
    ];
    for (range, interval, digits, expected) in cases {
        let pairs = [
            ("projection.c.type", "INTEGER"),
            ("projection.c.range", range),
            ("projection.c.interval", interval),
            ("projection.c.digits", digits),
        ];
        assert_eq!(values_of(&pairs).as_deref(), Ok(expected), "{range}");
    }
    let pairs = [("projection.c.type", "integer"), ("projection.c.range", " -1 , 0001 ")];
    assert_eq!(values_of(&pairs).as_deref(), Ok("-1 0 1"));
}

#[test]
fn dates_are_in_their_format() {
    let pairs = [
        ("projection.c.type", "date"),
        ("projection.c.range", "2024/02/28,NOW"),
        ("projection.c.format", "yyyy/MM/dd"),
        ("storage.location.template", "s3://logs/${c}"),
    ];
    let found = lines(&["c"], &pairs, &[]).unwrap();
    assert_eq!(found, "2024/02/28 @ s3://logs/2024/02/28/\n2024/02/29 @ s3://logs/2024/02/29/");
    let finer =
        [&pairs[..], &[("projection.c.interval", "8"), ("projection.c.interval.unit", "HOURS")]].concat();
    assert_eq!(lines(&["c"], &finer, &[]).unwrap(), found);
}

#[test]
fn a_key_of_type_date_has_the_format_only_in_its_location() {
    let parameters = properties(&[
        ("projection.c.type", "date"),
        ("projection.c.range", "202401,202402"),
        ("projection.c.format", "yyyyMM"),
    ]);
    for (ty, value) in [(Type::Date, "2024-01-01"), (Type::Timestamp(3), "2024-01-01 00:00:00.000")] {
        let keys = [OutputColumn { name: "c".to_owned(), ty }];
        let projected =
            project("db.t", &parameters, &keys, "s3://b/t", NOW, &BTreeMap::new()).unwrap().unwrap();
        assert_eq!(
            projected[0],
            Projected { values: vec![value.into()], location: "s3://b/t/c=202401/".into() }
        );
    }
}

#[test]
fn injected_values_come_from_the_query() {
    let pairs = [("projection.c.type", "injected"), ("storage.location.template", "s3://b/prefix/${c}")];
    let found = lines(&["c"], &pairs, &[("c", &["4a77", "f71d"])]);
    assert_eq!(found.unwrap(), "4a77 @ s3://b/prefix/4a77/\nf71d @ s3://b/prefix/f71d/");
    let message = "CONSTRAINT_VIOLATION: For the injected projected partition column c, the WHERE clause must contain \
                   only static equality conditions, and at least one such condition must be present.";
    assert_eq!(lines(&["c"], &pairs, &[]), Err(message.to_owned()));
    assert_eq!(lines(&["c"], &pairs, &[("c", &[])]), Err(message.to_owned()));
}

#[test]
fn partitions_are_all_combinations_with_the_last_key_fastest() {
    let pairs = [
        ("projection.a.type", "enum"),
        ("projection.a.values", "x,y"),
        ("projection.b.type", "integer"),
        ("projection.b.range", "1,2"),
        ("projection.c.type", "injected"),
        ("storage.location.template", "s3://r/c=${c}/${b}/static/${a}/${b}/"),
    ];
    let found = lines(&["a", "b", "c"], &pairs, &[("c", &["i"])]).unwrap();
    let expected = "x|1|i @ s3://r/c=i/1/static/x/1/\nx|2|i @ s3://r/c=i/2/static/x/2/\n\
                    y|1|i @ s3://r/c=i/1/static/y/1/\ny|2|i @ s3://r/c=i/2/static/y/2/";
    assert_eq!(found, expected);
    let found = lines(&["a", "b", "c"], &pairs[..5], &[("c", &["i"])]).unwrap();
    assert_eq!(found.lines().next(), Some("x|1|i @ s3://b/t/a=x/b=1/c=i/"));
}

#[test]
fn properties_that_say_nothing_are_refused() {
    let missing = "HIVE_METASTORE_ERROR: Table db.t is configured for partition projection, but the following \
                   partition columns are missing projection configuration: [c] (table db.t)";
    assert_eq!(values_of(&[]), Err(missing.to_owned()));
    let ty = ("projection.c.type", "integer");
    let hyphen = values_of(&[ty, ("projection.c.range", "0-10")]);
    assert_eq!(hyphen, Err("INVALID_TABLE_PROPERTY: For input string: \"0-10\"".to_owned()));
    let cases: [&[(&str, &str)]; 9] = [
        &[("projection.c.type", "text")],
        &[("projection.c.type", "enum")],
        &[ty],
        &[ty, ("projection.c.range", "NOW,10")],
        &[ty, ("projection.c.range", "1,2,3")],
        &[ty, ("projection.c.range", "2,1")],
        &[ty, ("projection.c.range", "1,2"), ("projection.c.interval", "0")],
        &[("projection.c.type", "date"), ("projection.c.range", "NOW,NOW")],
        &[ty, ("projection.c.range", "1,2"), ("storage.location.template", "s3://b/${d}/${c}/")],
    ];
    for pairs in cases {
        let error = values_of(pairs).unwrap_err();
        assert!(error.starts_with("INVALID_TABLE_PROPERTY: "), "{error}");
    }
}

#[test]
fn a_template_names_every_key() {
    let pairs = [
        ("projection.c.type", "enum"),
        ("projection.c.values", "A"),
        ("storage.location.template", "s3://b/static/"),
    ];
    assert!(values_of(&pairs).unwrap_err().contains("no placeholder for partition column 'c'"));
}

#[test]
fn more_than_a_million_partitions_are_refused() {
    let ty = ("projection.c.type", "integer");
    assert_eq!(values_of(&[ty, ("projection.c.range", "1,1000000")]).unwrap().split(' ').count(), 1_000_000);
    let message = "HIVE_EXCEEDED_PARTITION_LIMIT: Query over table 'db.t' can potentially read more than 1000000 partitions";
    for range in ["1,1000001", "-9223372036854775808,9223372036854775807"] {
        assert_eq!(values_of(&[ty, ("projection.c.range", range)]), Err(message.to_owned()));
    }
    let pairs = ["a", "b"].map(|key| {
        [(format!("projection.{key}.type"), "integer"), (format!("projection.{key}.range"), "0,1000")]
    });
    let pairs: Vec<_> = pairs.as_flattened().iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert_eq!(lines(&["a", "b"], &pairs, &[]), Err(message.to_owned()));
}
