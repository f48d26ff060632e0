//! [`EcsConfig`]: the file `ecs.config` and the agent's environment.

use core::fmt;

use ecs_taskdef::{Finding, Findings, Position, Rule};
use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rule;
use super::secret::{REDACTED, Secrets, refuse_redacted};
use super::variable::Variable;

/// The variables of the agent as somebody wrote them, in order.
///
/// The file `ecs.config` is no shell script: a line is split at its first `=`, and everything
/// behind it is the value. There are no quotes, no comments and no references to other variables;
/// a line without `=` is skipped. What looks as if its author believed otherwise is in
/// [`findings`](Self::findings).
///
/// `Debug` and serialisation show `[redacted]` for secrets, and for every variable that is not
/// known, because nobody can say what it holds. [`get`](Self::get) and [`iter`](Self::iter) give
/// values as they are, and [`with_secrets`](Self::with_secrets) writes them so. A `[redacted]` is
/// refused when it is read. What is written are the variables, without the findings.
///
/// ```
/// use ecs_model::agent::EcsConfig;
///
/// let config = EcsConfig::parse(
///     "ECS_CLUSTER=web\nECS_ENGINE_AUTH_TYPE=docker\nECS_ENGINE_AUTH_DATA={\"r.tld\":{}}\n",
/// );
/// assert_eq!(config.get("ECS_CLUSTER"), Some("web"));
/// assert_eq!(
///     serde_json::to_string(&config)?,
///     r#"{"ECS_CLUSTER":"web","ECS_ENGINE_AUTH_TYPE":"docker","ECS_ENGINE_AUTH_DATA":"[redacted]"}"#
/// );
/// let data = config.to_user_data()?;
/// assert_eq!(data.left_out, ["ECS_ENGINE_AUTH_DATA"]);
/// assert_eq!(
///     data.text,
///     "#!/bin/bash\ncat <<'EOF' >> /etc/ecs/ecs.config\n\
///      ECS_CLUSTER=web\nECS_ENGINE_AUTH_TYPE=docker\nEOF\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Developer Guide, container agent configuration.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EcsConfig {
    variables: IndexMap<String, String>,
    findings: Findings,
}

impl EcsConfig {
    /// The file that users write on Linux.
    pub const PATH: &'static str = "/etc/ecs/ecs.config";
    /// The file that installation scripts write on Linux; [`PATH`](Self::PATH) overrides it.
    pub const INSTANCE_PATH: &'static str = "/var/lib/ecs/ecs.config";

    /// Reads the text of an `ecs.config`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut config = Self::default();
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            let blanks = line.len() - line.trim_start().len();
            config.read_line(line.trim(), &|within| {
                Position::of(text, offset + blanks + within)
            });
            offset += line.len();
        }
        config
    }

    /// Takes the variables of an environment. Those that the agent does not read are passed over:
    /// an environment holds many.
    #[must_use]
    pub fn from_environment<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        let mut config = Self::default();
        for (name, value) in variables {
            let name = name.into();
            if Variable::named(&name).is_some() {
                config.variables.insert(name, value.into());
            }
        }
        config
    }

    /// The value of a variable as it was written, secrets too.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Sets a variable.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Names and values as they were written, secrets too.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether no variable is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty()
    }

    /// What is suspicious about the lines.
    #[must_use]
    pub const fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Adds the variables of another source, which win: the user's file over the instance's, the
    /// environment over both. An empty value does not win. Findings of both are kept.
    #[must_use]
    pub fn overridden_by(mut self, other: Self) -> Self {
        for (name, value) in other.variables {
            if !value.is_empty() || !self.variables.contains_key(&name) {
                self.variables.insert(name, value);
            }
        }
        self.findings.extend(other.findings);
        self
    }

    /// Reads a line; `position` is where a byte of it is in the text.
    fn read_line(&mut self, line: &str, position: &dyn Fn(usize) -> Position) {
        let finding = |rule, within, message: &str| {
            Finding::new(rule, String::new(), message.to_owned()).at(position(within))
        };
        if line.is_empty() {
            return;
        }
        let Some((name, value)) = line.split_once('=') else {
            let rule = match line.starts_with('#') {
                true => &rule::REMARK,
                false => &rule::NO_ASSIGNMENT,
            };
            self.findings
                .push(finding(rule, 0, "a line without `=` is skipped"));
            return;
        };
        if let Some((rule, message)) = name_fault(name) {
            self.findings.push(finding(rule, 0, &message));
        }
        for (rule, message) in value_faults(value) {
            self.findings.push(finding(rule, name.len() + 1, message));
        }
        let replaced = self.variables.insert(name.to_owned(), value.to_owned());
        if replaced.is_some() {
            let message = match Variable::named(name) {
                Some(variable) => format!("`{variable}` is already set; this value holds"),
                None => "the variable is already set; this value holds".to_owned(),
            };
            self.findings.push(finding(&rule::DUPLICATE, 0, &message));
        }
    }
}

/// What is wrong with a name. Only names that a variable can have are quoted: anything else may
/// be a piece of a value that was broken over lines.
fn name_fault(name: &str) -> Option<(&'static Rule, String)> {
    let fault = |rule, message: &str| Some((rule, message.to_owned()));
    if name.starts_with('#') {
        return fault(
            &rule::COMMENT,
            "`#` starts no comment: the line sets a variable with `#` in its name",
        );
    }
    if let Some(variable) = Variable::named(name.trim_end())
        && name.ends_with(char::is_whitespace)
    {
        let message = format!("the blank before `=` makes it another variable than `{variable}`");
        return fault(&rule::BLANK, &message);
    }
    if name.starts_with("export ") {
        return fault(
            &rule::NAME,
            "`export` belongs to the name: the file is no shell script",
        );
    }
    if let Some(variable) = meant(name) {
        let message = format!("not a variable of the agent: did you mean `{variable}`?");
        return fault(&rule::UNKNOWN, &message);
    }
    if !is_name(name) {
        return fault(
            &rule::NAME,
            "what stands before `=` is no name of a variable",
        );
    }
    match Variable::named(name) {
        None if may_be_shown(name) => fault(
            &rule::UNKNOWN,
            &format!("`{name}` is not a variable of the agent"),
        ),
        None => fault(&rule::UNKNOWN, "not a variable of the agent"),
        Some(variable) if !variable.is_current() => fault(
            &rule::RETIRED,
            &format!("`{variable}` is of 2015: today's agent does not read it"),
        ),
        Some(_) => None,
    }
}

/// The variable of which this is a misspelling: by case, or with hyphens that a line break of a
/// printed page has put in.
fn meant(name: &str) -> Option<&'static Variable> {
    if Variable::named(name).is_some() {
        return None;
    }
    let joined = name.trim().replace('-', "").to_ascii_uppercase();
    Variable::named(&joined)
        .or_else(|| Variable::named(&name.trim().replace('-', "_").to_ascii_uppercase()))
}

fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(allowed)
}

/// Whether a name is written as names of variables are. Anything else, though it may be a name,
/// may also be a piece of a secret that ends in `=`.
fn may_be_shown(name: &str) -> bool {
    let usual = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    Variable::named(name).is_some() || (name.contains('_') && name.bytes().all(usual))
}

fn value_faults(value: &str) -> Vec<(&'static Rule, &'static str)> {
    let mut found = Vec::new();
    if value.starts_with(char::is_whitespace) {
        found.push((&rule::BLANK, "the blank after `=` belongs to the value"));
    }
    if is_quoted(value.trim()) {
        found.push((&rule::QUOTES, "the quotes belong to the value"));
    }
    if value.contains("${") || value.starts_with('$') {
        found.push((
            &rule::EXPANSION,
            "`$` stands for itself: no variable is replaced",
        ));
    }
    if value.contains(" #") {
        found.push((
            &rule::TRAILING_COMMENT,
            "`#` starts no comment: it belongs to the value",
        ));
    }
    found
}

fn is_quoted(value: &str) -> bool {
    let pairs = [('"', '"'), ('\'', '\''), ('\u{201c}', '\u{201d}')];
    let within = |(open, close)| {
        value
            .strip_prefix(open)
            .is_some_and(|rest| rest.ends_with(close))
    };
    pairs.into_iter().any(within)
}

/// Whether a value may not be shown; what nobody knows may be a secret.
fn is_secret(name: &str, value: &str) -> bool {
    Variable::named(name).is_none_or(|variable| variable.hides(value))
}

impl fmt::Debug for EcsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.shown()).finish()
    }
}

impl Serialize for EcsConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.shown())
    }
}

impl<'de> Deserialize<'de> for EcsConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let variables = IndexMap::<String, String>::deserialize(deserializer)?;
        for (name, value) in &variables {
            refuse_redacted(name)?;
            refuse_redacted(value)?;
        }
        Ok(variables.into_iter().collect())
    }
}

/// Takes variables as they are, without a look for what is suspicious about them.
impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for EcsConfig {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(variables: T) -> Self {
        let variables = variables.into_iter();
        Self {
            variables: variables
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            findings: Findings::default(),
        }
    }
}

/// The variables of an [`EcsConfig`], secrets too.
struct WithSecrets<'a>(&'a EcsConfig);

impl Serialize for WithSecrets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}

impl EcsConfig {
    /// Serialises every variable as it was written, secrets too: keep the result as secret as they
    /// are.
    ///
    /// ```
    /// use ecs_model::agent::EcsConfig;
    ///
    /// let config = EcsConfig::default().with("ECS_ENGINE_AUTH_DATA", "{\"r.tld\":{}}");
    /// let plain = serde_json::to_string(&config)?;
    /// assert_eq!(plain, r#"{"ECS_ENGINE_AUTH_DATA":"[redacted]"}"#);
    /// assert!(serde_json::from_str::<EcsConfig>(&plain).is_err());
    /// let whole = serde_json::to_string(&config.with_secrets())?;
    /// assert_eq!(serde_json::from_str::<EcsConfig>(&whole)?, config);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn with_secrets(&self) -> impl Serialize + '_ {
        WithSecrets(self)
    }

    /// Names and values without what is secret, names that are no names included.
    fn shown(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter().map(|(name, value)| {
            let name = if may_be_shown(name) { name } else { REDACTED };
            let value = if is_secret(name, value) {
                REDACTED
            } else {
                value
            };
            (name, value)
        })
    }

    /// The text of an `ecs.config`.
    ///
    /// # Errors
    ///
    /// [`UnwritableVariable`] for a name or a value that the format cannot hold.
    pub fn to_file(&self, secrets: Secrets) -> Result<Written<String>, UnwritableVariable> {
        let lines = self.lines(secrets)?;
        Ok(lines.map(|lines| lines.iter().map(|line| format!("{line}\n")).collect()))
    }

    /// A script for the user data of an EC2 instance, which appends to `ecs.config`.
    ///
    /// Secrets are never part of it: everybody who may describe the instance, and everything that
    /// runs on it, can read its user data.
    ///
    /// # Errors
    ///
    /// [`UnwritableVariable`] for a name or a value that the format cannot hold.
    pub fn to_user_data(&self) -> Result<Written<String>, UnwritableVariable> {
        let file = self.to_file(Secrets::LeaveOut)?;
        Ok(file.map(|text| {
            let path = Self::PATH;
            match text.is_empty() {
                true => "#!/bin/bash\n".to_owned(),
                // Every line holds a `=`, so none of them ends the text early.
                false => format!("#!/bin/bash\ncat <<'EOF' >> {path}\n{text}EOF\n"),
            }
        }))
    }

    /// Arguments of `docker run`: `--env=ECS_CLUSTER=web`, one for each variable. They are not
    /// quoted for a shell.
    ///
    /// # Errors
    ///
    /// [`UnwritableVariable`] for a name or a value that the format cannot hold.
    pub fn to_env_args(
        &self,
        secrets: Secrets,
    ) -> Result<Written<Vec<String>>, UnwritableVariable> {
        let lines = self.lines(secrets)?;
        Ok(lines.map(|lines| lines.iter().map(|line| format!("--env={line}")).collect()))
    }

    fn lines(&self, secrets: Secrets) -> Result<Written<Vec<String>>, UnwritableVariable> {
        let mut written = Written {
            text: Vec::new(),
            left_out: Vec::new(),
        };
        for (name, value) in self.iter() {
            if secrets == Secrets::LeaveOut && is_secret(name, value) {
                let shown = if may_be_shown(name) { name } else { REDACTED };
                written.left_out.push(shown.to_owned());
                continue;
            }
            if !is_name(name) {
                return Err(UnwritableVariable::Name);
            }
            if value.contains(['\n', '\r', '\0']) || value.trim_end() != value {
                return Err(UnwritableVariable::Value(name.to_owned()));
            }
            written.text.push(format!("{name}={value}"));
        }
        Ok(written)
    }
}

/// What a writer of [`EcsConfig`] has written, and the names of what it has left out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written<T> {
    /// What was written.
    pub text: T,
    /// The variables that are secret, or not known and so perhaps secret.
    pub left_out: Vec<String>,
}

impl<T> Written<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Written<U> {
        Written {
            text: change(self.text),
            left_out: self.left_out,
        }
    }
}

/// A variable that cannot be written, because reading it back would give another one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnwritableVariable {
    /// The name is not made of letters, digits and underscores.
    #[error("a name that is not letters, digits and underscores cannot be written")]
    Name,
    /// The value has a line break or ends in a blank.
    #[error("the value of `{0}` has a line break or ends in a blank")]
    Value(String),
}
