//! Amazon ECS (Elastic Container Service) task definitions: lossless types, every validation rule, derived answers and revisions.

mod definition;
pub mod shape;
mod size;

pub use definition::*;
pub use size::{cpu_units, memory_mib};
