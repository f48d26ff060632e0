//! How fast a local ECS answers, beside a server of the same stack that gives fixed answers.
//!
//! ```sh
//! cargo build --release --example local_ecs
//! cargo run --release --example wire_speed
//! ```
//!
//! One client with one kept connection, 1,000 container instances and 10,000 tasks.
#![expect(
    clippy::indexing_slicing,
    reason = "a member that a JSON value does not have reads as null"
)]

mod client;
mod fixed;

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

use client::Client;
use serde_json::{Value, json};

const INSTANCES: &str = "1000";
const TASKS: usize = 10_000;

/// How often each operation is called.
const CALLS: u32 = 2_000;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "wire_speed: {error}");
            ExitCode::from(2)
        }
    }
}

/// The local ECS, which ends with the measurement.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start() -> Outcome<(Server, String)> {
    let program = std::env::current_exe()?.with_file_name("local_ecs");
    let mut process = Command::new(&program)
        .args(["--listen", "127.0.0.1:0", "--instances", INSTANCES])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start `{}`: {error}", program.display()))?;
    let output = process.stdout.take().ok_or("no output")?;
    let server = Server(process);
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let address = line.trim().strip_prefix("listening on http://");
    Ok((server, address.ok_or("it does not listen")?.to_owned()))
}

fn measure() -> Outcome<()> {
    let (_server, address) = start()?;
    let mut local = Client::connect(&address)?;
    let definition = json!({"family": "web", "containerDefinitions": [
        {"name": "main", "image": "nginx", "cpu": 10, "memory": 32}]});
    local.call("RegisterTaskDefinition", &definition)?;
    let mut tasks: Vec<Value> = Vec::new();
    while tasks.len() < TASKS {
        let request = json!({"taskDefinition": "web", "count": 10});
        let ran: Value = serde_json::from_slice(&local.call("RunTask", &request)?)?;
        let started = ran["tasks"].as_array().into_iter().flatten();
        tasks.extend(started.map(|task| task["taskArn"].clone()));
    }
    // The agents start what was given to them.
    std::thread::sleep(core::time::Duration::from_secs(5));
    let hundred = tasks.get(..100).unwrap_or_default();
    let calls = [
        ("RunTask", "RunTask", json!({"taskDefinition": "web"})),
        (
            "DescribeTasks",
            "DescribeTasks of 1",
            json!({"tasks": tasks.first()}),
        ),
        (
            "DescribeTasks",
            "DescribeTasks of 100",
            json!({"tasks": hundred}),
        ),
        ("ListTasks", "ListTasks", json!({})),
        (
            "RegisterTaskDefinition",
            "RegisterTaskDefinition",
            definition,
        ),
    ];
    let mut table = String::from("call                     local/s    fixed/s   ratio\n");
    for (operation, name, request) in calls {
        let request = match operation == "DescribeTasks" && request["tasks"].is_string() {
            true => json!({"tasks": [request["tasks"]]}),
            false => request,
        };
        let answer = local.call(operation, &request)?;
        let mut fixed = Client::connect(&fixed::serve(answer)?)?;
        let (own, other) = (
            per_second(&mut local, operation, &request)?,
            per_second(&mut fixed, operation, &request)?,
        );
        table += &format!("{name:<22} {own:>9.0} {other:>10.0} {:>7.2}\n", other / own);
    }
    write!(std::io::stdout(), "{table}")?;
    Ok(())
}

/// The best of three runs.
fn per_second(client: &mut Client, operation: &str, request: &Value) -> Outcome<f64> {
    let mut best = f64::MAX;
    for _ in 0..3 {
        let begin = Instant::now();
        for _ in 0..CALLS / 3 {
            client.call(operation, request)?;
        }
        best = best.min(begin.elapsed().as_secs_f64());
    }
    Ok(f64::from(CALLS / 3) / best)
}
