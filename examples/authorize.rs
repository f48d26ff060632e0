//! Decides a request and says why:
//! `authorize [PRINCIPAL] POLICY.json... ACTION RESOURCE [KEY=VALUE]...`
//!
//! The policies are those of the principal, who is user `alice` if none is given. Without
//! arguments it asks whether alice may run `hello_world:8` on the cluster `default`, with the
//! policy that the developer guide of 2015 gives for that.
//!
//! It exits with 0 if the request is allowed, 1 if it is not, and 2 if the input cannot be used.

mod chain;
mod ending;
mod output;

use std::error::Error;
use std::process::ExitCode;

use ecs_iam_policy::{CompiledPolicy, Policy, PolicySet, Principal, Request};
use ending::ending;
use output::println;

const ALICE: &str = "arn:aws:iam::123456789012:user/alice";
const GUIDE: &str = include_str!("data/run-task-corrected.json");

fn main() -> ExitCode {
    ending(decide().map(Some))
}

/// Says whether the request is allowed.
fn decide() -> Result<bool, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (policies, request) = if arguments.is_empty() {
        guide()?
    } else {
        from_arguments(&arguments)?
    };
    let decision = policies.decide(&request);
    println!("{}\n", decision.outcome.name());
    println!("{}", policies.explain(&request).to_string().trim_end());
    Ok(decision.is_allowed())
}

fn guide() -> Result<(PolicySet, Request), Box<dyn Error>> {
    let policy = CompiledPolicy::new(&GUIDE.parse()?).with_name("run-task");
    let request = Request::new(
        ALICE.parse()?,
        "ecs:RunTask",
        "arn:aws:ecs:us-east-1:123456789012:task-definition/hello_world:8",
    )
    .with_principal_keys()
    .with_context(
        "ecs:cluster",
        "arn:aws:ecs:us-east-1:123456789012:cluster/default",
    );
    Ok((PolicySet::new().with_identity(policy), request))
}

fn from_arguments(arguments: &[String]) -> Result<(PolicySet, Request), Box<dyn Error>> {
    let mut policies = PolicySet::new();
    let mut principal: Principal = ALICE.parse()?;
    let mut names = Vec::new();
    let mut pairs = Vec::new();
    for argument in arguments {
        if argument.ends_with(".json") {
            let policy = read(argument).map_err(|error| format!("{argument}: {error}"))?;
            policies = policies.with_identity(CompiledPolicy::new(&policy).with_name(argument));
        } else if let Some(pair) = argument.split_once('=') {
            pairs.push(pair);
        } else if let (0, Ok(given)) = (names.len(), argument.parse()) {
            principal = given;
        } else {
            names.push(argument.as_str());
        }
    }
    let [action, resource] = names.as_slice() else {
        return Err("an action and a resource are expected".into());
    };
    let request = Request::new(principal, action, resource).with_principal_keys();
    let request = pairs.into_iter().fold(request, |request, (key, value)| {
        request.with_context(key, value)
    });
    Ok((policies, request))
}

fn read(file: &str) -> Result<Policy, Box<dyn Error>> {
    Ok(std::fs::read_to_string(file)?.parse()?)
}
