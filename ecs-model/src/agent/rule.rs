//! The rules about configurations of the agent.
//!
//! Neither a message nor anything else in a finding holds a secret: a line that cannot be
//! understood is never quoted, for it may be the rest of one.

use ecs_taskdef::{Finding, Rule, Source};

const CONFIGURATION: Source = Source::Guide("ecs-agent-config");

macro_rules! rules {
    ($( $(#[$meta:meta])* $name:ident = $rule:expr; )*) => {
        $( $(#[$meta])* pub(super) static $name: Rule = $rule; )*

        /// Every rule about configurations of the agent.
        pub(crate) static RULES: &[&Rule] = &[$(&$name),*];
    };
}

const fn rule(id: &'static str, summary: &'static str) -> Rule {
    Rule::new(id, summary, CONFIGURATION).warning()
}

rules! {
    NO_ASSIGNMENT = rule("config-no-assignment", "each line sets a variable");
    REMARK = rule("config-remark", "a remark without `=` is skipped").note();
    COMMENT = rule("config-comment", "a line that starts with `#` is no comment");
    NAME = rule("config-name", "what stands before `=` is the name of a variable");
    BLANK = rule("config-blank", "no blanks stand around the `=`");
    QUOTES = rule("config-quotes", "values have no quotes around them");
    EXPANSION = rule("config-expansion", "values refer to no other variables");
    TRAILING_COMMENT = rule("config-trailing-comment", "no remark stands behind a value");
    DUPLICATE = rule("config-duplicate", "each variable is set once");
    UNKNOWN = rule("config-variable-unknown", "a variable is one that the agent reads");
    RETIRED = rule("config-variable-retired", "a variable is one that today's agent reads").note();
    NOT_APPLICABLE = rule(
        "config-not-applicable",
        "a variable has a meaning on the operating system",
    );
    VALUE = rule("config-value", "a value is one that its variable may have");
    LIMITS = rule("config-limits", "a value is within the limits of its variable");
    COUNTS_AS_UNSET = rule("config-unset", "a value that counts as none is that of the default");
    FATAL = Rule::new(
        "config-fatal",
        "what the agent does not start without is there and readable",
        CONFIGURATION,
    );
}

/// A finding about a variable.
pub(super) fn about(rule: &'static Rule, variable: &str, message: impl Into<String>) -> Finding {
    Finding::new(rule, format!("/{variable}"), message.into())
}
