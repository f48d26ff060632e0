//! Where things are in a JSON text. The text has been read as JSON before, so
//! nothing here has to complain.

use std::collections::HashSet;

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// The byte in the text, counted from 0.
    pub offset: usize,
}

impl Position {
    /// The line and the column of a byte.
    pub(super) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let in_line = before.get(line_start..).unwrap_or_default();
        Self {
            line: before.matches('\n').count() + 1,
            column: in_line.chars().count() + 1,
            offset,
        }
    }
}

/// The byte at which the value begins that the steps lead to, or the last
/// value on the way when they lead to nothing.
pub(super) fn locate(
    text: &str,
    steps: &[String],
    is_member: impl Fn(&str, &str) -> bool,
) -> usize {
    let mut at = Scanner::new(text, 0).skip_space();
    for step in steps {
        let mut found = None;
        Scanner::new(text, at).children(|name, index, offset| {
            let here = match name {
                Some(name) => is_member(name, step),
                None => step.parse() == Ok(index),
            };
            // The last one of the same name is the one that counts.
            if here {
                found = Some(offset);
            }
        });
        match found {
            Some(offset) => at = offset,
            None => return at,
        }
    }
    at
}

/// The steps to every member that its object has had before.
pub(super) fn duplicates(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut pending = vec![(Scanner::new(text, 0).skip_space(), Vec::new())];
    while let Some((offset, steps)) = pending.pop() {
        let mut names = HashSet::new();
        let mut repeated = HashSet::new();
        Scanner::new(text, offset).children(|name, index, offset| {
            let step = name.map_or_else(|| index.to_string(), str::to_owned);
            let mut inner: Vec<String> = steps.clone();
            inner.push(step);
            if let Some(name) = name
                && !names.insert(name.to_owned())
                && repeated.insert(name.to_owned())
            {
                found.push(inner.clone());
            }
            if text
                .get(offset..)
                .is_some_and(|rest| rest.starts_with(['{', '[']))
            {
                pending.push((offset, inner));
            }
        });
    }
    found.sort();
    found
}

struct Scanner<'t> {
    text: &'t str,
    offset: usize,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str, offset: usize) -> Self {
        Self { text, offset }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    /// Goes over white space and gives back where it ends.
    fn skip_space(&mut self) -> usize {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.offset += 1;
        }
        self.offset
    }

    /// Goes over the byte if it is the next one.
    fn accept(&mut self, byte: u8) -> bool {
        self.skip_space();
        let next = self.peek() == Some(byte);
        self.offset += usize::from(next);
        next
    }

    /// Visits the elements of the list or the members of the object here: the
    /// name, the index and where the value begins.
    fn children(&mut self, mut visit: impl FnMut(Option<&str>, usize, usize)) {
        let is_object = self.accept(b'{');
        if !is_object && !self.accept(b'[') {
            return;
        }
        let mut index = 0;
        while !self.accept(b'}') && !self.accept(b']') && self.peek().is_some() {
            let name = is_object.then(|| self.string());
            if is_object {
                self.accept(b':');
            }
            let offset = self.skip_space();
            visit(name.as_deref(), index, offset);
            self.skip_value();
            self.accept(b',');
            index += 1;
        }
    }

    /// Goes over a string and gives back what it says.
    fn string(&mut self) -> String {
        let start = self.skip_space();
        self.skip_string();
        let written = self.text.get(start..self.offset).unwrap_or_default();
        serde_json::from_str(written).unwrap_or_default()
    }

    fn skip_string(&mut self) {
        self.offset += 1;
        while let Some(byte) = self.peek() {
            self.offset += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
    }

    fn skip_value(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.skip_string();
                    if depth == 0 {
                        return;
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => return,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        self.offset += 1;
                        return;
                    }
                }
                b',' if depth == 0 => return,
                _ => {}
            }
            self.offset += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "{\r\n  \"a\": [1, {\"é\\\"\": \"x}]\", \"b\": true}],\n  \"c\": {\"d\": null}\n}";

    fn at(steps: &[&str]) -> (usize, usize) {
        let steps: Vec<String> = steps.iter().map(|step| (*step).to_owned()).collect();
        let offset = locate(TEXT, &steps, |written, name| written == name);
        let position = Position::of(TEXT, offset);
        (position.line, position.column)
    }

    #[test]
    fn values_are_found() {
        assert_eq!(at(&[]), (1, 1));
        assert_eq!(at(&["a"]), (2, 8));
        assert_eq!(at(&["a", "0"]), (2, 9));
        assert_eq!(at(&["a", "1"]), (2, 12));
        assert_eq!(at(&["a", "1", "é\""]), (2, 20));
        assert_eq!(at(&["a", "1", "b"]), (2, 32));
        assert_eq!(at(&["c", "d"]), (3, 14));
    }

    #[test]
    fn what_is_not_there_is_where_its_parent_is() {
        assert_eq!(at(&["x"]), (1, 1));
        assert_eq!(at(&["a", "7"]), (2, 8));
        assert_eq!(at(&["c", "d", "e"]), (3, 14));
    }

    #[test]
    fn duplicates_are_found_at_every_depth() {
        let text = r#"{"a":1,"b":[{"c":1,"c":[],"c":2}],"a":{"d":{"e":1,"e":1}}}"#;
        let found: Vec<String> = duplicates(text)
            .iter()
            .map(|steps| steps.join("."))
            .collect();
        assert_eq!(found, ["a", "a.d.e", "b.0.c"]);
    }

    #[test]
    fn the_last_duplicate_is_the_one_that_counts() {
        let text = r#"{"a":1,"a":2}"#;
        assert_eq!(
            locate(text, &["a".to_owned()], |written, name| written == name),
            11
        );
    }
}
