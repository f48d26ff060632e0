//! The documents of an activation: what Systems Manager is asked for and what it answers.

use core::time::Duration;

use ecs_taskdef::shape::{At, Kind, MemberType, MemberValue, Reader, of_text};
use ecs_taskdef::{Finding, Findings, Rule, Source, Timestamp, shape};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::agent::{Secret, exposing};
use crate::rules::check_shape;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long an activation is valid if nothing else is asked for.
pub const DEFAULT_VALIDITY: Duration = DAY;
/// How long an activation may be valid.
pub const MAX_VALIDITY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Every rule of activations.
pub(crate) static RULES: [&Rule; 2] = [&NAME_CHARACTERS, &EXPIRATION];

static NAME_CHARACTERS: Rule = rule(
    "activation-name-characters",
    "the default name of instances has letters, digits, blanks and `_.:/=+-@`",
);
static EXPIRATION: Rule = rule(
    "activation-expiration",
    "an activation expires within the next 30 days",
);

const fn rule(id: &'static str, summary: &'static str) -> Rule {
    let source = Source::Page {
        title: "Systems Manager API operation `CreateActivation`",
        url: "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateActivation.html",
    };
    Rule::new(id, summary, source).answered_by("InvalidParameters")
}

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
            findings.push(Finding::new(rule, pointer, message));
        };
        if let Some(name) = &self.default_instance_name
            && !name.chars().all(is_of_a_name)
        {
            let message = format!("`{name}` is not letters, digits, blanks and `_.:/=+-@`");
            fault(&NAME_CHARACTERS, "/DefaultInstanceName", message);
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
                fault(&EXPIRATION, "/ExpirationDate", message);
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
    /// `[redacted]`, which is refused when it is read, unless it is asked for by
    /// [`with_secrets`](Self::with_secrets).
    ///
    /// ```
    /// use ecs_model::anywhere::CreateActivationResponse;
    ///
    /// let printed = r#"{"ActivationId": "5743558d-563b-4457-8682-d16c3EXAMPLE", "ActivationCode": "dRmgnYaFv567vEXAMPLE"}"#;
    /// let response: CreateActivationResponse = serde_json::from_str(printed)?;
    /// assert!(!format!("{response:?}").contains("dRmgn"));
    ///
    /// let redacted = serde_json::to_string(&response)?;
    /// assert!(redacted.contains("[redacted]"));
    /// assert!(serde_json::from_str::<CreateActivationResponse>(&redacted).is_err());
    /// let whole = serde_json::to_string(&response.with_secrets())?;
    /// assert_eq!(serde_json::from_str::<CreateActivationResponse>(&whole)?, response);
    ///
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

impl CreateActivationResponse {
    /// Serialises everything, the code too: keep the result as secret as it is.
    #[must_use]
    pub fn with_secrets(&self) -> impl Serialize + '_ {
        let code = self.activation_code.as_ref();
        exposing(self, "/ActivationCode", code.map(Secret::expose))
    }
}

impl MemberType for Secret {
    const KIND: Kind = Kind::String;

    type Read<'a> = Option<&'a Self>;

    #[inline]
    fn get(slot: &Option<Self>) -> Option<&Self> {
        slot.as_ref()
    }

    fn read(value: &Value, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let read = Self::deserialize(value).ok();
        if read.is_none() {
            // What stands there may be the secret in another form, so it is not handed on.
            reader.wrong_type(at, Self::KIND, &Value::Null);
        }
        read
    }
}

// It has no view: not even a check looks at it.
impl MemberValue for Secret {
    fn most_json_bytes(&self) -> usize {
        of_text(self.expose())
    }
}
