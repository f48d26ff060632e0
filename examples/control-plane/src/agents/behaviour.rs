//! [`Behaviours`]: what images do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What images do, by their names as task definitions have them; `*` is every other one.
///
/// ```
/// use control_plane::agents::Behaviours;
///
/// let behaviours: Behaviours = serde_json::from_str(r#"{
///     "batch": {"exit": {"code": 0, "afterSeconds": 5}},
///     "missing": {"pullError": "manifest unknown"},
///     "stubborn": {"ignoresSigterm": true}
/// }"#)?;
/// assert!(behaviours.of("stubborn").ignores_sigterm);
/// assert!(behaviours.of("nginx").exit.is_none());
/// let wrong = serde_json::from_str::<Behaviours>(r#"{"batch": {"exits": 1}}"#);
/// assert!(wrong.is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Behaviours(BTreeMap<String, Behaviour>);

/// What an image does. Times are in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Behaviour {
    /// How long it is pulled.
    pub pull_seconds: u64,
    /// It cannot be pulled, which the registry says in these words.
    pub pull_error: Option<String>,
    /// How long it takes to start.
    pub start_seconds: u64,
    /// It cannot be started, which the runtime says in these words.
    pub start_error: Option<String>,
    /// It ends by itself.
    pub exit: Option<Exit>,
    /// How long after its start its health check fails.
    pub unhealthy_after_seconds: Option<u64>,
    /// How long after its registration the target groups find it unhealthy.
    pub target_unhealthy_after_seconds: Option<u64>,
    /// It goes on when it is asked to end, and has to be killed.
    pub ignores_sigterm: bool,
}

/// How an image ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Exit {
    /// Its exit code.
    pub code: i32,
    /// How long after its start.
    #[serde(default)]
    pub after_seconds: u64,
}

impl Default for Behaviour {
    /// It is pulled in one second, starts at once and stays.
    fn default() -> Self {
        Self {
            pull_seconds: 1,
            pull_error: None,
            start_seconds: 0,
            start_error: None,
            exit: None,
            unhealthy_after_seconds: None,
            target_unhealthy_after_seconds: None,
            ignores_sigterm: false,
        }
    }
}

impl Behaviours {
    /// What an image does.
    #[must_use]
    pub fn of(&self, image: &str) -> Behaviour {
        let known = self.0.get(image).or_else(|| self.0.get("*"));
        known.cloned().unwrap_or_default()
    }
}
