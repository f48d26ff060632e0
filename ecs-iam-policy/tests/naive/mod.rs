//! A slow evaluator that walks JSON texts, written from the documents rule by rule.
//!
//! It shares no code with the crate and is not meant to be quick or to explain anything.

mod conditions;
mod principals;
mod text;

use serde_json::{Map, Value};

pub(crate) use principals::Naming;

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) principal: String,
    pub(crate) action: String,
    pub(crate) resources: Vec<String>,
    pub(crate) context: Map<String, Value>,
}

/// Policies by layer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policies {
    pub(crate) resource_control: Vec<Vec<Value>>,
    pub(crate) service_control: Vec<Vec<Value>>,
    pub(crate) resource: Vec<Value>,
    pub(crate) identity: Vec<Value>,
    pub(crate) boundary: Vec<Value>,
    pub(crate) session: Vec<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Allow,
    ImplicitDeny,
    ExplicitDeny,
}

pub(crate) fn answer(policies: &Policies, question: &Question) -> Answer {
    let answers: Vec<Answer> = question
        .resources
        .iter()
        .map(|resource| answer_one(policies, question, resource))
        .collect();
    if answers.contains(&Answer::ExplicitDeny) {
        Answer::ExplicitDeny
    } else if answers.contains(&Answer::ImplicitDeny) {
        Answer::ImplicitDeny
    } else {
        Answer::Allow
    }
}

fn answer_one(policies: &Policies, question: &Question, resource: &str) -> Answer {
    let bounded = !policies.boundary.is_empty();
    let attached =
        |list: &[Value], effect: &str| namings(list, effect, question, resource, Some(bounded));
    let free =
        |list: &[Value], effect: &str| !namings(list, effect, question, resource, None).is_empty();
    let linked = principals::is_service_linked(&question.principal);
    let member = !linked && principals::account(&question.principal).is_some();
    let denied = (!linked
        && policies
            .resource_control
            .iter()
            .any(|level| !attached(level, "Deny").is_empty()))
        || (member
            && policies
                .service_control
                .iter()
                .any(|level| free(level, "Deny")))
        || !attached(&policies.resource, "Deny").is_empty()
        || free(&policies.identity, "Deny")
        || free(&policies.boundary, "Deny")
        || free(&policies.session, "Deny");
    if denied {
        return Answer::ExplicitDeny;
    }
    let granted = attached(&policies.resource, "Allow");
    let Some(account) = principals::account(&question.principal) else {
        return allow_if(!granted.is_empty());
    };
    if member
        && !policies
            .service_control
            .iter()
            .all(|level| free(level, "Allow"))
    {
        return Answer::ImplicitDeny;
    }
    let is_root = question.principal.ends_with(":root");
    let by_identity = is_root || free(&policies.identity, "Allow");
    let limits = (!bounded || free(&policies.boundary, "Allow"))
        && (policies.session.is_empty() || free(&policies.session, "Allow"));
    let owner = resource
        .split(':')
        .nth(4)
        .filter(|owner| !owner.is_empty())
        .unwrap_or(account);
    if owner != account {
        return allow_if(!granted.is_empty() && by_identity && limits);
    }
    let direct = granted.contains(&Naming::Itself);
    let limited = granted.iter().any(|naming| *naming != Naming::Account);
    allow_if(direct || ((limited || by_identity) && limits))
}

fn allow_if(allowed: bool) -> Answer {
    if allowed {
        Answer::Allow
    } else {
        Answer::ImplicitDeny
    }
}

/// How each statement that has the effect and matches names the caller. `bounded` is given for
/// the policies of resources: whether the caller has a permissions boundary.
fn namings(
    policies: &[Value],
    effect: &str,
    question: &Question,
    resource: &str,
    bounded: Option<bool>,
) -> Vec<Naming> {
    let mut found = Vec::new();
    for policy in policies {
        let variables = policy["Version"] == "2012-10-17";
        let statements = match &policy["Statement"] {
            Value::Array(statements) => statements.clone(),
            single => vec![single.clone()],
        };
        for statement in statements
            .iter()
            .filter(|statement| statement["Effect"] == effect)
        {
            let naming = principals::naming(statement, &question.principal, bounded);
            let Some(naming) = naming else { continue };
            if matches_action(statement, &question.action)
                && matches_resource(statement, resource, variables, question, bounded.is_some())
                && conditions::met(&statement["Condition"], variables, &question.context)
            {
                found.push(naming);
            }
        }
    }
    found
}

/// The texts of an element that is one text or a list.
pub(crate) fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(as_text).collect(),
        Value::Null => Vec::new(),
        single => vec![as_text(single)],
    }
}

pub(crate) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn matches_action(statement: &Value, action: &str) -> bool {
    let matches = |pattern: &String| {
        let (pattern, action) = (pattern.to_lowercase(), action.to_lowercase());
        if pattern == "*" {
            return true;
        }
        let pattern: Vec<&str> = pattern.split(':').collect();
        let action: Vec<&str> = action.splitn(2, ':').collect();
        pattern.len() == 2
            && action.len() == 2
            && pattern
                .iter()
                .zip(action)
                .all(|(pattern, text)| text::like(pattern, text))
    };
    if statement["NotAction"].is_null() {
        list(&statement["Action"]).iter().any(matches)
    } else {
        !list(&statement["NotAction"]).iter().any(matches)
    }
}

fn matches_resource(
    statement: &Value,
    resource: &str,
    variables: bool,
    question: &Question,
    attached: bool,
) -> bool {
    let matches =
        |pattern: &String| text::resource_matches(pattern, resource, variables, &question.context);
    match (&statement["Resource"], &statement["NotResource"]) {
        (Value::Null, Value::Null) => attached,
        (Value::Null, excluded) => !list(excluded).iter().any(matches),
        (listed, _) => list(listed).iter().any(matches),
    }
}
