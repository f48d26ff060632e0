//! Amazon ECS in one program.
fn main() {}
