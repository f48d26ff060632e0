//! Operations on task definitions: what they answer.

use ecs_taskdef::{Tag, TaskDefinition, shape};

shape! {
    /// The task definition that was registered.
    ///
    /// Source: API shape `RegisterTaskDefinitionResponse`.
    pub struct RegisterTaskDefinitionResponse {
        /// The task definition.
        task_definition: TaskDefinition = "taskDefinition",
        /// Its tags.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
    }
}

shape! {
    /// A page of task definitions.
    ///
    /// Source: API shape `ListTaskDefinitionsResponse`.
    pub struct ListTaskDefinitionsResponse {
        /// Their ARNs.
        task_definition_arns: Vec<String> = "taskDefinitionArns",
        /// What to ask the next page with; absent on the last one.
        next_token: String = "nextToken",
    }
}
