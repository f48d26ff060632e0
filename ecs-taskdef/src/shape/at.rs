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
        // A string takes every text.
        let _ = self.write_to(&mut pointer);
        pointer
    }

    fn write_to<W: fmt::Write>(&self, out: &mut W) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.write_to(out)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Item(index) => write!(out, "/{index}"),
            Step::Member(name) => {
                out.write_char('/')?;
                write_escaped(out, name)
            }
        }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

fn write_escaped<W: fmt::Write>(out: &mut W, name: &str) -> fmt::Result {
    if !name.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        return out.write_str(name);
    }
    name.chars().try_for_each(|letter| match letter {
        '~' => out.write_str("~0"),
        '/' => out.write_str("~1"),
        _ => out.write_char(letter),
    })
}
