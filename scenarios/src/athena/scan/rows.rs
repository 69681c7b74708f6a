//! The rows of some files, each column that the query uses under the name `r<position>`.

use super::super::lake::Object;
use super::super::translate::{Scan, Typed};
use super::super::types::{RowField, Type, literal};
use super::{Format, data_columns, list, named};

/// A relation in brackets; with `filename` where that is asked for.
pub(super) fn source(
    scan: &Scan,
    format: &Format,
    files: &[String],
    objects: &[Object],
    filename: bool,
) -> String {
    // DuckDB tells compression by names, which the files of the emulator do not have.
    let (packed, plain): (Vec<_>, Vec<_>) =
        files.iter().cloned().zip(objects).partition(|(_, object)| object.key.ends_with(".gz"));
    let some = |files: Vec<(String, &Object)>, compression: &str| {
        let files: Vec<String> = files.into_iter().map(|(file, _)| file).collect();
        (!files.is_empty()).then(|| rows(scan, format, &files, compression, filename))
    };
    let branches: Vec<String> = match format {
        Format::Parquet => vec![parquet(scan, files, filename)],
        _ => [some(plain, "none"), some(packed, "gzip")].into_iter().flatten().collect(),
    };
    format!("({})", branches.join(" UNION ALL "))
}

fn rows(scan: &Scan, format: &Format, files: &[String], compression: &str, filename: bool) -> String {
    match format {
        Format::Parquet => parquet(scan, files, filename),
        Format::Json { .. } => json(scan, format, files, compression, filename),
        Format::Delimited { .. } | Format::Csv { .. } => {
            delimited(scan, format, files, compression, filename)
        }
    }
}

/// DuckDB reads the columns by name, and casts them as the catalog has them.
fn parquet(scan: &Scan, files: &[String], filename: bool) -> String {
    let columns = data_columns(scan);
    let with_name = if filename { ", filename = true" } else { "" };
    let mut items: Vec<String> =
        columns.iter().map(|(at, name, ty)| named(*at, &parquet_value(name, ty))).collect();
    items.extend(filename.then(|| "filename".to_owned()));
    if columns.is_empty() {
        let items = if items.is_empty() { "1 AS nothing".to_owned() } else { items.join(", ") };
        return format!("SELECT {items} FROM read_parquet({}{with_name})", list(files));
    }
    let schema = columns.iter().map(|(_, name, ty)| {
        let name = literal(name);
        format!("{name}: {{name: {name}, type: {}, default_value: NULL}}", literal(&ty.duckdb()))
    });
    let schema = schema.collect::<Vec<_>>().join(", ");
    format!(
        "SELECT {} FROM read_parquet({}, schema = MAP {{{schema}}}{with_name})",
        items.join(", "),
        list(files)
    )
}

fn parquet_value(name: &str, ty: &Type) -> Typed {
    Typed::new(super::super::types::quoted(name), ty.clone())
}

/// Each line is read into a struct of texts and nested values; texts are then cast, so that what does not fit fails.
fn json(scan: &Scan, format: &Format, files: &[String], compression: &str, filename: bool) -> String {
    let Format::Json { ignores_malformed, keys } = format else { unreachable!("asked for JSON") };
    let columns = data_columns(scan);
    let key = |name: &str| keys.get(name).cloned().unwrap_or_else(|| name.to_owned());
    let structure = columns.iter().map(|(_, name, ty)| {
        let name = key(name).replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{name}\":{}", structure_of(ty))
    });
    let structure = literal(&format!("{{{}}}", structure.collect::<Vec<_>>().join(",")));
    let line = match ignores_malformed {
        true => "TRY(wt_json_line(line))",
        false => "wt_json_line(line)",
    };
    let mut items: Vec<String> = columns
        .iter()
        .map(|(at, name, ty)| {
            named(*at, &json_value(&format!("struct_extract(j, {})", literal(&key(name))), ty))
        })
        .collect();
    items.extend(filename.then(|| "filename".to_owned()));
    let name = if filename { ", filename" } else { "" };
    if items.is_empty() {
        items.push("1 AS nothing".to_owned());
    }
    let parsed = match columns.is_empty() {
        // Whether a line is an object is looked at even where nothing of it is used.
        true => format!("{line} AS j"),
        false => format!("from_json({line}, {structure}) AS j"),
    };
    format!(
        "SELECT {} FROM (SELECT {parsed}{name} FROM ({}) WHERE trim(line) <> '')",
        items.join(", "),
        lines(files, compression, 0, filename)
    )
}

/// The type of a JSON value as `from_json` takes it: what is no list, map or row is read as text.
fn structure_of(ty: &Type) -> String {
    match ty {
        Type::Array(element) => format!("[{}]", structure_of(element)),
        Type::Map(_, value) => format!("\"MAP(VARCHAR, {})\"", structure_name(value).replace('"', "\\\"")),
        Type::Row(fields) => {
            let parts = fields.iter().map(|field| {
                let name = field.name.clone().unwrap_or_default().replace('\\', "\\\\").replace('"', "\\\"");
                format!("\"{name}\":{}", structure_of(&field.ty))
            });
            format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
        }
        _ => "\"VARCHAR\"".to_owned(),
    }
}

/// The same as DuckDB names it, inside a map.
fn structure_name(ty: &Type) -> String {
    as_text(ty).duckdb()
}

/// A type with texts in place of all that is no list, map or row.
fn as_text(ty: &Type) -> Type {
    match ty {
        Type::Array(element) => Type::array(as_text(element)),
        Type::Map(_, value) => Type::map(Type::VARCHAR, as_text(value)),
        Type::Row(fields) => Type::Row(
            fields
                .iter()
                .map(|field| RowField { name: field.name.clone(), ty: as_text(&field.ty) })
                .collect(),
        ),
        _ => Type::VARCHAR,
    }
}

fn json_value(text: &str, ty: &Type) -> Typed {
    Typed::new(format!("CAST({text} AS {})", ty.duckdb()), ty.clone())
}

/// Lines as they are, under the name `line`.
fn lines(files: &[String], compression: &str, skipped: u64, filename: bool) -> String {
    let with_name = if filename { ", filename = true" } else { "" };
    let name = if filename { ", filename" } else { "" };
    format!(
        "SELECT line{name} FROM read_csv({}, columns = {{'line': 'VARCHAR'}}, delim = '\\0', quote = '', escape = '', \
         header = false, auto_detect = false, skip = {skipped}, max_line_size = 33554432, \
         compression = '{compression}'{with_name})",
        list(files)
    )
}

/// Lines taken apart; each field by its position.
fn delimited(scan: &Scan, format: &Format, files: &[String], compression: &str, filename: bool) -> String {
    let (fields, skipped) = match format {
        Format::Delimited { field, escape, null, skipped, .. } => {
            let separators: String = [Some(*field), *escape].into_iter().flatten().collect();
            (format!("wt_lazy_fields(line, {}, {})", literal(&separators), literal(null)), *skipped)
        }
        Format::Csv { separator, quote, escape, skipped } => {
            let signs: String = [*separator, *quote, *escape].into_iter().collect();
            (format!("wt_csv_fields(line, {})", literal(&signs)), *skipped)
        }
        _ => unreachable!("asked for text"),
    };
    let mut items: Vec<String> = data_columns(scan)
        .into_iter()
        .map(|(at, _, ty)| named(at, &field_value(&format!("list_extract(f, {})", at + 1), ty, format)))
        .collect();
    items.extend(filename.then(|| "filename".to_owned()));
    let name = if filename { ", filename" } else { "" };
    if items.is_empty() {
        items.push("1 AS nothing".to_owned());
    }
    format!(
        "SELECT {} FROM (SELECT {fields} AS f{name} FROM ({}))",
        items.join(", "),
        lines(files, compression, skipped, filename)
    )
}

fn field_value(text: &str, ty: &Type, format: &Format) -> Typed {
    let is_csv = matches!(format, Format::Csv { .. });
    let sql = match ty {
        Type::Varchar(_) | Type::Char(_) => text.to_owned(),
        // OpenCSVSerde has days and milliseconds since 1970 for dates and times.
        Type::Date if is_csv => format!("(DATE '1970-01-01' + CAST({text} AS INTEGER))"),
        Type::Timestamp(_) if is_csv => format!("make_timestamp(CAST({text} AS BIGINT) * 1000)"),
        Type::Array(element) => match format {
            Format::Delimited { element: sign, .. } => {
                let element = field_value("nullif(e, '\\N')", element, format).sql;
                let list = format!("string_split({text}, {})", literal(&sign.to_string()));
                format!("list_transform({list}, lambda e: {element})")
            }
            _ => format!("CAST({text} AS {})", ty.duckdb()),
        },
        Type::Map(key, value) => match format {
            Format::Delimited { element: sign, key: inner, .. } => {
                let (sign, inner) = (literal(&sign.to_string()), literal(&inner.to_string()));
                let key = field_value(&format!("split_part(e, {inner}, 1)"), key, format).sql;
                let value = field_value(&format!("split_part(e, {inner}, 2)"), value, format).sql;
                format!(
                    "map_from_entries(list_transform(string_split({text}, {sign}), lambda e: struct_pack(k := {key}, v := {value})))"
                )
            }
            _ => format!("CAST({text} AS {})", ty.duckdb()),
        },
        // An empty field is null for whatever is no text.
        _ => format!("CAST(nullif({text}, '') AS {})", ty.duckdb()),
    };
    Typed::new(sql, ty.clone())
}
