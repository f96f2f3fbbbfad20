//! What a person sees while something is built or awaited: a line when it starts, a line when it is done, with the seconds it took.

use std::time::Instant;

/// Where progress goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Lines on standard error.
    Lines,
    /// Nowhere.
    Silent,
}

/// A step under way; [`Step::done`] ends it.
#[derive(Debug)]
pub struct Step {
    progress: Progress,
    what: String,
    started: Instant,
}

impl Progress {
    /// Starts a step and says so.
    #[must_use]
    pub fn step(self, what: impl Into<String>) -> Step {
        let what = what.into();
        if self == Self::Lines {
            eprintln!("  ...   {what}");
        }
        Step {
            progress: self,
            what,
            started: Instant::now(),
        }
    }
}

impl Step {
    /// Ends the step and says how long it took.
    pub fn done(self) {
        if self.progress == Progress::Lines {
            eprintln!("{:>5.1}s  {}", self.started.elapsed().as_secs_f32(), self.what);
        }
    }
}
