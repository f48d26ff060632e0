//! [`Version`]: versions of Docker, ecs-init and the agent, which are not always SemVer.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

/// A version as Docker, ecs-init and the agent write it.
///
/// | written | read as |
/// |---|---|
/// | `1.4.0`, `v1.4.0` | 1.4.0 |
/// | `1.0-3`, `1.3.1-1` | 1.0.0 and 1.3.1 with the release suffix `3` and `1` of a package |
/// | `18.06.1-ce` | 18.6.1 with the suffix `ce` |
/// | `20.10.0-rc1` | a version before 20.10.0 |
/// | `DockerVersion: 1.5.0` | 1.5.0 |
///
/// Versions compare by their numbers; then one with the suffix `dev`, `alpha`, `beta`, `tp`, `pre`
/// or `rc` comes before the others; then the suffix counts, its numbers by value, and none comes
/// first. [`is_at_least`](Self::is_at_least) is the comparison with a floor, for which other
/// suffixes do not count. `Display` writes what was read, without its prefix.
///
/// ```
/// use ecs_taskdef::Version;
///
/// let package: Version = "1.3.1-1".parse()?;
/// let upstream: Version = "1.3.1".parse()?;
/// assert!(package > upstream);
/// assert!(package.is_at_least(&upstream));
/// assert_eq!(package.release(), Some("1"));
///
/// let docker: Version = "DockerVersion: 18.06.1-ce".parse()?;
/// assert_eq!((docker.major, docker.minor, docker.patch), (18, 6, 1));
/// assert_eq!(docker.to_string(), "18.06.1-ce");
/// # Ok::<(), ecs_taskdef::VersionError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number; zero where it is not written.
    pub patch: u64,
    written: String,
    /// Where the suffix begins in `written`; at its end if there is none.
    suffix: usize,
}

impl Version {
    /// A version of three numbers.
    #[must_use]
    pub fn new(major: u64, minor: u64, patch: u64) -> Self {
        let written = format!("{major}.{minor}.{patch}");
        Self {
            major,
            minor,
            patch,
            suffix: written.len(),
            written,
        }
    }

    /// What stands behind the numbers, without the hyphen, the plus or the tilde before it.
    #[must_use]
    pub fn release(&self) -> Option<&str> {
        let suffix = self.written.get(self.suffix..)?;
        suffix.strip_prefix(['-', '+', '~'])
    }

    /// Whether it is a version on the way to the one with its numbers.
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        let release = self.release().unwrap_or_default().to_ascii_lowercase();
        ["dev", "alpha", "beta", "tp", "pre", "rc"]
            .iter()
            .any(|stage| release.starts_with(stage))
    }

    /// Whether it has what came with `floor`. Suffixes do not count, except that a version on the
    /// way to `floor` is not there yet.
    #[must_use]
    pub fn is_at_least(&self, floor: &Self) -> bool {
        self.stage().cmp(&floor.stage()).is_ge()
    }

    /// The numbers, and whether it is the version itself.
    fn stage(&self) -> (u64, u64, u64, bool) {
        (self.major, self.minor, self.patch, !self.is_prerelease())
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let error = |offset| VersionError {
            input: text.to_owned(),
            offset,
        };
        let written = without_prefix(text);
        let start = text.find(written).unwrap_or_default();
        let (numbers, end) = numbers(written).map_err(|offset| error(start + offset))?;
        let [major, minor, patch] = numbers;
        let suffix = written.get(end..).unwrap_or_default();
        if let Some(offset) = suffix_fault(suffix) {
            return Err(error(start + end + offset));
        }
        Ok(Self {
            major,
            minor,
            patch,
            written: written.to_owned(),
            suffix: end,
        })
    }
}

/// The version without blanks around it and what tools write before it.
fn without_prefix(text: &str) -> &str {
    let text = text.trim();
    let text = text
        .strip_prefix("DockerVersion:")
        .map_or(text, str::trim_start);
    text.strip_prefix('v').unwrap_or(text)
}

/// One to three numbers joined by dots, and where they end; or where something else stands.
fn numbers(text: &str) -> Result<([u64; 3], usize), usize> {
    let mut numbers = [0; 3];
    let mut offset = 0;
    for (index, number) in numbers.iter_mut().enumerate() {
        let rest = text.get(offset..).unwrap_or_default();
        let rest = match index {
            0 => rest,
            _ => match rest.strip_prefix('.') {
                Some(rest) => rest,
                None => break,
            },
        };
        let start = text.len() - rest.len();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        *number = rest
            .get(..digits)
            .and_then(|digits| digits.parse().ok())
            .ok_or(start)?;
        offset = start + digits;
    }
    Ok((numbers, offset))
}

/// Where a suffix has a character that none has.
fn suffix_fault(suffix: &str) -> Option<usize> {
    if suffix.is_empty() {
        return None;
    }
    if !suffix.starts_with(['-', '+', '~']) {
        return Some(0);
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-+~._".contains(&byte);
    if suffix.len() == 1 {
        return Some(1);
    }
    suffix.bytes().position(|byte| !allowed(byte))
}

impl Version {
    fn key(&self) -> (u64, u64, u64, bool, Vec<Piece<'_>>) {
        let (major, minor, patch, is_final) = self.stage();
        let suffix = pieces(self.release().unwrap_or_default());
        (major, minor, patch, is_final, suffix)
    }
}

/// A piece of a suffix: numbers come before words.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Piece<'a> {
    /// By length and then by digits, which is by value without a bound.
    Number(usize, &'a str),
    Word(&'a str),
}

/// The numbers and words of a suffix, without what joins them.
fn pieces(suffix: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = suffix;
    while let Some(first) = rest.bytes().next() {
        let kind = |byte: u8| (byte.is_ascii_digit(), byte.is_ascii_alphabetic());
        let length = rest
            .bytes()
            .take_while(|byte| kind(*byte) == kind(first))
            .count();
        let (piece, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if first.is_ascii_digit() {
            let digits = piece.trim_start_matches('0');
            pieces.push(Piece::Number(digits.len(), digits));
        } else if first.is_ascii_alphabetic() {
            pieces.push(Piece::Word(piece));
        }
        rest = after;
    }
    pieces
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.written)
    }
}

/// A text that is no version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{input}` is not a version from byte {offset} on")]
pub struct VersionError {
    input: String,
    offset: usize,
}

impl VersionError {
    /// The byte at which something else was expected.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

/// The version that an agent reports: `Amazon ECS Agent - v1.4.0 (4ab1051)`.
///
/// ```
/// use ecs_taskdef::{AgentVersion, Version};
///
/// let agent: AgentVersion = "Amazon ECS Agent - v1.4.0 (4ab1051)".parse()?;
/// assert_eq!(agent.version, Version::new(1, 4, 0));
/// assert_eq!(agent.commit.as_deref(), Some("4ab1051"));
/// assert_eq!(agent.to_string(), "Amazon ECS Agent - v1.4.0 (4ab1051)");
/// # Ok::<(), ecs_taskdef::VersionError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AgentVersion {
    /// The version.
    pub version: Version,
    /// The commit it was built from.
    pub commit: Option<String>,
    /// Whether it was built from files that differ from the commit, which a `*` says.
    pub is_modified: bool,
}

impl FromStr for AgentVersion {
    type Err = VersionError;

    /// Reads the long form, or a version alone.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        const NAME: &str = "Amazon ECS Agent - ";
        let start = if text.starts_with(NAME) {
            NAME.len()
        } else {
            0
        };
        let rest = text.get(start..).unwrap_or_default();
        let (version, commit) = match rest.split_once(" (") {
            Some((version, commit)) => (version, Some((version.len() + 2, commit))),
            None => (rest, None),
        };
        let error = |offset| VersionError {
            input: text.to_owned(),
            offset: start + offset,
        };
        let parsed: Version = version
            .parse()
            .map_err(|fault: VersionError| error(fault.offset))?;
        let mut is_modified = false;
        let commit = match commit {
            None => None,
            Some((at, commit)) => {
                let inner = commit.strip_suffix(')').ok_or_else(|| error(rest.len()))?;
                let hash = inner.strip_prefix('*').unwrap_or(inner);
                is_modified = hash.len() != inner.len();
                if hash.is_empty() || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return Err(error(at));
                }
                Some(hash.to_owned())
            }
        };
        Ok(Self {
            version: parsed,
            commit,
            is_modified,
        })
    }
}

impl fmt::Display for AgentVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amazon ECS Agent - v{}", self.version)?;
        let star = if self.is_modified { "*" } else { "" };
        match &self.commit {
            Some(commit) => write!(f, " ({star}{commit})"),
            None => Ok(()),
        }
    }
}
