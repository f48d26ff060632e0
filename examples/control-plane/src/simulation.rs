//! [`Simulation`]: a control plane with simulated agents.

use ecs_model::{Exception, Timestamp};

use crate::agents::{Behaviours, SimulatedAgents};
use crate::{ApplyError, Call, Changes, ControlPlane, Handled, Inputs, words};

/// A control plane whose agents are simulated.
///
/// Whoever keeps its changes appends what [`handle`](Self::handle) and [`step`](Self::step) give
/// before it is [applied](Self::apply).
#[derive(Debug)]
pub struct Simulation {
    plane: ControlPlane,
    agents: SimulatedAgents,
}

impl Simulation {
    /// A control plane and agents for the tasks that it has.
    #[must_use]
    pub fn new(plane: ControlPlane, behaviours: Behaviours, now: Timestamp) -> Self {
        let agents = SimulatedAgents::restored(behaviours, &plane, now);
        Self { plane, agents }
    }

    /// The control plane.
    #[must_use]
    pub const fn plane(&self) -> &ControlPlane {
        &self.plane
    }

    /// As [`ControlPlane::handle`].
    ///
    /// # Errors
    ///
    /// The exception with which ECS answers.
    pub fn handle(&mut self, call: &Call<'_>, inputs: &Inputs) -> Result<Handled, Exception> {
        self.plane.handle(call, inputs)
    }

    /// Makes changes so, and passes on what agents shall do.
    ///
    /// # Errors
    ///
    /// As [`ControlPlane::apply`].
    pub fn apply(&mut self, changes: &Changes, now: Timestamp) -> Result<(), ApplyError> {
        self.plane.apply(changes)?;
        for order in self.plane.take_orders() {
            self.agents.obey(&self.plane, &order, now);
        }
        Ok(())
    }

    /// The next that is due, of the control plane or of what its agents report; `None` if nothing
    /// is. Call it again once the changes are applied.
    pub fn step(&mut self, now: Timestamp, seed: u64) -> Option<Changes> {
        if let Some(changes) = self.plane.tick(now, seed) {
            return Some(changes);
        }
        while let Some((order, report)) = self.agents.tick(now) {
            let changes = self.plane.report(&order, &report, now);
            if changes.is_some() {
                return changes;
            }
        }
        None
    }

    /// When [`step`](Self::step) has something to do; in the past if it has now.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let plane = self.plane.poll_timeout().into_iter();
        plane
            .chain(self.agents.poll_timeout())
            .min_by_key(|at| at.micros())
    }

    /// The same, without what only forgets or tells again. Where it says nothing, nothing goes on
    /// before the next call.
    #[must_use]
    pub fn poll_progress(&self) -> Option<Timestamp> {
        let plane = self.plane.poll_progress().into_iter();
        plane
            .chain(self.agents.poll_progress())
            .min_by_key(|at| at.micros())
    }

    /// What a call answers, once its changes are applied: JSON.
    #[must_use]
    pub fn respond(&self, handled: &Handled, inputs: &Inputs) -> Vec<u8> {
        self.plane.respond(handled, inputs)
    }

    /// Handles a call, applies what it changes and answers it: for those who keep no changes.
    ///
    /// # Errors
    ///
    /// The exception with which ECS answers.
    pub fn call(&mut self, call: &Call<'_>, inputs: &Inputs) -> Result<Vec<u8>, Exception> {
        let handled = self.plane.handle(call, inputs)?;
        if let Some(changes) = &handled.changes {
            self.apply(changes, inputs.now).map_err(words::server)?;
        }
        Ok(self.plane.respond(&handled, inputs))
    }
}
