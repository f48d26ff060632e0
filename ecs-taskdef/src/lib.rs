//! Amazon ECS (Elastic Container Service) task definitions: lossless types, every validation rule, derived answers and revisions.

pub mod shape;
