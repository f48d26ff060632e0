//! ARNs beside other crates.
fn main() {}
