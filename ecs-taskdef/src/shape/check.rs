use serde_json::Value;

use super::{
    At, Kind, Limits, List, Measure, Member, MemberValue, Reader, Shape, ShapeFault, Structure,
    UnknownMembers, View, ViewMut,
};

/// What is told of a fault and its place.
type Report<'f> = &'f mut dyn FnMut(&At<'_>, ShapeFault<'_>);

/// Reports each difference of an object from its shape.
///
/// ```
/// use ecs_taskdef::TaskDefinition;
/// use ecs_taskdef::shape::{ShapeFault, check};
///
/// let task: TaskDefinition = serde_json::from_str(r#"{"family": "web", "colour": "blue"}"#)?;
/// let mut unknown = Vec::new();
/// check(&task, &mut |at, fault| {
///     if let ShapeFault::Unknown { .. } = fault {
///         unknown.push(at.pointer());
///     }
/// });
/// assert_eq!(unknown, ["/colour"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn check(root: &dyn Structure, report: Report<'_>) {
    check_object(root, &At::ROOT, report);
}

/// Reports each member of an object that is outside of its [documented](Member::documented) bounds.
pub fn check_documented(root: &dyn Structure, report: Report<'_>) {
    root.values(&mut |values| {
        for (member, value) in root.shape().members.iter().zip(values) {
            let (limits, at) = (&member.documented, &At::ROOT.member(member.name));
            match value.map(MemberValue::view) {
                Some(View::List(list)) => {
                    limits.check(Measure::Items, count(list.len()), at, report);
                }
                Some(View::Text(text)) if limits.is_some() => {
                    limits.check(Measure::Characters, count(text.chars().count()), at, report);
                }
                Some(View::Number(number)) => limits.check(Measure::Value, number, at, report),
                _ => {}
            }
        }
    });
}

fn check_object(object: &dyn Structure, at: &At<'_>, report: Report<'_>) {
    let (shape, unknown) = (object.shape(), object.unknown());
    if let Some(found) = unknown.instead() {
        let expected = Kind::Structure(shape);
        return report(at, ShapeFault::WrongType { expected, found });
    }
    if shape.is_free && unknown.is_empty() {
        return;
    }
    object.values(&mut |values| {
        for (member, value) in shape.members.iter().zip(values) {
            match value {
                Some(_) if member.is_free => {}
                Some(value) => check_value(*value, member, &at.member(member.name), report),
                None if member.required => check_missing(member, unknown, at, report),
                None => {}
            }
        }
        for (name, kept) in unknown.iter() {
            let here = at.member(name);
            match shape.position(name) {
                None => report(
                    &here,
                    ShapeFault::Unknown {
                        member: name,
                        shape,
                    },
                ),
                Some((index, _)) if values.get(index).is_some_and(Option::is_some) => {}
                Some(_) if kept.is_null() => report(&here, ShapeFault::Null { member: name }),
                Some((index, _)) => check_kept(object, index, kept, &here, report),
            }
        }
    });
}

fn check_missing(
    member: &'static Member,
    unknown: &UnknownMembers,
    at: &At<'_>,
    report: Report<'_>,
) {
    if unknown.get(member.name).is_none_or(Value::is_null) {
        report(
            at,
            ShapeFault::Missing {
                member: member.name,
            },
        );
    }
}

/// Finds out again what is wrong with the value of a member that was not understood.
fn check_kept(object: &dyn Structure, index: usize, kept: &Value, at: &At<'_>, report: Report<'_>) {
    object.empty().slots(&mut |slots, _| {
        if let Some(slot) = slots.get_mut(index) {
            slot.read(kept, at, &mut Reader::new(report));
        }
    });
}

fn check_value(value: &dyn MemberValue, member: &Member, at: &At<'_>, report: Report<'_>) {
    let limits = &member.limits;
    match value.view() {
        View::Structure(object) => check_object(object, at, report),
        View::List(list) => {
            limits.check(Measure::Items, count(list.len()), at, report);
            check_items(list, &member.kind, at, report);
        }
        View::Text(text) if limits.is_some() => {
            limits.check(Measure::Characters, count(text.chars().count()), at, report);
        }
        View::Number(number) => limits.check(Measure::Value, number, at, report),
        View::Unlisted { value, enumeration } => {
            report(at, ShapeFault::NotInEnum { value, enumeration })
        }
        View::Text(_) | View::Leaf => {}
    }
}

/// Checks the elements of a list, which have no bounds of their own.
fn check_items(list: &dyn List, kind: &Kind, at: &At<'_>, report: Report<'_>) {
    let Kind::List(kind) = kind else { return };
    if kind.is_free() {
        return;
    }
    for index in 0..list.len() {
        let here = at.item(index);
        match list.item(index).map(MemberValue::view) {
            Some(View::Structure(object)) => check_object(object, &here, report),
            Some(View::List(list)) => check_items(list, kind, &here, report),
            Some(View::Unlisted { value, enumeration }) => {
                report(&here, ShapeFault::NotInEnum { value, enumeration });
            }
            _ => {}
        }
    }
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

impl Limits {
    fn is_some(&self) -> bool {
        self.min.is_some() || self.max.is_some()
    }

    fn check(&self, measure: Measure, actual: i64, at: &At<'_>, report: Report<'_>) {
        let low = self.min.is_some_and(|min| actual < min);
        let high = self.max.is_some_and(|max| actual > max);
        if low || high {
            let limits = *self;
            report(
                at,
                ShapeFault::OutOfBounds {
                    measure,
                    actual,
                    limits,
                },
            );
        }
    }
}

/// Takes every `null` member away from an object and what it holds, and says where it was.
pub fn take_nulls(root: &mut dyn Structure, taken: &mut dyn FnMut(&At<'_>)) {
    take_from_object(root, &At::ROOT, taken);
}

fn take_from_object(object: &mut dyn Structure, at: &At<'_>, taken: &mut dyn FnMut(&At<'_>)) {
    let shape: &Shape = object.shape();
    object.slots(&mut |slots, unknown| {
        for (member, slot) in shape.members.iter().zip(slots) {
            if let Some(value) = slot.value_mut() {
                take_from_value(value, &at.member(member.name), taken);
            }
        }
        for member in shape.members {
            if unknown.get(member.name).is_some_and(Value::is_null) {
                unknown.remove(member.name);
                taken(&at.member(member.name));
            }
        }
    });
}

fn take_from_value(value: &mut dyn MemberValue, at: &At<'_>, taken: &mut dyn FnMut(&At<'_>)) {
    match value.view_mut() {
        ViewMut::Structure(object) => take_from_object(object, at, taken),
        ViewMut::List(list) => {
            for index in 0..list.len() {
                if let Some(item) = list.item_mut(index) {
                    take_from_value(item, &at.item(index), taken);
                }
            }
        }
        ViewMut::Leaf => {}
    }
}
