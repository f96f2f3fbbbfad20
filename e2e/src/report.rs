//! What a benchmark prints: one JSON object with its figures, the bars they belong to, and whether they are met.

use serde::Serialize;
use serde_json::{Map, Value};

/// How good a figure must be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bar {
    /// No sample above this.
    AtMost(f64),
    /// No sample below this.
    AtLeast(f64),
}

/// A measured quantity: the spread of its samples.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    name: String,
    unit: String,
    samples: usize,
    min: f64,
    median: f64,
    max: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bar: Option<Bar>,
    #[serde(skip_serializing_if = "Option::is_none")]
    met: Option<bool>,
}

/// The figures of one benchmark, in the order in which they were measured.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    bench: String,
    figures: Vec<Figure>,
    details: Map<String, Value>,
}

impl Report {
    /// An empty report of the benchmark `bench`.
    #[must_use]
    pub fn new(bench: &str) -> Self {
        Self {
            bench: bench.to_owned(),
            figures: Vec::new(),
            details: Map::new(),
        }
    }

    /// Adds a figure with the samples taken of it. A bar must hold for every sample; without a sample it is missed.
    pub fn figure(&mut self, name: &str, unit: &str, samples: &[f64], bar: impl Into<Option<Bar>>) {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().map_or(0.0, rounded);
        let bar = bar.into();
        let figure = Figure {
            name: name.to_owned(),
            unit: unit.to_owned(),
            samples: sorted.len(),
            min: at(0),
            median: at(sorted.len() / 2),
            max: at(sorted.len().saturating_sub(1)),
            bar,
            met: bar.map(|bar| !sorted.is_empty() && sorted.iter().all(|sample| bar.holds(*sample))),
        };
        eprintln!("        {figure}");
        self.figures.push(figure);
    }

    /// Adds what explains the figures, such as calls by action.
    pub fn detail(&mut self, name: &str, value: impl Into<Value>) {
        self.details.insert(name.to_owned(), value.into());
    }

    /// Prints the report on standard output.
    pub fn print(&self) {
        println!("{}", serde_json::json!(self));
    }
}

impl Bar {
    fn holds(self, sample: f64) -> bool {
        match self {
            Self::AtMost(most) => sample <= most,
            Self::AtLeast(least) => sample >= least,
        }
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} {}", self.name, self.median, self.unit)?;
        if self.samples > 1 {
            write!(f, " ({} to {})", self.min, self.max)?;
        }
        match (self.bar, self.met) {
            (Some(bar), Some(true)) => write!(f, ", {bar}: met"),
            (Some(bar), _) => write!(f, ", {bar}: MISSED"),
            _ => Ok(()),
        }
    }
}

impl std::fmt::Display for Bar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "at most {most}"),
            Self::AtLeast(least) => write!(f, "at least {least}"),
        }
    }
}

/// To three decimals: more would be noise.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(samples: &[f64], bar: Option<Bar>) -> Figure {
        let mut report = Report::new("test");
        report.figure("time", "s", samples, bar);
        report.figures.remove(0)
    }

    #[test]
    fn the_spread_of_samples() {
        let spread = figure(&[3.0, 1.0, 2.00049], None);
        assert_eq!(
            (spread.samples, spread.min, spread.median, spread.max, spread.met),
            (3, 1.0, 2.0, 3.0, None)
        );
    }

    #[test]
    fn a_bar_holds_for_every_sample() {
        let table = [
            (&[1.0, 2.0][..], Bar::AtMost(2.0), true),
            (&[1.0, 2.1], Bar::AtMost(2.0), false),
            (&[10.0, 9.0], Bar::AtLeast(9.0), true),
            (&[10.0, 8.0], Bar::AtLeast(9.0), false),
            (&[], Bar::AtMost(2.0), false),
        ];
        for (samples, bar, met) in table {
            assert_eq!(figure(samples, Some(bar)).met, Some(met), "{samples:?} {bar:?}");
        }
    }
}
