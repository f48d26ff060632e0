use std::fmt;

/// A place in a document, as a chain of steps on the stack.
///
/// Walking a document costs nothing this way; the JSON Pointer (RFC 6901) is
/// written only when something is found.
///
/// ```
/// use ecs_taskdef::shape::At;
///
/// let root = At::ROOT;
/// let containers = root.member("containerDefinitions");
/// assert_eq!(containers.item(0).member("cpu").pointer(), "/containerDefinitions/0/cpu");
/// assert_eq!(root.member("a/b~c").to_string(), "/a~1b~0c");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    parent: Option<&'a Self>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Member(&'a str),
    Item(usize),
}

impl At<'static> {
    /// The whole document.
    pub const ROOT: Self = Self {
        parent: None,
        step: Step::Root,
    };
}

impl<'a> At<'a> {
    /// The member of this object called `name`.
    #[must_use]
    pub const fn member(&'a self, name: &'a str) -> Self {
        At {
            parent: Some(self),
            step: Step::Member(name),
        }
    }

    /// The element of this list at `index`, counted from 0.
    #[must_use]
    pub const fn item(&'a self, index: usize) -> Self {
        At {
            parent: Some(self),
            step: Step::Item(index),
        }
    }
}

impl At<'_> {
    /// The JSON Pointer (RFC 6901) to the place; the same as `to_string`, and faster.
    #[must_use]
    pub fn pointer(&self) -> String {
        /// Room for most places in a task definition.
        const LENGTH: usize = 64;
        let mut pointer = String::with_capacity(LENGTH);
        self.push_to(&mut pointer);
        pointer
    }

    fn push_to(&self, pointer: &mut String) {
        let Some(parent) = self.parent else { return };
        parent.push_to(pointer);
        pointer.push('/');
        match self.step {
            Step::Root => {}
            Step::Item(index) => push_index(pointer, index),
            Step::Member(name) => push_escaped(pointer, name),
        }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pointer())
    }
}

fn push_index(pointer: &mut String, index: usize) {
    match u32::try_from(index)
        .ok()
        .and_then(|index| char::from_digit(index, 10))
    {
        Some(digit) => pointer.push(digit),
        None => pointer.push_str(&index.to_string()),
    }
}

fn push_escaped(pointer: &mut String, name: &str) {
    if !name.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        return pointer.push_str(name);
    }
    for letter in name.chars() {
        match letter {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(letter),
        }
    }
}
