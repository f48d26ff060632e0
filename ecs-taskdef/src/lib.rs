//! Amazon ECS (Elastic Container Service) task definitions: lossless types, the documented rules,
//! derived answers and revisions.
//!
//! AWS finds what is wrong with a task definition one error at a time, when it is deployed. This
//! crate finds all of it at once, before: the place, the rule, and what AWS would answer.
//!
//! ```
//! use ecs_taskdef::{Document, Reading, Validator};
//!
//! let text = br#"{
//!   "family": "web",
//!   "requiresCompatibilities": ["FARGATE"],
//!   "networkMode": "awsvpc",
//!   "cpu": "512",
//!   "memory": "512",
//!   "containerDefinitions": [
//!     {"name": "web", "image": "nginx", "links": ["db"]}
//!   ]
//! }"#;
//! let document = Document::read(text, Reading::Lenient)?;
//! for finding in &document.validate(&Validator::default()) {
//!     if let Some(position) = finding.position {
//!         println!("{}:{}: {finding}", position.line, position.column);
//!     }
//! }
//! # let findings = document.validate(&Validator::default());
//! # let rules: Vec<&str> = findings.iter().map(|finding| finding.rule.id).collect();
//! # assert_eq!(rules, ["links-network-mode", "links-target", "fargate-cpu-memory", "fargate-links"]);
//! # Ok::<(), ecs_taskdef::ReadError>(())
//! ```
//!
//! A definition is also made and read in Rust:
//!
//! ```
//! use ecs_taskdef::{ContainerDefinition, PortMapping, TaskDefinition};
//!
//! let web = TaskDefinition::default()
//!     .with_family("web")
//!     .with_container_definitions([ContainerDefinition::default()
//!         .with_name("web")
//!         .with_image("nginx")
//!         .with_memory(128)
//!         .with_port_mappings([PortMapping::default().with_container_port(80)])]);
//! assert!(web.validate().is_empty());
//! let container = &web.container_definitions()[0];
//! assert_eq!(container.port_mappings()[0].container_port(), Some(80));
//! // What is absent reads as empty or as `None`.
//! assert!(container.log_configuration().options().is_empty());
//! assert_eq!(container.cpu(), None);
//! ```
//!
//! # What is where
//!
//! | for | take |
//! |---|---|
//! | the members of the API, JSON in and out, nothing lost | [`TaskDefinition`], [`ContainerDefinition`] and their parts |
//! | real files: outputs of commands, templates, fragments, JSON with comments, YAML (feature `yaml`) | [`Documents`], [`Document`], [`Form`], [`Reading`] |
//! | what of it is unknown until it is used | [`Unknowns`], [`Alternative`] |
//! | what is wrong | [`Validator`], [`Findings`], [`Finding`], the table of [`Rule`]s |
//! | findings for other tools: JSON, SARIF, annotations of GitHub | [`Findings`], [`Sarif`], [`Finding::github_command`] |
//! | rules and limits of a time | [`RuleSet`], [`FargateTable`] |
//! | what AWS finds out itself | [`TaskDefinition::computed_compatibilities`], [`TaskDefinition::required_attributes`] |
//! | what AWS gives back, and back to an input | [`TaskDefinition::normalized`], [`TaskDefinition::to_register_input`] |
//! | whether registering again changes something | [`TaskDefinition::difference`] |
//! | what an instance must have | [`TaskDefinition::requirements`] |
//! | mounts and the order of starting | [`TaskDefinition::effective_mounts`], [`TaskDefinition::start_order`] |
//! | one task's changes | [`TaskDefinition::with_overrides`] |
//! | families and revisions | [`Registry`] |
//! | saving what lives longer than a call | [`Saved`], [`Format`] |
//! | changing it by records that copies follow | [`Recorded`], [`Record`] |
//! | Docker's side | [`ImageRef`], [`docker_cpu_shares`], [`ephemeral_ports`], [`Version`] |
//! | the tables behind the types | [`mod@shape`] |
//!
//! # Members that AWS adds
//!
//! Every structure is `#[non_exhaustive]`: AWS adds members to it, and so does a new version of
//! this crate. How programs set and read members stands in [`mod@shape`].
//!
//! # Choices where AWS is silent
//!
//! - A definition that requires no launch type is checked for EC2.
//! - An absent network mode and `bridge` are the same when two definitions are compared.
//! - What AWS refuses only in words nobody has published is refused in ours, and
//!   [`Finding::aws_message`] is `None`.
//! - Agents between 1.1.0 and 1.2.0 treat CPU as 1.1.0 does.
//! - A text with a placeholder (`<NAME>`, `${NAME}`, `$NAME`, `{{NAME}}`) is unknown in a lenient
//!   reading; `Ref` of a parameter with a default is the default. An empty default is unknown
//!   unless a condition asks for it: who does not use the parameter need not fill it in.
//! - Of the choices that conditions allow for, at most 128 are looked at; what depends on further
//!   conditions is unknown.
//! - An empty `host` beside another kind of volume is no second kind: it asks for nothing, and AWS's
//!   words for two kinds were seen with a path only.
//! - `hostPort` 0 is another port than that of the container where both have to match.
//!
//! # Scope of this crate
//!
//! Task definitions as `RegisterTaskDefinition` takes them. It does not ask AWS whether a role, an
//! image or a secret exists, does not parse expressions of the cluster query language, and leaves
//! daemon task definitions out.

mod attributes;
mod definition;
mod difference;
mod docker;
mod double;
mod fargate;
mod finding;
mod image;
mod mounts;
mod normalize;
mod open;
mod order;
mod overrides;
mod read;
mod recorded;
mod registry;
mod requirements;
mod rule;
mod rule_set;
mod rules;
mod sarif;
mod saved;
pub mod shape;
mod size;
mod timestamp;
mod unknowns;
mod validate;
mod version;

pub use definition::*;
pub use difference::Change;
pub use docker::{
    AgentInstall, CpuShares, MAX_CPU_SHARES, MIN_CPU_SHARES, docker_container_name,
    docker_cpu_shares, ephemeral_ports,
};
pub use double::Double;
pub use fargate::{FargateSize, FargateTable, MemorySizes};
pub use finding::{Finding, Findings, Severity};
pub use image::ImageRef;
pub use mounts::EffectiveMount;
pub use normalize::RegisterInput;
pub use order::{Cycle, CycleError, Relation};
pub use overrides::{EntryPoint, OverrideError, console_command};
pub use read::{
    Alternative, Document, Documents, Form, JsonError, MAX_TEXT_BYTES, Position, ReadError,
    Reading, Service, Syntax,
};
pub use recorded::{Decision, Record, Recorded};
pub use registry::{Registry, RegistryChange, RegistryError};
pub use requirements::{Gpus, Requirements};
pub use rule::{Rule, Source, Trust};
pub use rule_set::{Edition, MemoryRule, RuleSet};
pub use sarif::Sarif;
pub use saved::{Format, Saved};
pub use size::{cpu_units, memory_mib};
pub use timestamp::{Timestamp, TimestampError};
pub use unknowns::Unknowns;
pub use validate::Validator;
pub use version::{AgentVersion, Version, VersionError};

#[doc(hidden)]
pub use pastey::paste as __paste;
