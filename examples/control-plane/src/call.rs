//! What goes into a call and what comes out.

use std::sync::Arc;

use ecs_model::{Exception, Timestamp};
use serde::Serialize;

use crate::{Changes, Owner};

/// A call of the API.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The name of the operation, such as `RunTask`.
    pub operation: &'a str,
    /// The request: JSON.
    pub body: &'a [u8],
}

/// What a call depends on besides its request.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The time.
    pub now: Timestamp,
    /// Where ids and chance come from; another one for each call.
    pub seed: u64,
    /// Whose call it is, and in which Region.
    pub owner: Owner,
    /// The ARN of who calls.
    pub caller: Arc<str>,
}

/// A call that was decided. Nothing has changed.
#[derive(Clone, Debug)]
#[must_use = "nothing has changed before the changes are applied"]
pub struct Handled {
    /// What changes, if something does.
    pub changes: Option<Changes>,
    pub(crate) response: Response,
}

/// What a call answers once its changes are applied.
#[derive(Clone, Debug)]
pub(crate) enum Response {
    /// This.
    Body(Vec<u8>),
    /// The service of a cluster, as it is then.
    Service { cluster: Arc<str>, name: Arc<str> },
    /// A container instance of a cluster, as it is then.
    Instance {
        cluster: Arc<str>,
        instance: Arc<str>,
    },
    /// Container instances of a cluster, as they are then, beside what failed.
    Instances {
        cluster: Arc<str>,
        instances: Vec<Arc<str>>,
        failures: Vec<ecs_model::Failure>,
    },
    /// A task of a cluster, as it is then.
    Task { cluster: Arc<str>, task: Arc<str> },
    /// Tasks of a cluster, as they are then, beside what failed.
    Tasks {
        cluster: Arc<str>,
        tasks: Vec<Arc<str>>,
        failures: Vec<ecs_model::Failure>,
    },
    /// A task set of a service, as it is then.
    TaskSet {
        cluster: Arc<str>,
        service: Arc<str>,
        before: Box<ecs_model::TaskSet>,
    },
    /// A cluster, as it is then.
    Cluster { cluster: Arc<str> },
}

impl Handled {
    /// An answer that is known, to a call that changes nothing.
    pub(crate) fn answer(response: &impl Serialize) -> Result<Self, Exception> {
        Ok(Self {
            changes: None,
            response: Response::Body(body(response)),
        })
    }

    /// An answer that is known already.
    pub(crate) fn with_changes(mut self, changes: Option<Changes>) -> Self {
        self.changes = changes;
        self
    }

    pub(crate) const fn new(changes: Option<Changes>, response: Response) -> Self {
        Self { changes, response }
    }
}

/// What the API's shapes hold is always JSON.
pub(crate) fn body(response: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(response).unwrap_or_default()
}
