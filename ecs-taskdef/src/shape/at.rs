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
/// assert_eq!(containers.item(0).member("cpu").to_string(), "/containerDefinitions/0/cpu");
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

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Item(index) => write!(f, "/{index}"),
            Step::Member(name) => {
                f.write_str("/")?;
                write_escaped(f, name)
            }
        }
    }
}

fn write_escaped(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    if !name.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        return f.write_str(name);
    }
    for (index, part) in name.split('~').enumerate() {
        if index > 0 {
            f.write_str("~0")?;
        }
        for (index, part) in part.split('/').enumerate() {
            if index > 0 {
                f.write_str("~1")?;
            }
            f.write_str(part)?;
        }
    }
    Ok(())
}
