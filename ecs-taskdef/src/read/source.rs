//! Where things are in a JSON text. The text has been read as JSON before, so
//! nothing here has to complain.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use super::unescaped;

/// Where the values stand that the pointers lead to, in the order of the pointers; of a pointer that
/// leads to nothing, the last value on the way.
pub(super) fn locate(text: &str, pointers: &[&str]) -> Vec<Range<usize>> {
    let mut sought: Vec<Sought<'_>> = pointers.iter().map(|pointer| Sought::of(pointer)).collect();
    let mut order: Vec<&mut Sought<'_>> = sought.iter_mut().collect();
    order.sort_by(|one, other| order_of(one.pointer, other.pointer));
    Scanner::new(text, 0).find(&mut order, 0);
    sought.into_iter().map(|one| one.span).collect()
}

/// A value that is looked for.
struct Sought<'p> {
    pointer: &'p str,
    span: Range<usize>,
    is_found: bool,
}

impl<'p> Sought<'p> {
    const fn of(pointer: &'p str) -> Self {
        Self {
            pointer,
            span: 0..0,
            is_found: false,
        }
    }
}

/// An order in which pointers through the same value follow each other, first the pointer to it.
fn order_of(one: &str, other: &str) -> Ordering {
    let rank = |byte: u8| (byte != b'/', byte);
    let mut pairs = one.bytes().zip(other.bytes());
    match pairs.find(|(one, other)| one != other) {
        Some((one, other)) => rank(one).cmp(&rank(other)),
        None => one.len().cmp(&other.len()),
    }
}

/// Those that are looked for in one member or element of a value.
struct Inner<'p> {
    name: Cow<'p, str>,
    /// Which of those that are looked for in the value.
    range: Range<usize>,
    /// How much of their pointers leads there.
    begin: usize,
}

impl<'p> Inner<'p> {
    /// Of pointers in their order that lead through a value and on, each next step: a shorter name
    /// before a longer one, so that an index is before a greater one.
    fn of(sought: &[&mut Sought<'p>], begin: usize) -> Vec<Self> {
        let step = |one: &Sought<'p>| {
            let rest = one.pointer.get(begin + 1..).unwrap_or_default();
            let end = rest.bytes().position(|byte| byte == b'/');
            rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
        };
        let mut found: Vec<Self> = Vec::new();
        let mut start = 0;
        for same in sought.chunk_by(|one, other| step(one) == step(other)) {
            let step = same.first().map_or("", |one| step(one));
            found.push(Self {
                name: unescaped(step),
                range: start..start + same.len(),
                begin: begin + 1 + step.len(),
            });
            start += same.len();
        }
        found.sort_unstable_by(|one, other| one.order(&other.name));
        found
    }

    fn order(&self, name: &str) -> Ordering {
        let by_length = self.name.len().cmp(&name.len());
        by_length.then_with(|| self.name.as_ref().cmp(name))
    }

    /// The index of the element, if it is one as it is written in a pointer.
    fn index(&self) -> Option<usize> {
        let is_digits = self.name.bytes().all(|byte| byte.is_ascii_digit());
        let is_index = is_digits && (self.name == "0" || !self.name.starts_with('0'));
        self.name.parse().ok().filter(|_| is_index)
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

    /// Goes over the value here and finds what is sought in it. The first `begin` bytes of the
    /// pointers lead here, and the pointers are in their order.
    fn find(&mut self, sought: &mut [&mut Sought<'_>], begin: usize) {
        let start = self.skip_space();
        // Of several members with the same name the last one counts.
        sought.iter_mut().for_each(|one| one.is_found = false);
        let here = sought.partition_point(|one| one.pointer.len() <= begin);
        let (_, within) = sought.split_at_mut(here);
        match within.is_empty() {
            true => self.skip_value(),
            false => self.find_within(within, begin),
        }
        let value = self.text.get(start..self.offset).unwrap_or_default();
        let span = start..start + value.trim_ascii_end().len();
        for one in sought.iter_mut().filter(|one| !one.is_found) {
            one.span = span.clone();
            one.is_found = true;
        }
    }

    fn find_within(&mut self, sought: &mut [&mut Sought<'_>], begin: usize) {
        let inner = Inner::of(sought, begin);
        let elements = inner.iter().filter_map(|one| Some((one.index()?, one)));
        let mut elements = elements.peekable();
        self.children(|name, index, scanner| {
            let wanted = match name {
                Some(name) => {
                    let found = inner.binary_search_by(|one| one.order(&name));
                    found.ok().and_then(|at| inner.get(at))
                }
                None => {
                    let next = elements.next_if(|(next, _)| *next == index);
                    next.map(|(_, one)| one)
                }
            };
            let sought =
                wanted.and_then(|one| Some((sought.get_mut(one.range.clone())?, one.begin)));
            match sought {
                Some((sought, begin)) => scanner.find(sought, begin),
                None => scanner.skip_value(),
            }
        });
    }

    /// Goes over a string and gives back what it says.
    fn string(&mut self) -> Cow<'t, str> {
        let start = self.skip_space();
        let text: &'t str = self.text;
        let inner = text.get(start + 1..).unwrap_or_default();
        let length = length_without(inner.as_bytes(), ends_plain);
        if inner.as_bytes().get(length) == Some(&b'"') {
            self.offset = start + length + 2;
            return Cow::Borrowed(inner.get(..length).unwrap_or_default());
        }
        self.skip_string();
        let written = text.get(start..self.offset).unwrap_or_default();
        serde_json::from_str(written).unwrap_or_default()
    }

    fn skip_string(&mut self) {
        self.offset += 1;
        loop {
            self.offset += length_without(self.rest(), ends_plain);
            match self.peek() {
                Some(b'\\') => self.offset += 2,
                _ => break,
            }
        }
        self.offset = (self.offset + 1).min(self.text.len());
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
        // A bit tells lower from upper case, and brackets from braces.
        let counts = |word| {
            let word = word | 0x2020_2020_2020_2020;
            bytes_equal(word, b'{') | bytes_equal(word, b'}') | bytes_equal(word, b'"')
        };
        let mut depth = 0_usize;
        loop {
            self.offset += length_without(self.rest(), counts);
            match self.peek() {
                None => return,
                Some(b'"') => {
                    self.skip_string();
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth = depth.saturating_sub(1),
                Some(_) => {}
            }
            self.offset += 1;
            if depth == 0 {
                return;
            }
        }
    }
}

/// A quote or a backslash.
fn ends_plain(word: u64) -> u64 {
    bytes_equal(word, b'"') | bytes_equal(word, b'\\')
}

/// How many bytes stand before the first for which `counts` has a bit in a word of eight bytes.
fn length_without(bytes: &[u8], counts: impl Fn(u64) -> u64) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let last = rest
        .iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte));
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    let mut found = words.chain([last]).map(counts).enumerate();
    let found = found.find(|(_, bits)| *bits != 0);
    found.map_or(bytes.len(), |(index, bits)| {
        8 * index + bits.trailing_zeros() as usize / 8
    })
}

/// The highest bit of each byte of a word that is equal to `byte`; what lies above the first of them
/// may have it, too.
const fn bytes_equal(word: u64, byte: u8) -> u64 {
    const LOWEST: u64 = 0x0101_0101_0101_0101;
    let others = word ^ (LOWEST * byte as u64);
    others.wrapping_sub(LOWEST) & !others & (LOWEST << 7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Position;

    const TEXT: &str =
        "{\r\n  \"a\": [1, {\"é\\\"\": \"x}]\", \"b\": true}],\n  \"c\": {\"d\": null}\n}";

    fn at(pointer: &str) -> (usize, usize) {
        let position = Position::of(TEXT, locate(TEXT, &[pointer])[0].start);
        (position.line, position.column)
    }

    #[test]
    fn values_are_found() {
        assert_eq!(at(""), (1, 1));
        assert_eq!(at("/a"), (2, 8));
        assert_eq!(at("/a/0"), (2, 9));
        assert_eq!(at("/a/1"), (2, 12));
        assert_eq!(at("/a/1/é\""), (2, 20));
        assert_eq!(at("/a/1/b"), (2, 32));
        assert_eq!(at("/c/d"), (3, 14));
    }

    #[test]
    fn what_is_not_there_is_where_its_parent_is() {
        assert_eq!(at("/x"), (1, 1));
        assert_eq!(at("/a/7"), (2, 8));
        assert_eq!(at("/c/d/e"), (3, 14));
    }

    #[test]
    fn the_last_duplicate_is_the_one_that_counts() {
        let text = r#"{"a":{"b":1,"c":1},"d":{"e":3},"a":{"b":2}}"#;
        let pointers = ["/a/b", "/d", "/a", "/a/c", "/a/b", ""];
        let found = locate(text, &pointers).into_iter().map(|span| span.start);
        assert_eq!(found.collect::<Vec<_>>(), [40, 23, 35, 35, 40, 0]);
    }

    #[test]
    fn names_that_begin_alike_are_told_apart() {
        let text = r#"{"a":[10,{"a":1}],"a-b":{"a":2},"a/b":3,"a~":4,"":{"":5},"ab":6}"#;
        let pointers = [
            "/a-b/a", "/a/1/a", "/a~1b", "/a/1", "/ab", "/a", "/a~0", "/", "//", "/a/0", "/a-",
            "/a/01",
        ];
        let found = locate(text, &pointers).into_iter();
        let found: Vec<&str> = found.filter_map(|span| text.get(span)).collect();
        assert_eq!(
            found,
            [
                "2",
                "1",
                "3",
                "{\"a\":1}",
                "6",
                "[10,{\"a\":1}]",
                "4",
                "{\"\":5}",
                "5",
                "10",
                text,
                "[10,{\"a\":1}]"
            ]
        );
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
