use crate::{
    Attribute, ContainerDefinition, EFSTransitEncryption, ImageRef, LogDriver, NetworkMode,
    TaskDefinition, Volume,
};

/// CPU units from which an instance must know large tasks: 10 vCPUs.
const LARGE_TASK_CPU: u32 = 10 * 1_024;

impl TaskDefinition {
    /// The attributes an instance must have to run the task, as AWS puts them
    /// into `requiresAttributes`. The order of the list means nothing.
    ///
    /// GPUs add none: they are a resource.
    ///
    /// ```
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let task: TaskDefinition = serde_json::from_str(r#"{
    ///     "family": "web",
    ///     "networkMode": "awsvpc",
    ///     "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 64}]
    /// }"#)?;
    /// let attributes = task.required_attributes();
    /// let names: Vec<&str> = attributes.iter().filter_map(|one| one.name()).collect();
    /// assert_eq!(
    ///     names,
    ///     ["com.amazonaws.ecs.capability.docker-remote-api.1.18", "ecs.capability.task-eni"]
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn required_attributes(&self) -> Vec<Attribute> {
        let mut names = Names::default();
        names.add_task(self);
        for container in self.container_definitions() {
            names.add_container(container);
            names.add_execution_role(self, container);
        }
        for volume in self.volumes() {
            names.add_volume(volume);
        }
        names.into_attributes()
    }
}

#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn add(&mut self, condition: bool, name: &str) {
        if condition {
            self.0.push(name.to_owned());
        }
    }

    /// A version of the Docker Remote API.
    fn docker_api(&mut self, condition: bool, version: &str) {
        if condition {
            let prefix = "com.amazonaws.ecs.capability.docker-remote-api";
            self.0.push(format!("{prefix}.{version}"));
        }
    }

    fn into_attributes(mut self) -> Vec<Attribute> {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.into_iter().map(Attribute::named).collect()
    }

    fn add_task(&mut self, task: &TaskDefinition) {
        let role = is_given(task.task_role_arn());
        let awsvpc = task.network_mode == Some(NetworkMode::Awsvpc);
        let host = task.network_mode == Some(NetworkMode::Host);
        self.add(role, "com.amazonaws.ecs.capability.task-iam-role");
        self.add(
            role && host,
            "com.amazonaws.ecs.capability.task-iam-role-network-host",
        );
        self.add(awsvpc, "ecs.capability.task-eni");
        self.docker_api(awsvpc || (role && host), "1.18");
        self.add(
            task.pid_mode.is_some() || task.ipc_mode.is_some(),
            "ecs.capability.pid-ipc-namespace-sharing",
        );
        self.add(
            task.ephemeral_storage.is_some(),
            "ecs.capability.extensible-ephemeral-storage",
        );
        self.add(
            task.proxy_configuration.is_some(),
            "ecs.capability.aws-appmesh",
        );
        let accelerators = task.inference_accelerators();
        self.add(!accelerators.is_empty(), "ecs.capability.task-eia");
        self.add(
            task.enable_fault_injection == Some(true),
            "ecs.capability.fault-injection",
        );
        self.add(
            task.cpu_units().is_some_and(|units| units > LARGE_TASK_CPU),
            "ecs.capability.increased-task-cpu-limit",
        );
    }

    fn add_container(&mut self, container: &ContainerDefinition) {
        self.add_docker_options(container);
        self.add_logging(container);
        self.add_secrets(container);
        self.add(
            container.privileged == Some(true),
            "com.amazonaws.ecs.capability.privileged-container",
        );
        self.add(
            container.health_check.is_some(),
            "ecs.capability.container-health-check",
        );
        let depends = container.depends_on();
        let timeouts = container.start_timeout.is_some() || container.stop_timeout.is_some();
        self.add(
            !depends.is_empty() || timeouts,
            "ecs.capability.container-ordering",
        );
        self.add(
            container.repository_credentials.is_some(),
            "ecs.capability.private-registry-authentication.secretsmanager",
        );
        let files = container.environment_files();
        self.add(!files.is_empty(), "ecs.capability.env-files.s3");
        self.add(
            container.restart_policy().enabled == Some(true),
            "ecs.capability.container-restart-policy",
        );
        let mappings = container.port_mappings();
        self.add(
            mappings
                .iter()
                .any(|mapping| mapping.container_port_range.is_some()),
            "ecs.capability.network.container-port-range",
        );
        self.add_security(container);
    }

    fn add_docker_options(&mut self, container: &ContainerDefinition) {
        self.docker_api(
            container.readonly_root_filesystem == Some(true)
                || is_given(container.working_directory())
                || container.docker_security_options.is_some()
                || container.linux_parameters.is_some(),
            "1.17",
        );
        let (labels, limits) = (container.docker_labels(), container.ulimits());
        self.docker_api(!labels.is_empty() || !limits.is_empty(), "1.18");
        self.docker_api(container.memory_reservation.is_some(), "1.21");
        let linux = container.linux_parameters();
        let shared_memory = linux.shared_memory_size.is_some();
        self.docker_api(shared_memory || !linux.tmpfs().is_empty(), "1.22");
        self.docker_api(linux.init_process_enabled == Some(true), "1.25");
        if let Some(check) = &container.health_check {
            let version = if check.start_period.is_some() {
                "1.29"
            } else {
                "1.24"
            };
            self.docker_api(true, version);
        }
    }

    fn add_logging(&mut self, container: &ContainerDefinition) {
        if let Some(firelens) = &container.firelens_configuration {
            if let Some(router) = &firelens.r#type {
                self.0.push(format!("ecs.capability.firelens.{router}"));
            }
            if let Some(source) = firelens.options().get("config-file-type") {
                self.0
                    .push(format!("ecs.capability.firelens.options.config.{source}"));
            }
        }
        let Some(log) = &container.log_configuration else {
            return;
        };
        if let Some(driver) = &log.log_driver {
            self.0.push(format!(
                "com.amazonaws.ecs.capability.logging-driver.{driver}"
            ));
        }
        let awslogs = log.log_driver == Some(LogDriver::Awslogs);
        self.docker_api(awslogs, "1.19");
        let buffered = log.has_option("mode") || log.has_option("max-buffer-size");
        self.docker_api(awslogs && buffered, "1.28");
        self.docker_api(awslogs && log.has_option("awslogs-create-group"), "1.29");
        self.add(
            log.log_driver == Some(LogDriver::Awsfirelens)
                && log.has_option("log-driver-buffer-limit"),
            "ecs.capability.logging-driver.awsfirelens.log-driver-buffer-limit",
        );
    }

    fn add_secrets(&mut self, container: &ContainerDefinition) {
        let uses = [
            (container.secrets(), "environment-variables"),
            (
                container.log_configuration().secret_options(),
                "bootstrap.log-driver",
            ),
        ];
        for (secrets, usage) in uses {
            for secret in secrets {
                let store = if secret.is_in_secrets_manager() {
                    "asm"
                } else {
                    "ssm"
                };
                self.0
                    .push(format!("ecs.capability.secrets.{store}.{usage}"));
            }
        }
    }

    fn add_security(&mut self, container: &ContainerDefinition) {
        let options = container.docker_security_options();
        let has = |prefix: &str| options.iter().any(|option| option.starts_with(prefix));
        self.add(has("label:"), "com.amazonaws.ecs.capability.selinux");
        self.add(has("apparmor:"), "com.amazonaws.ecs.capability.apparmor");
        let specs = container.credential_specs();
        let has_spec = |prefix: &str| specs.iter().any(|spec| spec.starts_with(prefix));
        self.add(
            has("credentialspec:") || has_spec("credentialspec:"),
            "ecs.capability.gmsa",
        );
        self.add(
            has_spec("credentialspecdomainless:"),
            "ecs.capability.gmsa-domainless",
        );
    }

    fn add_execution_role(&mut self, task: &TaskDefinition, container: &ContainerDefinition) {
        let role = is_given(task.execution_role_arn());
        let private = container
            .image()
            .is_some_and(|image| ImageRef::parse(image).is_private_ecr());
        self.add(private, "com.amazonaws.ecs.capability.ecr-auth");
        self.add(role && private, "ecs.capability.execution-role-ecr-pull");
        let awslogs = container.log_configuration().log_driver == Some(LogDriver::Awslogs);
        self.add(role && awslogs, "ecs.capability.execution-role-awslogs");
    }

    fn add_volume(&mut self, volume: &Volume) {
        if let Some(docker) = &volume.docker_volume_configuration {
            let driver = docker.driver().unwrap_or("local");
            self.0
                .push(format!("ecs.capability.docker-plugin.{driver}"));
            self.docker_api(true, "1.25");
        }
        if let Some(efs) = &volume.efs_volume_configuration {
            let encrypted = efs.transit_encryption == Some(EFSTransitEncryption::Enabled);
            self.add(true, "ecs.capability.efs");
            self.add(
                encrypted || efs.authorization_config.is_some(),
                "ecs.capability.efsAuth",
            );
            self.docker_api(true, "1.25");
        }
        self.add(
            volume
                .fsx_windows_file_server_volume_configuration
                .is_some(),
            "ecs.capability.fsxWindowsFileServer",
        );
        self.add(
            volume.s3files_volume_configuration.is_some(),
            "ecs.capability.storage.s3-files",
        );
        self.add(
            volume.configured_at_launch == Some(true),
            "ecs.capability.storage.ebs-task-volume-attach",
        );
    }
}

fn is_given(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.is_empty())
}
