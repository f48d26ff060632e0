//! Findings about conditions.

use std::borrow::Cow;

use ecs_arn::ArnPattern;

use super::action::listed;
use super::resource::impossible;
use super::similar::nearest;
use super::{Finding, Rule, Severity};
use crate::condition::{CompiledCondition, Family, Operator, OperatorKind, Quantifier};
use crate::document::{ConditionBlock, ConditionTest, Effect, Listed, Statement, Version};
use crate::ecs::{self, ActionReference, ConditionKeyReference, KeyType};
use crate::error::pointer_to;

pub(super) fn check(
    statement: &Statement,
    version: Version,
    pointer: &str,
    findings: &mut Vec<Finding>,
) {
    let Some(conditions) = &statement.condition else {
        return;
    };
    let pointer = pointer_to(pointer, "Condition");
    let actions = match &statement.action {
        Some(Listed::These(list)) => listed(list),
        _ => Vec::new(),
    };
    for block in conditions.blocks() {
        let pointer = pointer_to(&pointer, block.operator_text());
        let Some(operator) = Operator::from_name_ignore_case(block.operator_text()) else {
            continue;
        };
        check_operator(block, operator, &pointer, findings);
        for test in block.tests() {
            let pointer = pointer_to(&pointer, test.key());
            let subject = Subject {
                operator,
                test,
                pointer: &pointer,
            };
            subject.check_key(&actions, findings);
            subject.check_sets(statement, findings);
            subject.check_values(version, findings);
        }
    }
}

fn check_operator(
    block: &ConditionBlock,
    operator: Operator,
    pointer: &str,
    findings: &mut Vec<Finding>,
) {
    if block.operator().is_none() {
        let message = format!(
            "`{}` is not how AWS spells the operator",
            block.operator_text()
        );
        findings.push(
            Finding::new(Rule::OperatorCase, Severity::Error, pointer, message)
                .suggesting(Some(operator.to_string())),
        );
    }
    let modified = operator.if_exists || operator.quantifier.is_some();
    if operator.kind == OperatorKind::Null && modified {
        let message = format!("`{operator}` means `Null`: it asks whether the key is there");
        findings.push(
            Finding::new(Rule::ModifiedNull, Severity::Notice, pointer, message)
                .suggesting(Some("Null".to_owned())),
        );
    }
}

/// One test of an operator.
struct Subject<'a> {
    operator: Operator,
    test: &'a ConditionTest,
    pointer: &'a str,
}

impl Subject<'_> {
    fn key(&self) -> &str {
        self.test.key()
    }

    fn check_key(&self, actions: &[ActionReference], findings: &mut Vec<Finding>) {
        let key = self.key();
        let known = ecs::condition_key(key);
        if known.is_none() {
            if key
                .get(..4)
                .is_some_and(|start| start.eq_ignore_ascii_case("ecs:"))
            {
                let message = format!("`{key}` is no condition key of Amazon ECS");
                let names = ecs::condition_keys().map(ConditionKeyReference::name);
                findings.push(
                    Finding::new(Rule::UnknownKey, Severity::Error, self.pointer, message)
                        .suggesting(nearest(key, names).map(str::to_owned)),
                );
            }
            return;
        }
        let without: Vec<_> = actions
            .iter()
            .filter(|action| !action.takes_key(key))
            .map(|a| a.name())
            .collect();
        if without.is_empty() {
            return;
        }
        let message = if without.len() == actions.len() {
            format!("no action of the statement has `{key}`")
        } else {
            format!("`{key}` does not exist for {}", without.join(", "))
        };
        findings.push(Finding::new(
            Rule::KeyNotTaken,
            Severity::Warning,
            self.pointer,
            message,
        ));
    }

    fn check_sets(&self, statement: &Statement, findings: &mut Vec<Finding>) {
        if self.operator.kind == OperatorKind::Null {
            return;
        }
        let (key, operator) = (self.key(), self.operator);
        let for_all = operator.quantifier == Some(Quantifier::ForAllValues);
        if for_all && statement.effect == Effect::Allow && !is_guarded(statement, key) {
            let message = format!("`{operator}` also allows requests without `{key}`");
            let guard = format!("\"Null\": {{\"{key}\": \"false\"}}");
            findings.push(self.warning(Rule::UnguardedForAllValues, message, guard));
        }
        if let Some(known) = ecs::condition_key(key) {
            findings.extend(self.quantity(known.key_type().is_list()));
        }
    }

    /// That the operator is for as many values as the key has.
    fn quantity(&self, several: bool) -> Option<Finding> {
        let (key, operator) = (self.key(), self.operator);
        let quantifier = match (several, operator.quantifier) {
            (false, Some(_)) => None,
            (true, None) => Some(Quantifier::ForAnyValue),
            _ => return None,
        };
        let meant = Operator {
            quantifier,
            ..operator
        }
        .to_string();
        Some(if several {
            let message = format!(
                "`{key}` may have several values, and `{operator}` does not say for which it must \
                 hold"
            );
            self.warning(Rule::MissingSetOperator, message, meant)
        } else {
            let message = format!("`{key}` has one value, and `{operator}` is for several");
            self.warning(Rule::NeedlessSetOperator, message, meant)
        })
    }

    fn warning(&self, rule: Rule, message: String, suggestion: String) -> Finding {
        Finding::new(rule, Severity::Warning, self.pointer, message).suggesting(Some(suggestion))
    }

    fn check_values(&self, version: Version, findings: &mut Vec<Finding>) {
        let name = self.operator.to_string();
        let values: Vec<_> = self
            .test
            .values()
            .iter()
            .map(|value| value.text())
            .collect();
        let mut rejected = Vec::new();
        CompiledCondition::compile(&name, self.test, version, &mut rejected);
        for text in rejected.iter().filter_map(|at| values.get(*at)) {
            let message = format!("`{name}` can compare nothing with `{text}`");
            findings.push(Finding::new(
                Rule::ImpossibleValue,
                Severity::Error,
                self.pointer,
                message,
            ));
        }
        self.check_type(findings);
        self.check_arns(&values, findings);
        findings.extend(self.literal_wildcard(&values));
        let old = version == Version::V2008_10_17;
        if let Some(text) = values.iter().find(|text| old && text.contains("${")) {
            let message = format!("`{text}` has a variable, which is plain text in this version");
            let rule = Rule::LiteralVariable;
            findings.push(Finding::new(rule, Severity::Error, self.pointer, message));
        }
    }

    /// That the `Equals` operators are not given wildcards.
    fn literal_wildcard(&self, values: &[Cow<'_, str>]) -> Option<Finding> {
        let operator = self.operator;
        let is_like = operator.kind.name().ends_with("Like");
        if operator.kind.family() != Family::String || is_like {
            return None;
        }
        let without_escapes = |text: &str| text.replace("${*}", "").replace("${?}", "");
        let text = values
            .iter()
            .find(|text| without_escapes(text).contains(['*', '?']))?;
        let message = format!("`{operator}` has no wildcards: `{text}` stands for itself");
        let kind = if operator.kind.is_negated() {
            OperatorKind::StringNotLike
        } else {
            OperatorKind::StringLike
        };
        let meant = Operator { kind, ..operator }.to_string();
        Some(self.warning(Rule::LiteralWildcard, message, meant))
    }

    /// That ARNs of Amazon ECS are ones that can exist.
    fn check_arns(&self, values: &[Cow<'_, str>], findings: &mut Vec<Finding>) {
        if self.operator.kind.family() != Family::Arn {
            return;
        }
        let patterns = values
            .iter()
            .filter_map(|text| Some((text, ArnPattern::for_condition(text).ok()?)));
        for (text, pattern) in patterns {
            if let Some((message, suggestion)) = impossible(text, &pattern) {
                let rule = Rule::ImpossibleValue;
                let finding = Finding::new(rule, Severity::Error, self.pointer, message);
                findings.push(finding.suggesting(suggestion));
            }
        }
    }

    fn check_type(&self, findings: &mut Vec<Finding>) {
        let Some(known) = ecs::condition_key(self.key()) else {
            return;
        };
        let fits = match self.operator.kind.family() {
            Family::Null => true,
            Family::String | Family::Binary => {
                matches!(known.key_type(), KeyType::Text | KeyType::TextList)
            }
            Family::Arn => matches!(known.key_type(), KeyType::Arn | KeyType::ArnList),
            Family::Numeric => known.key_type() == KeyType::Numeric,
            Family::Bool => known.key_type() == KeyType::Bool,
            Family::Date | Family::Ip => false,
        };
        if fits {
            return;
        }
        let (kind, meant) = match known.key_type() {
            KeyType::Arn | KeyType::ArnList => ("an ARN", OperatorKind::ArnLike),
            KeyType::Bool => ("a truth value", OperatorKind::Bool),
            KeyType::Numeric => ("a number", OperatorKind::NumericEquals),
            KeyType::Text | KeyType::TextList => ("a text", OperatorKind::StringEquals),
        };
        let message = format!(
            "`{}` is {kind}, which is not what `{}` compares",
            self.key(),
            self.operator
        );
        let chosen = Operator {
            kind: meant,
            ..self.operator
        };
        findings.push(
            Finding::new(Rule::OperatorType, Severity::Warning, self.pointer, message)
                .suggesting((!self.operator.kind.is_negated()).then(|| chosen.to_string())),
        );
    }
}

/// Whether the statement asks by `Null` that a key is there.
fn is_guarded(statement: &Statement, key: &str) -> bool {
    let blocks = statement
        .condition
        .iter()
        .flat_map(|conditions| conditions.blocks());
    let nulls = blocks.filter(|block| {
        block
            .operator()
            .is_some_and(|operator| operator.kind == OperatorKind::Null)
    });
    let mut tests = nulls.flat_map(ConditionBlock::tests);
    tests.any(|test| {
        let mut values = test.values().iter();
        test.key().eq_ignore_ascii_case(key) && values.all(|value| value.text() == "false")
    })
}
