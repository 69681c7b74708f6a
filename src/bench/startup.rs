//! A whole process: the command is started, runs the library's `nested-join-happy`, prints its report, and ends.

use std::process::{Command, Stdio};
use std::time::Instant;

use super::answer::Digest;
use super::report::{Part, Results};
use super::{BenchError, Observer, Parameters, told};

/// What the process is asked.
const ARGUMENTS: &[&str] = &["run", "nested-join-happy", "--format", "json"];

/// Runs the workload; an event is a process.
pub(super) fn run(parameters: &Parameters, observer: &mut dyn Observer) -> Result<Results, BenchError> {
    let program = std::env::current_exe().map_err(BenchError::failed("finding the command"))?;
    let (mut times, mut bytes, mut digest) = (Vec::new(), 0, Digest::default());
    for number in 0..parameters.events.max(1) {
        told(observer, "starting processes", number as f64 / parameters.events.max(1) as f64)?;
        let begun = Instant::now();
        let output = Command::new(&program).args(ARGUMENTS).stdin(Stdio::null()).output();
        let output = output.map_err(BenchError::failed("starting the command"))?;
        times.push(begun.elapsed());
        if !output.status.success() {
            let problem = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(BenchError::failed("the started command")(problem));
        }
        bytes += output.stdout.len() as u64;
        if number == 0 {
            digest.add_bytes(&output.stdout);
        }
    }
    let part = Part::new("run nested-join-happy", times.len() as u64, bytes, &times);
    Ok(Results::of_parts(vec![part], digest))
}
