//! Amazon ECS (Elastic Container Service) task and container lifecycle as a state machine without I/O or clock.
