//! What a person sees while something is built or awaited: a line when it starts, how long it has taken so far, a line when it is done.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often a terminal shows the seconds so far; its line is written over.
const TICK: Duration = Duration::from_secs(1);
/// How often a log file gets a line, so that a long build is not taken for a hang.
const SIGN_OF_LIFE: Duration = Duration::from_secs(60);

/// Where progress goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Lines on standard error.
    Lines,
    /// Nowhere.
    Silent,
}

/// A step under way; [`Step::done`] ends it, and a step that is dropped has failed.
#[derive(Debug)]
pub struct Step {
    what: String,
    started: Instant,
    clock: Option<Clock>,
}

/// Shows the time until it is told to stop.
#[derive(Debug)]
struct Clock {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Progress {
    /// Starts a step and says so.
    #[must_use]
    pub fn step(self, what: impl Into<String>) -> Step {
        let (what, started) = (what.into(), Instant::now());
        let clock = (self == Self::Lines).then(|| Clock::start(what.clone(), started));
        Step { what, started, clock }
    }
}

impl Step {
    /// Ends the step and says how long it took.
    pub fn done(mut self) {
        if let Some(clock) = self.clock.take() {
            clock.stop();
            eprintln!("{}", line(self.started.elapsed(), &self.what));
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(clock) = self.clock.take() {
            clock.stop();
            eprintln!("{}  (not finished)", line(self.started.elapsed(), &self.what));
        }
    }
}

impl Clock {
    fn start(what: String, started: Instant) -> Self {
        let (stop, stopped) = mpsc::channel::<()>();
        let terminal = std::io::stderr().is_terminal();
        let (pause, end) = if terminal { (TICK, "\r") } else { (SIGN_OF_LIFE, "\n") };
        eprint!("  ...   {what}{end}");
        let thread = std::thread::spawn(move || {
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                eprint!("{} ...{end}", line(started.elapsed(), &what));
                let _nobody_reads = std::io::stderr().flush();
            }
        });
        Self { stop, thread }
    }

    fn stop(self) {
        drop(self.stop);
        let _it_cannot_panic = self.thread.join();
        if std::io::stderr().is_terminal() {
            // Erase to the end of the line: what follows may be shorter.
            eprint!("\r\x1b[K");
        }
    }
}

fn line(elapsed: Duration, what: &str) -> String {
    format!("{:>5.1}s  {what}", elapsed.as_secs_f32())
}
