//! What is to be done for a deployment, and what is to be told of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::event::{DeploymentStateChange, HookStateChange};
use ecs_model::{Double, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ShiftStatus, Stage, Traffic, Weight};

/// What is to be done for a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum ShiftAction {
    /// Bring a service revision to that many tasks, and keep it there. It replaces what was asked
    /// for this revision before.
    Scale {
        /// The ARN of the revision.
        revision: Arc<str>,
        /// How many tasks.
        tasks: u32,
    },
    /// Start no more tasks of a service revision; those that run stay.
    Hold {
        /// The ARN of the revision.
        revision: Arc<str>,
    },
    /// Send test traffic that way, and [say](super::ShiftingDeployment::handle_test_shifted) when
    /// it is done.
    ShiftTest {
        /// Which revision gets which part.
        traffic: Traffic,
    },
    /// Send production traffic that way, and
    /// [say](super::ShiftingDeployment::handle_production_shifted) when it is done.
    ShiftProduction {
        /// Which revision gets which part.
        traffic: Traffic,
    },
    /// Call a Lambda function and [say](super::ShiftingDeployment::handle_hook_answer) what it
    /// answers.
    CallHook {
        /// The id of the hook, with which the answer comes back.
        hook_id: Arc<str>,
        /// The ARN of the function.
        target_arn: Arc<str>,
        /// The role to call it with.
        role_arn: Arc<str>,
        /// What to call it with.
        payload: Box<HookPayload>,
    },
}

/// What a Lambda function of a hook is called with.
///
/// Source: Developer Guide,
/// [lifecycle hooks](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-lifecycle-hooks.html).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct HookPayload {
    /// The part of the hook's id that is its own; the same for all calls of one hook at one stage.
    pub execution_id: String,
    /// The stage.
    pub lifecycle_stage: Stage,
    /// The ARN of the service deployment.
    pub resource_arn: Arc<str>,
    /// What goes where.
    pub execution_details: ExecutionDetails,
    /// What the configuration has for the hook, and what its answers have added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hook_details: Option<Value>,
}

/// Where a deployment is, as a hook is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExecutionDetails {
    /// The ARN of the service.
    pub service_arn: Arc<str>,
    /// The ARN of the target revision, also on the way back.
    pub target_service_revision_arn: Arc<str>,
    /// Percentages of the test traffic by the ARNs of the revisions, while it moves.
    pub test_traffic_weights: BTreeMap<Arc<str>, Double>,
    /// Percentages of the production traffic by the ARNs of the revisions, before and while it
    /// moves.
    pub production_traffic_weights: BTreeMap<Arc<str>, Double>,
}

/// What is to be told of a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum ShiftChange {
    /// The status of the service deployment.
    Status {
        /// What it is now.
        status: ShiftStatus,
        /// Why.
        reason: Option<String>,
        /// Since when.
        at: Timestamp,
    },
    /// The stage.
    Stage {
        /// What it is now.
        stage: Stage,
        /// Which shift of production traffic it belongs to, from 1; 0 before the first.
        step: u16,
        /// Since when.
        at: Timestamp,
    },
    /// Traffic has moved: what each revision has now.
    ProductionTraffic {
        /// Which revision gets which part.
        traffic: Traffic,
        /// Since when.
        at: Timestamp,
    },
    /// The detail of an event `ECS Deployment State Change`.
    Deployment(Box<DeploymentStateChange>),
    /// The detail of an event `ECS Hook State Change`.
    Hook(Box<HookStateChange>),
}

/// Percentages as a hook reads them: whole ones without a fraction.
pub(super) fn percentages(traffic: &Traffic) -> BTreeMap<Arc<str>, Double> {
    let percentage = |weight: Weight| match weight.tenths() % 10 {
        0 => Double::from(i32::from(weight.tenths() / 10)),
        _ => weight.into(),
    };
    let parts = traffic.iter();
    parts
        .map(|(revision, weight)| (Arc::clone(revision), percentage(weight)))
        .collect()
}
