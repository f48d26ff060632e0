//! [`named!`]: the names of the values of an enumeration, in both directions.

/// Gives an enumeration the API's names of its values. For the crates of this project.
#[macro_export]
#[doc(hidden)]
macro_rules! named {
    ($type:ident { $( $variant:ident = $name:literal ),+ $(,)? }) => {
        impl $type {
            /// All values, in order.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// The name of the value, as the API or the agent writes it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $name ),+
                }
            }
        }

        impl ::core::fmt::Display for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::core::str::FromStr for $type {
            type Err = $crate::UnknownName;

            fn from_str(text: &str) -> Result<Self, $crate::UnknownName> {
                match text {
                    $( $name => Ok(Self::$variant), )+
                    _ => Err($crate::UnknownName::new(text)),
                }
            }
        }
    };
}

/// A text that is no value of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown name `{text}`")]
pub struct UnknownName {
    text: String,
}

impl UnknownName {
    /// For the crates of this project.
    #[doc(hidden)]
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
        }
    }
}
