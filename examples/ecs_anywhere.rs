//! An on-premises fleet with ECS Anywhere: from the activation to registered instances, one of
//! which moves to another cluster.
//!
//! ```sh
//! cargo run --example ecs_anywhere
//! ```
//!
//! Every line that it prints is the answer of a library call; nothing is read from the network.

mod chain;
mod ending;
mod output;
mod surplus;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use ecs_arn::{EcsResource, Partition, Scope};
use ecs_model::agent::{AgentFeature, AgentHost, AgentUpdateSubject, EcsConfig, HostOs, Secret};
use ecs_model::anywhere::{
    AnywhereFeature, AnywhereRules, Architecture, CreateActivationRequest, DockerSource,
    InstallParameters, Machine, MachineProblem, ManagedInstanceId, duplicates, endpoints,
    required_policies, trust_policy,
};
use ecs_model::container_instance::EXTERNAL_CAPABILITY;
use ecs_model::version::AgentVersion;
use ecs_model::{Attribute, ContainerInstance, Resources, Timestamp};
use ecs_state::anywhere::{
    Activation, ClusterMove, ExternalAction, ExternalInstance, MoveProcedure,
};
use ending::ending;
use output::println;

type Outcome = Result<(), Box<dyn Error>>;

const REGION: &str = "eu-central-1";
const ACCOUNT: &str = "123456789012";
const CLUSTER: &str = "factory";
const ROLE: &str = "ecsAnywhereRole";
const ACTIVATION_ID: &str = "5743558d-563b-4457-8682-d16c3f0a4b1e";
/// Systems Manager draws it at random.
const ACTIVATION_CODE: &str = "dRmgnYaFv567vEXAMPLE";

/// The machines of the fleet: name, operating system, processor, vCPUs and MiB.
const FLEET: [(&str, &str, Architecture, i32, i32); 4] = [
    ("press-1", "Ubuntu 22.04", Architecture::X86_64, 8, 16_384),
    ("press-2", "RHEL 8.6", Architecture::X86_64, 8, 16_384),
    ("camera-1", "Debian 12", Architecture::Arm64, 4, 4_096),
    ("archive-1", "Debian 9", Architecture::X86_64, 2, 2_048),
];

fn main() -> ExitCode {
    ending(tell().map(|()| Some(true)))
}

fn tell() -> Outcome {
    surplus::refuse(std::env::args().skip(1))?;
    let mut story = Story::new()?;
    story.print_rules();
    story.print_role();
    let code = story.create_activation()?;
    story.print_endpoints()?;
    story.register_fleet(&code)?;
    story.run_out_of_registrations(&code)?;
    story.move_an_instance()?;
    story.lose_the_connection()?;
    story.ask_for_an_update()
}

/// The fleet, and what Systems Manager and Amazon ECS know of it.
struct Story {
    now: Timestamp,
    scope: Scope<'static>,
    activation: Activation,
    machines: Vec<(&'static str, ExternalInstance)>,
    instances: Vec<ContainerInstance>,
}

impl Story {
    fn new() -> Result<Self, Box<dyn Error>> {
        let now: Timestamp = "2024-03-04T08:00:00Z".parse()?;
        let request = CreateActivationRequest::default()
            .with_iam_role(ROLE)
            .with_registration_limit(3)
            .with_default_instance_name("factory floor")
            .with_expiration_date(now.saturating_add(Duration::from_secs(7 * 86_400)));
        let code = Secret::new(ACTIVATION_CODE);
        Ok(Self {
            now,
            scope: Scope::new(REGION, ACCOUNT)?,
            activation: Activation::new(request, ACTIVATION_ID, code, now)?,
            machines: Vec::new(),
            instances: Vec::new(),
        })
    }

    fn print_rules(&self) {
        heading("1. What external instances can do, then and now");
        let then = AnywhereRules::as_of(Timestamp::default());
        let now = AnywhereRules::as_of(self.now);
        for feature in AnywhereFeature::ALL {
            let [before, after] = [then, now].map(|rules| rules.support(feature));
            let change = if before == after { "" } else { "  <- changed" };
            println!("  {feature:<32} {before:?} / {after:?}{change}");
        }
    }

    fn print_role(&self) {
        heading("2. The role of the fleet");
        let trust = trust_policy();
        let trusted = trust.pointer("/Statement/0/Principal/Service");
        let trusted = trusted.and_then(|service| service.as_str());
        println!("  {ROLE} trusts {}", trusted.unwrap_or_default());
        for policy in required_policies(&Partition::of_region(REGION)) {
            println!("  and has {}", policy.arn);
        }
    }

    fn create_activation(&mut self) -> Result<Secret, Box<dyn Error>> {
        heading("3. The activation");
        let code = self
            .activation
            .poll_code()
            .ok_or("the code was shown before")?;
        println!("  id {}", self.activation.id());
        println!(
            "  code {code}, of {} characters, shown once",
            code.expose().len()
        );
        println!("  asked for again: {:?}", self.activation.poll_code());
        println!(
            "  for {} machines, until {}",
            self.activation.registration_limit(),
            self.activation.expires()
        );
        Ok(code)
    }

    fn print_endpoints(&self) -> Outcome {
        heading("4. What the machines must reach");
        for endpoint in endpoints(REGION)? {
            println!("  {:<44} {:?}", endpoint.host, endpoint.purpose);
        }
        Ok(())
    }

    fn register_fleet(&mut self, code: &Secret) -> Outcome {
        heading("5. The machines");
        for (index, (name, os, architecture, vcpus, memory)) in FLEET.into_iter().enumerate() {
            println!("  {name}: {os} on {architecture}");
            let mut machine = Machine::new(os.parse()?, architecture);
            let mut parameters = parameters(code);
            let problems = machine.problems(&parameters, self.now);
            for problem in &problems {
                println!("      {problem}");
            }
            if problems.contains(&MachineProblem::NoDocker) {
                machine.has_docker = true;
                parameters.docker_install_source = DockerSource::None;
                println!("      ... which the operator does");
            }
            if !machine.problems(&parameters, self.now).is_empty() {
                println!("      ... and so it stays outside");
                continue;
            }
            self.register(index, name, &parameters, (vcpus * 1_024, memory))?;
        }
        Ok(())
    }

    fn register(
        &mut self,
        index: usize,
        name: &'static str,
        parameters: &InstallParameters,
        (cpu, memory): (i32, i32),
    ) -> Outcome {
        println!("      install.sh {}", parameters.arguments(HostOs::Linux)?);
        let id = ManagedInstanceId::parse(&format!("mi-{:017x}", 0x0f1e_2d3c_4b5a + index))?;
        let code = parameters.activation_code.clone().unwrap_or_default();
        let user = EcsConfig::parse(&format!(
            "ECS_CLUSTER={CLUSTER}\nECS_RESERVED_MEMORY=256\n\
             ECS_INSTANCE_ATTRIBUTES={{\"machine\":\"{name}\"}}\n"
        ));
        let mut machine = ExternalInstance::new(HostOs::Linux);
        machine.handle_activate(&mut self.activation, code.expose(), id, self.now)?;
        let config = parameters.instance_config().overridden_by(user);
        machine.handle_agent_installed(config, self.now)?;
        let arn = self.arn(CLUSTER, &format!("{index:032x}"))?;
        machine.handle_registered(&arn, self.now)?;

        let config = machine.agent_config();
        let registered = config.registered_resources(cpu, memory)?;
        let resources = Resources::new(&registered);
        println!("      {arn}");
        println!(
            "      {:?} CPU units, {:?} MiB, ports taken {:?}",
            resources.cpu().unwrap_or_default(),
            resources.memory().unwrap_or_default(),
            resources.ports()
        );
        let mut attributes = config.instance_attributes();
        attributes.push(Attribute::named(EXTERNAL_CAPABILITY));
        self.instances.push(
            instance(&machine, arn, self.now)
                .with_registered_resources(registered)
                .with_attributes(attributes),
        );
        self.machines.push((name, machine));
        Ok(())
    }

    fn run_out_of_registrations(&mut self, code: &Secret) -> Outcome {
        heading("6. One machine too many, and one too late");
        let mut late = ExternalInstance::new(HostOs::Linux);
        for now in [self.now, self.activation.expires()] {
            let id = "mi-fffffffffffffffff".parse()?;
            match late.handle_activate(&mut self.activation, code.expose(), id, now) {
                Ok(()) => return Err("the activation should refuse".into()),
                Err(refusal) => println!("  at {now}: {refusal}"),
            }
        }
        Ok(())
    }

    fn move_an_instance(&mut self) -> Outcome {
        heading("7. The first machine moves to cluster `assembly`");
        let mut steps = ClusterMove::new(HostOs::Linux, MoveProcedure::ForgetState, "assembly")?;
        while let Some(step) = steps.poll_step() {
            let command = steps.command(step).unwrap_or_default();
            println!("  {:<26} {command}", step.to_string());
            steps.handle_step_done(step, self.now)?;
        }
        let arn = self.arn("assembly", &format!("{:032x}", 0xa))?;
        let (_, machine) = self.machines.first_mut().ok_or("the fleet is empty")?;
        machine.handle_moved("assembly", &arn, self.now)?;
        let old = std::iter::from_fn(|| machine.poll_action()).find_map(|action| match action {
            ExternalAction::DeregisterContainerInstance { arn } => Some(arn),
            _ => None,
        });
        let old = old.ok_or("a move leaves a container instance behind")?;
        println!("  it was {old}");
        println!("  it is  {arn}");

        let moved = instance(machine, arn, self.now);
        for found in &mut self.instances {
            if found.container_instance_arn.as_ref() == Some(&old) {
                found.agent_connected = Some(false);
            }
        }
        self.instances.push(moved);
        for left_over in duplicates(&self.instances) {
            let arn = left_over.container_instance_arn();
            println!("  to deregister: {}", arn.unwrap_or_default());
        }
        Ok(())
    }

    fn lose_the_connection(&mut self) -> Outcome {
        heading("8. The second machine loses its connection");
        let (name, machine) = self
            .machines
            .get_mut(1)
            .ok_or("there is no second machine")?;
        machine.handle_agent_disconnected(self.now)?;
        for minutes in [10, 29, 30] {
            let then = self.now.saturating_add(Duration::from_secs(minutes * 60));
            let has = machine.has_credentials(then);
            println!("  {name} after {minutes} minutes: credentials {has}");
        }
        let then = self.now.saturating_add(Duration::from_secs(7_200));
        machine.handle_agent_connected(then)?;
        println!(
            "  {name} is {} again: {}",
            machine.phase(),
            machine.has_credentials(then)
        );
        Ok(())
    }

    fn ask_for_an_update(&self) -> Outcome {
        heading("9. Its agent");
        let agent: AgentVersion = "Amazon ECS Agent - v1.70.1 (*0a1b2c3d)".parse()?;
        let features = AgentFeature::of(&agent.version).count();
        println!(
            "  {agent} has {features} of {} features",
            AgentFeature::ALL.len()
        );
        let mut subject = AgentUpdateSubject::new(Some(agent.version));
        subject.host = AgentHost::External;
        match subject.check(&"1.80.0".parse()?) {
            Ok(()) => Err("the update should be refused".into()),
            Err(refusal) => {
                println!("  {}: {refusal}", refusal.code());
                Ok(())
            }
        }
    }

    fn arn(&self, cluster: &str, id: &str) -> Result<String, Box<dyn Error>> {
        let resource = EcsResource::ContainerInstance {
            cluster: Some(cluster),
            id,
        };
        Ok(self.scope.arn(resource)?.to_string())
    }
}

fn parameters(code: &Secret) -> InstallParameters {
    let mut parameters = InstallParameters::new(REGION, ACTIVATION_ID, code.clone());
    parameters.cluster = Some(CLUSTER.to_owned());
    parameters
}

fn instance(machine: &ExternalInstance, arn: String, now: Timestamp) -> ContainerInstance {
    let mut instance = ContainerInstance::default()
        .with_container_instance_arn(arn)
        .with_status("ACTIVE")
        .with_agent_connected(true)
        .with_registered_at(now);
    instance.ec2_instance_id = machine.managed_instance().map(ToString::to_string);
    instance
}

fn heading(text: &str) {
    println!("\n{text}\n");
}
