//! Amazon ECS (Elastic Container Service) task definitions: lossless types, every validation rule, derived answers and revisions.

mod attributes;
mod definition;
mod difference;
mod docker;
mod fargate;
mod finding;
mod mounts;
mod normalize;
mod order;
mod overrides;
mod read;
mod registry;
mod requirements;
mod rule_set;
mod rules;
pub mod shape;
mod size;
mod timestamp;
mod validate;

pub use definition::*;
pub use difference::Change;
pub use docker::{
    CpuShares, MAX_CPU_SHARES, MIN_CPU_SHARES, VersionError, docker_container_name,
    docker_cpu_shares, ephemeral_ports,
};
pub use fargate::{FargateSize, FargateTable, MemorySizes};
pub use finding::{Finding, Findings, RuleId, Severity};
pub use mounts::EffectiveMount;
pub use normalize::RegisterInput;
pub use order::{Cycle, CycleError, Relation};
pub use overrides::{EntryPoint, OverrideError, console_command};
pub use read::{Document, Position, ReadError, Reading};
pub use registry::{FamilyStatus, Registry, RegistryError, SortOrder};
pub use requirements::{Gpus, Requirements};
pub use rule_set::{Edition, MemoryRule, RuleSet};
pub use rules::{Rule, Trust};
pub use size::{cpu_units, memory_mib};
pub use timestamp::{Timestamp, TimestampError};
pub use validate::Validator;
