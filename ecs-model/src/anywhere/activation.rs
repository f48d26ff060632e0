//! [`Activation`]: what lets machines register as managed instances.

use core::fmt;
use core::time::Duration;

use ecs_arn::IdKind;
use ecs_taskdef::shape::{At, Kind, Limits, MemberType, Reader, ShapeFault};
use ecs_taskdef::{Finding, Findings, RuleId, Severity, Timestamp, shape};
use serde_json::Value;

use crate::agent::Secret;
use crate::rules::check_shape;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long an activation is valid if nothing else is asked for.
pub const DEFAULT_VALIDITY: Duration = DAY;
/// How long an activation may be valid.
pub const MAX_VALIDITY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

const NAME_CHARACTERS: RuleId = RuleId::new("activation-name-characters");
const EXPIRATION: RuleId = RuleId::new("activation-expiration");

shape! {
    /// A tag of the managed instances of an activation.
    ///
    /// Source: Systems Manager API shape `Tag`.
    pub struct ActivationTag {
        /// 1 to 128 characters.
        key: String = "Key" => required().bounds(1, 128),
        /// 1 to 256 characters.
        value: String = "Value" => required().bounds(1, 256),
    }
}

shape! {
    /// Asks Systems Manager for an activation.
    ///
    /// ```
    /// use ecs_model::Timestamp;
    /// use ecs_model::anywhere::CreateActivationRequest;
    ///
    /// let request: CreateActivationRequest = serde_json::from_str(r#"{
    ///     "IamRole": "ecsAnywhereRole",
    ///     "RegistrationLimit": 2000
    /// }"#)?;
    /// let found: Vec<String> = request
    ///     .validate(Timestamp::from_seconds(1_700_000_000))
    ///     .iter()
    ///     .map(ToString::to_string)
    ///     .collect();
    /// assert_eq!(found, ["error[out-of-bounds] /RegistrationLimit: 2000, not 1 to 1000"]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: Systems Manager API operation `CreateActivation`.
    pub struct CreateActivationRequest {
        /// What the activation is for.
        description: String = "Description" => bounds(0, 256),
        /// The name that registered machines get.
        default_instance_name: String = "DefaultInstanceName" => bounds(0, 256),
        /// The role whose credentials registered machines get.
        iam_role: String = "IamRole" => required().bounds(1, 64),
        /// How many machines may register; 1 if it is absent.
        registration_limit: i32 = "RegistrationLimit" => bounds(1, 1_000),
        /// From when on it is no longer valid; 24 hours from now if it is absent.
        expiration_date: Timestamp = "ExpirationDate",
        /// Tags of registered machines.
        tags: Vec<ActivationTag> = "Tags" => bounds(0, 1_000),
    }
}

impl CreateActivationRequest {
    /// Everything that Systems Manager would refuse: what differs from the shape, and by the rules
    /// `activation-name-characters` and `activation-expiration`.
    #[must_use]
    pub fn validate(&self, now: Timestamp) -> Findings {
        let mut findings = check_shape(self);
        let mut fault = |rule, pointer: &str, message| {
            let pointer = pointer.to_owned();
            findings.push(Finding::of(rule, Severity::Error, pointer, message));
        };
        if let Some(name) = &self.default_instance_name
            && !name.chars().all(is_of_a_name)
        {
            let message = format!("`{name}` is not letters, digits, blanks and `_.:/=+-@`");
            fault(NAME_CHARACTERS, "/DefaultInstanceName", message);
        }
        if let Some(expiry) = self.expiration_date {
            let problem = if expiry <= now {
                Some("not in the future")
            } else if expiry > now.saturating_add(MAX_VALIDITY) {
                Some("more than 30 days away")
            } else {
                None
            };
            if let Some(problem) = problem {
                let message = format!("{expiry} is {problem}");
                fault(EXPIRATION, "/ExpirationDate", message);
            }
        }
        findings
    }
}

/// A character of the default name: a letter, a digit, a blank or one of a few signs.
fn is_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || character == ' ' || "_.:/=+-@".contains(character)
}

shape! {
    /// What Systems Manager answers: the two values that a machine registers with.
    ///
    /// The code is shown this once; Systems Manager does not tell it again. It is written as
    /// `[redacted]`.
    ///
    /// ```
    /// use ecs_model::anywhere::CreateActivationResponse;
    ///
    /// let printed = r#"{"ActivationId": "5743558d-563b-4457-8682-d16c3EXAMPLE", "ActivationCode": "dRmgnYaFv567vEXAMPLE"}"#;
    /// let response: CreateActivationResponse = serde_json::from_str(printed)?;
    /// assert!(!format!("{response:?}").contains("dRmgn"));
    /// assert!(!serde_json::to_string(&response)?.contains("dRmgn"));
    /// let code = response.activation_code.expect("the response has a code");
    /// assert_eq!(code.expose(), "dRmgnYaFv567vEXAMPLE");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: Systems Manager API operation `CreateActivation`.
    pub struct CreateActivationResponse {
        /// The id: 36 characters.
        activation_id: String = "ActivationId",
        /// The code: 20 to 250 characters.
        activation_code: Secret = "ActivationCode",
    }
}

impl MemberType for Secret {
    const KIND: Kind = Kind::String;

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::new(text)),
            // What stands there may be the secret in another form, so it is not handed on.
            _ => {
                reader.wrong_type(at, Self::KIND, &Value::Null);
                None
            }
        }
    }

    fn check(&self, _: &Limits, _: &At<'_>, _: &mut dyn FnMut(&At<'_>, ShapeFault<'_>)) {}
}

/// An activation, and how much of it is used.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_model::agent::Secret;
/// use ecs_model::anywhere::{Activation, ActivationError, CreateActivationRequest};
///
/// let now = Timestamp::from_seconds(1_700_000_000);
/// let request = CreateActivationRequest {
///     iam_role: Some("ecsAnywhereRole".to_owned()),
///     ..CreateActivationRequest::default()
/// };
/// let id = "5743558d-563b-4457-8682-d16c30000000";
/// let mut activation = Activation::new(request, id, Secret::new("dRmgnYaFv567vEXAMPLE"), now)?;
/// let shown = activation.take_code().expect("shown once");
/// assert_eq!(activation.take_code(), None);
///
/// activation.register(shown.expose(), now)?;
/// let again = activation.register(shown.expose(), now).unwrap_err();
/// assert_eq!(again.to_string(), "the activation has its 1 registrations");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Systems Manager User Guide, hybrid activations.
#[derive(Clone, Debug, PartialEq)]
pub struct Activation {
    id: String,
    request: CreateActivationRequest,
    code: Secret,
    is_code_shown: bool,
    expires: Timestamp,
    limit: u32,
    registrations: u32,
}

impl Activation {
    /// Makes an activation. The caller chooses the id and the code, which Systems Manager draws at
    /// random.
    ///
    /// # Errors
    ///
    /// [`ActivationError`] for a request that is refused, an id that is no UUID or a code of
    /// another length.
    pub fn new(
        request: CreateActivationRequest,
        id: impl Into<String>,
        code: Secret,
        now: Timestamp,
    ) -> Result<Self, ActivationError> {
        let id = id.into();
        let findings = request.validate(now);
        if findings.has_errors() {
            return Err(ActivationError::Invalid(findings));
        }
        if IdKind::of(&id) != IdKind::Uuid {
            return Err(ActivationError::Id(id));
        }
        if !(20..=250).contains(&code.expose().chars().count()) {
            return Err(ActivationError::CodeLength);
        }
        let limit = request.registration_limit.unwrap_or(1);
        Ok(Self {
            id,
            expires: request
                .expiration_date
                .unwrap_or_else(|| now.saturating_add(DEFAULT_VALIDITY)),
            limit: u32::try_from(limit).unwrap_or(1),
            request,
            code,
            is_code_shown: false,
            registrations: 0,
        })
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The code, the first time; afterwards nobody can ask for it.
    pub fn take_code(&mut self) -> Option<Secret> {
        let is_first = !self.is_code_shown;
        self.is_code_shown = true;
        is_first.then(|| self.code.clone())
    }

    /// What was asked for: the role, the name and the tags of machines.
    #[must_use]
    pub const fn request(&self) -> &CreateActivationRequest {
        &self.request
    }

    /// From when on it is no longer valid.
    #[must_use]
    pub const fn expires(&self) -> Timestamp {
        self.expires
    }

    /// How many machines may register in all.
    #[must_use]
    pub const fn registration_limit(&self) -> u32 {
        self.limit
    }

    /// How many have registered. A machine that runs the script again counts again, and one that
    /// was deregistered stays counted.
    #[must_use]
    pub const fn registrations(&self) -> u32 {
        self.registrations
    }

    /// Whether a machine could register now.
    ///
    /// # Errors
    ///
    /// [`ActivationError`] if it has expired or is used up.
    pub fn check(&self, now: Timestamp) -> Result<(), ActivationError> {
        if now >= self.expires {
            return Err(ActivationError::Expired(self.expires));
        }
        if self.registrations >= self.limit {
            return Err(ActivationError::LimitReached(self.limit));
        }
        Ok(())
    }

    /// Counts the registration of a machine that shows this code.
    ///
    /// # Errors
    ///
    /// [`ActivationError`] if the code is wrong, or the activation has expired or is used up;
    /// nothing is counted.
    pub fn register(&mut self, code: &str, now: Timestamp) -> Result<(), ActivationError> {
        if !self.code.matches(code) {
            return Err(ActivationError::WrongCode);
        }
        self.check(now)?;
        self.registrations = self.registrations.saturating_add(1);
        Ok(())
    }
}

/// Why an activation cannot be made or used.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ActivationError {
    /// The request is refused, and why.
    Invalid(Findings),
    /// The id is no UUID.
    Id(String),
    /// The code is shorter than 20 or longer than 250 characters.
    CodeLength,
    /// The code is another one.
    WrongCode,
    /// It was valid until then.
    Expired(Timestamp),
    /// As many machines have registered as may.
    LimitReached(u32),
}

impl fmt::Display for ActivationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(findings) => {
                f.write_str("the request is refused")?;
                for (index, error) in findings.errors().enumerate() {
                    write!(f, "{} {error}", if index == 0 { ":" } else { ";" })?;
                }
                Ok(())
            }
            Self::Id(id) => write!(f, "`{id}` is not the id of an activation"),
            Self::CodeLength => f.write_str("an activation code has 20 to 250 characters"),
            Self::WrongCode => f.write_str("the activation code is not that of the activation"),
            Self::Expired(at) => write!(f, "the activation expired at {at}"),
            Self::LimitReached(limit) => {
                write!(f, "the activation has its {limit} registrations")
            }
        }
    }
}

impl core::error::Error for ActivationError {}
