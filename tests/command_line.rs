//! The `wavetank` command as people and scripts meet it: what it prints, what it leaves behind, how it ends.

#[path = "command_line/bench.rs"]
mod bench;
#[path = "command_line/endings.rs"]
mod endings;
#[path = "command_line/mistakes.rs"]
mod mistakes;
#[path = "command_line/output.rs"]
mod output;
#[path = "command_line/serving.rs"]
mod serving;
#[path = "command_line/tools.rs"]
mod tools;
#[path = "command_line/user.rs"]
mod user;
