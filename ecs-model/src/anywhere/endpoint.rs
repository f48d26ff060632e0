//! The hosts that an external instance must reach.

use core::fmt;

use ecs_arn::{ArnError, Region};
use ecs_taskdef::Timestamp;

use super::date::Day;

/// A host that an external instance must reach, all connections being its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Endpoint {
    /// The host; `*` stands for any letters, digits and hyphens.
    pub host: String,
    /// What it is for.
    pub purpose: EndpointPurpose,
}

/// What an [`Endpoint`] is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum EndpointPurpose {
    /// Managing tasks.
    Tasks,
    /// Metrics of tasks and containers.
    Telemetry,
    /// The API of Amazon ECS.
    EcsApi,
    /// The API of Systems Manager.
    SystemsManager,
    /// Messages between Systems Manager and its agent.
    Messages,
    /// Channels of the Session Manager.
    SessionChannels,
}

/// The first part of the host, what it is for, and the day from which on the guide names it.
const ENDPOINTS: [(&str, EndpointPurpose, Day); 6] = [
    ("ecs-a-*", EndpointPurpose::Tasks, Day::LAUNCH),
    ("ecs-t-*", EndpointPurpose::Telemetry, Day::LAUNCH),
    ("ecs", EndpointPurpose::EcsApi, Day::LAUNCH),
    ("ssm", EndpointPurpose::SystemsManager, Day::GUIDE_2023),
    ("ec2messages", EndpointPurpose::Messages, Day::GUIDE_2023),
    (
        "ssmmessages",
        EndpointPurpose::SessionChannels,
        Day::GUIDE_2023,
    ),
];

/// The hosts of a Region that an external instance must reach, as the guide names them today.
///
/// ```
/// use ecs_model::anywhere::endpoints;
///
/// let endpoints = endpoints("us-west-2")?;
/// assert_eq!(endpoints.len(), 6);
/// assert_eq!(endpoints[0].host, "ecs-a-*.us-west-2.amazonaws.com");
/// assert!(endpoints[0].matches("ecs-a-1.us-west-2.amazonaws.com"));
/// # Ok::<(), ecs_arn::ArnError>(())
/// ```
///
/// # Errors
///
/// [`ArnError`] for what is no code of a Region.
pub fn endpoints(region: &str) -> Result<Vec<Endpoint>, ArnError> {
    named_from(region, |_| true)
}

/// The hosts of a Region that the guide named on a day. In 2021 it left out those of Systems
/// Manager, which were needed all the same.
///
/// # Errors
///
/// [`ArnError`] for what is no code of a Region.
pub fn endpoints_as_of(region: &str, date: Timestamp) -> Result<Vec<Endpoint>, ArnError> {
    let day = Day::of(date);
    named_from(region, |since| since == Day::LAUNCH || since <= day)
}

fn named_from(region: &str, is_named: impl Fn(Day) -> bool) -> Result<Vec<Endpoint>, ArnError> {
    let region = Region::parse(region)?;
    // Every partition that a Region's name leads to has a suffix.
    let suffix = region.partition().dns_suffix().unwrap_or("amazonaws.com");
    let endpoint = |(first, purpose, _): (&str, EndpointPurpose, Day)| Endpoint {
        host: format!("{first}.{region}.{suffix}"),
        purpose,
    };
    Ok(ENDPOINTS
        .into_iter()
        .filter(|(_, _, since)| is_named(*since))
        .map(endpoint)
        .collect())
}

impl Endpoint {
    /// Whether a host is this one or one of those that it stands for. Case does not count.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let Some((start, end)) = self.host.split_once('*') else {
            return self.host == host;
        };
        let middle = host
            .strip_prefix(start)
            .and_then(|rest| rest.strip_suffix(end));
        middle.is_some_and(|middle| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            !middle.is_empty() && middle.bytes().all(allowed)
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.host)
    }
}
