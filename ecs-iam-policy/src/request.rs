//! A request to be decided.

use ecs_arn::{Arn, ArnRef};

use crate::context::{Context, ContextValue};
use crate::layers::Layer;
use crate::principal::{Principal, PrincipalType};

/// Who wants to do what to which resources, under which circumstances.
///
/// An action that takes no resource is asked for `*`, and then only a policy for `*` speaks of
/// it. A request with several resources is allowed if it is allowed for each of them.
///
/// ```
/// use ecs_iam_policy::Request;
///
/// let request = Request::new(
///     "arn:aws:iam::123456789012:user/alice".parse()?,
///     "ecs:RunTask",
///     "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3",
/// )
/// .with_context("ecs:cluster", "arn:aws:ecs:us-east-1:123456789012:cluster/default");
/// assert_eq!(request.action(), "ecs:RunTask");
/// # Ok::<(), ecs_iam_policy::PrincipalError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    principal: Principal,
    action: ActionName,
    targets: Vec<Target>,
    resource_account: Option<Box<str>>,
    context: Context,
}

impl Request {
    /// A request for one resource: its ARN, or `*`.
    #[must_use]
    pub fn new(principal: Principal, action: &str, resource: &str) -> Self {
        Self {
            principal,
            action: ActionName::new(action),
            targets: vec![Target::new(resource)],
            resource_account: None,
            context: Context::new(),
        }
    }

    /// One more resource that the action touches and that must be allowed too.
    #[must_use]
    pub fn with_resource(mut self, resource: &str) -> Self {
        self.targets.push(Target::new(resource));
        self
    }

    /// The account that owns the resources, where their ARNs do not say so, as in Amazon S3.
    /// Without it that is the account in the ARN, or else that of the principal.
    #[must_use]
    pub fn with_resource_account(mut self, account: &str) -> Self {
        self.resource_account = Some(account.into());
        self
    }

    /// Adds a condition key, or replaces its value. All resources have it, but for those that
    /// have a value of their own.
    #[must_use]
    pub fn with_context(mut self, key: &str, value: impl Into<ContextValue>) -> Self {
        self.insert(key, value.into());
        self
    }

    /// Adds condition keys, replacing the values of those that are there.
    #[must_use]
    pub fn with_contexts(mut self, context: &Context) -> Self {
        for (key, value) in context.iter() {
            self.insert(key, value.clone());
        }
        self
    }

    /// Adds a condition key that only the resource given last has, such as one of its tags. It
    /// stands before a key of the request with the same name.
    ///
    /// ```
    /// use ecs_iam_policy::Request;
    ///
    /// let start = "arn:aws:ecs:us-east-1:123456789012:";
    /// let request = Request::new(
    ///     "arn:aws:iam::123456789012:user/alice".parse()?,
    ///     "ecs:ExecuteCommand",
    ///     &format!("{start}cluster/prod"),
    /// )
    /// .with_resource_context("aws:ResourceTag/env", "prod")
    /// .with_resource(&format!("{start}task/prod/1abf"))
    /// .with_resource_context("aws:ResourceTag/env", "dev");
    /// let tags = request.resource_contexts().map(|context| context.get("aws:ResourceTag/env"));
    /// let tags: Vec<_> = tags.flatten().filter_map(|value| value.single()).collect();
    /// assert_eq!(tags, ["prod", "dev"]);
    /// # Ok::<(), ecs_iam_policy::PrincipalError>(())
    /// ```
    #[must_use]
    pub fn with_resource_context(mut self, key: &str, value: impl Into<ContextValue>) -> Self {
        if let Some(target) = self.targets.last_mut() {
            let own = target.own.get_or_insert_with(|| {
                Box::new(OwnContext {
                    keys: Context::new(),
                    all: self.context.clone(),
                })
            });
            let value = value.into();
            own.keys.insert(key, value.clone());
            own.all.insert(key, value);
        }
        self
    }

    fn insert(&mut self, key: &str, value: ContextValue) {
        let others = self
            .targets
            .iter_mut()
            .filter_map(|target| target.own.as_mut());
        for own in others.filter(|own| own.keys.get(key).is_none()) {
            own.all.insert(key, value.clone());
        }
        self.context.insert(key, value);
    }

    /// Adds the keys that follow from the principal: `aws:PrincipalArn`, `aws:PrincipalAccount`,
    /// `aws:PrincipalType`, and `aws:username` for a user.
    ///
    /// The ARN of a session is that of its role without a path, which a session does not tell.
    ///
    /// Source: IAM User Guide, "AWS global condition context keys".
    #[must_use]
    pub fn with_principal_keys(mut self) -> Self {
        let principal = &self.principal;
        let (Some(account), Some(partition)) = (principal.account(), principal.partition()) else {
            return self;
        };
        let name = principal.short_name();
        let (type_name, arn) = match (principal.principal_type(), name) {
            (PrincipalType::Session, Some(role)) => (
                "AssumedRole",
                format!("arn:{partition}:iam::{account}:role/{role}"),
            ),
            (PrincipalType::Role, _) => ("AssumedRole", principal.to_string()),
            (PrincipalType::Root, _) => ("Account", principal.to_string()),
            (PrincipalType::FederatedUser, _) => ("FederatedUser", principal.to_string()),
            _ => ("User", principal.to_string()),
        };
        let user = name.filter(|_| principal.principal_type() == PrincipalType::User);
        let user = user.map(str::to_owned);
        let account = account.to_owned();
        self.insert("aws:PrincipalArn", arn.into());
        self.insert("aws:PrincipalAccount", account.into());
        self.insert("aws:PrincipalType", type_name.into());
        if let Some(user) = user {
            self.insert("aws:username", user.into());
        }
        self
    }

    /// Who makes the request.
    #[must_use]
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The action as it was given.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action.text
    }

    /// The resources in their order.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().map(Target::as_str)
    }

    /// The condition keys that all resources have, but for those with a value of their own.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// For each resource the condition keys that hold for it, its own included.
    pub fn resource_contexts(&self) -> impl Iterator<Item = &Context> {
        self.targets.iter().map(|target| self.context_of(target))
    }

    /// The condition keys that hold for a resource.
    pub(crate) fn context_of<'a>(&'a self, target: &'a Target) -> &'a Context {
        target.own.as_ref().map_or(&self.context, |own| &own.all)
    }

    pub(crate) fn set_action(&mut self, action: &str) {
        self.action = ActionName::new(action);
    }

    pub(crate) const fn action_name(&self) -> &ActionName {
        &self.action
    }

    pub(crate) fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Whether the policies of a layer have a say about the caller. Service control policies bind
    /// the principals of accounts, root users included; neither they nor resource control
    /// policies bind service-linked roles.
    ///
    /// Source: AWS Organizations User Guide, "Service control policies (SCPs)" and "Resource
    /// control policies (RCPs)".
    pub(crate) fn is_bound_by(&self, layer: Layer) -> bool {
        match layer {
            Layer::ServiceControl { .. } => {
                self.principal.account().is_some() && !self.principal.is_service_linked()
            }
            Layer::ResourceControl { .. } => !self.principal.is_service_linked(),
            _ => true,
        }
    }

    /// The account that owns a resource.
    pub(crate) fn account_of<'a>(&'a self, target: &'a Target) -> Option<&'a str> {
        let known = self.resource_account.as_deref();
        let of_arn = || target.arn.as_ref().and_then(Arn::account);
        known.or_else(of_arn).or_else(|| self.principal.account())
    }
}

/// An action, in lower case beside the text it was given as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ActionName {
    text: Box<str>,
    folded: Box<str>,
    colon: Option<usize>,
    ends: ActionEnds,
}

/// The first and the last eight bytes of an action in lower case: enough to tell most actions
/// apart without looking at the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ActionEnds {
    pub(crate) head: u64,
    pub(crate) tail: u64,
}

impl ActionEnds {
    pub(crate) fn of(folded: &str) -> Self {
        let bytes = folded.as_bytes();
        let head = bytes.iter().take(8).enumerate();
        let tail = bytes.iter().rev().take(8).enumerate();
        let sum = |sum: u64, (at, byte): (usize, &u8)| sum | (u64::from(*byte) << (8 * at));
        Self {
            head: head.fold(0, sum),
            tail: tail.fold(0, sum),
        }
    }
}

impl ActionName {
    pub(crate) fn new(text: &str) -> Self {
        let folded = text.to_ascii_lowercase().into_boxed_str();
        Self {
            text: text.into(),
            ends: ActionEnds::of(&folded),
            folded,
            colon: text.find(':'),
        }
    }

    pub(crate) const fn ends(&self) -> ActionEnds {
        self.ends
    }

    /// The whole name in lower case.
    pub(crate) fn folded(&self) -> &str {
        &self.folded
    }

    /// Service and name in lower case.
    pub(crate) fn parts(&self) -> Option<(&str, &str)> {
        let colon = self.colon?;
        Some((self.folded.get(..colon)?, self.folded.get(colon + 1..)?))
    }
}

/// A resource of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    text: Box<str>,
    arn: Option<Arn>,
    /// None for a resource without keys of its own, which is most of them.
    own: Option<Box<OwnContext>>,
}

/// The keys that one resource has for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OwnContext {
    keys: Context,
    /// Those of the request with these put over them.
    all: Context,
}

impl Target {
    fn new(text: &str) -> Self {
        Self {
            text: text.into(),
            arn: text.parse().ok(),
            own: None,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The resource as an ARN, unless it is `*` or no ARN.
    pub(crate) fn arn(&self) -> Option<ArnRef<'_>> {
        self.arn.as_ref().map(Arn::borrowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(principal: &str) -> String {
        let request = Request::new(principal.parse().unwrap(), "ecs:RunTask", "*");
        serde_json::to_string(request.with_principal_keys().context()).unwrap()
    }

    #[test]
    fn keys_of_principals() {
        assert_eq!(
            keys("arn:aws:iam::123456789012:user/a/alice"),
            r#"{"aws:PrincipalAccount":"123456789012","aws:PrincipalArn":"arn:aws:iam::123456789012:user/a/alice","aws:PrincipalType":"User","aws:username":"alice"}"#
        );
        assert_eq!(
            keys("arn:aws-cn:sts::123456789012:assumed-role/deployer/ci"),
            r#"{"aws:PrincipalAccount":"123456789012","aws:PrincipalArn":"arn:aws-cn:iam::123456789012:role/deployer","aws:PrincipalType":"AssumedRole"}"#
        );
        assert_eq!(keys("ecs-tasks.amazonaws.com"), "{}");
    }

    #[test]
    fn the_owner_of_a_resource() {
        let request = Request::new(
            "arn:aws:iam::123456789012:user/alice".parse().unwrap(),
            "s3:GetObject",
            "arn:aws:s3:::bucket/x",
        )
        .with_resource("arn:aws:sqs:us-east-1:999999999999:q");
        let owners: Vec<_> = request
            .targets()
            .iter()
            .map(|target| request.account_of(target))
            .collect();
        assert_eq!(owners, [Some("123456789012"), Some("999999999999")]);
        let request = request.with_resource_account("111111111111");
        assert_eq!(
            request.account_of(&request.targets()[1]),
            Some("111111111111")
        );
    }
}
