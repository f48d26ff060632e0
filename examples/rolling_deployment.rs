//! A service of eight tasks and three changes of it: a bad image, which the circuit breaker rolls
//! back; a good one, while a container instance is drained; and the same change once more, as a
//! canary. Each with the forecast before it and what came of it.
//!
//! ```text
//! cargo run --example rolling_deployment -- [--format text|json] [--svg FILE]
//! ```
//!
//! Exit codes: 0 if the service has come to a steady state after each change, 1 if it has not, 2 for
//! unusable arguments.

mod arguments;
mod chain;
mod chapter;
mod cluster;
mod ending;
mod output;
mod surplus;

use std::process::ExitCode;
use std::time::Duration;

use arguments::Arguments;
use chapter::timeline::Timeline;
use chapter::{Change, Chapter, Course, Fleet, Names, Told, percent};
use cluster::{Cluster, HEALTHY_IN, Outcome, SEED, STARTS_IN, STOPS_IN};
use ecs_arn::{EcsResource, Scope};
use ecs_model::operation::{CreateServiceRequest, UpdateServiceRequest};
use ecs_model::{Attribute, ContainerInstance, Resource};
use ecs_placement::service::{Assumptions, Outcome as End};
use ending::ending;
use output::println;
use serde_json::{Value, json};

/// Tasks of the service.
const DESIRED: u32 = 8;
/// How long a change may take, in seconds.
const PATIENCE: u32 = 3_600;
const BOUNDS: &str = "While a deployment rolls, 8 of them stay healthy and 10 are there at most.";
const MISSING: &str = "registry.example/web:2.0-typo";
/// What stands before and after the name of a target group in its ARN.
const TARGET_GROUP: [&str; 2] = [
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/",
    "/50dc6c495c0c9188",
];

fn main() -> ExitCode {
    ending(tell().map(Some))
}

/// Says whether the service has come to a steady state after each change.
fn tell() -> Outcome<bool> {
    let (arguments, files) = Arguments::read()?;
    surplus::refuse(files)?;
    let mut story = Story::new()?;
    let changes = [
        Change {
            title: "A bad image",
            label: "web:2",
            definition: "web:2",
            more: json!({}),
            drained_after: None,
        },
        Change {
            title: "A good image, and an instance is drained",
            label: "web:3",
            definition: "web:3",
            more: json!({}),
            drained_after: Some(70),
        },
        Change {
            title: "The same change as a canary",
            label: "web:3, canary",
            definition: "web:3",
            more: json!({
                "forceNewDeployment": true,
                "deploymentConfiguration": {
                    "strategy": "CANARY", "bakeTimeInMinutes": 1,
                    "canaryConfiguration": {"canaryPercent": 12.5, "canaryBakeTimeInMinutes": 2},
                },
            }),
            drained_after: None,
        },
    ];
    let mut chapters = Vec::new();
    for change in &changes {
        chapters.push(story.play(change)?);
    }
    story.show(&arguments, &chapters)?;
    Ok(chapters.iter().all(|chapter| chapter.is_steady))
}

struct Story {
    cluster: Cluster,
    instances: Vec<String>,
    names: Names,
}

impl Story {
    /// Six instances in three zones and a service in its steady state.
    fn new() -> Outcome<Self> {
        let scope = Scope::new("us-east-1", "123456789012")?;
        let mut cluster = Cluster::new(&scope, "prod", MISSING)?;
        let mut instances = Vec::new();
        for (id, zone) in ["a", "a", "b", "b", "c", "c"].iter().enumerate() {
            let instance = EcsResource::ContainerInstance {
                cluster: Some("prod"),
                id: &format!("{:032x}", id + 1),
            };
            let arn = scope.arn(instance)?.to_string();
            let mut attribute = Attribute::named("ecs.availability-zone");
            attribute.value = Some(format!("us-east-1{zone}"));
            let document = ContainerInstance::default()
                .with_container_instance_arn(&*arn)
                .with_status("ACTIVE")
                .with_agent_connected(true)
                .with_attributes([attribute])
                .with_registered_resources([
                    Resource::integer(Resource::CPU, 2_048),
                    Resource::integer(Resource::MEMORY, 1_000),
                ]);
            cluster.register(&document)?;
            instances.push(arn);
        }
        for image in [
            "registry.example/web:1.0",
            MISSING,
            "registry.example/web:2.0",
        ] {
            let definition = serde_json::from_value(json!({
                "family": "web",
                "containerDefinitions": [{
                    "name": "web", "image": image, "memory": 300,
                    "portMappings": [{"containerPort": 80}],
                }],
            }))?;
            let at = cluster.at();
            cluster.registry.register(&definition, at)?;
        }
        let mut story = Self {
            cluster,
            instances,
            names: Names {
                deployments: Vec::new(),
                target_group: TARGET_GROUP,
            },
        };
        story.create()?;
        Ok(story)
    }

    fn create(&mut self) -> Outcome {
        let group = |name| TARGET_GROUP.join(name);
        let rule = "arn:aws:elasticloadbalancing:us-east-1:123456789012:\
                    listener-rule/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee";
        let request: CreateServiceRequest = serde_json::from_value(json!({
            "cluster": "prod", "serviceName": "web", "taskDefinition": "web:1",
            "desiredCount": DESIRED,
            "deploymentConfiguration": {
                "minimumHealthyPercent": 100, "maximumPercent": 125,
                "deploymentCircuitBreaker": {"enable": true, "rollback": true},
            },
            "loadBalancers": [{
                "targetGroupArn": group("one"), "containerName": "web", "containerPort": 80,
                "advancedConfiguration": {
                    "alternateTargetGroupArn": group("two"), "productionListenerRule": rule,
                    "roleArn": "arn:aws:iam::123456789012:role/ecsInfrastructureRole",
                },
            }],
        }))?;
        let cluster = &mut self.cluster;
        let at = cluster.at();
        let definition = cluster.registry.resolve("web:1", at)?;
        cluster.services.create(&request, definition, at, SEED)?;
        self.note_deployment("web:1");
        self.cluster.reconcile()?;
        while !self.is_steady() && self.cluster.now < PATIENCE {
            self.cluster.wait(PATIENCE)?;
            self.cluster.reconcile()?;
        }
        Ok(())
    }

    fn show(&self, arguments: &Arguments, chapters: &[Chapter<'_>]) -> Outcome {
        let (names, instances) = (&self.names, self.instances.len());
        let title = format!("A service of {DESIRED} tasks on {instances} container instances");
        let numbered = || (1..).zip(chapters);
        if arguments.is_json {
            let documents = chapters.iter().map(|chapter| chapter.to_json(names));
            println!("{:#}", documents.collect::<Value>());
        } else {
            println!("{title}\n{BOUNDS}");
            println!("Of each deployment: # healthy, o running, . pending, x stopping; traffic");
            numbered().for_each(|(number, chapter)| chapter.print(number, names));
        }
        let panels = numbered().map(|(number, chapter)| chapter.to_panel(number, DESIRED, names));
        arguments.write_svg(|| {
            let picture = Timeline {
                title,
                lines: vec![BOUNDS.to_owned()],
                legend: names.legend(),
                panels: panels.collect(),
            };
            picture.to_svg()
        })?;
        Ok(())
    }

    /// Notes what the newest deployment is called here.
    fn note_deployment(&mut self, label: &'static str) {
        let service = self.cluster.services.describe("web").unwrap_or_default();
        let newest = service.deployments().first().and_then(|one| one.id());
        if let Some(id) = newest {
            self.names.deployments.push((id.to_owned(), label));
        }
    }

    /// Whether the service waits for nothing.
    fn is_steady(&self) -> bool {
        let Cluster { services, cell, .. } = &self.cluster;
        let waits = services.explain("web", cell, self.cluster.at());
        waits.is_some_and(|waits| waits.is_empty())
    }

    /// Makes a change, with its forecast, and follows it to its end.
    fn play<'a>(&mut self, change: &'a Change) -> Outcome<Chapter<'a>> {
        self.cluster.now += 60;
        let begin = self.cluster.now;
        let mut request = json!({
            "cluster": "prod", "service": "web", "taskDefinition": change.definition,
        });
        if let (Some(members), Some(more)) = (request.as_object_mut(), change.more.as_object()) {
            members.extend(more.clone());
        }
        let request: UpdateServiceRequest = serde_json::from_value(request)?;
        let forecast = self.forecast(&request)?;

        let cluster = &mut self.cluster;
        let at = cluster.at();
        let definition = cluster.registry.resolve(change.definition, at)?;
        cluster
            .services
            .update(&request, Some(definition), at, SEED)?;
        self.note_deployment(change.label);
        let mut chapter = Chapter {
            change,
            forecast,
            came: Course {
                waves: Vec::new(),
                lowest_healthy: u32::MAX,
                highest_running: 0,
                end: ("has not ended", PATIENCE),
            },
            samples: Vec::new(),
            events: Vec::new(),
            is_steady: false,
        };
        self.follow(&mut chapter, begin)?;
        chapter.events.extend(self.events_since(begin));
        chapter.events.sort_by_key(|told| told.after);
        for instance in &self.instances {
            self.cluster.set_status(instance, "ACTIVE");
        }
        Ok(chapter)
    }

    fn forecast(&self, request: &UpdateServiceRequest) -> Outcome<Course> {
        let Cluster {
            services,
            cell,
            registry,
            ..
        } = &self.cluster;
        let at = self.cluster.at();
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let mut assumptions = Assumptions::default();
        assumptions.starts_in = seconds(STARTS_IN);
        assumptions.healthy_in = seconds(HEALTHY_IN);
        assumptions.stops_in = seconds(STOPS_IN);
        let definition = registry.resolve(request.task_definition().unwrap_or_default(), at)?;
        let forecast = services.forecast(request, Some(definition), cell, assumptions, at, SEED)?;
        let whole = |after: Duration| u32::try_from(after.as_secs()).unwrap_or(u32::MAX);
        let waves = forecast.waves.iter();
        let waves = waves.map(|wave| (whole(wave.after), wave.starts, wave.stops));
        Ok(Course {
            waves: waves.collect(),
            lowest_healthy: forecast.lowest_healthy,
            highest_running: forecast.highest_running,
            end: match forecast.outcome {
                End::Completes { after } => ("completed", whole(after)),
                End::Fails { after } => ("rolled back", whole(after)),
                _ => ("has not ended", whole(assumptions.horizon)),
            },
        })
    }

    fn follow(&mut self, chapter: &mut Chapter<'_>, begin: u32) -> Outcome {
        let mut drained_at = chapter.change.drained_after.map(|after| begin + after);
        while !chapter.is_steady && self.cluster.now < begin + PATIENCE {
            let after = self.cluster.now - begin;
            if drained_at == Some(self.cluster.now) {
                drained_at = None;
                let text = self.drain()?;
                chapter.note(after, text);
            }
            let (starts, stops) = self.cluster.reconcile()?;
            if starts + stops > 0 {
                chapter.came.waves.push((after, starts, stops));
            }
            self.sample(chapter, after);
            chapter.is_steady = self.is_steady();
            if chapter.is_steady {
                chapter.came.end = (self.end(), after);
            } else {
                self.cluster.wait(drained_at.unwrap_or(begin + PATIENCE))?;
            }
        }
        Ok(())
    }

    /// Drains the instance of the first new task.
    fn drain(&mut self) -> Outcome<String> {
        let Cluster {
            services, tasks, ..
        } = &self.cluster;
        let newest = self.names.deployments.last().map(|(id, _)| &**id);
        let instance = services.tasks("web").find_map(|task| {
            let task = tasks.get(task)?;
            let is_new = newest == Some(task.deployment());
            task.instance().filter(|_| is_new).map(str::to_owned)
        });
        let instance = instance.ok_or("no new task is there")?;
        self.cluster.set_status(&instance, "DRAINING");
        let position = self.instances.iter().position(|arn| *arn == instance);
        let number = position.map_or(0, |position| position + 1);
        Ok(format!("container instance {number} is drained."))
    }

    fn sample(&self, chapter: &mut Chapter<'_>, after: u32) {
        let fleets = self.fleets();
        let sum = |of: fn(&Fleet) -> u32| fleets.iter().map(of).sum::<u32>();
        let (healthy, running) = (sum(|one| one.healthy), sum(Fleet::running));
        chapter.came.lowest_healthy = chapter.came.lowest_healthy.min(healthy);
        chapter.came.highest_running = chapter.came.highest_running.max(running);
        let part = |fleets: &[Fleet]| fleets.last().map_or(0, |fleet| fleet.traffic);
        let last = chapter.samples.last();
        let before = last.map_or(0, |(_, before)| part(before));
        let is_shifted = self.cluster.services.shifting_deployment("web").is_some();
        let name = self.names.deployments.last().map_or("", |(_, name)| *name);
        if is_shifted && part(&fleets) != before {
            let percent = percent(part(&fleets));
            chapter.note(after, format!("{percent} of the traffic goes to {name}."));
        }
        if chapter
            .samples
            .last()
            .is_none_or(|(_, last)| *last != fleets)
        {
            chapter.samples.push((after, fleets));
        }
    }

    /// How the last change ended: whether its deployment is the one that is left.
    fn end(&self) -> &'static str {
        let service = self.cluster.services.describe("web").unwrap_or_default();
        let left = service.deployments().first().and_then(|one| one.id());
        match self.names.deployments.last() {
            Some((id, _)) if left == Some(id) => "completed",
            _ => "rolled back",
        }
    }

    /// The tasks of each deployment, and its part of the traffic: by the weights of a deployment
    /// that shifts it, or else by healthy targets.
    fn fleets(&self) -> Vec<Fleet> {
        let mut fleets = vec![Fleet::default(); self.names.deployments.len()];
        let tasks = self.cluster.tasks.values();
        for task in tasks {
            let position = self
                .names
                .deployments
                .iter()
                .position(|(id, _)| id == task.deployment());
            let Some(fleet) = position.and_then(|position| fleets.get_mut(position)) else {
                continue;
            };
            let (status, has_run) = (task.machine.status(), task.machine.timeline().started_at);
            *match (has_run, status.shall_stop) {
                (None, _) => &mut fleet.pending,
                (Some(_), true) => &mut fleet.stopping,
                (Some(_), false) if task.is_healthy() => &mut fleet.healthy,
                (Some(_), false) => &mut fleet.warming,
            } += 1;
        }
        let all: u32 = fleets.iter().map(|fleet| fleet.healthy).sum();
        let shift = self.cluster.services.shifting_deployment("web");
        for (fleet, (id, _)) in fleets.iter_mut().zip(&self.names.deployments) {
            let number = id.rsplit('/').next().unwrap_or_default();
            fleet.traffic = match shift {
                Some(shift) => {
                    let mut weights = shift.production_traffic().iter();
                    let own = weights.find(|(revision, _)| revision.ends_with(number));
                    own.map_or(0, |(_, weight)| weight.tenths().into())
                }
                None => fleet.healthy * 1_000 / all.max(1),
            };
        }
        fleets
    }

    fn events_since(&self, begin: u32) -> Vec<Told> {
        let service = self.cluster.services.describe("web").unwrap_or_default();
        let events = service.events().iter().rev();
        let events = events.filter_map(|event| {
            let at = u32::try_from(event.created_at()?.seconds()).ok()?;
            Some(Told {
                after: at.checked_sub(begin)?,
                text: event.message()?.to_owned(),
                is_of_service: true,
            })
        });
        events.collect()
    }
}
