//! Patterns of actions.

use ecs_arn::Wildcard;

use crate::request::ActionName;

/// A pattern of actions, in lower case.
#[derive(Debug, Clone)]
pub(crate) enum ActionPattern {
    /// `*`
    Any,
    /// No wildcard: service and name in one.
    Exact(Box<str>),
    /// Service and name apart, so that no wildcard crosses the colon.
    Parts(Wildcard, Wildcard),
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
            Self::Exact(folded.into())
        } else {
            Self::Parts(service, name)
        })
    }

    pub(crate) fn matches(&self, action: &ActionName) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(text) => **text == *action.folded(),
            Self::Parts(service, name) => action.parts().is_some_and(|(of_service, of_name)| {
                service.matches(of_service) && name.matches(of_name)
            }),
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
