//! YAML, with the short forms of the functions of CloudFormation.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use super::json::{Fault, MAX_DEPTH, function};
use super::node::{Data, Member, Node};

/// How many values a text may come to when its aliases are replaced.
const MAX_NODES: usize = 1_000_000;

/// How many bytes are read again, all in all, to indent lines of a text.
const MAX_READ_AGAIN: usize = 64 * 1024 * 1024;

/// What the parser says of a line that is indented less than what stands around its brackets.
const NOT_INDENTED: [&str; 2] = [
    "invalid indentation",
    "invalid indentation in flow construct",
];

/// Reads the first document of a text in YAML; whether there are others.
///
/// YAML wants what stands in brackets to be indented more than the member it belongs to, a `]` on
/// a line of its own included. No reader of templates insists, so such lines are indented here.
pub(super) fn parse(text: &str) -> Result<(Node<'_>, bool), Fault> {
    let mut fault = match parse_indented(text, Offsets::of(text)) {
        Ok(parsed) => return Ok(parsed),
        Err(fault) => fault,
    };
    let indentation = " ".repeat(deepest(text));
    let (mut indented, mut insertions) = (text.to_owned(), Vec::new());
    let mut read_again = 0_usize;
    loop {
        let at = fault.offset + insertions.len() * indentation.len();
        read_again = read_again.saturating_add(at);
        let line = indented
            .get(..at)
            .and_then(|before| before.rsplit('\n').next());
        let is_first = line.is_some_and(|line| line.trim().is_empty());
        let is_new = insertions.last().is_none_or(|last| *last < fault.offset);
        let is_mendable = NOT_INDENTED.contains(&fault.reason.as_str()) && is_first && is_new;
        if !is_mendable || read_again > MAX_READ_AGAIN {
            return Err(fault);
        }
        indented.insert_str(at, &indentation);
        insertions.push(fault.offset);
        let offsets = Offsets::of(&indented).without(&insertions, indentation.len());
        fault = match parse_indented(&indented, offsets) {
            Ok((node, has_more)) => return Ok((node.into_owned(), has_more)),
            Err(fault) => fault,
        };
    }
}

/// How far in the members of any block of a text can begin, and one more.
fn deepest(text: &str) -> usize {
    let begins = |line: &str| line.len() - line.trim_start_matches([' ', '-', '?']).len();
    text.lines().map(begins).max().unwrap_or_default() + 1
}

fn parse_indented(text: &str, offsets: Offsets) -> Result<(Node<'_>, bool), Fault> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        offsets,
        anchors: HashMap::new(),
        count: 0,
        depth: 0,
    };
    loop {
        match reader.next()? {
            (Event::StreamStart | Event::DocumentStart(_), _) => {}
            (Event::StreamEnd, _) => return Ok((empty(0..0), false)),
            (event, span) => {
                let node = reader.node(event, span)?;
                let is_last = loop {
                    match reader.next()?.0 {
                        Event::StreamEnd => break true,
                        Event::DocumentStart(_) => break false,
                        _ => {}
                    }
                };
                return Ok((node, !is_last));
            }
        }
    }
}

fn empty<'s>(span: Range<usize>) -> Node<'s> {
    Node {
        data: Data::Null,
        span,
    }
}

/// The parser counts characters, and everybody else bytes of the text as it is written.
struct Offsets {
    /// Where each character begins; empty if each is one byte.
    starts: Vec<usize>,
    length: usize,
    /// Where in the text that is read spaces are inserted, in ascending order, and how many each
    /// time.
    insertions: Vec<usize>,
    width: usize,
}

impl Offsets {
    fn of(text: &str) -> Self {
        let starts = match text.is_ascii() {
            true => Vec::new(),
            false => text.char_indices().map(|(start, _)| start).collect(),
        };
        Self {
            starts,
            length: text.len(),
            insertions: Vec::new(),
            width: 0,
        }
    }

    /// `insertions` are places of the text as it is written.
    fn without(self, insertions: &[usize], width: usize) -> Self {
        let insertions = insertions.iter().enumerate();
        Self {
            insertions: insertions.map(|(index, at)| at + index * width).collect(),
            width,
            ..self
        }
    }

    fn byte(&self, character: usize) -> usize {
        let read = match self.starts.is_empty() {
            true => character.min(self.length),
            false => self.starts.get(character).copied().unwrap_or(self.length),
        };
        let count = self.insertions.partition_point(|begin| *begin < read);
        let (before, _) = self.insertions.split_at(count);
        // What lies within inserted spaces stands where they are inserted.
        let within = before
            .last()
            .map_or(0, |last| (last + self.width).saturating_sub(read));
        (read + within).saturating_sub(count * self.width)
    }

    fn span(&self, span: Span) -> Range<usize> {
        self.byte(span.start.index())..self.byte(span.end.index())
    }
}

struct Reader<'s> {
    parser: Parser<'s, StrInput<'s>>,
    offsets: Offsets,
    anchors: HashMap<usize, Node<'s>>,
    count: usize,
    depth: usize,
}

impl<'s> Reader<'s> {
    fn next(&mut self) -> Result<(Event<'s>, Range<usize>), Fault> {
        match self.parser.next_event() {
            None => Ok((Event::StreamEnd, 0..0)),
            Some(Ok((event, span))) => Ok((event, self.offsets.span(span))),
            Some(Err(error)) => Err(Fault {
                offset: self.offsets.byte(error.marker().index()),
                reason: error.info().to_owned(),
            }),
        }
    }

    fn counted(&mut self, count: usize, at: &Range<usize>) -> Result<(), Fault> {
        self.count = self.count.saturating_add(count);
        if self.count > MAX_NODES || self.depth > MAX_DEPTH {
            let reason = match self.depth > MAX_DEPTH {
                true => "values lie too deep in each other",
                false => "aliases make too many values",
            };
            return Err(Fault {
                offset: at.start,
                reason: reason.to_owned(),
            });
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'s>, span: Range<usize>) -> Result<Node<'s>, Fault> {
        self.counted(1, &span)?;
        let (node, anchor, tag) = match event {
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.unwrap_or_else(|| empty(span.clone()));
                self.counted(size(&node), &span)?;
                return Ok(node);
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain || tag.as_deref().is_some_and(is_string);
                let data = match is_text {
                    true => Data::Text(text),
                    false => Data::Plain(text),
                };
                (Node { data, span }, anchor, tag)
            }
            Event::SequenceStart(anchor, tag) => (self.list(span)?, anchor, tag),
            Event::MappingStart(anchor, tag) => (self.object(span)?, anchor, tag),
            _ => return Ok(empty(span)),
        };
        let node = match tag {
            Some(tag) => tagged(&tag, node),
            None => node,
        };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, span: Range<usize>) -> Result<Node<'s>, Fault> {
        let mut items = Vec::new();
        let mut end = span.end;
        self.depth += 1;
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::StreamEnd, _) => break,
                (event, span) => {
                    let item = self.node(event, span)?;
                    end = end.max(item.span.end);
                    items.push(item);
                }
            }
        }
        self.depth -= 1;
        Ok(Node {
            data: Data::List(items),
            span: span.start..end,
        })
    }

    fn object(&mut self, span: Range<usize>) -> Result<Node<'s>, Fault> {
        let mut members: Vec<Member<'s>> = Vec::new();
        let mut merged = Vec::new();
        let mut end = span.end;
        self.depth += 1;
        loop {
            let (key, key_span) = match self.next()? {
                (Event::MappingEnd | Event::StreamEnd, _) => break,
                (event, span) => (self.node(event, span.clone())?, span),
            };
            let (event, value_span) = self.next()?;
            let value = self.node(event, value_span)?;
            end = end.max(value.span.end);
            match key.data {
                Data::Plain(name) if name == "<<" => merged.push(value),
                Data::Plain(name) | Data::Text(name) => members.push(Member {
                    name,
                    span: key_span,
                    value,
                }),
                _ => {
                    return Err(Fault {
                        offset: key_span.start,
                        reason: "the name of a member is no text".to_owned(),
                    });
                }
            }
        }
        self.depth -= 1;
        for value in merged {
            merge(&mut members, value);
        }
        Ok(Node {
            data: Data::Object(members),
            span: span.start..end,
        })
    }
}

/// Takes over the members of another object, or of several, that are not there yet.
fn merge<'s>(members: &mut Vec<Member<'s>>, other: Node<'s>) {
    match other.data {
        Data::Object(others) => {
            for other in others {
                if !members.iter().any(|member| member.name == other.name) {
                    members.push(other);
                }
            }
        }
        Data::List(others) => {
            for other in others {
                merge(members, other);
            }
        }
        _ => {}
    }
}

fn size(node: &Node<'_>) -> usize {
    let members = node.members().iter().map(|member| size(&member.value));
    let items = node.items().iter().map(size);
    members.chain(items).sum::<usize>() + 1
}

fn is_string(tag: &Tag) -> bool {
    tag.is_yaml_core_schema() && tag.suffix == "str"
}

/// `!Ref`, `!Sub` and the other short forms in their long form.
fn tagged<'s>(tag: &Tag, node: Node<'s>) -> Node<'s> {
    if tag.is_yaml_core_schema() {
        return node;
    }
    let span = node.span.clone();
    match tag.suffix.as_str() {
        "Ref" | "Condition" => function(tag.suffix.clone(), as_text(node), span),
        "GetAtt" => function("Fn::GetAtt", split_name(as_text(node)), span),
        name => function(format!("Fn::{name}"), node, span),
    }
}

/// A scalar without quotes is a text where a function takes one.
fn as_text(node: Node<'_>) -> Node<'_> {
    match node.data {
        Data::Plain(text) => Node {
            data: Data::Text(text),
            span: node.span,
        },
        _ => node,
    }
}

/// `Resource.Attribute` as a list of two.
fn split_name(node: Node<'_>) -> Node<'_> {
    let Node { data, span } = node;
    let parts = match &data {
        Data::Text(text) => text.split_once('.'),
        _ => None,
    };
    let Some((resource, attribute)) = parts else {
        return Node { data, span };
    };
    let part = |text: &str| Node {
        data: Data::Text(Cow::Owned(text.to_owned())),
        span: span.clone(),
    };
    let parts = vec![part(resource), part(attribute)];
    Node {
        data: Data::List(parts),
        span,
    }
}
