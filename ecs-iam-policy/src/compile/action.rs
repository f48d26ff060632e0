//! Patterns of actions.

use ecs_arn::Wildcard;

use crate::request::{ActionEnds, ActionName};

/// A pattern of actions, in lower case.
#[derive(Debug, Clone)]
pub(crate) enum ActionPattern {
    /// `*`
    Any,
    /// No wildcard: service and name in one.
    Exact(Box<str>, ActionEnds),
    /// Service and name apart, so that no wildcard crosses the colon.
    Parts(LiteralStart, Wildcard, Wildcard),
}

/// Up to eight bytes before the first wildcard, which an action has to start with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiteralStart {
    head: u64,
    mask: u64,
}

impl LiteralStart {
    fn of(folded: &str) -> Self {
        let start = folded.split(['*', '?']).next().unwrap_or_default();
        let ones = |len: usize| (0..len.min(8)).fold(0_u64, |mask, at| mask | (0xff << (8 * at)));
        Self {
            head: ActionEnds::of(start).head,
            mask: ones(start.len()),
        }
    }
}

impl ActionPattern {
    /// Reads a pattern; the error says why it can match no action.
    pub(crate) fn compile(text: &str) -> Result<Self, &'static str> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let folded = text.to_ascii_lowercase();
        let (service, name) = folded
            .split_once(':')
            .ok_or("an action is a service, a colon and a name")?;
        if name.contains(':') {
            return Err("an action has one colon");
        }
        let (service, name) = (Wildcard::new(service), Wildcard::new(name));
        let exact = service.is_literal() && name.is_literal();
        Ok(if exact {
            Self::Exact(folded.as_str().into(), ActionEnds::of(&folded))
        } else {
            Self::Parts(LiteralStart::of(&folded), service, name)
        })
    }

    pub(crate) fn matches(&self, action: &ActionName) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(text, ends) => *ends == action.ends() && **text == *action.folded(),
            Self::Parts(start, service, name) => {
                let is_other = action.ends().head & start.mask != start.head;
                let matches = |(of_service, of_name): (&str, &str)| {
                    service.matches(of_service) && name.matches(of_name)
                };
                !is_other && action.parts().is_some_and(matches)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, action: &str) -> bool {
        ActionPattern::compile(pattern)
            .unwrap()
            .matches(&ActionName::new(action))
    }

    #[test]
    fn case_and_wildcards() {
        assert!(matches("ECS:runtask", "ecs:RunTask"));
        assert!(matches("ecs:*", "ECS:RunTask"));
        assert!(matches("ecs:?unT*", "ecs:RunTask"));
        assert!(matches("*:RunTask", "ecs:RunTask"));
        assert!(matches("*", "anything"));
        assert!(!matches("ecs:Run", "ecs:RunTask"));
        assert!(!matches("ecs:Run.ask", "ecs:RunTask"));
        assert!(
            !matches("ecs*:Task", "ecs:RunTask"),
            "no wildcard crosses the colon"
        );
        assert!(!matches("ecs:*", "ecs"));
        assert!(!matches("ecs:RunTask", "ecs:RanTask"), "the same ends");
        assert!(!matches("ecs:DescribeTaskSets", "ecs:DescribeBaskSets"));
        assert!(matches("*:RunTask", "e:RunTask") && matches("e?s:Run*", "ecs:Run"));
    }

    #[test]
    fn what_is_no_action() {
        let error = |text| ActionPattern::compile(text).unwrap_err();
        assert_eq!(
            error("ecs>DeleteCluster"),
            "an action is a service, a colon and a name"
        );
        assert_eq!(error("ecs:a:b"), "an action has one colon");
    }
}
