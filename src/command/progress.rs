//! A progress bar on a terminal, and an ear for Ctrl-C.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use wavetank::scenarios::run::Observer;

use crate::cli::OutputArgs;

/// What a user sees of a run that goes on.
pub struct Progress {
    /// The bar.
    pub bar: ProgressBar,
    interrupted: Arc<AtomicBool>,
}

impl Progress {
    /// A bar of so many steps, on standard error if that is a terminal.
    pub fn new(steps: u64, template: &str, output: &OutputArgs) -> Self {
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
        if output.quiet {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        bar.set_style(ProgressStyle::with_template(template).expect("the template is valid"));
        let interrupted = Arc::new(AtomicBool::new(false));
        // Without a handler the default stays: the process ends at once, which is right too.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGINT, interrupted.clone());
        Self { bar, interrupted }
    }

    /// One that shows how far the virtual time of one run has come.
    pub fn of_run(output: &OutputArgs) -> Self {
        Self::new(1000, "{bar:30} {percent:>3}% of the virtual time, {msg}", output)
    }

    /// Whether the user has had enough.
    pub fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

impl Observer for Progress {
    fn trigger(&mut self, sent: u64, share: f64) -> ControlFlow<()> {
        self.bar.set_position((share.clamp(0.0, 1.0) * 1000.0) as u64);
        self.bar.set_message(format!("{sent} records sent"));
        match self.interrupted() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

/// Looks only for Ctrl-C: for runs beside which another bar is shown.
pub struct Listening<'a>(pub &'a Progress);

impl Observer for Listening<'_> {
    fn trigger(&mut self, _: u64, _: f64) -> ControlFlow<()> {
        match self.0.interrupted() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}
