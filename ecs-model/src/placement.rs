//! Placement constraints and strategies as requests and services have them.
//!
//! Source: API shapes `PlacementConstraint` and `PlacementStrategy`.

use ecs_taskdef::{open_enum, shape};

shape! {
    /// A rule that a container instance must meet.
    ///
    /// Source: API shape `PlacementConstraint`.
    pub struct PlacementConstraint {
        /// The kind of rule.
        r#type: PlacementConstraintType = "type",
        /// What `memberOf` asks for, in the cluster query language; at most 2,000 characters.
        expression: String = "expression",
    }
}

shape! {
    /// A preference among container instances.
    ///
    /// Source: API shape `PlacementStrategy`.
    pub struct PlacementStrategy {
        /// The kind of preference.
        r#type: PlacementStrategyType = "type",
        /// What is spread over or packed by: an attribute, `instanceId`, `cpu` or `memory`.
        field: String = "field",
    }
}

open_enum! {
    /// The kind of a placement constraint.
    ///
    /// Source: API shape `PlacementConstraintType`.
    pub enum PlacementConstraintType {
        /// Each task of the group on another container instance.
        DistinctInstance = "distinctInstance",
        /// An expression in the cluster query language.
        MemberOf = "memberOf",
    }
}

open_enum! {
    /// The kind of a placement strategy.
    ///
    /// Source: API shape `PlacementStrategyType`.
    pub enum PlacementStrategyType {
        /// Any.
        Random = "random",
        /// Evenly over the values of the field.
        Spread = "spread",
        /// Where the least of the field is left.
        Binpack = "binpack",
    }
}
