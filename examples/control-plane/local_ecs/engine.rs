//! The one thread that decides: calls in, answers out, time in between.

use core::time::Duration;
use std::collections::hash_map::RandomState;
use std::error::Error;
use std::hash::{BuildHasher, Hasher};
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;

use control_plane::{Call, Changes, ControlPlane, Handled, Inputs, Options, Owner, Simulation};
use ecs_model::Exception;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::arguments::{ACCOUNT, Arguments};
use crate::clock::Clock;
use crate::journal::{File, Journal, Memory};
use crate::page;

/// How many calls wait at most; further ones hold their callers up.
const QUEUE: usize = 1_024;

/// How many calls are decided before the first of them is answered.
const BATCH: usize = 64;

/// How many steps are taken before calls are looked at again.
const STEPS: usize = 1_000;

/// How often time jumps after an answer.
const JUMPS: usize = 10_000;

/// What a call answers.
pub(crate) type Answer = Result<Vec<u8>, Exception>;

/// A call on its way.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) asked: Asked,
    pub(crate) reply: oneshot::Sender<Answer>,
}

#[derive(Debug)]
pub(crate) enum Asked {
    Call {
        operation: String,
        body: Vec<u8>,
        owner: Owner,
        caller: String,
    },
    Reset,
    /// The page, in HTML.
    Page,
}

/// The thread that decides.
#[derive(Debug)]
pub(crate) struct Engine {
    calls: SyncSender<Message>,
    thread: JoinHandle<Result<(), String>>,
}

impl Engine {
    pub(crate) fn start(arguments: Arguments, address: SocketAddr) -> Result<Self, Box<dyn Error>> {
        let (calls, received) = sync_channel(QUEUE);
        let journal: Box<dyn Journal> = match &arguments.data {
            None => Box::new(Memory),
            Some(path) => Box::new(File::open(path)?),
        };
        let state = State::new(arguments, address, journal)?;
        let thread = std::thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || state.run(&received))?;
        Ok(Self { calls, thread })
    }

    pub(crate) fn calls(&self) -> SyncSender<Message> {
        self.calls.clone()
    }

    /// Waits until what was begun is done.
    pub(crate) fn stop(self) -> Result<(), Box<dyn Error>> {
        drop(self.calls);
        match self.thread.join() {
            Ok(ended) => Ok(ended?),
            Err(_) => Err("the engine has failed".into()),
        }
    }
}

impl page::Source for State {
    fn owners(&self) -> Vec<Owner> {
        self.simulation.plane().owners().cloned().collect()
    }

    fn answer(&mut self, owner: &Owner, operation: &str, request: &Value) -> Value {
        let body = request.to_string().into_bytes();
        // What the page asks changes nothing.
        let answer = self.call(operation, &body, owner.clone(), "local_ecs");
        let answer = answer.and_then(|answer| answer.map_err(|exception| exception.to_string()));
        let body = answer.unwrap_or_default();
        serde_json::from_slice(&body).unwrap_or_default()
    }

    fn waits(&self, owner: &Owner, cluster: &str, service: &str) -> Vec<String> {
        let now = self.clock.now();
        let plane = self.simulation.plane();
        let waits = plane.service_waits(owner, cluster, service, now);
        waits.iter().map(ToString::to_string).collect()
    }
}

struct State {
    arguments: Arguments,
    options: Options,
    simulation: Simulation,
    journal: Box<dyn Journal>,
    clock: Clock,
    seed: u64,
    /// Changes that are applied and not kept yet.
    pending: Vec<Changes>,
}

impl State {
    fn new(
        arguments: Arguments,
        address: SocketAddr,
        mut journal: Box<dyn Journal>,
    ) -> Result<Self, String> {
        let mut options = Options::default();
        options.agent_endpoint = format!("http://{address}/");
        let kept = journal.load(&options)?;
        let clock = Clock::new(kept.ahead);
        let simulation = Simulation::new(kept.plane, arguments.behaviours.clone(), clock.now());
        let mut state = Self {
            arguments,
            options,
            simulation,
            journal,
            clock,
            seed: RandomState::new().build_hasher().finish(),
            pending: Vec::new(),
        };
        if kept.is_new {
            state.furnish()?;
        }
        Ok(state)
    }

    fn run(mut self, calls: &Receiver<Message>) -> Result<(), String> {
        loop {
            let first = match calls.recv_timeout(self.patience()) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            let more = std::iter::from_fn(|| calls.try_recv().ok());
            let mut answers = Vec::new();
            for Message { asked, reply } in first.into_iter().chain(more.take(BATCH)) {
                answers.push((self.take(asked)?, reply));
            }
            self.keep()?;
            let is_called = !answers.is_empty();
            for (answer, reply) in answers {
                // A caller that has gone needs no answer.
                let _ = reply.send(answer);
            }
            self.pass_time()?;
            if is_called && self.arguments.is_instant {
                self.pass_all_time()?;
            }
        }
    }

    /// How long nothing is due.
    fn patience(&self) -> Duration {
        const LONG: Duration = Duration::from_secs(3_600);
        let next = self.simulation.poll_timeout();
        next.map_or(LONG, |at| self.clock.until(at)).min(LONG)
    }

    fn take(&mut self, asked: Asked) -> Result<Answer, String> {
        Ok(match asked {
            Asked::Call {
                operation,
                body,
                owner,
                caller,
            } => self.call(&operation, &body, owner, &caller)?,
            Asked::Page => Ok(page::page(self).into_bytes()),
            Asked::Reset => {
                self.keep()?;
                self.reset()?;
                Ok(b"{}".to_vec())
            }
        })
    }

    fn call(
        &mut self,
        operation: &str,
        body: &[u8],
        owner: Owner,
        caller: &str,
    ) -> Result<Answer, String> {
        let inputs = Inputs {
            now: self.clock.now(),
            seed: self.next_seed(),
            owner,
            caller: caller.into(),
        };
        let call = Call { operation, body };
        let handled: Handled = match self.simulation.handle(&call, &inputs) {
            Ok(handled) => handled,
            Err(exception) => return Ok(Err(exception)),
        };
        if let Some(changes) = &handled.changes {
            self.apply(changes.clone())?;
        }
        Ok(Ok(self.simulation.respond(&handled, &inputs)))
    }

    fn apply(&mut self, changes: Changes) -> Result<(), String> {
        let now = self.clock.now();
        let applied = self.simulation.apply(&changes, now);
        applied.map_err(|error| error.to_string())?;
        self.pending.push(changes);
        Ok(())
    }

    fn keep(&mut self) -> Result<(), String> {
        if !self.pending.is_empty() {
            self.journal.append(&self.pending, self.clock.ahead())?;
            self.pending.clear();
        }
        Ok(())
    }

    /// Does what is due.
    fn pass_time(&mut self) -> Result<(), String> {
        for _ in 0..STEPS {
            let (now, seed) = (self.clock.now(), self.next_seed());
            match self.simulation.step(now, seed) {
                Some(changes) => self.apply(changes)?,
                None => break,
            }
        }
        self.keep()
    }

    /// Lets all time pass that something waits for.
    fn pass_all_time(&mut self) -> Result<(), String> {
        for _ in 0..JUMPS {
            let Some(next) = self.simulation.poll_progress() else {
                break;
            };
            self.clock.jump(next);
            self.pass_time()?;
        }
        Ok(())
    }

    fn next_seed(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(1);
        self.seed
    }

    fn reset(&mut self) -> Result<(), String> {
        self.journal.clear()?;
        let plane = ControlPlane::new(self.options.clone());
        let behaviours = self.arguments.behaviours.clone();
        self.simulation = Simulation::new(plane, behaviours, self.clock.now());
        self.furnish()
    }

    /// Registers the container instances of the command line.
    fn furnish(&mut self) -> Result<(), String> {
        let zones = self.arguments.zones.clone();
        let zones = zones.iter().cycle().take(self.arguments.instances);
        for zone in zones {
            let identity = json!({
                "instanceType": self.arguments.instance_type,
                "availabilityZone": zone,
                "region": self.arguments.region,
            });
            let body = json!({"instanceIdentityDocument": identity.to_string()});
            let body = body.to_string().into_bytes();
            let owner = Owner::new(ACCOUNT, &*self.arguments.region);
            let answer = self.call("RegisterContainerInstance", &body, owner, "local_ecs")?;
            answer.map_err(|exception| exception.to_string())?;
        }
        self.keep()
    }
}
