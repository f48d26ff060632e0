//! Whether someone may make a call to Amazon ECS, every check that AWS makes of it, and what is
//! missing as a policy that can be pasted.
//!
//! ```sh
//! cargo run --example authorize -- --principal arn:aws:iam::123456789012:role/deploy \
//!     --policy deploy.json --boundary boundary.json --scp full-access.json region.json \
//!     --role-trust trust.json --operation RunTask --task-definition web.json request.json
//! ```
//!
//! `request.json` is what `aws ecs run-task --cli-input-json` takes; `-` is standard input. The
//! operations are RegisterTaskDefinition, RunTask, StartTask, CreateService, UpdateService and
//! ExecuteCommand.
//!
//! | option | what it gives |
//! |---|---|
//! | `--principal ARN` | who makes the call; user `alice` of account 123456789012 without it |
//! | `--policy FILE...` | the principal's own policies |
//! | `--boundary FILE...`, `--session FILE...` | its permissions boundary and session policies |
//! | `--scp FILE...`, `--rcp FILE...` | one level of control policies, from the root down; again for the next level |
//! | `--role-trust FILE`, `--role-trust ROLE=FILE` | the trust policy of every role that the call passes on, or of the role with that ARN |
//! | `--task-definition FILE` | the task definition, as the AWS CLI prints it or as it is registered |
//! | `--revision N` | its revision, if the file does not tell; that which is registered is 1 without it |
//! | `--region NAME` | the Region; `us-east-1` without it |
//! | `--context KEY=VALUE...` | condition keys, such as `aws:PrincipalTag/team=core` |
//! | `--format text` or `json` | how the answer is printed |
//!
//! Without an operation, one action is decided and explained:
//! `authorize [PRINCIPAL] POLICY.json... ACTION RESOURCE [KEY=VALUE]...`, and without arguments
//! whether alice may run `hello_world:8` on the cluster `default`, with the policy that the
//! developer guide of 2015 gives for that.
//!
//! It exits with 0 if the call is allowed, 1 if it is denied, and 2 if the input cannot be used.

mod chain;
mod ending;
mod output;

use std::error::Error;
use std::io::Read as _;
use std::process::ExitCode;

use chain::chain;
use ecs_arn::Scope;
use ecs_iam_policy::ecs::{Authorization, EcsRequest, RoleTrusts, TaggedDefinition, Verdict};
use ecs_iam_policy::{CompiledPolicy, Policy, PolicySet, Principal, Request};
use ecs_taskdef::{Tag, TaskDefinition};
use ending::ending;
use output::println;
use serde_json::Value;

type Outcome<T> = Result<T, Box<dyn Error>>;

const ALICE: &str = "arn:aws:iam::123456789012:user/alice";
const GUIDE: &str = include_str!("data/run-task-corrected.json");

fn main() -> ExitCode {
    ending(answer().map(Some))
}

fn answer() -> Outcome<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument.starts_with("--")) {
        return Call::read(arguments)?.authorize();
    }
    let (policies, request) = if arguments.is_empty() {
        guide()?
    } else {
        one_action(&arguments)?
    };
    let decision = policies.decide(&request);
    println!("{}\n", decision.outcome.name());
    println!("{}", policies.explain(&request).to_string().trim_end());
    Ok(decision.is_allowed())
}

fn guide() -> Outcome<(PolicySet, Request)> {
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

fn one_action(arguments: &[String]) -> Outcome<(PolicySet, Request)> {
    let mut policies = PolicySet::new();
    let mut principal: Principal = ALICE.parse()?;
    let mut names = Vec::new();
    let mut pairs = Vec::new();
    for argument in arguments {
        if argument.ends_with(".json") {
            policies = policies.with_identity(policy(argument)?);
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

/// A call with all that bears on it.
struct Call {
    policies: PolicySet,
    principal: Principal,
    operation: String,
    definition: TaskDefinition,
    definition_tags: Vec<Tag>,
    has_definition: bool,
    revision: u32,
    region: String,
    context: Vec<(String, String)>,
    /// With the ARN of the role, if it is for one only.
    trusts: Vec<(Option<String>, CompiledPolicy)>,
    request: Value,
    is_json: bool,
}

/// Options that are followed by one value; the others take several.
const SINGLE: [&str; 7] = [
    "--principal",
    "--operation",
    "--task-definition",
    "--revision",
    "--region",
    "--format",
    "--role-trust",
];

impl Call {
    fn read(arguments: Vec<String>) -> Outcome<Self> {
        let (mut options, mut file) = split(arguments)?;
        // The request may stand behind the last option, and behind several values of it.
        if let (None, Some((_, values))) = (&file, options.last_mut().filter(|it| it.1.len() > 1)) {
            file = values.pop();
        }
        let mut call = Self {
            policies: PolicySet::new(),
            principal: ALICE.parse()?,
            operation: String::new(),
            definition: TaskDefinition::default(),
            definition_tags: Vec::new(),
            has_definition: false,
            revision: 1,
            region: "us-east-1".to_owned(),
            context: Vec::new(),
            trusts: Vec::new(),
            request: Value::Null,
            is_json: false,
        };
        for (option, values) in &options {
            call.take(option, values)?;
        }
        if call.operation.is_empty() {
            return Err("`--operation` is missing".into());
        }
        let file = file.ok_or("the file of the request is missing")?;
        call.request = json(&file)?;
        Ok(call)
    }

    fn take(&mut self, option: &str, values: &[String]) -> Outcome<()> {
        let first = values.first().map(String::as_str);
        let first = first.ok_or_else(|| format!("`{option}` takes a value"))?;
        let all = |values: &[String]| -> Outcome<Vec<CompiledPolicy>> {
            values.iter().map(|file| policy(file)).collect()
        };
        let policies = self.policies.clone();
        match option {
            "--principal" => self.principal = first.parse()?,
            "--operation" => first.clone_into(&mut self.operation),
            "--region" => first.clone_into(&mut self.region),
            "--revision" => {
                let revision = first.parse();
                self.revision = revision.map_err(|_| format!("`{first}` is not a revision"))?;
            }
            "--format" => {
                self.is_json = match first {
                    "json" => true,
                    "text" => false,
                    _ => return Err("`--format` takes `text` or `json`".into()),
                };
            }
            "--task-definition" => self.take_definition(first)?,
            "--role-trust" => match first.split_once('=') {
                Some((role, file)) => self.trusts.push((Some(role.to_owned()), policy(file)?)),
                None => self.trusts.push((None, policy(first)?)),
            },
            "--context" => {
                for value in values {
                    let pair = value.split_once('=');
                    let (key, value) = pair.ok_or_else(|| format!("`{value}` is not KEY=VALUE"))?;
                    self.context.push((key.to_owned(), value.to_owned()));
                }
            }
            "--policy" => {
                self.policies = all(values)?
                    .into_iter()
                    .fold(policies, PolicySet::with_identity)
            }
            "--boundary" => {
                self.policies = all(values)?
                    .into_iter()
                    .fold(policies, PolicySet::with_boundary)
            }
            "--session" => {
                self.policies = all(values)?
                    .into_iter()
                    .fold(policies, PolicySet::with_session)
            }
            "--scp" => self.policies = policies.with_service_control_level(all(values)?),
            "--rcp" => self.policies = policies.with_resource_control_level(all(values)?),
            _ => return Err(format!("`{option}` is not an option").into()),
        }
        Ok(())
    }

    /// A file as `describe-task-definition` prints it, or the definition alone.
    fn take_definition(&mut self, file: &str) -> Outcome<()> {
        let document = json(file)?;
        let of = |error: serde_json::Error| format!("{file}: {error}");
        if let Some(tags) = document.get("tags") {
            self.definition_tags = serde_json::from_value(tags.clone()).map_err(of)?;
        }
        let definition = document.get("taskDefinition").unwrap_or(&document);
        self.definition = serde_json::from_value(definition.clone()).map_err(of)?;
        self.has_definition = true;
        Ok(())
    }

    fn authorize(&self) -> Outcome<bool> {
        let request = self.ecs_request()?;
        let request = self.context.iter().fold(request, |request, (key, value)| {
            request.with_context(key, value.as_str())
        });
        let mut trusts = RoleTrusts::new();
        let asked = request.requests(&self.principal);
        let passed = asked
            .iter()
            .filter(|request| request.action() == "iam:PassRole");
        for role in passed.flat_map(Request::resources) {
            let meant = |name: &Option<String>| name.as_deref().is_none_or(|name| name == role);
            let mut given = self.trusts.iter().rev();
            if let Some((_, trust)) = given.find(|(name, _)| meant(name)) {
                trusts = trusts.with(role, trust.clone());
            }
        }
        let authorization = self.policies.authorize(&self.principal, &request, &trusts);
        if self.is_json {
            println!("{}", serde_json::to_string_pretty(&authorization)?);
        } else {
            print(&authorization);
        }
        Ok(authorization.allowed)
    }

    fn ecs_request(&self) -> Outcome<EcsRequest> {
        let account = self.principal.account().unwrap_or("123456789012");
        let scope = Scope::new(&self.region, account)?;
        let mut definition = self.definition.clone();
        if definition.task_definition_arn.is_none() && definition.revision.is_none() {
            definition.revision = i32::try_from(self.revision).ok();
        }
        let tagged = TaggedDefinition::new(&definition).with_tags(&self.definition_tags);
        let optional = self.has_definition.then_some(tagged);
        let request = self.request.clone();
        Ok(match self.operation.as_str() {
            "RegisterTaskDefinition" => {
                let request = serde_json::from_value(request)?;
                EcsRequest::of_register_task_definition(&scope, &request, self.revision)?
            }
            "RunTask" => {
                EcsRequest::of_run_task(&scope, &serde_json::from_value(request)?, tagged)?
            }
            "StartTask" => {
                EcsRequest::of_start_task(&scope, &serde_json::from_value(request)?, tagged)?
            }
            "CreateService" => {
                EcsRequest::of_create_service(&scope, &serde_json::from_value(request)?, optional)?
            }
            "UpdateService" => {
                EcsRequest::of_update_service(&scope, &serde_json::from_value(request)?, optional)?
            }
            "ExecuteCommand" => {
                let member = |name: &str| request.get(name).and_then(Value::as_str);
                let task = member("task").ok_or("the request has no `task`")?;
                let cluster = member("cluster").unwrap_or("default");
                EcsRequest::execute_command(&scope, cluster, task, member("container"))?
            }
            other => return Err(format!("`{other}` is not an operation of this example").into()),
        })
    }
}

/// The options with their values, and what stands behind the value of an option that takes one.
type Options = Vec<(String, Vec<String>)>;

/// Reads the arguments as options, each with the values that follow it.
fn split(arguments: Vec<String>) -> Outcome<(Options, Option<String>)> {
    let (mut options, mut file): (Options, _) = (Vec::new(), None);
    for argument in arguments {
        if argument.starts_with("--") {
            options.push((argument, Vec::new()));
            continue;
        }
        match options.last_mut() {
            Some((option, values)) if !(SINGLE.contains(&option.as_str()) && values.len() == 1) => {
                values.push(argument);
            }
            _ if file.is_none() => file = Some(argument),
            _ => return Err(format!("`{argument}` is one file too many").into()),
        }
    }
    Ok((options, file))
}

fn print(authorization: &Authorization) {
    println!(
        "{}\n",
        if authorization.allowed {
            "allowed"
        } else {
            "denied"
        }
    );
    for check in &authorization.checks {
        println!("{} by {}", check.action, check.principal);
        for resource in &check.resources {
            println!("  on {resource}");
        }
        match &check.verdict {
            Verdict::Allowed => println!("  allowed"),
            Verdict::Blocked(obstacles) => {
                for obstacle in obstacles {
                    println!("  denied: {obstacle}");
                }
            }
            _ => println!("  denied: nothing allows it"),
        }
        for deny in &check.ineffective_denies {
            println!("  note: {deny}");
        }
    }
    for remark in &authorization.remarks {
        println!("note: {remark}");
    }
    for role in &authorization.unknown_trusts {
        println!("note: no trust policy is given for `{role}`");
    }
    if let Some(missing) = &authorization.missing {
        println!("\nwhat is missing:\n{missing:#}");
    }
    for (role, trust) in &authorization.missing_trusts {
        println!("\nthe trust policy that `{role}` needs:\n{trust:#}");
    }
}

fn policy(file: &str) -> Outcome<CompiledPolicy> {
    let policy: Policy = text(file)?
        .parse()
        .map_err(|error| format!("{file}: {}", chain(&error)))?;
    Ok(CompiledPolicy::new(&policy).with_name(file))
}

fn json(file: &str) -> Outcome<Value> {
    Ok(serde_json::from_str(&text(file)?).map_err(|error| format!("{file}: {error}"))?)
}

fn text(file: &str) -> Outcome<String> {
    let read = match file {
        "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        }
        file => std::fs::read_to_string(file),
    };
    Ok(read.map_err(|error| format!("{file}: {error}"))?)
}
