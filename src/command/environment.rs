//! `wavetank env`: how AWS clients are told of a local server.

use crate::Outcome;
use crate::cli::{EnvArgs, OutputArgs};
use crate::exit::{self, Exit};

/// Prints what a shell is to evaluate.
pub fn environment(args: &EnvArgs, output: &OutputArgs) -> Outcome {
    let endpoint = format!("http://127.0.0.1:{}", args.port);
    let variables = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", &args.region),
    ];
    let lines = variables.map(|(name, value)| format!("export {name}={}\n", quoted(value)));
    exit::print(&lines.concat(), output)?;
    Ok(Exit::Passed)
}

/// One word of a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_quoted() {
        assert_eq!(quoted("us-east-1"), "'us-east-1'");
        assert_eq!(quoted("it's; rm"), r"'it'\''s; rm'");
    }
}
