//! Conditions, operator by operator.

use serde_json::{Map, Value};

use super::text::{is_arn, lookup, segments, string_matches};
use super::{as_text, list};

pub(crate) fn met(condition: &Value, variables: bool, context: &Map<String, Value>) -> bool {
    let Value::Object(blocks) = condition else {
        return true;
    };
    blocks.iter().all(|(operator, tests)| {
        let Value::Object(tests) = tests else {
            return false;
        };
        tests.iter().all(|(key, values)| {
            test_met(
                operator,
                lookup(context, key),
                &list(values),
                variables,
                context,
            )
        })
    })
}

fn test_met(
    operator: &str,
    found: Option<&Value>,
    values: &[String],
    variables: bool,
    context: &Map<String, Value>,
) -> bool {
    let (quantifier, rest) = operator.split_once(':').unwrap_or(("", operator));
    let (name, if_exists) = rest
        .strip_suffix("IfExists")
        .map_or((rest, false), |name| (name, true));
    let found: Vec<String> = found.map(list).unwrap_or_default();
    if name == "Null" {
        return values
            .iter()
            .any(|value| value.to_lowercase() == found.is_empty().to_string());
    }
    let negated = name.contains("Not");
    let one = |text: &String| {
        let Some(matches) = matches_any(name, text, values, variables, context) else {
            return false;
        };
        matches != negated
    };
    let is_null = found.iter().all(String::is_empty);
    match quantifier {
        "ForAllValues" => is_null || found.iter().all(one),
        "ForAnyValue" => (is_null && if_exists) || (!is_null && found.iter().any(one)),
        _ if found.is_empty() => if_exists || negated,
        _ => found.iter().any(one),
    }
}

/// Whether a text matches one of the values; nothing if it is not of the operator's type.
fn matches_any(
    name: &str,
    text: &str,
    values: &[String],
    variables: bool,
    context: &Map<String, Value>,
) -> Option<bool> {
    let name = name.replace("Not", "");
    if let Some(relation) = name.strip_prefix("Numeric") {
        let number: f64 = text.parse().ok()?;
        let values = values.iter().filter_map(|value| value.parse::<f64>().ok());
        return Some(
            values
                .into_iter()
                .any(|value| related(relation, number, value)),
        );
    }
    if let Some(relation) = name.strip_prefix("Date") {
        let date = seconds(text)?;
        return Some(
            values
                .iter()
                .filter_map(|v| seconds(v))
                .any(|v| related(relation, date, v)),
        );
    }
    match name.as_str() {
        "Bool" => {
            let text = text.to_lowercase();
            let is_bool = text == "true" || text == "false";
            is_bool.then(|| values.iter().any(|value| value.to_lowercase() == text))
        }
        "BinaryEquals" => Some(values.iter().any(|value| value == text)),
        "IpAddress" => {
            let address = bits(text)?;
            Some(values.iter().any(|block| in_block(&address, block)))
        }
        "ArnEquals" | "ArnLike" => Some(
            is_arn(text)
                && values.iter().any(|pattern| {
                    let parts = segments(pattern);
                    let of_text = text.splitn(6, ':');
                    parts.len() == 6
                        && parts.iter().zip(of_text).all(|(pattern, part)| {
                            string_matches(pattern, part, variables, true, context)
                        })
                }),
        ),
        "StringLike" => Some(
            values
                .iter()
                .any(|v| string_matches(v, text, variables, true, context)),
        ),
        "StringEquals" => Some(
            values
                .iter()
                .any(|v| string_matches(v, text, variables, false, context)),
        ),
        "StringEqualsIgnoreCase" => {
            let lower: Map<String, Value> = context
                .iter()
                .map(|(key, value)| (key.clone(), as_lower(value)))
                .collect();
            let matches = |value: &String| {
                string_matches(
                    &value.to_lowercase(),
                    &text.to_lowercase(),
                    variables,
                    false,
                    &lower,
                )
            };
            Some(values.iter().any(matches))
        }
        _ => None,
    }
}

fn as_lower(value: &Value) -> Value {
    match value {
        Value::Array(_) => value.clone(),
        single => Value::from(as_text(single).to_lowercase()),
    }
}

fn related(relation: &str, left: f64, right: f64) -> bool {
    match relation {
        "Equals" => left == right,
        "LessThan" => left < right,
        "LessThanEquals" => left <= right,
        "GreaterThan" => left > right,
        _ => left >= right,
    }
}

/// `YYYY-MM-DDThh:mm:ssZ`, `YYYY-MM-DD`, `-Y` or digits.
fn seconds(text: &str) -> Option<f64> {
    if !text.contains('-') {
        return text.parse::<u32>().ok().map(f64::from);
    }
    if let Some(years) = text.strip_prefix('-') {
        // A year before the first one: some time long before 1970.
        return years
            .parse::<u32>()
            .ok()
            .map(|years| -1e11 - 4e7 * f64::from(years));
    }
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let date: Vec<u32> = date
        .split('-')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let time: Vec<u32> = time
        .trim_end_matches('Z')
        .split(':')
        .map(|part| part.parse().unwrap_or(0))
        .collect();
    let leap = |year: u32| {
        (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
    };
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: u32 = (1970..date[0])
        .map(|year| if leap(year) { 366 } else { 365 })
        .sum();
    let months: u32 = lengths.iter().take(date[1] as usize - 1).sum();
    let leap_day = u32::from(leap(date[0]) && date[1] > 2);
    let days = years + months + leap_day + date[2] - 1;
    Some(f64::from(
        days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2],
    ))
}

/// An address as a text of bits; its length tells the version.
fn bits(text: &str) -> Option<String> {
    match text.parse().ok()? {
        std::net::IpAddr::V4(address) => Some(
            address
                .octets()
                .iter()
                .map(|byte| format!("{byte:08b}"))
                .collect(),
        ),
        std::net::IpAddr::V6(address) => Some(
            address
                .octets()
                .iter()
                .map(|byte| format!("{byte:08b}"))
                .collect(),
        ),
    }
}

fn in_block(address: &str, block: &str) -> bool {
    let (start, prefix) = block.split_once('/').unwrap_or((block, "999"));
    let (Some(start), Ok(prefix)) = (bits(start), prefix.parse::<usize>()) else {
        return false;
    };
    let prefix = prefix.min(start.len());
    start.len() == address.len() && start.get(..prefix) == address.get(..prefix)
}
