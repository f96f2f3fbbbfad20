//! One operation per volume at a time.
//!
//! The CSI lets a plugin answer Aborted to a call about a volume that is being worked on; the cluster asks again.

use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is under way. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Operations(Arc<Mutex<BTreeMap<String, Held>>>);

/// Who holds a subject.
#[derive(Debug)]
enum Held {
    /// One operation, alone.
    Whole,
    /// Operations on different parts of it.
    Parts(Vec<String>),
}

/// An operation is under way already. Its gRPC code is Aborted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an operation on {0} is under way; ask again when it has ended")]
pub struct Busy(String);

/// An operation that is under way, until dropped.
#[derive(Debug)]
pub struct Operation {
    operations: Operations,
    subject: String,
    part: Option<String>,
}

impl Operations {
    /// Begins an operation on all of `subject`, such as a volume's id.
    ///
    /// # Errors
    /// When any other is under way on it.
    pub fn begin(&self, subject: &str) -> Result<Operation, Busy> {
        let mut held = self.0.lock();
        if held.contains_key(subject) {
            return Err(Busy(subject.to_owned()));
        }
        held.insert(subject.to_owned(), Held::Whole);
        Ok(self.operation(subject, None))
    }

    /// Begins an operation on a part of `subject`, such as one of the paths where a volume is published.
    ///
    /// # Errors
    /// When another is under way on the same part, or on all of it.
    pub fn begin_part(&self, subject: &str, part: &str) -> Result<Operation, Busy> {
        let mut held = self.0.lock();
        match held
            .entry(subject.to_owned())
            .or_insert_with(|| Held::Parts(Vec::new()))
        {
            Held::Parts(parts) if !parts.iter().any(|other| other == part) => parts.push(part.to_owned()),
            _ => return Err(Busy(format!("{subject} at {part}"))),
        }
        Ok(self.operation(subject, Some(part.to_owned())))
    }

    fn operation(&self, subject: &str, part: Option<String>) -> Operation {
        Operation {
            operations: self.clone(),
            subject: subject.to_owned(),
            part,
        }
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        let mut held = self.operations.0.lock();
        let nothing_left = match (held.get_mut(&self.subject), &self.part) {
            (Some(Held::Parts(parts)), Some(part)) => {
                parts.retain(|other| other != part);
                parts.is_empty()
            }
            _ => true,
        };
        if nothing_left {
            held.remove(&self.subject);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_is_worked_on_by_one_operation() {
        let operations = Operations::default();
        let first = operations.begin("vol-1").unwrap();
        assert_eq!(operations.begin("vol-1").unwrap_err(), Busy("vol-1".into()));
        assert!(operations.begin("vol-2").is_ok());
        drop(first);
        assert!(operations.begin("vol-1").is_ok());
    }

    #[test]
    fn parts_exclude_themselves_and_the_whole() {
        let operations = Operations::default();
        let first = operations.begin_part("vol-1", "/a").unwrap();
        let second = operations.begin_part("vol-1", "/b").unwrap();
        assert!(operations.begin_part("vol-1", "/a").is_err());
        drop(first);
        assert!(operations.begin("vol-1").is_err());
        drop(second);
        let whole = operations.begin("vol-1").unwrap();
        assert!(operations.begin_part("vol-1", "/a").is_err());
        drop(whole);
        assert!(operations.0.lock().is_empty());
    }
}
