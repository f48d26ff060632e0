//! The command line.

use std::collections::BTreeMap;
use std::fs;

use control_plane::agents::Behaviours;

pub(crate) const HELP: &str = "\
Amazon ECS on this machine, with simulated agents

Usage: local_ecs [OPTIONS]

Options:
  --listen ADDRESS:PORT    where to listen [127.0.0.1:8080]
  --region REGION          the Region of calls that are not signed [us-east-1]
  --account KEY=ID         the account of an access key, which is else 123456789012; repeatable
  --instances N            container instances in the cluster `default` [0]
  --instance-type TYPE     their type [m5.large]
  --zones A,B,...          their Availability Zones, in turn [REGIONa,REGIONb,REGIONc]
  --behaviour FILE         what images do: JSON by image
  --data FILE              keep everything in this file [nothing is kept]
  --instant                after each answer, let all time pass that something waits for
  --help                   this text

Behaviour, for each image or for `*`, times in seconds:
  {\"IMAGE\": {\"pullSeconds\": 1, \"pullError\": \"TEXT\", \"startSeconds\": 0, \"startError\": \"TEXT\",
    \"exit\": {\"code\": 1, \"afterSeconds\": 5}, \"unhealthyAfterSeconds\": 60,
    \"targetUnhealthyAfterSeconds\": 60, \"ignoresSigterm\": true}}

GET / is a page that shows the clusters; POST /_local/reset forgets everything but the instances
of the command line.";

/// The account of callers of whom nothing else is said.
pub(crate) const ACCOUNT: &str = "123456789012";

#[derive(Debug)]
pub(crate) enum Asked {
    Run(Box<Arguments>),
    Help,
}

#[derive(Clone, Debug)]
pub(crate) struct Arguments {
    pub(crate) listen: String,
    pub(crate) region: String,
    pub(crate) accounts: BTreeMap<String, String>,
    pub(crate) instances: usize,
    pub(crate) instance_type: String,
    pub(crate) zones: Vec<String>,
    pub(crate) behaviours: Behaviours,
    pub(crate) data: Option<String>,
    pub(crate) is_instant: bool,
}

impl Arguments {
    pub(crate) fn read(given: impl Iterator<Item = String>) -> Result<Asked, String> {
        let mut arguments = Self {
            listen: "127.0.0.1:8080".to_owned(),
            region: "us-east-1".to_owned(),
            accounts: BTreeMap::new(),
            instances: 0,
            instance_type: "m5.large".to_owned(),
            zones: Vec::new(),
            behaviours: Behaviours::default(),
            data: None,
            is_instant: false,
        };
        let mut given = given;
        while let Some(name) = given.next() {
            let mut value = || {
                given
                    .next()
                    .ok_or_else(|| format!("`{name}` needs a value"))
            };
            match name.as_str() {
                "--help" | "-h" => return Ok(Asked::Help),
                "--instant" => arguments.is_instant = true,
                "--listen" => arguments.listen = value()?,
                "--region" => arguments.region = value()?,
                "--account" => {
                    let value = value()?;
                    let (key, id) = account(&value)?;
                    arguments.accounts.insert(key, id);
                }
                "--instances" => {
                    let value = value()?;
                    let number = value.parse();
                    arguments.instances =
                        number.map_err(|_| format!("`{value}` is not a number of instances"))?;
                }
                "--instance-type" => arguments.instance_type = value()?,
                "--zones" => arguments.zones = value()?.split(',').map(str::to_owned).collect(),
                "--data" => arguments.data = Some(value()?),
                "--behaviour" => arguments.behaviours = behaviours(&value()?)?,
                other => return Err(format!("`{other}` is not an option; see --help")),
            }
        }
        if arguments.zones.is_empty() {
            let zone = |letter| format!("{}{letter}", arguments.region);
            arguments.zones = ["a", "b", "c"].map(zone).to_vec();
        }
        Ok(Asked::Run(Box::new(arguments)))
    }
}

fn account(value: &str) -> Result<(String, String), String> {
    let wrong = || format!("`{value}` is not an access key and an account of twelve digits");
    let (key, id) = value.split_once('=').ok_or_else(wrong)?;
    let is_id = id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
    match is_id && !key.is_empty() {
        true => Ok((key.to_owned(), id.to_owned())),
        false => Err(wrong()),
    }
}

fn behaviours(path: &str) -> Result<Behaviours, String> {
    let text = fs::read_to_string(path);
    let text = text.map_err(|error| format!("cannot read `{path}`: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("`{path}`: {error}"))
}
