//! Requests and responses of operations, one file for each group.

mod check;
mod clusters;
mod container_instances;
mod create_service;
mod run_task;
mod services;
mod start_task;
mod task_definitions;
mod tasks;

pub use check::InvalidParameter;
pub use clusters::{CreateClusterResponse, DescribeClustersResponse};
pub use container_instances::{DescribeContainerInstancesResponse, ListContainerInstancesResponse};
pub use create_service::{CreateServiceRequest, CreateServiceResponse};
pub use run_task::{RunTaskRequest, RunTaskResponse};
pub use services::DescribeServicesResponse;
pub use start_task::{StartTaskRequest, StartTaskResponse};
pub use task_definitions::{ListTaskDefinitionsResponse, RegisterTaskDefinitionResponse};
pub use tasks::{DescribeTasksResponse, ListTasksResponse};
