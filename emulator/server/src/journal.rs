//! The journal: every write that succeeded, in order. It is the database; replaying it makes the same cloud.

use cloud::{Cloud, Service, Timestamp, Timing, World};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, Write};
use std::path::{Path, PathBuf};
use wire::{Call, Message, scope::Scope};

/// Name of the file in the data directory.
const FILE: &str = "journal.jsonl";

/// An open journal, positioned at its end.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    /// A line could not be written whole: what is in memory is ahead of the disk, so nothing more may be acknowledged.
    broken: bool,
}

/// The first line: what the cloud was before the first entry.
#[derive(Debug, Serialize, Deserialize)]
struct Beginning {
    world: World,
    timing: Timing,
}

/// A write that succeeded.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry<'a> {
    /// When, in milliseconds since the epoch.
    pub now: Timestamp,
    /// Where.
    pub region: &'a str,
    /// Signing name of the service.
    pub service: &'a str,
    /// The header `X-Amz-Target`, which names the action of a call in JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Cow<'a, str>>,
    /// The form or JSON, as it came.
    pub params: Cow<'a, str>,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The data directory or the file in it cannot be opened.
    #[error("cannot open the journal in {}", directory.display())]
    Open {
        /// The data directory.
        directory: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be read or cut at its last whole line.
    #[error("cannot read the journal")]
    Read(#[source] io::Error),
    /// It cannot be written.
    #[error("cannot write the journal")]
    Write(#[source] io::Error),
    /// A write was lost before; see the log.
    #[error("an earlier write was lost; restart when the disk has room")]
    Broken,
    /// A line is not of this format.
    #[error("line {line} of the journal cannot be parsed")]
    Parse {
        /// Its number, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// A call that succeeded when it was written fails now.
    #[error("line {line} of the journal cannot be replayed")]
    Replay {
        /// Its number, from 1.
        line: usize,
        /// Why.
        source: cloud::ApiError,
    },
    /// It began as another world, or with other transition times.
    #[error("the journal began with another {what}; start with the same one, or with an empty data directory")]
    Other {
        /// `world` or `timing`.
        what: &'static str,
    },
}

impl Journal {
    /// Opens the journal of a data directory and replays it. A new one begins with `world`, or the built-in one.
    /// A last line without its end was never acknowledged; it is cut off.
    ///
    /// # Errors
    /// When the file cannot be used, was begun differently, or does not replay.
    pub(crate) fn open(directory: &Path, world: Option<World>, timing: Timing) -> Result<(Self, Cloud), JournalError> {
        let file = open(directory).map_err(|source| JournalError::Open {
            directory: directory.to_owned(),
            source,
        })?;
        let mut reader = BufReader::new(file);
        let mut whole = 0_u64;
        let mut cloud = None;
        let mut line = String::new();
        for number in 1.. {
            line.clear();
            let read = reader.read_line(&mut line).map_err(JournalError::Read)?;
            if !line.ends_with('\n') {
                break;
            }
            match &mut cloud {
                None => cloud = Some(begin(&line, world.as_ref(), timing)?),
                Some(cloud) => replay(cloud, &line, number)?,
            }
            whole += read as u64;
        }
        let mut file = reader.into_inner();
        file.set_len(whole)
            .and_then(|()| file.seek(io::SeekFrom::End(0)))
            .map_err(JournalError::Read)?;
        let mut journal = Self { file, broken: false };
        let cloud = match cloud {
            Some(cloud) => cloud,
            None => {
                let world = world.unwrap_or_default();
                journal.line(&Beginning {
                    world: world.clone(),
                    timing,
                })?;
                Cloud::new(world, timing)
            }
        };
        Ok((journal, cloud))
    }

    /// Appends an entry; once this returns, a kill loses nothing.
    ///
    /// # Errors
    /// When it cannot be written, now or once before.
    pub(crate) fn append(&mut self, entry: &Entry<'_>) -> Result<(), JournalError> {
        if self.broken {
            return Err(JournalError::Broken);
        }
        let written = self.line(entry);
        self.broken = written.is_err();
        written
    }

    /// One write(2) for the whole line: the page cache has it before the caller goes on.
    fn line(&mut self, content: &impl Serialize) -> Result<(), JournalError> {
        let mut line = serde_json::to_vec(content).map_err(|error| JournalError::Write(error.into()))?;
        line.push(b'\n');
        self.file.write_all(&line).map_err(JournalError::Write)
    }
}

fn open(directory: &Path) -> io::Result<File> {
    std::fs::create_dir_all(directory)?;
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(directory.join(FILE))
}

fn begin(line: &str, world: Option<&World>, timing: Timing) -> Result<Cloud, JournalError> {
    let beginning: Beginning = serde_json::from_str(line).map_err(|source| JournalError::Parse { line: 1, source })?;
    if world.is_some_and(|world| *world != beginning.world) {
        return Err(JournalError::Other { what: "world" });
    }
    if timing != beginning.timing {
        return Err(JournalError::Other { what: "timing" });
    }
    Ok(Cloud::new(beginning.world, beginning.timing))
}

fn replay(cloud: &mut Cloud, line: &str, number: usize) -> Result<(), JournalError> {
    let entry: Entry<'_> = serde_json::from_str(line).map_err(|source| JournalError::Parse { line: number, source })?;
    let failed = |source| JournalError::Replay { line: number, source };
    let service = Service::from_signing_name(entry.service).ok_or_else(|| {
        failed(cloud::ApiError::new(
            "InvalidAction",
            format!("no service {}", entry.service),
        ))
    })?;
    let scope = Scope {
        region: entry.region.to_owned(),
        service,
    };
    let message = Message {
        target: entry.target.as_deref(),
        body: entry.params.as_bytes(),
    };
    let call = Call::parse(&scope, message, "").map_err(failed)?;
    call.write(cloud, entry.now).map_err(failed)?;
    Ok(())
}
