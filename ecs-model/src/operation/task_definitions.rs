//! Operations on task definitions besides registering them.

pub use ecs_taskdef::TaskDefinitionFamilyStatus;
use ecs_taskdef::{Tag, TaskDefinition, TaskDefinitionStatus, open_enum, shape};

use crate::Failure;

shape! {
    /// Asks ECS to make a revision `INACTIVE`.
    ///
    /// Source: API shape `DeregisterTaskDefinitionRequest`.
    pub struct DeregisterTaskDefinitionRequest {
        /// The revision: `family:revision` or ARN.
        task_definition: String = "taskDefinition" => required(),
    }
}

shape! {
    /// The revision that is `INACTIVE` now.
    ///
    /// Source: API shape `DeregisterTaskDefinitionResponse`.
    pub struct DeregisterTaskDefinitionResponse {
        /// The revision.
        task_definition: TaskDefinition = "taskDefinition",
    }
}

shape! {
    /// Asks ECS to delete `INACTIVE` revisions.
    ///
    /// Source: API shape `DeleteTaskDefinitionsRequest`.
    pub struct DeleteTaskDefinitionsRequest {
        /// The revisions: `family:revision` or ARN; 1 to 10.
        task_definitions: Vec<String> = "taskDefinitions" => required().documented(1, 10),
    }
}

shape! {
    /// The revisions that are being deleted.
    ///
    /// Source: API shape `DeleteTaskDefinitionsResponse`.
    pub struct DeleteTaskDefinitionsResponse {
        /// The revisions.
        task_definitions: Vec<TaskDefinition> = "taskDefinitions",
        /// Those that could not be dealt with, and why.
        failures: Vec<Failure> = "failures",
    }
}

shape! {
    /// Asks for a task definition.
    ///
    /// Source: API shape `DescribeTaskDefinitionRequest`.
    pub struct DescribeTaskDefinitionRequest {
        /// The task definition: `family` for its latest active revision, `family:revision` or
        /// ARN.
        task_definition: String = "taskDefinition" => required(),
        /// What else is given.
        include: Vec<TaskDefinitionField> = "include",
    }
}

shape! {
    /// The task definition asked for.
    ///
    /// Source: API shape `DescribeTaskDefinitionResponse`.
    pub struct DescribeTaskDefinitionResponse {
        /// The task definition.
        task_definition: TaskDefinition = "taskDefinition",
        /// Its tags.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
    }
}

shape! {
    /// Asks for a page of task definitions.
    ///
    /// Source: API shape `ListTaskDefinitionsRequest`.
    pub struct ListTaskDefinitionsRequest {
        /// Only those of this family.
        family_prefix: String = "familyPrefix",
        /// Only those of this status; `ACTIVE` if absent.
        status: TaskDefinitionStatus = "status",
        /// The order of families and revisions; ascending if absent.
        sort: SortOrder = "sort",
        /// What the page before gave to ask for this one.
        next_token: String = "nextToken",
        /// How many on a page, from 1 to 100; 100 if absent.
        max_results: i32 = "maxResults" => documented(1, 100),
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

shape! {
    /// Asks for a page of families of task definitions.
    ///
    /// Source: API shape `ListTaskDefinitionFamiliesRequest`.
    pub struct ListTaskDefinitionFamiliesRequest {
        /// Only those that begin with this.
        family_prefix: String = "familyPrefix",
        /// Only those of this status; all if absent.
        status: TaskDefinitionFamilyStatus = "status",
        /// What the page before gave to ask for this one.
        next_token: String = "nextToken",
        /// How many on a page, from 1 to 100; 100 if absent.
        max_results: i32 = "maxResults" => documented(1, 100),
    }
}

shape! {
    /// A page of families.
    ///
    /// Source: API shape `ListTaskDefinitionFamiliesResponse`.
    pub struct ListTaskDefinitionFamiliesResponse {
        /// Their names.
        families: Vec<String> = "families",
        /// What to ask the next page with; absent on the last one.
        next_token: String = "nextToken",
    }
}

open_enum! {
    /// What else is given of a task definition.
    ///
    /// Source: API shape `TaskDefinitionField`.
    pub enum TaskDefinitionField {
        /// The tags.
        Tags = "TAGS",
    }
}

open_enum! {
    /// The order of a list.
    ///
    /// Source: API shape `SortOrder`.
    pub enum SortOrder {
        /// The smallest first.
        Ascending = "ASC",
        /// The greatest first.
        Descending = "DESC",
    }
}
