//! [`IntrospectionRequest`]: what is asked of the agent, and the answer.

use serde_json::{Value, json};

use super::{AgentMetadata, DockerId, IntrospectedTask, IntrospectedTasks};

/// What a path asks of the agent.
///
/// ```
/// use ecs_model::agent::{AgentMetadata, IntrospectedTasks, IntrospectionRequest};
///
/// let tasks: IntrospectedTasks =
///     serde_json::from_str(r#"{"Tasks": [{"Arn": "arn:a"}, {"Arn": "arn:b"}]}"#)?;
/// let request = IntrospectionRequest::parse("/v1/tasks?taskarn=arn%3Ab");
/// assert_eq!(request, IntrospectionRequest::TaskByArn("arn:b".to_owned()));
/// let answer = request.answer(&AgentMetadata::default(), &tasks);
/// assert_eq!((answer.status, answer.body.to_string()), (200, r#"{"Arn":"arn:b"}"#.to_owned()));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: Developer Guide, container agent introspection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IntrospectionRequest {
    /// `/v1/metadata`.
    Metadata,
    /// `/v1/tasks`.
    Tasks,
    /// `/v1/tasks?taskarn=`: one task, not a list.
    TaskByArn(String),
    /// `/v1/tasks?dockerid=`: the task of a container, not a list. What was asked for may be no
    /// id: then there is no such task.
    TaskByDockerId(String),
    /// `/v1/tasks` with both keys, which is refused.
    TwoKeys,
    /// `/license`.
    License,
    /// Any other path, which is answered with those that there are.
    Other,
}

/// The paths that the agent lists.
const PATHS: [&str; 3] = ["/v1/metadata", "/v1/tasks", "/license"];

/// An answer of the agent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct IntrospectionAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl IntrospectionRequest {
    /// Reads the path of a request with its query. An empty key counts as not given.
    #[must_use]
    pub fn parse(path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        match path {
            "/v1/metadata" => Self::Metadata,
            "/v1/tasks" => Self::of_tasks(query),
            "/license" => Self::License,
            _ => Self::Other,
        }
    }

    fn of_tasks(query: &str) -> Self {
        let value = |key: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let (_, value) = pairs.find(|(name, _)| decoded(name) == key)?;
            Some(decoded(value)).filter(|value| !value.is_empty())
        };
        match (value("taskarn"), value("dockerid")) {
            (Some(_), Some(_)) => Self::TwoKeys,
            (Some(arn), None) => Self::TaskByArn(arn),
            (None, Some(id)) => Self::TaskByDockerId(id),
            (None, None) => Self::Tasks,
        }
    }

    /// What the agent answers: 404 for a task that it does not have, 400 for two keys and for an
    /// id that several tasks have, each with an empty object. The text of the licence is not part
    /// of this library, so `/license` is answered with 501.
    #[must_use]
    pub fn answer(
        &self,
        metadata: &AgentMetadata,
        tasks: &IntrospectedTasks,
    ) -> IntrospectionAnswer {
        let listed = tasks.tasks();
        match self {
            Self::Metadata => ok(serde_json::to_value(metadata)),
            Self::Tasks => ok(serde_json::to_value(tasks)),
            Self::TaskByArn(arn) => {
                one(listed.iter().filter(|task| task.arn.as_ref() == Some(arn)))
            }
            Self::TaskByDockerId(id) => match DockerId::parse_short(id) {
                Ok(id) => one(listed.iter().filter(|task| task.has_container(&id))),
                Err(_) => empty(404),
            },
            Self::TwoKeys => empty(400),
            Self::License => empty(501),
            Self::Other => ok(Ok(json!({"AvailableCommands": PATHS}))),
        }
    }
}

fn ok(body: serde_json::Result<Value>) -> IntrospectionAnswer {
    match body {
        Ok(body) => IntrospectionAnswer { status: 200, body },
        Err(_) => empty(500),
    }
}

fn one<'a>(mut found: impl Iterator<Item = &'a IntrospectedTask>) -> IntrospectionAnswer {
    match (found.next(), found.next()) {
        (Some(task), None) => ok(serde_json::to_value(task)),
        (Some(_), Some(_)) => empty(400),
        (None, _) => empty(404),
    }
}

fn empty(status: u16) -> IntrospectionAnswer {
    IntrospectionAnswer {
        status,
        body: json!({}),
    }
}

/// A part of a query without its escapes; what is no escape stands for itself.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match after {
            [high, low, after @ ..] if *first == b'%' => hex(*high)
                .zip(hex(*low))
                .map(|(high, low)| (high * 16 + low, after)),
            _ => None,
        };
        let plain = match first {
            b'+' => b' ',
            first => *first,
        };
        let (byte, after) = escaped.unwrap_or((plain, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}
