//! AWS's wording of a member of the wrong type. Source: kinesalite's tests, recorded against AWS.

/// AWS's sentence for serde's "invalid type: X, expected Y at line N column M"; a sentence that a
/// member's own decoder wrote is kept.
pub(super) fn type_error(message: &str) -> String {
    let message = message.rfind(" at line ").map_or(message, |end| &message[..end]);
    let parts = message.strip_prefix("invalid type: ");
    let parts = parts.and_then(|parts| parts.rsplit_once(", expected "));
    let Some((found, expected)) = parts else {
        return message.to_owned();
    };
    match (Found::parse(found), expected) {
        (Found::List, _) => "Start of list found where not expected".to_owned(),
        (Found::Map, _) => "Start of structure or map found where not expected.".to_owned(),
        (Found::Scalar(_), "a sequence" | "array") => "Expected list or null".to_owned(),
        (Found::Scalar(_), "a map" | "map") => "Expected map or null".to_owned(),
        (Found::Scalar(class), expected) => match target(expected) {
            Some(target) => format!("class {class} can not be converted to {target}"),
            None => "Expected null".to_owned(),
        },
    }
}

/// What stood in the JSON text.
enum Found {
    List,
    Map,
    Scalar(&'static str),
}

impl Found {
    fn parse(found: &str) -> Self {
        match found.split(' ').next() {
            Some("sequence") => Found::List,
            Some("map") => Found::Map,
            Some("boolean") => Found::Scalar("java.lang.Boolean"),
            Some("string") => Found::Scalar("java.lang.String"),
            _ => Found::Scalar("com.amazon.coral.value.json.numbers.TruncatingBigNumber"),
        }
    }
}

/// What AWS calls the type of a scalar member; `None` for a structure.
fn target(expected: &str) -> Option<&'static str> {
    match expected {
        "a string" | "str" | "string" => Some("an String"),
        "a boolean" | "bool" => Some("an Boolean"),
        "an Integer" => Some("an Integer"),
        "a Blob" | "bytes" => Some("a Blob"),
        "a Timestamp" => Some("milliseconds since epoch"),
        _ => None,
    }
}
