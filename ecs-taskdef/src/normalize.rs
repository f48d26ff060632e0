use crate::shape::{self, Structure};
use crate::{
    Compatibility, ContainerDefinition, EFSVolumeConfiguration, HealthCheck, LaunchTypes,
    NetworkMode, PortMapping, TaskDefinition, TransportProtocol,
};

impl TaskDefinition {
    /// The form in which `DescribeTaskDefinition` gives the definition back.
    ///
    /// AWS fills in defaults, writes CPU and memory of the task as whole
    /// numbers of units and MiB, and adds what it finds out itself:
    /// `compatibilities` and `requiresAttributes`. It leaves an absent network
    /// mode absent. Members that this library does not know are kept, `null`
    /// members are not.
    ///
    /// ```
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let input: TaskDefinition = serde_json::from_str(r#"{
    ///     "family": "web", "cpu": "1 vCPU", "networkMode": "awsvpc",
    ///     "containerDefinitions": [
    ///         {"name": "web", "image": "nginx", "memory": 64, "portMappings": [{"containerPort": 80}]}
    ///     ]
    /// }"#)?;
    /// let described = input.normalized();
    /// assert_eq!(described.cpu(), Some("1024"));
    /// let web = &described.container_definitions()[0];
    /// assert_eq!(web.essential, Some(true));
    /// assert_eq!(web.port_mappings()[0].host_port(), Some(80));
    /// assert_eq!(described.normalized(), described);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn normalized(&self) -> Self {
        let mut described = self.clone();
        described.forget_nulls();
        described.fill_defaults();
        described.compatibilities = Some(described.computed_compatibilities().iter().collect());
        described.requires_attributes = Some(described.required_attributes());
        described
    }

    /// The definition with AWS's defaults written out, and nothing computed.
    pub(crate) fn fill_defaults(&mut self) {
        if self.network_mode == Some(NetworkMode::Default) {
            self.network_mode = None;
        }
        let mode = self.effective_network_mode();
        if let Some(units) = self.cpu_units() {
            self.cpu = Some(units.to_string());
        }
        if let Some(mib) = self.memory_mib() {
            self.memory = Some(mib.to_string());
        }
        for container in self.container_definitions.get_or_insert_default() {
            container.fill_defaults(&mode);
        }
        for volume in self.volumes.get_or_insert_default() {
            if let Some(efs) = &mut volume.efs_volume_configuration {
                efs.fill_defaults();
            }
        }
        self.placement_constraints.get_or_insert_default();
    }

    /// What the task can run on, as AWS puts it into `compatibilities`: every
    /// launch type none of whose rules is broken.
    ///
    /// ```
    /// use ecs_taskdef::{LaunchTypes, TaskDefinition};
    ///
    /// let task: TaskDefinition = serde_json::from_str(r#"{
    ///     "family": "web", "networkMode": "bridge",
    ///     "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 64}]
    /// }"#)?;
    /// assert_eq!(
    ///     task.computed_compatibilities(),
    ///     LaunchTypes::EC2 | LaunchTypes::EXTERNAL
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn computed_compatibilities(&self) -> LaunchTypes {
        let fits = |launch_type: &Compatibility| {
            crate::rules::fits_launch_type(
                self,
                LaunchTypes::from(launch_type),
                crate::Unknowns::NONE,
            )
        };
        let fitting: Vec<Compatibility> = LaunchTypes::ALL.iter().filter(fits).collect();
        fitting.iter().collect()
    }
}

impl ContainerDefinition {
    fn fill_defaults(&mut self, mode: &NetworkMode) {
        self.cpu.get_or_insert(0);
        self.essential.get_or_insert(true);
        self.environment.get_or_insert_default();
        self.mount_points.get_or_insert_default();
        self.volumes_from.get_or_insert_default();
        self.system_controls.get_or_insert_default();
        for mapping in self.port_mappings.get_or_insert_default() {
            mapping.fill_defaults(mode);
        }
        if let Some(check) = &mut self.health_check {
            check.fill_defaults();
        }
        if let Some(log) = &mut self.log_configuration {
            log.secret_options.get_or_insert_default();
        }
    }
}

impl PortMapping {
    fn fill_defaults(&mut self, mode: &NetworkMode) {
        self.protocol.get_or_insert(TransportProtocol::Tcp);
        if self.container_port_range.is_some() || !self.is_dynamic() {
            return;
        }
        self.host_port = match mode {
            NetworkMode::Awsvpc | NetworkMode::Host => self.container_port,
            _ => Some(0),
        };
    }
}

impl HealthCheck {
    fn fill_defaults(&mut self) {
        self.interval.get_or_insert(Self::DEFAULT_INTERVAL);
        self.timeout.get_or_insert(Self::DEFAULT_TIMEOUT);
        self.retries.get_or_insert(Self::DEFAULT_RETRIES);
    }
}

impl EFSVolumeConfiguration {
    fn fill_defaults(&mut self) {
        self.root_directory.get_or_insert_with(|| "/".to_owned());
    }
}

/// A definition that can be registered, and what had to go for that.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RegisterInput {
    /// The definition.
    pub task_definition: TaskDefinition,
    /// The JSON Pointers of the members that are in the original and not here.
    pub dropped: Vec<String>,
}

impl TaskDefinition {
    /// What `RegisterTaskDefinition` takes of a described definition.
    ///
    /// Goes: the members AWS fills in itself, and `null` members.
    ///
    /// ```
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let described: TaskDefinition = serde_json::from_str(
    ///     r#"{"family":"web","revision":3,"status":"ACTIVE","cpu":null,"containerDefinitions":[]}"#,
    /// )?;
    /// let input = described.to_register_input();
    /// assert_eq!(input.dropped, ["/revision", "/status", "/cpu"]);
    /// assert_eq!(input.task_definition.revision, None);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn to_register_input(&self) -> RegisterInput {
        let mut input = self.clone();
        let mut dropped: Vec<String> = Vec::new();
        input.slots(&mut |slots, unknown| {
            for (member, slot) in Self::SHAPE.members.iter().zip(slots) {
                if member.describe_only {
                    let kept = unknown
                        .get(member.name)
                        .is_some_and(|value| !value.is_null());
                    if kept {
                        unknown.remove(member.name);
                    }
                    if slot.clear() || kept {
                        dropped.push(format!("/{}", member.name));
                    }
                }
            }
        });
        dropped.extend(input.forget_nulls());
        RegisterInput {
            task_definition: input,
            dropped,
        }
    }

    /// Takes every `null` member away and names them.
    fn forget_nulls(&mut self) -> Vec<String> {
        let mut nulls = Vec::new();
        shape::take_nulls(self, &mut |at| nulls.push(at.pointer()));
        nulls
    }
}
