//! Whether a new service and its task definition fit each other.

use ecs_taskdef::{
    ContainerDefinition, Findings, NetworkMode, PortMapping, Rule, Source, TaskDefinition,
};

use crate::fit::Fit;
use crate::operation::CreateServiceRequest;

impl CreateServiceRequest {
    /// What keeps the service from running tasks of this definition, which is expected to be valid
    /// itself, as the request is.
    ///
    /// | rule | what is asked for |
    /// |---|---|
    /// | `service-container` | load balancers and registries name containers of the definition |
    /// | `service-container-port` | they name ports that those containers map |
    /// | `classic-load-balancer-host-port` | a Classic Load Balancer leads to a fixed port of the instance, and so not to network mode `awsvpc` |
    /// | `service-network-configuration` | network mode `awsvpc` has a network configuration; no other has one |
    /// | `service-role-awsvpc` | network mode `awsvpc` takes no role |
    ///
    /// ```
    /// use ecs_model::operation::CreateServiceRequest;
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let web: TaskDefinition = serde_json::from_str(
    ///     r#"{"family": "web", "containerDefinitions": [{"name": "nginx", "image": "nginx",
    ///         "memory": 128, "portMappings": [{"containerPort": 80}]}]}"#,
    /// )?;
    /// let request: CreateServiceRequest = serde_json::from_str(
    ///     r#"{"serviceName": "web", "taskDefinition": "web", "desiredCount": 1, "loadBalancers": [
    ///         {"loadBalancerName": "lb", "containerName": "nginx", "containerPort": 80}]}"#,
    /// )?;
    /// let found: Vec<String> = request.check_against(&web).iter().map(ToString::to_string).collect();
    /// assert_eq!(
    ///     found,
    ///     ["error[classic-load-balancer-host-port] /loadBalancers/0/containerPort: \
    ///       container `nginx` maps port 80 to no fixed port of the instance"]
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shapes `LoadBalancer` and `ServiceRegistry`, members `networkConfiguration` and
    /// `role` of `CreateServiceRequest`; Developer Guide, service load balancing.
    #[must_use]
    pub fn check_against(&self, definition: &TaskDefinition) -> Findings {
        let mut fit = Fit::new(definition);
        for (position, balancer) in self.load_balancers().iter().enumerate() {
            let at = format!("/loadBalancers/{position}");
            let (name, port) = (balancer.container_name(), balancer.container_port);
            let mapping = fit.target(&at, name, port);
            if balancer.load_balancer_name.is_some() {
                fit.classic(&at, name, port, mapping);
            }
        }
        for (position, registry) in self.service_registries().iter().enumerate() {
            let at = format!("/serviceRegistries/{position}");
            let (name, port) = (registry.container_name(), registry.container_port);
            let _ = fit.target(&at, name, port);
        }
        fit.network(&NETWORK, self.network_configuration());
        if self.role.is_some() && fit.is_awsvpc() {
            let message = "network mode `awsvpc` uses the service-linked role";
            fit.fault_about(&ROLE, "/role", &[], message);
        }
        fit.findings
    }
}

/// Every rule of a service and its task definition.
pub(crate) static RULES: [&Rule; 5] = [&CONTAINER, &CONTAINER_PORT, &HOST_PORT, &NETWORK, &ROLE];

static CONTAINER: Rule = rule(
    "service-container",
    "load balancers and registries name containers of the definition",
);
static CONTAINER_PORT: Rule = rule(
    "service-container-port",
    "load balancers and registries name ports that the container maps",
)
.quoted("The container {} did not have a container port {} defined.");
static HOST_PORT: Rule = rule(
    "classic-load-balancer-host-port",
    "a Classic Load Balancer leads to a fixed port of the instance",
)
.quoted("A host port mapping for the container port {} is required.");
static NETWORK: Rule = rule(
    "service-network-configuration",
    "network mode `awsvpc` has a network configuration; no other has one",
)
.quoted("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
static ROLE: Rule = rule("service-role-awsvpc", "network mode `awsvpc` takes no role")
    .quoted("You cannot specify an IAM role for services that require a service linked role.");

const fn rule(id: &'static str, summary: &'static str) -> Rule {
    Rule::new(id, summary, Source::Api("CreateService")).answered_by(Rule::INVALID_PARAMETER)
}

impl<'a> Fit<'a> {
    /// The mapping that a load balancer or a registry means; what it leaves out is the request's
    /// own fault.
    fn target(
        &mut self,
        at: &str,
        name: Option<&str>,
        port: Option<i32>,
    ) -> Option<&'a PortMapping> {
        let name = name?;
        let Some(container) = self.container(name) else {
            let message = format!("the task definition has no container `{name}`");
            self.fault_in_our_words(&CONTAINER, format!("{at}/containerName"), message);
            return None;
        };
        let port = port?;
        let mapping = mapping(container, port);
        if mapping.is_none() {
            let message = format!("container `{name}` maps no port {port}");
            let pointer = format!("{at}/containerPort");
            // What AWS says about a registry is not known.
            if at.starts_with("/loadBalancers") {
                let parts = [name, &port.to_string()];
                self.fault_about(&CONTAINER_PORT, pointer, &parts, message);
            } else {
                self.fault_in_our_words(&CONTAINER_PORT, pointer, message);
            }
        }
        mapping
    }

    fn classic(
        &mut self,
        at: &str,
        name: Option<&str>,
        port: Option<i32>,
        mapping: Option<&PortMapping>,
    ) {
        let mode = self.definition.effective_network_mode();
        if mode == NetworkMode::Awsvpc {
            let message = "Classic Load Balancers do not lead to network mode `awsvpc`";
            let pointer = format!("{at}/loadBalancerName");
            self.fault_in_our_words(&HOST_PORT, pointer, message);
        } else if let (Some(mapping), Some(name), Some(port)) = (mapping, name, port)
            && mode != NetworkMode::Host
            && mapping.is_dynamic()
        {
            let message =
                format!("container `{name}` maps port {port} to no fixed port of the instance");
            let (pointer, port) = (format!("{at}/containerPort"), port.to_string());
            self.fault_about(&HOST_PORT, pointer, &[&port], message);
        }
    }
}

fn mapping(container: &ContainerDefinition, port: i32) -> Option<&PortMapping> {
    let mut mappings = container.port_mappings().iter();
    mappings.find(|mapping| {
        let in_range = |(first, last)| (i64::from(first)..=i64::from(last)).contains(&port.into());
        mapping.container_port == Some(port) || mapping.range().is_some_and(in_range)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn found(mode: &str, ports: &Value, members: Value) -> Vec<String> {
        let definition = json!({"family": "web", "networkMode": mode, "containerDefinitions": [
            {"name": "nginx", "image": "nginx", "memory": 128, "portMappings": ports}]});
        let definition: TaskDefinition = serde_json::from_value(definition).unwrap();
        let request: CreateServiceRequest = serde_json::from_value(members).unwrap();
        let findings = request.check_against(&definition);
        findings.iter().map(ToString::to_string).collect()
    }

    fn balanced(member: &str, name: &str, port: u16) -> Value {
        let mut balancer = json!({"containerName": name, "containerPort": port});
        balancer[member] = json!("one");
        json!({"loadBalancers": [balancer]})
    }

    #[test]
    fn containers_and_ports_are_those_of_the_definition() {
        let ports = json!([{"containerPort": 80}, {"containerPortRange": "8000-8010"}]);
        let target = |name, port| found("bridge", &ports, balanced("targetGroupArn", name, port));
        assert_eq!(target("nginx", 80), [""; 0]);
        assert_eq!(target("nginx", 8010), [""; 0]);
        assert_eq!(
            target("nginx", 8011),
            [
                "error[service-container-port] /loadBalancers/0/containerPort: \
              container `nginx` maps no port 8011"
            ]
        );
        assert_eq!(
            target("Nginx", 80),
            ["error[service-container] /loadBalancers/0/containerName: \
              the task definition has no container `Nginx`"]
        );
        let registry = json!({"serviceRegistries": [
            {"registryArn": "a"}, {"registryArn": "b", "containerName": "web"}]});
        assert_eq!(
            found("bridge", &ports, registry),
            [
                "error[service-container] /serviceRegistries/1/containerName: \
              the task definition has no container `web`"
            ]
        );
    }

    #[test]
    fn a_classic_load_balancer_needs_a_fixed_port() {
        let classic = |mode, ports: Value| {
            let mut request = balanced("loadBalancerName", "nginx", 80);
            if mode == "awsvpc" {
                request["networkConfiguration"] = json!({"awsvpcConfiguration": {"subnets": []}});
            }
            found(mode, &ports, request)
        };
        let open = || json!([{"containerPort": 80, "hostPort": 0}]);
        assert_eq!(
            classic("bridge", json!([{"containerPort": 80, "hostPort": 8080}])),
            [""; 0]
        );
        assert_eq!(classic("host", open()), [""; 0]);
        assert_eq!(
            classic("bridge", open()),
            [
                "error[classic-load-balancer-host-port] /loadBalancers/0/containerPort: \
              container `nginx` maps port 80 to no fixed port of the instance"
            ]
        );
        assert_eq!(
            classic("awsvpc", open()),
            [
                "error[classic-load-balancer-host-port] /loadBalancers/0/loadBalancerName: \
              Classic Load Balancers do not lead to network mode `awsvpc`"
            ]
        );
    }

    #[test]
    fn only_awsvpc_has_a_network_configuration_and_no_role() {
        let ports = json!([]);
        let network = json!({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"]}}});
        assert_eq!(found("awsvpc", &ports, network.clone()), [""; 0]);
        assert_eq!(found("bridge", &ports, json!({"role": "r"})), [""; 0]);
        assert_eq!(
            found("bridge", &ports, network),
            [
                "error[service-network-configuration] /networkConfiguration: \
              network mode `bridge` takes no network configuration"
            ]
        );
        assert_eq!(
            found("awsvpc", &ports, json!({"role": "r"})),
            [
                "error[service-network-configuration] /networkConfiguration: \
                 network mode `awsvpc` needs a network configuration",
                "error[service-role-awsvpc] /role: \
                 network mode `awsvpc` uses the service-linked role",
            ]
        );
    }
}
