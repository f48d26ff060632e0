//! Amazon ECS (Elastic Container Service) ARNs: parse, validate, build and match them.
//!
//! An Amazon Resource Name says which resource of which account in which Region is meant:
//!
//! ```text
//! arn:aws:ecs:us-east-1:123456789012:task/default/1abf0f6d-a411-4033-b8eb-a4eed3ad252a
//!  |   |   |      |          |       |    |       |
//!  |   |   |      |          |       |    |       id
//!  |   |   |      |          |       |    cluster: only in the long format
//!  |   |   |      |          |       resource type
//!  |   |   |      |          account
//!  |   |   |      Region
//!  |   |   service
//!  |   partition
//!  prefix
//! ```
//!
//! ```
//! use ecs_arn::{ArnPattern, ArnRef, EcsArn, EcsResource};
//!
//! let text = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3";
//! let arn = ArnRef::parse_strict(text)?;
//! assert_eq!(arn.region(), Some("us-east-1"));
//!
//! let ecs = EcsArn::try_from(arn)?;
//! assert_eq!(ecs.resource(), EcsResource::TaskDefinition { family: "web", revision: 3 });
//!
//! let any_revision = ArnPattern::parse("arn:aws:ecs:*:123456789012:task-definition/web:*")?;
//! assert!(any_revision.matches(arn));
//! # Ok::<(), ecs_arn::ArnError>(())
//! ```
//!
//! # What is where
//!
//! | for | take |
//! |---|---|
//! | any ARN, borrowed: no allocation | [`ArnRef`] |
//! | any ARN, owned: one allocation | [`Arn`] |
//! | what an ECS ARN names, in the short and the long format | [`EcsArn`], [`EcsResource`] |
//! | building ECS ARNs | [`Scope`] |
//! | parameters that take a name or an ARN | [`ClusterRef`], [`ServiceRef`], [`TaskRef`], [`ContainerInstanceRef`], [`TaskDefinitionRef`] |
//! | wildcards as IAM reads them | [`ArnPattern`], [`Wildcard`] |
//! | parts | [`Partition`], [`Region`], [`AccountId`], [`Account`] |
//!
//! # Two levels of strictness
//!
//! Parsing checks the *structure*: the prefix, six parts, no empty partition, service or
//! resource, no control characters, at most [`MAX_LEN`] bytes. That is what an ARN of any
//! service obeys, and what placeholders such as `<aws_account_id>` obey too.
//! [`ArnRef::parse_strict`], [`ArnRef::validate`] and [`EcsArn::validate`] are *strict*: account
//! ids have twelve digits, Regions belong to their partition, names hold only legal characters.
//!
//! # Scope of this crate
//!
//! It knows the grammar of every ARN and the resource types of Amazon ECS, not those of other
//! services. It does not ask AWS whether a resource exists. It needs `alloc` but not `std`, and
//! with the default feature `serde` every type reads and writes a string.

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod account;
mod arn;
mod ecs;
mod error;
mod parse;
mod partition;
mod pattern;
mod reference;
mod region;
mod resource;
mod scan;
mod scope;
#[cfg(feature = "serde")]
mod serde;
mod validate;
mod wildcard;

pub use account::{Account, AccountId};
pub use arn::{Arn, ArnRef, MAX_LEN};
pub use ecs::{ArnFormat, EcsArn};
pub use error::{ArnError, ArnErrorKind, Part};
pub use partition::Partition;
pub use pattern::ArnPattern;
pub use reference::{ClusterRef, ContainerInstanceRef, ServiceRef, TaskDefinitionRef, TaskRef};
pub use region::{REGIONS_2015, Region};
pub use resource::{EcsResource, IdKind, is_name};
pub use scope::Scope;
pub use wildcard::{Variable, Wildcard};
