//! Which metrics a service publishes, and how often.

use ecs_taskdef::shape;

shape! {
    /// Which metrics a service publishes, and how often.
    ///
    /// Source: API shape `MonitoringConfiguration`.
    pub struct MonitoringConfiguration {
        /// The metrics.
        metric_configurations: Vec<MetricConfiguration> = "metricConfigurations" => bounds(0, 5),
    }
}

shape! {
    /// Metrics with one resolution.
    ///
    /// Source: API shape `MetricConfiguration`.
    pub struct MetricConfiguration {
        /// The names of the metrics.
        metric_names: Vec<String> = "metricNames" => required().bounds(1, 5),
        /// The time between two values, in seconds.
        resolution_seconds: i32 = "resolutionSeconds" => required().bounds(20, 60),
    }
}
