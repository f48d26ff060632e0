//! Planning: choose instances for copies of a task.

use ecs_model::Failure;

use crate::strategy::{Random, select};
use crate::{Claim, Explanation, PlacementRequest, Snapshot, Transaction, fits};

/// A transaction to commit, and what could not be planned.
#[derive(Debug, Clone)]
#[must_use = "nothing is placed before the transaction is committed"]
pub struct Plan {
    transaction: Transaction,
    unplaced: u32,
    after: Snapshot,
}

impl Plan {
    /// Chooses instances for `count` copies, one after the other, each in view of those before.
    ///
    /// The same snapshot, request, count and seed give the same plan.
    ///
    /// ```
    /// use ecs_placement::{CellState, CommitPolicy, PlacementRequest, Plan};
    /// use ecs_taskdef::TaskDefinition;
    /// # use ecs_model::{ContainerInstance, Resource};
    ///
    /// let mut cell = CellState::new();
    /// # let instance = ContainerInstance::default()
    /// #     .with_container_instance_arn("arn:aws:ecs:us-east-1:123456789012:container-instance/a")
    /// #     .with_status("ACTIVE")
    /// #     .with_agent_connected(true)
    /// #     .with_registered_resources([Resource::integer("CPU", 1_024), Resource::integer("MEMORY", 1_024)]);
    /// cell.register(&instance)?;
    /// let big: TaskDefinition = serde_json::from_str(r#"{
    ///     "family": "big",
    ///     "containerDefinitions": [{"name": "big", "image": "big", "memory": 1000}]
    /// }"#)?;
    /// let request = PlacementRequest::new(&big)?;
    /// let plan = Plan::new(&cell.snapshot(), &request, 2, 7);
    /// assert_eq!(plan.unplaced(), 1);
    /// assert_eq!(
    ///     plan.explain().instances()[0].to_string(),
    ///     "arn:aws:ecs:us-east-1:123456789012:container-instance/a: \
    ///      needs 1000 MiB of memory, 24 are left",
    /// );
    /// let commit = cell.commit(plan.transaction(), CommitPolicy::Partial);
    /// assert_eq!(commit.placed.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(snapshot: &Snapshot, request: &PlacementRequest, count: u32, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut plan = Self::empty(snapshot, request, seed);
        for placed in 0..count {
            let candidates: Vec<_> = plan
                .after
                .instances()
                .filter(|instance| fits::fits(instance, request))
                .collect();
            let chosen = select(candidates, plan.after.instances(), request, &mut random);
            let Some(instance) = chosen.map(|instance| instance.shared_arn()) else {
                plan.unplaced = count - placed;
                break;
            };
            plan.claim(Claim::new(instance));
        }
        plan
    }

    pub(crate) fn empty(snapshot: &Snapshot, request: &PlacementRequest, seed: u64) -> Self {
        let transaction = Transaction {
            version: snapshot.version(),
            request: request.clone(),
            claims: Vec::new(),
            seed,
        };
        Self {
            transaction,
            unplaced: 0,
            after: snapshot.clone(),
        }
    }

    pub(crate) fn claim(&mut self, claim: Claim) {
        let request = &self.transaction.request;
        let (needs, group) = (request.shared_requirements(), request.shared_group());
        self.after
            .change(claim.instance(), |instance| instance.take(&needs, &group));
        self.transaction.claims.push(claim);
    }

    /// What to commit.
    #[must_use]
    pub fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// How many copies found no instance.
    #[must_use]
    pub fn unplaced(&self) -> u32 {
        self.unplaced
    }

    /// Why each instance does not take one more copy, the planned ones being placed.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        self.after.explain(&self.transaction.request)
    }

    /// The failures that the API would report: none if every copy found an instance.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure> {
        match self.unplaced {
            0 => Vec::new(),
            _ => self.explain().failures(),
        }
    }

    pub(crate) fn after(&self) -> &Snapshot {
        &self.after
    }
}
