//! Amazon ECS on this machine: the API over HTTP, with agents that are simulated.
//!
//! ```sh
//! cargo run --example local_ecs -- --instances 3
//! aws --endpoint-url http://127.0.0.1:8080 ecs create-cluster
//! ```

mod arguments;
mod clock;
mod engine;
mod journal;
mod page;
mod server;
mod wire;

use std::error::Error;
use std::io::Write;
use std::net::TcpListener;
use std::process::ExitCode;

use arguments::{Arguments, Asked};
use engine::Engine;

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(Asked::Run(arguments)) => arguments,
        Ok(Asked::Help) => {
            say(arguments::HELP);
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            complain(&problem);
            return ExitCode::from(2);
        }
    };
    match run(*arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(&arguments.listen)
        .map_err(|error| format!("cannot listen on `{}`: {error}", arguments.listen))?;
    let address = listener.local_addr()?;
    let accounts = arguments.accounts.clone();
    let region = arguments.region.clone();
    let engine = Engine::start(arguments, address)?;
    say(&format!("listening on http://{address}"));
    server::serve(listener, &engine, accounts, region)?;
    engine.stop()
}

/// Prints a line. Whoever does not read it need not.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "local_ecs: {line}");
}
