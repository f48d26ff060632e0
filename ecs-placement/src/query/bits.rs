//! Asks all instances at once.

use super::ast::{Expression, Presence, Term, Test};
use super::eval;
use crate::Instance;

/// Instances, 64 to a word, and the values of their attributes, each once.
pub(crate) trait Columns {
    /// How many words.
    fn words(&self) -> usize;

    /// The instances whose value of an attribute passes the test; `None` is an absent attribute,
    /// an empty text one without a value.
    fn select(&mut self, name: &str, accepts: impl Fn(Option<&str>) -> bool) -> Vec<u64>;

    /// The instances that pass a test of their own.
    fn ask(&mut self, accepts: impl Fn(Instance<'_>) -> bool) -> Vec<u64>;
}

pub(super) fn of(expression: &Expression, columns: &mut impl Columns) -> Vec<u64> {
    match expression {
        Expression::Any(parts) => join(parts, columns, 0, |all, part| *all |= part),
        Expression::All(parts) => join(parts, columns, u64::MAX, |all, part| *all &= part),
        Expression::Not(inner) => of(inner, columns).iter().map(|word| !word).collect(),
        Expression::Test(term) => of_term(expression, term, columns),
    }
}

fn of_term(expression: &Expression, term: &Term, columns: &mut impl Columns) -> Vec<u64> {
    match &term.test {
        Test::Attribute(name, presence) => columns.select(name, |value| {
            value.is_some() == (*presence == Presence::Exists)
        }),
        Test::AttributeText(name, test) => {
            columns.select(name, |value| value.is_some_and(|text| test.accepts(text)))
        }
        _ => columns.ask(|instance| eval::matches(expression, instance, None)),
    }
}

fn join(
    parts: &[Expression],
    columns: &mut impl Columns,
    start: u64,
    join: impl Fn(&mut u64, u64),
) -> Vec<u64> {
    let mut all = vec![start; columns.words()];
    for part in parts {
        let bits = of(part, columns);
        all.iter_mut()
            .zip(bits)
            .for_each(|(word, part)| join(word, part));
    }
    all
}
