use super::{Report, RequestRule, Subject};
use crate::account_setting::SettingName;

pub(super) const RULES: &[RequestRule] = &[
    RequestRule::new(
        "setting-retirement-days",
        "Fargate waits 0, 7 or 14 days before it retires a task",
        retirement_days,
    ),
    RequestRule::new(
        "setting-managed-by-aws",
        "only AWS changes `guardDutyActivate`",
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
