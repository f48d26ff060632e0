use thiserror::Error;

use crate::{ContainerDefinition, ContainerOverride, KeyValuePair, TaskDefinition, TaskOverride};

/// An override that fits no container of the definition.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OverrideError {
    /// The definition has no container of that name.
    #[error("there is no container `{name}` to override")]
    UnknownContainer {
        /// The name.
        name: String,
    },
    /// An override of a container does not say of which.
    #[error("container override {index} has no name")]
    NameMissing {
        /// The place of the override in its list, counted from 0.
        index: usize,
    },
}

impl TaskDefinition {
    /// The definition as one task has it, with what its call overrides.
    ///
    /// Commands, sizes, files and devices take the place of the definition's;
    /// a variable takes the place of one of the same name, or is added.
    ///
    /// ```
    /// use ecs_taskdef::{TaskDefinition, TaskOverride};
    ///
    /// let task: TaskDefinition = serde_json::from_str(r#"{"containerDefinitions": [
    ///     {"name": "web", "command": ["run"], "environment": [{"name": "A", "value": "1"}]}
    /// ]}"#)?;
    /// let overrides: TaskOverride = serde_json::from_str(r#"{"containerOverrides": [
    ///     {"name": "web", "command": ["sh", "-c", "date"], "environment": [{"name": "B", "value": "2"}]}
    /// ]}"#)?;
    /// let task = task.with_overrides(&overrides)?;
    /// let web = &task.container_definitions()[0];
    /// assert_eq!(web.command(), ["sh", "-c", "date"]);
    /// assert_eq!(web.environment().len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An override without a name, or of a container that is not there.
    pub fn with_overrides(&self, overrides: &TaskOverride) -> Result<Self, OverrideError> {
        let mut task = self.clone();
        let containers = overrides.container_overrides();
        for (index, container) in containers.iter().enumerate() {
            let name = container
                .name()
                .ok_or(OverrideError::NameMissing { index })?;
            let unknown = || OverrideError::UnknownContainer {
                name: name.to_owned(),
            };
            let own = task.container_definitions.as_mut().ok_or_else(unknown)?;
            let named = |one: &&mut ContainerDefinition| one.name() == Some(name);
            own.iter_mut()
                .find(named)
                .ok_or_else(unknown)?
                .apply(container);
        }
        replace(&mut task.cpu, &overrides.cpu);
        replace(&mut task.memory, &overrides.memory);
        replace(&mut task.task_role_arn, &overrides.task_role_arn);
        replace(&mut task.execution_role_arn, &overrides.execution_role_arn);
        replace(&mut task.ephemeral_storage, &overrides.ephemeral_storage);
        Ok(task)
    }
}

impl ContainerDefinition {
    fn apply(&mut self, overrides: &ContainerOverride) {
        replace(&mut self.command, &overrides.command);
        replace(&mut self.environment_files, &overrides.environment_files);
        replace(&mut self.cpu, &overrides.cpu);
        replace(&mut self.memory, &overrides.memory);
        replace(&mut self.memory_reservation, &overrides.memory_reservation);
        replace(
            &mut self.resource_requirements,
            &overrides.resource_requirements,
        );
        for variable in overrides.environment() {
            self.set_variable(variable);
        }
    }

    fn set_variable(&mut self, variable: &KeyValuePair) {
        let environment = self.environment.get_or_insert_default();
        match environment.iter_mut().find(|own| own.name == variable.name) {
            Some(own) => own.value.clone_from(&variable.value),
            None => environment.push(variable.clone()),
        }
    }
}

fn replace<T: Clone>(own: &mut Option<T>, new: &Option<T>) {
    if new.is_some() {
        own.clone_from(new);
    }
}

/// Whether an image has an entry point, which decides how the console reads a
/// command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryPoint {
    /// The text is one argument of the entry point.
    Present,
    /// The text is a list: commas stand between the arguments.
    Absent,
}

/// The command that the console makes of a line of text.
///
/// ```
/// use ecs_taskdef::{EntryPoint, console_command};
///
/// let line = "/bin/sh, -c, echo, $DATE";
/// assert_eq!(console_command(line, EntryPoint::Absent), ["/bin/sh", "-c", "echo", "$DATE"]);
/// assert_eq!(console_command("date; sleep 1", EntryPoint::Present), ["date; sleep 1"]);
/// ```
#[must_use]
pub fn console_command(line: &str, entry_point: EntryPoint) -> Vec<String> {
    match entry_point {
        _ if line.trim().is_empty() => Vec::new(),
        EntryPoint::Present => vec![line.to_owned()],
        EntryPoint::Absent => line.split(',').map(|part| part.trim().to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn overridden(overrides: Value) -> Result<Value, OverrideError> {
        let task: TaskDefinition = serde_json::from_value(json!({
            "cpu": "256",
            "containerDefinitions": [{
                "name": "web", "memory": 100,
                "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
            }],
        }))
        .unwrap();
        let overrides: TaskOverride = serde_json::from_value(overrides).unwrap();
        task.with_overrides(&overrides)
            .map(|task| serde_json::to_value(task).unwrap())
    }

    #[test]
    fn each_member_is_overridden() {
        let overrides = json!({
            "cpu": "512", "memory": "1024", "taskRoleArn": "t", "executionRoleArn": "e",
            "ephemeralStorage": {"sizeInGiB": 30},
            "containerOverrides": [{
                "name": "web", "cpu": 1, "memory": 2, "memoryReservation": 3, "command": ["c"],
                "environmentFiles": [{"type": "s3", "value": "v"}],
                "resourceRequirements": [{"type": "GPU", "value": "1"}],
                "environment": [{"name": "B", "value": "3"}, {"name": "C", "value": "4"}],
            }],
        });
        assert_eq!(
            overridden(overrides).unwrap(),
            json!({
                "containerDefinitions": [{
                    "name": "web", "cpu": 1, "memory": 2, "memoryReservation": 3, "command": ["c"],
                    "environment": [
                        {"name": "A", "value": "1"}, {"name": "B", "value": "3"},
                        {"name": "C", "value": "4"}],
                    "environmentFiles": [{"type": "s3", "value": "v"}],
                    "resourceRequirements": [{"type": "GPU", "value": "1"}],
                }],
                "cpu": "512", "memory": "1024", "taskRoleArn": "t", "executionRoleArn": "e",
                "ephemeralStorage": {"sizeInGiB": 30},
            })
        );
    }

    #[test]
    fn what_fits_nothing_is_refused() {
        let unknown = overridden(json!({"containerOverrides": [{"name": "db"}]})).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "there is no container `db` to override"
        );
        let nameless = overridden(json!({"containerOverrides": [{"cpu": 1}]})).unwrap_err();
        assert_eq!(nameless.to_string(), "container override 0 has no name");
    }

    #[test]
    fn an_empty_line_is_no_command() {
        assert!(console_command(" ", EntryPoint::Present).is_empty());
        assert!(console_command("", EntryPoint::Absent).is_empty());
    }
}
