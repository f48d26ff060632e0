//! What the conditions of directives come to in the tree of a text: functions around values.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::json::function;
use super::node::{Data, IF, LAST, Member, NOTHING, Node};

/// The members of both branches, each with nothing in place of the other.
pub(super) fn chosen<'s>(
    condition: &'s str,
    then: Vec<Member<'s>>,
    otherwise: Vec<Member<'s>>,
) -> Vec<Member<'s>> {
    let then = then.into_iter().map(|member| (member, true));
    let otherwise = otherwise.into_iter().map(|member| (member, false));
    let one = |(member, holds): (Member<'s>, bool)| Member {
        value: if_only(condition, member.value, holds),
        ..member
    };
    then.chain(otherwise).map(one).collect()
}

pub(super) fn chosen_items<'s>(
    condition: &'s str,
    then: Vec<Node<'s>>,
    otherwise: Vec<Node<'s>>,
) -> Vec<Node<'s>> {
    let then = then.into_iter().map(|node| if_only(condition, node, true));
    let otherwise = otherwise
        .into_iter()
        .map(|node| if_only(condition, node, false));
    then.chain(otherwise).collect()
}

/// A value that is there only if a condition holds, or only if it does not.
fn if_only<'s>(condition: &'s str, value: Node<'s>, holds: bool) -> Node<'s> {
    let span = value.span.clone();
    let none = nothing(span.clone());
    match holds {
        true => choice(condition, span, value, none),
        false => choice(condition, span, none, value),
    }
}

/// Members of the same name as one, of which the last that is there counts, where a condition
/// decides about the later ones.
pub(super) fn merged(members: Vec<Member<'_>>) -> Vec<Member<'_>> {
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

/// One of two values. `!x` and `not x` are the others of `x`.
pub(super) fn choice<'s>(
    condition: &'s str,
    span: Range<usize>,
    then: Node<'s>,
    otherwise: Node<'s>,
) -> Node<'s> {
    let is_part = |letter: char| letter.is_alphanumeric() || "._-[]\"".contains(letter);
    let negated = condition
        .strip_prefix('!')
        .or(condition.strip_prefix("not "));
    let negated = negated.map(str::trim_start);
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

pub(super) fn nothing<'s>(span: Range<usize>) -> Node<'s> {
    let nothing = Node {
        data: Data::Null,
        span: span.clone(),
    };
    function(NOTHING, nothing, span)
}
