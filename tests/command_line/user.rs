//! A user at a desk: a folder with a scenario of their own, a shell without colours or settings, and the answers
//! that the command gives.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use wavetank::scenarios::library::{self, Entry};

/// The user's scenario and its pipeline, by the names under which they lie in the user's folder.
pub const SCENARIO: &str = "shop.wt.yaml";
pub const PIPELINE: &str = "pipeline.sql";

pub struct User {
    home: TempDir,
}

/// What the command said, and how it ended.
#[derive(Debug)]
pub struct Answer {
    /// None when a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl User {
    /// Has a copy of the library's nested join.
    pub fn new() -> Self {
        let user = Self { home: tempfile::tempdir().expect("a temporary folder can be made") };
        fs::create_dir(user.home.path().join("tmp")).expect("a folder can be made");
        fs::create_dir(user.folder()).expect("a folder can be made");
        user.write(SCENARIO, nested_join().file);
        user.write(PIPELINE, nested_join().pipelines[0].1);
        user
    }

    /// Where the user works.
    pub fn folder(&self) -> PathBuf {
        self.home.path().join("work")
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder().join(name), text).expect("a file can be written");
    }

    /// Replaces the one place where `from` stands in a file.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.folder().join(name)).expect("the file is there");
        assert_eq!(text.matches(from).count(), 1, "`{from}` is to be replaced in {name}");
        self.write(name, &text.replacen(from, to, 1));
    }

    /// Gives the user's scenario other checks.
    pub fn write_checks(&self, checks: &str) {
        let file = nested_join().file;
        let before = file.find("checks:").expect("the scenario has checks");
        self.write(SCENARIO, &format!("{}checks:\n{checks}", &file[..before]));
    }

    /// Everything in the user's folder and in the folder for temporary files, by path.
    pub fn belongings(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.home.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("the folder can be listed") {
                let path = entry.expect("the folder can be listed").path();
                found.push(self.relative(&path));
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        found.sort();
        found
    }

    /// The command, about to be run in the user's folder.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wavetank"));
        command.current_dir(self.folder()).args(args).env("TMPDIR", self.home.path().join("tmp"));
        for setting in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
            command.env_remove(setting);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the command to its end.
    pub fn says(&self, args: &[&str]) -> Answer {
        answer(self.command(args).output().expect("the command starts"))
    }

    /// Runs the user's scenario with few events.
    pub fn runs(&self, args: &[&str]) -> Answer {
        self.says(&[&["run", SCENARIO, "--events", "100"], args].concat())
    }

    fn relative(&self, path: &Path) -> String {
        path.strip_prefix(self.home.path()).expect("it lies below").display().to_string()
    }
}

impl Answer {
    /// Fails unless the command ended so, and shows what it said instead.
    #[track_caller]
    pub fn ended(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "\nstdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }
}

pub fn answer(output: std::process::Output) -> Answer {
    Answer {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("it prints text"),
        err: String::from_utf8(output.stderr).expect("it prints text"),
    }
}

/// Sends Ctrl-C's signal to a process.
pub fn interrupt(process: u32) {
    let kill = Command::new("kill").args([OsStr::new("-INT"), OsStr::new(&process.to_string())]).status();
    assert!(kill.expect("kill is there").success(), "process {process} cannot be interrupted");
}

pub fn nested_join() -> &'static Entry {
    library::find("nested-join").expect("the library has it")
}
