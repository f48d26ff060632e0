use crate::shape;

shape! {
    /// Whether and when a container is started again without its task.
    ///
    /// Source: API shape `ContainerRestartPolicy`.
    pub struct ContainerRestartPolicy {
        /// Whether it is started again at all.
        enabled: bool = "enabled" => required(),
        /// Exit codes after which it is not; at most 50.
        ignored_exit_codes: Vec<i32> = "ignoredExitCodes" => set(),
        /// Seconds it must have run before, 60 to 1800; 300 when absent.
        restart_attempt_period: i32 = "restartAttemptPeriod" => default_number(300),
    }
}
