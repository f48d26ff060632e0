//! [`Failure`]: why ECS did not do a part of what it was asked for.

use ecs_taskdef::{open_enum, shape};

shape! {
    /// A part of a request that ECS could not carry out.
    ///
    /// A failure is an answer, not an error: RunTask gives the tasks it could place and a failure
    /// for each container instance that refused one.
    ///
    /// ```
    /// use ecs_model::{Failure, FailureReason};
    ///
    /// let failure = Failure::new(FailureReason::ResourceMemory, "arn:aws:ecs:us-east-1:123456789012:container-instance/default/4d3910c127c8410cb1dff5d06fab4305")
    ///     .with_detail("1024 MiB wanted, 955 MiB left");
    /// assert_eq!(failure.reason(), Some("RESOURCE:MEMORY"));
    /// assert_eq!(failure.known_reason(), Some(FailureReason::ResourceMemory));
    /// ```
    ///
    /// Source: API shape `Failure`.
    pub struct Failure {
        /// What it is about: the ARN of a container instance, task, service or cluster.
        arn: String = "arn",
        /// The reason, one of [`FailureReason`] as far as it is known.
        reason: String = "reason",
        /// More about the reason.
        detail: String = "detail",
    }
}

impl Failure {
    /// A failure with this reason, about the resource with this ARN.
    #[must_use]
    pub fn new(reason: FailureReason, arn: impl Into<String>) -> Self {
        Self::default().with_arn(arn).with_reason(reason.as_str())
    }

    /// The reason as a value; `Other` where it is not known.
    #[must_use]
    pub fn known_reason(&self) -> Option<FailureReason> {
        self.reason().map(FailureReason::from)
    }
}

open_enum! {
    /// The reasons that ECS gives for a [`Failure`].
    ///
    /// Source: Developer Guide, API failures messages.
    pub enum FailureReason {
        /// There is no such resource. Describe calls, StartTask.
        Missing = "MISSING",
        /// The container instance was deregistered. StartTask.
        Inactive = "INACTIVE",
        /// The agent of the container instance is not connected. RunTask, StartTask.
        Agent = "AGENT",
        /// The container instance has no attribute that the task needs. RunTask, StartTask.
        Attribute = "ATTRIBUTE",
        /// The container instance is not in the subnet or Availability Zone. RunTask, StartTask.
        Location = "LOCATION",
        /// Not enough CPU units. RunTask, StartTask.
        ResourceCpu = "RESOURCE:CPU",
        /// Not enough memory. RunTask, StartTask.
        ResourceMemory = "RESOURCE:MEMORY",
        /// A TCP port is taken. RunTask, StartTask.
        ResourcePorts = "RESOURCE:PORTS",
        /// A UDP port is taken. RunTask, StartTask.
        ResourcePortsUdp = "RESOURCE:PORTS_UDP",
        /// Not enough GPUs. RunTask, StartTask.
        ResourceGpu = "RESOURCE:GPU",
        /// Not enough network interfaces. RunTask, StartTask.
        ResourceEni = "RESOURCE:ENI",
        /// No container instance meets the placement constraints. Tasks that failed to start.
        MemberOf = "MemberOf placement constraint unsatisfied",
        /// The cluster has no active container instance. Tasks that failed to start.
        NoActiveInstances = "NO ACTIVE INSTANCES",
        /// The capacity provider has no container instance. Tasks that failed to start.
        EmptyCapacityProvider = "EMPTY CAPACITY PROVIDER",
        /// The task is not one of a service. Task protection.
        TaskNotValid = "TASK_NOT_VALID",
        /// A deployment would be blocked. Task protection.
        DeploymentBlocked = "DEPLOYMENT_BLOCKED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_of_the_guide_is_known() {
        let table = include_str!("../tests/data/tables/api-failures.json");
        let rows: Vec<serde_json::Value> = serde_json::from_str(table).unwrap();
        assert_eq!(rows.len(), 8);
        for row in rows {
            let reason = row["reason"].as_str().unwrap();
            match reason.strip_suffix(": *") {
                Some(resource) => {
                    let named = |value: &&str| value.starts_with(&format!("{resource}:"));
                    assert_eq!(
                        FailureReason::VALUES
                            .iter()
                            .copied()
                            .filter(|value| named(value))
                            .count(),
                        6
                    );
                }
                None => assert!(FailureReason::VALUES.contains(&reason), "{reason}"),
            }
        }
    }

    #[test]
    fn a_reason_of_tomorrow_is_kept() {
        let text = r#"{"arn":"a","reason":"RESOURCE:FPGA"}"#;
        let failure: Failure = serde_json::from_str(text).unwrap();
        let other = FailureReason::Other("RESOURCE:FPGA".to_owned());
        assert_eq!(failure.known_reason(), Some(other));
        assert_eq!(serde_json::to_string(&failure).unwrap(), text);
    }
}
