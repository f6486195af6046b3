//! Random bytes and identifiers, new at every call.

use crate::error::{Error, Result};

pub(crate) fn bytes(count: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    fill(&mut bytes)?;
    Ok(bytes)
}

/// A UUID of version 4 (RFC 9562 section 5.4).
pub(crate) fn uuid() -> Result<String> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    Ok(version_4(u128::from_be_bytes(bytes)))
}

fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| Error::other(format!("cannot get random numbers: {error}")))
}

fn version_4(random: u128) -> String {
    const VERSION: u128 = 0xf << 76;
    const VARIANT: u128 = 0b11 << 62;
    let id = random & !(VERSION | VARIANT) | 0x4 << 76 | 0b10 << 62;
    let group = |from: u32, digits: u32| (id >> from) & ((1 << (4 * digits)) - 1);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        group(96, 8),
        group(80, 4),
        group(64, 4),
        group(48, 4),
        group(0, 12)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_says_its_version_and_keeps_the_other_bits() {
        assert_eq!(version_4(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(version_4(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(
            version_4(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
            "01234567-89ab-4def-8123-456789abcdef"
        );
    }

    #[test]
    fn no_two_are_the_same() {
        assert_ne!(uuid().unwrap(), uuid().unwrap());
        assert_ne!(bytes(16).unwrap(), bytes(16).unwrap());
        assert_eq!(bytes(33).unwrap().len(), 33);
    }
}
