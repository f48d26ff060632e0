//! What the examples do when nobody reads what they print.

use std::process::{Command, Stdio};

/// The names of the examples, as the manifest has them.
fn examples() -> Vec<&'static str> {
    let manifest = include_str!("../../Cargo.toml");
    let examples = manifest.split("[[example]]\nname = \"").skip(1);
    let names = examples.filter_map(|example| example.split('"').next());
    names.collect()
}

#[test]
fn they_come_to_their_end() {
    let examples = examples();
    assert!(examples.contains(&"hello_cluster") && examples.contains(&"plan_capacity"));
    for example in examples {
        let mut child = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--locked", "--example", example])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), &*error), (Some(0), ""), "{example}");
    }
}
