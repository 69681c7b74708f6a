//! Arrays, maps and structs, element by element; structs by position.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::{Array, ArrayRef, ListArray, MapArray, StructArray};
use arrow::datatypes::DataType;
use datafusion_common::Result;

use super::{cast, unsupported};
use crate::decode::Zone;

/// Casts what is inside; nulls stay where they are.
pub(super) fn by_elements(array: &ArrayRef, to: &DataType, zone: &dyn Zone) -> Result<ArrayRef> {
    match (array.data_type(), to) {
        (DataType::List(_), DataType::List(item)) => {
            let lists = array.as_list::<i32>();
            let values = cast(lists.values(), item.data_type(), zone)?;
            let offsets = lists.offsets().clone();
            Ok(Arc::new(ListArray::try_new(item.clone(), offsets, values, lists.nulls().cloned())?))
        }
        (DataType::Map(..), DataType::Map(entries, sorted)) => {
            let maps = array.as_map();
            let pairs: ArrayRef = Arc::new(maps.entries().clone());
            let pairs = cast(&pairs, entries.data_type(), zone)?.as_struct().clone();
            let offsets = maps.offsets().clone();
            Ok(Arc::new(MapArray::try_new(entries.clone(), offsets, pairs, maps.nulls().cloned(), *sorted)?))
        }
        (DataType::Struct(_), DataType::Struct(fields)) => {
            let rows = array.as_struct();
            let columns = rows.columns().iter().zip(fields);
            let columns = columns.map(|(c, f)| cast(c, f.data_type(), zone)).collect::<Result<Vec<_>>>()?;
            let nulls = rows.nulls().cloned();
            Ok(Arc::new(StructArray::try_new_with_length(fields.clone(), columns, nulls, rows.len())?))
        }
        (from, _) => unsupported(from, to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::FixedZone;
    use crate::types::parse_ddl_type;
    use arrow::array::{Int32Array, StringArray};
    use arrow::datatypes::{Field, Fields, Int64Type};

    #[test]
    fn arrays_and_structs_are_cast_by_their_elements() {
        let numbers: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>([
            Some(vec![Some(1), None]),
            None,
            Some(vec![Some(4_294_967_298)]),
        ]));
        let to = parse_ddl_type("ARRAY<INT>").expect("valid type");
        let narrow = cast(&numbers, &to, &FixedZone::UTC).expect("a known cast");
        assert_eq!(narrow.as_list::<i32>().value(2).as_ref(), &Int32Array::from(vec![2]));
        let text = cast(&narrow, &DataType::Utf8, &FixedZone::UTC).expect("a known cast");
        assert_eq!(text.as_string::<i32>(), &StringArray::from(vec![Some("[1, null]"), None, Some("[2]")]));

        let field = Fields::from(vec![Field::new("a", numbers.data_type().clone(), true)]);
        let rows: ArrayRef = Arc::new(StructArray::new(field, vec![numbers], None));
        let to = parse_ddl_type("STRUCT<b: ARRAY<STRING>>").expect("valid type");
        let renamed = cast(&rows, &to, &FixedZone::UTC).expect("a known cast");
        assert_eq!(renamed.data_type(), &to);
        let text = cast(&renamed, &DataType::Utf8, &FixedZone::UTC).expect("a known cast");
        let expected = vec!["{[1, null]}", "{null}", "{[4294967298]}"];
        assert_eq!(text.as_string::<i32>(), &StringArray::from(expected));
    }
}
