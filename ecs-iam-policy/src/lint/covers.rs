//! Whether one statement speaks of everything that another one speaks of.

use ecs_arn::{ArnPattern, ArnRef};

use crate::compile::ActionPattern;
use crate::document::{Conditions, Listed, Statement, TextList};
use crate::request::ActionName;

/// Whether `wide` applies whenever `narrow` does. Where that cannot be told it is denied.
pub(super) fn covers(wide: &Statement, narrow: &Statement) -> bool {
    let no_conditions = |conditions: &Conditions| conditions.blocks().is_empty();
    let unconditional = wide.condition.as_ref().is_none_or(no_conditions);
    wide.principal == narrow.principal
        && (unconditional || wide.condition == narrow.condition)
        && covers_element(wide.action.as_ref(), narrow.action.as_ref(), covers_action)
        && covers_element(
            wide.resource.as_ref(),
            narrow.resource.as_ref(),
            covers_resource,
        )
}

fn covers_element(
    wide: Option<&Listed<TextList>>,
    narrow: Option<&Listed<TextList>>,
    covers: impl Fn(&str, &str) -> bool,
) -> bool {
    match (wide, narrow) {
        (Some(Listed::These(wide)), Some(Listed::These(narrow))) => narrow
            .iter()
            .all(|text| wide.iter().any(|pattern| covers(pattern, text))),
        (Some(Listed::These(wide)), Some(Listed::AllBut(_))) => wide.iter().any(|text| text == "*"),
        _ => wide == narrow,
    }
}

/// Texts that a pattern matches: with runs of one and of three characters that no policy holds.
fn samples(pattern: &str) -> [String; 2] {
    let one = pattern.replace(['*', '?'], "\u{e000}");
    let more = pattern
        .replace('*', "\u{e000}\u{e001}\u{e002}")
        .replace('?', "\u{e003}");
    [one, more]
}

fn covers_action(pattern: &str, text: &str) -> bool {
    let Ok(pattern) = ActionPattern::compile(pattern) else {
        return false;
    };
    let readable = text == "*" || ActionPattern::compile(text).is_ok();
    readable
        && samples(text)
            .iter()
            .all(|sample| pattern.matches(&ActionName::new(sample)))
}

/// Whether a pattern matches all that another one matches; denied where it cannot be told.
pub(crate) fn covers_resource(wide: &str, text: &str) -> bool {
    if wide == "*" || wide == text {
        return true;
    }
    let Ok(pattern) = ArnPattern::parse(wide) else {
        return false;
    };
    let complete = ArnPattern::parse(text).is_ok_and(|text| text.is_complete());
    complete
        && !text.contains("${")
        && !wide.contains("${")
        && samples(text)
            .iter()
            .all(|sample| ArnRef::parse(sample).is_ok_and(|arn| pattern.matches(arn)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions() {
        for (wide, narrow, expected) in [
            ("*", "ecs:*", true),
            ("ecs:*", "ECS:RunTask", true),
            ("ecs:Describe*", "ecs:DescribeTask?", true),
            ("ecs:Describe*", "ecs:*", false),
            ("ecs:?", "ecs:*", false),
            ("ecs:RunTask", "ecs:Run*", false),
            ("ecs:*", "*", false),
            ("*", "*", true),
        ] {
            assert_eq!(covers_action(wide, narrow), expected, "{wide} {narrow}");
        }
    }

    #[test]
    fn resources() {
        let start = "arn:aws:ecs:us-east-1:123456789012:";
        for (wide, narrow, expected) in [
            ("*", "web", true),
            (
                "arn:aws:ecs:*",
                "arn:aws:ecs:us-east-1:123456789012:task/*",
                true,
            ),
            (
                "arn:aws:ecs:*:*:task/*",
                "arn:aws:ecs:us-east-1:123456789012:task/a",
                true,
            ),
            (
                "arn:aws:ecs:us-*:*:task/*",
                "arn:aws:ecs:*:123456789012:task/a",
                false,
            ),
            ("arn:aws:ecs:*:*:task/a", "arn:aws:ecs:*:*:task/*", false),
            (
                "arn:aws:ecs:*:*:task/${x, 'a'}",
                "arn:aws:ecs:*:*:task/a",
                false,
            ),
            (
                "arn:aws:ecs:*:*:*",
                "arn:aws:ecs:*:*:task/${aws:username}",
                false,
            ),
        ] {
            assert_eq!(covers_resource(wide, narrow), expected, "{wide} {narrow}");
        }
        assert!(covers_resource(
            &format!("{start}*"),
            &format!("{start}cluster/?")
        ));
    }
}
