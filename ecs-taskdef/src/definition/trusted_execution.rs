use crate::rules::shape_rules;
use crate::{open_enum, shape};

shape! {
    /// How far a task is kept apart from others on its instance. Managed
    /// Instances only.
    ///
    /// Source: API shape `TrustedExecutionConfiguration`.
    pub struct TrustedExecutionConfiguration {
        /// How far.
        isolation_mode: IsolationMode = "isolationMode" => required(),
        /// The policy the sandbox attests, in Base64; required for
        /// `CONFIDENTIAL_SANDBOX`.
        attestation_policy: String = "attestationPolicy",
    }
}

open_enum! {
    /// How far a task is kept apart from others.
    pub enum IsolationMode => guarded_by(&shape_rules::ISOLATION) {
        /// It shares the instance.
        Shared = "SHARED",
        /// It has a small virtual machine of its own.
        IsolatedSandbox = "ISOLATED_SANDBOX",
        /// The virtual machine is attested, and the host cannot look inside.
        ConfidentialSandbox = "CONFIDENTIAL_SANDBOX",
    }
}
