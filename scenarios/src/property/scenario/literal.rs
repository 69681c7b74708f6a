//! A record that was drawn, as a row that is the same each time: what repeats the record's id or time still says so,
//! everything else is a literal.

use serde_json::Value;

use crate::file::{Body, Literal, Reference, Template};

/// The body that sends these bytes. `template` is what they were drawn from, if they are one of its rows; `id` is what
/// the record is called.
pub fn body(data: &[u8], template: Option<&Template>, id: &str) -> Body {
    let text = String::from_utf8_lossy(data);
    match (template, serde_json::from_str::<Value>(&text)) {
        (Some(template), Ok(value @ Value::Object(_))) => Body::Row(fixed(template, &value, id)),
        _ => Body::Raw(text.into_owned()),
    }
}

fn fixed(template: &Template, value: &Value, id: &str) -> Template {
    match (template, value) {
        (Template::Literal(known), _) => Template::Literal(known.clone()),
        (Template::Reference(Reference::Key | Reference::ParentKey), Value::String(text)) if text == id => {
            Template::Reference(Reference::Key)
        }
        (Template::Reference(Reference::EventTime(_)), _) => template.clone(),
        (Template::Object(fields), Value::Object(values)) => {
            let field = |(name, field): &(String, Template)| {
                values.get(name).map(|value| (name.clone(), fixed(field, value, id)))
            };
            Template::Object(fields.iter().filter_map(field).collect())
        }
        (_, value) => literal(value),
    }
}

fn literal(value: &Value) -> Template {
    match value {
        Value::Null => Template::Literal(Literal::Null),
        Value::Bool(value) => Template::Literal(Literal::Bool(*value)),
        Value::Number(number) => Template::Literal(match number.as_i64() {
            Some(number) => Literal::Int(number),
            None => Literal::Float(number.as_f64().unwrap_or_default()),
        }),
        Value::String(text) => Template::Literal(Literal::Text(text.clone())),
        Value::Array(items) => Template::List(items.iter().map(literal).collect()),
        Value::Object(fields) => {
            Template::Object(fields.iter().map(|(name, value)| (name.clone(), literal(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::TimeForm;

    #[test]
    fn what_was_drawn_is_a_literal_and_what_repeats_the_record_still_does() {
        let time = Template::Reference(Reference::EventTime(TimeForm::EpochSeconds));
        let key = Template::Reference(Reference::Key);
        let template = Template::Object(vec![
            ("id".to_owned(), key.clone()),
            ("at".to_owned(), time.clone()),
            ("sku".to_owned(), Template::Pick(vec![])),
        ]);
        let found = body(br#"{"id":"a","at":5,"sku":[1,2.5]}"#, Some(&template), "a");
        let two = vec![Template::Literal(Literal::Int(1)), Template::Literal(Literal::Float(2.5))];
        let wanted =
            vec![("id".to_owned(), key), ("at".to_owned(), time), ("sku".to_owned(), Template::List(two))];
        assert_eq!(found, Body::Row(Template::Object(wanted)));
    }

    #[test]
    fn a_broken_record_is_sent_as_it_is() {
        let template = Template::Object(vec![]);
        assert_eq!(body(b"{\"id\":", Some(&template), "a"), Body::Raw("{\"id\":".to_owned()));
    }
}
