//! Amazon ECS (Elastic Container Service) ARNs: parse, validate, build and match them without allocation.
