//! CreateService: the request.

use ecs_taskdef::{Tag, shape};

use super::check::Check;
use crate::{
    AvailabilityZoneRebalancing, CapacityProviderStrategyItem, DEFAULT_CLUSTER,
    DeploymentConfiguration, DeploymentController, DeploymentControllerType, GatewayConnector,
    InvalidParameter, LaunchType, LoadBalancer, MonitoringConfiguration, NetworkConfiguration,
    PlacementConstraint, PlacementStrategy, PropagateTags, Quota, Quotas, SchedulingStrategy,
    Service, ServiceConnectConfiguration, ServiceRegistry, ServiceVolumeConfiguration,
    VpcLatticeConfiguration,
};

shape! {
    /// Asks ECS to keep tasks running.
    ///
    /// Source: API shape `CreateServiceRequest`.
    pub struct CreateServiceRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The name: up to 255 letters, digits, hyphens and underscores.
        service_name: String = "serviceName" => required(),
        /// The task definition: `family`, `family:revision` or ARN.
        task_definition: String = "taskDefinition",
        /// Whether ECS moves tasks to even out the Availability Zones.
        availability_zone_rebalancing: AvailabilityZoneRebalancing = "availabilityZoneRebalancing",
        /// The load balancers that lead to it.
        load_balancers: Vec<LoadBalancer> = "loadBalancers",
        /// The registries it is entered in.
        service_registries: Vec<ServiceRegistry> = "serviceRegistries",
        /// How many tasks; needed for scheduling strategy `REPLICA`.
        desired_count: i32 = "desiredCount",
        /// Makes a repeated request have no further effect; at most 36 characters.
        client_token: String = "clientToken",
        /// The launch type; not with a capacity provider strategy.
        launch_type: LaunchType = "launchType",
        /// The capacity provider strategy; not with a launch type.
        capacity_provider_strategy: Vec<CapacityProviderStrategyItem> = "capacityProviderStrategy",
        /// The platform version of Fargate; `LATEST` if absent.
        platform_version: String = "platformVersion",
        /// The role with which ECS reaches load balancers.
        role: String = "role",
        /// How it replaces its tasks.
        deployment_configuration: DeploymentConfiguration = "deploymentConfiguration",
        /// What container instances must meet; at most 10.
        placement_constraints: Vec<PlacementConstraint> = "placementConstraints",
        /// Where the tasks should go; at most 5.
        placement_strategy: Vec<PlacementStrategy> = "placementStrategy",
        /// The network, for network mode `awsvpc`.
        network_configuration: NetworkConfiguration = "networkConfiguration",
        /// How long health checks do not count after a start, in seconds.
        health_check_grace_period_seconds: i32 = "healthCheckGracePeriodSeconds",
        /// A number of tasks, or one on each container instance.
        scheduling_strategy: SchedulingStrategy = "schedulingStrategy",
        /// Who carries out deployments.
        deployment_controller: DeploymentController = "deploymentController",
        /// The tags; at most 50.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// Whether ECS tags the tasks with cluster and service.
        enable_ecs_managed_tags: bool = "enableECSManagedTags",
        /// Where the tags of tasks come from.
        propagate_tags: PropagateTags = "propagateTags",
        /// Whether commands can be executed in the containers (ECS Exec).
        enable_execute_command: bool = "enableExecuteCommand",
        /// How it uses Service Connect.
        service_connect_configuration: ServiceConnectConfiguration = "serviceConnectConfiguration",
        /// The volumes of its tasks.
        volume_configurations: Vec<ServiceVolumeConfiguration> = "volumeConfigurations",
        /// The target groups of VPC Lattice.
        vpc_lattice_configurations: Vec<VpcLatticeConfiguration> = "vpcLatticeConfigurations",
        /// The gateways in front of it.
        gateway_connectors: Vec<GatewayConnector> = "gatewayConnectors" => bounds(0, 1),
        /// Which metrics it publishes.
        monitoring: MonitoringConfiguration = "monitoring",
    }
}

shape! {
    /// The service that was created.
    ///
    /// Source: API shape `CreateServiceResponse`.
    pub struct CreateServiceResponse {
        /// The service.
        service: Service = "service",
    }
}

impl CreateServiceRequest {
    /// Everything for which ECS refuses the request, whatever the cluster and the task definition.
    ///
    /// The shape comes first, then the documented rules.
    #[must_use]
    pub fn validate(&self, quotas: &Quotas) -> Vec<InvalidParameter> {
        let mut check = Check::of_shape(self, quotas);
        self.check_name(&mut check);
        self.check_count(&mut check);
        self.check_load_balancers(&mut check);
        self.check_launch_type(&mut check);
        self.check_deployment(&mut check);
        check.client_token(self.client_token.as_deref(), 36);
        check.tags(self.tags.as_deref());
        let strategy = self.capacity_provider_strategy.as_deref();
        check.capacity(self.launch_type.as_ref(), strategy);
        check.network(self.network_configuration.as_ref());
        check.constraints(self.placement_constraints.as_deref());
        check.strategies(self.placement_strategy.as_deref());
        check.finish()
    }

    /// The cluster that is meant: `cluster`, or `default`.
    #[must_use]
    pub fn cluster_or_default(&self) -> &str {
        self.cluster.as_deref().unwrap_or(DEFAULT_CLUSTER)
    }

    /// The scheduling strategy that is meant: `schedulingStrategy`, or `REPLICA`.
    #[must_use]
    pub fn strategy_or_default(&self) -> SchedulingStrategy {
        let given = self.scheduling_strategy.clone();
        given.unwrap_or(SchedulingStrategy::Replica)
    }

    fn controller(&self) -> &DeploymentControllerType {
        let given = self.deployment_controller.as_ref();
        given
            .and_then(|controller| controller.r#type.as_ref())
            .unwrap_or(&DeploymentControllerType::Ecs)
    }

    fn check_name(&self, check: &mut Check<'_>) {
        const POINTER: &str = "/serviceName";
        let Some(name) = self.service_name.as_deref() else {
            return;
        };
        let fits =
            |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        if name.is_empty() || name.len() > 255 || !name.chars().all(fits) {
            let message = format!("`{name}` is not 1 to 255 letters, digits, `-` and `_`");
            check.report(POINTER, message);
        }
    }

    fn check_count(&self, check: &mut Check<'_>) {
        const POINTER: &str = "/desiredCount";
        let controlled = *self.controller() == DeploymentControllerType::External;
        if self.task_definition.is_none() && !controlled {
            check.report("/taskDefinition", "the deployment controller needs one");
        }
        match (self.strategy_or_default(), self.desired_count) {
            (SchedulingStrategy::Replica, None) => {
                check.report(POINTER, "scheduling strategy `REPLICA` needs one");
            }
            (SchedulingStrategy::Daemon, Some(_)) => {
                check.report(POINTER, "scheduling strategy `DAEMON` takes none");
            }
            (_, Some(count)) => match usize::try_from(count) {
                Ok(count) => check.quota(POINTER, Quota::TasksPerService, count),
                Err(_) => check.report(POINTER, format!("{count} is below 0")),
            },
            (_, None) => {}
        }
        if self.strategy_or_default() == SchedulingStrategy::Daemon {
            self.check_daemon(check);
        }
    }

    fn check_daemon(&self, check: &mut Check<'_>) {
        let refuse = |check: &mut Check<'_>, pointer: &str| {
            check.report(
                pointer,
                "it cannot stand beside scheduling strategy `DAEMON`",
            );
        };
        if is_filled(&self.placement_strategy) {
            refuse(check, "/placementStrategy");
        }
        if is_filled(&self.capacity_provider_strategy) {
            refuse(check, "/capacityProviderStrategy");
        }
        if self.launch_type == Some(LaunchType::Fargate) {
            refuse(check, "/launchType");
        }
        if *self.controller() != DeploymentControllerType::Ecs {
            refuse(check, "/deploymentController/type");
        }
        let deployment = self.deployment_configuration.as_ref();
        let maximum = deployment.and_then(|deployment| deployment.maximum_percent);
        if maximum.is_some_and(|maximum| maximum != 100) {
            let pointer = "/deploymentConfiguration/maximumPercent";
            check.report(pointer, "scheduling strategy `DAEMON` takes only 100");
        }
    }

    fn check_load_balancers(&self, check: &mut Check<'_>) {
        const POINTER: &str = "/loadBalancers";
        let balancers = self.load_balancers.as_deref().unwrap_or_default();
        let classic = balancers
            .iter()
            .filter(|one| one.load_balancer_name.is_some());
        let groups = balancers
            .iter()
            .filter(|one| one.target_group_arn.is_some());
        check.quota(
            POINTER,
            Quota::ClassicLoadBalancersPerService,
            classic.count(),
        );
        check.quota(POINTER, Quota::TargetGroupsPerService, groups.count());
        for (position, balancer) in balancers.iter().enumerate() {
            let pointer = format!("{POINTER}/{position}");
            match (&balancer.load_balancer_name, &balancer.target_group_arn) {
                (Some(_), Some(_)) => check.report(
                    &pointer,
                    "`loadBalancerName` cannot stand beside `targetGroupArn`",
                ),
                (None, None) if balancer.advanced_configuration.is_none() => {
                    check.report(&pointer, "it needs `loadBalancerName` or `targetGroupArn`")
                }
                _ => {}
            }
        }
        if self.role.is_some() && balancers.is_empty() {
            check.report("/role", "it needs a load balancer");
        }
        if self
            .health_check_grace_period_seconds
            .is_some_and(|seconds| seconds < 0)
        {
            check.report("/healthCheckGracePeriodSeconds", "it is below 0");
        }
    }

    fn check_launch_type(&self, check: &mut Check<'_>) {
        let placed = is_filled(&self.placement_strategy);
        if placed && self.launch_type == Some(LaunchType::Fargate) {
            check.report("/placementStrategy", "Fargate takes no placement strategy");
        }
        if self.launch_type != Some(LaunchType::External) {
            return;
        }
        for (filled, pointer) in [
            (is_filled(&self.load_balancers), "/loadBalancers"),
            (is_filled(&self.service_registries), "/serviceRegistries"),
        ] {
            if filled {
                check.report(pointer, "launch type `EXTERNAL` does not support it");
            }
        }
        let network = self.network_configuration.as_ref();
        if network.is_some_and(|network| network.awsvpc_configuration.is_some()) {
            let pointer = "/networkConfiguration/awsvpcConfiguration";
            check.report(pointer, "launch type `EXTERNAL` does not support it");
        }
    }

    fn check_deployment(&self, check: &mut Check<'_>) {
        let Some(deployment) = &self.deployment_configuration else {
            return;
        };
        let least = deployment.minimum_healthy_percent;
        let most = deployment.maximum_percent;
        for (percent, member) in [(least, "minimumHealthyPercent"), (most, "maximumPercent")] {
            if let Some(percent) = percent.filter(|percent| *percent < 0) {
                let pointer = format!("/deploymentConfiguration/{member}");
                check.report(&pointer, format!("{percent} is below 0"));
            }
        }
        if let (Some(least), Some(most)) = (least, most)
            && least > most
        {
            check.report(
                "/deploymentConfiguration/maximumPercent",
                format!("{most} is below `minimumHealthyPercent`, which is {least}"),
            );
        }
    }
}

fn is_filled<T>(list: &Option<Vec<T>>) -> bool {
    list.as_ref().is_some_and(|list| !list.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> Vec<String> {
        let request: CreateServiceRequest = serde_json::from_str(json).unwrap();
        let found = request.validate(&Quotas::current());
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn requests_of_the_documents_are_fine() {
        for json in [
            r#"{"cluster":"hybrid-cluster","serviceName":"external-web-service",
                "taskDefinition":"external-web-app:1","desiredCount":3,"launchType":"EXTERNAL",
                "deploymentConfiguration":{"minimumHealthyPercent":50,"maximumPercent":200}}"#,
            r#"{"serviceName":"ecs-simple-service-elb","taskDefinition":"ecs-demo","role":"ecsRole",
                "desiredCount":10,"loadBalancers":[{"loadBalancerName":"EC2Contai-EcsElast",
                "containerName":"simple-demo","containerPort":80}]}"#,
            r#"{"serviceName":"agent","taskDefinition":"agent","schedulingStrategy":"DAEMON"}"#,
            r#"{"serviceName":"a","desiredCount":1,"deploymentController":{"type":"EXTERNAL"}}"#,
        ] {
            assert_eq!(found(json), Vec::<String>::new());
        }
    }

    #[track_caller]
    fn assert_faults<const N: usize>(cases: [(String, &str); N]) {
        for (members, text) in cases {
            let json = format!(r#"{{"taskDefinition":"web",{members}}}"#);
            assert_eq!(found(&json), [text], "{json}");
        }
    }

    #[test]
    fn name_and_count() {
        assert_faults([
            (
                r#""serviceName":"my service","desiredCount":1"#.to_owned(),
                "/serviceName: `my service` is not 1 to 255 letters, digits, `-` and `_`",
            ),
            (
                r#""desiredCount":1"#.to_owned(),
                "/serviceName: the member is required",
            ),
            (
                r#""serviceName":"a""#.to_owned(),
                "/desiredCount: scheduling strategy `REPLICA` needs one",
            ),
            (
                r#""serviceName":"a","desiredCount":-1"#.to_owned(),
                "/desiredCount: -1 is below 0",
            ),
            (
                r#""serviceName":"a","desiredCount":5001"#.to_owned(),
                "/desiredCount: 5001 is above the quota `Tasks per service` of 5000",
            ),
        ]);
    }

    #[test]
    fn load_balancers() {
        let group = r#"{"targetGroupArn":"arn"}"#;
        assert_faults([
            (
                r#""serviceName":"a","desiredCount":1,"role":"r""#.to_owned(),
                "/role: it needs a load balancer",
            ),
            (
                r#""serviceName":"a","desiredCount":1,"loadBalancers":[{"containerName":"b"}]"#
                    .to_owned(),
                "/loadBalancers/0: it needs `loadBalancerName` or `targetGroupArn`",
            ),
            (
                r#""serviceName":"a","desiredCount":1,
                    "loadBalancers":[{"loadBalancerName":"b","targetGroupArn":"c"}]"#
                    .to_owned(),
                "/loadBalancers/0: `loadBalancerName` cannot stand beside `targetGroupArn`",
            ),
            (
                format!(
                    r#""serviceName":"a","desiredCount":1,"loadBalancers":[{}]"#,
                    [group; 6].join(",")
                ),
                "/loadBalancers: 6 is above the quota `Target groups per service` of 5",
            ),
        ]);
    }

    #[test]
    fn launch_types() {
        let group = r#"{"targetGroupArn":"arn"}"#;
        assert_faults([
            (
                format!(
                    r#""serviceName":"a","desiredCount":1,"launchType":"EXTERNAL",
                        "loadBalancers":[{group}]"#
                ),
                "/loadBalancers: launch type `EXTERNAL` does not support it",
            ),
            (
                r#""serviceName":"a","desiredCount":1,"launchType":"EXTERNAL",
                    "serviceRegistries":[{"registryArn":"arn"}]"#
                    .to_owned(),
                "/serviceRegistries: launch type `EXTERNAL` does not support it",
            ),
            (
                r#""serviceName":"a","desiredCount":1,"launchType":"EXTERNAL",
                    "networkConfiguration":{"awsvpcConfiguration":{"subnets":["a"]}}"#
                    .to_owned(),
                "/networkConfiguration/awsvpcConfiguration: launch type `EXTERNAL` does not \
                 support it",
            ),
            (
                r#""serviceName":"a","desiredCount":1,"launchType":"FARGATE",
                    "placementStrategy":[{"type":"random"}]"#
                    .to_owned(),
                "/placementStrategy: Fargate takes no placement strategy",
            ),
        ]);
    }

    #[test]
    fn daemons() {
        assert_faults([
            (
                r#""serviceName":"a","desiredCount":1,"schedulingStrategy":"DAEMON""#.to_owned(),
                "/desiredCount: scheduling strategy `DAEMON` takes none",
            ),
            (
                r#""serviceName":"a","schedulingStrategy":"DAEMON","launchType":"FARGATE""#
                    .to_owned(),
                "/launchType: it cannot stand beside scheduling strategy `DAEMON`",
            ),
            (
                r#""serviceName":"a","schedulingStrategy":"DAEMON",
                    "placementStrategy":[{"type":"random"}]"#
                    .to_owned(),
                "/placementStrategy: it cannot stand beside scheduling strategy `DAEMON`",
            ),
            (
                r#""serviceName":"a","schedulingStrategy":"DAEMON",
                    "capacityProviderStrategy":[{"capacityProvider":"c"}]"#
                    .to_owned(),
                "/capacityProviderStrategy: it cannot stand beside scheduling strategy `DAEMON`",
            ),
            (
                r#""serviceName":"a","schedulingStrategy":"DAEMON",
                    "deploymentController":{"type":"CODE_DEPLOY"}"#
                    .to_owned(),
                "/deploymentController/type: it cannot stand beside scheduling strategy `DAEMON`",
            ),
            (
                r#""serviceName":"a","schedulingStrategy":"DAEMON",
                    "deploymentConfiguration":{"maximumPercent":200}"#
                    .to_owned(),
                "/deploymentConfiguration/maximumPercent: scheduling strategy `DAEMON` takes only \
                 100",
            ),
        ]);
    }

    #[test]
    fn deployment_and_token() {
        assert_faults([
            (
                r#""serviceName":"a","desiredCount":1,
                    "deploymentConfiguration":{"maximumPercent":99,"minimumHealthyPercent":100}"#
                    .to_owned(),
                "/deploymentConfiguration/maximumPercent: 99 is below `minimumHealthyPercent`, \
                 which is 100",
            ),
            (
                r#""serviceName":"a","desiredCount":1,
                    "deploymentConfiguration":{"minimumHealthyPercent":-1}"#
                    .to_owned(),
                "/deploymentConfiguration/minimumHealthyPercent: -1 is below 0",
            ),
            (
                r#""serviceName":"a","desiredCount":1,"healthCheckGracePeriodSeconds":-1"#
                    .to_owned(),
                "/healthCheckGracePeriodSeconds: it is below 0",
            ),
            (
                format!(
                    r#""serviceName":"a","desiredCount":1,"clientToken":"{}""#,
                    "x".repeat(37)
                ),
                "/clientToken: 37 characters are more than the 36 allowed",
            ),
        ]);
    }

    #[test]
    fn an_own_deployment_controller_needs_a_task_definition() {
        assert_eq!(
            found(r#"{"serviceName":"a","desiredCount":1}"#),
            ["/taskDefinition: the deployment controller needs one"]
        );
    }

    #[test]
    fn one_classic_load_balancer() {
        let two = r#"{"serviceName":"a","taskDefinition":"w","desiredCount":1,"loadBalancers":[
            {"loadBalancerName":"a"},{"loadBalancerName":"b"}]}"#;
        assert_eq!(
            found(two),
            ["/loadBalancers: 2 is above the quota `Classic Load Balancers per service` of 1"]
        );
    }
}
