//! Where things are in a JSON text. The text has been read as JSON before, so
//! nothing here has to complain.

use std::borrow::Cow;
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
    /// The line and the column of a byte of a text, or of its end if the text is shorter.
    #[must_use]
    pub fn of(text: &str, offset: usize) -> Self {
        Lines::of(text).position(offset)
    }
}

/// A text and where its lines begin.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let later = text.match_indices('\n').map(|(newline, _)| newline + 1);
        let starts = std::iter::once(0).chain(later).collect();
        Self { text, starts }
    }

    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.wrapping_sub(1)).copied();
        let before = self.text.get(start.unwrap_or_default()..offset);
        Position {
            line,
            column: before.unwrap_or_default().chars().count() + 1,
            offset,
        }
    }
}

/// The bytes at which the values begin that the paths lead to; of a path that leads to nothing,
/// that of the last value on the way.
pub(super) fn locate(
    text: &str,
    paths: &[Vec<String>],
    is_member: &dyn Fn(&str, &str) -> bool,
) -> Vec<usize> {
    let mut found = vec![0; paths.len()];
    let whole: Vec<Path<'_>> = paths.iter().map(Vec::as_slice).enumerate().collect();
    locate_from(&mut Scanner::new(text, 0), &whole, is_member, &mut found);
    found
}

/// The rest of a path, and which one it is.
type Path<'p> = (usize, &'p [String]);

/// Follows paths from the value here on, and goes over it. The last one of several members with
/// the same name is the one that counts, so that it is simply found again.
fn locate_from(
    scanner: &mut Scanner<'_>,
    paths: &[Path<'_>],
    is_member: &dyn Fn(&str, &str) -> bool,
    found: &mut [usize],
) {
    let at = scanner.skip_space();
    for (index, _) in paths {
        if let Some(place) = found.get_mut(*index) {
            *place = at;
        }
    }
    let ahead: Vec<(usize, &str, &[String])> = paths
        .iter()
        .filter_map(|(index, path)| {
            let (step, rest) = path.split_first()?;
            Some((*index, step.as_str(), rest))
        })
        .collect();
    if ahead.is_empty() {
        return scanner.skip_value();
    }
    scanner.children(|name, index, scanner| {
        let leads_here = |step: &str| match name {
            Some(name) => is_member(name, step),
            None => step.parse() == Ok(index),
        };
        let here: Vec<Path<'_>> = ahead
            .iter()
            .filter(|(_, step, _)| leads_here(step))
            .map(|&(index, _, rest)| (index, rest))
            .collect();
        locate_from(scanner, &here, is_member, found);
    });
}

/// The steps to every member that its object has had before.
pub(super) fn duplicates(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut pending = vec![(Scanner::new(text, 0).skip_space(), Vec::new())];
    while let Some((offset, steps)) = pending.pop() {
        let mut names = HashSet::new();
        let mut repeated = HashSet::new();
        Scanner::new(text, offset).children(|name, index, scanner| {
            let offset = scanner.skip_space();
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
            scanner.skip_value();
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

    /// Goes over the value here. Of a list or an object each element or member is visited, with
    /// its name and its index; the visit goes over the value.
    fn children(&mut self, mut visit: impl FnMut(Option<&str>, usize, &mut Self)) {
        let is_object = self.accept(b'{');
        if !is_object && !self.accept(b'[') {
            return self.skip_value();
        }
        let mut index = 0;
        while !self.accept(b'}') && !self.accept(b']') && self.peek().is_some() {
            let name = is_object.then(|| self.string());
            if is_object {
                self.accept(b':');
            }
            visit(name.as_deref(), index, self);
            self.accept(b',');
            index += 1;
        }
    }

    /// Goes over a string and gives back what it says.
    fn string(&mut self) -> Cow<'t, str> {
        let start = self.skip_space();
        self.skip_string();
        let text: &'t str = self.text;
        let written = text.get(start..self.offset).unwrap_or_default();
        match written.contains('\\') {
            true => serde_json::from_str(written).unwrap_or_default(),
            false => Cow::Borrowed(written.trim_matches('"')),
        }
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
        let offsets = locate(TEXT, &[steps], &|written, name| written == name);
        let position = Position::of(TEXT, offsets[0]);
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
            locate(text, &[vec!["a".to_owned()]], &|written, name| written
                == name),
            [11]
        );
    }
}
