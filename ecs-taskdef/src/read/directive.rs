//! Directives, by which other tools decide about parts of a text: those of Terraform (`%{ if }`), of
//! Jinja (`{% if %}`) and of Go's templates (`{{ if }}`).

use crate::open::Parts;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive<'s> {
    If(&'s str),
    ElseIf(&'s str),
    Else,
    EndIf,
    For,
    EndFor,
    /// Of whatever began last.
    End,
    /// Something of another file.
    Include,
    /// Nothing: a comment, an assignment.
    Nothing,
}

/// What makes a directive of its first word and the rest.
type Read<'s> = fn(&'s str, &'s str) -> Option<Directive<'s>>;

/// The directive that begins at a byte, if there is one, and where it ends.
pub(super) fn directive_at<'s>(
    text: &'s str,
    at: usize,
    parts: &mut Parts<'s>,
) -> Result<Option<(Directive<'s>, usize)>, &'static str> {
    let begin = text.get(at..at + 2);
    let (read, closing): (Read<'s>, usize) = match begin {
        Some("%{") => (of_terraform, 1),
        Some("{%") => (of_jinja, 2),
        Some("{#") => (|_, _| Some(Directive::Nothing), 2),
        Some("{{") => (of_go, 2),
        _ => return Ok(None),
    };
    let is_of_terraform = closing == 1;
    let Some(end) = parts.end_at(at) else {
        return match is_of_terraform {
            true => Err("directive without an end"),
            false => Ok(None),
        };
    };
    let inner = text.get(at + 2..end - closing).unwrap_or_default();
    let inner = inner.trim_matches(['~', '-', '+']).trim();
    let (word, rest) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    match read(word, rest.trim()) {
        None if is_of_terraform => Err("expected a directive of a template"),
        directive => Ok(directive.map(|directive| (directive, end))),
    }
}

fn of_terraform<'s>(word: &'s str, rest: &'s str) -> Option<Directive<'s>> {
    match word {
        "if" => Some(Directive::If(rest)),
        "else" => Some(Directive::Else),
        "endif" => Some(Directive::EndIf),
        "for" => Some(Directive::For),
        "endfor" => Some(Directive::EndFor),
        _ => None,
    }
}

fn of_jinja<'s>(word: &'s str, rest: &'s str) -> Option<Directive<'s>> {
    Some(match word {
        "elif" => Directive::ElseIf(rest),
        "include" => Directive::Include,
        _ => of_terraform(word, rest).unwrap_or(Directive::Nothing),
    })
}

/// Everything else gives a value.
fn of_go<'s>(word: &'s str, rest: &'s str) -> Option<Directive<'s>> {
    match word {
        "if" | "with" => Some(Directive::If(rest)),
        "else" => Some(match rest.strip_prefix("if ") {
            Some(condition) => Directive::ElseIf(condition.trim()),
            None => Directive::Else,
        }),
        "range" => Some(Directive::For),
        "end" => Some(Directive::End),
        _ if word.starts_with("/*") => Some(Directive::Nothing),
        _ if word.starts_with('$') && rest.starts_with([':', '=']) => Some(Directive::Nothing),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_those_of_their_language() {
        for (text, directive) in [
            ("%{ if a }", Some(Directive::If("a"))),
            ("%{~ endfor ~}", Some(Directive::EndFor)),
            ("{%- if a and b -%}", Some(Directive::If("a and b"))),
            ("{% elif c %}", Some(Directive::ElseIf("c"))),
            ("{% set x = 1 %}", Some(Directive::Nothing)),
            ("{% include 'x' %}", Some(Directive::Include)),
            ("{# if #}", Some(Directive::Nothing)),
            ("{{- if not .a }}", Some(Directive::If("not .a"))),
            ("{{ with .a }}", Some(Directive::If(".a"))),
            ("{{ else if .b }}", Some(Directive::ElseIf(".b"))),
            ("{{ else }}", Some(Directive::Else)),
            ("{{ range .c }}", Some(Directive::For)),
            ("{{ end }}", Some(Directive::End)),
            ("{{ $a := 1 }}", Some(Directive::Nothing)),
            ("{{/* a */}}", Some(Directive::Nothing)),
            ("{{ .Values.end }}", None),
            ("{{ $a }}", None),
            ("{{ if", None),
            ("{% if", None),
            ("{}", None),
            ("", None),
        ] {
            let found = directive_at(text, 0, &mut Parts::of(text)).unwrap();
            assert_eq!(
                found,
                directive.map(|directive| (directive, text.len())),
                "{text}"
            );
        }
        for (text, reason) in [
            ("%{ elif a }", "expected a directive of a template"),
            ("%{ if a", "directive without an end"),
        ] {
            assert_eq!(directive_at(text, 0, &mut Parts::of(text)), Err(reason));
        }
    }
}
