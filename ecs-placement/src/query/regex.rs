//! Regular expressions as Java writes them, as far as the `regex` crate reads them alike.

use regex::Regex;

/// What is wrong with a pattern, and what the `regex` crate says of it.
type Refusal = (String, Option<regex::Error>);

/// Reads a pattern that has to match a whole text.
pub(super) fn parse(pattern: &str) -> Result<Regex, Refusal> {
    if let Some(name) = foreign(pattern) {
        let message = format!("`{pattern}` has {name}, which is not supported");
        return Err((message, None));
    }
    // Read alone first: a pattern must not close the group that anchors it.
    Regex::new(pattern)
        .and_then(|_| Regex::new(&format!("^(?:{pattern})$")))
        .map_err(|error| {
            let message = format!("`{pattern}` is not a regular expression that is supported");
            (message, Some(error))
        })
}

/// The first thing that Java and the `regex` crate do not both have, or have otherwise.
fn foreign(pattern: &str) -> Option<&'static str> {
    let mut rest = pattern;
    let mut classes = 0_usize;
    let mut before = Before::Other;
    while let Some(c) = rest.chars().next() {
        let found = match c {
            '\\' => escape(rest),
            '[' if rest.starts_with("[:") && classes > 0 => Some("a POSIX bracket class"),
            '(' if classes == 0 => group(rest),
            _ if classes > 0 => set_operation(rest),
            _ => quantifier(rest, before),
        };
        if found.is_some() {
            return found;
        }
        match c {
            '[' => classes += 1,
            ']' => classes = classes.saturating_sub(1),
            _ => {}
        }
        before = match c {
            _ if classes > 0 => Before::Other,
            '*' | '+' | '}' => Before::Quantifier,
            '?' if matches!(before, Before::Quantifier) => Before::Lazy,
            '?' => Before::Quantifier,
            _ => Before::Other,
        };
        let length = if c == '\\' {
            escaped(rest)
        } else {
            c.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    None
}

/// What stands before a sign.
#[derive(Clone, Copy)]
enum Before {
    Quantifier,
    /// A quantifier and its `?`.
    Lazy,
    Other,
}

/// The length of an escape: the backslash and what it escapes.
fn escaped(rest: &str) -> usize {
    let length = rest.chars().take(2).map(char::len_utf8).sum();
    // The braces of a class such as `\p{Lu}` are no quantifier.
    match rest.get(1..).and_then(|escape| escape.chars().next()) {
        Some('p' | 'P' | 'x' | 'u') => {
            let braces = rest.get(2..).filter(|rest| rest.starts_with('{'));
            let end = braces.and_then(|braces| braces.find('}'));
            end.map_or(length, |end| length + end + 1)
        }
        _ => length,
    }
}

fn escape(rest: &str) -> Option<&'static str> {
    let mut chars = rest.get(1..)?.chars();
    let name = match (chars.next()?, chars.as_str()) {
        ('Q' | 'E', _) => "quoting by `\\Q` and `\\E`",
        ('1'..='9' | 'k', _) => "a back-reference",
        ('0', _) => "an octal escape",
        ('c', _) => "a control character by `\\c`",
        ('N', _) => "a character by name",
        ('G', _) => "`\\G`",
        ('Z', _) => "`\\Z`",
        ('R', _) => "`\\R`",
        ('X', _) => "`\\X`",
        ('h' | 'H', _) => "`\\h`",
        ('v' | 'V', _) => "`\\v`",
        ('e', _) => "`\\e`",
        ('<' | '>', _) => "an escaped `<` or `>`",
        ('b', after) if after.starts_with('{') => "a boundary by name",
        ('p' | 'P', after) if after.starts_with("{In") => "a Unicode block",
        ('p' | 'P', after) if after.starts_with("{java") => "a class of `java.lang.Character`",
        _ => return None,
    };
    Some(name)
}

fn group(rest: &str) -> Option<&'static str> {
    let inner = rest.strip_prefix("(?")?;
    let name = match inner.chars().next()? {
        '=' | '!' => "look-ahead",
        '<' if inner.starts_with("<=") || inner.starts_with("<!") => "look-behind",
        '>' => "an atomic group",
        'P' => "a group named by `(?P`",
        '<' => return None,
        _ => {
            let mut flags = inner.chars().take_while(|c| !matches!(c, ')' | ':'));
            return flags.find_map(flag);
        }
    };
    Some(name)
}

fn flag(flag: char) -> Option<&'static str> {
    match flag {
        'd' => Some("the flag `d`"),
        'x' => Some("the flag `x`"),
        'U' => Some("the flag `U`"),
        'R' => Some("the flag `R`"),
        _ => None,
    }
}

/// Inside of brackets.
fn set_operation(rest: &str) -> Option<&'static str> {
    let has = |operator| rest.starts_with(operator);
    (has("--") || has("~~")).then_some("a difference of classes")
}

fn quantifier(rest: &str, before: Before) -> Option<&'static str> {
    let quantifies = |c| matches!(c, '*' | '+' | '?' | '{');
    match (before, rest.chars().next()?) {
        (Before::Quantifier, '+') => Some("a possessive quantifier"),
        (Before::Quantifier, '?') => None,
        (Before::Quantifier | Before::Lazy, c) if quantifies(c) => {
            Some("a quantifier of a quantifier")
        }
        (_, '{') if rest.starts_with("{,") => Some("a quantifier without a least number"),
        _ => None,
    }
}
