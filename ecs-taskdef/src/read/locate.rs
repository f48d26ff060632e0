//! From a pointer in the names of the API back to the text.

use std::borrow::Cow;
use std::ops::Range;

use super::convert::{Names, api_name, keeps_open};
use super::function::{Env, Seen};
use super::node::{Data, IF, LAST, Node};
use super::{cloudformation, escaped};
use crate::shape::Kind;

/// Where in a text something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) span: Range<usize>,
    /// The steps that lead on to what is not there, in the names of the text.
    pub(super) rest: String,
}

/// Follows the steps through what the functions of the text give; where they lead to nothing, the
/// place is that of the last value on the way.
pub(super) fn locate<'n, 's: 'n>(
    env: Env<'n, 's>,
    names: Names,
    node: &'n Node<'s>,
    kind: Option<&Kind>,
    steps: &[Cow<'_, str>],
) -> Place {
    let node = env.chosen(node);
    let here = |steps| Place {
        span: node.span.clone(),
        rest: rest_of(names, kind, steps),
    };
    let Some((step, others)) = steps.split_first() else {
        return here(&[]);
    };
    let Seen::Known(seen) = env.see(node) else {
        return here(steps);
    };
    let next = match (&seen.data, kind) {
        (Data::Object(members), Some(Kind::Structure(shape))) => {
            let is_it = |name: &str| api_name(names, shape, name) == Some(step) || name == *step;
            let mut named = members.iter().rev().filter(|member| is_it(&member.name));
            let kind = shape.member(step).map(|member| &member.kind);
            named.next().map(|member| (&member.value, kind))
        }
        (Data::Object(_), Some(Kind::Map(kind))) => {
            seen.get(step).map(|value| (value, Some(*kind)))
        }
        (Data::Object(_), _) => seen.get(step).map(|value| (value, None)),
        (Data::List(items), kind) => {
            let kind = match kind {
                Some(Kind::List(kind)) => Some(*kind),
                _ => None,
            };
            let has_place = |item: &&Node<'s>| match env.see(item) {
                Seen::Absent => false,
                Seen::Open(_) => kind.is_none_or(keeps_open),
                Seen::Known(_) => true,
            };
            let index: Option<usize> = step.parse().ok();
            let item = index.and_then(|index| items.iter().filter(has_place).nth(index));
            item.map(|item| (item, kind))
        }
        _ => None,
    };
    match next {
        Some((value, kind)) => locate(env, names, value, kind, others),
        None => Place {
            // What a function chose is nearer than the function.
            span: seen.span.clone(),
            rest: rest_of(names, kind, steps),
        },
    }
}

/// Steps to what is not there, as the text would call them.
fn rest_of(names: Names, kind: Option<&Kind>, steps: &[Cow<'_, str>]) -> String {
    let (mut rest, mut kind) = (String::new(), kind.copied());
    for step in steps {
        let (name, inner) = match kind {
            Some(Kind::Structure(shape)) if names == Names::CloudFormation => (
                Cow::Owned(cloudformation::own_name(shape.name, step)),
                shape.member(step).map(|member| member.kind),
            ),
            Some(Kind::List(inner) | Kind::Map(inner)) => (step.clone(), Some(*inner)),
            _ => (step.clone(), None),
        };
        rest.push('/');
        rest.push_str(&escaped(&name));
        kind = inner;
    }
    rest
}

/// The pointer to the value that stands there, in the names of the text.
pub(super) fn path_to(node: &Node<'_>, span: &Range<usize>) -> String {
    let (mut path, mut node) = (String::new(), node);
    let is_around = |outer: &Range<usize>| outer.start <= span.start && span.end <= outer.end;
    loop {
        let is_there = node.span == *span;
        if is_there && node.function().is_some() {
            break;
        }
        // A directive is no step.
        if matches!(node.function(), Some((IF | LAST, _))) {
            match node.branches().find(|branch| is_around(&branch.span)) {
                Some(branch) => node = branch,
                None => break,
            }
            continue;
        }
        let item = node.items().iter().enumerate();
        let item = item
            .filter(|(_, item)| is_around(&item.span) && (!is_there || item.span == *span))
            .map(|(index, item)| (Cow::Owned(index.to_string()), item));
        let member = node.members().iter();
        let member = member
            .filter(|member| {
                is_around(&member.value.span) && (!is_there || member.value.span == *span)
            })
            .map(|member| (Cow::Borrowed(member.name.as_ref()), &member.value));
        let Some((step, inner)) = item.chain(member).next() else {
            break;
        };
        path.push('/');
        path.push_str(&escaped(&step));
        node = inner;
    }
    path
}
