//! The requests that a call to Amazon ECS is decided by.

use super::request::{EcsRequest, PassedRole};
use crate::principal::Principal;
use crate::request::Request;

/// Keys that speak of what Amazon ECS is asked for, by their start. All others hold for every
/// request that a call leads to.
const OF_THE_CALL: [&str; 4] = ["ecs:", "aws:RequestTag/", "aws:TagKeys", "aws:ResourceTag/"];

fn starts_with_ignore_case(text: &str, start: &str) -> bool {
    let head = text.split_at_checked(start.len());
    head.is_some_and(|(head, _)| head.eq_ignore_ascii_case(start))
}

impl EcsRequest {
    /// The requests to decide, all of which must be allowed: that of the action, then
    /// `ecs:TagResource` where it creates something with tags, then `iam:PassRole` for each role
    /// passed on. Keys that follow from the principal are in them.
    ///
    /// Source: Amazon ECS Developer Guide, "Grant permission to tag resources on creation"; IAM
    /// User Guide, "Grant a user permissions to pass a role to an AWS service".
    #[must_use]
    pub fn requests(&self, principal: &Principal) -> Vec<Request> {
        let main = self.main_request(principal);
        let mut requests = match &self.each {
            None => vec![main],
            Some((key, values)) => values
                .iter()
                .map(|value| main.clone().with_context(key, value.as_str()))
                .collect(),
        };
        requests.extend(self.tag_request(principal));
        let roles = self.roles.iter();
        requests.extend(roles.map(|role| self.pass_request(principal, role)));
        requests
    }

    fn main_request(&self, principal: &Principal) -> Request {
        let mut resources = self.resources.iter();
        let first = resources.next();
        let arn = first.map_or("*", |first| &first.arn);
        let request = Request::new(principal.clone(), &self.action(), arn)
            .with_principal_keys()
            .with_contexts(&self.context);
        let own = |request: Request, context: &crate::Context| {
            context.iter().fold(request, |request, (key, value)| {
                request.with_resource_context(key, value.clone())
            })
        };
        let request = match first {
            Some(first) => own(request, &first.context),
            None => request,
        };
        resources.fold(request, |request, asked| {
            own(request.with_resource(&asked.arn), &asked.context)
        })
    }

    /// Tags that are given at creation are asked for as `ecs:TagResource` would, on what is
    /// created, with the creating action as `ecs:CreateAction`.
    fn tag_request(&self, principal: &Principal) -> Option<Request> {
        let given = self.context.get("aws:TagKeys");
        let mut keys: Vec<String> = given
            .iter()
            .flat_map(|keys| keys.values().iter().map(ToString::to_string))
            .collect();
        let copied = self
            .propagated
            .iter()
            .filter(|(key, _)| !keys.contains(key));
        let copied: Vec<_> = copied.cloned().collect();
        keys.extend(copied.iter().map(|(key, _)| key.clone()));
        if keys.is_empty() {
            return None;
        }
        let request = self.follow_up(principal, "ecs:TagResource", &self.created()?);
        let tags = self.context.iter().filter(|(key, _)| {
            starts_with_ignore_case(key, "aws:RequestTag/")
                || key.eq_ignore_ascii_case("aws:TagKeys")
        });
        let request = tags.fold(request, |request, (key, value)| {
            request.with_context(key, value.clone())
        });
        let request = copied.into_iter().fold(request, |request, (key, value)| {
            request.with_context(&format!("aws:RequestTag/{key}"), value)
        });
        let request = request.with_context("aws:TagKeys", keys);
        Some(request.with_context("ecs:CreateAction", self.action))
    }

    /// The ARN of what the request creates with tags. The id that it will get is not known and
    /// stands as `*`, which the patterns of policies take for any other text.
    fn created(&self) -> Option<String> {
        let first = self.resources.first().map(|asked| asked.arn.as_str());
        match self.action {
            "RunTask" | "StartTask" => {
                let cluster = self.context.get("ecs:cluster");
                let cluster = cluster.and_then(|cluster| cluster.single());
                Some(match cluster.filter(|arn| arn.contains(":cluster/")) {
                    Some(arn) => format!("{}/*", arn.replacen(":cluster/", ":task/", 1)),
                    None => format!("{}task/*", self.start()),
                })
            }
            "RegisterContainerInstance" => first
                .map(|arn| format!("{}/*", arn.replacen(":cluster/", ":container-instance/", 1))),
            "CreateTaskSet"
            | "CreateCapacityProvider"
            | "CreateCluster"
            | "CreateDaemon"
            | "CreateExpressGatewayService"
            | "CreateService"
            | "RegisterDaemonTaskDefinition"
            | "RegisterTaskDefinition" => first.map(str::to_owned),
            _ => None,
        }
    }

    fn pass_request(&self, principal: &Principal, role: &PassedRole) -> Request {
        let request = self
            .follow_up(principal, "iam:PassRole", &role.arn)
            .with_context("iam:PassedToService", role.service);
        match role
            .arn
            .split(':')
            .nth(4)
            .filter(|account| !account.is_empty())
        {
            Some(account) => request.with_context("aws:ResourceAccount", account),
            None => request,
        }
    }

    /// What the service asks that a role is passed to, when it assumes the role. AWS gives no
    /// single cluster as its source.
    ///
    /// Source: Amazon ECS Developer Guide, "Amazon ECS task IAM role".
    pub(super) fn assume_request(&self, role: &PassedRole) -> Request {
        let source = format!("{}*", self.start());
        Request::new(
            Principal::service(role.service),
            "sts:AssumeRole",
            &role.arn,
        )
        .with_context("aws:RequestedRegion", self.place.region.as_str())
        .with_context("aws:SourceAccount", self.place.account.as_str())
        .with_context("aws:SourceArn", source)
    }

    /// A request that AWS makes besides, under the same circumstances.
    fn follow_up(&self, principal: &Principal, action: &str, resource: &str) -> Request {
        let request = Request::new(principal.clone(), action, resource).with_principal_keys();
        let shared = self.context.iter().filter(|(key, _)| {
            !OF_THE_CALL
                .iter()
                .any(|start| starts_with_ignore_case(key, start))
        });
        shared.fold(request, |request, (key, value)| {
            request.with_context(key, value.clone())
        })
    }

    /// How the ARNs of the place start.
    fn start(&self) -> String {
        let place = &self.place;
        format!(
            "arn:{}:ecs:{}:{}:",
            place.partition, place.region, place.account
        )
    }
}
