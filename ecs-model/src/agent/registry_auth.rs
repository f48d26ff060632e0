//! [`RegistryAuth`]: credentials for private registries, and which of them an image is pulled with.

use core::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use ecs_taskdef::{Findings, Rule};
use serde_json::{Map, Value};

use super::rule::{self, about};
use super::secret::Secret;

const DATA: &str = "ECS_ENGINE_AUTH_DATA";
const TYPE: &str = "ECS_ENGINE_AUTH_TYPE";

/// The key of Docker Hub, without its scheme.
const DOCKER_HUB_KEY: &str = "index.docker.io/v1/";
/// The host that an image without a host is pulled from.
const DOCKER_HUB: &str = "docker.io";
const DOCKER_HUB_HOSTS: [&str; 3] = [DOCKER_HUB, "index.docker.io", "registry-1.docker.io"];

/// The format of `ECS_ENGINE_AUTH_DATA`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthFormat {
    /// What `docker login` writes into `.dockercfg`: name and password joined and encoded.
    Dockercfg,
    /// Name, password and address in the open.
    Docker,
}

impl AuthFormat {
    /// The format as `ECS_ENGINE_AUTH_TYPE` names it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dockercfg => "dockercfg",
            Self::Docker => "docker",
        }
    }
}

impl fmt::Display for AuthFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The credentials of `ECS_ENGINE_AUTH_DATA`, by registry.
///
/// As the agent does, reading never fails: what cannot be read is left out, and
/// [`findings`](Self::findings) say why without showing any of it.
///
/// ```
/// use ecs_model::agent::RegistryAuth;
///
/// let data = r#"{
///     "https://index.docker.io/v1/": {"username": "me", "password": "hub", "email": "a@b.c"},
///     "r.example.com": {"username": "all", "password": "one"},
///     "r.example.com/team": {"username": "team", "password": "two"}
/// }"#;
/// let auth = RegistryAuth::parse("docker", data);
/// let username = |image| auth.lookup(image).map(|found| found.username.as_str());
/// assert_eq!(username("nginx:1.25"), Some("me"));
/// assert_eq!(username("r.example.com/team/web"), Some("team"));
/// assert_eq!(username("r.example.com/web"), Some("all"));
/// assert_eq!(username("other.example.com/web"), None);
/// assert!(!format!("{auth:?}").contains("hub"));
/// ```
///
/// Source: Developer Guide, private registry authentication formats.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RegistryAuth {
    entries: Vec<Entry>,
    findings: Findings,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    /// The registry without its scheme.
    key: String,
    credentials: RegistryCredentials,
}

/// A name and a password for a registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistryCredentials {
    /// The user's name.
    pub username: String,
    /// The password.
    pub password: Secret,
    /// The address of the account, which registries do not ask for any more.
    pub email: Option<String>,
}

impl RegistryAuth {
    /// Reads the values of `ECS_ENGINE_AUTH_TYPE` and `ECS_ENGINE_AUTH_DATA`.
    #[must_use]
    pub fn parse(format: &str, data: &str) -> Self {
        let format = match format {
            "dockercfg" => AuthFormat::Dockercfg,
            "docker" => AuthFormat::Docker,
            "" if data.is_empty() => return Self::default(),
            "" => {
                let message = format!("`{DATA}` is not read without `{TYPE}`");
                return Self::nothing(TYPE, &rule::VALUE, message);
            }
            _ => {
                let message = format!("`{TYPE}` is not one of `dockercfg`, `docker`");
                return Self::nothing(TYPE, &rule::VALUE, message);
            }
        };
        if data.is_empty() {
            let message = format!("`{TYPE}` is set, but `{DATA}` is not");
            return Self::nothing(DATA, &rule::COUNTS_AS_UNSET, message);
        }
        match serde_json::from_str(data) {
            Ok(value) => Self::from_value(format, &value),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                let message = format!("`{DATA}` is not JSON from line {line} column {column} on");
                Self::nothing(DATA, &rule::VALUE, message)
            }
        }
    }

    /// Reads credentials that are JSON already.
    #[must_use]
    pub fn from_value(format: AuthFormat, data: &Value) -> Self {
        let registries = match data {
            Value::Object(registries) => registries,
            Value::Null => return Self::default(),
            _ => {
                let message = format!("`{DATA}` is not a JSON object");
                return Self::nothing(DATA, &rule::VALUE, message);
            }
        };
        if let Some(registry) = mistyped(format, registries) {
            let registry = shown(registry);
            let message =
                format!("`{DATA}` has a value of the wrong type at {registry}: none of it is used");
            return Self::nothing(DATA, &rule::VALUE, message);
        }
        let mut auth = Self::default();
        for (registry, entry) in registries {
            let read = match format {
                AuthFormat::Dockercfg => decode(entry),
                AuthFormat::Docker => named(entry),
            };
            match read {
                Ok(credentials) => auth.add(registry, credentials),
                Err(reason) => auth.find(format!("{}: {reason}", shown(registry))),
            }
        }
        auth
    }

    /// The credentials that an image is pulled with.
    ///
    /// The registry is what stands before the first `/` if it has a `.` or a `:` or is
    /// `localhost`; otherwise the image is one of Docker Hub, whose credentials stand under
    /// `index.docker.io/v1/` alone. Of several entries with the host of the image, the longest
    /// that the image starts with is used; if it starts with none of them, the first one is.
    #[must_use]
    pub fn lookup(&self, image: &str) -> Option<&RegistryCredentials> {
        let host = registry_host(image);
        if DOCKER_HUB_HOSTS.contains(&host) {
            return self.entry(DOCKER_HUB_KEY);
        }
        let of_host = || self.entries.iter().filter(|entry| entry.host() == host);
        of_host()
            .filter(|entry| image.starts_with(&entry.key))
            .max_by_key(|entry| entry.key.len())
            .or_else(|| of_host().next())
            .map(|entry| &entry.credentials)
    }

    /// The registries, without their schemes, and their credentials.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RegistryCredentials)> {
        self.entries
            .iter()
            .map(|entry| (entry.key.as_str(), &entry.credentials))
    }

    /// What could not be read.
    #[must_use]
    pub const fn findings(&self) -> &Findings {
        &self.findings
    }

    fn nothing(variable: &str, rule: &'static Rule, message: String) -> Self {
        Self {
            entries: Vec::new(),
            findings: Findings::from_iter([about(rule, variable, message)]),
        }
    }

    fn find(&mut self, message: String) {
        self.findings.push(about(&rule::VALUE, DATA, message));
    }

    /// Adds an entry; one registry with two schemes is one registry, and its last entry holds.
    fn add(&mut self, registry: &str, credentials: RegistryCredentials) {
        let key = without_scheme(registry).to_owned();
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => {
                entry.credentials = credentials;
                self.find(format!(
                    "{} is written twice: the last one holds",
                    shown(&key)
                ));
            }
            None => self.entries.push(Entry { key, credentials }),
        }
    }

    fn entry(&self, key: &str) -> Option<&RegistryCredentials> {
        let found = self.entries.iter().find(|entry| entry.key == key)?;
        Some(&found.credentials)
    }
}

impl Entry {
    fn host(&self) -> &str {
        self.key.split('/').next().unwrap_or_default()
    }
}

fn without_scheme(registry: &str) -> &str {
    registry
        .strip_prefix("https://")
        .or_else(|| registry.strip_prefix("http://"))
        .unwrap_or(registry)
}

/// The host of an image's registry.
fn registry_host(image: &str) -> &str {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => DOCKER_HUB,
    }
}

/// A registry in backticks; one whose address may hold a password is not shown.
fn shown(registry: &str) -> String {
    match registry.contains('@') {
        true => "a registry".to_owned(),
        false => format!("`{registry}`"),
    }
}

/// The first registry with a value of the wrong type. The agent reads all of the data or nothing.
fn mistyped(format: AuthFormat, registries: &Map<String, Value>) -> Option<&str> {
    let members: &[&str] = match format {
        AuthFormat::Dockercfg => &["auth"],
        AuthFormat::Docker => &["username", "password", "email"],
    };
    let is_readable = |entry: &Value| match entry {
        Value::Null => true,
        Value::Object(entry) => members.iter().all(|name| {
            matches!(
                entry.get(*name),
                None | Some(Value::Null | Value::String(_))
            )
        }),
        _ => false,
    };
    registries
        .iter()
        .find(|(_, entry)| !is_readable(entry))
        .map(|(registry, _)| registry.as_str())
}

fn text<'a>(entry: &'a Value, name: &str) -> &'a str {
    entry.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn named(entry: &Value) -> Result<RegistryCredentials, &'static str> {
    if text(entry, "username").is_empty() {
        return Err("there is no `username`");
    }
    Ok(RegistryCredentials {
        username: text(entry, "username").to_owned(),
        password: Secret::new(text(entry, "password")),
        email: email(entry),
    })
}

/// Name and password out of `auth`.
fn decode(entry: &Value) -> Result<RegistryCredentials, &'static str> {
    let auth = text(entry, "auth");
    if auth.is_empty() {
        return Err("there is no `auth`");
    }
    // The agent's decoder takes line breaks and does not look at the last bits.
    let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, config);
    let joined: String = auth.split(['\r', '\n']).collect();
    let decoded = engine.decode(joined).map_err(|_| "`auth` is not Base64")?;
    let decoded = String::from_utf8(decoded).map_err(|_| "`auth` is not Base64 of UTF-8")?;
    let Some((username, password)) = decoded.split_once(':') else {
        return Err("`auth` holds no `:` between name and password");
    };
    Ok(RegistryCredentials {
        username: username.to_owned(),
        password: Secret::new(password),
        email: email(entry),
    })
}

fn email(entry: &Value) -> Option<String> {
    entry.get("email")?.as_str().map(ToOwned::to_owned)
}
