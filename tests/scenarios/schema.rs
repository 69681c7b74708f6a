//! The JSON Schema of scenario files knows what the parser knows.

use serde_json::Value;
use wavetank::scenarios::file::ScenarioFile;

fn schema() -> Value {
    serde_json::to_value(ScenarioFile::schema()).unwrap()
}

#[test]
fn every_section_is_described_and_no_other_is_allowed() {
    let schema = schema();
    let sections: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    for section in [
        "scenario",
        "engine",
        "use",
        "resources",
        "job",
        "jobs",
        "clock",
        "seed",
        "shapes",
        "timeline",
        "generate",
        "faults",
        "checks",
        "properties",
    ] {
        assert!(sections.iter().any(|known| *known == section), "{section} is not in {sections:?}");
        assert!(schema["properties"][section]["description"].is_string(), "{section} has no description");
    }
    assert_eq!(schema["additionalProperties"], Value::Bool(false));
    assert_eq!(schema["required"], serde_json::json!(["scenario", "clock"]));
}

#[test]
fn misspelt_words_are_not_among_the_values_that_it_allows() {
    let text = schema().to_string();
    for word in [
        "glue-5.0",
        "before_commit",
        "no_unexplained_loss",
        "truncated_json",
        "trim_horizon",
        "lognormal",
        "same_output",
    ] {
        assert!(text.contains(&format!("\"{word}\"")), "{word} is not in the schema");
    }
    assert!(!text.contains("before_comit"));
}
