//! From phase to phase and from stage to stage.

use std::sync::Arc;

use ecs_model::deployment::rollout_reason;
use ecs_model::event::EventName;

use super::back::Way;
use super::phase::Phase;
use super::{
    NETWORK_LOAD_BALANCER_DELAY, Revision, ShiftAction, ShiftChange, ShiftStatus,
    ShiftingDeployment, Stage, Traffic,
};

impl ShiftingDeployment {
    /// Begins with the first stage.
    pub(super) fn start(&mut self) {
        self.times.started = Some(self.now);
        self.become_status(ShiftStatus::InProgress, None);
        let id = deployment_id(&self.target.arn);
        let reason = rollout_reason::in_progress(&id);
        self.tell(EventName::ServiceDeploymentInProgress, id, reason);
        let first = match self.sources.len() {
            0 | 1 => Stage::PreScaleUp,
            _ => Stage::ReconcileService,
        };
        self.enter_stage(first, 0);
    }

    /// Goes on as far as nothing has to be waited for.
    pub(super) fn advance(&mut self) {
        while self.is_under_way() {
            match self.current_phase() {
                Some(phase) if self.is_done(phase) => self.next_phase(),
                Some(_) => break,
                None => self.next_stage(),
            }
        }
    }

    pub(super) const fn is_under_way(&self) -> bool {
        matches!(
            self.status,
            ShiftStatus::InProgress | ShiftStatus::RollbackInProgress
        )
    }

    pub(super) fn current_phase(&self) -> Option<Phase> {
        let phases = match self.way {
            Way::Forward => Phase::of(self.stage?),
            Way::Back { .. } => Phase::BACK,
        };
        phases.get(self.phase).copied()
    }

    fn next_phase(&mut self) {
        self.phase = self.phase.saturating_add(1);
        if matches!(self.way, Way::Back { .. }) {
            self.entered_at = self.now;
        }
        self.enter_phase();
    }

    fn next_stage(&mut self) {
        let (Way::Forward, Some(stage)) = (&self.way, self.stage) else {
            return self.end_rollback();
        };
        let next = match stage {
            Stage::ReconcileService if self.only_reconciles => {
                self.times.finished = Some(self.now);
                return self.become_status(ShiftStatus::Successful, None);
            }
            Stage::ReconcileService => Stage::PreScaleUp,
            Stage::PreScaleUp => Stage::ScaleUp,
            Stage::ScaleUp => Stage::PostScaleUp,
            Stage::PostScaleUp => Stage::TestTrafficShift,
            Stage::TestTrafficShift => Stage::PostTestTrafficShift,
            Stage::PostTestTrafficShift => Stage::PreProductionTrafficShift,
            Stage::PreProductionTrafficShift => Stage::ProductionTrafficShift,
            Stage::ProductionTrafficShift if self.step < self.schedule.shifts() => {
                Stage::PreProductionTrafficShift
            }
            Stage::ProductionTrafficShift => Stage::PostProductionTrafficShift,
            Stage::PostProductionTrafficShift => Stage::BakeTime,
            Stage::BakeTime => Stage::CleanUp,
            Stage::CleanUp => return self.succeed(),
        };
        let step = match next {
            Stage::PreProductionTrafficShift => self.step.saturating_add(1),
            _ => self.step,
        };
        self.enter_stage(next, step);
    }

    fn enter_stage(&mut self, stage: Stage, step: u16) {
        self.stage = Some(stage);
        self.step = step;
        self.phase = 0;
        self.entered_at = self.now;
        self.calls.clear();
        let at = self.now;
        self.times.updated = at;
        self.changes
            .push_back(ShiftChange::Stage { stage, step, at });
        self.enter_phase();
    }

    pub(super) fn enter_phase(&mut self) {
        self.due = None;
        let Some(phase) = self.current_phase() else {
            return;
        };
        match phase {
            Phase::CallHooks(stage) => self.call_hooks(stage),
            Phase::AwaitHooks => {}
            Phase::ScaleServing => {
                let desired = self.desired_count;
                let serving = self.serving.and_then(|at| self.sources.get_mut(at));
                let asked = serving.and_then(|serving| serving.ask(desired));
                self.is_changed = asked.is_some();
                self.actions.extend(asked);
            }
            Phase::ScaleTarget => {
                let asked = self.target.ask(self.desired_count);
                self.actions.extend(asked);
            }
            Phase::ScaleOthersDown => self.scale_down(self.serving, true),
            Phase::ScaleSourcesDown => self.scale_down(None, false),
            Phase::ShiftTest => {
                let to = Arc::clone(&self.target.arn);
                self.shift_test(&to);
            }
            Phase::TestBack => {
                if let Some(to) = self.serving().map(|serving| Arc::clone(&serving.arn)) {
                    self.shift_test(&to);
                }
            }
            Phase::ShiftProduction => {
                let weight = self.schedule.weight(self.step);
                let split =
                    |source: &Revision| Traffic::split(&self.target.arn, weight, &source.arn);
                let traffic = self.serving().map(split);
                self.shift_production(traffic);
            }
            Phase::ProductionBack => {
                let all = |serving: &Revision| {
                    let all = self.revisions().map(|revision| Arc::clone(&revision.arn));
                    Traffic::all_to(&serving.arn, all)
                };
                let traffic = self.serving().map(all);
                self.shift_production(traffic);
            }
            Phase::NetworkDelay if self.is_changed && self.has_network_load_balancer => {
                self.due = Some(self.now.saturating_add(NETWORK_LOAD_BALANCER_DELAY));
            }
            Phase::StepBake if self.step < self.schedule.shifts() => {
                self.due = Some(self.now.saturating_add(self.schedule.step_bake()));
            }
            Phase::NetworkDelay | Phase::StepBake => {}
            Phase::Bake => self.due = Some(self.now.saturating_add(self.schedule.bake())),
        }
    }

    pub(super) fn is_done(&self, phase: Phase) -> bool {
        match phase {
            Phase::CallHooks(_) => true,
            Phase::AwaitHooks => !self.calls.iter().any(|call| call.is_open()),
            Phase::ScaleServing => {
                let is_there = |serving: &Revision| serving.tasks.healthy >= self.desired_count;
                // On the way back a source that was not scaled down gets its traffic at once. One
                // that was never deployed successfully may never be healthy.
                let waits = match self.way {
                    Way::Forward => self.candidate().is_some(),
                    Way::Back { .. } => self.is_changed,
                };
                !waits || self.serving().is_none_or(is_there)
            }
            Phase::ScaleTarget => self.target.tasks.healthy >= self.desired_count,
            Phase::ScaleOthersDown => {
                let serving = self.serving;
                let sources = self.sources.iter().enumerate();
                let mut others = sources.filter(|(at, _)| Some(*at) != serving);
                others.all(|(_, other)| other.tasks.total() == 0) && self.target.tasks.total() == 0
            }
            Phase::ScaleSourcesDown => self.sources.iter().all(|source| source.tasks.total() == 0),
            Phase::ShiftTest | Phase::TestBack | Phase::ShiftProduction | Phase::ProductionBack => {
                !self.is_unconfirmed
            }
            Phase::NetworkDelay | Phase::StepBake | Phase::Bake => {
                self.due.is_none_or(|due| due <= self.now)
            }
        }
    }

    fn scale_down(&mut self, except: Option<usize>, with_target: bool) {
        let sources = self.sources.iter_mut().enumerate();
        let others = sources.filter(|(at, _)| Some(*at) != except);
        let target = with_target.then_some(&mut self.target);
        let all = others.map(|(_, source)| source).chain(target);
        self.actions.extend(all.filter_map(Revision::ask_for_none));
    }

    fn shift_test(&mut self, to: &Arc<str>) {
        let others = self.revisions().map(|revision| Arc::clone(&revision.arn));
        let traffic = Traffic::all_to(to, others);
        let known = self.test.as_ref();
        self.is_changed = known.is_some_and(|known| !known.is_like(&traffic));
        if self.is_changed {
            self.test = Some(traffic.clone());
            self.is_unconfirmed = true;
            self.actions.push_back(ShiftAction::ShiftTest { traffic });
        }
    }

    /// Nothing is shifted at the first deployment of a service: all traffic goes to its target.
    fn shift_production(&mut self, traffic: Option<Traffic>) {
        let traffic = traffic.filter(|traffic| !traffic.is_like(&self.production));
        self.is_changed = traffic.is_some();
        let Some(traffic) = traffic else {
            return;
        };
        self.production = traffic.clone();
        if self.is_headless {
            self.tell_production();
        } else {
            self.is_unconfirmed = true;
            self.actions
                .push_back(ShiftAction::ShiftProduction { traffic });
        }
    }

    pub(super) fn tell_production(&mut self) {
        self.times.updated = self.now;
        self.changes.push_back(ShiftChange::ProductionTraffic {
            traffic: self.production.clone(),
            at: self.now,
        });
    }

    pub(super) fn succeed(&mut self) {
        self.times.finished = Some(self.now);
        self.target.is_successful = true;
        self.become_status(ShiftStatus::Successful, None);
        let id = deployment_id(&self.target.arn);
        let reason = rollout_reason::completed(&id);
        self.tell(EventName::ServiceDeploymentCompleted, id, reason);
    }
}

impl Revision {
    /// Asks for that many tasks, if that is not what was asked for.
    pub(super) fn ask(&mut self, tasks: u32) -> Option<ShiftAction> {
        (self.requested != tasks).then(|| {
            self.requested = tasks;
            ShiftAction::Scale {
                revision: Arc::clone(&self.arn),
                tasks,
            }
        })
    }

    /// Asks for no task of a revision that has some, or was asked to.
    pub(super) fn ask_for_none(&mut self) -> Option<ShiftAction> {
        let has_tasks = self.requested > 0 || self.tasks.total() > 0;
        has_tasks.then(|| {
            self.requested = 0;
            ShiftAction::Scale {
                revision: Arc::clone(&self.arn),
                tasks: 0,
            }
        })
    }
}

/// The id of the deployment of a service revision: both end with the same number.
pub(super) fn deployment_id(revision: &str) -> String {
    let number = revision.rsplit('/').next().unwrap_or(revision);
    format!("ecs-svc/{number}")
}
