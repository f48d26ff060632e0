use crate::rules::shape_rules;
use crate::{open_enum, shape};

shape! {
    /// A condition every instance must meet that runs the task.
    ///
    /// At most ten for one task, those of the call included. Fargate takes
    /// none. Source: API shape `TaskDefinitionPlacementConstraint`.
    pub struct TaskDefinitionPlacementConstraint {
        /// The kind of condition.
        r#type: TaskDefinitionPlacementConstraintType = "type",
        /// An expression in the cluster query language.
        expression: String = "expression",
    }
}

open_enum! {
    /// The kind of a [`TaskDefinitionPlacementConstraint`].
    pub enum TaskDefinitionPlacementConstraintType => guarded_by(&shape_rules::CONSTRAINT) {
        /// The instance is one of those the expression selects.
        MemberOf = "memberOf",
    }
}
