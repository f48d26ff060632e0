//! Texts with `*`, `?` and `${variables}` as IAM reads them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use crate::error::{ArnError, ArnErrorKind};

/// A text in which `*` stands for any run of characters and `?` for exactly one.
///
/// With [`Wildcard::with_variables`], `${name}` stands for a value that is known when it is
/// matched, `${name, 'text'}` has a default, and `${*}`, `${?}`, `${$}` are those characters
/// themselves. A value is always literal: a `*` in it is no wildcard.
///
/// Matching allocates nothing and takes at most pattern length times text length steps, however
/// many stars there are. A character is a Unicode scalar value.
///
/// ```
/// use ecs_arn::Wildcard;
///
/// assert!(Wildcard::new("task-definition/web:*").matches("task-definition/web:3"));
/// assert!(Wildcard::new("ecs:Describe*").matches_ignore_ascii_case("ECS:describetasks"));
///
/// let home = Wildcard::with_variables("home/${aws:username}/*")?;
/// let resolve = |name: &str| (name == "aws:username").then_some("alice");
/// assert!(home.matches_with("home/alice/notes", resolve));
/// assert!(!home.matches("home/alice/notes"), "nobody said who the user is");
/// # Ok::<(), ecs_arn::ArnError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Wildcard {
    text: Box<str>,
    plan: Plan,
}

/// A variable of a [`Wildcard`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Variable<'a> {
    /// The name, such as `aws:username`, without white space around it.
    pub name: &'a str,
    /// The text that stands in when the name has no value.
    pub default: Option<&'a str>,
}

/// The quickest way to match.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Plan {
    /// No wildcard at all.
    Literal,
    /// `*` alone.
    Any,
    /// One star, at the end.
    Prefix,
    /// Everything else.
    Tokens {
        tokens: Box<[Token]>,
        has_variables: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Token {
    Literal(Range<usize>),
    One,
    Run,
    Variable {
        name: Range<usize>,
        default: Option<Range<usize>>,
    },
}

#[derive(Clone, Copy)]
enum Case {
    Sensitive,
    IgnoreAscii,
}

impl Wildcard {
    /// Reads `*` and `?`; everything else is literal, `${...}` too, as in policies of version
    /// 2008-10-17.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let tokens = Lexer {
            text,
            at: 0,
            with_variables: false,
        }
        .tokens()
        .unwrap_or_default();
        Self::of(text, tokens)
    }

    /// Reads `*`, `?` and variables.
    ///
    /// # Errors
    ///
    /// [`ArnErrorKind::Variable`] for `${` without its `}` or without a name.
    pub fn with_variables(text: &str) -> Result<Self, ArnError> {
        let tokens = Lexer {
            text,
            at: 0,
            with_variables: true,
        }
        .tokens()?;
        Ok(Self::of(text, tokens))
    }

    fn of(text: &str, tokens: Vec<Token>) -> Self {
        let plan = match tokens.as_slice() {
            [] => Plan::Literal,
            [Token::Literal(whole)] if whole.len() == text.len() => Plan::Literal,
            [Token::Run] => Plan::Any,
            [Token::Literal(start), Token::Run] if start.len() + 1 == text.len() => Plan::Prefix,
            _ => {
                let has_variables = tokens
                    .iter()
                    .any(|token| matches!(token, Token::Variable { .. }));
                Plan::Tokens {
                    tokens: tokens.into(),
                    has_variables,
                }
            }
        };
        Self {
            text: text.into(),
            plan,
        }
    }

    /// Whether the whole text matches. A variable without a default never does.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.matches_with(text, |_| None)
    }

    /// Whether the whole text matches, upper and lower case of ASCII letters being equal, as in
    /// the names of actions.
    #[must_use]
    pub fn matches_ignore_ascii_case(&self, text: &str) -> bool {
        self.run(text, Case::IgnoreAscii, &|_| None)
    }

    /// Whether the whole text matches when variables have the values that `resolve` gives. A
    /// variable with neither a value nor a default matches nothing.
    #[must_use]
    pub fn matches_with<'v>(&self, text: &str, resolve: impl Fn(&str) -> Option<&'v str>) -> bool {
        self.run(text, Case::Sensitive, &resolve)
    }

    /// The variables in their order.
    pub fn variables(&self) -> impl Iterator<Item = Variable<'_>> {
        let tokens = match &self.plan {
            Plan::Tokens { tokens, .. } => tokens.as_ref(),
            _ => &[],
        };
        tokens.iter().filter_map(|token| match token {
            Token::Variable { name, default } => {
                let default = default.clone().and_then(|range| self.text.get(range));
                Some(Variable {
                    name: self.text.get(name.clone())?,
                    default,
                })
            }
            _ => None,
        })
    }

    /// Whether it can match one text only: no `*`, no `?`, no variable.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        match &self.plan {
            Plan::Literal => true,
            Plan::Any | Plan::Prefix => false,
            Plan::Tokens { tokens, .. } => tokens
                .iter()
                .all(|token| matches!(token, Token::Literal(_))),
        }
    }

    /// The text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn run<'v>(&self, text: &str, case: Case, resolve: &dyn Fn(&str) -> Option<&'v str>) -> bool {
        match &self.plan {
            Plan::Literal => match case {
                Case::Sensitive => *self.text == *text,
                Case::IgnoreAscii => self.text.eq_ignore_ascii_case(text),
            },
            Plan::Any => true,
            Plan::Prefix => {
                let start = self
                    .text
                    .get(..self.text.len().saturating_sub(1))
                    .unwrap_or_default();
                strip_prefix(text, start, case).is_some()
            }
            Plan::Tokens {
                tokens,
                has_variables,
            } => {
                let matcher = Matcher {
                    pattern: &self.text,
                    case,
                    resolve,
                };
                (!has_variables || tokens.iter().all(|token| matcher.has_value(token)))
                    && matcher.matches(tokens, text)
            }
        }
    }
}

impl fmt::Display for Wildcard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// Cuts a text into tokens.
struct Lexer<'a> {
    text: &'a str,
    at: usize,
    with_variables: bool,
}

impl Lexer<'_> {
    fn tokens(mut self) -> Result<Vec<Token>, ArnError> {
        let mut tokens = Vec::new();
        while let Some(c) = self.rest().chars().next() {
            let token = match c {
                '*' => self.take(1, Token::Run),
                '?' => self.take(1, Token::One),
                '$' if self.with_variables && self.rest().starts_with("${") => self.variable()?,
                _ => self.literal(),
            };
            // Two stars in a row mean what one does.
            if token != Token::Run || tokens.last() != Some(&Token::Run) {
                tokens.push(token);
            }
        }
        Ok(tokens)
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, len: usize, token: Token) -> Token {
        self.at += len;
        token
    }

    fn literal(&mut self) -> Token {
        let stop = |(at, c): (usize, char)| match c {
            '*' | '?' => Some(at),
            '$' if at > 0 && self.with_variables && self.rest().get(at..)?.starts_with("${") => {
                Some(at)
            }
            _ => None,
        };
        let len = self
            .rest()
            .char_indices()
            .find_map(stop)
            .unwrap_or(self.rest().len());
        let start = self.at;
        self.take(len, Token::Literal(start..start + len))
    }

    fn variable(&mut self) -> Result<Token, ArnError> {
        let len = self.rest().find('}').ok_or_else(|| self.error())?;
        let start = self.at + 2;
        let body = self.text.get(start..self.at + len).unwrap_or_default();
        let token = match body {
            "*" | "?" | "$" => Token::Literal(start..start + 1),
            _ => {
                let (name, default) = body
                    .split_once(',')
                    .map_or((body, None), |(n, d)| (n, Some(d)));
                let default = default.map(|text| self.range(unquote(text)));
                match name.trim() {
                    "" => return Err(self.error()),
                    name => Token::Variable {
                        name: self.range(name),
                        default,
                    },
                }
            }
        };
        Ok(self.take(len + 1, token))
    }

    /// Where a slice of the text stands in it.
    fn range(&self, part: &str) -> Range<usize> {
        let start = part
            .as_ptr()
            .addr()
            .saturating_sub(self.text.as_ptr().addr());
        start..start + part.len()
    }

    fn error(&self) -> ArnError {
        ArnError::new(ArnErrorKind::Variable, self.at, self.rest())
    }
}

/// The text of a default, which stands in single quotes.
fn unquote(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''))
        .unwrap_or(text)
}

fn strip_prefix<'t>(text: &'t str, start: &str, case: Case) -> Option<&'t str> {
    match case {
        Case::Sensitive => text.strip_prefix(start),
        Case::IgnoreAscii => {
            let (head, rest) = text.split_at_checked(start.len())?;
            head.eq_ignore_ascii_case(start).then_some(rest)
        }
    }
}

fn strip_suffix<'t>(text: &'t str, end: &str, case: Case) -> Option<&'t str> {
    match case {
        Case::Sensitive => text.strip_suffix(end),
        Case::IgnoreAscii => {
            let (rest, tail) = text.split_at_checked(text.len().checked_sub(end.len())?)?;
            tail.eq_ignore_ascii_case(end).then_some(rest)
        }
    }
}

/// Matches tokens against a text: the stars cut them into pieces, the first piece stands at
/// the start, the last at the end, and each one between is taken at its leftmost place.
/// Leftmost is enough because a piece leaves the rest of the text to the star behind it.
struct Matcher<'p, 'v> {
    pattern: &'p str,
    case: Case,
    resolve: &'p dyn Fn(&str) -> Option<&'v str>,
}

impl<'p> Matcher<'p, '_> {
    fn matches(&self, tokens: &'p [Token], text: &str) -> bool {
        let mut pieces = tokens.split(|token| *token == Token::Run);
        let first = pieces.next().unwrap_or_default();
        let Some(text) = self.at_start(first, text) else {
            return false;
        };
        let Some(last) = pieces.next_back() else {
            return text.is_empty();
        };
        let Some(mut text) = self.at_end(last, text) else {
            return false;
        };
        for piece in pieces {
            match self.leftmost(piece, text) {
                Some(rest) => text = rest,
                None => return false,
            }
        }
        true
    }

    fn at_start<'t>(&self, piece: &[Token], text: &'t str) -> Option<&'t str> {
        piece.iter().try_fold(text, |text, token| match token {
            Token::One => {
                let mut chars = text.chars();
                chars.next().map(|_| chars.as_str())
            }
            token => strip_prefix(text, self.literal(token)?, self.case),
        })
    }

    fn at_end<'t>(&self, piece: &[Token], text: &'t str) -> Option<&'t str> {
        piece
            .iter()
            .rev()
            .try_fold(text, |text, token| match token {
                Token::One => {
                    let mut chars = text.chars();
                    chars.next_back().map(|_| chars.as_str())
                }
                token => strip_suffix(text, self.literal(token)?, self.case),
            })
    }

    fn leftmost<'t>(&self, piece: &[Token], text: &'t str) -> Option<&'t str> {
        let mut starts = text.char_indices().map(|(at, _)| at);
        starts.find_map(|at| self.at_start(piece, text.get(at..)?))
    }

    fn literal(&self, token: &Token) -> Option<&str> {
        match token {
            Token::Literal(range) => self.pattern.get(range.clone()),
            Token::Variable { name, default } => (self.resolve)(self.pattern.get(name.clone())?)
                .or_else(|| self.pattern.get(default.clone()?)),
            Token::One | Token::Run => None,
        }
    }

    fn has_value(&self, token: &Token) -> bool {
        match token {
            Token::Variable { .. } => self.literal(token).is_some(),
            _ => true,
        }
    }
}
