use ecs_taskdef::{Rule, Source};

use super::{Each, Report, Row, Subject};
use crate::account_setting::SettingName;

const PUT_ACCOUNT_SETTING: Source = Source::Api("PutAccountSetting");

pub(super) const RULES: &[Row] = &[
    Row::request(
        Rule::new(
            "setting-retirement-days",
            "Fargate waits 0, 7 or 14 days before it retires a task",
            PUT_ACCOUNT_SETTING,
        ),
        retirement_days,
    ),
    Row::member(
        "name",
        Rule::new(
            "setting-managed-by-aws",
            "only AWS changes `guardDutyActivate`",
            PUT_ACCOUNT_SETTING,
        ),
        &Each(|name: &SettingName, at, report| {
            if *name == SettingName::GuardDutyActivate {
                report.fault(at, "only AWS changes `guardDutyActivate`");
            }
        }),
    )
    .except(&[
        ("DeleteAccountSetting", "it goes back to what AWS has set"),
        ("ListAccountSettings", "every setting is listed"),
    ]),
];

fn retirement_days(subject: &Subject<'_>, report: &mut Report<'_>) {
    let days: Option<&String> = subject.get("value");
    if subject.get("name") == Some(&SettingName::FargateTaskRetirementWaitPeriod)
        && let Some(days) = days
        && !matches!(days.as_str(), "0" | "7" | "14")
    {
        report.fault("/value", format!("`{days}` is not one of `0`, `7`, `14`"));
    }
}
