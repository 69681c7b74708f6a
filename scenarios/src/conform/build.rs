//! The operators of a recording as calls on [`Frames`], one for one as the recorder made them on DataFrames.
//!
//! A named frame is kept as the recipe of its calls and planned anew wherever it is used: each use is another read
//! of its streams, as it is in Spark.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use wavetank_engine::decode::JsonMode;
use wavetank_engine::frame::{Frame, Frames, GroupWindow, Named};
use wavetank_engine::plan::{JoinKind, Pipeline, RecordFormat};
use wavetank_engine::sql::SqlError;
use wavetank_engine::types::parse_ddl_schema;

use super::vector::{Aggregate, Join, Key, Op, Stream, Vector, Window, WindowKind};

/// Name of the table that the rows go to; nothing depends on it.
const TARGET: &str = "output";

/// Why there is no pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildError {
    /// The query is wrong, as Spark may say too.
    Query(String),
    /// The recording makes no sense, or asks for something that is not replayed.
    Recording(String),
}

impl From<SqlError> for BuildError {
    fn from(error: SqlError) -> Self {
        BuildError::Query(error.message)
    }
}

/// The calls that make a frame.
#[derive(Debug)]
enum Recipe<'v> {
    Stream(&'v Stream),
    Alias {
        input: Rc<Recipe<'v>>,
        name: &'v str,
    },
    /// One of the operators with one input.
    Apply {
        input: Rc<Recipe<'v>>,
        op: &'v Op,
    },
    Join {
        left: Rc<Recipe<'v>>,
        right: Rc<Recipe<'v>>,
        kind: Join,
        on: &'v str,
    },
    Union {
        left: Rc<Recipe<'v>>,
        right: Rc<Recipe<'v>>,
    },
}

/// The frames that operators can name.
type Names<'v> = BTreeMap<&'v str, Rc<Recipe<'v>>>;

/// The query of a recording.
///
/// # Errors
/// What is wrong with the query or with the recording.
pub fn build(vector: &Vector) -> Result<Pipeline, BuildError> {
    let mut names = Names::new();
    for stream in &vector.streams {
        let mut recipe = Rc::new(Recipe::Stream(stream));
        for op in &stream.steps {
            recipe = apply(Some(recipe), op, &names)?;
        }
        let recipe = Rc::new(Recipe::Alias { input: recipe, name: &stream.name });
        // A mistake in a stream counts although the query may not read it.
        plan(&recipe, &mut Frames::default())?;
        names.insert(&stream.name, recipe);
    }
    let mut current = None;
    for op in &vector.query {
        let mut recipe = apply(current, op, &names)?;
        if let Some(name) = op.registers() {
            recipe = Rc::new(Recipe::Alias { input: recipe, name });
            names.insert(name, Rc::clone(&recipe));
        }
        current = Some(recipe);
    }
    let query = current.ok_or_else(|| BuildError::Recording("the query has no operators".into()))?;
    let mut frames = Frames::default();
    let frame = plan(&query, &mut frames)?;
    Ok(frames.pipeline(frame, TARGET))
}

/// Adds one operator to what there is.
fn apply<'v>(
    current: Option<Rc<Recipe<'v>>>,
    op: &'v Op,
    names: &Names<'v>,
) -> Result<Rc<Recipe<'v>>, BuildError> {
    let named = |name: &str| {
        let recipe = names.get(name).cloned();
        recipe.ok_or_else(|| BuildError::Recording(format!("no frame is called `{name}`")))
    };
    let input = || {
        let missing = "the query has to start with `from`, `join` or `union` of named frames";
        current.clone().ok_or_else(|| BuildError::Recording(missing.into()))
    };
    Ok(Rc::new(match op {
        Op::From { stream, .. } => return named(stream),
        Op::Union { left, right, .. } => Recipe::Union { left: named(left)?, right: named(right)? },
        Op::Join { left, right, kind, on, .. } => Recipe::Join {
            left: left.as_deref().map_or_else(input, named)?,
            right: named(right)?,
            kind: *kind,
            on,
        },
        Op::Alias { name } => Recipe::Alias { input: input()?, name },
        _ => Recipe::Apply { input: input()?, op },
    }))
}

/// Makes the calls, inputs first, left before right.
fn plan(recipe: &Recipe<'_>, frames: &mut Frames) -> Result<Frame, BuildError> {
    match recipe {
        Recipe::Stream(stream) => {
            let (schema, format) = records(stream)?;
            Ok(frames.stream(&stream.name, schema, format))
        }
        Recipe::Alias { input, name } => {
            let input = plan(input, frames)?;
            Ok(frames.alias(input, name))
        }
        Recipe::Apply { input, op } => {
            let input = plan(input, frames)?;
            call(frames, input, op)
        }
        Recipe::Join { left, right, kind, on } => {
            let (left, right) = (plan(left, frames)?, plan(right, frames)?);
            Ok(frames.join(left, right, join_kind(*kind), on)?)
        }
        Recipe::Union { left, right } => {
            let (left, right) = (plan(left, frames)?, plan(right, frames)?);
            Ok(frames.union_by_name(left, right)?)
        }
    }
}

fn call(frames: &mut Frames, input: Frame, op: &Op) -> Result<Frame, BuildError> {
    Ok(match op {
        Op::Select { exprs } => frames.select(input, exprs)?,
        Op::With { col, expr } => frames.with_column(input, col, expr)?,
        Op::Drop { cols } => frames.drop_columns(input, cols)?,
        Op::Filter { expr } => frames.filter(input, expr)?,
        Op::Explode { expr, name, outer } => frames.explode(input, expr, name, *outer)?,
        Op::Watermark { col, delay } => frames.with_watermark(input, col, delay)?,
        Op::Dedup { cols } => frames.deduplicate(input, cols, false)?,
        Op::DedupWithinWatermark { cols } => frames.deduplicate(input, cols, true)?,
        Op::Aggregate { window, keys, aggs, .. } => {
            let name = window.as_ref().and_then(|w| w.name.as_deref()).unwrap_or("window");
            let window = window.as_ref().map(group_window).transpose()?;
            let keys: Vec<Named> = keys.iter().map(key).collect();
            let aggregates: Vec<Named> = aggs.iter().map(named).collect();
            frames.aggregate(input, window.as_ref().map(|window| (window, name)), &keys, &aggregates)?
        }
        Op::From { .. } | Op::Join { .. } | Op::Union { .. } | Op::Alias { .. } => {
            unreachable!("these have recipes of their own")
        }
    })
}

/// Columns and format of a stream's records.
fn records(stream: &Stream) -> Result<(SchemaRef, RecordFormat), BuildError> {
    let Some(ddl) = stream.schema.as_deref().filter(|ddl| !ddl.is_empty()) else {
        let value = Field::new("value", DataType::Utf8, true);
        return Ok((Arc::new(Schema::new(vec![value])), RecordFormat::Text));
    };
    let mut mode = stream.json_mode.as_deref().unwrap_or("PERMISSIVE");
    for (option, value) in &stream.json_options {
        match (option.as_str(), value.as_str()) {
            ("mode", Some(text)) => mode = text,
            _ => {
                let problem = format!("option `{option}` of from_json is not supported");
                return Err(BuildError::Recording(problem));
            }
        }
    }
    let schema = parse_ddl_schema(ddl).map_err(|error| BuildError::Query(error.to_string()))?;
    let schema = match &stream.keep_struct {
        Some(name) => Schema::new(vec![Field::new(name, DataType::Struct(schema.fields().clone()), true)]),
        None => schema,
    };
    let format = RecordFormat::Json { mode: json_mode(mode), keep_struct: stream.keep_struct.is_some() };
    Ok((Arc::new(schema), format))
}

/// A mode that Spark does not know is PERMISSIVE, after a warning (`ParseMode.fromString`).
fn json_mode(text: &str) -> JsonMode {
    match text.to_ascii_uppercase().as_str() {
        "FAILFAST" => JsonMode::FailFast,
        "DROPMALFORMED" => JsonMode::DropMalformed,
        _ => JsonMode::Permissive,
    }
}

fn group_window(window: &Window) -> Result<GroupWindow, BuildError> {
    let needed = |value: &Option<String>, field: &str| {
        let missing = || BuildError::Recording(format!("a {:?} window needs `{field}`", window.kind));
        value.clone().ok_or_else(missing)
    };
    let column = window.col.clone();
    Ok(match (window.kind, &window.gap_expr) {
        (WindowKind::Session, Some(gap)) => GroupWindow::DynamicSession { column, gap: gap.clone() },
        (WindowKind::Session, None) => GroupWindow::Session { column, gap: needed(&window.gap, "gap")? },
        (kind, _) => GroupWindow::Time {
            column,
            duration: needed(&window.duration, "duration")?,
            slide: match kind {
                WindowKind::Sliding => Some(needed(&window.slide, "slide")?),
                _ => None,
            },
            start: window.start.clone(),
        },
    })
}

fn key(key: &Key) -> Named {
    match key {
        Key::Column(column) => Named { expr: column.clone(), name: None },
        Key::Named(expression) => named(expression),
    }
}

fn named(expression: &Aggregate) -> Named {
    Named { expr: expression.expr.clone(), name: Some(expression.name.clone()) }
}

fn join_kind(join: Join) -> JoinKind {
    match join {
        Join::Inner => JoinKind::Inner,
        Join::LeftOuter => JoinKind::LeftOuter,
        Join::RightOuter => JoinKind::RightOuter,
        Join::FullOuter => JoinKind::FullOuter,
        Join::LeftSemi => JoinKind::LeftSemi,
        Join::LeftAnti => JoinKind::LeftAnti,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(json: &str) -> Stream {
        serde_json::from_str(json).unwrap()
    }

    fn window(json: &str) -> Result<GroupWindow, BuildError> {
        group_window(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn a_stream_without_a_schema_is_text() {
        let (schema, format) = records(&stream(r#"{"name": "S"}"#)).unwrap();
        assert_eq!((schema.field(0).name().as_str(), format), ("value", RecordFormat::Text));
    }

    #[test]
    fn a_kept_struct_is_the_only_column() {
        let (schema, format) =
            records(&stream(r#"{"name": "S", "schema": "a INT, b STRING", "keep_struct": "j"}"#)).unwrap();
        assert_eq!(schema.fields().len(), 1);
        assert!(matches!(schema.field(0).data_type(), DataType::Struct(fields) if fields.len() == 2));
        assert_eq!(format, RecordFormat::Json { mode: JsonMode::Permissive, keep_struct: true });
    }

    #[test]
    fn the_mode_comes_from_either_place() {
        let mode = |json: &str| match records(&stream(json)).unwrap().1 {
            RecordFormat::Json { mode, .. } => mode,
            RecordFormat::Text => unreachable!("it has a schema"),
        };
        assert_eq!(mode(r#"{"name": "S", "schema": "a INT", "json_mode": "failfast"}"#), JsonMode::FailFast);
        assert_eq!(
            mode(r#"{"name": "S", "schema": "a INT", "json_options": {"mode": "DROPMALFORMED"}}"#),
            JsonMode::DropMalformed
        );
        let other = stream(r#"{"name": "S", "schema": "a INT", "json_options": {"allowComments": true}}"#);
        let problem = "option `allowComments` of from_json is not supported";
        assert_eq!(records(&other), Err(BuildError::Recording(problem.into())));
    }

    #[test]
    fn the_kind_decides_which_lengths_of_a_window_count() {
        let tumbling = r#"{"kind": "tumbling", "col": "t", "duration": "10 minutes", "start": "5 minutes"}"#;
        let time = GroupWindow::Time {
            column: "t".into(),
            duration: "10 minutes".into(),
            slide: None,
            start: Some("5 minutes".into()),
        };
        assert_eq!(window(tumbling), Ok(time));
        let dynamic = r#"{"kind": "session", "col": "t", "gap": "1 day", "gap_expr": "g"}"#;
        assert_eq!(window(dynamic), Ok(GroupWindow::DynamicSession { column: "t".into(), gap: "g".into() }));
        assert!(window(r#"{"kind": "sliding", "col": "t", "duration": "1 minute"}"#).is_err());
    }

    #[test]
    fn operators_find_frames_by_name() {
        let streams = [stream(r#"{"name": "S"}"#)];
        let recipe = Rc::new(Recipe::Stream(&streams[0]));
        let names = Names::from([("S", recipe)]);
        let op = |json: &str| serde_json::from_str::<Op>(json).unwrap();
        let join = op(r#"{"op": "join", "left": "S", "right": "S", "type": "inner", "on": "true"}"#);
        assert!(matches!(&*apply(None, &join, &names).unwrap(), Recipe::Join { .. }));
        let missing = apply(None, &op(r#"{"op": "from", "stream": "T"}"#), &Names::new()).unwrap_err();
        assert_eq!(missing, BuildError::Recording("no frame is called `T`".into()));
        assert!(apply(None, &op(r#"{"op": "dedup"}"#), &Names::new()).is_err());
    }
}
