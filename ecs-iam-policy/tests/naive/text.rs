//! Patterns, by trying everything.

use serde_json::{Map, Value};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    Char(char),
    One,
    Run,
}

/// The value of a key whatever its case.
pub(crate) fn lookup<'a>(context: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    context
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(key))
        .map(|(_, value)| value)
}

/// Replaces variables by their values, which are literal; nothing if one has no value.
fn tokens(
    pattern: &str,
    variables: bool,
    wildcards: bool,
    context: &Map<String, Value>,
) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if let Some(variable) = rest.strip_prefix("${").filter(|_| variables) {
            let (body, after) = variable.split_once('}')?;
            rest = after;
            let value = match body {
                "*" | "?" | "$" => body.to_owned(),
                _ => value_of(body, context)?,
            };
            tokens.extend(value.chars().map(Token::Char));
            continue;
        }
        tokens.push(match first {
            '*' if wildcards => Token::Run,
            '?' if wildcards => Token::One,
            other => Token::Char(other),
        });
        rest = rest.strip_prefix(first)?;
    }
    Some(tokens)
}

fn value_of(body: &str, context: &Map<String, Value>) -> Option<String> {
    let (name, default) = match body.split_once(',') {
        Some((name, default)) => (name.trim(), Some(default.trim().trim_matches('\''))),
        None => (body.trim(), None),
    };
    match lookup(context, name) {
        Some(Value::Array(_)) | None => default.map(str::to_owned),
        Some(value) => Some(super::as_text(value)),
    }
}

/// A table of which prefixes of the pattern match which prefixes of the text.
fn run(pattern: &[Token], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut reachable = vec![false; text.len() + 1];
    reachable[0] = true;
    for token in pattern {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            match token {
                Token::Run => next[at] = (0..=at).any(|start| reachable[start]),
                Token::One if at > 0 => next[at] = reachable[at - 1],
                Token::Char(c) if at > 0 => next[at] = reachable[at - 1] && text[at - 1] == *c,
                _ => {}
            }
        }
        reachable = next;
    }
    reachable[text.len()]
}

pub(crate) fn like(pattern: &str, text: &str) -> bool {
    tokens(pattern, false, true, &Map::new()).is_some_and(|tokens| run(&tokens, text))
}

pub(crate) fn string_matches(
    pattern: &str,
    text: &str,
    variables: bool,
    wildcards: bool,
    context: &Map<String, Value>,
) -> bool {
    tokens(pattern, variables, wildcards, context).is_some_and(|tokens| run(&tokens, text))
}

/// Cuts at the first five colons that stand outside of variables.
pub(crate) fn segments(pattern: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut inside = false;
    let mut previous = ' ';
    for c in pattern.chars() {
        inside = (inside || (c == '{' && previous == '$')) && c != '}';
        previous = c;
        if c == ':' && !inside && parts.len() < 6 {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts
}

pub(crate) fn is_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    parts.len() == 6
        && parts[0] == "arn"
        && !parts[1].is_empty()
        && !parts[2].is_empty()
        && !parts[5].is_empty()
}

/// Compares part by part; a pattern that stops early needs a `*` at its end.
pub(crate) fn arn_matches(
    pattern: &str,
    arn: &str,
    variables: bool,
    context: &Map<String, Value>,
) -> bool {
    let pattern_parts = segments(pattern);
    let arn_parts: Vec<&str> = arn.splitn(6, ':').collect();
    let service_is_plain = pattern_parts
        .get(2)
        .is_none_or(|part| !part.contains(['*', '?']) && !part.contains("${"));
    is_arn(arn)
        && pattern_parts[0] == "arn"
        && service_is_plain
        && (pattern_parts.len() == 6 || pattern.ends_with('*'))
        && pattern_parts
            .iter()
            .zip(&arn_parts)
            .all(|(pattern, text)| string_matches(pattern, text, variables, true, context))
}

pub(crate) fn resource_matches(
    pattern: &str,
    resource: &str,
    variables: bool,
    context: &Map<String, Value>,
) -> bool {
    let parts = segments(pattern);
    let early = parts.iter().take(5).any(|part| {
        let escapes = ["${*}", "${?}", "${$}"];
        let plain = escapes
            .iter()
            .fold(part.clone(), |part, escape| part.replace(escape, ""));
        plain.contains("${")
    });
    pattern == "*" || (!(variables && early) && arn_matches(pattern, resource, variables, context))
}
