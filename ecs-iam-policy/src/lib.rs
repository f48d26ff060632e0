//! Amazon ECS (Elastic Container Service) permissions: IAM policies parsed, evaluated and explained.
