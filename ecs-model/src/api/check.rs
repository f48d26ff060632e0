//! The rules that several requests share, and what a check finds.

use core::fmt;

use ecs_taskdef::Tag;
use ecs_taskdef::shape::{At, Limits, Measure, MemberType, ShapeFault};

use crate::{
    CapacityProviderStrategyItem, LaunchType, NetworkConfiguration, PlacementConstraint,
    PlacementConstraintType, PlacementStrategy, PlacementStrategyType, Quota, Quotas,
};

/// A part of a request that ECS refuses.
///
/// ```
/// use ecs_model::{Quotas, RunTaskRequest};
///
/// let request = RunTaskRequest {
///     count: Some(11),
///     ..RunTaskRequest::default()
/// };
/// let found: Vec<String> = request
///     .validate(&Quotas::current())
///     .iter()
///     .map(ToString::to_string)
///     .collect();
/// assert_eq!(
///     found,
///     [
///         "/taskDefinition: the member is required",
///         "/count: 11 is above the quota `Tasks launched per run-task` of 10"
///     ]
/// );
/// ```
///
/// Source: API exception `InvalidParameterException`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidParameter {
    /// The place in the request, as a JSON Pointer.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for InvalidParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.message)
    }
}

/// Collects what is wrong with a request.
#[derive(Debug)]
pub(super) struct Check<'a> {
    quotas: &'a Quotas,
    found: Vec<InvalidParameter>,
}

impl<'a> Check<'a> {
    /// Begins with what the shape of the request says.
    pub(super) fn of_shape(request: &impl MemberType, quotas: &'a Quotas) -> Self {
        let mut found = Vec::new();
        request.check(&Limits::NONE, &At::ROOT, &mut |at, fault| {
            found.extend(shape_fault(at, fault));
        });
        Self { quotas, found }
    }

    pub(super) fn finish(self) -> Vec<InvalidParameter> {
        self.found
    }

    pub(super) fn report(&mut self, pointer: &str, message: impl Into<String>) {
        self.found.push(InvalidParameter {
            pointer: pointer.to_owned(),
            message: message.into(),
        });
    }

    pub(super) fn quota(&mut self, pointer: &str, quota: Quota, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        if let Err(exceeded) = self.quotas.check(quota, count) {
            self.report(pointer, exceeded.to_string());
        }
    }

    /// A number of characters that the documents, not the shape, limit.
    pub(super) fn characters(&mut self, pointer: &str, text: Option<&str>, most: usize) {
        let count = text.map_or(0, |text| text.chars().count());
        if count > most {
            self.report(
                pointer,
                format!("{count} characters are more than the {most} allowed"),
            );
        }
    }

    pub(super) fn started_by(&mut self, text: Option<&str>) {
        const POINTER: &str = "/startedBy";
        self.characters(POINTER, text, 128);
        let fits = |character: char| {
            character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '/')
        };
        if let Some(text) = text.filter(|text| !text.chars().all(fits)) {
            self.report(
                POINTER,
                format!("`{text}` is not letters, digits, `-`, `_` and `/`"),
            );
        }
    }

    pub(super) fn client_token(&mut self, token: Option<&str>, most: usize) {
        const POINTER: &str = "/clientToken";
        self.characters(POINTER, token, most);
        let fits = |byte: u8| (33..=126).contains(&byte);
        if token.is_some_and(|token| !token.bytes().all(fits)) {
            self.report(POINTER, "a character is not one of ASCII 33 to 126");
        }
    }

    pub(super) fn tags(&mut self, tags: Option<&[Tag]>) {
        let tags = tags.unwrap_or_default();
        self.quota("/tags", Quota::TagsPerResource, tags.len());
        for (position, tag) in tags.iter().enumerate() {
            let Some(key) = tag.key.as_deref() else {
                continue;
            };
            let pointer = format!("/tags/{position}/key");
            let earlier = tags.iter().take(position);
            if earlier.into_iter().any(|other| other.key == tag.key) {
                self.report(&pointer, format!("the key `{key}` stands twice"));
            }
            let reserved = key
                .get(..4)
                .is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
            if reserved {
                self.report(&pointer, format!("the key `{key}` is reserved for AWS"));
            }
        }
    }

    pub(super) fn capacity(
        &mut self,
        launch_type: Option<&LaunchType>,
        strategy: Option<&[CapacityProviderStrategyItem]>,
    ) {
        const POINTER: &str = "/capacityProviderStrategy";
        let items = strategy.unwrap_or_default();
        if launch_type.is_some() && !items.is_empty() {
            self.report(POINTER, "it cannot stand beside `launchType`");
        }
        if items.len() > 20 {
            let count = items.len();
            self.report(
                POINTER,
                format!("{count} items are more than the 20 allowed"),
            );
        }
        if items.iter().filter(|item| item.base > Some(0)).count() > 1 {
            self.report(POINTER, "more than one item has a base");
        }
        let weightless = items.iter().all(|item| item.weight == Some(0));
        if items.len() > 1 && weightless {
            self.report(POINTER, "no item has a weight above 0");
        }
    }

    pub(super) fn network(&mut self, network: Option<&NetworkConfiguration>) {
        let Some(vpc) = network.and_then(|network| network.awsvpc_configuration.as_ref()) else {
            return;
        };
        let groups = vpc.security_groups.as_deref().unwrap_or_default();
        let pointer = "/networkConfiguration/awsvpcConfiguration/securityGroups";
        self.quota(pointer, Quota::SecurityGroupsPerTask, groups.len());
        let subnets = vpc.subnets.as_deref().unwrap_or_default();
        let pointer = "/networkConfiguration/awsvpcConfiguration/subnets";
        self.quota(pointer, Quota::SubnetsPerTask, subnets.len());
    }

    pub(super) fn constraints(&mut self, constraints: Option<&[PlacementConstraint]>) {
        let constraints = constraints.unwrap_or_default();
        if constraints.len() > 10 {
            let count = constraints.len();
            let message = format!("{count} constraints are more than the 10 allowed");
            self.report("/placementConstraints", message);
        }
        for (position, constraint) in constraints.iter().enumerate() {
            let pointer = format!("/placementConstraints/{position}/expression");
            let expression = constraint.expression.as_deref();
            self.characters(&pointer, expression, 2_000);
            match (&constraint.r#type, expression) {
                (Some(PlacementConstraintType::DistinctInstance), Some(_)) => {
                    self.report(&pointer, "`distinctInstance` takes no expression");
                }
                (Some(PlacementConstraintType::MemberOf), None) => {
                    self.report(&pointer, "`memberOf` needs an expression");
                }
                _ => {}
            }
        }
    }

    pub(super) fn strategies(&mut self, strategies: Option<&[PlacementStrategy]>) {
        let strategies = strategies.unwrap_or_default();
        if strategies.len() > 5 {
            let count = strategies.len();
            let message = format!("{count} strategies are more than the 5 allowed");
            self.report("/placementStrategy", message);
        }
        for (position, strategy) in strategies.iter().enumerate() {
            if let Some(message) = strategy_fault(strategy) {
                self.report(&format!("/placementStrategy/{position}/field"), message);
            }
        }
    }
}

fn strategy_fault(strategy: &PlacementStrategy) -> Option<String> {
    let field = strategy.field.as_deref();
    match strategy.r#type.as_ref()? {
        PlacementStrategyType::Binpack => {
            // The API writes the fields of binpack in either case.
            let known = field.is_some_and(|field| {
                field.eq_ignore_ascii_case("cpu") || field.eq_ignore_ascii_case("memory")
            });
            let field = field.unwrap_or_default();
            (!known).then(|| format!("`binpack` takes `cpu` or `memory`, not `{field}`"))
        }
        PlacementStrategyType::Spread => {
            let known = field.is_some_and(|field| {
                let attribute = field.strip_prefix("attribute:");
                matches!(field, "instanceId" | "host")
                    || attribute.is_some_and(|name| !name.is_empty())
            });
            let field = field.unwrap_or_default();
            (!known).then(|| {
                format!("`spread` takes `instanceId`, `host` or `attribute:NAME`, not `{field}`")
            })
        }
        _ => None,
    }
}

/// Puts a difference from the shape into words. Converted values and `null` are not faults of a
/// request: the one is understood, the other counts as absent.
fn shape_fault(at: &At<'_>, fault: ShapeFault<'_>) -> Option<InvalidParameter> {
    let mut pointer = at.to_string();
    let message = match fault {
        ShapeFault::Missing { member } => {
            pointer = at.member(member).to_string();
            "the member is required".to_owned()
        }
        ShapeFault::Unknown { shape, .. } => format!("`{}` has no such member", shape.name),
        ShapeFault::WrongType { expected, found } => {
            format!("`{found}` is not {}", expected.describe())
        }
        ShapeFault::TooLarge { found } => format!("`{found}` does not fit into 32 bits"),
        ShapeFault::NotInEnum { value, allowed } => {
            format!("`{value}` is not one of {}", allowed.join(", "))
        }
        ShapeFault::OutOfBounds {
            measure,
            actual,
            limits,
        } => out_of_bounds(measure, actual, limits),
        _ => return None,
    };
    Some(InvalidParameter { pointer, message })
}

fn out_of_bounds(measure: Measure, actual: i64, limits: Limits) -> String {
    let counted = match measure {
        Measure::Characters => " characters",
        Measure::Items => " items",
        _ => "",
    };
    match (limits.min, limits.max) {
        (Some(min), Some(max)) => format!("{actual}{counted} is not from {min} to {max}"),
        (Some(min), None) => format!("{actual}{counted} is below {min}"),
        (None, Some(max)) => format!("{actual}{counted} is above {max}"),
        (None, None) => format!("{actual}{counted} is out of bounds"),
    }
}
