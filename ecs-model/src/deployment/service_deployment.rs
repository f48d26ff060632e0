//! Service deployments: how a service came, or comes, to a revision.

use ecs_taskdef::{Double, open_enum, shape};

use crate::deployment::{DeploymentLifecycleHookAction, DeploymentLifecycleHookTargetType};
use crate::{DeploymentConfiguration, Timestamp};

shape! {
    /// The way of a service from one revision to another.
    ///
    /// ```
    /// use ecs_model::deployment::ServiceDeploymentStatus;
    /// use ecs_model::ServiceDeployment;
    ///
    /// let deployment: ServiceDeployment = serde_json::from_str(
    ///     r#"{"status":"ROLLBACK_IN_PROGRESS","lifecycleStage":"BAKE_TIME",
    ///         "deploymentCircuitBreaker":{"status":"TRIGGERED","failureCount":3,"threshold":3}}"#,
    /// )?;
    /// assert_eq!(deployment.status, Some(ServiceDeploymentStatus::RollbackInProgress));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `ServiceDeployment`.
    pub struct ServiceDeployment {
        /// The ARN of the service deployment.
        service_deployment_arn: String = "serviceDeploymentArn",
        /// The ARN of the service.
        service_arn: String = "serviceArn",
        /// The ARN of the cluster.
        cluster_arn: String = "clusterArn",
        /// When it was created.
        created_at: Timestamp = "createdAt",
        /// When it began.
        started_at: Timestamp = "startedAt",
        /// When it was done.
        finished_at: Timestamp = "finishedAt",
        /// When it was stopped.
        stopped_at: Timestamp = "stoppedAt",
        /// When it was last changed.
        updated_at: Timestamp = "updatedAt",
        /// The revisions it began with.
        source_service_revisions: Vec<ServiceRevisionSummary> = "sourceServiceRevisions",
        /// The revision it goes to.
        target_service_revision: ServiceRevisionSummary = "targetServiceRevision",
        /// How far it is.
        status: ServiceDeploymentStatus = "status",
        /// Why it has this status.
        status_reason: String = "statusReason",
        /// The stage it is in.
        lifecycle_stage: ServiceDeploymentLifecycleStage = "lifecycleStage",
        /// The hooks of the stage.
        lifecycle_hook_details: Vec<DeploymentLifecycleHookDetail> = "lifecycleHookDetails",
        /// How tasks are replaced.
        deployment_configuration: DeploymentConfiguration = "deploymentConfiguration",
        /// How it goes back, if it does.
        rollback: Rollback = "rollback",
        /// How near it is to failing.
        deployment_circuit_breaker: ServiceDeploymentCircuitBreaker = "deploymentCircuitBreaker",
        /// The alarms that can fail it.
        alarms: ServiceDeploymentAlarms = "alarms",
    }
}

shape! {
    /// A service deployment in a list.
    ///
    /// Source: API shape `ServiceDeploymentBrief`.
    pub struct ServiceDeploymentBrief {
        /// The ARN of the service deployment.
        service_deployment_arn: String = "serviceDeploymentArn",
        /// The ARN of the service.
        service_arn: String = "serviceArn",
        /// The ARN of the cluster.
        cluster_arn: String = "clusterArn",
        /// When it began.
        started_at: Timestamp = "startedAt",
        /// When it was created.
        created_at: Timestamp = "createdAt",
        /// When it was done.
        finished_at: Timestamp = "finishedAt",
        /// The ARN of the revision it goes to.
        target_service_revision_arn: String = "targetServiceRevisionArn",
        /// How far it is.
        status: ServiceDeploymentStatus = "status",
        /// Why it has this status.
        status_reason: String = "statusReason",
    }
}

impl ServiceDeployment {
    /// The service deployment as it is in a list.
    #[must_use]
    pub fn brief(&self) -> ServiceDeploymentBrief {
        let mut brief = ServiceDeploymentBrief::default();
        let arn = &self.service_deployment_arn;
        brief.service_deployment_arn.clone_from(arn);
        brief.service_arn.clone_from(&self.service_arn);
        brief.cluster_arn.clone_from(&self.cluster_arn);
        brief.started_at = self.started_at;
        brief.created_at = self.created_at;
        brief.finished_at = self.finished_at;
        let target = &self.target_service_revision().arn;
        brief.target_service_revision_arn.clone_from(target);
        brief.status.clone_from(&self.status);
        brief.status_reason.clone_from(&self.status_reason);
        brief
    }
}

shape! {
    /// The tasks and the traffic of a revision.
    ///
    /// Source: API shape `ServiceRevisionSummary`.
    pub struct ServiceRevisionSummary {
        /// The ARN of the service revision.
        arn: String = "arn",
        /// The tasks it shall have.
        requested_task_count: i32 = "requestedTaskCount",
        /// Its tasks in `RUNNING`.
        running_task_count: i32 = "runningTaskCount",
        /// Its tasks in `PENDING`.
        pending_task_count: i32 = "pendingTaskCount",
        /// Its part of the test traffic, in percent.
        requested_test_traffic_weight: Double = "requestedTestTrafficWeight",
        /// Its part of the production traffic, in percent.
        requested_production_traffic_weight: Double = "requestedProductionTrafficWeight",
    }
}

shape! {
    /// A hook of a stage.
    ///
    /// Source: API shape `DeploymentLifecycleHookDetail`.
    pub struct DeploymentLifecycleHookDetail {
        /// The id of the hook.
        hook_id: String = "hookId",
        /// What it calls.
        target_type: DeploymentLifecycleHookTargetType = "targetType",
        /// The ARN of what it calls.
        target_arn: String = "targetArn",
        /// How far it is.
        status: DeploymentLifecycleHookStatus = "status",
        /// When it times out.
        expires_at: Timestamp = "expiresAt",
        /// What happens then.
        timeout_action: DeploymentLifecycleHookAction = "timeoutAction",
    }
}

shape! {
    /// The way back of a service deployment.
    ///
    /// Source: API shape `Rollback`.
    pub struct Rollback {
        /// Why it goes back.
        reason: String = "reason",
        /// When it began.
        started_at: Timestamp = "startedAt",
        /// The ARN of the revision it goes back to.
        service_revision_arn: String = "serviceRevisionArn",
    }
}

shape! {
    /// How near a service deployment is to failing.
    ///
    /// Source: API shape `ServiceDeploymentCircuitBreaker`.
    pub struct ServiceDeploymentCircuitBreaker {
        /// Whether failures are counted.
        status: ServiceDeploymentRollbackMonitorsStatus = "status",
        /// The failures so far.
        failure_count: i32 = "failureCount",
        /// The failures with which it fails.
        threshold: i32 = "threshold",
    }
}

shape! {
    /// The alarms that can fail a service deployment.
    ///
    /// Source: API shape `ServiceDeploymentAlarms`.
    pub struct ServiceDeploymentAlarms {
        /// Whether they are watched.
        status: ServiceDeploymentRollbackMonitorsStatus = "status",
        /// Their names.
        alarm_names: Vec<String> = "alarmNames",
        /// The names of those that went off.
        triggered_alarm_names: Vec<String> = "triggeredAlarmNames",
    }
}

shape! {
    /// A time in which something was created.
    ///
    /// Source: API shape `CreatedAt`.
    pub struct CreatedAt {
        /// Before this.
        before: Timestamp = "before",
        /// After this.
        after: Timestamp = "after",
    }
}

open_enum! {
    /// How far a service deployment is.
    ///
    /// Source: API shape `ServiceDeploymentStatus`.
    pub enum ServiceDeploymentStatus {
        /// It has not begun.
        Pending = "PENDING",
        /// It is done.
        Successful = "SUCCESSFUL",
        /// It was stopped.
        Stopped = "STOPPED",
        /// It shall stop.
        StopRequested = "STOP_REQUESTED",
        /// It goes on.
        InProgress = "IN_PROGRESS",
        /// It shall go back.
        RollbackRequested = "ROLLBACK_REQUESTED",
        /// It goes back.
        RollbackInProgress = "ROLLBACK_IN_PROGRESS",
        /// It has gone back.
        RollbackSuccessful = "ROLLBACK_SUCCESSFUL",
        /// It could not go back.
        RollbackFailed = "ROLLBACK_FAILED",
    }
}

open_enum! {
    /// A stage of a service deployment.
    ///
    /// Source: API shape `ServiceDeploymentLifecycleStage`.
    pub enum ServiceDeploymentLifecycleStage {
        /// Other deployments are looked for.
        ReconcileService = "RECONCILE_SERVICE",
        /// Before new tasks start.
        PreScaleUp = "PRE_SCALE_UP",
        /// New tasks start.
        ScaleUp = "SCALE_UP",
        /// New tasks have started.
        PostScaleUp = "POST_SCALE_UP",
        /// Test traffic goes over.
        TestTrafficShift = "TEST_TRAFFIC_SHIFT",
        /// Test traffic has gone over.
        PostTestTrafficShift = "POST_TEST_TRAFFIC_SHIFT",
        /// Production traffic goes over.
        ProductionTrafficShift = "PRODUCTION_TRAFFIC_SHIFT",
        /// Production traffic has gone over.
        PostProductionTrafficShift = "POST_PRODUCTION_TRAFFIC_SHIFT",
        /// Both revisions run.
        BakeTime = "BAKE_TIME",
        /// Old tasks stop.
        CleanUp = "CLEAN_UP",
    }
}

open_enum! {
    /// How far a hook is.
    ///
    /// Source: API shape `DeploymentLifecycleHookStatus`.
    pub enum DeploymentLifecycleHookStatus {
        /// Someone has to say how it goes on.
        AwaitingAction = "AWAITING_ACTION",
        /// It goes on.
        InProgress = "IN_PROGRESS",
        /// It is done.
        Succeeded = "SUCCEEDED",
        /// It could not be done.
        Failed = "FAILED",
        /// It took too long.
        TimedOut = "TIMED_OUT",
    }
}

open_enum! {
    /// Whether failures or alarms are watched.
    ///
    /// Source: API shape `ServiceDeploymentRollbackMonitorsStatus`.
    pub enum ServiceDeploymentRollbackMonitorsStatus {
        /// They have made the deployment fail.
        Triggered = "TRIGGERED",
        /// They are watched.
        Monitoring = "MONITORING",
        /// They were watched to the end.
        MonitoringComplete = "MONITORING_COMPLETE",
        /// They are not watched.
        Disabled = "DISABLED",
    }
}

open_enum! {
    /// How a service deployment stops.
    ///
    /// Source: API shape `StopServiceDeploymentStopType`.
    pub enum StopServiceDeploymentStopType {
        /// As it stands.
        Abort = "ABORT",
        /// By going back.
        Rollback = "ROLLBACK",
    }
}
