//! JSON as people keep it: with comments, with a comma too many, and, where a text is a template
//! of its own, with values that are to be filled in and parts that a condition decides about.

use std::borrow::Cow;
use std::ops::Range;

use super::choice::{choice, chosen, chosen_items, merged, nothing};
use super::directive::{Directive, directive_at};
use super::node::{Data, FOR, Member, Node};
use crate::open::{self, Ahead, Parts};

/// Why a text cannot be read, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) offset: usize,
    pub(super) reason: String,
}

/// How deep lists and objects may lie in each other, as for `serde_json`.
pub(super) const MAX_DEPTH: usize = 128;

/// What expressions with quotes of their own begin with.
const EXPRESSIONS: [&str; 3] = ["${", "{{", "{%"];

const IF_WITHOUT_END: &str = "expected the end of a condition";

/// Reads JSON and what people make of it; whether it was more than JSON.
///
/// Quotes in an expression such as `"${a ? "b" : "c"}"` end the string in JSON. Only where that
/// cannot be read do they belong to the expression. Of two faults, the one further on is told, unless
/// it is the end of the text: a brace that closes something else may have begun a string there.
pub(super) fn parse(text: &str) -> Result<(Node<'_>, bool), Fault> {
    let fault = match parse_with(text, Quotes::EndStrings) {
        Err(fault) if EXPRESSIONS.iter().any(|begin| text.contains(begin)) => fault,
        parsed => return parsed,
    };
    match parse_with(text, Quotes::MayBeOfExpressions) {
        Ok((node, _)) => Ok((node, true)),
        Err(other) if (fault.offset + 1..text.len()).contains(&other.offset) => Err(other),
        Err(_) => Err(fault),
    }
}

/// What quotes within an expression do to a string.
#[derive(Clone, Copy, PartialEq)]
enum Quotes {
    EndStrings,
    MayBeOfExpressions,
}

fn parse_with(text: &str, quotes: Quotes) -> Result<(Node<'_>, bool), Fault> {
    let mut parser = Parser {
        text,
        quotes,
        offset: 0,
        depth: 0,
        is_more: false,
        has_choices: false,
        parts: Parts::of(text),
        line_end: Ahead::default(),
    };
    let node = parser.value()?;
    parser.skip_space()?;
    match parser.offset == text.len() {
        true => Ok((node, parser.is_more)),
        false => Err(parser.fault("trailing characters")),
    }
}

/// Why a list of members or elements ends.
enum End<'s> {
    Closed,
    Else,
    ElseIf(&'s str),
    If,
    For,
    Any,
}

/// What reads members or elements up to an end.
type Read<'s, T> = fn(&mut Parser<'s>, &mut Vec<T>) -> Result<End<'s>, Fault>;

/// What makes one list of those of both branches of a condition.
type Choose<'s, T> = fn(&'s str, Vec<T>, Vec<T>) -> Vec<T>;

struct Parser<'s> {
    text: &'s str,
    quotes: Quotes,
    offset: usize,
    depth: usize,
    is_more: bool,
    /// Whether a condition has decided about members so far.
    has_choices: bool,
    parts: Parts<'s>,
    line_end: Ahead,
}

impl<'s> Parser<'s> {
    fn fault(&self, reason: &str) -> Fault {
        Fault {
            offset: self.offset.min(self.text.len()),
            reason: reason.to_owned(),
        }
    }

    fn expects_expressions(&self) -> bool {
        self.quotes == Quotes::MayBeOfExpressions
    }

    fn begins_expression(&self) -> bool {
        let rest = self.rest();
        EXPRESSIONS.iter().any(|begin| rest.starts_with(begin))
    }

    fn rest(&self) -> &'s str {
        let text: &'s str = self.text;
        text.get(self.offset..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn slice(&self, span: Range<usize>) -> &'s str {
        let text: &'s str = self.text;
        text.get(span).unwrap_or_default()
    }

    /// Goes over white space and comments.
    fn skip_space(&mut self) -> Result<(), Fault> {
        loop {
            while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
                self.offset += 1;
            }
            let rest = match self.peek() {
                Some(b'/' | b'#') => self.rest(),
                Some(b'{') if self.begins_directive() => match self.directive_here()? {
                    Some((Directive::Nothing, end)) => {
                        self.is_more = true;
                        self.offset = end;
                        continue;
                    }
                    _ => return Ok(()),
                },
                _ => return Ok(()),
            };
            let length = if rest.starts_with("//") || rest.starts_with("# ") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                let end = rest.find("*/");
                end.ok_or_else(|| self.fault("comment without an end"))? + 2
            } else {
                return Ok(());
            };
            self.is_more = true;
            self.offset += length;
        }
    }

    /// Whether what stands behind a brace here is no object.
    fn begins_directive(&self) -> bool {
        let second = self.text.as_bytes().get(self.offset + 1);
        matches!(second, Some(b'{' | b'%' | b'#'))
    }

    fn directive_here(&mut self) -> Result<Option<(Directive<'s>, usize)>, Fault> {
        let directive = directive_at(self.text, self.offset, &mut self.parts);
        directive.map_err(|reason| self.fault(reason))
    }

    fn accept(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        self.offset += usize::from(next);
        next
    }

    fn value(&mut self) -> Result<Node<'s>, Fault> {
        self.skip_space()?;
        let start = self.offset;
        let data = match self.peek() {
            None => return Err(self.fault("EOF while parsing a value")),
            Some(b'"') => Data::Text(self.string()?),
            Some(b'{') if self.begins_directive() => return self.open_value(),
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'$' | b'<' | b'%' | b'@' | b'#') => return self.open_value(),
            _ => self.literal()?,
        };
        Ok(Node {
            data,
            span: start..self.offset,
        })
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Data<'s>, Fault>,
    ) -> Result<Data<'s>, Fault> {
        self.deeper()?;
        self.offset += 1;
        let data = read(self)?;
        self.depth -= 1;
        Ok(data)
    }

    fn literal(&mut self) -> Result<Data<'s>, Fault> {
        let rest = self.rest();
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        let length = rest.bytes().take_while(|byte| is_part(*byte)).count();
        let word = rest.get(..length).unwrap_or_default();
        let data = match word {
            "null" => Data::Null,
            "true" => Data::Bool(true),
            "false" => Data::Bool(false),
            _ => match word.parse() {
                Ok(number) => Data::Number(number),
                Err(_) => return Err(self.fault("expected value")),
            },
        };
        self.offset += length;
        Ok(data)
    }

    /// What is to be filled in, without quotes, up to where the value ends.
    fn open(&mut self) -> Result<Data<'s>, Fault> {
        let begin = self.offset;
        while !self.rest().starts_with("%{") {
            let Some(end) = self.part_of_line() else {
                break;
            };
            self.offset = end;
            let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            self.offset += self
                .rest()
                .bytes()
                .take_while(|byte| is_part(*byte))
                .count();
        }
        if begin == self.offset {
            return Err(self.fault("expected value"));
        }
        self.is_more = true;
        Ok(Data::Open(Cow::Borrowed(self.slice(begin..self.offset))))
    }

    /// Where the part to be filled in that begins here ends, if that is on the same line.
    fn part_of_line(&mut self) -> Option<usize> {
        let end = self.parts.end_at(self.offset)?;
        let seek = |rest: &str| rest.find('\n');
        let line_end = self.line_end.find(self.text, self.offset, seek);
        line_end
            .is_none_or(|line_end| end <= line_end)
            .then_some(end)
    }

    fn open_value(&mut self) -> Result<Node<'s>, Fault> {
        let start = self.offset;
        match self.directive()? {
            Some(Directive::If(condition)) => self.either(condition, start),
            Some(Directive::Include) => Ok(self.repetition(start)),
            Some(_) => Err(self.fault("expected value")),
            None => {
                let data = match self.rest().starts_with("{#") {
                    true => self.nested(Self::object)?,
                    false => self.open()?,
                };
                let span = start..self.offset;
                Ok(Node { data, span })
            }
        }
    }

    /// One of two values, up to the end of the condition.
    fn either(&mut self, condition: &'s str, start: usize) -> Result<Node<'s>, Fault> {
        self.deeper()?;
        let then = self.value()?;
        self.skip_space()?;
        let otherwise = match self.directive()? {
            Some(Directive::Else) => {
                let otherwise = self.value()?;
                self.skip_space()?;
                match self.directive()? {
                    Some(Directive::EndIf | Directive::End) => otherwise,
                    _ => return Err(self.fault(IF_WITHOUT_END)),
                }
            }
            Some(Directive::ElseIf(condition)) => self.either(condition, start)?,
            Some(Directive::EndIf | Directive::End) => nothing(start..self.offset),
            _ => return Err(self.fault(IF_WITHOUT_END)),
        };
        self.depth -= 1;
        Ok(choice(condition, start..self.offset, then, otherwise))
    }

    /// Goes over the directive here, if there is one.
    fn directive(&mut self) -> Result<Option<Directive<'s>>, Fault> {
        let Some((directive, end)) = self.directive_here()? else {
            return Ok(None);
        };
        self.offset = end;
        self.is_more = true;
        Ok(Some(directive))
    }

    fn string(&mut self) -> Result<Cow<'s, str>, Fault> {
        let start = self.offset;
        self.offset += 1;
        let mut escaped = false;
        loop {
            match self.peek() {
                None => return Err(self.fault("EOF while parsing a string")),
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.offset += 2;
                }
                Some(byte) if byte < 0x20 => {
                    return Err(self.fault(
                        "control character (\\u0000-\\u001F) found while parsing a string",
                    ));
                }
                Some(b'$' | b'{') if self.expects_expressions() && self.begins_expression() => {
                    self.offset = self.part_of_line().unwrap_or(self.offset + 1);
                }
                Some(_) => self.offset += 1,
            }
        }
        let inner = self.slice(start + 1..self.offset);
        self.offset += 1;
        if !escaped {
            return Ok(Cow::Borrowed(inner));
        }
        match serde_json::from_str(self.slice(start..self.offset)) {
            Ok(text) => Ok(Cow::Owned(text)),
            // Escapes inside of an expression are those of its language.
            Err(_) if self.expects_expressions() && open::is_open(inner) => {
                Ok(Cow::Borrowed(inner))
            }
            Err(_) => {
                self.offset = start;
                Err(self.fault("invalid escape"))
            }
        }
    }

    fn list(&mut self) -> Result<Data<'s>, Fault> {
        let mut items = Vec::new();
        match self.items(&mut items)? {
            End::Closed => Ok(Data::List(items)),
            _ => Err(self.fault("expected `]`")),
        }
    }

    fn items(&mut self, items: &mut Vec<Node<'s>>) -> Result<End<'s>, Fault> {
        let mut needs_comma = false;
        loop {
            self.skip_space()?;
            let start = self.offset;
            if self.accept(b']') {
                return Ok(End::Closed);
            }
            if self.accept(b',') {
                if !needs_comma {
                    self.is_more = true;
                }
                needs_comma = false;
                self.note_last_comma(b']')?;
                continue;
            }
            match self.directive()? {
                Some(Directive::If(condition)) => {
                    items.extend(self.branches(condition, Self::items, chosen_items)?);
                    needs_comma = false;
                }
                Some(Directive::For) => {
                    self.repeated(Self::items)?;
                    items.push(self.repetition(start));
                    needs_comma = false;
                }
                Some(Directive::Include) => {
                    items.push(self.repetition(start));
                    needs_comma = false;
                }
                Some(Directive::Nothing) => {}
                Some(directive) => return Ok(end_by(directive)),
                None if needs_comma => return Err(self.fault("expected `,` or `]`")),
                None => {
                    items.push(self.value()?);
                    needs_comma = true;
                }
            }
        }
    }

    fn object(&mut self) -> Result<Data<'s>, Fault> {
        let mut members = Vec::new();
        match self.members(&mut members)? {
            End::Closed if self.has_choices => Ok(Data::Object(merged(members))),
            End::Closed => Ok(Data::Object(members)),
            _ => Err(self.fault("expected `}`")),
        }
    }

    fn members(&mut self, members: &mut Vec<Member<'s>>) -> Result<End<'s>, Fault> {
        let mut needs_comma = false;
        loop {
            self.skip_space()?;
            let start = self.offset;
            if self.accept(b'}') {
                return Ok(End::Closed);
            }
            if self.accept(b',') {
                if !needs_comma {
                    self.is_more = true;
                }
                needs_comma = false;
                self.note_last_comma(b'}')?;
                continue;
            }
            match self.directive()? {
                Some(Directive::If(condition)) => {
                    members.extend(self.branches(condition, Self::members, chosen)?);
                    self.has_choices = true;
                    needs_comma = false;
                }
                Some(Directive::For) => {
                    self.repeated(Self::members)?;
                    members.push(self.repeated_member(start));
                    needs_comma = false;
                }
                Some(Directive::Include) => {
                    members.push(self.repeated_member(start));
                    needs_comma = false;
                }
                Some(Directive::Nothing) => {}
                Some(directive) => return Ok(end_by(directive)),
                None if needs_comma => return Err(self.fault("expected `,` or `}`")),
                None => {
                    members.push(self.member()?);
                    needs_comma = true;
                }
            }
        }
    }

    fn member(&mut self) -> Result<Member<'s>, Fault> {
        match self.peek() {
            Some(b'"') => {}
            None => return Err(self.fault("EOF while parsing an object")),
            Some(_) => return Err(self.fault("key must be a string")),
        }
        let start = self.offset;
        let name = self.string()?;
        let span = start..self.offset;
        self.skip_space()?;
        if !self.accept(b':') {
            return Err(self.fault("expected `:`"));
        }
        let value = self.value()?;
        Ok(Member { name, span, value })
    }

    /// What stands between a condition and its end.
    fn branches<T>(
        &mut self,
        condition: &'s str,
        read: Read<'s, T>,
        choose: Choose<'s, T>,
    ) -> Result<Vec<T>, Fault> {
        let (mut then, mut otherwise) = (Vec::new(), Vec::new());
        self.deeper()?;
        let end = match read(self, &mut then)? {
            End::Else => read(self, &mut otherwise)?,
            End::ElseIf(condition) => {
                otherwise = self.branches(condition, read, choose)?;
                End::If
            }
            end => end,
        };
        self.depth -= 1;
        match end {
            End::If | End::Any => Ok(choose(condition, then, otherwise)),
            _ => Err(self.fault(IF_WITHOUT_END)),
        }
    }

    fn repeated<T>(&mut self, read: Read<'s, T>) -> Result<(), Fault> {
        self.deeper()?;
        let end = match read(self, &mut Vec::new())? {
            // What stands there if there is nothing to go through.
            End::Else => read(self, &mut Vec::new())?,
            end => end,
        };
        self.depth -= 1;
        match end {
            End::For | End::Any => Ok(()),
            _ => Err(self.fault("expected the end of a loop")),
        }
    }

    fn repeated_member(&self, start: usize) -> Member<'s> {
        let value = self.repetition(start);
        Member {
            name: Cow::Borrowed(FOR),
            span: value.span.clone(),
            value,
        }
    }

    fn deeper(&mut self) -> Result<(), Fault> {
        self.depth += 1;
        match self.depth >= MAX_DEPTH {
            true => Err(self.fault("recursion limit exceeded")),
            false => Ok(()),
        }
    }

    fn repetition(&self, start: usize) -> Node<'s> {
        let span = start..self.offset;
        Node {
            data: Data::Open(Cow::Borrowed(self.slice(span.clone()))),
            span,
        }
    }

    fn note_last_comma(&mut self, close: u8) -> Result<(), Fault> {
        self.skip_space()?;
        self.is_more |= self.peek() == Some(close);
        Ok(())
    }
}

/// What ends a list at a directive that does not belong to an item of it.
fn end_by(directive: Directive<'_>) -> End<'_> {
    match directive {
        Directive::Else => End::Else,
        Directive::ElseIf(condition) => End::ElseIf(condition),
        Directive::EndIf => End::If,
        Directive::EndFor => End::For,
        _ => End::Any,
    }
}

/// A function of CloudFormation or of a directive.
pub(super) fn function<'s>(
    name: impl Into<Cow<'s, str>>,
    argument: Node<'s>,
    span: Range<usize>,
) -> Node<'s> {
    let member = Member {
        name: name.into(),
        span: span.clone(),
        value: argument,
    };
    Node {
        data: Data::Object(vec![member]),
        span,
    }
}
