//! Text with parts that are to be filled in, as the tools that fill them in write them.

use std::ops::Range;

/// Whether a text has a part that is to be filled in: `${NAME}`, `$NAME`, `$(NAME)`, `{{NAME}}`,
/// `<NAME>`, `%NAME%`, `@NAME@`, `#{NAME}#`, `%{...}` or `{%...%}`.
pub(crate) fn is_open(text: &str) -> bool {
    may_be_open(text) && Parts::of(text).next().is_some()
}

/// Whether a text may have such a part, which is fast to tell.
pub(crate) fn may_be_open(text: &str) -> bool {
    /// So few that looking at all of them takes less time than stopping at the first that counts.
    const BLOCK: usize = 64;
    let opens = |byte: u8| matches!(byte, b'$' | b'<' | b'%' | b'@');
    let begins = |byte: u8| matches!(byte, b'{' | b'#');
    let (bytes, next) = (
        text.as_bytes(),
        text.as_bytes().get(1..).unwrap_or_default(),
    );
    let mut blocks = bytes.chunks(BLOCK);
    let mut pairs = bytes.chunks(BLOCK).zip(next.chunks(BLOCK));
    blocks.any(|block| block.iter().fold(false, |any, byte| any | opens(*byte)))
        || pairs.any(|(block, next)| {
            let pairs = block.iter().zip(next);
            pairs.fold(false, |any, (one, next)| {
                any | (begins(*one) & (*next == b'{'))
            })
        })
}

/// What is known of an open text: what stands around the parts that are to be filled in.
pub(crate) fn known_parts(text: &str) -> impl Iterator<Item = &str> {
    let mut parts = Parts::of(text);
    let mut from = Some(0);
    std::iter::from_fn(move || {
        let begin = from?;
        let part = parts.next();
        from = part.as_ref().map(|part| part.end);
        text.get(begin..part.map_or(text.len(), |part| part.start))
    })
}

/// The parts of a text that are to be filled in, one behind the other.
///
/// What has been found of the ends of parts is kept, so that all questions that are asked in the
/// order of the text cost one pass together, however many parts begin and do not end.
pub(crate) struct Parts<'t> {
    text: &'t str,
    offset: usize,
    /// Each brace that opens and the one that closes it, once the first is asked for.
    braces: Option<Vec<(usize, Option<usize>)>>,
    parenthesis: Ahead,
    double_brace: Ahead,
    directive: Ahead,
    comment: Ahead,
    angle: Ahead,
}

impl<'t> Parts<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        Self {
            text,
            offset: 0,
            braces: None,
            parenthesis: Ahead::default(),
            double_brace: Ahead::default(),
            directive: Ahead::default(),
            comment: Ahead::default(),
            angle: Ahead::default(),
        }
    }

    /// Where the part that begins at a byte ends, if one begins there.
    pub(crate) fn end_at(&mut self, at: usize) -> Option<usize> {
        let here = self.text.get(at..)?;
        let bytes = here.as_bytes();
        match (bytes.first()?, bytes.get(1)?) {
            (b'$', b'(') => Some(
                self.parenthesis
                    .find(self.text, at, |rest| rest.find(')'))?
                    + 1,
            ),
            (b'$' | b'%', b'{') => self.brace(at + 1),
            (b'#', b'{') => {
                let end = self.brace(at + 1)?;
                let closes = self.text.as_bytes().get(end) == Some(&b'#');
                Some(end + usize::from(closes))
            }
            (b'$', first) if first.is_ascii_alphabetic() || *first == b'_' => {
                let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
                Some(at + 1 + bytes.iter().skip(1).take_while(is_part).count())
            }
            (b'{', b'{') => Some(
                self.double_brace
                    .find(self.text, at, |rest| rest.find("}}"))?
                    + 2,
            ),
            (b'{', b'%') => {
                let find = |rest: &str| rest.find("%}");
                Some(self.directive.find(self.text, at + 2, find)? + 2)
            }
            (b'{', b'#') => {
                let find = |rest: &str| rest.find("#}");
                Some(self.comment.find(self.text, at + 2, find)? + 2)
            }
            (b'<', _) => {
                let end = self
                    .angle
                    .find(self.text, at + 1, |rest| rest.find(['>', '\n']))?;
                let closes = end > at + 1 && self.text.as_bytes().get(end) == Some(&b'>');
                closes.then_some(end + 1)
            }
            (sign @ (b'%' | b'@'), _) => {
                let is_part = |byte: &&u8| {
                    byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b'_'
                };
                let length = bytes.iter().skip(1).take_while(is_part).count();
                let closes = length > 0 && bytes.get(length + 1) == Some(sign);
                closes.then_some(at + length + 2)
            }
            _ => None,
        }
    }

    /// Behind the brace that closes the one at a byte, those between them counted.
    fn brace(&mut self, open: usize) -> Option<usize> {
        let braces = self.braces.get_or_insert_with(|| braces(self.text));
        let index = braces.binary_search_by_key(&open, |(open, _)| *open);
        let (_, close) = braces.get(index.ok()?)?;
        close.map(|close| close + 1)
    }
}

impl Iterator for Parts<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let text = self.text;
        let rest = text.as_bytes().get(self.offset..)?;
        let begins = |byte: &u8| matches!(byte, b'$' | b'<' | b'%' | b'@' | b'{' | b'#');
        let begins = rest.iter().enumerate().filter(|(_, byte)| begins(byte));
        let from = self.offset;
        let part = begins
            .map(|(at, _)| from + at)
            .find_map(|start| Some(start..self.end_at(start)?))?;
        self.offset = part.end;
        Some(part)
    }
}

fn braces(text: &str) -> Vec<(usize, Option<usize>)> {
    let (mut braces, mut open) = (Vec::new(), Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => {
                open.push(braces.len());
                braces.push((at, None));
            }
            b'}' => {
                let inner = open.pop().and_then(|index: usize| braces.get_mut(index));
                if let Some((_, close)) = inner {
                    *close = Some(at);
                }
            }
            _ => {}
        }
    }
    braces
}

/// The next place of something, which is sought again only when it is passed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ahead {
    /// From where on it was sought, and what was found.
    sought: Option<(usize, Option<usize>)>,
}

impl Ahead {
    /// The first place from a byte on, in what `seek` gives of the text from there on.
    pub(crate) fn find(
        &mut self,
        text: &str,
        from: usize,
        seek: impl FnOnce(&str) -> Option<usize>,
    ) -> Option<usize> {
        if let Some((begin, found)) = self.sought
            && begin <= from
            && found.is_none_or(|found| from <= found)
        {
            return found;
        }
        let found = text.get(from..).and_then(seek).map(|at| from + at);
        self.sought = Some((from, found));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found() {
        for (text, known) in [
            ("${Stack}-web", &["", "-web"][..]),
            ("a $REG/app:$TAG", &["a ", "/app:", ""]),
            ("${{ secrets.REGISTRY }}/b", &["", "/b"]),
            ("${var.a != \"\" ? \"${b}\" : c}d", &["", "d"]),
            ("{{ must_env `IMAGE` }}:1", &["", ":1"]),
            (
                "ghcr.io/<user>/<repo>:latest",
                &["ghcr.io/", "/", ":latest"],
            ),
            ("%NAME%-%stage%", &["", "-%stage%"]),
            ("#{Token}#x#{y}", &["", "x", ""]),
            ("$(Build.Id)", &["", ""]),
            ("%{ if a }b", &["", "b"]),
            ("{% if a %}b{# c #}", &["", "b", ""]),
        ] {
            assert!(is_open(text), "{text}");
            assert_eq!(known_parts(text).collect::<Vec<_>>(), known, "{text}");
        }
    }

    #[test]
    fn other_text_is_closed() {
        for text in [
            "", "web", "a < b", "<>", "5 $", "$5", "{a}", "100%", "${a", "a{{b", "é",
        ] {
            assert!(!is_open(text), "{text}");
            assert_eq!(known_parts(text).collect::<Vec<_>>(), [text]);
        }
    }

    #[test]
    fn parts_that_do_not_end_cost_one_pass_together() {
        for begin in [
            "${", "{{", "{%", "{#", "<", "%{", "#{", "$(", "%A ", "@A ", "<\n",
        ] {
            let text = begin.repeat(100_000);
            assert!(!is_open(&text), "{begin}");
            assert!(is_open(&format!("{text}${{a}}")), "{begin}");
        }
        let inner = Parts::of("${${${a}").next();
        assert_eq!(inner, Some(4..8));
    }
}
