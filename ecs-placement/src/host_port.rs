//! Ports of the host.

use std::fmt;
use std::str::FromStr;

use ecs_model::network::TransportProtocol;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A port of a container instance, which one task at most has.
///
/// ```
/// use ecs_placement::HostPort;
///
/// assert_eq!(HostPort::tcp(80).to_string(), "80/tcp");
/// assert_eq!("53/udp".parse(), Ok(HostPort::udp(53)));
/// let error = "53".parse::<HostPort>().unwrap_err();
/// assert_eq!(error.to_string(), "`53` is not a host port such as `80/tcp`");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct HostPort(u32);

/// A text that is not a [`HostPort`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a host port such as `80/tcp`")]
pub struct HostPortError(String);

/// Set for UDP, above the 16 bits of the number.
const UDP: u32 = 1 << 16;

impl HostPort {
    /// The bits of a packed port.
    pub(crate) const BITS: u32 = 17;

    /// A TCP port.
    #[must_use]
    pub const fn tcp(port: u16) -> Self {
        Self(port as u32)
    }

    /// A UDP port.
    #[must_use]
    pub const fn udp(port: u16) -> Self {
        Self(UDP | port as u32)
    }

    /// A port of a protocol; whatever is not UDP is TCP.
    pub(crate) const fn new(protocol: &TransportProtocol, port: u16) -> Self {
        match protocol {
            TransportProtocol::Udp => Self::udp(port),
            _ => Self::tcp(port),
        }
    }

    /// The number.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the low 16 bits are the number"
    )]
    pub const fn port(self) -> u16 {
        self.0 as u16
    }

    /// TCP or UDP.
    #[must_use]
    pub const fn protocol(self) -> TransportProtocol {
        match self.is_udp() {
            true => TransportProtocol::Udp,
            false => TransportProtocol::Tcp,
        }
    }

    /// Whether it is a UDP port.
    #[must_use]
    pub const fn is_udp(self) -> bool {
        self.0 & UDP != 0
    }

    pub(crate) const fn packed(self) -> u32 {
        self.0
    }

    pub(crate) const fn unpacked(bits: u32) -> Self {
        Self(bits & (UDP | (UDP - 1)))
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.port(), self.protocol())
    }
}

impl fmt::Debug for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for HostPort {
    type Err = HostPortError;

    fn from_str(text: &str) -> Result<Self, HostPortError> {
        let read = || {
            let (port, protocol) = text.split_once('/')?;
            match protocol {
                "tcp" => port.parse().ok().map(Self::tcp),
                "udp" => port.parse().ok().map(Self::udp),
                _ => None,
            }
        };
        read().ok_or_else(|| HostPortError(text.to_owned()))
    }
}

impl From<HostPort> for String {
    fn from(port: HostPort) -> Self {
        port.to_string()
    }
}

impl TryFrom<String> for HostPort {
    type Error = HostPortError;

    fn try_from(text: String) -> Result<Self, HostPortError> {
        text.parse()
    }
}
