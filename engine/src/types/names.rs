//! Arrow types written back as text, in the three spellings that AWS and Spark use.

use arrow::datatypes::{DataType, Field, Fields, TimeUnit};

/// The type as the Glue Data Catalog stores it, e.g. `struct<a:bigint,b:array<string>>`.
pub fn hive_type_name(data_type: &DataType) -> String {
    let name = match data_type {
        DataType::Int8 => "tinyint",
        DataType::Int16 => "smallint",
        DataType::Int32 => "int",
        DataType::Int64 => "bigint",
        DataType::Struct(fields) => {
            let field = |f: &Field| format!("{}:{}", hive_field(f.name()), hive_type_name(f.data_type()));
            return format!("struct<{}>", joined(fields, ",", field));
        }
        _ => return lower_case_name(data_type, hive_type_name),
    };
    name.to_owned()
}

/// The type as Spark's schema names it, e.g. `struct<start:timestamp,end:timestamp>` or `long`.
/// Source: `DataType.typeName`.
pub fn spark_type_name(data_type: &DataType) -> String {
    let name = match data_type {
        DataType::Int8 => "byte",
        DataType::Int16 => "short",
        DataType::Int32 => "integer",
        DataType::Int64 => "long",
        DataType::Struct(fields) => {
            let field = |f: &Field| format!("{}:{}", f.name(), spark_type_name(f.data_type()));
            return format!("struct<{}>", joined(fields, ",", field));
        }
        _ => return lower_case_name(data_type, spark_type_name),
    };
    name.to_owned()
}

/// The type as Spark's SQL and error messages write it, e.g. `STRUCT<a: BIGINT>`.
/// Source: `DataType.sql`.
pub fn sql_type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::List(item) => format!("ARRAY<{}>", sql_type_name(item.data_type())),
        DataType::Map(entries, _) => match key_and_value(entries) {
            Some((key, value)) => format!("MAP<{}, {}>", sql_type_name(key), sql_type_name(value)),
            None => "MAP".to_owned(),
        },
        DataType::Struct(fields) => format!("STRUCT<{}>", joined(fields, ", ", sql_field)),
        other => hive_type_name(other).to_ascii_uppercase(),
    }
}

/// What the lower-case spellings share; `inner` spells the types inside.
fn lower_case_name(data_type: &DataType, inner: fn(&DataType) -> String) -> String {
    match data_type {
        DataType::Null => "void".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Float32 => "float".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "string".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "binary".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(TimeUnit::Microsecond, None) => "timestamp_ntz".to_owned(),
        DataType::Timestamp(_, _) => "timestamp".to_owned(),
        DataType::List(item) => format!("array<{}>", inner(item.data_type())),
        DataType::Map(entries, _) => match key_and_value(entries) {
            Some((key, value)) => format!("map<{},{}>", inner(key), inner(value)),
            None => "map".to_owned(),
        },
        // Types outside Spark's tree never leave the engine; Arrow's own name tells most.
        other => other.to_string().to_ascii_lowercase(),
    }
}

fn key_and_value(entries: &Field) -> Option<(&DataType, &DataType)> {
    match entries.data_type() {
        DataType::Struct(pair) if pair.len() == 2 => Some((pair[0].data_type(), pair[1].data_type())),
        _ => None,
    }
}

fn joined(fields: &Fields, separator: &str, text: impl Fn(&Field) -> String) -> String {
    let parts: Vec<String> = fields.iter().map(|field| text(field)).collect();
    parts.join(separator)
}

/// A name is quoted only when it would not be read back as one.
fn hive_field(name: &str) -> String {
    match name.is_empty() || name.contains(|c: char| c.is_whitespace() || ":<>,()`".contains(c)) {
        true => backquoted(name),
        false => name.to_owned(),
    }
}

fn sql_field(field: &Field) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let digits_only = field.name().chars().all(|c| c.is_ascii_digit());
    let name = match field.name().chars().all(plain) && !digits_only {
        true => field.name().clone(),
        false => backquoted(field.name()),
    };
    let suffix = if field.is_nullable() { "" } else { " NOT NULL" };
    format!("{name}: {}{suffix}", sql_type_name(field.data_type()))
}

fn backquoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

#[cfg(test)]
mod tests {
    use super::super::{array_type, map_type, parse_ddl_type, parse_hive_type};
    use super::*;
    use proptest::prelude::*;

    fn names(ddl: &str) -> (String, String, String) {
        let data_type = parse_ddl_type(ddl).expect("valid DDL");
        (hive_type_name(&data_type), spark_type_name(&data_type), sql_type_name(&data_type))
    }

    #[test]
    fn each_spelling_is_the_one_its_reader_expects() {
        let cases = [
            ("LONG", "bigint", "long", "BIGINT"),
            ("INT", "int", "integer", "INT"),
            ("SHORT", "smallint", "short", "SMALLINT"),
            ("BYTE", "tinyint", "byte", "TINYINT"),
            ("DECIMAL(20,2)", "decimal(20,2)", "decimal(20,2)", "DECIMAL(20,2)"),
            ("TIMESTAMP_NTZ", "timestamp_ntz", "timestamp_ntz", "TIMESTAMP_NTZ"),
            ("VOID", "void", "void", "VOID"),
            ("ARRAY<STRING>", "array<string>", "array<string>", "ARRAY<STRING>"),
            ("MAP<STRING, LONG>", "map<string,bigint>", "map<string,long>", "MAP<STRING, BIGINT>"),
            (
                "STRUCT<start: TIMESTAMP, `e d`: LONG NOT NULL>",
                "struct<start:timestamp,`e d`:bigint>",
                "struct<start:timestamp,e d:long>",
                "STRUCT<start: TIMESTAMP, `e d`: BIGINT NOT NULL>",
            ),
        ];
        for (ddl, hive, spark, sql) in cases {
            assert_eq!(names(ddl), (hive.to_owned(), spark.to_owned(), sql.to_owned()), "{ddl}");
        }
    }

    fn any_type() -> impl Strategy<Value = DataType> {
        let leaf = prop_oneof![
            Just(DataType::Boolean),
            Just(DataType::Int8),
            Just(DataType::Int64),
            Just(DataType::Float64),
            Just(DataType::Utf8),
            Just(DataType::Binary),
            Just(DataType::Date32),
            Just(super::super::timestamp_type()),
            Just(super::super::timestamp_ntz_type()),
            (1u8..=38).prop_map(|p| DataType::Decimal128(p, (p / 2) as i8)),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let field = ("[a-z_0-9:<>,` é-]{1,8}", inner.clone());
            prop_oneof![
                inner.clone().prop_map(array_type),
                (Just(DataType::Utf8), inner.clone()).prop_map(|(k, v)| map_type(k, v)),
                prop::collection::vec(field, 0..4).prop_map(|fields| {
                    let field = |(name, t): (String, DataType)| Field::new(name, t, true);
                    DataType::Struct(fields.into_iter().map(field).collect())
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn written_types_are_read_back_as_the_same(data_type in any_type()) {
            prop_assert_eq!(parse_hive_type(&hive_type_name(&data_type)), Ok(data_type.clone()));
            prop_assert_eq!(parse_ddl_type(&sql_type_name(&data_type)), Ok(data_type));
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "[a-z<>:,()`' é0-9]{0,40}") {
            let _ = (parse_hive_type(&text), super::super::parse_ddl_schema(&text));
        }
    }
}
