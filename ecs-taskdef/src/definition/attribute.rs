use crate::{open_enum, shape};

shape! {
    /// A property of a container instance: a name, perhaps with a value.
    ///
    /// A task definition lists the attributes it needs in `requiresAttributes`;
    /// an instance lists those it has. Source: API shape `Attribute`.
    pub struct Attribute {
        /// The name: 1 to 128 letters, digits, `-`, `_`, `.`, `/` or `\`.
        name: String = "name" => required(),
        /// The value: 1 to 128 characters; absent where the name says it all.
        value: String = "value",
        /// What the attribute is attached to.
        target_type: TargetType = "targetType",
        /// The ARN or the short id of what it is attached to.
        target_id: String = "targetId",
    }
}

impl Attribute {
    /// An attribute without a value.
    ///
    /// ```
    /// let attribute = ecs_taskdef::Attribute::named("ecs.capability.task-eni");
    /// assert_eq!(attribute.name(), Some("ecs.capability.task-eni"));
    /// assert_eq!(attribute.value(), None);
    /// ```
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self::default().with_name(name)
    }
}

open_enum! {
    /// What an [`Attribute`] is attached to.
    pub enum TargetType {
        /// A container instance.
        ContainerInstance = "container-instance",
    }
}
