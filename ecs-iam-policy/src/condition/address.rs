//! `IpAddress` and `NotIpAddress`: CIDR blocks of both IP versions.

use std::net::IpAddr;

use super::compiled::Comparison;

/// A block of addresses: `203.0.113.0/24`, `2001:db8::/32`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    address: IpAddr,
    prefix: u8,
}

impl Block {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => most,
            Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok()?,
            Some(_) => return None,
        };
        (prefix <= most).then_some(Self { address, prefix })
    }

    /// Whether an address lies in the block; one of the other IP version never does.
    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(block), IpAddr::V4(address)) => {
                let differing = u32::from(block) ^ u32::from(address);
                differing.leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V6(block), IpAddr::V6(address)) => {
                let differing = u128::from(block) ^ u128::from(address);
                differing.leading_zeros() >= u32::from(self.prefix)
            }
            _ => false,
        }
    }
}

/// The blocks of a policy.
#[derive(Debug, Clone)]
pub(super) struct IpTest {
    pub(super) values: Box<[Block]>,
}

impl IpTest {
    pub(super) fn compare(&self, value: &str) -> Comparison {
        let Ok(address) = value.parse::<IpAddr>() else {
            return Comparison::Unreadable;
        };
        Comparison::of(self.values.iter().any(|block| block.contains(address)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(block: &str, address: &str) -> bool {
        Block::parse(block)
            .unwrap()
            .contains(address.parse().unwrap())
    }

    #[test]
    fn blocks_of_both_versions() {
        assert!(contains("203.0.113.0/24", "203.0.113.255"));
        assert!(!contains("203.0.113.0/24", "203.0.114.0"));
        assert!(
            contains("203.0.113.77/24", "203.0.113.1"),
            "host bits do not matter"
        );
        assert!(contains("0.0.0.0/0", "255.255.255.255"));
        assert!(!contains("0.0.0.0/0", "::1"));
        assert!(!contains("::/0", "10.0.0.1"));
        assert!(contains("::/0", "2001:db8::1"));
        assert!(contains("2001:db8::1", "2001:DB8:0:0:0:0:0:1"));
        assert!(!contains("2001:db8::/128", "2001:db8::1"));
    }

    #[test]
    fn what_is_no_block() {
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "::/129",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "a",
            "1.2.3.4/8/8",
        ] {
            assert!(Block::parse(text).is_none(), "{text}");
        }
    }
}
