/// Declares an object of the API once.
///
/// From the declaration follow a struct whose fields are all optional, its
/// `Default`, `Clone`, `Debug`, `PartialEq`, `Serialize` and `Deserialize`, the
/// field `unknown` for everything else the document holds, for each member a
/// method that sets it and one that reads it, the table `SHAPE`, and the
/// lenient reading and the check behind
/// [`MemberType`](crate::shape::MemberType).
///
/// The type of a member is a plain name or `Vec<...>`: the macro looks at it to
/// tell what the methods take and give.
///
/// ```
/// use ecs_taskdef::{open_enum, shape};
///
/// open_enum! {
///     /// A colour.
///     pub enum Colour {
///         /// Red.
///         Red = "RED",
///         /// Pale blue.
///         PaleBlue = "PALE_BLUE",
///     }
/// }
///
/// shape! {
///     /// A ball.
///     pub struct Ball {
///         /// What it is called.
///         name: String = "ballName" => required().bounds(1, 20),
///         /// Its colour.
///         colour: Colour = "colour",
///         /// Where it was kicked.
///         kicks: Vec<String> = "kicks",
///     }
/// }
///
/// let text = r#"{"colour":"GREEN","ballName":"b","kicks":null,"owner":{"name":"c"}}"#;
/// let ball: Ball = serde_json::from_str(text)?;
/// assert_eq!(ball.name(), Some("b"));
/// assert_eq!(ball.colour(), Some(&Colour::Other("GREEN".to_owned())));
/// assert_eq!(ball.kicks, None);
/// assert!(ball.kicks().is_empty());
/// assert_eq!(ball.unknown.len(), 2);
/// assert_eq!(
///     serde_json::to_value(&ball)?,
///     serde_json::from_str::<serde_json::Value>(text)?
/// );
/// assert_eq!(
///     ball.with_colour("RED").with_kicks(["left"]),
///     serde_json::from_str(
///         r#"{"colour":"RED","ballName":"b","kicks":["left"],"owner":{"name":"c"}}"#
///     )?
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! shape {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $(
                $(#[$field_meta:meta])*
                $field:ident : $type:ident $(< $item:ty >)? = $wire:literal
                    $(=> $( $call:ident ( $($argument:expr),* ) ).+ )?
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$field_meta])*
                pub $field: Option<$type $(< $item >)?>,
            )*
            /// What else the document holds: members the API does not know,
            /// `null` members, and values of the wrong type.
            pub unknown: $crate::shape::UnknownMembers,
        }

        impl $name {
            /// The members of this object in the API.
            pub const SHAPE: &'static $crate::shape::Shape = &$crate::shape::Shape::new(
                stringify!($name),
                &[
                    $(
                        $crate::shape::Member::of::<$type $(< $item >)?>($wire)
                            $( $( .$call( $($argument),* ) )+ )?
                    ),*
                ],
                <Self as $crate::shape::FromMap>::position,
            );
        }

        $crate::__paste! {
            $crate::shape!(@methods $name {
                $(
                    $(#[$field_meta])*
                    $field [<with_ $field>] : $type $(< $item >)? = $wire;
                )*
            });
        }
        $crate::shape!(@serde $name { $( $field = $wire ),* });
        $crate::shape!(@structure $name { $( $field = $wire ),* });
    };

    (@methods $name:ident { $( $(#[$meta:meta])* $field:ident $with:ident : $type:ident $(< $item:ty >)? = $wire:literal; )* }) => {
        /// Each member, read and set.
        impl $name {
            $(
                $crate::shape!(@read $(#[$meta])* $field $type $(< $item >)?);
                $crate::shape!(@set $field $with $type $(< $item >)? = $wire);
            )*
        }
    };

    (@read $(#[$meta:meta])* $field:ident Vec < $item:ty >) => {
        $crate::shape!(@read $(#[$meta])* $field -> &[$item]);
    };
    (@read $(#[$meta:meta])* $field:ident String) => {
        $crate::shape!(@read $(#[$meta])* $field -> Option<&str>);
    };
    (@read $(#[$meta:meta])* $field:ident bool) => {
        $crate::shape!(@read $(#[$meta])* $field -> Option<bool>);
    };
    (@read $(#[$meta:meta])* $field:ident Double) => {
        $crate::shape!(@read $(#[$meta])* $field -> Option<f64>);
    };
    (@read $(#[$meta:meta])* $field:ident i32) => {
        $crate::shape!(@read $(#[$meta])* $field -> Option<i32>);
    };
    (@read $(#[$meta:meta])* $field:ident Timestamp) => {
        $crate::shape!(@read $(#[$meta])* $field -> Option<$crate::Timestamp>);
    };
    (@read $(#[$meta:meta])* $field:ident $type:ident) => {
        $crate::shape!(@read $(#[$meta])* $field -> $crate::shape::Read<'_, $type>);
    };
    (@read $(#[$meta:meta])* $field:ident -> $read:ty) => {
        $(#[$meta])*
        #[inline]
        #[must_use]
        pub fn $field(&self) -> $read {
            $crate::shape::MemberType::get(&self.$field)
        }
    };

    (@set $field:ident $with:ident Vec < $item:ty > = $wire:literal) => {
        #[doc = concat!("Sets `", $wire, "`.")]
        #[must_use]
        pub fn $with(mut self, items: impl IntoIterator<Item = impl Into<$item>>) -> Self {
            $crate::shape::set_list(&mut self.$field, &mut self.unknown, $wire, items);
            self
        }
    };
    (@set $field:ident $with:ident $type:ident = $wire:literal) => {
        #[doc = concat!("Sets `", $wire, "`.")]
        #[must_use]
        pub fn $with(mut self, value: impl Into<$type>) -> Self {
            $crate::shape::set(&mut self.$field, &mut self.unknown, $wire, value);
            self
        }
    };

    (@serde $name:ident { $( $field:ident = $wire:literal ),* }) => {
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use ::serde::ser::SerializeMap as _;
                if let Some(value) = self.unknown.instead() {
                    return ::serde::Serialize::serialize(value, serializer);
                }
                let mut map = serializer.serialize_map(None)?;
                $(
                    if let Some(value) = &self.$field {
                        map.serialize_entry($wire, value)?;
                    }
                )*
                $crate::shape::serialize_unknown(self, &mut map)?;
                map.end()
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::shape::deserialize(deserializer)
            }
        }

        const _: () = {
            #[expect(non_camel_case_types, reason = "a position is named by its field")]
            enum Position { $( $field ),* }

            impl $crate::shape::FromMap for $name {
                #[inline(always)]
                fn position(name: &str) -> usize {
                    match name {
                        $( $wire => Position::$field as usize, )*
                        _ => $crate::shape::UNKNOWN,
                    }
                }

                fn read_members<'de, A: ::serde::de::MapAccess<'de>>(
                    &mut self,
                    mut map: A,
                ) -> Result<(), A::Error> {
                    let mut name = ::std::string::String::new();
                    while let Some(at) =
                        $crate::shape::next_position::<Self, A>(&mut name, &mut map)?
                    {
                        let unknown = &mut self.unknown;
                        match at {
                            $(
                                _ if at == Position::$field as usize => {
                                    $crate::shape::next_member(&mut self.$field, $wire, unknown, &mut map)
                                }
                            )*
                            _ => $crate::shape::next_unknown(
                                ::std::mem::take(&mut name), unknown, &mut map,
                            ),
                        }?;
                    }
                    Ok(())
                }
            }
        };
    };

    (@structure $name:ident { $( $field:ident = $wire:literal ),* }) => {
        impl $crate::shape::Structure for $name {
            fn shape(&self) -> &'static $crate::shape::Shape {
                Self::SHAPE
            }

            fn values<'s>(&'s self, with: $crate::shape::WithValues<'_, 's>) {
                with(&[ $( $crate::shape::value_of(&self.$field) ),* ]);
            }

            fn slots(&mut self, with: $crate::shape::WithSlots<'_>) {
                with(&mut [ $( &mut self.$field ),* ], &mut self.unknown);
            }

            fn unknown(&self) -> &$crate::shape::UnknownMembers {
                &self.unknown
            }

            fn empty(&self) -> ::std::boxed::Box<dyn $crate::shape::Structure> {
                ::std::boxed::Box::<Self>::default()
            }
        }

        impl $crate::shape::MemberValue for $name {
            fn view(&self) -> $crate::shape::View<'_> {
                $crate::shape::View::Structure(self)
            }

            fn view_mut(&mut self) -> $crate::shape::ViewMut<'_> {
                $crate::shape::ViewMut::Structure(self)
            }

            fn most_json_bytes(&self) -> usize {
                let bytes = $crate::shape::bytes_of_unknown(&self.unknown);
                $( let bytes = bytes.saturating_add(
                    $crate::shape::bytes_of_member(&self.$field, $wire),
                ); )*
                bytes
            }
        }

        impl $crate::shape::MemberType for $name {
            const KIND: $crate::shape::Kind = $crate::shape::Kind::Structure(Self::SHAPE);

            type Read<'a> = &'a Self;

            #[inline]
            fn get(slot: &Option<Self>) -> &Self {
                const EMPTY: &$name = &$name {
                    $( $field: None, )*
                    unknown: $crate::shape::UnknownMembers::NONE,
                };
                match slot {
                    Some(value) => value,
                    None => EMPTY,
                }
            }

            fn read(
                value: &::serde_json::Value,
                at: &$crate::shape::At<'_>,
                reader: &mut $crate::shape::Reader<'_>,
            ) -> Option<Self> {
                let mut object = Self::default();
                reader.object(&mut object, value, at).then_some(object)
            }

            fn instead_of_object(value: &::serde_json::Value) -> Option<Self> {
                let mut object = Self::default();
                object.unknown = $crate::shape::UnknownMembers::instead_of_object(value.clone());
                Some(object)
            }
        }
    };
}

/// Declares a list of values of the API that AWS may extend.
///
/// A value that is not in the list is kept as `Other`, and every value is
/// written the way the API writes it. `=> guarded_by(&RULE)` behind the name says
/// which rule a value outside of the list breaks.
#[macro_export]
#[doc(hidden)]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident $( => $( $call:ident ( $($argument:expr),* ) ).+ )? {
            $( $(#[$variant_meta:meta])* $variant:ident = $wire:literal ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )*
            /// A value this version of the library does not know, as it was written.
            Other(String),
        }

        impl $name {
            /// The values of the API that this version of the library knows.
            pub const VALUES: &'static [&'static str] = &[ $( $wire ),* ];

            /// The list of these values in the API.
            pub const ENUMERATION: &'static $crate::shape::Enumeration =
                &$crate::shape::Enumeration::new(stringify!($name), Self::VALUES)
                    $( $( .$call( $($argument),* ) )+ )?;

            /// The value as the API writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $wire, )*
                    Self::Other(value) => value,
                }
            }

            fn known(value: &str) -> Option<Self> {
                match value {
                    $( $wire => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl From<&str> for $name {
            fn from(value: &str) -> Self {
                Self::known(value).unwrap_or_else(|| Self::Other(value.to_owned()))
            }
        }

        impl From<String> for $name {
            fn from(value: String) -> Self {
                Self::known(&value).unwrap_or(Self::Other(value))
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct ValueVisitor;

                impl ::serde::de::Visitor<'_> for ValueVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str("a string")
                    }

                    fn visit_str<E: ::serde::de::Error>(self, value: &str) -> Result<$name, E> {
                        Ok($name::from(value))
                    }
                }

                deserializer.deserialize_str(ValueVisitor)
            }
        }

        impl $crate::shape::MemberType for $name {
            const KIND: $crate::shape::Kind = $crate::shape::Kind::Enum(Self::ENUMERATION);

            type Read<'a> = Option<&'a Self>;

            #[inline]
            fn get(slot: &Option<Self>) -> Option<&Self> {
                slot.as_ref()
            }

            fn read(
                value: &::serde_json::Value,
                at: &$crate::shape::At<'_>,
                reader: &mut $crate::shape::Reader<'_>,
            ) -> Option<Self> {
                match value {
                    ::serde_json::Value::String(value) => Some(Self::from(value.as_str())),
                    _ => {
                        reader.wrong_type(at, Self::KIND, value);
                        None
                    }
                }
            }
        }

        impl $crate::shape::MemberValue for $name {
            fn view(&self) -> $crate::shape::View<'_> {
                match self {
                    Self::Other(value) => $crate::shape::View::Unlisted {
                        value,
                        enumeration: Self::ENUMERATION,
                    },
                    _ => $crate::shape::View::Leaf,
                }
            }

            fn most_json_bytes(&self) -> usize {
                match self {
                    Self::Other(value) => $crate::shape::of_text(value),
                    _ => $crate::shape::LEAF_BYTES,
                }
            }
        }
    };
}
