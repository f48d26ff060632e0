//! What a deployment asks for, carried out at once unless it is held back.

use ecs_model::{DeploymentConfiguration, Timestamp};
use ecs_placement::deployment::shift::{
    HookAnswer, ShiftAction, ShiftChange, ShiftRequest, ShiftingDeployment, SourceRevision, Stage,
    TaskCounts, Traffic,
};
use serde_json::{Value, json};

pub(crate) const DEPLOYMENT: &str =
    "arn:aws:ecs:us-east-1:123456789012:service-deployment/main/web/NCWGC2ZR-taawPAYrIaU5";
pub(crate) const SERVICE: &str = "arn:aws:ecs:us-east-1:123456789012:service/main/web";
pub(crate) const CLUSTER: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/main";
pub(crate) const BLUE: &str = "arn:aws:ecs:us-east-1:123456789012:service-revision/main/web/1001";
pub(crate) const GREEN: &str = "arn:aws:ecs:us-east-1:123456789012:service-revision/main/web/1002";
pub(crate) const OTHER: &str = "arn:aws:ecs:us-east-1:123456789012:service-revision/main/web/1000";
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/hooks";

pub(crate) fn minutes(minutes: i64) -> Timestamp {
    Timestamp::from_seconds(minutes * 60)
}

pub(crate) fn configuration(value: Value) -> DeploymentConfiguration {
    serde_json::from_value(value).unwrap()
}

/// A request for a service of four tasks.
pub(crate) fn request(configuration: DeploymentConfiguration) -> ShiftRequest {
    ShiftRequest::new(DEPLOYMENT, SERVICE, CLUSTER, GREEN, configuration).with_desired_count(4)
}

pub(crate) fn healthy(tasks: u32) -> TaskCounts {
    TaskCounts::new(tasks, 0, tasks)
}

pub(crate) fn blue() -> SourceRevision {
    SourceRevision::serving(BLUE, healthy(4))
}

pub(crate) fn lambda(function: &str, stages: &[Stage]) -> Value {
    json!({
        "targetType": "AWS_LAMBDA",
        "hookTargetArn": function,
        "roleArn": ROLE,
        "lifecycleStages": stages,
    })
}

pub(crate) fn pause(stages: &[Stage]) -> Value {
    json!({"targetType": "PAUSE", "lifecycleStages": stages})
}

pub(crate) fn succeeded() -> HookAnswer {
    HookAnswer::Returned(json!({"hookStatus": "SUCCEEDED"}))
}

/// A deployment and the world around it.
pub(crate) struct World {
    pub(crate) deployment: ShiftingDeployment,
    pub(crate) now: Timestamp,
    /// Where nothing is carried out.
    pub(crate) held: Option<(Stage, u16)>,
    pub(crate) answers: bool,
    /// What happened, in order.
    pub(crate) changes: Vec<ShiftChange>,
    pub(crate) actions: Vec<(Timestamp, ShiftAction)>,
}

impl World {
    pub(crate) fn new(request: ShiftRequest) -> Self {
        let now = minutes(0);
        Self {
            deployment: ShiftingDeployment::new(request, now).unwrap(),
            now,
            held: None,
            answers: true,
            changes: Vec::new(),
            actions: Vec::new(),
        }
    }

    fn is_held(&self) -> bool {
        let at = self
            .deployment
            .stage()
            .map(|stage| (stage, self.deployment.step()));
        self.held.is_some() && at == self.held
    }

    /// Carries out what is asked for, until nothing is or the deployment is where it is held.
    pub(crate) fn settle(&mut self) {
        loop {
            self.changes
                .extend(std::iter::from_fn(|| self.deployment.poll_change()));
            if self.is_held() {
                return;
            }
            let Some(action) = self.deployment.poll_action() else {
                return;
            };
            self.actions.push((self.now, action.clone()));
            self.carry_out(&action);
        }
    }

    pub(crate) fn carry_out(&mut self, action: &ShiftAction) {
        let now = self.now;
        match action {
            ShiftAction::Scale { revision, tasks } => {
                self.deployment
                    .handle_tasks(revision, healthy(*tasks), now)
                    .unwrap();
            }
            ShiftAction::ShiftTest { traffic } => {
                self.deployment.handle_test_shifted(traffic, now);
            }
            ShiftAction::ShiftProduction { traffic } => {
                self.deployment.handle_production_shifted(traffic, now);
            }
            ShiftAction::CallHook { hook_id, .. } if self.answers => {
                self.deployment
                    .handle_hook_answer(hook_id, &succeeded(), now);
            }
            _ => {}
        }
    }

    /// Lets time pass to the next moment at which something is due; `false` if nothing is.
    pub(crate) fn step(&mut self) -> bool {
        let Some(due) = self.deployment.poll_timeout() else {
            return false;
        };
        self.now = self.now.max(due);
        self.deployment.handle_timeout(self.now);
        self.settle();
        true
    }

    /// Goes on until nothing is due any more or the deployment is where it is held.
    pub(crate) fn run(&mut self) {
        self.settle();
        while !self.is_held() && self.step() {}
    }

    /// Goes on to a stage, and holds it there.
    pub(crate) fn run_to(&mut self, stage: Stage, step: u16) {
        self.held = Some((stage, step));
        self.run();
        assert!(self.is_held(), "{:?}", self.deployment.waits_for());
        self.held = None;
    }

    /// Minutes at which production traffic moved, and what the target had then.
    pub(crate) fn shifts(&self) -> Vec<(i64, String)> {
        let moved = self.changes.iter().filter_map(|change| match change {
            ShiftChange::ProductionTraffic { traffic, at } => {
                Some((at.seconds() / 60, traffic.of(GREEN).to_string()))
            }
            _ => None,
        });
        moved.collect()
    }

    /// The minute at which a stage was reached for the last time.
    pub(crate) fn reached(&self, wanted: Stage) -> i64 {
        let mut reached = self.changes.iter().filter_map(|change| match change {
            ShiftChange::Stage { stage, at, .. } if *stage == wanted => Some(at.seconds() / 60),
            _ => None,
        });
        reached.next_back().unwrap()
    }

    pub(crate) fn hook_ids(&self, kind: &str) -> Vec<String> {
        let details = self
            .deployment
            .describe()
            .lifecycle_hook_details
            .unwrap_or_default();
        let ids = details.into_iter().filter_map(|detail| detail.hook_id);
        ids.filter(|id| id.starts_with(&format!("ecs-{kind}-")))
            .collect()
    }
}

pub(crate) fn parts(traffic: &Traffic) -> Vec<String> {
    traffic
        .iter()
        .map(|(_, weight)| weight.to_string())
        .collect()
}
