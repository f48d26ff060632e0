use ecs_taskdef::shape::{Limits, Measure};
use ecs_taskdef::{Attribute, Tag};

use crate::account_setting::SettingName;
use crate::capacity_provider::{
    AutoScalingGroupProvider, CreateManagedInstancesProviderConfiguration,
    UpdateManagedInstancesProviderConfiguration,
};
use crate::deployment::{DeploymentController, DeploymentControllerType};
use crate::load_balancer::ServiceRegistry;
use crate::operation::ContainerInstanceStatus;
use crate::service::{AvailabilityZoneRebalancing, PropagateTags};
use crate::task_set::Scale;
use crate::{
    CapacityProviderStrategyItem, DeploymentConfiguration, LaunchType, LoadBalancer,
    NetworkConfiguration, PlacementConstraint, PlacementStrategy, SchedulingStrategy,
};

/// The members that rules look at, whichever request they are of. One that a request does not
/// have, or that has another meaning there, is absent.
#[derive(Default)]
pub(crate) struct Subject<'a> {
    /// The operation by its name in the API.
    pub(crate) operation: &'static str,
    /// Bounds that the documents, not the shape, give.
    pub(crate) bounds: Vec<Option<Bound>>,

    pub(crate) attribute_name: Option<&'a String>,
    pub(crate) attribute_value: Option<&'a String>,
    pub(crate) attributes: Option<&'a Vec<Attribute>>,
    pub(crate) auto_scaling_group_provider: Option<&'a AutoScalingGroupProvider>,
    pub(crate) availability_zone_rebalancing: Option<&'a AvailabilityZoneRebalancing>,
    pub(crate) capacity_provider_name: Option<&'a String>,
    pub(crate) capacity_provider_strategy: Option<&'a Vec<CapacityProviderStrategyItem>>,
    pub(crate) capacity_providers: Option<&'a Vec<String>>,
    pub(crate) client_token: Option<&'a String>,
    pub(crate) cluster_name: Option<&'a String>,
    pub(crate) container_instances: Option<&'a Vec<String>>,
    pub(crate) count: Option<&'a i32>,
    pub(crate) default_capacity_provider_strategy: Option<&'a Vec<CapacityProviderStrategyItem>>,
    pub(crate) deployment_configuration: Option<&'a DeploymentConfiguration>,
    pub(crate) deployment_controller: Option<&'a DeploymentController>,
    pub(crate) desired_count: Option<&'a i32>,
    pub(crate) filters_beside_started_by: bool,
    pub(crate) instance_status: Option<&'a ContainerInstanceStatus>,
    pub(crate) launch_type: Option<&'a LaunchType>,
    pub(crate) load_balancers: Option<&'a Vec<LoadBalancer>>,
    pub(crate) managed_instances_provider: Option<&'a CreateManagedInstancesProviderConfiguration>,
    pub(crate) managed_instances_update: Option<&'a UpdateManagedInstancesProviderConfiguration>,
    pub(crate) network_configuration: Option<&'a NetworkConfiguration>,
    pub(crate) placement_constraints: Option<&'a Vec<PlacementConstraint>>,
    pub(crate) placement_strategy: Option<&'a Vec<PlacementStrategy>>,
    pub(crate) platform_version: Option<&'a String>,
    pub(crate) propagate_tags: Option<&'a PropagateTags>,
    pub(crate) revisions: Option<&'a Vec<String>>,
    pub(crate) role: Option<&'a String>,
    pub(crate) scale: Option<&'a Scale>,
    pub(crate) scheduling_strategy: Option<&'a SchedulingStrategy>,
    pub(crate) service_name: Option<&'a String>,
    pub(crate) service_registries: Option<&'a Vec<ServiceRegistry>>,
    pub(crate) setting_name: Option<&'a SettingName>,
    pub(crate) setting_value: Option<&'a String>,
    pub(crate) started_by: Option<&'a String>,
    pub(crate) tag_keys: Option<&'a Vec<String>>,
    pub(crate) tags: Option<&'a Vec<Tag>>,
    pub(crate) task_definition: Option<&'a String>,
}

impl Subject<'_> {
    pub(super) fn creates_service(&self) -> bool {
        self.operation == "CreateService"
    }

    pub(super) fn is_daemon(&self) -> bool {
        self.scheduling_strategy == Some(&SchedulingStrategy::Daemon)
    }

    pub(super) fn is_external(&self) -> bool {
        self.launch_type == Some(&LaunchType::External)
    }

    pub(super) fn controller(&self) -> &DeploymentControllerType {
        self.deployment_controller
            .and_then(|controller| controller.r#type.as_ref())
            .unwrap_or(&DeploymentControllerType::Ecs)
    }
}

/// A bound that the documents give, and what it bounds.
pub(crate) struct Bound {
    pub(crate) member: &'static str,
    pub(super) measure: Measure,
    pub(super) actual: i64,
    pub(super) limits: Limits,
}

impl Bound {
    /// The bound of a member, both ends included; nothing if the member is absent.
    pub(crate) fn of<T: Measured>(
        member: &'static str,
        value: Option<&T>,
        least: i64,
        most: i64,
    ) -> Option<Self> {
        let value = value?;
        Some(Self {
            member,
            measure: T::MEASURE,
            actual: value.measured(),
            limits: Limits {
                // No text and no list is shorter than empty.
                min: (least > 0 || T::MEASURE == Measure::Value).then_some(least),
                max: (most < i64::MAX).then_some(most),
                pattern: None,
            },
        })
    }
}

/// What a [`Bound`] can bound.
pub(crate) trait Measured {
    const MEASURE: Measure;

    fn measured(&self) -> i64;
}

impl Measured for i32 {
    const MEASURE: Measure = Measure::Value;

    fn measured(&self) -> i64 {
        i64::from(*self)
    }
}

impl<T> Measured for Vec<T> {
    const MEASURE: Measure = Measure::Items;

    fn measured(&self) -> i64 {
        i64::try_from(self.len()).unwrap_or(i64::MAX)
    }
}

impl Measured for String {
    const MEASURE: Measure = Measure::Characters;

    fn measured(&self) -> i64 {
        i64::try_from(self.chars().count()).unwrap_or(i64::MAX)
    }
}
