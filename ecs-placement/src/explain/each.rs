//! Every reason of every instance.

use std::sync::Arc;

use hashbrown::HashMap;
use smallvec::SmallVec;

use super::marking::Marking;
use super::{Explanation, InstanceExplanation};
use crate::registration::natural;
use crate::snapshot::{LANES, Lane, State};
use crate::{Instance, PlacementRequest, Planner, Query, Reason, Snapshot, UnmetTerm, fits};

impl Snapshot {
    /// Why each instance does or does not take the task. Who asks often keeps a [`Planner`] and
    /// asks it.
    #[must_use]
    pub fn explain(&self, request: &PlacementRequest) -> Explanation {
        Planner::new().explain(self, request)
    }
}

impl Planner {
    /// Why each instance does or does not take the task: what [`Snapshot::explain`] says, by
    /// the attributes that this planner has sorted already.
    pub fn explain(&mut self, snapshot: &Snapshot, request: &PlacementRequest) -> Explanation {
        let state = snapshot.state();
        let mut instances = Vec::with_capacity(snapshot.len());
        let mut ranks = vec![0_u32; state.slots() as usize];
        for (instance, rank) in snapshot.instances().zip(0..) {
            if let Some(known) = ranks.get_mut(instance.place().slot as usize) {
                *known = rank;
            }
            instances.push(InstanceExplanation {
                arn: instance.shared_arn(),
                reasons: Vec::new(),
            });
        }
        let parts = self.parts(request.task(), state);
        let mut answers = Answers::new(self, state, request);
        let mut marking = Marking::new(state, request.task(), parts);
        for (chunk, page) in state.chunks().zip(0_u32..) {
            marking.mark(page as usize, chunk);
            for lane in marking.refusing() {
                let slot = page * LANES + lane;
                let Some(instance) = Instance::at(state, slot) else {
                    continue;
                };
                let rank = ranks.get(slot as usize).copied().unwrap_or(0);
                if let Some(known) = instances.get_mut(rank as usize) {
                    known.reasons = match marking.reasons_of(lane) {
                        Some(marks) => {
                            let mut reasons = Vec::with_capacity(marks.clone().count());
                            reasons.extend(marks.map(|reason| answers.of(reason, instance)));
                            reasons
                        }
                        None => fits::refusals(instance, request).collect(),
                    };
                }
            }
        }
        Explanation {
            instances,
            names_provider: request.capacity_provider().is_some(),
        }
    }
}

/// Reasons with what they found at single instances.
struct Answers<'a> {
    planner: &'a Planner,
    expressions: Vec<Terms<'a>>,
}

/// The comparisons of an expression that keep instances out, each once for instances with the
/// same values.
struct Terms<'a> {
    query: &'a Query,
    /// The columns that it asks for; `None` if it asks for more than attributes.
    columns: Option<Vec<usize>>,
    known: HashMap<SmallVec<[u32; 4]>, Arc<[UnmetTerm]>>,
}

impl<'a> Answers<'a> {
    fn new(planner: &'a mut Planner, state: &State, request: &'a PlacementRequest) -> Self {
        let queries = request.member_of().iter().filter(|query| !query.varies());
        let expressions = queries.map(|query| Terms {
            query,
            columns: planner.columns_of(query, state),
            known: HashMap::new(),
        });
        Self {
            expressions: expressions.collect(),
            planner,
        }
    }

    fn of(&mut self, reason: &Reason, instance: Instance<'_>) -> Reason {
        let numbers = instance.place().numbers().copied().unwrap_or_default();
        let Lane {
            cpu,
            memory,
            gpus,
            interfaces,
            ..
        } = numbers;
        match *reason {
            Reason::Cpu { needed, .. } => Reason::Cpu {
                needed,
                remaining: natural(cpu),
            },
            Reason::Memory { needed, .. } => Reason::Memory {
                needed,
                remaining: natural(memory),
            },
            Reason::Gpus { needed, .. } => Reason::Gpus {
                needed,
                remaining: natural(gpus.into()),
            },
            Reason::Interfaces { needed, .. } => Reason::Interfaces {
                needed,
                remaining: natural(interfaces.into()),
            },
            Reason::MemberOf { ref expression, .. } => Reason::MemberOf {
                expression: Arc::clone(expression),
                terms: self.terms(expression, instance),
            },
            ref other => other.clone(),
        }
    }

    fn terms(&mut self, expression: &Arc<str>, instance: Instance<'_>) -> Arc<[UnmetTerm]> {
        let mut expressions = self.expressions.iter_mut();
        let Some(terms) = expressions.find(|terms| terms.query.shared() == expression) else {
            return Arc::default();
        };
        let unmet = || Arc::from(terms.query.unmet(instance));
        let Some(columns) = &terms.columns else {
            return unmet();
        };
        let slot = instance.place().slot;
        let number = |column: &usize| self.planner.number(*column, slot);
        let numbers: SmallVec<[u32; 4]> = columns.iter().map(number).collect();
        Arc::clone(terms.known.entry(numbers).or_insert_with(unmet))
    }
}
