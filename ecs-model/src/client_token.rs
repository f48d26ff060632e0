//! [`ClientTokens`]: requests that may come twice and shall have one effect.
//!
//! Source: API operation `RunTask`, member `clientToken`; API reference, ensuring idempotency.

use core::time::Duration;
use std::collections::BTreeMap;

use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use crate::digest::digest;
use crate::{Exception, ExceptionName, Request, Timestamp};

/// How long a token is known at most.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// How long a token is known after what it stands for is gone.
const AFTERWARDS: Duration = Duration::from_secs(3_600);

/// The client tokens that were used in a cluster, which is how far they reach.
///
/// A token is unique, case counts, and it is forgotten 24 hours after its first use, or one hour
/// after the last of the resources that it stands for is gone, whichever comes first. The request
/// that comes with it again has to be the same.
///
/// ```
/// use ecs_model::client_token::{ClientTokens, UsedToken};
/// use ecs_model::operation::RunTaskRequest;
/// use ecs_model::{ExceptionName, Timestamp};
///
/// let at = Timestamp::from_seconds;
/// let mut tokens = ClientTokens::default();
/// let web = RunTaskRequest::default().with_client_token("a").with_task_definition("web");
/// let alive = |_: &[String]| None;
/// assert_eq!(tokens.find("a", &web, at(0), alive)?, None);
/// tokens.insert("a", UsedToken::of(&web, ["task"], at(0)));
///
/// let known = tokens.find("a", &web, at(60), alive)?.expect("it was used");
/// assert_eq!(known.resources(), ["task"]);
/// let conflict = tokens.find("a", &web.clone().with_count(2), at(60), alive).unwrap_err();
/// assert_eq!(conflict.name(), Some(ExceptionName::Conflict));
/// assert_eq!(conflict.resource_ids(), ["task"]);
/// // The task has stopped, and an hour has passed.
/// assert_eq!(tokens.find("a", &web, at(3_700), |_| Some(at(100)))?, None);
/// # Ok::<(), ecs_model::Exception>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientTokens {
    format: Format<Self>,
    tokens: BTreeMap<String, UsedToken>,
}

impl Saved for ClientTokens {
    const NAME: &'static str = "client tokens";
    const VERSION: u32 = 1;
}

/// What a token was used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsedToken {
    digest: u64,
    resources: Vec<String>,
    at: Timestamp,
}

impl UsedToken {
    /// A token that comes with this request for the first time, and what was made for it.
    #[must_use]
    pub fn of<R: Request>(
        request: &R,
        resources: impl IntoIterator<Item = impl Into<String>>,
        at: Timestamp,
    ) -> Self {
        Self {
            digest: digest_of(request),
            resources: resources.into_iter().map(Into::into).collect(),
            at,
        }
    }

    /// The ARNs of what was made.
    #[must_use]
    pub fn resources(&self) -> &[String] {
        &self.resources
    }
}

impl ClientTokens {
    /// What the token was used for, if it was and is still known. `ended` says when the last of some
    /// resources was gone, or that one of them is there.
    ///
    /// # Errors
    ///
    /// `ConflictException`, with the resources, if the request was another one. AWS's words are not
    /// known.
    pub fn find<R: Request>(
        &self,
        token: &str,
        request: &R,
        now: Timestamp,
        ended: impl FnOnce(&[String]) -> Option<Timestamp>,
    ) -> Result<Option<&UsedToken>, Exception> {
        let Some(used) = self.tokens.get(token) else {
            return Ok(None);
        };
        let ended = ended(&used.resources);
        let is_over = ended.is_some_and(|at| at.saturating_add(AFTERWARDS) <= now);
        if is_over || used.is_old(now) {
            return Ok(None);
        }
        if used.digest == digest_of(request) {
            return Ok(Some(used));
        }
        let message = format!("the client token `{token}` was used for another request");
        Err(Exception::new(ExceptionName::Conflict, message).with_resource_ids(&used.resources))
    }

    /// Notes what a token is used for. Those of more than a day ago are forgotten.
    pub fn insert(&mut self, token: impl Into<String>, used: UsedToken) {
        let now = used.at;
        self.tokens.retain(|_, known| !known.is_old(now));
        self.tokens.insert(token.into(), used);
    }
}

impl UsedToken {
    fn is_old(&self, now: Timestamp) -> bool {
        self.at.saturating_add(LONGEST) <= now
    }
}

/// A request says the same with another token.
fn digest_of<R: Request>(request: &R) -> u64 {
    digest(request, &["clientToken"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::RunTaskRequest;

    #[test]
    fn a_day_is_the_longest() {
        let at = Timestamp::from_seconds;
        let request = RunTaskRequest::default().with_task_definition("web");
        let mut tokens = ClientTokens::default();
        tokens.insert("A", UsedToken::of(&request, ["task"], at(0)));
        let is_known = |tokens: &ClientTokens, token: &str, seconds| {
            let found = tokens.find(token, &request, at(seconds), |_| None);
            found.unwrap().is_some()
        };
        assert!(is_known(&tokens, "A", 86_399));
        assert!(!is_known(&tokens, "A", 86_400));
        assert!(!is_known(&tokens, "a", 1));
        tokens.insert("b", UsedToken::of(&request, ["other"], at(86_400)));
        assert_eq!(tokens.tokens.len(), 1);
        let saved = serde_json::to_string(&tokens).unwrap();
        assert_eq!(
            serde_json::from_str::<ClientTokens>(&saved).unwrap(),
            tokens
        );
    }

    #[test]
    fn it_ends_an_hour_after_what_it_stands_for() {
        let at = Timestamp::from_seconds;
        let request = RunTaskRequest::default().with_task_definition("web");
        let mut tokens = ClientTokens::default();
        tokens.insert("a", UsedToken::of(&request, ["task"], at(0)));
        let find = |seconds| {
            tokens
                .find("a", &request, at(seconds), |_| Some(at(100)))
                .unwrap()
        };
        assert!(find(3_699).is_some());
        assert!(find(3_700).is_none());
        let other = request.clone().with_count(2);
        let conflict = tokens.find("a", &other, at(1), |_| None).unwrap_err();
        assert_eq!(
            conflict.to_string(),
            "ConflictException: the client token `a` was used for another request"
        );
    }
}
