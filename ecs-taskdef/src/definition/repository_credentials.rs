use crate::shape;

shape! {
    /// Where the password of a private registry lies.
    ///
    /// Source: API shape `RepositoryCredentials`.
    pub struct RepositoryCredentials {
        /// The ARN or the name of a Secrets Manager secret.
        credentials_parameter: String = "credentialsParameter" => required(),
    }
}
