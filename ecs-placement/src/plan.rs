//! Instances chosen for copies of a task.

use std::sync::Arc;

use ecs_model::Failure;

use crate::snapshot::{NO_GROUP, State};
use crate::transaction::Few;
use crate::{
    Claim, Explanation, PlacementRequest, Planner, Snapshot, Transaction, TransactionError,
};

/// The instances that a scheduler has chosen, and what it found none for.
#[derive(Debug, Clone)]
#[must_use = "nothing is placed before the transaction is committed"]
pub struct Plan {
    request: PlacementRequest,
    seed: u64,
    version: u64,
    lineage: Arc<()>,
    claims: Few<Claim>,
    unplaced: u32,
    /// The cell with the claims placed, if copies are left over.
    after: Option<Snapshot>,
}

impl Plan {
    /// Chooses instances for the copies of a request, one after the other, each in view of those
    /// before.
    ///
    /// The same snapshot, request and seed give the same plan. A scheduler that plans again and
    /// again keeps a [`Planner`].
    ///
    /// ```
    /// use ecs_placement::{CellState, CommitPolicy, PlacementRequest, Plan};
    /// use ecs_taskdef::TaskDefinition;
    /// # use ecs_model::{ContainerInstance, Resource};
    /// # use ecs_placement::Registration;
    ///
    /// let mut cell = CellState::new();
    /// # let instance = ContainerInstance::default()
    /// #     .with_container_instance_arn("arn:aws:ecs:us-east-1:123456789012:container-instance/a")
    /// #     .with_status("ACTIVE")
    /// #     .with_agent_connected(true)
    /// #     .with_registered_resources([Resource::integer("CPU", 1_024), Resource::integer("MEMORY", 1_024)]);
    /// cell.register(&Registration::try_from(&instance)?);
    /// let big: TaskDefinition = serde_json::from_str(r#"{
    ///     "family": "big",
    ///     "containerDefinitions": [{"name": "big", "image": "big", "memory": 1000}]
    /// }"#)?;
    /// let request = PlacementRequest::new(&big)?.with_count(2);
    /// let plan = Plan::new(&cell.snapshot(), &request, 7);
    /// assert_eq!(plan.unplaced(), 1);
    /// assert_eq!(
    ///     plan.failures()[0].detail.as_deref(),
    ///     Some("needs 1000 MiB of memory, 24 are left"),
    /// );
    /// let transaction = plan.into_transaction("run-1", ["arn:aws:ecs:us-east-1:123456789012:task/1"])?;
    /// let commit = cell.commit(&transaction, CommitPolicy::Partial)?;
    /// assert_eq!(commit.placed().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(snapshot: &Snapshot, request: &PlacementRequest, seed: u64) -> Self {
        Planner::new().plan(snapshot, request, seed)
    }

    pub(crate) fn of(
        snapshot: &Snapshot,
        request: &PlacementRequest,
        seed: u64,
        slots: &[u32],
    ) -> Self {
        let state = snapshot.state();
        let claims = slots.iter().filter_map(|slot| Claim::on(state, *slot));
        let claimed = u32::try_from(slots.len()).unwrap_or(u32::MAX);
        let unplaced = request.count().saturating_sub(claimed);
        let after = || with_claims(state, request, slots);
        Self {
            request: request.clone(),
            seed,
            version: state.version(),
            lineage: Arc::clone(state.lineage()),
            claims: claims.collect(),
            unplaced,
            after: (unplaced > 0).then(after),
        }
    }

    /// What was asked for.
    #[must_use]
    pub fn request(&self) -> &PlacementRequest {
        &self.request
    }

    /// The instances that were chosen, one for each copy.
    #[must_use]
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// How many copies found no instance.
    #[must_use]
    pub fn unplaced(&self) -> u32 {
        self.unplaced
    }

    /// Why each instance does not take one more copy, the planned ones being placed; `None` if
    /// every copy found an instance.
    #[must_use]
    pub fn explain(&self) -> Option<Explanation> {
        let after = self.after.as_ref()?;
        Some(after.explain(&self.request))
    }

    /// The failures that the API would report: none if every copy found an instance.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure> {
        self.explain()
            .map(|explanation| explanation.failures())
            .unwrap_or_default()
    }

    /// What to commit. The caller names the transaction by a token, under which it is committed
    /// once, and each task: by its ARN, if it has one already.
    ///
    /// # Errors
    ///
    /// Fewer names than claims. What is more is not taken.
    pub fn into_transaction<T: Into<Arc<str>>>(
        self,
        token: impl Into<Arc<str>>,
        tasks: impl IntoIterator<Item = T>,
    ) -> Result<Transaction, TransactionError> {
        let tasks = tasks.into_iter().map(Into::into);
        Transaction::new(
            token.into(),
            (self.request, self.seed),
            (self.version, self.lineage),
            self.claims,
            tasks,
        )
    }
}

/// The cell as it would be.
fn with_claims(state: &Arc<State>, request: &PlacementRequest, slots: &[u32]) -> Snapshot {
    let mut after = state.fork();
    let is_it = |name: Option<&Arc<str>>| name.is_some_and(|name| **name == *request.group());
    let names = || after.group_names();
    let known = names()
        .position(is_it)
        .or_else(|| names().position(|name| name.is_none()));
    let group = known.unwrap_or_else(|| names().count());
    let group = u32::try_from(group).unwrap_or(NO_GROUP - 1);
    after.name_group(group, Some(Arc::clone(&request.task().group)));
    for slot in slots {
        let place = after.place(*slot);
        let held = place.and_then(|place| request.needs().on(place));
        after.take(*slot, held.as_ref().unwrap_or(request.needs()), group, true);
    }
    Snapshot::of(&Arc::new(after))
}
