use std::any::Any;
use std::fmt;

use serde_json::Value;

use super::{At, Enumeration, Member, MemberType, Reader, Shape, UnknownMembers};

/// A value of the API: an object, a list, or something without members.
///
/// It is what a walk over a document sees. The Rust type behind it comes back
/// with `downcast_ref`.
pub trait MemberValue: Any + fmt::Debug {
    /// What it is.
    fn view(&self) -> View<'_> {
        View::Leaf
    }

    /// What it is, to be changed.
    fn view_mut(&mut self) -> ViewMut<'_> {
        ViewMut::Leaf
    }

    /// A number of bytes that it does not exceed as JSON without white space: a few times as many as
    /// it takes, and fast to tell.
    fn most_json_bytes(&self) -> usize;
}

impl dyn MemberValue {
    /// The value, if it has this Rust type.
    #[must_use]
    pub fn downcast_ref<T: MemberType>(&self) -> Option<&T> {
        let value: &dyn Any = self;
        value.downcast_ref()
    }
}

/// A look at a [`MemberValue`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum View<'a> {
    /// An object of the API.
    Structure(&'a dyn Structure),
    /// A list.
    List(&'a dyn List),
    /// A string.
    Text(&'a str),
    /// A whole number.
    Number(i64),
    /// A string that is not one of the values of its enumeration.
    Unlisted {
        /// The value, as it is written.
        value: &'a str,
        /// The list.
        enumeration: &'static Enumeration,
    },
    /// A value that has neither members nor bounds.
    Leaf,
}

/// What can be changed inside of a [`MemberValue`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ViewMut<'a> {
    /// An object of the API.
    Structure(&'a mut dyn Structure),
    /// A list.
    List(&'a mut dyn List),
    /// Everything else.
    Leaf,
}

/// A list of the API.
pub trait List: MemberValue {
    /// The number of elements.
    fn len(&self) -> usize;

    /// Whether there is no element.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at `index`, counted from 0.
    fn item(&self, index: usize) -> Option<&dyn MemberValue>;

    /// The element at `index`, to be changed.
    fn item_mut(&mut self, index: usize) -> Option<&mut dyn MemberValue>;
}

/// An object of the API, whichever it is.
///
/// Every type that is declared as a shape is one.
pub trait Structure: MemberValue {
    /// Its shape.
    fn shape(&self) -> &'static Shape;

    /// Hands the values of its members on, in the order of the shape.
    fn values<'s>(&'s self, with: WithValues<'_, 's>);

    /// Hands the places of its members on, in the order of the shape.
    fn slots(&mut self, with: WithSlots<'_>);

    /// What else it holds.
    fn unknown(&self) -> &UnknownMembers;

    /// Another object of the same type without any member.
    fn empty(&self) -> Box<dyn Structure>;
}

/// What takes the values of the members of a [`Structure`].
#[doc(hidden)]
pub type WithValues<'f, 's> = &'f mut dyn FnMut(&[Option<&'s dyn MemberValue>]);

/// What takes the places of the members of a [`Structure`].
#[doc(hidden)]
pub type WithSlots<'f> = &'f mut dyn FnMut(&mut [&mut dyn Slot], &mut UnknownMembers);

/// The place of a member, which may be empty.
pub trait Slot {
    /// The value that stands there.
    fn value_mut(&mut self) -> Option<&mut dyn MemberValue>;

    /// Empties the place; `false` if it is empty already.
    fn clear(&mut self) -> bool;

    /// Fills the place from JSON; `false` if the JSON is not understood.
    fn read(&mut self, value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> bool;
}

impl<T: MemberType> Slot for Option<T> {
    fn value_mut(&mut self) -> Option<&mut dyn MemberValue> {
        Some(self.as_mut()?)
    }

    fn clear(&mut self) -> bool {
        self.take().is_some()
    }

    fn read(&mut self, value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> bool {
        *self = T::read(value, at, reader);
        self.is_some()
    }
}

#[doc(hidden)]
#[inline]
pub fn value_of<T: MemberType>(slot: &Option<T>) -> Option<&dyn MemberValue> {
    match slot {
        Some(value) => Some(value),
        None => None,
    }
}

/// Visits every value below `root`, the outer ones before what they hold.
///
/// ```
/// use ecs_taskdef::shape::walk;
/// use ecs_taskdef::{KeyValuePair, TaskDefinition};
///
/// let task: TaskDefinition = serde_json::from_str(
///     r#"{"containerDefinitions": [{"name": "web", "environment": [{"name": "A"}]}]}"#,
/// )?;
/// let mut found = Vec::new();
/// walk(&task, &mut |at, value| {
///     if let Some(pair) = value.downcast_ref::<KeyValuePair>() {
///         found.push((at.pointer(), pair.name()));
///     }
/// });
/// assert_eq!(found, [("/containerDefinitions/0/environment/0".to_owned(), Some("A"))]);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn walk<'v>(root: &'v dyn Structure, visit: &mut dyn FnMut(&At<'_>, &'v dyn MemberValue)) {
    walk_members(root, &At::ROOT, visit);
}

fn walk_members<'v>(
    object: &'v dyn Structure,
    at: &At<'_>,
    visit: &mut dyn FnMut(&At<'_>, &'v dyn MemberValue),
) {
    let members: &[Member] = object.shape().members;
    object.values(&mut |values| {
        for (member, value) in members.iter().zip(values) {
            if let Some(value) = value {
                walk_value(*value, &at.member(member.name), visit);
            }
        }
    });
}

fn walk_value<'v>(
    value: &'v dyn MemberValue,
    at: &At<'_>,
    visit: &mut dyn FnMut(&At<'_>, &'v dyn MemberValue),
) {
    visit(at, value);
    match value.view() {
        View::Structure(object) => walk_members(object, at, visit),
        View::List(list) => {
            for index in 0..list.len() {
                if let Some(item) = list.item(index) {
                    walk_value(item, &at.item(index), visit);
                }
            }
        }
        _ => {}
    }
}
