use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

/// A value that outlives the call that made it, and can be saved and restored.
///
/// It is written with the version of its format, which it holds as a member of type
/// [`Format`]. A version reads the formats of all versions before it.
///
/// ```
/// use ecs_taskdef::{Format, Saved};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Default, Serialize, Deserialize)]
/// struct Counter {
///     format: Format<Self>,
///     count: u32,
/// }
///
/// impl Saved for Counter {
///     const NAME: &'static str = "counter";
///     const VERSION: u32 = 1;
/// }
///
/// assert_eq!(serde_json::to_string(&Counter::default())?, r#"{"format":1,"count":0}"#);
/// let later = serde_json::from_str::<Counter>(r#"{"format":2,"count":0}"#).unwrap_err();
/// assert_eq!(
///     later.to_string(),
///     "format 2 of the counter is not known, only 1 is at line 1 column 11",
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
pub trait Saved {
    /// What it is called in errors.
    const NAME: &'static str;
    /// The version that is written; this one and those before it, from 1, are read.
    const VERSION: u32;
}

/// The version of the format of a [`Saved`] value, first among its members. It takes no room.
pub struct Format<T>(PhantomData<fn() -> T>);

impl<T> Format<T> {
    /// The format that is written.
    #[must_use]
    pub const fn current() -> Self {
        Self(PhantomData)
    }
}

impl<T> Clone for Format<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Format<T> {}

impl<T> Default for Format<T> {
    fn default() -> Self {
        Self::current()
    }
}

impl<T> PartialEq for Format<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Format<T> {}

impl<T> Hash for Format<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl<T: Saved> fmt::Debug for Format<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Format({})", T::VERSION)
    }
}

impl<T: Saved> Serialize for Format<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(T::VERSION)
    }
}

impl<'de, T: Saved> Deserialize<'de> for Format<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let version = u32::deserialize(deserializer)?;
        match (1..=T::VERSION).contains(&version) {
            true => Ok(Self::current()),
            false => {
                let known = match T::VERSION {
                    1 => "1 is".to_owned(),
                    last => format!("1 to {last} are"),
                };
                Err(D::Error::custom(format_args!(
                    "format {version} of the {} is not known, only {known}",
                    T::NAME
                )))
            }
        }
    }
}
