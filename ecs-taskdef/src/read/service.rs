//! The services of a template, beside the task definitions that they use.

use super::condition::choices;
use super::document::Document;
use super::escaped;
use super::function::{Choice, Env, Meaning, Seen, scalar_text};
use super::node::Node;
use super::template::{Resource, Spotted};
use crate::rules::{fits_launch_type, nearest, template};
use crate::{Finding, LaunchTypes, NetworkMode, Rule, Severity};

pub(super) const RESOURCE_TYPE: &str = "AWS::ECS::Service";

/// A service of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Service {
    /// Its logical name in the template.
    pub name: String,
    /// The logical name of the task definition that it uses, if it is one of the template.
    pub task_definition: Option<String>,
}

/// The members of a service, and those of its network configuration.
const MEMBERS: [(&str, &[&str]); 3] = [
    (
        "",
        &[
            "AvailabilityZoneRebalancing",
            "CapacityProviderStrategy",
            "Cluster",
            "DeploymentConfiguration",
            "DeploymentController",
            "DesiredCount",
            "EnableECSManagedTags",
            "EnableExecuteCommand",
            "ForceNewDeployment",
            "GatewayConnectors",
            "HealthCheckGracePeriodSeconds",
            "LaunchType",
            "LoadBalancers",
            "Monitoring",
            "NetworkConfiguration",
            "PlacementConstraints",
            "PlacementStrategies",
            "PlatformVersion",
            "PropagateTags",
            "Role",
            "SchedulingStrategy",
            "ServiceConnectConfiguration",
            "ServiceName",
            "ServiceRegistries",
            "Tags",
            "TaskDefinition",
            "VolumeConfigurations",
            "VpcLatticeConfigurations",
        ],
    ),
    ("NetworkConfiguration", &["AwsvpcConfiguration"]),
    (
        "AwsvpcConfiguration",
        &["AssignPublicIp", "SecurityGroups", "Subnets"],
    ),
];

/// A service while it is looked at.
pub(super) struct Subject<'n, 's, 'd> {
    tree: &'n Node<'s>,
    resource: Resource<'n, 's>,
    choices: Vec<Choice>,
    documents: &'d [Document<'s>],
    found: Vec<Spotted>,
}

impl<'n, 's, 'd> Subject<'n, 's, 'd> {
    pub(super) fn new(
        tree: &'n Node<'s>,
        resource: Resource<'n, 's>,
        documents: &'d [Document<'s>],
    ) -> Self {
        let properties: Vec<&Node<'s>> = resource.properties().into_iter().collect();
        let choices = choices(
            Meaning::Functions,
            Some(tree),
            &properties,
            resource.condition(),
        );
        Self {
            tree,
            resource,
            choices,
            documents,
            found: Vec::new(),
        }
    }

    /// The service and what is wrong with it.
    pub(super) fn look(mut self) -> (Service, Vec<Spotted>) {
        let named = self.targets().next().and_then(|name| self.definition(name));
        let service = Service {
            name: self.resource.name.to_owned(),
            task_definition: named.and_then(Document::name).map(str::to_owned),
        };
        if let Some(properties) = self.resource.properties() {
            self.check_members(properties, "", &self.resource.pointer());
        }
        self.check_circuit_breaker();
        // The only definition of a template is meant where a name is wrong.
        let only = match self.documents {
            [only] if self.is_misnamed() => Some(only),
            _ => None,
        };
        let used = self.target().and_then(|name| self.definition(name));
        if let Some(definition) = used.or(only) {
            self.check_network(definition);
            self.check_launch_type(definition);
            self.check_load_balancers(definition);
        }
        (service, self.found)
    }

    fn property(&self, name: &str) -> Option<&'n Node<'s>> {
        self.resource.properties()?.get(name)
    }

    /// The value of a property, as of any member.
    fn decided_property(&self, name: &str) -> Option<Option<Node<'s>>> {
        match self.resource.properties() {
            Some(properties) => self.decided_member(properties, name),
            None => Some(None),
        }
    }

    /// The value of a member, if it is the same whatever the conditions are; `Some(None)` if it is
    /// absent.
    fn decided_member(&self, owner: &Node<'s>, name: &str) -> Option<Option<Node<'s>>> {
        let mut members = owner.members().iter();
        match owner.get(name) {
            Some(node) => self.decided(node),
            // What a macro or a loop gives may be any member.
            None if members.any(|member| Meaning::Functions.is_followed(&member.name)) => None,
            None => Some(None),
        }
    }

    fn decided(&self, node: &Node<'s>) -> Option<Option<Node<'s>>> {
        let mut values = self
            .choices
            .iter()
            .map(|choice| match self.env(choice).see(node) {
                Seen::Absent => Some(None),
                Seen::Open(_) => None,
                Seen::Known(node) => Some(Some(node.into_owned())),
            });
        let first = values.next()??;
        values
            .all(|value| value.as_ref() == Some(&first))
            .then_some(first)
    }

    /// The text of a member, if it is known.
    fn decided_text(&self, owner: &Node<'s>, name: &str) -> Option<String> {
        let value = self.decided_member(owner, name)??;
        scalar_text(&value)
    }

    fn env<'a>(&self, choice: &'a Choice) -> Env<'a, 's>
    where
        'n: 'a,
    {
        Env {
            meaning: Meaning::Functions,
            template: Some(self.tree),
            choice,
        }
    }

    /// The names of the resources to which the property `TaskDefinition` refers, first by the
    /// defaults of the parameters.
    fn targets(&self) -> impl Iterator<Item = &'n str> {
        let node = self.property("TaskDefinition");
        let choices = self.choices.iter();
        choices.filter_map(
            move |choice| match self.env(choice).chosen(node?).function()? {
                ("Ref", name) => name.text(),
                _ => None,
            },
        )
    }

    /// The only one of them, whatever the conditions are.
    fn target(&self) -> Option<&'n str> {
        let first = self.targets().next()?;
        let is_only = self.targets().eq(self.choices.iter().map(|_| first));
        is_only.then_some(first)
    }

    fn definition(&self, name: &str) -> Option<&'d Document<'s>> {
        let mut documents = self.documents.iter();
        documents.find(|document| document.name() == Some(name))
    }

    fn is_misnamed(&self) -> bool {
        let is_there = |section: &str, name| {
            let section = self.tree.get(section);
            section.is_some_and(|section| section.get(name).is_some())
        };
        let target = self.target();
        target.is_some_and(|name| !is_there("Resources", name) && !is_there("Parameters", name))
    }

    fn fault(
        &mut self,
        rule: &'static Rule,
        property: &str,
        node: Option<&Node<'s>>,
        message: String,
        parts: &[&str],
    ) {
        let pointer = format!("{}/{property}", self.resource.pointer());
        let node = node.or(self.resource.properties());
        let span = node.map_or(self.resource.node.span.clone(), |node| node.span.clone());
        let finding = Finding::new(rule, pointer, message).in_words_of_aws(parts);
        self.found.push((finding, span));
    }

    fn check_members(&mut self, node: &'n Node<'s>, owner: &str, pointer: &str) {
        let Some((_, known)) = MEMBERS.iter().find(|(name, _)| *name == owner) else {
            return;
        };
        for member in node.members() {
            let name = member.name.as_ref();
            let here = format!("{pointer}/{}", escaped(name));
            if known.contains(&name) {
                self.check_members(&member.value, name, &here);
            } else if !Meaning::Functions.is_followed(name) {
                let meant = nearest(name, known.iter().copied());
                let message = match meant {
                    Some(known) => format!("`{name}` is no member, `{known}` is meant"),
                    None => format!("`{name}` is no member of a service"),
                };
                let mut finding = Finding::new(&template::SERVICE_MEMBER, here, message);
                // CloudFormation may know what was added since.
                if meant.is_none() {
                    finding.lower_to(Severity::Warning);
                }
                self.found.push((finding, member.span.clone()));
            }
        }
    }

    fn check_network(&mut self, definition: &Document<'s>) {
        const NAME: &str = "NetworkConfiguration";
        const INNER: &str = "AwsvpcConfiguration";
        let node = self.property(NAME);
        let Some(configuration) = self.decided_property(NAME) else {
            return;
        };
        let (is_given, has_other) = match &configuration {
            Some(node) => match self.decided_member(node, INNER) {
                Some(inner) => {
                    let mut members = node.members().iter();
                    let has_other = members.any(|member| member.name != INNER);
                    (inner.is_some() || node.members().is_empty(), has_other)
                }
                None => return,
            },
            None => (false, false),
        };
        let Some(mode) = definition.decided(|task| task.effective_network_mode(), "/networkMode")
        else {
            return;
        };
        match (mode == NetworkMode::Awsvpc, is_given) {
            // What the wrong name hides was reported.
            (true, false) if !has_other => {
                let message = "the tasks run in `awsvpc`, and the service gives no subnets";
                let rule = &template::SERVICE_NETWORK;
                self.fault(rule, NAME, node, message.to_owned(), &[]);
            }
            (false, true) => {
                let message = format!("the tasks run in `{mode}`, which takes no subnets");
                let rule = &template::SERVICE_NETWORK_MODE;
                self.fault(rule, NAME, node, message, &[]);
            }
            _ => {}
        }
    }

    fn check_launch_type(&mut self, definition: &Document<'s>) {
        let node = self.property("LaunchType");
        let launch_type = self.decided_property("LaunchType").flatten();
        let launch_type = launch_type.as_ref().and_then(scalar_text);
        let wanted = match launch_type.as_deref() {
            Some("FARGATE") => LaunchTypes::FARGATE,
            Some("EC2") => LaunchTypes::EC2,
            Some("EXTERNAL") => LaunchTypes::EXTERNAL,
            _ => return,
        };
        // What a definition requires and does not fit is reported there.
        let fits = definition.alternatives().any(|one| {
            one.task_definition
                .required_launch_types()
                .intersects(wanted)
                || fits_launch_type(one.task_definition, wanted, one.unknowns)
        });
        if let (false, Some(name)) = (fits, launch_type) {
            let message = format!("the task definition does not fit {name}");
            let rule = &template::SERVICE_LAUNCH_TYPE;
            self.fault(rule, "LaunchType", node, message, &[&name]);
        }
    }

    fn check_load_balancers(&mut self, definition: &Document<'s>) {
        let Some(Some(list)) = self.decided_property("LoadBalancers") else {
            return;
        };
        let named: Vec<_> = list
            .items()
            .iter()
            .enumerate()
            .filter_map(|(index, item)| {
                let item = self.decided(item)??;
                let name = self.decided_text(&item, "ContainerName")?;
                let port = self.decided_text(&item, "ContainerPort");
                let port = port.and_then(|port| port.parse().ok());
                Some((index, item.span, name, port))
            })
            .collect();
        for (index, span, name, port) in named {
            let pointer = format!("{}/LoadBalancers/{index}", self.resource.pointer());
            if !definition.may_have_container(&name) {
                let message = format!("the task definition has no container `{name}`");
                let pointer = format!("{pointer}/ContainerName");
                let finding = Finding::new(&template::SERVICE_CONTAINER, pointer, message);
                self.found.push((finding, span));
            } else if let Some(port) = port.filter(|port| !definition.may_map(&name, *port)) {
                let message = format!("the container `{name}` does not map port {port}");
                let pointer = format!("{pointer}/ContainerPort");
                let finding = Finding::new(&template::SERVICE_PORT, pointer, message);
                let finding = finding.in_words_of_aws(&[&name, &port.to_string()]);
                self.found.push((finding, span));
            }
        }
    }

    fn check_circuit_breaker(&mut self) {
        let controller = self.decided_property("DeploymentController").flatten();
        let kind = controller.and_then(|node| self.decided_text(&node, "Type"));
        let configuration = self.decided_property("DeploymentConfiguration").flatten();
        let breaker = configuration
            .and_then(|node| self.decided_member(&node, "DeploymentCircuitBreaker")?);
        let is_rolling = kind.as_deref().is_none_or(|kind| kind == "ECS");
        if let (Some(node), false, Some(kind)) = (breaker, is_rolling, kind) {
            let property = "DeploymentConfiguration/DeploymentCircuitBreaker";
            let message = format!("the controller `{kind}` has no circuit breaker");
            let rule = &template::SERVICE_CIRCUIT_BREAKER;
            self.fault(rule, property, Some(&node), message, &[]);
        }
    }
}
