//! [`RestoreError`]: why what was saved cannot be restored; and how a machine is declared that is
//! checked when it is.

/// Declares a machine by its members, once for what it is and for what was written of it.
///
/// Those behind `follows` are not written. When a machine is read back, its `restored` says what is
/// wrong with it, and draws them from the rest.
macro_rules! restored {
    (
        $(#[$about:meta])*
        pub struct $machine:ident {
            $( $(#[$about_member:meta])* $member:ident: $type:ty, )*
        }
        follows {
            $( $(#[$about_rest:meta])* $rest:ident: $rest_type:ty, )*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase", try_from = "Written")]
        pub struct $machine {
            $( $(#[$about_member])* $member: $type, )*
            $( $(#[$about_rest])* #[serde(skip)] $rest: $rest_type, )*
        }

        /// The machine as it was written, before it is checked.
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Written {
            $( $member: $type, )*
        }

        impl TryFrom<Written> for $machine {
            type Error = $crate::RestoreError;

            fn try_from(written: Written) -> Result<Self, Self::Error> {
                let machine = Self {
                    $( $member: written.$member, )*
                    $( $rest: <$rest_type>::default(), )*
                };
                machine.restored()
            }
        }
    };
}

pub(crate) use restored;

/// Why something that was saved cannot be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// It has another number of containers than its specification.
    #[error("{found} containers were saved for a task of {expected}")]
    Containers {
        /// Those of the specification.
        expected: usize,
        /// Those that were saved.
        found: usize,
    },
    /// It has another number of resources than its specification.
    #[error("{found} resources were saved for a task of {expected}")]
    Resources {
        /// Those of the specification.
        expected: usize,
        /// Those that were saved.
        found: usize,
    },
}

impl RestoreError {
    pub(crate) const fn check_containers(expected: usize, found: usize) -> Result<(), Self> {
        match found == expected {
            true => Ok(()),
            false => Err(Self::Containers { expected, found }),
        }
    }

    pub(crate) const fn check_resources(expected: usize, found: usize) -> Result<(), Self> {
        match found == expected {
            true => Ok(()),
            false => Err(Self::Resources { expected, found }),
        }
    }
}
