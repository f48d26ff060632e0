//! Who is named by a statement.

use serde_json::Value;

use super::list;

/// How a statement names the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// By the account: what is granted is for the account to pass on.
    Account,
    /// By the role, or as one of everyone.
    Broadly,
    /// By its own ARN or name.
    Itself,
}

pub(crate) fn account(principal: &str) -> Option<&str> {
    principal
        .split(':')
        .nth(4)
        .filter(|account| account.len() == 12)
}

pub(crate) fn is_service_linked(principal: &str) -> bool {
    principal.contains(":role/aws-service-role/")
        || principal.contains(":assumed-role/AWSServiceRoleFor")
}

/// `arn:aws:sts::1:assumed-role/ROLE/SESSION` belongs to `arn:aws:iam::1:role/PATH/ROLE`.
fn is_session_of(principal: &str, role: &str) -> bool {
    let Some((_, session)) = principal.split_once(":assumed-role/") else {
        return false;
    };
    let Some((_, path)) = role.split_once(":role/") else {
        return false;
    };
    session.split('/').next() == path.split('/').next_back()
        && account(principal) == account(role)
        && principal.split(':').nth(1) == role.split(':').nth(1)
}

fn entry(kind: &str, name: &str, principal: &str) -> Option<Naming> {
    if kind != "AWS" {
        return (name == principal).then_some(Naming::Itself);
    }
    let is_root = principal.ends_with(":root");
    let account_of_entry = if name.ends_with(":root") {
        account(name)
    } else {
        (name.len() == 12).then_some(name)
    };
    if name == "*" {
        Some(Naming::Broadly)
    } else if account_of_entry.is_some() && account_of_entry == account(principal) {
        Some(if is_root {
            Naming::Itself
        } else {
            Naming::Account
        })
    } else if name.contains(":role/") && (name == principal || is_session_of(principal, name)) {
        Some(Naming::Broadly)
    } else {
        (name == principal && !name.contains('*')).then_some(Naming::Itself)
    }
}

fn entries(element: &Value) -> Vec<(String, String)> {
    match element {
        Value::Object(kinds) => kinds
            .iter()
            .flat_map(|(kind, names)| {
                list(names)
                    .into_iter()
                    .map(move |name| (kind.clone(), name))
            })
            .collect(),
        _ => vec![("AWS".to_owned(), "*".to_owned())],
    }
}

pub(crate) fn naming(statement: &Value, principal: &str, bounded: Option<bool>) -> Option<Naming> {
    if let Some(element) = statement.get("Principal") {
        let mut best = None;
        for (kind, name) in entries(element) {
            match (best, entry(&kind, &name, principal)) {
                (_, Some(Naming::Itself)) => best = Some(Naming::Itself),
                (None | Some(Naming::Account), Some(found)) => best = Some(found),
                _ => {}
            }
        }
        return best;
    }
    let Some(element) = statement.get("NotPrincipal") else {
        return bounded.is_none().then_some(Naming::Itself);
    };
    let names = |test: &dyn Fn(&str, &str) -> bool| {
        entries(element)
            .iter()
            .any(|(kind, name)| (kind == "AWS" && name == "*") || test(kind, name))
    };
    let has_account = account(principal).is_some();
    let by_account = names(&|kind, name| entry(kind, name, principal) == Some(Naming::Account))
        || principal.ends_with(":root")
            && names(&|kind, name| entry(kind, name, principal) == Some(Naming::Itself));
    let by_itself = names(&|_, name| name == principal) || principal.ends_with(":root");
    let by_role =
        !principal.contains(":assumed-role/") || names(&|_, name| is_session_of(principal, name));
    let spared = if statement["Effect"] == "Deny" {
        bounded != Some(true) && by_itself && by_role && (by_account || !has_account)
    } else {
        names(&|kind, name| entry(kind, name, principal).is_some())
    };
    (!spared).then_some(Naming::Broadly)
}
