//! The classes of Java behind the names of formats, and the properties behind `ROW FORMAT`.
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html>, and tables that Athena made.

use std::collections::BTreeMap;

use super::statement::{Delimiters, RowFormat, StoredAs};

/// The classes that read and write a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// As `STORED AS` says it.
    pub name: &'static str,
    /// Reads files.
    pub input: &'static str,
    /// Writes files.
    pub output: &'static str,
    /// Reads rows.
    pub serde: &'static str,
}

/// The class that reads rows of text between delimiters.
pub const LAZY_SIMPLE: &str = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";

const TEXT: Format = Format {
    name: "TEXTFILE",
    input: "org.apache.hadoop.mapred.TextInputFormat",
    output: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    serde: LAZY_SIMPLE,
};

const FORMATS: [Format; 9] = [
    TEXT,
    Format {
        name: "PARQUET",
        input: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        output: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        serde: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    },
    Format {
        name: "ORC",
        input: "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
        output: "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
        serde: "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
    },
    // Another name that Hive has for it.
    Format {
        name: "ORCFILE",
        input: "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
        output: "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
        serde: "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
    },
    Format {
        name: "AVRO",
        input: "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
        output: "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat",
        serde: "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    },
    Format {
        name: "RCFILE",
        input: "org.apache.hadoop.hive.ql.io.RCFileInputFormat",
        output: "org.apache.hadoop.hive.ql.io.RCFileOutputFormat",
        serde: "org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe",
    },
    Format {
        name: "SEQUENCEFILE",
        input: "org.apache.hadoop.mapred.SequenceFileInputFormat",
        output: "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat",
        serde: LAZY_SIMPLE,
    },
    Format {
        name: "JSON",
        input: TEXT.input,
        output: TEXT.output,
        serde: "org.apache.hive.hcatalog.data.JsonSerDe",
    },
    Format {
        name: "ION",
        input: "com.amazon.ionhiveserde.formats.IonInputFormat",
        output: "com.amazon.ionhiveserde.formats.IonOutputFormat",
        serde: "com.amazon.ionhiveserde.IonHiveSerDe",
    },
];

/// The format of a name, in any case.
pub fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name.eq_ignore_ascii_case(name))
}

/// Names of all formats.
pub fn names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.name)
}

/// Classes and properties, as the catalog has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// Reads files.
    pub input: String,
    /// Writes files.
    pub output: String,
    /// Reads rows.
    pub serde: String,
    /// What it is told.
    pub serde_properties: BTreeMap<String, String>,
}

/// What `ROW FORMAT` and `STORED AS` come to; text between delimiters when neither is there.
pub fn storage(row_format: Option<&RowFormat>, stored_as: Option<&StoredAs>) -> Storage {
    let format = match stored_as {
        Some(StoredAs::Format(name)) => named(name).unwrap_or(&TEXT),
        _ => &TEXT,
    };
    let (input, output) = match stored_as {
        Some(StoredAs::Classes { input, output }) => (input.clone(), output.clone()),
        _ => (format.input.to_owned(), format.output.to_owned()),
    };
    let (serde, mut serde_properties) = match row_format {
        None => (format.serde.to_owned(), BTreeMap::new()),
        Some(RowFormat::Delimited(delimiters)) => (LAZY_SIMPLE.to_owned(), delimited(delimiters)),
        Some(RowFormat::SerDe { library, properties }) => {
            (library.clone(), properties.iter().cloned().collect())
        }
    };
    serde_properties
        .entry(SERIALIZATION_FORMAT.to_owned())
        .or_insert_with(|| DEFAULT_SERIALIZATION.to_owned());
    Storage { input, output, serde, serde_properties }
}

/// A property that Hive gives to each SerDe.
pub const SERIALIZATION_FORMAT: &str = "serialization.format";
/// What it is unless fields are delimited.
pub const DEFAULT_SERIALIZATION: &str = "1";

/// The properties behind the clauses of `DELIMITED` that Hive prints again, in the order that its grammar demands.
pub const PRINTED_DELIMITERS: [(&str, &str); 4] = [
    ("field.delim", "FIELDS"),
    // With the typing error that Hive has.
    ("colelction.delim", "COLLECTION ITEMS"),
    ("mapkey.delim", "MAP KEYS"),
    ("line.delim", "LINES"),
];

fn delimited(delimiters: &Delimiters) -> BTreeMap<String, String> {
    let Delimiters { fields, escape, collection_items, map_keys, lines, null } = delimiters;
    let properties = [
        ("field.delim", fields),
        // Hive says it twice.
        (SERIALIZATION_FORMAT, fields),
        ("escape.delim", escape),
        ("colelction.delim", collection_items),
        ("mapkey.delim", map_keys),
        ("line.delim", lines),
        ("serialization.null.format", null),
    ];
    let given = properties.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
    given.collect()
}

/// What is shown as the comment of a column that has none, where Hive asks the SerDe for its columns.
pub fn comment_from(serde: &str) -> Option<&'static str> {
    const FROM_DESERIALIZER: [&str; 8] = [
        "org.openx.data.jsonserde.JsonSerDe",
        "org.apache.hive.hcatalog.data.JsonSerDe",
        "org.apache.hadoop.hive.serde2.OpenCSVSerde",
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
        "com.amazonaws.glue.serde.GrokSerDe",
        "com.amazon.emr.hive.serde.CloudTrailSerde",
        "com.amazon.ionhiveserde.IonHiveSerDe",
        "com.amazon.emr.cloudtrail.CloudTrailSerde",
    ];
    match serde {
        "org.apache.hadoop.hive.serde2.RegexSerDe" => Some(""),
        _ if FROM_DESERIALIZER.contains(&serde) => Some("from deserializer"),
        _ => None,
    }
}
