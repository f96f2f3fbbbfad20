//! How big a file system says it is, from its superblock.

/// Bytes to read from the start of a device.
pub(crate) const LEN: usize = 4096;

/// Where the superblock of ext2, ext3 and ext4 begins.
const EXT: usize = 1024;

/// Feature bit of ext4 with 64-bit block numbers.
const EXT_64BIT: u32 = 0x80;

/// Bytes of the file system whose first bytes these are; `None` when it is neither ext nor XFS.
pub(crate) fn size(start: &[u8]) -> Option<u64> {
    xfs(start).or_else(|| ext(start))
}

fn xfs(start: &[u8]) -> Option<u64> {
    (start.get(..4)? == b"XFSB").then_some(())?;
    let block = u32::from_be_bytes(start.get(4..8)?.try_into().ok()?);
    let blocks = u64::from_be_bytes(start.get(8..16)?.try_into().ok()?);
    blocks.checked_mul(block.into())
}

fn ext(start: &[u8]) -> Option<u64> {
    let superblock = start.get(EXT..)?;
    let word = |at: usize| Some(u32::from_le_bytes(superblock.get(at..at + 4)?.try_into().ok()?));
    (superblock.get(0x38..0x3a)? == [0x53, 0xef]).then_some(())?;
    let high = if word(0x60)? & EXT_64BIT == 0 { 0 } else { word(0x150)? };
    let blocks = u64::from(high) << 32 | u64::from(word(0x4)?);
    blocks.checked_mul(1024_u64.checked_shl(word(0x18)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_ext_and_xfs() {
        let mut ext = vec![0; LEN];
        ext[EXT + 0x38..EXT + 0x3a].copy_from_slice(&[0x53, 0xef]);
        ext[EXT + 4..EXT + 8].copy_from_slice(&262_144_u32.to_le_bytes());
        ext[EXT + 0x18] = 2;
        assert_eq!(size(&ext), Some(1 << 30));
        ext[EXT + 0x60] = 0x80;
        ext[EXT + 0x150] = 1;
        assert_eq!(size(&ext), Some(((1 << 32) + 262_144) * 4096));

        let mut xfs = vec![0; LEN];
        xfs[..4].copy_from_slice(b"XFSB");
        xfs[4..8].copy_from_slice(&4096_u32.to_be_bytes());
        xfs[8..16].copy_from_slice(&262_144_u64.to_be_bytes());
        assert_eq!(size(&xfs), Some(1 << 30));

        assert_eq!(size(&vec![0; LEN]), None);
        assert_eq!(size(b"XFSB"), None);
    }
}
