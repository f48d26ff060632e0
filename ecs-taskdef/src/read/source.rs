//! Where things are in a JSON text. The text has been read as JSON before, so
//! nothing here has to complain.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

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

/// A text and how far its lines have been counted. Places that are asked for in their order cost
/// one pass together.
pub(super) struct Lines<'t> {
    text: &'t str,
    line: usize,
    start: usize,
    offset: usize,
}

impl<'t> Lines<'t> {
    pub(super) const fn of(text: &'t str) -> Self {
        Self {
            text,
            line: 1,
            start: 0,
            offset: 0,
        }
    }

    pub(super) fn position(&mut self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        if offset < self.offset {
            *self = Self::of(self.text);
        }
        let between = self.text.as_bytes().get(self.offset..offset);
        let between = between.unwrap_or_default();
        let is_newline = |byte: &u8| *byte == b'\n';
        if let Some(last) = between.iter().rposition(is_newline) {
            // No text has more lines than bytes, and so nothing wraps; a sum that might panic
            // would be several times slower.
            let count = |lines: usize, byte| lines.wrapping_add(usize::from(is_newline(byte)));
            self.line = between.iter().fold(self.line, count);
            self.start = self.offset + last + 1;
        }
        self.offset = offset;
        let before = self.text.get(self.start..offset).unwrap_or_default();
        Position {
            line: self.line,
            column: before.chars().count() + 1,
            offset,
        }
    }
}

/// The places in a text that are looked for, by the steps that lead to them.
#[derive(Default)]
pub(super) struct Places<'p> {
    inner: BTreeMap<Cow<'p, str>, Self>,
    /// Which of the paths end here.
    ends: Vec<usize>,
    /// Where the value stands, once it is found.
    span: Option<Range<usize>>,
}

impl<'p> Places<'p> {
    /// The places to which the paths lead.
    pub(super) fn of<P: IntoIterator<Item = Cow<'p, str>>>(
        paths: impl IntoIterator<Item = P>,
    ) -> Self {
        let mut places = Self::default();
        for (index, path) in paths.into_iter().enumerate() {
            let steps = path.into_iter();
            let end = steps.fold(&mut places, |place, step| {
                place.inner.entry(step).or_default()
            });
            end.ends.push(index);
        }
        places
    }

    /// Where the values stand that the paths lead to, with the numbers of the paths, in the order
    /// of the text; of a path that leads to nothing, that of the last value on the way.
    pub(super) fn locate(mut self, text: &str) -> Vec<(Range<usize>, usize)> {
        self.find(&mut Scanner::new(text, 0));
        let mut found = Vec::new();
        self.collect(&(0..0), &mut found);
        found.sort_unstable_by_key(|(span, index)| (span.start, *index));
        found
    }

    /// Follows the paths from the value here on, and goes over it.
    fn find(&mut self, scanner: &mut Scanner<'_>) {
        let start = scanner.skip_space();
        if self.span.is_some() {
            // The last one of several members with the same name is the one that counts.
            self.inner.values_mut().for_each(Self::forget);
        }
        if self.inner.is_empty() {
            scanner.skip_value();
        } else {
            scanner.children(|name, index, scanner| {
                let place = match &name {
                    None => self.inner.get_mut(index.to_string().as_str()),
                    Some(name) => self.inner.get_mut(name.as_ref()),
                };
                match place {
                    Some(place) => place.find(scanner),
                    None => scanner.skip_value(),
                }
            });
        }
        let value = scanner.text.get(start..scanner.offset).unwrap_or_default();
        self.span = Some(start..start + value.trim_ascii_end().len());
    }

    fn forget(&mut self) {
        self.span = None;
        self.inner.values_mut().for_each(Self::forget);
    }

    fn collect(&self, outer: &Range<usize>, found: &mut Vec<(Range<usize>, usize)>) {
        let span = self.span.as_ref().unwrap_or(outer);
        found.extend(self.ends.iter().map(|index| (span.clone(), *index)));
        for place in self.inner.values() {
            place.collect(span, found);
        }
    }
}

/// The name of the first member of an object.
pub(super) fn first_member(text: &str) -> Option<Cow<'_, str>> {
    let mut scanner = Scanner::new(text, 0);
    let has_members = scanner.accept(b'{') && !scanner.accept(b'}');
    has_members.then(|| scanner.string())
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

    /// The text from here on.
    fn rest(&self) -> &'t [u8] {
        let text: &'t str = self.text;
        text.as_bytes().get(self.offset..).unwrap_or_default()
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
    fn children(&mut self, mut visit: impl FnMut(Option<Cow<'t, str>>, usize, &mut Self)) {
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
            visit(name, index, self);
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
        let mut bytes = self.rest().iter();
        bytes.next();
        skip_to_quote(&mut bytes);
        self.offset = self.text.len() - bytes.len();
    }

    fn skip_value(&mut self) {
        self.skip_space();
        match self.peek() {
            Some(b'"') => self.skip_string(),
            Some(b'{' | b'[') => self.skip_nested(),
            _ => {
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']');
                let rest = self.rest();
                self.offset += rest.iter().position(ends).unwrap_or(rest.len());
            }
        }
    }

    /// Goes over the list or the object here.
    fn skip_nested(&mut self) {
        let mut bytes = self.rest().iter();
        let mut depth = 0_usize;
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => skip_to_quote(&mut bytes),
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        self.offset = self.text.len() - bytes.len();
    }
}

/// Goes on behind the end of the string.
fn skip_to_quote(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "{\r\n  \"a\": [1, {\"é\\\"\": \"x}]\", \"b\": true}],\n  \"c\": {\"d\": null}\n}";

    fn located(text: &str, paths: &[&[&str]]) -> Vec<(usize, usize)> {
        let paths = paths
            .iter()
            .map(|steps| steps.iter().map(|step| (*step).into()));
        let found = Places::of(paths).locate(text).into_iter();
        found.map(|(span, index)| (span.start, index)).collect()
    }

    fn at(steps: &[&str]) -> (usize, usize) {
        let position = Position::of(TEXT, located(TEXT, &[steps])[0].0);
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
    fn the_last_duplicate_is_the_one_that_counts() {
        let text = r#"{"a":{"b":1,"c":1},"d":{"e":3},"a":{"b":2}}"#;
        let paths: [&[&str]; 6] = [&["a", "b"], &["d"], &["a"], &["a", "c"], &["a", "b"], &[]];
        assert_eq!(
            located(text, &paths),
            [(0, 5), (23, 1), (35, 2), (35, 3), (40, 0), (40, 4)]
        );
    }

    #[test]
    fn lines_are_counted_in_any_order() {
        let mut lines = Lines::of(TEXT);
        for offset in [0, 40, 3, TEXT.len(), TEXT.len() + 9, 12] {
            let position = lines.position(offset);
            let before = TEXT.get(..position.offset).unwrap();
            let last = before.rsplit('\n').next().unwrap();
            assert_eq!(position.line, before.matches('\n').count() + 1);
            assert_eq!(position.column, last.chars().count() + 1);
        }
    }

    #[test]
    fn the_first_member_has_a_name() {
        assert_eq!(first_member(" { \"a\\u0062\" : 1}").as_deref(), Some("ab"));
        for text in ["{ }", "[{\"a\": 1}]", "\"a\"", "", "{"] {
            assert_eq!(
                first_member(text).filter(|name| !name.is_empty()),
                None,
                "{text}"
            );
        }
    }
}
