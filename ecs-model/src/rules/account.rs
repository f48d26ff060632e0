use ecs_taskdef::{Rule, Source};

use super::{Report, Row, Subject};
use crate::account_setting::SettingName;

pub(super) const RULES: &[Row] = &[
    Row::new(
        Rule::new(
            "setting-retirement-days",
            "Fargate waits 0, 7 or 14 days before it retires a task",
            Source::Api("PutAccountSetting"),
        ),
        retirement_days,
    ),
    Row::new(
        Rule::new(
            "setting-managed-by-aws",
            "only AWS changes `guardDutyActivate`",
            Source::Api("PutAccountSetting"),
        ),
        managed_by_aws,
    ),
];

fn retirement_days(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.setting_name == Some(&SettingName::FargateTaskRetirementWaitPeriod)
        && let Some(days) = subject.setting_value
        && !matches!(days.as_str(), "0" | "7" | "14")
    {
        report.fault("/value", format!("`{days}` is none of `0`, `7`, `14`"));
    }
}

fn managed_by_aws(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.setting_name == Some(&SettingName::GuardDutyActivate) {
        report.fault("/name", "only AWS changes `guardDutyActivate`");
    }
}
