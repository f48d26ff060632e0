//! `Arn*` operators, of which `ArnEquals` and `ArnLike` are the same.

use ecs_arn::{ArnPattern, ArnRef};

use super::compiled::Comparison;
use crate::context::Context;

/// The patterns of a policy, which have six parts and wildcards in any of them.
#[derive(Debug, Clone)]
pub(super) struct ArnTest {
    pub(super) values: Box<[ArnPattern]>,
}

impl ArnTest {
    pub(super) fn compare(&self, value: &str, context: &Context) -> Comparison {
        let Ok(arn) = ArnRef::parse(value) else {
            return Comparison::Different;
        };
        let resolve = |name: &str| context.variable(name);
        Comparison::of(
            self.values
                .iter()
                .any(|pattern| pattern.matches_with(arn, resolve)),
        )
    }
}
