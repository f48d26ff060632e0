//! Every type reads and writes one string.

use alloc::string::String;
use core::fmt;
use core::marker::PhantomData;
use core::str::FromStr;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{AccountId, Arn, ArnPattern, ArnRef, EcsArn, Partition, Region, TaskDefinitionRef};

/// Reads a string by borrowing it from the input, or by looking at it for a moment.
struct Text<T>(PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an ARN or a part of one as a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

macro_rules! writes_text {
    ($($type:ty),*) => {$(
        #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}

macro_rules! reads_text {
    ($($type:ty),*) => {$(
        #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Text(PhantomData))
            }
        }
    )*};
}

macro_rules! borrows_text {
    ($($type:ident),*) => {$(
        #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
        impl<'de: 'a, 'a> Deserialize<'de> for $type<'a> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <&str>::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
            }
        }
    )*};
}

writes_text!(
    AccountId,
    Arn,
    ArnPattern,
    ArnRef<'_>,
    EcsArn<'_>,
    Partition,
    Region<'_>,
    TaskDefinitionRef<'_>
);
reads_text!(AccountId, ArnPattern, Partition);
borrows_text!(ArnRef, EcsArn, Region, TaskDefinitionRef);

#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl<'de> Deserialize<'de> for Arn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Takes over an owned string without copying it.
        struct ArnText;

        impl Visitor<'_> for ArnText {
            type Value = Arn;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an ARN as a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Arn, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Arn, E> {
                Arn::try_from(text).map_err(E::custom)
            }
        }

        deserializer.deserialize_string(ArnText)
    }
}
