//! Files of the folder that `ECS_CONFORMANCE_DATA` names. The tests of other crates take this
//! module in by its path.

#![expect(clippy::panic, reason = "data that cannot be read fails the test")]

use std::path::PathBuf;

/// Where a file or folder of the conformance data lies. Cargo runs tests in the folder of their
/// package, while the variable is set where cargo is called: in the folder of the workspace.
pub(crate) fn path(name: &str) -> PathBuf {
    let Some(folder) = std::env::var_os("ECS_CONFORMANCE_DATA") else {
        panic!("set ECS_CONFORMANCE_DATA to the folder of the conformance data");
    };
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    workspace.join(folder).join(name)
}

/// The text of a file of the conformance data.
pub(crate) fn read(name: &str) -> String {
    let path = path(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
