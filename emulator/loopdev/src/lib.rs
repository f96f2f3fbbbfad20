//! Loop devices of Linux: files as block devices. See loop(4).

mod freeze;

pub use freeze::{Frozen, thaw};

use rustix::fs::{Dev, FileType, Mode, OFlags, makedev, mknodat};
use rustix::ioctl::{Ioctl, IoctlOutput, NoArg, Opcode, Setter, ioctl};
use std::ffi::c_void;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Major number of loop devices.
const MAJOR: u32 = 7;
/// The device that gives out numbers: misc device 237.
const CONTROL: (u32, u32) = (10, 237);
const CONTROL_PATH: &str = "/dev/loop-control";
/// Tries to get a number before another process does.
const TRIES: u32 = 64;

const LOOP_CLR_FD: Opcode = 0x4C01;
const LOOP_SET_CAPACITY: Opcode = 0x4C07;
const LOOP_CONFIGURE: Opcode = 0x4C0A;
const LOOP_CTL_GET_FREE: Opcode = 0x4C82;

const NAME_SIZE: usize = 64;

/// `struct loop_info64` of `linux/loop.h`.
#[repr(C)]
struct LoopInfo {
    device: u64,
    inode: u64,
    rdevice: u64,
    offset: u64,
    sizelimit: u64,
    number: u32,
    encrypt_type: u32,
    encrypt_key_size: u32,
    flags: u32,
    file_name: [u8; NAME_SIZE],
    crypt_name: [u8; NAME_SIZE],
    encrypt_key: [u8; 32],
    init: [u64; 2],
}

/// `struct loop_config` of `linux/loop.h`.
#[repr(C)]
struct LoopConfig {
    fd: u32,
    block_size: u32,
    info: LoopInfo,
    reserved: [u64; 8],
}

/// The number of a loop device that is free; the kernel makes one if there is none.
struct GetFree;

// SAFETY: LOOP_CTL_GET_FREE takes no argument, and its result is the number.
unsafe impl Ioctl for GetFree {
    type Output = u32;
    const IS_MUTATING: bool = false;

    fn opcode(&self) -> Opcode {
        LOOP_CTL_GET_FREE
    }

    fn as_ptr(&mut self) -> *mut c_void {
        std::ptr::null_mut()
    }

    unsafe fn output_from_ptr(number: IoctlOutput, _: *mut c_void) -> rustix::io::Result<u32> {
        u32::try_from(number).map_err(|_| rustix::io::Errno::INVAL)
    }
}

/// A loop device by its number. It may be in use by anybody or by nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Loop(pub u32);

impl Loop {
    /// Makes a file a block device. The device's name in `directory` is [`Self::name`]; it is made if it is not there.
    ///
    /// # Errors
    /// When there is no loop device to be had, or the file cannot be one.
    pub fn attach(file: &File, label: &str, directory: &Path) -> io::Result<Self> {
        for _ in 0..TRIES {
            let free = Self::free()?;
            free.make_node(directory)?;
            match free.configure(file, label, directory) {
                Ok(()) => return Ok(free),
                // Somebody was faster.
                Err(error) if error.raw_os_error() == Some(rustix::io::Errno::BUSY.raw_os_error()) => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::new(
            io::ErrorKind::ResourceBusy,
            "other processes take every loop device that is free",
        ))
    }

    /// Those that have a file, with its path as the kernel tells it: one that was removed ends with ` (deleted)`.
    ///
    /// # Errors
    /// When sysfs cannot be read.
    pub fn in_use() -> io::Result<Vec<(Self, PathBuf)>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/sys/block")? {
            let name = entry?.file_name();
            let number = name
                .to_str()
                .and_then(|name| name.strip_prefix("loop"))
                .and_then(|rest| rest.parse().ok());
            let Some(device) = number.map(Self) else { continue };
            if let Some(path) = device.backing_file() {
                found.push((device, path));
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// The path of its file, if it has one.
    pub fn backing_file(self) -> Option<PathBuf> {
        let text = std::fs::read_to_string(format!("/sys/block/loop{}/loop/backing_file", self.0)).ok()?;
        Some(PathBuf::from(text.trim_end_matches('\n')))
    }

    /// Its size in bytes.
    ///
    /// # Errors
    /// When sysfs cannot be read.
    pub fn size(self) -> io::Result<u64> {
        let sectors = std::fs::read_to_string(format!("/sys/block/loop{}/size", self.0))?;
        let sectors: u64 = sectors.trim().parse().map_err(io::Error::other)?;
        Ok(sectors * 512)
    }

    /// Its name, such as `loop3`.
    pub fn name(self) -> String {
        format!("loop{}", self.0)
    }

    /// Whether something holds it for itself: a mounted file system, whichever namespace it is mounted in, or a device that is made of
    /// this one.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn is_held(self, directory: &Path) -> io::Result<bool> {
        // Of a block device, O_EXCL asks for just that. See open(2).
        let exclusive = OFlags::EXCL.bits().cast_signed();
        let path = directory.join(self.name());
        match OpenOptions::new().read(true).custom_flags(exclusive).open(path) {
            Ok(_) => Ok(false),
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::BUSY.raw_os_error()) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Whether the kernel takes its file away as soon as nobody has it open any more.
    pub fn is_ending(self) -> bool {
        let text = std::fs::read_to_string(format!("/sys/block/loop{}/loop/autoclear", self.0));
        text.is_ok_and(|text| text.trim() == "1")
    }

    /// Where the file systems on it are mounted, as this process sees it.
    ///
    /// # Errors
    /// When the mounts cannot be read.
    pub fn mounts(self) -> io::Result<Vec<PathBuf>> {
        let device = format!("{MAJOR}:{}", self.0);
        let mounted = |line: &str| {
            // Id, parent, device, root within it, mount point.
            let mut fields = line.split(' ').skip(2);
            (fields.next()? == device).then_some(())?;
            fields.nth(1).map(|path| PathBuf::from(unescape(path)))
        };
        Ok(std::fs::read_to_string("/proc/self/mountinfo")?
            .lines()
            .filter_map(mounted)
            .collect())
    }

    fn device_number(self) -> Dev {
        makedev(MAJOR, self.0)
    }

    /// Makes its node in a directory, if it is not there.
    ///
    /// # Errors
    /// When the directory cannot be written, or has something else of that name.
    pub fn make_node(self, directory: &Path) -> io::Result<()> {
        let path = directory.join(self.name());
        match std::fs::symlink_metadata(&path) {
            Ok(found) if found.file_type().is_block_device() && found.rdev() == self.device_number() => return Ok(()),
            Ok(_) => {
                return Err(io::Error::new(
                    io::ErrorKind::AlreadyExists,
                    format!("{} is something else", path.display()),
                ));
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) => {}
        }
        let mode = Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::WGRP;
        match mknodat(
            rustix::fs::CWD,
            &path,
            FileType::BlockDevice,
            mode,
            self.device_number(),
        ) {
            Err(rustix::io::Errno::EXIST) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn open(self, directory: &Path) -> io::Result<File> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .open(directory.join(self.name()))
    }

    fn free() -> io::Result<Self> {
        let control = match File::open(CONTROL_PATH) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (major, minor) = CONTROL;
                let mode = Mode::RUSR | Mode::WUSR;
                mknodat(
                    rustix::fs::CWD,
                    CONTROL_PATH,
                    FileType::CharacterDevice,
                    mode,
                    makedev(major, minor),
                )?;
                File::open(CONTROL_PATH)?
            }
            opened => opened?,
        };
        // SAFETY: the descriptor is of loop-control; `GetFree` is its ioctl.
        let number = unsafe { ioctl(&control, GetFree) }?;
        Ok(Self(number))
    }

    fn configure(self, file: &File, label: &str, directory: &Path) -> io::Result<()> {
        let mut file_name = [0; NAME_SIZE];
        // The last byte stays zero.
        for (to, from) in file_name.iter_mut().take(NAME_SIZE - 1).zip(label.bytes()) {
            *to = from;
        }
        let config = LoopConfig {
            fd: u32::try_from(file.as_raw_fd()).map_err(io::Error::other)?,
            block_size: 0,
            info: LoopInfo {
                device: 0,
                inode: 0,
                rdevice: 0,
                offset: 0,
                sizelimit: 0,
                number: 0,
                encrypt_type: 0,
                encrypt_key_size: 0,
                flags: 0,
                file_name,
                crypt_name: [0; NAME_SIZE],
                encrypt_key: [0; 32],
                init: [0; 2],
            },
            reserved: [0; 8],
        };
        let device = self.open(directory)?;
        // SAFETY: LOOP_CONFIGURE reads a `struct loop_config`, which `LoopConfig` is, and the file is open.
        let request = unsafe { Setter::<LOOP_CONFIGURE, LoopConfig>::new(config) };
        // SAFETY: as above; the descriptor is of a loop device.
        unsafe { ioctl(&device, request) }?;
        Ok(())
    }

    /// Takes the size of its file, which has grown.
    ///
    /// # Errors
    /// When it has no file, or cannot be opened.
    pub fn grow(self, directory: &Path) -> io::Result<()> {
        self.without_argument::<LOOP_SET_CAPACITY>(directory)
    }

    /// Takes the file away. While a file system on it is mounted, the kernel keeps it, and takes it away when that is over.
    ///
    /// # Errors
    /// When it cannot be opened. That it has no file is none.
    pub fn detach(self, directory: &Path) -> io::Result<()> {
        match self.without_argument::<LOOP_CLR_FD>(directory) {
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) => Ok(()),
            result => result,
        }
    }

    fn without_argument<const OPCODE: Opcode>(self, directory: &Path) -> io::Result<()> {
        let device = self.open(directory)?;
        // SAFETY: both ioctls that come here take no argument.
        let request = unsafe { NoArg::<OPCODE>::new() };
        // SAFETY: as above; the descriptor is of a loop device.
        unsafe { ioctl(&device, request) }?;
        Ok(())
    }
}

/// A path as mountinfo writes it: white space and backslashes are octal.
fn unescape(path: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(path.to_owned(), |path, (escaped, plain)| path.replace(escaped, plain))
}
