use super::Row;
use super::subject::{Container, Report, Subject};
use super::task::quote;
use crate::shape::At;
use crate::{LogConfiguration, LogDriver, Rule, Source};

const LOG_CONFIGURATION: Source = Source::Api("LogConfiguration");

pub(super) const RULES: &[Row] = &[
    Row::member(
        "logConfiguration",
        Rule::new(
            "awslogs-options",
            "`awslogs` needs a region and a group",
            LOG_CONFIGURATION,
        )
        .quoted("Log driver awslogs requires options: {}"),
        awslogs_options,
    ),
    Row::member(
        "logConfiguration",
        Rule::new(
            "awslogs-option-unknown",
            "`awslogs` has the options of its documentation",
            LOG_CONFIGURATION,
        )
        .advice(),
        awslogs_unknown,
    ),
    Row::member(
        "logConfiguration",
        Rule::new(
            "awslogs-mode",
            "the mode is `blocking` or `non-blocking`",
            LOG_CONFIGURATION,
        ),
        awslogs_mode,
    ),
    Row::member(
        "logConfiguration",
        Rule::new(
            "awslogs-buffer-size",
            "a buffer size is a number with `k`, `m` or `g`",
            LOG_CONFIGURATION,
        ),
        awslogs_buffer,
    ),
    Row::member(
        "logConfiguration",
        Rule::new(
            "log-buffer-blocking",
            "a buffer goes with the mode `non-blocking`",
            LOG_CONFIGURATION,
        )
        .advice(),
        buffer_blocking,
    ),
    Row::member(
        "logConfiguration",
        Rule::new(
            "awslogs-pattern-exclusive",
            "there is a date format or a pattern",
            LOG_CONFIGURATION,
        ),
        awslogs_pattern,
    ),
    Row::member(
        "logConfiguration",
        Rule::new(
            "splunk-options",
            "`splunk` needs a token and a URL",
            LOG_CONFIGURATION,
        ),
        splunk_options,
    ),
];

/// Options of `awslogs`, those of every driver included.
const AWSLOGS_OPTIONS: [&str; 15] = [
    "awslogs-create-group",
    "awslogs-region",
    "awslogs-endpoint",
    "awslogs-group",
    "awslogs-stream",
    "awslogs-stream-prefix",
    "awslogs-datetime-format",
    "awslogs-multiline-pattern",
    "awslogs-credentials-endpoint",
    "awslogs-force-flush-interval-seconds",
    "awslogs-max-buffered-events",
    "awslogs-format",
    "mode",
    "max-buffer-size",
    "tag",
];

/// The logs of a container that go to that driver.
fn log_of<'a>(container: &Container<'a>, driver: &LogDriver) -> Option<&'a LogConfiguration> {
    let log = container.value.log_configuration.as_ref()?;
    (log.log_driver.as_ref() == Some(driver)).then_some(log)
}

fn awslogs_options(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    missing(
        subject,
        container,
        &LogDriver::Awslogs,
        &["awslogs-region", "awslogs-group"],
        report,
    );
}

fn splunk_options(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    missing(
        subject,
        container,
        &LogDriver::Splunk,
        &["splunk-token", "splunk-url"],
        report,
    );
}

fn missing(
    subject: &Subject<'_>,
    container: Container<'_>,
    driver: &LogDriver,
    needed: &[&str],
    report: &mut Report<'_>,
) {
    let Some(log) = log_of(&container, driver).filter(|_| !has_open_secrets(subject, container))
    else {
        return;
    };
    let missing = needed.iter().filter(|option| !log.has_option(option));
    let at = container.at.member("logConfiguration");
    let at = at.member("options");
    for option in missing {
        let message = format!("`{driver}` needs {option}");
        report.fault_about(&at.member(option), &[&needed.join(", ")], message);
    }
}

/// Whether any option may be a secret.
pub(super) fn has_open_secrets(subject: &Subject<'_>, container: Container<'_>) -> bool {
    let at = container.at.member("logConfiguration");
    let at = at.member("secretOptions");
    !subject.unknowns.is_empty() && subject.unknowns.touches(&at.pointer())
}

fn awslogs_unknown(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let log = log_of(&container, &LogDriver::Awslogs);
    let Some(options) = log.and_then(|log| log.options.as_ref()) else {
        return;
    };
    let at = container.at.member("logConfiguration");
    let at = at.member("options");
    for (name, _) in options
        .iter()
        .filter(|(name, _)| !AWSLOGS_OPTIONS.contains(name))
    {
        report.fault(
            &at.member(name),
            format!("{} is no option of `awslogs`", quote(name)),
        );
    }
}

fn awslogs_mode(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let Some(log) = &container.value.log_configuration else {
        return;
    };
    // What is given to a log router goes to it, and has a mode of its own.
    let is_routed = log.log_driver == Some(LogDriver::Awsfirelens);
    let legal = |mode: &str| matches!(mode, "blocking" | "non-blocking");
    let complaint = "neither `blocking` nor `non-blocking`";
    if !is_routed {
        option(container, log, ("mode", complaint), legal, report);
    }
}

fn awslogs_buffer(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let legal = |size: &str| {
        let lower = size.to_ascii_lowercase();
        let number = lower
            .trim_end_matches('b')
            .trim_end_matches(['k', 'm', 'g']);
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    if let Some(log) = log_of(&container, &LogDriver::Awslogs) {
        let complaint = "no size such as `25m`";
        option(
            container,
            log,
            ("max-buffer-size", complaint),
            legal,
            report,
        );
    }
}

fn buffer_blocking(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let options = container.value.log_configuration().options();
    if options.get("mode") == Some("blocking") && options.contains("max-buffer-size") {
        let at = container.at.member("logConfiguration");
        let at = at.member("options");
        let message = "there is no buffer in the mode `blocking`";
        report.fault(&at.member("max-buffer-size"), message);
    }
}

/// An option that has to be legal where it is given.
fn option(
    container: Container<'_>,
    log: &LogConfiguration,
    (name, complaint): (&str, &str),
    legal: impl Fn(&str) -> bool,
    report: &mut Report<'_>,
) {
    let value = log.options().get(name).filter(|value| !legal(value));
    if let Some(value) = value {
        let options = container.at.member("logConfiguration");
        let options: At<'_> = options.member("options");
        report.fault(
            &options.member(name),
            format!("{} is {complaint}", quote(value)),
        );
    }
}

fn awslogs_pattern(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let Some(log) = log_of(&container, &LogDriver::Awslogs) else {
        return;
    };
    let both = ["awslogs-datetime-format", "awslogs-multiline-pattern"];
    if both.iter().all(|option| log.has_option(option)) {
        let at = container.at.member("logConfiguration");
        let message = "there is a date format or a pattern for lines, not both";
        report.fault(&at.member("options"), message);
    }
}
