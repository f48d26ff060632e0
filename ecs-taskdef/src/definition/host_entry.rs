use crate::shape;

shape! {
    /// A line of `/etc/hosts`.
    ///
    /// Source: API shape `HostEntry`.
    pub struct HostEntry {
        /// The host name.
        hostname: String = "hostname" => required(),
        /// Its address.
        ip_address: String = "ipAddress" => required(),
    }
}
