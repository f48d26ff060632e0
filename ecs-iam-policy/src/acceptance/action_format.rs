//! The form of actions.

use super::{Rejection, entry_pointer, lists};
use crate::document::Policy;

/// That every action is `*` or a service, one colon and a name: those of `Action` in all
/// statements first, then those of `NotAction`.
pub(super) fn check(policy: &Policy) -> Result<(), Rejection> {
    for negated in [false, true] {
        let name = if negated { "NotAction" } else { "Action" };
        for (index, list) in lists(policy, negated, |statement| statement.action.as_ref()) {
            for (at, action) in list.positions() {
                if let Err(message) = check_one(action) {
                    return Err(Rejection::at(
                        message,
                        entry_pointer(policy, index, name, list, at),
                    ));
                }
            }
        }
    }
    Ok(())
}

fn check_one(action: &str) -> Result<(), String> {
    if action == "*" {
        return Ok(());
    }
    let Some((vendor, name)) = action.split_once(':') else {
        return Err(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.".to_owned(),
        );
    };
    if name.contains(':') {
        return Err("Actions/Condition can contain only one colon.".to_owned());
    }
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if vendor == "*" || vendor.bytes().all(legal) {
        Ok(())
    } else {
        Err(format!("Vendor {vendor} is not valid"))
    }
}
