//! The resources that an agent makes for a task definition.

use ecs_taskdef::{ContainerDefinition, LogDriver, Secret, TaskDefinition, Volume};

use super::{SpecError, TaskSpec};
use crate::{ContainerStatus, ResourceSpec};

impl TaskSpec {
    /// Adds the resources that the agent makes for a task of this definition. A host then has to
    /// create them: see [`AgentAction::CreateResource`](crate::AgentAction::CreateResource).
    ///
    /// | resource | what it holds | containers wait before | credentials |
    /// |---|---|---|---|
    /// | `asm-auth` | `repositoryCredentials` | `MANIFEST_PULLED` | yes |
    /// | `ssmsecret`, `asmsecret` | `secrets` and the `secretOptions` of logs | `CREATED` | yes |
    /// | `envfile_` and the container | `environmentFiles` | `CREATED` | yes |
    /// | `credentialspec` | `credentialSpecs` | `CREATED` | yes |
    /// | `firelens` | `firelensConfiguration` | `CREATED` | for a file in S3 |
    /// | the name of the volume | a volume of Docker, EFS or S3 Files | `PULLED` | no |
    /// | the name of the volume | a volume of FSx for Windows File Server | `PULLED` | yes |
    ///
    /// A log router also waits for the secrets of those that log through it. The cgroup of the task
    /// depends on the host and is the caller's to add.
    ///
    /// ```
    /// use ecs_state::TaskSpec;
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let definition: TaskDefinition = serde_json::from_str(
    ///     r#"{"family": "web", "containerDefinitions": [{
    ///         "name": "web", "image": "web", "memory": 64,
    ///         "secrets": [{"name": "TOKEN", "valueFrom": "/web/token"}]
    ///     }]}"#,
    /// )?;
    /// let spec = TaskSpec::try_from(&definition)?.with_resources_of(&definition)?;
    /// assert_eq!(spec.resources()[0].name(), "ssmsecret");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SpecError`] if a container of the definition is not in the task, or a resource is there
    /// already.
    ///
    /// Source: amazon-ecs-agent, task.
    pub fn with_resources_of(self, definition: &TaskDefinition) -> Result<Self, SpecError> {
        let containers = definition.container_definitions();
        let mut found = Vec::new();
        for (name, before, is_needed) in SHARED {
            let users = containers
                .iter()
                .filter(|container| is_needed(container, containers));
            found.push(
                users.fold(ResourceSpec::new(*name).with_credentials(), |spec, user| {
                    spec.required_by(named(user), *before)
                }),
            );
        }
        for container in containers {
            found.extend(own(container));
        }
        found.extend(definition.volumes().iter().filter_map(|volume| {
            let resource = made_by_agent(volume)?;
            let name = volume.name()?;
            let mounts = |container: &&ContainerDefinition| {
                let mut mounts = container.mount_points().iter();
                mounts.any(|mount| mount.source_volume() == Some(name))
            };
            let users = containers.iter().filter(mounts);
            Some(users.fold(resource, |spec, user| {
                spec.required_by(named(user), ContainerStatus::Pulled)
            }))
        }));
        found.retain(|resource| !resource.required_by.is_empty());
        self.with_resources(found)
    }
}

type IsNeeded = fn(&ContainerDefinition, &[ContainerDefinition]) -> bool;

/// Resources of the whole task: which containers need them, and before which step.
const SHARED: &[(&str, ContainerStatus, IsNeeded)] = &[
    (
        "asm-auth",
        ContainerStatus::ManifestPulled,
        |container, _| container.repository_credentials.is_some(),
    ),
    ("ssmsecret", ContainerStatus::Created, |container, all| {
        needs_secret(container, all, |secret| !secret.is_in_secrets_manager())
    }),
    ("asmsecret", ContainerStatus::Created, |container, all| {
        needs_secret(container, all, Secret::is_in_secrets_manager)
    }),
    (
        "credentialspec",
        ContainerStatus::Created,
        |container, _| !container.credential_specs().is_empty(),
    ),
];

/// Resources of one container.
fn own(container: &ContainerDefinition) -> impl Iterator<Item = ResourceSpec> {
    let name = named(container);
    let files = (!container.environment_files().is_empty()).then(|| {
        ResourceSpec::new(format!("envfile_{name}"))
            .with_credentials()
            .required_by(name, ContainerStatus::Created)
    });
    let router = container.firelens_configuration.as_ref().map(|router| {
        let spec = ResourceSpec::new("firelens").required_by(name, ContainerStatus::Created);
        let kind = router
            .options
            .as_ref()
            .and_then(|options| options.get("config-file-type"));
        match kind.is_some_and(|kind| kind == "s3") {
            true => spec.with_credentials(),
            false => spec,
        }
    });
    files.into_iter().chain(router)
}

/// Whether a container has a secret of this kind, or routes logs of one that has one for them.
fn needs_secret(
    container: &ContainerDefinition,
    all: &[ContainerDefinition],
    is_meant: fn(&Secret) -> bool,
) -> bool {
    let of_logs = |container: &ContainerDefinition| {
        let logging = container.log_configuration.as_ref();
        let secrets = logging
            .into_iter()
            .flat_map(|logging| logging.secret_options());
        secrets.into_iter().any(is_meant)
    };
    let is_routed = |container: &&ContainerDefinition| {
        let logging = container.log_configuration.as_ref();
        let driver = logging.and_then(|logging| logging.log_driver.as_ref());
        driver == Some(&LogDriver::Awsfirelens)
    };
    let routes = container.firelens_configuration.is_some();
    container.secrets().iter().any(is_meant)
        || of_logs(container)
        || routes && all.iter().filter(is_routed).any(of_logs)
}

/// A volume that is made before its task, unless it is a directory of the host or attached by ECS.
fn made_by_agent(volume: &Volume) -> Option<ResourceSpec> {
    let resource = ResourceSpec::new(volume.name()?);
    let is_fsx = volume
        .fsx_windows_file_server_volume_configuration
        .is_some();
    let is_made = volume.docker_volume_configuration.is_some()
        || volume.efs_volume_configuration.is_some()
        || volume.s3files_volume_configuration.is_some();
    match is_fsx {
        // The account that mounts it is read from a secret.
        true => Some(resource.with_credentials()),
        false => is_made.then_some(resource),
    }
}

fn named(container: &ContainerDefinition) -> &str {
    container.name().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(spec: &TaskSpec) -> Vec<String> {
        let resources = spec.resources().iter();
        let described = resources.map(|resource| {
            let users = resource.required_by.iter();
            let users = users.map(|(name, before)| format!("{name} before {before}"));
            let users: Vec<String> = users.collect();
            let credentials = match resource.needs_credentials {
                true => ", with credentials",
                false => "",
            };
            format!("{}: {}{credentials}", resource.name(), users.join(", "))
        });
        described.collect()
    }

    #[test]
    fn a_log_router_does_not_wait_for_the_secrets_of_other_drivers() {
        let definition: TaskDefinition = serde_json::from_str(
            r#"{"family":"f","containerDefinitions":[
                {"name":"web","logConfiguration":{"logDriver":"splunk","secretOptions":[
                    {"name":"splunk-token","valueFrom":"/web/token"}]}},
                {"name":"db","logConfiguration":{"logDriver":"awsfirelens"}},
                {"name":"router","firelensConfiguration":{"type":"fluentbit"}}]}"#,
        )
        .unwrap();
        let spec = TaskSpec::try_from(&definition).unwrap();
        assert_eq!(
            described(&spec.with_resources_of(&definition).unwrap()),
            [
                "ssmsecret: web before CREATED, with credentials",
                "firelens: router before CREATED"
            ]
        );
    }

    #[test]
    fn every_resource_of_a_definition() {
        let definition: TaskDefinition = serde_json::from_str(
            r#"{"family":"f","containerDefinitions":[
                {"name":"web","mountPoints":[{"sourceVolume":"data"},{"sourceVolume":"host"},
                    {"sourceVolume":"share"}],
                 "secrets":[{"name":"A","valueFrom":"/web/a"}],
                 "repositoryCredentials":{"credentialsParameter":"arn"},
                 "environmentFiles":[{"type":"s3","value":"arn:aws:s3:::b/web.env"}],
                 "credentialSpecs":["credentialspec:arn"],
                 "logConfiguration":{"logDriver":"awsfirelens","secretOptions":[
                    {"name":"key","valueFrom":"arn:aws:secretsmanager:us-east-1:1:secret:k"}]}},
                {"name":"router","firelensConfiguration":
                    {"type":"fluentbit","options":{"config-file-type":"s3"}}},
                {"name":"plain","firelensConfiguration":{"type":"fluentd"}}],
               "volumes":[{"name":"data","dockerVolumeConfiguration":{}},
                {"name":"share","fsxWindowsFileServerVolumeConfiguration":{}},
                {"name":"host","host":{}},{"name":"unused","efsVolumeConfiguration":{}}]}"#,
        )
        .unwrap();
        let spec = TaskSpec::try_from(&definition).unwrap();
        let twice = spec.with_resources_of(&definition);
        // Two log routers are refused, as two resources of one name are.
        assert_eq!(
            twice.unwrap_err().to_string(),
            "two resources are called `firelens`"
        );
        let mut definition = definition;
        definition.container_definitions.as_mut().unwrap().pop();
        let spec = TaskSpec::try_from(&definition).unwrap();
        let spec = spec.with_resources_of(&definition).unwrap();
        assert_eq!(
            described(&spec),
            [
                "asm-auth: web before MANIFEST_PULLED, with credentials",
                "ssmsecret: web before CREATED, with credentials",
                "asmsecret: web before CREATED, router before CREATED, with credentials",
                "credentialspec: web before CREATED, with credentials",
                "envfile_web: web before CREATED, with credentials",
                "firelens: router before CREATED, with credentials",
                "data: web before PULLED",
                "share: web before PULLED, with credentials",
            ]
        );
    }
}
