//! JSON as people keep it: with comments, with a comma too many, and, where a text is a template
//! of its own, with values that are to be filled in and parts that a condition decides about.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::node::{Data, FOR, IF, LAST, Member, NOTHING, Node};
use crate::open::{self, Ahead, Parts};

/// Why a text cannot be read, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) offset: usize,
    pub(super) reason: String,
}

/// How deep lists and objects may lie in each other, as for `serde_json`.
pub(super) const MAX_DEPTH: usize = 128;

/// Reads JSON and what people make of it; whether it was more than JSON.
///
/// Quotes in an expression such as `"${a ? "b" : "c"}"` end the string in JSON. Only where that
/// cannot be read do they belong to the expression. Of two faults, the one further on is told, unless
/// it is the end of the text: a brace that closes something else may have begun a string there.
pub(super) fn parse(text: &str) -> Result<(Node<'_>, bool), Fault> {
    let fault = match parse_with(text, Quotes::EndStrings) {
        Err(fault) if text.contains("${") => fault,
        parsed => return parsed,
    };
    match parse_with(text, Quotes::MayBeOfExpressions) {
        Ok((node, _)) => Ok((node, true)),
        Err(other) if (fault.offset + 1..text.len()).contains(&other.offset) => Err(other),
        Err(_) => Err(fault),
    }
}

/// What quotes between `${` and `}` do to a string.
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

/// A directive of a template of Terraform: `%{ if ... }`, `%{ else }`, `%{ endif }`.
enum Directive<'s> {
    If(&'s str),
    Else,
    EndIf,
    For,
    EndFor,
}

/// Why a list of members or elements ends.
enum End {
    Closed,
    Else,
    If,
    For,
}

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
            Some(b'{') if self.rest().starts_with("{{") => self.open()?,
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
        let directive = self.directive()?;
        let Some(directive) = directive else {
            let data = self.open()?;
            return Ok(Node {
                data,
                span: start..self.offset,
            });
        };
        let Directive::If(condition) = directive else {
            return Err(self.fault("expected value"));
        };
        self.deeper()?;
        let then = self.value()?;
        self.skip_space()?;
        let otherwise = match self.directive()? {
            Some(Directive::Else) => {
                let otherwise = self.value()?;
                self.skip_space()?;
                match self.directive()? {
                    Some(Directive::EndIf) => otherwise,
                    _ => return Err(self.fault("expected `%{ endif }`")),
                }
            }
            Some(Directive::EndIf) => nothing(start..self.offset),
            _ => return Err(self.fault("expected `%{ endif }`")),
        };
        self.depth -= 1;
        Ok(choice(condition, start..self.offset, then, otherwise))
    }

    /// Goes over the directive here, if there is one.
    fn directive(&mut self) -> Result<Option<Directive<'s>>, Fault> {
        if !self.rest().starts_with("%{") {
            return Ok(None);
        }
        let end = self.parts.end_at(self.offset);
        let end = end.ok_or_else(|| self.fault("directive without an end"))?;
        let inner = self.slice(self.offset + 2..end - 1);
        let inner = inner.trim_matches('~').trim();
        let (word, argument) = inner.split_once(' ').unwrap_or((inner, ""));
        let directive = match word {
            "if" => Directive::If(argument.trim()),
            "else" => Directive::Else,
            "endif" => Directive::EndIf,
            "for" => Directive::For,
            "endfor" => Directive::EndFor,
            _ => return Err(self.fault("expected a directive of a template")),
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
                Some(b'$') if self.expects_expressions() && self.rest().starts_with("${") => {
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

    fn items(&mut self, items: &mut Vec<Node<'s>>) -> Result<End, Fault> {
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
                    let (then, otherwise) = self.branches(Self::items)?;
                    let span = start..self.offset;
                    for node in then {
                        let none = nothing(span.clone());
                        items.push(choice(condition, node.span.clone(), node, none));
                    }
                    for node in otherwise {
                        let none = nothing(span.clone());
                        items.push(choice(condition, node.span.clone(), none, node));
                    }
                    needs_comma = false;
                }
                Some(Directive::Else) => return Ok(End::Else),
                Some(Directive::EndIf) => return Ok(End::If),
                Some(Directive::EndFor) => return Ok(End::For),
                Some(Directive::For) => {
                    self.repeated(Self::items)?;
                    items.push(self.repetition(start));
                    needs_comma = false;
                }
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

    fn members(&mut self, members: &mut Vec<Member<'s>>) -> Result<End, Fault> {
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
                    let (then, otherwise) = self.branches(Self::members)?;
                    self.has_choices = true;
                    members.extend(chosen(condition, then, otherwise));
                    needs_comma = false;
                }
                Some(Directive::Else) => return Ok(End::Else),
                Some(Directive::EndIf) => return Ok(End::If),
                Some(Directive::EndFor) => return Ok(End::For),
                Some(Directive::For) => {
                    self.repeated(Self::members)?;
                    let value = self.repetition(start);
                    members.push(Member {
                        name: Cow::Borrowed(FOR),
                        span: value.span.clone(),
                        value,
                    });
                    needs_comma = false;
                }
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

    /// What stands between `%{ if }` and `%{ endif }`, before and behind an `%{ else }`.
    fn branches<T>(
        &mut self,
        read: fn(&mut Self, &mut Vec<T>) -> Result<End, Fault>,
    ) -> Result<(Vec<T>, Vec<T>), Fault> {
        let (mut then, mut otherwise) = (Vec::new(), Vec::new());
        self.deeper()?;
        let mut end = read(self, &mut then)?;
        if matches!(end, End::Else) {
            end = read(self, &mut otherwise)?;
        }
        self.depth -= 1;
        match end {
            End::If => Ok((then, otherwise)),
            _ => Err(self.fault("expected `%{ endif }`")),
        }
    }

    fn repeated<T>(
        &mut self,
        read: fn(&mut Self, &mut Vec<T>) -> Result<End, Fault>,
    ) -> Result<(), Fault> {
        self.deeper()?;
        let end = read(self, &mut Vec::new())?;
        self.depth -= 1;
        match end {
            End::For => Ok(()),
            _ => Err(self.fault("expected `%{ endfor }`")),
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

/// The members of both branches, each with nothing in place of the other.
fn chosen<'s>(
    condition: &'s str,
    then: Vec<Member<'s>>,
    otherwise: Vec<Member<'s>>,
) -> impl Iterator<Item = Member<'s>> {
    let then = then.into_iter().map(|member| (member, true));
    let otherwise = otherwise.into_iter().map(|member| (member, false));
    then.chain(otherwise).map(move |(member, holds)| {
        let span = member.value.span.clone();
        let none = nothing(span.clone());
        let (then, otherwise) = match holds {
            true => (member.value, none),
            false => (none, member.value),
        };
        Member {
            value: choice(condition, span, then, otherwise),
            ..member
        }
    })
}

/// Members of the same name as one, of which the last that is there counts, where a condition
/// decides about the later ones.
fn merged(members: Vec<Member<'_>>) -> Vec<Member<'_>> {
    let mut merged: Vec<Member<'_>> = Vec::with_capacity(members.len());
    let mut known: HashMap<Cow<'_, str>, usize> = HashMap::new();
    for member in members {
        let is_chosen = matches!(member.value.function(), Some((IF, _)));
        let earlier = known.get(&member.name).copied().filter(|_| is_chosen);
        match earlier.and_then(|index| merged.get_mut(index)) {
            Some(earlier) => add_choice(earlier, member),
            None => {
                known.insert(member.name.clone(), merged.len());
                merged.push(member);
            }
        }
    }
    merged
}

fn add_choice<'s>(member: &mut Member<'s>, later: Member<'s>) {
    let span = later.value.span.clone();
    if let Data::Object(outer) = &mut member.value.data
        && let [only] = outer.as_mut_slice()
        && only.name == LAST
        && let Data::List(choices) = &mut only.value.data
    {
        choices.push(later.value);
        return;
    }
    let nothing = nothing(span.clone());
    let earlier = std::mem::replace(&mut member.value, nothing);
    let choices = Node {
        data: Data::List(vec![earlier, later.value]),
        span: span.clone(),
    };
    member.value = function(LAST, choices, span);
}

/// One of two values. `!x` is the other of `x`.
fn choice<'s>(
    condition: &'s str,
    span: Range<usize>,
    then: Node<'s>,
    otherwise: Node<'s>,
) -> Node<'s> {
    let is_part = |letter: char| letter.is_alphanumeric() || "._-[]\"".contains(letter);
    let negated = condition.strip_prefix('!').map(str::trim_start);
    let (condition, then, otherwise) = match negated {
        Some(negated) if negated.chars().all(is_part) => (negated, otherwise, then),
        _ => (condition, then, otherwise),
    };
    let condition = Node {
        data: Data::Text(Cow::Borrowed(condition)),
        span: span.clone(),
    };
    let branches = Node {
        data: Data::List(vec![condition, then, otherwise]),
        span: span.clone(),
    };
    function(IF, branches, span)
}

fn nothing<'s>(span: Range<usize>) -> Node<'s> {
    let nothing = Node {
        data: Data::Null,
        span: span.clone(),
    };
    function(NOTHING, nothing, span)
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
