//! What Amazon ECS adds to the policy language: its actions, resources and keys, and what its
//! requests ask of policies.

mod any_action;
mod authorization;
mod checks;
mod decision;
mod ineffective;
#[cfg(feature = "model")]
mod model;
mod operations;
mod proposal;
mod reference;
mod remark;
mod request;
mod rows;

pub use authorization::{Authorization, AuthorizationCheck, RoleTrusts, Verdict};
pub use decision::{EcsCheck, EcsDecision};
pub use ineffective::IneffectiveDeny;
#[cfg(feature = "model")]
pub use model::TaggedDefinition;
pub use operations::ClusterState;
pub use reference::{
    AccessLevel, ActionReference, ConditionKeyReference, KeyType, REFERENCE_VERSION,
    ResourceTypeReference, ResourceUse, action, actions, condition_key, condition_keys,
    resource_type, resource_types,
};
pub use remark::{EcsRemark, EcsRemarkPart};
pub use request::{EcsRequest, EcsRequestError};
