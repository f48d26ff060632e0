//! Whether a transaction is placed, before anything changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::CellState;
use super::tasks::Name;
use crate::transaction::Few;
use crate::{
    Change, Claim, Commit, CommitError, CommitPolicy, Conflict, Decision, Instance, Placed,
    PlacementRequest, Reason, Totals, Transaction, fits,
};

/// What would come of a transaction.
struct Outcome {
    /// Tasks and the slots that they go to.
    placed: Few<(Name, u32)>,
    conflicts: Vec<Conflict>,
    /// Claims that no longer fitted.
    refused: u32,
    moved: u32,
}

impl CellState {
    /// Places the tasks of a transaction that still fit, as the policy says. A token is used
    /// once: a second commit of the transaction changes nothing and answers what the first did,
    /// until the token is [forgotten](Self::forget). A commit that places nothing leaves no
    /// trace, and may be tried again.
    ///
    /// # Errors
    ///
    /// Another transaction was committed under the token, or a task is in the cell already; the
    /// cell has not changed then.
    pub fn commit(
        &mut self,
        transaction: &Transaction,
        policy: CommitPolicy,
    ) -> Result<Commit, CommitError> {
        if let Some(done) = self.done(transaction)? {
            return Ok(done);
        }
        let outcome = self.outcome(transaction, policy)?;
        self.count(&outcome);
        let counts = (outcome.moved, outcome.refused);
        let commit = self.answer(counts, &outcome.placed, outcome.conflicts);
        if !outcome.placed.is_empty() {
            let request = transaction.request();
            for (task, slot) in outcome.placed {
                self.place(task, &request.task().needs, &request.task().group, slot);
            }
            self.remember(transaction.shared_token(), &commit);
        }
        Ok(commit)
    }

    /// Plans a request on the cell as it is, and commits the plan: no other scheduler comes in
    /// between.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit), and fewer names than tasks that are placed.
    pub fn run<T: Into<Arc<str>>>(
        &mut self,
        request: &PlacementRequest,
        seed: u64,
        token: impl Into<Arc<str>>,
        tasks: impl IntoIterator<Item = T>,
    ) -> Result<Commit, CommitError> {
        let plan = self.planner.plan(&self.snapshot(), request, seed);
        let transaction = plan.into_transaction(token, tasks)?;
        self.commit(&transaction, CommitPolicy::Partial)
    }

    /// What a commit would answer, and the change that makes it so, if there is one. The cell
    /// stays as it is: whoever orders the records of several processes decides whether the
    /// change becomes the [next record](Self::record).
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit).
    pub fn decide(
        &mut self,
        transaction: &Transaction,
        policy: CommitPolicy,
    ) -> Result<Decision, CommitError> {
        if let Some(commit) = self.done(transaction)? {
            return Ok(Decision {
                commit,
                change: None,
            });
        }
        let outcome = self.outcome(transaction, policy)?;
        let counts = (outcome.moved, outcome.refused);
        let commit = self.answer(counts, &outcome.placed, outcome.conflicts);
        let request = transaction.request();
        let change = (!outcome.placed.is_empty()).then(|| Change::Commit {
            token: Arc::clone(transaction.shared_token()),
            group: Arc::clone(&request.task().group),
            needs: request.needs().clone(),
            commit: commit.clone(),
        });
        Ok(Decision { commit, change })
    }

    /// What was committed under the token, if it was this transaction.
    fn done(&self, transaction: &Transaction) -> Result<Option<Commit>, CommitError> {
        let Some(done) = self.commits.get(transaction.token()) else {
            return Ok(None);
        };
        let known: BTreeSet<_> = done.tasks().collect();
        let mut claims = transaction.named_claims();
        let is_same = known.len() == claims.len() && claims.all(|(_, task)| known.contains(task));
        match is_same {
            true => Ok(Some(done.clone())),
            false => Err(CommitError::TokenReused {
                token: transaction.token().to_owned(),
            }),
        }
    }

    fn outcome(
        &mut self,
        transaction: &Transaction,
        policy: CommitPolicy,
    ) -> Result<Outcome, CommitError> {
        let names = self.names(transaction)?;
        let claims = transaction.named_claims();
        let mut outcome = Outcome {
            placed: Few::with_capacity(claims.len()),
            conflicts: Vec::new(),
            refused: 0,
            moved: 0,
        };
        let mut taken: BTreeMap<u32, u32> = BTreeMap::new();
        for ((claim, _), name) in claims.zip(names) {
            self.examine(transaction, (claim, name), &mut taken, &mut outcome);
        }
        outcome.refused = u32::try_from(outcome.conflicts.len()).unwrap_or(u32::MAX);
        match policy {
            CommitPolicy::AllOrNothing if outcome.refused > 0 => outcome.placed.clear(),
            CommitPolicy::Rebase if outcome.refused > 0 => self.rebase(transaction, &mut outcome),
            _ => {}
        }
        Ok(outcome)
    }

    /// Looks whether a claim still fits beside those that are `taken` already.
    fn examine(
        &self,
        transaction: &Transaction,
        (claim, name): (&Claim, Name),
        taken: &mut BTreeMap<u32, u32>,
        outcome: &mut Outcome,
    ) {
        let slot = claim.find(&self.state);
        let place = slot.and_then(|slot| self.state.place(slot));
        let numbers = place.and_then(|place| place.numbers());
        let has_moved = !transaction.is_of(&self.state)
            || numbers.is_none_or(|free| free.changed != claim.version());
        outcome.moved = outcome.moved.saturating_add(u32::from(has_moved));
        let already = slot.and_then(|slot| taken.get(&slot)).copied().unwrap_or(0);
        let task = transaction.request().task();
        // What has not changed since it was planned fits as it did.
        let fits =
            !has_moved || place.is_some_and(|place| fits::fits(&self.state, place, task, already));
        match slot.filter(|_| fits) {
            Some(slot) => {
                outcome.placed.push((name, slot));
                if transaction.named_claims().len() > 1 {
                    taken.insert(slot, already.saturating_add(1));
                }
            }
            None => {
                let conflict = self.conflict(claim, name.text(), transaction.request(), already);
                outcome.conflicts.push(conflict);
            }
        }
    }

    /// Chooses other instances for what no longer fits.
    fn rebase(&mut self, transaction: &Transaction, outcome: &mut Outcome) {
        let taken: Vec<u32> = outcome.placed.iter().map(|(_, slot)| *slot).collect();
        let (request, seed) = (transaction.request(), transaction.seed());
        let slots = self
            .planner
            .choose(&self.state, request, outcome.refused, seed, &taken);
        let found = outcome.conflicts.drain(..slots.len());
        let again = found
            .map(|conflict| self.tasks.name(&conflict.task))
            .zip(slots);
        outcome.placed.extend(again);
    }

    /// The names of the tasks, of which none may be there already, or twice.
    fn names(&self, transaction: &Transaction) -> Result<Few<Name>, CommitError> {
        let claims = transaction.named_claims();
        let mut seen = BTreeSet::new();
        let mut names = Few::with_capacity(claims.len());
        let is_several = claims.len() > 1;
        for (_, task) in claims {
            let name = self.tasks.name(task);
            if self.tasks.contains(&name) || is_several && !seen.insert(task) {
                return Err(CommitError::TaskExists {
                    task: task.to_string(),
                });
            }
            names.push(name);
        }
        Ok(names)
    }

    fn conflict(
        &self,
        claim: &Claim,
        task: &Arc<str>,
        request: &PlacementRequest,
        already: u32,
    ) -> Conflict {
        let instance = claim
            .find(&self.state)
            .and_then(|slot| Instance::at(&self.state, slot));
        let reasons = match instance {
            Some(instance) => fits::refusals_after(instance, request, already).collect(),
            None => vec![Reason::Missing],
        };
        Conflict {
            task: Arc::clone(task),
            instance: Arc::clone(claim.shared_instance()),
            reasons,
        }
    }

    fn answer(
        &self,
        counts: (u32, u32),
        placed: &[(Name, u32)],
        conflicts: Vec<Conflict>,
    ) -> Commit {
        let named = placed.iter().filter_map(|(task, slot)| {
            let registration = self.state.place(*slot)?.registration()?;
            Some(Placed {
                task: Arc::clone(task.text()),
                instance: Arc::clone(&registration.arn),
            })
        });
        let version = self.version().saturating_add(u64::from(!placed.is_empty()));
        Commit::new(version, counts, named, conflicts)
    }

    fn count(&mut self, outcome: &Outcome) {
        let Totals {
            commits,
            placed,
            conflicts,
            moved,
            unplaced,
        } = &mut self.totals;
        *commits = commits.saturating_add(1);
        *placed = placed.saturating_add(outcome.placed.len() as u64);
        *conflicts = conflicts.saturating_add(outcome.refused.into());
        *moved = moved.saturating_add(outcome.moved.into());
        *unplaced = unplaced.saturating_add(outcome.conflicts.len() as u64);
    }
}
