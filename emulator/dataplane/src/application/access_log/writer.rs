//! Where access log lines go: a thread of its own, since writing files blocks.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

/// How long a line may wait for others that are written with it.
const FLUSH_AFTER: Duration = Duration::from_millis(100);

/// Takes lines, on any thread. The files are complete when all clones are dropped.
#[derive(Debug, Clone)]
pub(crate) struct AccessLogs(Option<Sender<(String, String)>>);

impl AccessLogs {
    /// Takes nothing.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Begins to write to `<directory>/<load balancer>.log`, where the load balancer's resource id has dots for slashes.
    pub(crate) fn start(directory: PathBuf) -> io::Result<(Self, thread::JoinHandle<()>)> {
        std::fs::create_dir_all(&directory)?;
        let (sender, lines) = channel();
        let thread = thread::Builder::new()
            .name("access-logs".to_owned())
            .spawn(move || write_all(&directory, &lines))?;
        Ok((Self(Some(sender)), thread))
    }

    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn write(&self, load_balancer: &str, line: String) {
        if let Some(sender) = &self.0 {
            // The thread ends only after all senders.
            let _ = sender.send((load_balancer.to_owned(), line));
        }
    }
}

fn write_all(directory: &Path, lines: &Receiver<(String, String)>) {
    let mut files: HashMap<String, BufWriter<File>> = HashMap::new();
    loop {
        match lines.recv_timeout(FLUSH_AFTER) {
            Ok((load_balancer, line)) => {
                if let Err(error) = append(&mut files, directory, &load_balancer, &line) {
                    tracing::warn!(load_balancer, %error, "cannot write an access log line");
                }
            }
            Err(RecvTimeoutError::Timeout) => flush(&mut files),
            Err(RecvTimeoutError::Disconnected) => return flush(&mut files),
        }
    }
}

fn append(files: &mut HashMap<String, BufWriter<File>>, directory: &Path, name: &str, line: &str) -> io::Result<()> {
    if !files.contains_key(name) {
        let path = directory.join(format!("{}.log", name.replace('/', ".")));
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        files.insert(name.to_owned(), BufWriter::new(file));
    }
    match files.get_mut(name) {
        Some(file) => writeln!(file, "{line}"),
        None => Ok(()),
    }
}

fn flush(files: &mut HashMap<String, BufWriter<File>>) {
    for (load_balancer, file) in files {
        if let Err(error) = file.flush() {
            tracing::warn!(load_balancer, %error, "cannot write access log lines");
        }
    }
}
