//! Text with parts that are to be filled in, as the tools that fill them in write them.

use std::ops::Range;

/// Whether a text has a part that is to be filled in: `${NAME}`, `$NAME`, `$(NAME)`, `{{NAME}}`,
/// `<NAME>`, `%NAME%`, `@NAME@`, `#{NAME}#` or `%{...}`.
pub(crate) fn is_open(text: &str) -> bool {
    may_be_open(text) && next(text, 0).is_some()
}

/// Whether a text may have such a part, which is fast to tell.
pub(crate) fn may_be_open(text: &str) -> bool {
    let opens = |byte: u8| matches!(byte, b'$' | b'<' | b'%' | b'@');
    text.bytes().any(opens) || text.contains("{{") || text.contains("#{")
}

/// What is known of an open text: what stands around the parts that are to be filled in.
pub(crate) fn known_parts(text: &str) -> impl Iterator<Item = &str> {
    let mut from = Some(0);
    std::iter::from_fn(move || {
        let begin = from?;
        let part = next(text, begin);
        from = part.as_ref().map(|part| part.end);
        text.get(begin..part.map_or(text.len(), |part| part.start))
    })
}

/// The first part to be filled in from a byte on.
pub(crate) fn next(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    rest.char_indices().find_map(|(at, letter)| {
        let here = rest.get(at..)?;
        let length = match letter {
            '$' => length_of_variable(here),
            '{' if here.starts_with("{{") => here.find("}}").map(|end| end + 2),
            '<' => length_between(here, '>', |letter| letter != '\n'),
            '%' if here.starts_with("%{") => length_of_braces(here, 1),
            '%' | '@' => length_between(here, letter, |letter| {
                letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_'
            }),
            '#' if here.starts_with("#{") => length_of_braces(here, 1).map(|end| {
                end + usize::from(here.get(end..).is_some_and(|it| it.starts_with('#')))
            }),
            _ => None,
        }?;
        let start = from + at;
        Some(start..start + length)
    })
}

/// Of `$NAME`, `${...}`, `${{...}}` and `$(...)`.
fn length_of_variable(text: &str) -> Option<usize> {
    match text.as_bytes().get(1)? {
        b'{' => length_of_braces(text, 1),
        b'(' => text.find(')').map(|end| end + 1),
        first if first.is_ascii_alphabetic() || *first == b'_' => {
            let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            let name = text.bytes().skip(1).take_while(|byte| is_part(*byte));
            Some(name.count() + 1)
        }
        _ => None,
    }
}

/// How far the brace at `open` goes, those inside of it counted.
fn length_of_braces(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().enumerate().skip(open).find_map(|(at, byte)| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0).then_some(at + 1)
    })
}

/// The length of what begins with one letter and ends with `close`, with legal ones between.
fn length_between(text: &str, close: char, legal: impl Fn(char) -> bool) -> Option<usize> {
    let (end, _) = text
        .char_indices()
        .skip(1)
        .find(|(_, letter)| *letter == close || !legal(*letter))?;
    (end > 1 && text.get(end..)?.starts_with(close)).then_some(end + close.len_utf8())
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
}
