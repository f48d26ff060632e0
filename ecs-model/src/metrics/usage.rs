//! What agents report each minute, and the data points that come of it.

use core::num::NonZeroU32;
use std::collections::BTreeMap;

use ecs_taskdef::Timestamp;

use super::Capacity;

/// The minutes of a data point in the view of the ECS console.
pub const CONSOLE_PERIOD: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);

/// What a task in `RUNNING` used, as the agent of its container instance reports it each minute.
///
/// Source: Developer Guide, cluster utilization and service utilization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UsageSample {
    /// The task, usually by its ARN.
    pub task: String,
    /// CPU units and MiB in use.
    pub used: Capacity,
    /// When.
    pub at: Timestamp,
}

impl UsageSample {
    /// What the task used at that time.
    #[must_use]
    pub fn new(task: impl Into<String>, used: Capacity, at: Timestamp) -> Self {
        let task = task.into();
        Self { task, used, at }
    }
}

/// What several tasks used in one minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MinuteUsage {
    /// The tasks that were reported: the statistic `SampleCount` (Data Samples) of the metric,
    /// by which CloudWatch shows how many tasks of a service are in `RUNNING`.
    pub running_tasks: u64,
    /// What they used together.
    pub used: Capacity,
}

/// Adds up the samples of each minute, keyed by the beginning of the minute.
///
/// If a task was reported more than once within a minute, the last report of the iteration counts.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_model::metrics::{Capacity, UsageSample, service_utilization, usage_by_minute};
///
/// let sample = |task, seconds| {
///     UsageSample::new(task, Capacity::new(128, 128), Timestamp::from_seconds(seconds))
/// };
/// let minutes = usage_by_minute(&[sample("a", 5), sample("b", 31), sample("a", 65)]);
/// let first = minutes[&Timestamp::from_seconds(0)];
/// assert_eq!(first.running_tasks, 2);
/// let reserved = Capacity::new(512, 1_024);
/// let utilization = service_utilization(reserved, first.running_tasks, first.used);
/// assert_eq!(utilization.cpu.unwrap().to_string(), "25%");
/// assert_eq!(utilization.memory.unwrap().to_string(), "12.5%");
/// ```
///
/// Source: Developer Guide, service `RUNNING` task count.
#[must_use]
pub fn usage_by_minute<'a>(
    samples: impl IntoIterator<Item = &'a UsageSample>,
) -> BTreeMap<Timestamp, MinuteUsage> {
    let mut reports: BTreeMap<Timestamp, BTreeMap<&str, Capacity>> = BTreeMap::new();
    for sample in samples {
        let minute = period_start(sample.at, NonZeroU32::MIN);
        let of_minute = reports.entry(minute).or_default();
        of_minute.insert(&sample.task, sample.used);
    }
    let add_up = |tasks: BTreeMap<&str, Capacity>| MinuteUsage {
        running_tasks: u64::try_from(tasks.len()).unwrap_or(u64::MAX),
        used: tasks.into_values().sum(),
    };
    reports
        .into_iter()
        .map(|(minute, tasks)| (minute, add_up(tasks)))
        .collect()
}

/// The values of a metric within one period.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct DataPoint {
    /// The beginning of the period.
    pub start: Timestamp,
    /// How many values there were.
    pub samples: u64,
    /// The least of them.
    pub minimum: f64,
    /// Their mean.
    pub average: f64,
    /// The greatest of them.
    pub maximum: f64,
}

/// The minimum, average and maximum of a metric in each period of so many minutes, in the order of
/// time. The console shows those of the last 24 hours in steps of [`CONSOLE_PERIOD`].
///
/// A period begins at a multiple of its length. One without values has no data point; values that
/// are infinite or no number are left out.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_model::metrics::{CONSOLE_PERIOD, data_points};
///
/// let percents = [(0, 400.0), (60, 25.0), (299, 25.0), (300, 50.0)];
/// let percents = percents.map(|(at, percent)| (Timestamp::from_seconds(at), percent));
/// let points = data_points(percents, CONSOLE_PERIOD);
/// assert_eq!(points.len(), 2);
/// assert_eq!((points[0].minimum, points[0].average, points[0].maximum), (25.0, 150.0, 400.0));
/// assert_eq!(points[1].start, Timestamp::from_seconds(300));
/// ```
///
/// Source: Developer Guide, viewing Amazon ECS metrics.
#[must_use]
pub fn data_points(
    values: impl IntoIterator<Item = (Timestamp, f64)>,
    period_minutes: NonZeroU32,
) -> Vec<DataPoint> {
    let mut periods: BTreeMap<Timestamp, Vec<f64>> = BTreeMap::new();
    for (at, value) in values {
        if value.is_finite() {
            let start = period_start(at, period_minutes);
            periods.entry(start).or_default().push(value);
        }
    }
    periods
        .into_iter()
        .map(|(start, values)| summarize(start, &values))
        .collect()
}

fn summarize(start: Timestamp, values: &[f64]) -> DataPoint {
    #[expect(
        clippy::cast_precision_loss,
        reason = "nobody has 2^53 values in a period"
    )]
    let count = values.len() as f64;
    DataPoint {
        start,
        samples: u64::try_from(values.len()).unwrap_or(u64::MAX),
        minimum: values.iter().copied().fold(f64::INFINITY, f64::min),
        average: values.iter().sum::<f64>() / count,
        maximum: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    }
}

fn period_start(at: Timestamp, period_minutes: NonZeroU32) -> Timestamp {
    let length = i64::from(period_minutes.get()).saturating_mul(60);
    let seconds = at.seconds();
    Timestamp::from_seconds(seconds.saturating_sub(seconds.rem_euclid(length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(task: &str, cpu: u64, seconds: i64) -> UsageSample {
        UsageSample::new(
            task,
            Capacity::new(cpu, 1),
            Timestamp::from_seconds(seconds),
        )
    }

    #[test]
    fn a_task_counts_once_in_a_minute() {
        let samples = [
            sample("a", 1, 59),
            sample("a", 5, 59),
            sample("b", 2, 0),
            sample("a", 7, 60),
            sample("a", 9, -1),
        ];
        let found: Vec<(i64, u64, u64)> = usage_by_minute(&samples)
            .into_iter()
            .map(|(start, usage)| (start.seconds(), usage.running_tasks, usage.used.cpu))
            .collect();
        assert_eq!(found, [(-60, 1, 9), (0, 2, 7), (60, 1, 7)]);
        assert!(usage_by_minute(&[]).is_empty());
    }

    #[test]
    fn a_day_has_288_points() {
        let minutes = (0..24 * 60).map(|minute| (Timestamp::from_seconds(minute * 60), 1.0));
        let points = data_points(minutes, CONSOLE_PERIOD);
        assert_eq!(points.len(), 288);
        assert!(points.iter().all(|point| point.samples == 5));
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        let values = [f64::NAN, f64::INFINITY, 2.0, 4.0];
        let values = values.map(|value| (Timestamp::from_seconds(30), value));
        let points = data_points(values, NonZeroU32::MIN);
        let expected = DataPoint {
            start: Timestamp::from_seconds(0),
            samples: 2,
            minimum: 2.0,
            average: 3.0,
            maximum: 4.0,
        };
        assert_eq!(points, [expected]);
        let nothing = [(Timestamp::from_seconds(0), f64::NAN)];
        assert_eq!(data_points(nothing, NonZeroU32::MIN), []);
    }
}
