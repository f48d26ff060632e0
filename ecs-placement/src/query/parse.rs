//! Reads an expression, one function for each part of the grammar.
//!
//! ```text
//! any    := all (("||" | "or") all)*
//! all    := not (("&&" | "and") not)*
//! not    := ("!" | "not") not | "(" any ")" | test
//! test   := subject operator value?
//! ```

use ecs_taskdef::Timestamp;
use regex::Regex;

use super::ast::{Expression, Presence, Relation, Term, Test, TextKind, TextTest};
use super::token::Scanner;
use super::{Query, QueryError};

/// How deep parentheses and negations may be nested; far more than anybody can read.
const MAX_DEPTH: usize = 100;

type Parsed<T> = Result<T, QueryError>;

pub(super) fn expression(text: &str) -> Parsed<Expression> {
    if text.chars().count() > Query::MAX_CHARS {
        let message = format!("more than {} characters", Query::MAX_CHARS);
        return Err(QueryError::new(0, message));
    }
    let mut parser = Parser {
        scanner: Scanner::new(text),
        depth: 0,
    };
    let expression = parser.any()?;
    match parser.scanner.peek() {
        "" => Ok(expression),
        _ => Err(parser.expected("`and`, `or` or the end")),
    }
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    depth: usize,
}

/// What an operator asks for, before its value is read.
#[derive(Clone, Copy)]
enum Operator {
    Relation(Relation),
    Presence(Presence),
    In { negated: bool },
    Matches { negated: bool },
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Parsed<Expression> {
        let mut parts = vec![self.all()?];
        while self.scanner.skip("||") || self.scanner.skip("or") {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Expression::Any))
    }

    fn all(&mut self) -> Parsed<Expression> {
        let mut parts = vec![self.not()?];
        while self.scanner.skip("&&") || self.scanner.skip("and") {
            parts.push(self.not()?);
        }
        Ok(one_or(parts, Expression::All))
    }

    fn not(&mut self) -> Parsed<Expression> {
        let at = self.scanner.offset();
        if self.depth == MAX_DEPTH {
            let message = format!("nested more than {MAX_DEPTH} deep");
            return Err(QueryError::unsupported(at, message, None));
        }
        self.depth += 1;
        let expression = if self.scanner.skip("!") || self.scanner.skip("not") {
            Expression::Not(Box::new(self.not()?))
        } else if self.scanner.skip("(") {
            let inner = self.any()?;
            if !self.scanner.skip(")") {
                return Err(self.expected("`)`"));
            }
            inner
        } else {
            Expression::Test(self.term()?)
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn term(&mut self) -> Parsed<Term> {
        let start = self.scanner;
        let test = self.test()?;
        let text = start.until(&self.scanner).trim_start().into();
        Ok(Term { text, test })
    }

    fn test(&mut self) -> Parsed<Test> {
        let at = self.scanner.offset();
        let subject = self.scanner.peek();
        if let Some(name) = subject.strip_prefix("attribute:") {
            self.scanner.next();
            check_attribute_name(name, at)?;
            return self.attribute(name);
        }
        match subject {
            "ec2InstanceId" => self.text(subject).map(Test::Ec2InstanceId),
            "agentConnected" => self.text(subject).map(Test::AgentConnected),
            "task:group" => self.text(subject).map(Test::TaskGroup),
            "agentVersion" => {
                let (relation, version) =
                    self.ordered(subject, "a version", |text| text.parse().ok())?;
                Ok(Test::AgentVersion(relation, version))
            }
            "registeredAt" => {
                let date = |text: &str| text.parse::<Timestamp>().ok().filter(|_| is_date(text));
                let (relation, at) = self.ordered(subject, "a date", date)?;
                Ok(Test::RegisteredAt(relation, at))
            }
            "runningTasksCount" => {
                let (relation, count) =
                    self.ordered(subject, "a number", |text| text.parse().ok())?;
                Ok(Test::RunningTasksCount(relation, count))
            }
            _ => Err(self.expected("a subject, `not` or `(`")),
        }
    }

    fn attribute(&mut self, name: &str) -> Parsed<Test> {
        let at = self.scanner.offset();
        match self.operator()? {
            Operator::Presence(presence) => Ok(Test::Attribute(name.into(), presence)),
            operator => Ok(Test::AttributeText(
                name.into(),
                self.text_test(operator, at)?,
            )),
        }
    }

    /// A subject that is a text and always there.
    fn text(&mut self, subject: &str) -> Parsed<TextTest> {
        self.scanner.next();
        let at = self.scanner.offset();
        match self.operator()? {
            Operator::Presence(_) => Err(unfit(subject, at)),
            Operator::Relation(relation)
                if !matches!(relation, Relation::Equal | Relation::NotEqual) =>
            {
                Err(unfit(subject, at))
            }
            operator => self.text_test(operator, at),
        }
    }

    fn text_test(&mut self, operator: Operator, at: usize) -> Parsed<TextTest> {
        let one_of = |value: &str| TextKind::OneOf([value.into()].into());
        let (negated, kind) = match operator {
            Operator::Relation(Relation::Equal) => (false, one_of(self.value()?)),
            Operator::Relation(Relation::NotEqual) => (true, one_of(self.value()?)),
            Operator::Relation(relation) => {
                (false, TextKind::Compares(relation, self.value()?.into()))
            }
            Operator::In { negated } => (negated, TextKind::OneOf(self.list()?)),
            Operator::Matches { negated } => (negated, TextKind::Matches(self.regex()?)),
            Operator::Presence(_) => return Err(unfit("this subject", at)),
        };
        Ok(TextTest { negated, kind })
    }

    /// A subject that has an order.
    fn ordered<T>(
        &mut self,
        subject: &str,
        what: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Parsed<(Relation, T)> {
        self.scanner.next();
        let at = self.scanner.offset();
        let Operator::Relation(relation) = self.operator()? else {
            return Err(unfit(subject, at));
        };
        let at = self.scanner.offset();
        let value = self.value()?;
        match read(value) {
            Some(value) => Ok((relation, value)),
            None => Err(QueryError::new(at, format!("`{value}` is not {what}"))),
        }
    }

    fn operator(&mut self) -> Parsed<Operator> {
        let operator = operator(self.scanner.peek()).ok_or_else(|| self.expected("an operator"))?;
        self.scanner.next();
        Ok(operator)
    }

    fn value(&mut self) -> Parsed<&'a str> {
        let mut scanner = self.scanner;
        let value = scanner.value().ok_or_else(|| self.expected("a value"))?;
        self.scanner = scanner;
        Ok(value)
    }

    fn list(&mut self) -> Parsed<Box<[Box<str>]>> {
        if !self.scanner.skip("[") {
            return Err(self.expected("`[`"));
        }
        let mut values = vec![self.value()?.into()];
        while self.scanner.skip(",") {
            values.push(self.value()?.into());
        }
        match self.scanner.skip("]") {
            true => Ok(values.into()),
            false => Err(self.expected("`,` or `]`")),
        }
    }

    fn regex(&mut self) -> Parsed<Regex> {
        let at = self.scanner.offset();
        let pattern = self.value()?;
        super::regex::parse(pattern)
            .map_err(|(message, source)| QueryError::unsupported(at, message, source))
    }

    fn expected(&mut self, what: &str) -> QueryError {
        let at = self.scanner.offset();
        let found = match self.scanner.peek() {
            "" => "the end".to_owned(),
            token => format!("`{token}`"),
        };
        QueryError::new(at, format!("expected {what}, found {found}"))
    }
}

fn one_or(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            parts.extend(last);
            join(parts)
        }
    }
}

fn operator(token: &str) -> Option<Operator> {
    let operator = match token.to_ascii_lowercase().as_str() {
        "==" | "equals" => Operator::Relation(Relation::Equal),
        "!=" | "not_equals" => Operator::Relation(Relation::NotEqual),
        ">" | "greater_than" => Operator::Relation(Relation::Greater),
        ">=" | "greater_than_equal" => Operator::Relation(Relation::GreaterOrEqual),
        "<" | "less_than" => Operator::Relation(Relation::Less),
        "<=" | "less_than_equal" => Operator::Relation(Relation::LessOrEqual),
        "exists" => Operator::Presence(Presence::Exists),
        "!exists" | "not_exists" => Operator::Presence(Presence::Absent),
        "in" => Operator::In { negated: false },
        "!in" | "not_in" => Operator::In { negated: true },
        "=~" | "matches" => Operator::Matches { negated: false },
        "!~" | "not_matches" => Operator::Matches { negated: true },
        _ => return None,
    };
    Some(operator)
}

fn unfit(subject: &str, at: usize) -> QueryError {
    QueryError::new(at, format!("`{subject}` does not have this operator"))
}

/// A date, alone or with a time; a bare number of seconds is none.
fn is_date(text: &str) -> bool {
    text.as_bytes().get(4) == Some(&b'-')
}

/// Names of attributes: 1 to 128 letters, digits, `-`, `_`, `.`, `/` and `\`.
fn check_attribute_name(name: &str, at: usize) -> Parsed<()> {
    let legal = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'\\')
    };
    match (1..=128).contains(&name.len()) && name.bytes().all(legal) {
        true => Ok(()),
        false => Err(QueryError::new(
            at,
            format!("`{name}` is not the name of an attribute"),
        )),
    }
}
