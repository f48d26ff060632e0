//! How a service replaces its tasks.

use serde_json::Value;

use ecs_taskdef::{Double, open_enum, shape};

shape! {
    /// How a service replaces its tasks.
    ///
    /// Source: API shape `DeploymentConfiguration`.
    pub struct DeploymentConfiguration {
        /// When a deployment is given up.
        deployment_circuit_breaker: DeploymentCircuitBreaker = "deploymentCircuitBreaker",
        /// The most tasks during a deployment, in percent of the desired count, rounded down.
        maximum_percent: i32 = "maximumPercent",
        /// The fewest healthy tasks during a deployment, in percent of the desired count, rounded
        /// up.
        minimum_healthy_percent: i32 = "minimumHealthyPercent",
        /// Alarms that end a deployment.
        alarms: DeploymentAlarms = "alarms",
        /// How new tasks take over.
        strategy: DeploymentStrategy = "strategy",
        /// How long old and new tasks run together after the traffic has moved, in minutes.
        bake_time_in_minutes: i32 = "bakeTimeInMinutes",
        /// What is called at stages of a deployment.
        lifecycle_hooks: Vec<DeploymentLifecycleHook> = "lifecycleHooks",
        /// The steps of strategy `LINEAR`.
        linear_configuration: LinearConfiguration = "linearConfiguration",
        /// The steps of strategy `CANARY`.
        canary_configuration: CanaryConfiguration = "canaryConfiguration",
        /// When a deployment counts as successful before its end.
        early_success_criteria: DeploymentEarlySuccessCriteria = "earlySuccessCriteria",
    }
}

shape! {
    /// When a deployment is given up.
    ///
    /// Source: API shape `DeploymentCircuitBreaker`.
    pub struct DeploymentCircuitBreaker {
        /// Whether it is ever given up.
        enable: bool = "enable" => required(),
        /// Whether the last completed deployment is restored then.
        rollback: bool = "rollback" => required(),
        /// Whether a healthy task sets the count of failures to 0.
        reset_on_healthy_task: bool = "resetOnHealthyTask",
        /// How many failures are too many.
        threshold_configuration: ThresholdConfiguration = "thresholdConfiguration",
    }
}

shape! {
    /// How many failed tasks are too many.
    ///
    /// Source: API shape `ThresholdConfiguration`.
    pub struct ThresholdConfiguration {
        /// What the value means.
        r#type: ThresholdType = "type" => required(),
        /// A number of tasks or a percentage.
        value: i32 = "value" => required(),
    }
}

shape! {
    /// Alarms that end a deployment.
    ///
    /// Source: API shape `DeploymentAlarms`.
    pub struct DeploymentAlarms {
        /// The names of CloudWatch alarms.
        alarm_names: Vec<String> = "alarmNames" => required(),
        /// Whether the last completed deployment is restored then.
        rollback: bool = "rollback" => required(),
        /// Whether the alarms count.
        enable: bool = "enable" => required(),
    }
}

shape! {
    /// What is called at stages of a deployment.
    ///
    /// Source: API shape `DeploymentLifecycleHook`.
    pub struct DeploymentLifecycleHook {
        /// What is called.
        target_type: DeploymentLifecycleHookTargetType = "targetType",
        /// The ARN of what is called.
        hook_target_arn: String = "hookTargetArn",
        /// The role with which it is called.
        role_arn: String = "roleArn",
        /// The stages.
        lifecycle_stages: Vec<DeploymentLifecycleHookStage> = "lifecycleStages",
        /// What is passed to it, any JSON.
        hook_details: Value = "hookDetails",
        /// What happens if it does not answer.
        timeout_configuration: DeploymentLifecycleHookTimeoutConfiguration = "timeoutConfiguration",
    }
}

shape! {
    /// What happens if a hook does not answer.
    ///
    /// Source: API shape `DeploymentLifecycleHookTimeoutConfiguration`.
    pub struct DeploymentLifecycleHookTimeoutConfiguration {
        /// How long the deployment waits, in minutes.
        timeout_in_minutes: i32 = "timeoutInMinutes" => bounds(1, 20160),
        /// What it does then.
        action: DeploymentLifecycleHookAction = "action",
    }
}

shape! {
    /// The steps of a linear deployment.
    ///
    /// Source: API shape `LinearConfiguration`.
    pub struct LinearConfiguration {
        /// The traffic that moves at each step, in percent.
        step_percent: Double = "stepPercent",
        /// The time between steps, in minutes.
        step_bake_time_in_minutes: i32 = "stepBakeTimeInMinutes",
    }
}

shape! {
    /// The two steps of a canary deployment.
    ///
    /// Source: API shape `CanaryConfiguration`.
    pub struct CanaryConfiguration {
        /// The traffic that moves first, in percent.
        canary_percent: Double = "canaryPercent",
        /// The time until the rest moves, in minutes.
        canary_bake_time_in_minutes: i32 = "canaryBakeTimeInMinutes",
    }
}

shape! {
    /// When a deployment counts as successful before its end.
    ///
    /// Source: API shape `DeploymentEarlySuccessCriteria`.
    pub struct DeploymentEarlySuccessCriteria {
        /// Whether it may.
        enable: bool = "enable" => required(),
        /// The healthy new tasks that are enough, in percent of the desired count.
        healthy_percent: i32 = "healthyPercent" => bounds(0, 100),
        /// When the old tasks are stopped.
        source_service_revision_cleanup: ServiceRevisionCleanup = "sourceServiceRevisionCleanup",
    }
}

shape! {
    /// Who carries out deployments of a service.
    ///
    /// Source: API shape `DeploymentController`.
    pub struct DeploymentController {
        /// Who.
        r#type: DeploymentControllerType = "type" => required(),
    }
}

open_enum! {
    /// What the value of a threshold means.
    ///
    /// Source: API shape `ThresholdType`.
    pub enum ThresholdType {
        /// A number of tasks.
        Count = "COUNT",
        /// A percentage of the desired count, held between 3 and 200 tasks.
        BoundedPercent = "BOUNDED_PERCENT",
        /// A percentage of the desired count.
        UnboundedPercent = "UNBOUNDED_PERCENT",
    }
}

open_enum! {
    /// How new tasks take over.
    ///
    /// Source: API shape `DeploymentStrategy`.
    pub enum DeploymentStrategy {
        /// Task by task.
        Rolling = "ROLLING",
        /// All traffic at once, after the new tasks were tested.
        BlueGreen = "BLUE_GREEN",
        /// Traffic in equal steps.
        Linear = "LINEAR",
        /// A small part of the traffic, then all.
        Canary = "CANARY",
    }
}

open_enum! {
    /// What a hook calls.
    ///
    /// Source: API shape `DeploymentLifecycleHookTargetType`.
    pub enum DeploymentLifecycleHookTargetType {
        /// A Lambda function.
        AwsLambda = "AWS_LAMBDA",
        /// Nothing: the deployment pauses.
        Pause = "PAUSE",
    }
}

open_enum! {
    /// A stage of a deployment at which a hook is called.
    ///
    /// Source: API shape `DeploymentLifecycleHookStage`.
    pub enum DeploymentLifecycleHookStage {
        /// Before anything, when several revisions of the service run.
        ReconcileService = "RECONCILE_SERVICE",
        /// Before new tasks start.
        PreScaleUp = "PRE_SCALE_UP",
        /// After new tasks have started.
        PostScaleUp = "POST_SCALE_UP",
        /// While test traffic moves.
        TestTrafficShift = "TEST_TRAFFIC_SHIFT",
        /// After test traffic has moved.
        PostTestTrafficShift = "POST_TEST_TRAFFIC_SHIFT",
        /// Before production traffic moves.
        PreProductionTrafficShift = "PRE_PRODUCTION_TRAFFIC_SHIFT",
        /// While production traffic moves.
        ProductionTrafficShift = "PRODUCTION_TRAFFIC_SHIFT",
        /// After production traffic has moved.
        PostProductionTrafficShift = "POST_PRODUCTION_TRAFFIC_SHIFT",
    }
}

open_enum! {
    /// What a deployment does when a hook does not answer.
    ///
    /// Source: API shape `DeploymentLifecycleHookAction`.
    pub enum DeploymentLifecycleHookAction {
        /// It is rolled back.
        Rollback = "ROLLBACK",
        /// It goes on.
        Continue = "CONTINUE",
    }
}

open_enum! {
    /// When old tasks are stopped after an early success.
    ///
    /// Source: API shape `ServiceRevisionCleanup`.
    pub enum ServiceRevisionCleanup {
        /// Before the deployment is complete.
        Blocking = "BLOCKING",
        /// Afterwards.
        Deferred = "DEFERRED",
    }
}

open_enum! {
    /// Who carries out deployments of a service.
    ///
    /// Source: API shape `DeploymentControllerType`.
    pub enum DeploymentControllerType {
        /// Amazon ECS.
        Ecs = "ECS",
        /// AWS CodeDeploy, blue/green.
        CodeDeploy = "CODE_DEPLOY",
        /// The user, with task sets.
        External = "EXTERNAL",
    }
}
