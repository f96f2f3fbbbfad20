//! Mount options: what the kernel takes as flags, and what the file system takes as text.

use rustix::mount::MountFlags;

/// Options, parted as mount(2) wants them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Flags.
    pub flags: MountFlags,
    /// What is left for the file system, joined by commas.
    pub data: String,
}

/// A flag, and whether the word sets or clears it.
fn flag(word: &str) -> Option<(MountFlags, bool)> {
    Some(match word {
        "ro" => (MountFlags::RDONLY, true),
        "rw" => (MountFlags::RDONLY, false),
        "nosuid" => (MountFlags::NOSUID, true),
        "suid" => (MountFlags::NOSUID, false),
        "nodev" => (MountFlags::NODEV, true),
        "dev" => (MountFlags::NODEV, false),
        "noexec" => (MountFlags::NOEXEC, true),
        "exec" => (MountFlags::NOEXEC, false),
        "sync" => (MountFlags::SYNCHRONOUS, true),
        "async" => (MountFlags::SYNCHRONOUS, false),
        "dirsync" => (MountFlags::DIRSYNC, true),
        "mand" => (MountFlags::PERMIT_MANDATORY_FILE_LOCKING, true),
        "nomand" => (MountFlags::PERMIT_MANDATORY_FILE_LOCKING, false),
        "noatime" => (MountFlags::NOATIME, true),
        "atime" => (MountFlags::NOATIME, false),
        "nodiratime" => (MountFlags::NODIRATIME, true),
        "diratime" => (MountFlags::NODIRATIME, false),
        "relatime" => (MountFlags::RELATIME, true),
        "norelatime" => (MountFlags::RELATIME, false),
        "strictatime" => (MountFlags::STRICTATIME, true),
        "nostrictatime" => (MountFlags::STRICTATIME, false),
        "lazytime" => (MountFlags::LAZYTIME, true),
        "nolazytime" => (MountFlags::LAZYTIME, false),
        "bind" => (MountFlags::BIND, true),
        _ => return None,
    })
}

/// Words for mount(8) and fstab that neither the kernel nor a file system knows.
fn is_of_user_space(word: &str) -> bool {
    let words = [
        "defaults", "auto", "noauto", "user", "nouser", "users", "group", "owner", "_netdev", "nofail", "",
    ];
    words.contains(&word) || word.starts_with("x-") || word.starts_with("comment=")
}

impl Options {
    /// Parts a list of options, each of which may itself be a list with commas. Of two that contradict each other the later counts.
    pub fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut options = Self {
            flags: MountFlags::empty(),
            data: String::new(),
        };
        let mut data: Vec<&str> = Vec::new();
        for word in words.into_iter().flat_map(|words| words.split(',')).map(str::trim) {
            match flag(word) {
                Some((flag, on)) => options.flags.set(flag, on),
                None if is_of_user_space(word) || data.contains(&word) => {}
                None => data.push(word),
            }
        }
        options.data = data.join(",");
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_to_the_kernel_and_the_rest_to_the_file_system() {
        let options = Options::parse([
            "noatime",
            "nouuid,ro",
            "defaults",
            "x-systemd.automount",
            "nouuid",
            "context=\"a\"",
        ]);
        assert_eq!(options.flags, MountFlags::NOATIME | MountFlags::RDONLY);
        assert_eq!(options.data, "nouuid,context=\"a\"");
    }

    #[test]
    fn the_later_word_counts() {
        assert_eq!(Options::parse(["ro", "rw"]).flags, MountFlags::empty());
        assert_eq!(Options::parse(["rw", "ro"]).flags, MountFlags::RDONLY);
    }
}
