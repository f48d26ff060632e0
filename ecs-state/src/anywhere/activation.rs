//! [`Activation`]: what lets machines register as managed instances.

use core::fmt;

use ecs_arn::IdKind;
use ecs_model::Timestamp;
use ecs_model::agent::{Secret, exposing};
use ecs_model::anywhere::{CreateActivationRequest, DEFAULT_VALIDITY};
use ecs_taskdef::{Findings, Format, Saved};
use serde::{Deserialize, Serialize};

/// An activation, and how much of it is used.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_model::agent::Secret;
/// use ecs_model::anywhere::CreateActivationRequest;
/// use ecs_state::anywhere::Activation;
///
/// let now = Timestamp::from_seconds(1_700_000_000);
/// let request = CreateActivationRequest::default().with_iam_role("ecsAnywhereRole");
/// let id = "5743558d-563b-4457-8682-d16c30000000";
/// let mut activation = Activation::new(request, id, Secret::new("dRmgnYaFv567vEXAMPLE"), now)?;
/// let shown = activation.poll_code().expect("shown once");
/// assert_eq!(activation.poll_code(), None);
///
/// activation.handle_registration(shown.expose(), now)?;
/// let again = activation.handle_registration(shown.expose(), now).unwrap_err();
/// assert_eq!(again.to_string(), "the activation has its 1 registrations");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// serde writes one that outlives the program, its code only by [`with_secrets`](Self::with_secrets).
///
/// Source: Systems Manager User Guide, hybrid activations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Activation {
    format: Format<Self>,
    id: String,
    request: CreateActivationRequest,
    code: Secret,
    is_code_shown: bool,
    expires: Timestamp,
    limit: u32,
    registrations: u32,
}

impl Saved for Activation {
    const NAME: &'static str = "activation";
    const VERSION: u32 = 1;
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
            format: Format::current(),
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

    /// Serialises everything, the code too: keep the result as secret as it is. Without the code an
    /// activation cannot be read back.
    #[must_use]
    pub fn with_secrets(&self) -> impl Serialize + '_ {
        exposing(self, "/code", Some(self.code.expose()))
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The code to show, the first time; afterwards nobody can ask for it.
    pub fn poll_code(&mut self) -> Option<Secret> {
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

    /// A machine registers and shows this code.
    ///
    /// # Errors
    ///
    /// [`ActivationError`] if the code is wrong, or the activation has expired or is used up;
    /// nothing is counted.
    pub fn handle_registration(
        &mut self,
        code: &str,
        now: Timestamp,
    ) -> Result<(), ActivationError> {
        self.check_code(code)?;
        self.count_registration(now)
    }

    /// Whether the code is that of the activation.
    ///
    /// # Errors
    ///
    /// [`ActivationError::WrongCode`] if it is another one.
    pub fn check_code(&self, code: &str) -> Result<(), ActivationError> {
        match self.code.matches(code) {
            true => Ok(()),
            false => Err(ActivationError::WrongCode),
        }
    }

    pub(super) fn count_registration(&mut self, now: Timestamp) -> Result<(), ActivationError> {
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
