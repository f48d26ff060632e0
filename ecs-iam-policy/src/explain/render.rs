//! An explanation as text.

use std::fmt;

use super::{Explanation, ResourceExplanation, StatementExplanation};
use crate::decide::{Decision, Outcome};
use crate::layers::StatementId;

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} by {}", self.action, self.principal)?;
        for resource in &self.resources {
            resource.fmt(formatter)?;
        }
        for key in &self.missing_keys {
            writeln!(formatter, "the request lacks `{key}`")?;
        }
        for part in &self.unevaluated {
            let (layer, policy) = (part.layer, part.policy + 1);
            writeln!(formatter, "{layer}, policy {policy}: {}", part.diagnostic)?;
        }
        Ok(())
    }
}

impl fmt::Display for ResourceExplanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "on {}", self.resource)?;
        write!(formatter, "is {}: ", self.decision.outcome)?;
        self.write_ground(formatter)?;
        let mut place = None;
        for statement in &self.statements {
            let StatementId { layer, policy, .. } = statement.id;
            if place != Some((layer, policy)) {
                place = Some((layer, policy));
                write!(formatter, "  {layer}, policy {}", policy + 1)?;
                write_name(formatter, statement.policy_name.as_deref())?;
                formatter.write_str("\n")?;
            }
            writeln!(formatter, "    {statement}")?;
        }
        Ok(())
    }
}

impl ResourceExplanation {
    /// What the decision rests on.
    fn write_ground(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Decision {
            outcome,
            layer,
            statement,
            ..
        } = self.decision;
        let deciding = statement.and_then(|id| self.statements.iter().find(|one| one.id == id));
        match (deciding, outcome) {
            (Some(deciding), _) => {
                write!(formatter, "statement {}", deciding.id.statement + 1)?;
                write_name(formatter, deciding.sid.as_deref())?;
                write!(formatter, " of {layer}, policy {}", deciding.id.policy + 1)?;
                write_name(formatter, deciding.policy_name.as_deref())?;
                formatter.write_str("\n")
            }
            (None, Outcome::Allowed) => writeln!(formatter, "the root user needs no statement"),
            (None, _) => writeln!(formatter, "no statement of the {layer}"),
        }
    }
}

impl fmt::Display for StatementExplanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "statement {}", self.id.statement + 1)?;
        write_name(formatter, self.sid.as_deref())?;
        write!(formatter, ", {}: ", self.effect.name())?;
        match &self.mismatch {
            None => formatter.write_str("applies"),
            Some(reason) => reason.fmt(formatter),
        }
    }
}

fn write_name(formatter: &mut fmt::Formatter<'_>, name: Option<&str>) -> fmt::Result {
    match name.filter(|name| !name.is_empty()) {
        Some(name) => write!(formatter, " `{name}`"),
        None => Ok(()),
    }
}
