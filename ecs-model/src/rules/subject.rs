use ecs_taskdef::shape::{MemberType, MemberValue, Structure};

use crate::{CapacityProviderStrategyItem, LaunchType};

/// The members of a request, for rules that look at several of them.
pub(super) struct Subject<'a> {
    members: Vec<(&'static str, &'a dyn MemberValue)>,
}

impl<'a> Subject<'a> {
    pub(super) fn of(request: &'a dyn Structure) -> Self {
        let mut members = Vec::new();
        let names = request.shape().members.iter().map(|member| member.name);
        request.values(&mut |values| {
            let given = names.clone().zip(values);
            members.extend(given.filter_map(|(name, value)| Some((name, (*value)?))));
        });
        Self { members }
    }

    /// The member with that name, if it is given.
    pub(super) fn member(&self, name: &str) -> Option<&'a dyn MemberValue> {
        let mut members = self.members.iter();
        members
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    }

    /// The member with that name and that type, if it is given.
    pub(super) fn get<T: MemberType>(&self, name: &str) -> Option<&'a T> {
        self.member(name)?.downcast_ref()
    }

    /// The elements of the list with that name; none if it is absent.
    pub(super) fn items<T: MemberType>(&self, name: &str) -> &'a [T] {
        self.get::<Vec<T>>(name)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    pub(super) fn has_launch_type(&self, launch_type: &LaunchType) -> bool {
        self.get("launchType") == Some(launch_type)
    }

    /// Whether Fargate is asked for, by the launch type or by the names that its capacity providers
    /// have in every cluster.
    pub(super) fn is_on_fargate(&self) -> bool {
        let items = self.items::<CapacityProviderStrategyItem>("capacityProviderStrategy");
        let is_of_fargate = |item: &CapacityProviderStrategyItem| {
            matches!(item.capacity_provider(), Some("FARGATE" | "FARGATE_SPOT"))
        };
        self.has_launch_type(&LaunchType::Fargate) || items.iter().any(is_of_fargate)
    }
}
