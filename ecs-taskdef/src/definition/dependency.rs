use crate::rules::shape_rules;
use crate::{open_enum, shape};

shape! {
    /// Another container this one waits for.
    ///
    /// Source: API shape `ContainerDependency`.
    pub struct ContainerDependency {
        /// The name of the other container.
        container_name: String = "containerName" => required(),
        /// What it must have reached.
        condition: ContainerCondition = "condition" => required(),
    }
}

open_enum! {
    /// What a container must have reached before another starts.
    pub enum ContainerCondition => guarded_by(&shape_rules::CONDITION) {
        /// It has started.
        Start = "START",
        /// It has run to its end. Not for an essential container.
        Complete = "COMPLETE",
        /// It has run to its end with exit code 0. Not for an essential container.
        Success = "SUCCESS",
        /// Its health check has passed.
        Healthy = "HEALTHY",
    }
}
