use std::sync::{Arc, OnceLock};

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
        let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
        let blocks = before.chunks(BLOCK);
        blocks
            .fold(Mark::START, Mark::behind)
            .position(before.len())
    }
}

/// A text and what is needed to tell lines and columns, which copies share. The first question costs
/// one pass over the text, every further one a look at a few bytes, however long the lines are.
#[derive(Clone, Debug)]
pub(super) struct Lines<'s> {
    text: &'s str,
    /// The first byte of each block.
    marks: Arc<OnceLock<Vec<Mark>>>,
}

/// How many bytes lie between two marks; so few that a byte counts them.
const BLOCK: usize = 64;

impl<'s> Lines<'s> {
    pub(super) fn of(text: &'s str) -> Self {
        Self {
            text,
            marks: Arc::default(),
        }
    }

    pub(super) const fn text(&self) -> &'s str {
        self.text
    }

    /// The line and the column of a byte, or of the end of the text.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let marks = self.marks.get_or_init(|| {
            let blocks = self.text.as_bytes().chunks(BLOCK);
            let marks = blocks.scan(Mark::START, |mark, block| {
                Some(std::mem::replace(mark, mark.behind(block)))
            });
            marks.collect()
        });
        let index = (offset / BLOCK).min(marks.len().saturating_sub(1));
        let mark = marks.get(index).copied().unwrap_or(Mark::START);
        let between = self.text.as_bytes().get(index * BLOCK..offset);
        mark.behind(between.unwrap_or_default()).position(offset)
    }
}

/// How many lines end before a byte, and how many characters of its own line stand before it.
#[derive(Clone, Copy, Debug)]
struct Mark {
    lines: usize,
    characters: usize,
}

impl Mark {
    const START: Self = Self {
        lines: 0,
        characters: 0,
    };

    /// The place behind at most a block of bytes.
    fn behind(self, bytes: &[u8]) -> Self {
        let is_newline = |byte: &u8| *byte == b'\n';
        match bytes.iter().rposition(is_newline) {
            None => Self {
                characters: self.characters + characters(bytes),
                ..self
            },
            Some(last) => Self {
                lines: self.lines + count(bytes, |byte| byte == b'\n'),
                characters: characters(bytes.get(last + 1..).unwrap_or_default()),
            },
        }
    }

    const fn position(self, offset: usize) -> Position {
        Position {
            line: self.lines + 1,
            column: self.characters + 1,
            offset,
        }
    }
}

fn characters(bytes: &[u8]) -> usize {
    // Every byte of a character but the first has 10 for its highest bits.
    count(bytes, |byte| byte & 0b1100_0000 != 0b1000_0000)
}

/// How many of at most a block of bytes are such.
fn count(bytes: &[u8], is_such: impl Fn(u8) -> bool) -> usize {
    // A sum that might panic would be several times slower.
    let count = |sum: u8, byte: &u8| sum.wrapping_add(u8::from(is_such(*byte)));
    bytes.iter().fold(0, count).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_in_any_order() {
        let short =
            "{\r\n  \"a\": [1, {\"é\\\"\": \"x}]\", \"b\": true}],\n  \"c\": {\"d\": null}\n}";
        let long = format!(
            "{}\n{}🐳{}\n\n",
            "é".repeat(300),
            "x".repeat(256),
            "-".repeat(BLOCK)
        );
        for text in [
            short,
            &long,
            &short.repeat(20),
            "",
            "\n",
            &"\n".repeat(2 * BLOCK),
        ] {
            let lines = Lines::of(text);
            let offsets = (0..text.len() + 2).filter(|offset| text.is_char_boundary(*offset));
            for offset in offsets.rev().chain([text.len() + 9]) {
                let before = text.get(..offset).unwrap_or(text);
                let last = before.rsplit('\n').next().unwrap();
                let position = Position {
                    line: before.matches('\n').count() + 1,
                    column: last.chars().count() + 1,
                    offset: before.len(),
                };
                assert_eq!(lines.clone().position(offset), position);
                assert_eq!(Position::of(text, offset), position);
            }
        }
    }
}
