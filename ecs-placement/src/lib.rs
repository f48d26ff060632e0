//! Amazon ECS (Elastic Container Service) task placement: constraints, strategies, optimistic commits, and why a task was not placed.
