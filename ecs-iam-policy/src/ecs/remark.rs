//! What is odd about a request, though it can be decided.

use std::fmt;

use ecs_arn::{ArnRef, EcsArn};
use serde::Serialize;

use super::request::EcsRequest;

/// An ARN in a request that does not belong where the request goes to: Amazon ECS answers such a
/// request with an error, whatever the policies say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EcsRemark {
    /// The ARN.
    pub arn: String,
    /// In what it differs.
    pub part: EcsRemarkPart,
    /// What it has there.
    pub found: String,
    /// What the request has there.
    pub expected: String,
}

/// In what an ARN differs from the request it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EcsRemarkPart {
    /// It is of another service.
    Service,
    /// It is in another Region.
    Region,
    /// It is of another account.
    Account,
    /// It is of another cluster.
    Cluster,
}

impl fmt::Display for EcsRemark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            arn,
            part,
            found,
            expected,
        } = self;
        let name = match part {
            EcsRemarkPart::Service => "service",
            EcsRemarkPart::Region => "Region",
            EcsRemarkPart::Account => "account",
            EcsRemarkPart::Cluster => "cluster",
        };
        write!(
            formatter,
            "the {name} of `{arn}` is `{found}`, and that of the request `{expected}`"
        )
    }
}

impl EcsRequest {
    /// The ARNs that do not belong where the request goes to: of another service, Region,
    /// account or cluster, in their order. It is decided all the same.
    ///
    /// ```
    /// use ecs_arn::Scope;
    /// use ecs_iam_policy::ecs::EcsRequest;
    ///
    /// let scope = Scope::new("us-east-1", "123456789012")?;
    /// let task = "arn:aws:ecs:eu-west-1:123456789012:task/prod/1abf";
    /// let request = EcsRequest::stop_task(&scope, "prod", task)?;
    /// assert_eq!(
    ///     request.remarks()[0].to_string(),
    ///     "the Region of `arn:aws:ecs:eu-west-1:123456789012:task/prod/1abf` is `eu-west-1`, \
    ///      and that of the request `us-east-1`",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn remarks(&self) -> Vec<EcsRemark> {
        let mut remarks = Vec::new();
        let cluster = self.context.get("ecs:cluster");
        let cluster = cluster.and_then(|cluster| cluster.single());
        let given = self.resources.iter().map(|asked| asked.arn.as_str());
        for arn in given.chain(cluster) {
            self.remark_place(arn, "ecs", &mut remarks);
            self.remark_cluster(arn, cluster, &mut remarks);
        }
        for role in &self.roles {
            self.remark_place(&role.arn, "iam", &mut remarks);
        }
        remarks
    }

    fn remark_place(&self, text: &str, service: &str, remarks: &mut Vec<EcsRemark>) {
        let Ok(arn) = ArnRef::parse(text) else {
            return;
        };
        let region = arn.region().filter(|region| !region.is_empty());
        let account = arn.account().filter(|account| !account.is_empty());
        let parts = [
            (EcsRemarkPart::Service, Some(arn.service()), service),
            (EcsRemarkPart::Region, region, &self.place.region),
            (EcsRemarkPart::Account, account, &self.place.account),
        ];
        remarks.extend(parts.into_iter().filter_map(|(part, found, expected)| {
            let found = found.filter(|found| *found != expected)?;
            Some(remark(text, part, found, expected))
        }));
    }

    fn remark_cluster(&self, text: &str, cluster: Option<&str>, remarks: &mut Vec<EcsRemark>) {
        if let (Some(found), Some(expected)) = (cluster_of(text), cluster.and_then(cluster_of))
            && found != expected
        {
            remarks.push(remark(text, EcsRemarkPart::Cluster, found, expected));
        }
    }
}

fn cluster_of(arn: &str) -> Option<&str> {
    EcsArn::parse(arn).ok()?.resource().cluster()
}

fn remark(arn: &str, part: EcsRemarkPart, found: &str, expected: &str) -> EcsRemark {
    EcsRemark {
        arn: arn.to_owned(),
        part,
        found: found.to_owned(),
        expected: expected.to_owned(),
    }
}
