use crate::shape;

shape! {
    /// How Docker finds out whether a container works.
    ///
    /// ```
    /// let check: ecs_taskdef::HealthCheck = serde_json::from_str(
    ///     r#"{"command":["CMD-SHELL","curl -f http://localhost/ || exit 1"],"interval":10}"#,
    /// )?;
    /// assert_eq!(check.interval_or_default(), 10);
    /// assert_eq!(check.timeout_or_default(), 5);
    /// assert_eq!(check.retries_or_default(), 3);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `HealthCheck`.
    pub struct HealthCheck {
        /// `CMD` and arguments, or `CMD-SHELL` and one line for the shell.
        command: Vec<String> = "command" => required(),
        /// Seconds from one check to the next, 5 to 300; 30 when absent.
        interval: i32 = "interval",
        /// Seconds after which a check has failed, 2 to 60; 5 when absent.
        timeout: i32 = "timeout",
        /// Failed checks in a row until the container is unhealthy, 1 to 10; 3
        /// when absent.
        retries: i32 = "retries",
        /// Seconds at the start in which failed checks do not count, 0 to 300;
        /// none when absent.
        start_period: i32 = "startPeriod" => default_number(0),
    }
}

impl HealthCheck {
    /// Seconds from one check to the next when the definition is silent.
    pub const DEFAULT_INTERVAL: i32 = 30;
    /// Seconds after which a check has failed when the definition is silent.
    pub const DEFAULT_TIMEOUT: i32 = 5;
    /// Failed checks in a row that count when the definition is silent.
    pub const DEFAULT_RETRIES: i32 = 3;

    /// Seconds from one check to the next.
    #[must_use]
    pub fn interval_or_default(&self) -> i32 {
        self.interval.unwrap_or(Self::DEFAULT_INTERVAL)
    }

    /// Seconds after which a check has failed.
    #[must_use]
    pub fn timeout_or_default(&self) -> i32 {
        self.timeout.unwrap_or(Self::DEFAULT_TIMEOUT)
    }

    /// Failed checks in a row until the container is unhealthy.
    #[must_use]
    pub fn retries_or_default(&self) -> i32 {
        self.retries.unwrap_or(Self::DEFAULT_RETRIES)
    }
}
