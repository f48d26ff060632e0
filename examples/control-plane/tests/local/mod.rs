//! A local ECS with its own clock, whose answers are held against the shapes of the API and whose
//! changes are kept and played again.

use control_plane::agents::Behaviours;
use control_plane::{Call, Changes, ControlPlane, Inputs, Options, Owner, Simulation};
use ecs_model::{Operation, Timestamp};
use serde_json::{Value, json};

pub(crate) struct Local {
    pub(crate) simulation: Simulation,
    pub(crate) journal: Vec<Changes>,
    pub(crate) now: Timestamp,
    seed: u64,
    behaviours: Behaviours,
}

impl Local {
    pub(crate) fn new() -> Self {
        Self::with(&json!({}))
    }

    pub(crate) fn with(behaviours: &Value) -> Self {
        let behaviours: Behaviours = serde_json::from_value(behaviours.clone()).unwrap();
        let now = Timestamp::from_seconds(1_700_000_000);
        let plane = ControlPlane::new(Options::default());
        Self {
            simulation: Simulation::new(plane, behaviours.clone(), now),
            behaviours,
            journal: Vec::new(),
            now,
            seed: 7,
        }
    }

    pub(crate) fn inputs(&mut self) -> Inputs {
        self.seed += 1;
        Inputs {
            now: self.now,
            seed: self.seed,
            owner: Owner::new("123456789012", "us-east-1"),
            caller: "arn:aws:iam::123456789012:user/alice".into(),
        }
    }

    /// What a call answers, or the exception as `Name: message`.
    pub(crate) fn try_call(&mut self, operation: &str, request: &Value) -> Result<Value, String> {
        let inputs = self.inputs();
        let body = request.to_string();
        let call = Call {
            operation,
            body: body.as_bytes(),
        };
        let handled = self.simulation.handle(&call, &inputs);
        let handled = handled.map_err(|exception| exception.to_string())?;
        if let Some(changes) = &handled.changes {
            self.keep(changes);
        }
        let response = self.simulation.plane().respond(&handled, &inputs);
        let response: Value = serde_json::from_slice(&response).unwrap();
        let findings = Operation::named(operation)
            .unwrap()
            .check_response(&response);
        let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "{operation}: {findings:#?}");
        Ok(response)
    }

    pub(crate) fn call(&mut self, operation: &str, request: Value) -> Value {
        let answer = self.try_call(operation, &request);
        answer.unwrap_or_else(|error| panic!("{operation} {request}: {error}"))
    }

    /// The exception with which a call is refused.
    pub(crate) fn refused(&mut self, operation: &str, request: Value) -> String {
        let answer = self.try_call(operation, &request);
        answer.expect_err(&format!("{operation} {request}"))
    }

    fn keep(&mut self, changes: &Changes) {
        // As a store would keep it.
        let kept = serde_json::to_string(changes).unwrap();
        let kept: Changes = serde_json::from_str(&kept).unwrap();
        assert_eq!(kept, *changes);
        self.simulation.apply(changes, self.now).unwrap();
        self.journal.push(kept);
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, seconds: u64) {
        let end = self
            .now
            .saturating_add(core::time::Duration::from_secs(seconds));
        for _ in 0..100_000 {
            self.seed += 1;
            if let Some(changes) = self.simulation.step(self.now, self.seed) {
                self.keep(&changes);
                continue;
            }
            match self.simulation.poll_timeout().filter(|at| *at <= end) {
                Some(at) => self.now = self.now.max(at),
                None => {
                    self.now = end;
                    return;
                }
            }
        }
        panic!(
            "something is due for ever at {:?}: {:?}",
            self.now,
            self.simulation.poll_timeout()
        );
    }

    /// A control plane to which all changes were applied that were kept.
    pub(crate) fn replayed(&self) -> ControlPlane {
        let mut plane = ControlPlane::new(Options::default());
        for changes in &self.journal {
            plane.apply(changes).unwrap();
        }
        plane
    }

    /// The process ends and starts again: agents are made anew from what was kept.
    pub(crate) fn restart(&mut self) {
        let plane = self.replayed();
        self.simulation = Simulation::new(plane, self.behaviours.clone(), self.now);
    }

    /// What was kept makes the same control plane again, and so does what is written down.
    pub(crate) fn check_replay(&self) {
        let live = serde_json::to_value(self.simulation.plane()).unwrap();
        let again = serde_json::to_value(self.replayed()).unwrap();
        assert_eq!(again, live);
        let saved = serde_json::to_string(&live).unwrap();
        let restored = ControlPlane::restore(Options::default(), &saved).unwrap();
        assert_eq!(serde_json::to_value(restored).unwrap(), live);
    }

    pub(crate) fn register_instance(&mut self, cluster: &str, zone: &str) -> String {
        let identity = json!({"instanceType": "m5.large", "availabilityZone": zone,
            "instanceId": format!("i-{:017x}", self.seed)});
        let answer = self.call(
            "RegisterContainerInstance",
            json!({"cluster": cluster, "instanceIdentityDocument": identity.to_string()}),
        );
        text(&answer["containerInstance"]["containerInstanceArn"])
    }

    pub(crate) fn register_definition(&mut self, family: &str, image: &str) -> String {
        let answer = self.call(
            "RegisterTaskDefinition",
            json!({"family": family, "containerDefinitions": [
                {"name": "main", "image": image, "cpu": 256, "memory": 512}]}),
        );
        text(&answer["taskDefinition"]["taskDefinitionArn"])
    }

    pub(crate) fn task(&mut self, cluster: &str, arn: &str) -> Value {
        let mut answer = self.call("DescribeTasks", json!({"cluster": cluster, "tasks": [arn]}));
        answer["tasks"][0].take()
    }

    pub(crate) fn service(&mut self, cluster: &str, name: &str) -> Value {
        let request = json!({"cluster": cluster, "services": [name]});
        let mut answer = self.call("DescribeServices", request);
        answer["services"][0].take()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value}"))
        .to_owned()
}
