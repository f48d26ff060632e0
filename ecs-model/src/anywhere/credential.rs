//! The credentials of a machine and of the tasks on it.

use core::time::Duration;

/// How often Systems Manager renews the credentials of a machine.
pub const CREDENTIAL_ROTATION: Duration = Duration::from_secs(30 * 60);
/// How often the agent reads the credentials anew.
pub const CREDENTIAL_RELOAD: Duration = Duration::from_secs(60);
/// Commands that let tasks reach the credentials of their role, on a machine without ecs-init.
pub const TASK_ROLE_COMMANDS: [&str; 3] = [
    "sysctl -w net.ipv4.conf.all.route_localnet=1",
    "iptables -t nat -A PREROUTING -p tcp -d 169.254.170.2 --dport 80 -j DNAT \
     --to-destination 127.0.0.1:51679",
    "iptables -t nat -A OUTPUT -d 169.254.170.2 -p tcp -m tcp --dport 80 -j REDIRECT \
     --to-ports 51679",
];
