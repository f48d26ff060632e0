//! The shapes of the API: what each object may hold, declared once.
//!
//! Every noun of this crate is declared with one macro, and from the
//! declaration follow its fields, its JSON in both directions, its table of
//! members and the check of a value against that table. The tables are public
//! as [`Shape`] because tools want them: a form, a schema, a generator.
//!
//! # Setting and reading members
//!
//! AWS adds members to its shapes every month, so every structure is
//! `#[non_exhaustive]`: it starts as `default()`, without any member. Every member
//! has a field, a method that sets it and a method that reads it.
//!
//! - The field is an `Option`: it tells an absent member from an empty one. A
//!   member written as `null` is absent, and the `null` stands in `unknown`.
//! - `with_` and the name of the field sets the member and gives the object
//!   back. It takes whatever turns into the type: `&str` for a string or for a
//!   value of an enumeration, an array, a `Vec` or an iterator for a list, an
//!   array of pairs for a map. An empty list names its elements:
//!   `Vec::<String>::new()`. A `null` that stood there is gone.
//! - The method called like the field reads the member, as [`Read`] says. An
//!   absent structure, list or map reads as an empty one, so that a chain of
//!   methods needs no `Option` on its way. Everything else reads as an
//!   `Option`: an absent exit code is not 0, and no default is put in the place
//!   of an absent value.
//!
//! ```
//! use ecs_taskdef::{ContainerDefinition, HealthCheck, LinuxParameters, Tmpfs};
//!
//! let web = ContainerDefinition::default()
//!     .with_name("web")
//!     .with_cpu(256)
//!     .with_links(["db", "cache"])
//!     .with_docker_labels([("team", "shop")])
//!     .with_linux_parameters(
//!         LinuxParameters::default()
//!             .with_tmpfs([Tmpfs::default().with_container_path("/run").with_size(16)]),
//!     );
//!
//! assert_eq!(web.name(), Some("web"));
//! assert_eq!(web.links(), ["db", "cache"]);
//! assert_eq!(web.docker_labels().get("team"), Some("shop"));
//! assert_eq!(web.linux_parameters().tmpfs()[0].size(), Some(16));
//!
//! // What is absent reads as empty; the field tells the difference.
//! assert!(web.health_check().command().is_empty());
//! assert_eq!(web.health_check, None);
//! let checked = web.with_health_check(HealthCheck::default());
//! assert!(checked.health_check().command().is_empty());
//! assert_eq!(checked.health_check, Some(HealthCheck::default()));
//! ```

mod at;
mod bound;
mod check;
mod declare;
mod enumeration;
mod json;
mod meaning;
mod member_type;
mod pairs;
mod structure;
mod unknown;

pub use at::At;
pub(crate) use bound::of_object;
#[doc(hidden)]
pub use bound::{LEAF_BYTES, bytes_of_member, bytes_of_unknown, of_text};
pub use check::{check, check_documented, take_nulls};
pub use enumeration::Enumeration;
#[doc(hidden)]
pub use json::{
    FromMap, UNKNOWN, deserialize, next_member, next_position, next_unknown, serialize_unknown,
};
pub use meaning::{Constant, Elements};
pub use member_type::{MemberType, Read, Reader};
#[doc(hidden)]
pub use member_type::{set, set_list};
pub(crate) use pairs::Pairs;
pub use structure::{List, MemberValue, Slot, Structure, View, ViewMut, walk};
#[doc(hidden)]
pub use structure::{WithSlots, WithValues, value_of};
pub use unknown::UnknownMembers;

use serde_json::{Map, Value};

/// An object of the API: its name there and its members.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The name of the shape in the API model.
    pub name: &'static str,
    /// The members in the order of the API model.
    pub members: &'static [Member],
    /// Whether every object of known members is right.
    is_free: bool,
    position: fn(&str) -> usize,
}

impl Shape {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        name: &'static str,
        members: &'static [Member],
        position: fn(&str) -> usize,
    ) -> Self {
        let (mut is_free, mut rest) = (true, members);
        while let [member, others @ ..] = rest {
            is_free = is_free && member.is_free && !member.required;
            rest = others;
        }
        Self {
            name,
            members,
            is_free,
            position,
        }
    }

    /// The member written as `name` in JSON.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.position(name).map(|(_, member)| member)
    }

    /// Where the member written as `name` stands among the members.
    fn position(&self, name: &str) -> Option<(usize, &'static Member)> {
        let index = (self.position)(name);
        Some((index, self.members.get(index)?))
    }
}

/// A member of a [`Shape`].
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The name in JSON.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether the API refuses the object without it.
    pub required: bool,
    /// The bounds of the API model.
    pub limits: Limits,
    /// Bounds that the documents give and the API model does not.
    pub documented: Limits,
    /// How AWS understands the elements of a list.
    pub elements: Elements,
    /// What an absent member means.
    pub default: Option<Constant>,
    /// Whether AWS writes the default out in what it describes.
    pub is_default_written: bool,
    /// Whether AWS fills the member in and does not take it from others.
    pub describe_only: bool,
    /// Whether every value of the type is right.
    is_free: bool,
}

impl Member {
    /// A member that may be absent and has no bounds.
    #[must_use]
    pub const fn of<T: MemberType>(name: &'static str) -> Self {
        Self {
            name,
            kind: T::KIND,
            required: false,
            limits: Limits::NONE,
            documented: Limits::NONE,
            elements: Elements::Sequence,
            default: None,
            is_default_written: false,
            describe_only: false,
            is_free: T::KIND.is_free(),
        }
    }

    /// The API refuses the object without this member.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Bounds, both included: of the value of a number, of the characters of a
    /// string, of the elements of a list.
    #[must_use]
    pub const fn bounds(mut self, min: i64, max: i64) -> Self {
        self.limits.min = Some(min);
        self.limits.max = Some(max);
        self.is_free = false;
        self
    }

    /// The least value, both of a number and of a length.
    #[must_use]
    pub const fn at_least(mut self, min: i64) -> Self {
        self.limits.min = Some(min);
        self.is_free = false;
        self
    }

    /// Bounds, both included, that only the documents give.
    #[must_use]
    pub const fn documented(self, min: i64, max: i64) -> Self {
        self.documented_at_least(min).documented_at_most(max)
    }

    /// The least value or length, which only the documents give.
    #[must_use]
    pub const fn documented_at_least(mut self, min: i64) -> Self {
        self.documented.min = Some(min);
        self
    }

    /// The greatest value or length, which only the documents give.
    #[must_use]
    pub const fn documented_at_most(mut self, max: i64) -> Self {
        self.documented.max = Some(max);
        self
    }

    /// The regular expression of the API model, as text.
    #[must_use]
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.limits.pattern = Some(pattern);
        self
    }
}

/// What a member holds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// A number with a fraction.
    Double,
    /// A string.
    String,
    /// A string out of a list that AWS extends from time to time.
    Enum(&'static Enumeration),
    /// Seconds since 1970 as a number; ISO 8601 is read as well.
    Timestamp,
    /// An object.
    Structure(&'static Shape),
    /// A list of one kind.
    List(&'static Self),
    /// An object with free names and values of one kind.
    Map(&'static Self),
    /// Any JSON.
    Document,
}

impl Kind {
    /// The kind in words, with its article: `an integer`.
    #[must_use]
    pub const fn describe(&self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::Integer | Self::Long => "an integer",
            Self::Double => "a number",
            Self::String | Self::Enum(_) => "a string",
            Self::Timestamp => "a timestamp",
            Self::Structure(_) | Self::Map(_) => "an object",
            Self::List(_) => "a list",
            Self::Document => "any value",
        }
    }
}

impl Kind {
    /// Whether every value is right, where there are no bounds.
    const fn is_free(&self) -> bool {
        match self {
            Self::Structure(_) | Self::Enum(_) => false,
            Self::List(items) => items.is_free(),
            _ => true,
        }
    }

    /// An empty value to fill in: every member of an object, one element of a
    /// list, the first value of an enumeration.
    #[must_use]
    pub fn skeleton(&self) -> Value {
        match self {
            Self::Boolean => Value::Bool(true),
            Self::Integer | Self::Long | Self::Double | Self::Timestamp => Value::from(0),
            Self::String | Self::Document => Value::from(""),
            Self::Enum(list) => Value::from(list.values.first().copied().unwrap_or_default()),
            Self::Structure(shape) => {
                let members = shape.members.iter();
                let empty = members.map(|member| (member.name.to_owned(), member.kind.skeleton()));
                Value::Object(empty.collect())
            }
            Self::List(items) => Value::Array(vec![items.skeleton()]),
            Self::Map(values) => {
                Value::Object(Map::from_iter([("KeyName".to_owned(), values.skeleton())]))
            }
        }
    }
}

/// The bounds of a member in the API model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The least value, length or count.
    pub min: Option<i64>,
    /// The greatest value, length or count.
    pub max: Option<i64>,
    /// A regular expression, as the API model writes it.
    pub pattern: Option<&'static str>,
}

impl Limits {
    /// No bounds at all.
    pub const NONE: Self = Self {
        min: None,
        max: None,
        pattern: None,
    };
}

/// What a bound of a [`Limits`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Measure {
    /// The value of a number.
    Value,
    /// The characters of a string.
    Characters,
    /// The elements of a list.
    Items,
}

/// A difference between a value and its shape.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ShapeFault<'a> {
    /// A required member is absent.
    Missing {
        /// The name of the member.
        member: &'static str,
    },
    /// A member the shape does not have.
    Unknown {
        /// The name of the member.
        member: &'a str,
        /// The shape it was found in.
        shape: &'static Shape,
    },
    /// A member of the shape written as `null`.
    Null {
        /// The name of the member.
        member: &'a str,
    },
    /// A value of another type.
    WrongType {
        /// What the shape wants.
        expected: Kind,
        /// What was found.
        found: &'a Value,
    },
    /// A number that does not fit into the integer of the API.
    TooLarge {
        /// What was found.
        found: &'a Value,
    },
    /// A value of another type that was taken for the right one.
    Converted {
        /// What the shape wants.
        expected: Kind,
        /// What was found.
        found: &'a Value,
    },
    /// A string that is not one of the values of its enumeration.
    NotInEnum {
        /// The value found.
        value: &'a str,
        /// The list.
        enumeration: &'static Enumeration,
    },
    /// A value, length or count outside of its bounds.
    OutOfBounds {
        /// What is counted.
        measure: Measure,
        /// How much it is.
        actual: i64,
        /// The bounds.
        limits: Limits,
    },
}
