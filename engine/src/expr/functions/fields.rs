//! `array.field` and `map.key`: what a dot means on values that have no fields of their own.
//!
//! Source: `ExtractValue`, `GetArrayStructFields`, `GetMapValue` (Spark 3.5.4).

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::{Array as _, ArrayRef, ListArray};
use arrow::compute::nullif;
use arrow::datatypes::DataType;
use datafusion_common::{Result, ScalarValue, exec_err};

use super::Implementation::Kernel;
use super::signature::Class::{Array, Text};
use super::signature::Signature;
use super::{Function, find, function};
use crate::plan::Expr;
use crate::types::array_type;

/// The field's values of an array of structs; the name is that of the field in the type.
static FIELD_OF_ITEMS: Function =
    function("field", &[], Signature::like(&[Array, Text], 0), Kernel(field_of_items));

/// A field of an array's elements, or a key of a map; `None` for values of other types.
pub(crate) fn item_field(input: &Expr, name: &str) -> Option<Result<Expr, String>> {
    match input.data_type() {
        DataType::List(item) => {
            let DataType::Struct(fields) = item.data_type() else { return None };
            let found = fields.iter().find(|f| f.name().eq_ignore_ascii_case(name));
            Some(match found {
                Some(field) => Ok(Expr::Call {
                    function: &FIELD_OF_ITEMS,
                    args: vec![input.clone(), Expr::Literal(ScalarValue::from(field.name().as_str()))],
                    data_type: array_type(field.data_type().clone()),
                }),
                None => {
                    Err(format!("[FIELD_NOT_FOUND] No such struct field `{name}` in the array's elements."))
                }
            })
        }
        DataType::Map(..) => {
            let function = find("element_at").expect("it is a function of collections");
            let key = Expr::Literal(ScalarValue::from(name));
            let call =
                function.call(vec![input.clone(), key], &[None, None], |a, b| (a == b).then(|| a.clone()));
            Some(call.map_err(|misuse| misuse.to_string()))
        }
        _ => None,
    }
}

fn field_of_items(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let lists = args[0].as_list::<i32>();
    let items = lists.values().as_struct();
    let names = args[1].as_string::<i32>();
    let DataType::List(item) = returns else { return exec_err!("an array has elements") };
    let name = if names.is_empty() { "" } else { names.value(0) };
    let Some(values) = items.column_by_name(name) else { return exec_err!("no field `{name}`") };
    // A field of a null element is null.
    let values = match items.nulls() {
        Some(_) => nullif(values, &arrow::compute::is_null(items)?)?,
        None => values.clone(),
    };
    Ok(Arc::new(ListArray::try_new(item.clone(), lists.offsets().clone(), values, lists.nulls().cloned())?))
}
