//! Texts that are small and would cost much: each is refused or read in bounded time.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

#[path = "../../examples/chain/mod.rs"]
mod chain;

use chain::chain;
use ecs_taskdef::{Document, Reading};

fn read(text: &str) -> Document<'_> {
    Document::read(text.as_bytes(), Reading::Lenient).unwrap()
}

#[test]
fn parts_that_do_not_end_cost_one_pass_together() {
    for begin in ["${", "${a ", "{{", "$(", "<"] {
        let long = begin.repeat(100_000);
        // Beside a comment it is more than JSON; without one it is what the API takes.
        for comment in ["", "// a\n"] {
            let text = format!(
                "{comment}{{\"family\": \"web\", \"containerDefinitions\": [{{\"name\": \"{long}\"\n}}]}}"
            );
            assert!(read(&text).unknowns().is_empty(), "{begin}");
        }
        let text = format!(r#"{{"family": {long}}}"#);
        let refused = Document::read(text.as_bytes(), Reading::Lenient).unwrap_err();
        let reason = match begin {
            "{{" => "column 13: key must be a string",
            _ => "column 12: expected value",
        };
        assert_eq!(chain(&refused), format!("not JSON at line 1 {reason}"));
    }
}
