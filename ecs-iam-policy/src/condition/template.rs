//! Texts with variables and without wildcards, as the `Equals` operators read them.

use ecs_arn::{Variable, Wildcard};

use crate::context::Context;

/// Whether upper and lower case of ASCII letters differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Sensitive,
    Ignored,
}

/// A text cut at its variables.
#[derive(Debug, Clone)]
pub(super) struct Template {
    pieces: Box<[Piece]>,
    case: Case,
}

#[derive(Debug, Clone)]
enum Piece {
    Literal(Box<str>),
    /// One `${name}` or `${name, 'text'}`.
    Variable(Wildcard),
}

impl Template {
    /// Cuts a text; `None` if a variable is not closed or has no name.
    pub(super) fn compile(text: &str, case: Case) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, variable)) =
            rest.find("${").and_then(|at| rest.split_at_checked(at))
        {
            let (variable, after) = variable.split_at_checked(variable.find('}')? + 1)?;
            pieces.push(Piece::Literal(before.into()));
            pieces.push(match variable {
                "${*}" => Piece::Literal("*".into()),
                "${?}" => Piece::Literal("?".into()),
                "${$}" => Piece::Literal("$".into()),
                _ => Piece::Variable(Wildcard::with_variables(variable).ok()?),
            });
            rest = after;
        }
        pieces.push(Piece::Literal(rest.into()));
        Some(Self {
            pieces: pieces.into(),
            case,
        })
    }

    /// Whether the text is this one with its variables replaced; a variable with neither value
    /// nor default makes it equal to nothing.
    pub(super) fn matches(&self, text: &str, context: &Context) -> bool {
        let rest = self.pieces.iter().try_fold(text, |rest, piece| {
            let expected = match piece {
                Piece::Literal(literal) => literal,
                Piece::Variable(variable) => value_of(variable.variables().next()?, context)?,
            };
            self.strip(rest, expected)
        });
        rest.is_some_and(str::is_empty)
    }

    fn strip<'t>(&self, text: &'t str, expected: &str) -> Option<&'t str> {
        match self.case {
            Case::Sensitive => text.strip_prefix(expected),
            Case::Ignored => {
                let (start, rest) = text.split_at_checked(expected.len())?;
                start.eq_ignore_ascii_case(expected).then_some(rest)
            }
        }
    }
}

fn value_of<'v>(variable: Variable<'v>, context: &'v Context) -> Option<&'v str> {
    context.variable(variable.name).or(variable.default)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(template: &str, case: Case, text: &str) -> bool {
        let context: Context = [("aws:username", "al*ce")].into_iter().collect();
        Template::compile(template, case)
            .unwrap()
            .matches(text, &context)
    }

    #[test]
    fn variables_are_replaced_and_wildcards_are_literal() {
        for (template, text) in [
            ("${aws:username}*", "al*ce*"),
            ("a${*}b${?}${$}", "a*b?$"),
            ("${AWS:UserName}-${x, 'd'}", "al*ce-d"),
            ("${x, ''}", ""),
            ("", ""),
        ] {
            assert!(
                matches(template, Case::Sensitive, text),
                "{template} {text}"
            );
        }
        for (template, text) in [
            ("${aws:username}*", "al*ce-x"),
            ("${x}", ""),
            ("${aws:username}", "alice"),
            ("a", "A"),
        ] {
            assert!(
                !matches(template, Case::Sensitive, text),
                "{template} {text}"
            );
        }
        assert!(matches("X-${aws:username}", Case::Ignored, "x-AL*CE"));
    }

    #[test]
    fn what_is_no_template() {
        assert!(Template::compile("${open", Case::Sensitive).is_none());
        assert!(Template::compile("${}", Case::Sensitive).is_none());
    }
}
