//! What to do about a loop device that cannot be had.

use rustix::io::Errno;
use std::io;

/// What helps against an error, as the end of a sentence; nothing if the error says it all.
pub(super) fn remedy(error: &io::Error) -> &'static str {
    match Errno::from_io_error(error) {
        Some(Errno::PERM | Errno::ACCESS) => ": run seatrial-node as root, with CAP_SYS_ADMIN and CAP_MKNOD",
        Some(Errno::NOENT | Errno::NODEV | Errno::NXIO) => ": load the kernel's module loop (modprobe loop)",
        Some(Errno::NOSPC) => ": free some space there",
        Some(Errno::BUSY) => ": detach loop devices that nobody needs (losetup --list)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_refuses_has_a_remedy() {
        for (errno, word) in [
            (Errno::PERM, "CAP_SYS_ADMIN"),
            (Errno::NODEV, "modprobe"),
            (Errno::NOSPC, "space"),
            (Errno::BUSY, "losetup"),
        ] {
            assert!(remedy(&errno.into()).contains(word), "{errno}");
        }
        assert_eq!(remedy(&io::Error::other("?")), "");
    }
}
