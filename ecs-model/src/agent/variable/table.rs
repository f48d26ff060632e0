//! Every variable that the agent and ecs-init read, one row each.

use super::DefaultValue::{DataDir, Host, InstanceMetadata, LogLevel, NotApplicable, Unset, Value};
use super::VariableKind::{
    Choice, Document, Duration, Names, Number, Pairs, PortRange, Ports, Rates, Strings, Switch,
    Text, Whole,
};
use super::{Bounds, Limits, Variable};

/// Seconds.
const MINUTE: u64 = 60;
/// The greatest integer that the agent reads.
const MAX: i64 = i64::MAX;
const LOG_LEVELS: &[&str] = &["crit", "error", "warn", "info", "debug", "none"];

/// A row: name, kind and meaning, and what else there is to say.
macro_rules! variables {
    ($( $name:literal, $kind:expr, $about:literal
        $( => $( $call:ident ( $($argument:expr)? ) ),+ )? ; )+) => {
        &[$( Variable::new($name, $kind, $about) $( $( .$call($($argument)?) )+ )? ),+]
    };
}

pub(super) const VARIABLES: &[Variable] = variables! {
    // Where the instance registers and as whom.
    "ECS_CLUSTER", Text, "the cluster that the instance registers into"
        => everywhere(Value("default")), guide_2015(Value("default"));
    "AWS_DEFAULT_REGION", Text, "the Region whose endpoints are called"
        => everywhere(InstanceMetadata), guide_2015(InstanceMetadata);
    "AWS_ACCESS_KEY_ID", Text, "the access key of the agent's calls"
        => guide_2015(InstanceMetadata), secret();
    "AWS_SECRET_ACCESS_KEY", Text, "the secret key of the agent's calls"
        => guide_2015(InstanceMetadata), secret();
    "AWS_SESSION_TOKEN", Text, "the session token of temporary credentials"
        => guide_2015(InstanceMetadata), secret();
    "ECS_ALTERNATE_CREDENTIAL_PROFILE", Text,
        "the profile of the shared credentials file that is used"
        => everywhere(Value("default"));
    "ECS_BACKEND_HOST", Text, "an endpoint of Amazon ECS in place of the Region's";
    "ECS_EXTERNAL", Switch, "the host is an external instance, not an EC2 instance"
        => everywhere(Value("false"));
    "ECS_INSTANCE_ATTRIBUTES", Pairs,
        "attributes of the first registration; later ones are not changed by it"
        => everywhere(Value("{}"));
    "ECS_CONTAINER_INSTANCE_TAGS", Pairs, "tags of the container instance"
        => everywhere(Value("{}"));
    "ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM", Choice(&["none", "ec2_instance"]),
        "what the container instance takes its tags from"
        => everywhere(Value("none"));
    "ECS_INSTANCE_IP_COMPATIBILITY", Choice(&["ipv4", "ipv6"]),
        "the IP version, in place of what the default routes say"
        => linux(Host), windows(NotApplicable);
    "ECS_DETAILED_OS_FAMILY", Text, "the distribution, which ecs-init finds out"
        => linux(Value("linux")), windows(NotApplicable);
    "ECS_WARM_POOLS_CHECK", Switch,
        "an instance of a warm pool registers only when it leaves the pool"
        => everywhere(Value("false"));
    "HTTP_PROXY", Text, "host and port of the proxy to the internet";
    "NO_PROXY", Text, "the hosts that are reached without the proxy, separated by commas";
    // What the instance offers.
    "ECS_RESERVED_PORTS", Ports, "TCP ports that no task may have"
        => linux(Value("[22, 2375, 2376, 51678, 51679]")),
        windows(Value("[53, 135, 139, 445, 2375, 2376, 3389, 5985, 5986, 51678, 51679]")),
        guide_2015(Value("[22, 2375, 2376, 51678]"));
    "ECS_RESERVED_PORTS_UDP", Ports, "UDP ports that no task may have"
        => everywhere(Value("[]")), guide_2015(Value("[]"));
    "ECS_RESERVED_MEMORY", Whole(Bounds::new(0, 65_535)),
        "MiB of the host that are kept from tasks"
        => everywhere(Value("0")), guide_2015(Value("0"));
    "ECS_DYNAMIC_HOST_PORT_RANGE", PortRange, "the host ports from which free ones are taken"
        => linux(Host), windows(Value("49152-65535"));
    "ECS_AVAILABLE_LOGGING_DRIVERS", Strings, "the logging drivers that tasks may use"
        => everywhere(Value(r#"["json-file","none"]"#));
    "ECS_DISABLE_PRIVILEGED", Switch, "privileged containers are refused"
        => everywhere(Value("false"));
    "ECS_SELINUX_CAPABLE", Switch, "the host has SELinux"
        => everywhere(Value("false"));
    "ECS_APPARMOR_CAPABLE", Switch, "the host has AppArmor"
        => everywhere(Value("false"));
    "ECS_ENABLE_GPU_SUPPORT", Switch, "the GPUs of the host are registered"
        => linux(Value("false")), windows(NotApplicable);
    "ECS_ENABLE_INF_SUPPORT", Switch, "the Inferentia devices of the host are registered";
    "ECS_NVIDIA_RUNTIME", Text, "the Docker runtime of containers with GPUs"
        => linux(Value("nvidia")), windows(NotApplicable);
    "ECS_GMSA_SUPPORTED", Switch, "tasks may use group managed service accounts"
        => everywhere(Value("false"));
    "ECS_FSX_WINDOWS_FILE_SERVER_SUPPORTED", Switch, "tasks may mount FSx for Windows File Server"
        => linux(Value("false")), windows(Value("true"));
    "ECS_EBSTA_SUPPORTED", Switch,
        "EBS volumes may be attached to tasks, which ecs-init finds out"
        => linux(Value("true")), windows(NotApplicable);
    "ECS_VOLUME_PLUGIN_CAPABILITIES", Strings, "the capabilities of the volume plugin of ecs-init";
    "CREDENTIALS_FETCHER_HOST", Text, "the socket of the credentials-fetcher daemon"
        => linux(Value("unix:///var/credentials-fetcher/socket/credentials_fetcher.sock")),
        windows(NotApplicable);
    "CREDENTIALS_FETCHER_SECRET_NAME_FOR_DOMAINLESS_GMSA", Text,
        "the name of the secret for group managed service accounts without a domain"
        => linux(Value("secretmanager-secretname")),
        windows(NotApplicable);
    // Docker and images.
    "DOCKER_HOST", Text, "the socket of the Docker daemon"
        => linux(Value("unix:///var/run/docker.sock")),
        windows(Value("npipe:////./pipe/docker_engine")),
        guide_2015(Value("unix:///var/run/docker.sock"));
    "ECS_DOCKER_GRAPH_PATH", Text, "where Docker keeps the state of containers, read for metrics"
        => guide_2015(Value("/var/lib/docker"));
    "ECS_ENGINE_AUTH_TYPE", Choice(&["dockercfg", "docker"]),
        "the format of `ECS_ENGINE_AUTH_DATA`"
        => guide_2015(Unset);
    "ECS_ENGINE_AUTH_DATA", Document, "names and passwords for private registries"
        => guide_2015(Unset), secret();
    "ECS_IMAGE_PULL_BEHAVIOR", Choice(&["default", "always", "once", "prefer-cached"]),
        "when an image is pulled although the host has it"
        => everywhere(Value("default"));
    "ECS_IMAGE_PULL_INACTIVITY_TIMEOUT", Duration(Limits::raised_to(MINUTE)),
        "how long a pull may stand still"
        => linux(Value("1m")), windows(Value("3m"));
    "ECS_IMAGE_PULL_TIMEOUT", Duration(Limits::NONE), "how long a pull may take"
        => everywhere(Value("2h"));
    "ECS_MANIFEST_PULL_TIMEOUT", Duration(Limits::raised_to(30)),
        "how long the pull of a manifest may take"
        => everywhere(Value("1m"));
    "ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT", Switch,
        "images are pulled before the dependencies of a container are met"
        => everywhere(Value("false"));
    "ECS_DISABLE_IMAGE_CLEANUP", Switch, "images are never removed"
        => everywhere(Value("false"));
    "ECS_IMAGE_CLEANUP_INTERVAL", Duration(Limits::at_least(10 * MINUTE)),
        "the time between two rounds of removal"
        => everywhere(Value("30m"));
    "ECS_IMAGE_MINIMUM_CLEANUP_AGE", Duration(Limits::NONE),
        "how old an image must be before it is removed"
        => everywhere(Value("1h"));
    "NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE", Duration(Limits::NONE),
        "how old an image of nobody's task must be before it is removed"
        => everywhere(Value("1h"));
    "ECS_NUM_IMAGES_DELETE_PER_CYCLE", Whole(Bounds::new(1, MAX)),
        "how many images one round removes"
        => everywhere(Value("5"));
    "NONECS_NUM_CONTAINERS_DELETE_PER_CYCLE", Whole(Bounds::new(1, MAX)),
        "how many containers of no task one round removes";
    "ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP", Switch,
        "containers and images of no task are removed too"
        => everywhere(Value("false"));
    "ECS_EXCLUDE_UNTRACKED_IMAGE", Names, "images that are never removed, separated by commas";
    // Tasks and their containers.
    "ECS_CONTAINER_STOP_TIMEOUT", Duration(Limits::raised_to(1)),
        "the time from the signal to stop to the kill"
        => everywhere(Value("30s"));
    "ECS_CONTAINER_START_TIMEOUT", Duration(Limits::raised_to(45).on_windows(2 * MINUTE)),
        "how long a container may take to start"
        => linux(Value("3m")), windows(Value("8m"));
    "ECS_CONTAINER_CREATE_TIMEOUT", Duration(Limits::raised_to(MINUTE)),
        "how long a container may take to be created"
        => everywhere(Value("4m"));
    "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION", Duration(Limits::at_least(1)),
        "how long the containers of a stopped task are kept"
        => everywhere(Value("3h"));
    "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER", Duration(Limits::NONE),
        "the random part that is added to that time";
    "ECS_ENABLE_TASK_IAM_ROLE", Switch, "tasks get the credentials of their role"
        => everywhere(Value("false"));
    "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST", Switch, "tasks in the host's network get them too"
        => everywhere(Value("false"));
    "ECS_ENABLE_TASK_CPU_MEM_LIMIT", Switch, "limits of the whole task are enforced"
        => linux(Value("true")), windows(Value("false"));
    "ECS_PROPAGATE_TASK_MEMORY_LIMIT_CGROUPV2", Switch,
        "containers without a limit get the task's, under cgroup v2"
        => linux(Value("false")), windows(NotApplicable);
    "ECS_TASK_PIDS_LIMIT", Whole(Bounds::new(1, 4_194_304)), "the processes that a task may have"
        => linux(Unset), windows(NotApplicable);
    "ECS_CGROUP_PATH", Text, "the root of the cgroup file system"
        => linux(Value("/sys/fs/cgroup")), windows(NotApplicable);
    "ECS_CGROUP_CPU_PERIOD", Duration(Limits::between_millis(8, 100)),
        "the period over which CPU limits of tasks count"
        => linux(Value("100ms")), windows(NotApplicable);
    "ECS_ENABLE_CPU_UNBOUNDED_WINDOWS_WORKAROUND", Switch,
        "tasks without CPU units run beside those that have some"
        => linux(NotApplicable), windows(Value("false"));
    "ECS_ENABLE_MEMORY_UNBOUNDED_WINDOWS_WORKAROUND", Switch, "the soft memory limit is left out"
        => linux(NotApplicable), windows(Value("false"));
    "ECS_ENABLE_CONTAINER_METADATA", Switch, "each container finds a file that describes it"
        => everywhere(Value("false"));
    "ECS_TASK_METADATA_RPS_LIMIT", Rates,
        "requests in a second to the metadata and credential endpoints: steady, burst"
        => everywhere(Value("40,60"));
    "ECS_DISABLE_TASK_METADATA_AZ", Switch, "the Availability Zone is left out of task metadata";
    "ECS_CONFORMANCE_DATA_VOLUME_MATCH_FULL_CONFIG", Switch,
        "shared volumes are the same only if driver, options and labels agree"
        => everywhere(Value("false"));
    "ECS_ENABLE_SPOT_INSTANCE_DRAINING", Switch,
        "the instance drains when EC2 announces to take it back"
        => everywhere(Value("false"));
    "ECS_EXCLUDE_IPV6_PORTBINDING", Switch, "bindings of IPv6 ports are not reported"
        => linux(Host), windows(Value("true"));
    "ECS_PAUSE_LABELS", Pairs, "labels of the pause container";
    // Task networking.
    "ECS_ENABLE_TASK_ENI", Switch, "tasks may have network interfaces of their own"
        => linux(Value("false")), windows(NotApplicable);
    "ECS_ENABLE_HIGH_DENSITY_ENI", Switch, "trunk interfaces are used for them"
        => linux(Value("true")), windows(NotApplicable);
    "ECS_CNI_PLUGINS_PATH", Text, "where the network plugins lie"
        => linux(Value("/amazon-ecs-cni-plugins")),
        windows(NotApplicable);
    "ECS_AWSVPC_BLOCK_IMDS", Switch,
        "tasks with their own interface do not reach the instance metadata"
        => linux(Value("false")), windows(NotApplicable);
    "ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES", Strings,
        "networks that such tasks reach through the host, as CIDR blocks"
        => linux(Value("[]")), windows(NotApplicable);
    "ECS_SKIP_LOCALHOST_TRAFFIC_FILTER", Switch,
        "packets to localhost from elsewhere are let through"
        => everywhere(Value("false"));
    "ECS_ALLOW_OFFHOST_INTROSPECTION_ACCESS", Switch,
        "the introspection port is open to other hosts"
        => everywhere(Value("false"));
    // State and updates of the agent.
    "ECS_DATADIR", Text, "where the agent keeps its state, as the agent's container sees it"
        => linux(Value("/data/")),
        windows(Value(r"C:\ProgramData\Amazon\ECS\data")),
        guide_2015(Unset);
    "ECS_HOST_DATA_DIR", Text, "the directory of the host behind `ECS_DATADIR`"
        => linux(Value("/var/lib/ecs")), windows(NotApplicable);
    "ECS_CHECKPOINT", Switch, "the state is kept across restarts"
        => everywhere(DataDir), guide_2015(DataDir);
    "ECS_UPDATES_ENABLED", Switch, "the agent exits for an update when asked to"
        => everywhere(Value("false")), guide_2015(Value("false"));
    "ECS_UPDATE_DOWNLOAD_DIR", Text, "where downloaded updates are put"
        => guide_2015(Unset);
    "ECS_AGENT_HEALTHCHECK_HOST", Text, "the address that the agent's health check asks"
        => everywhere(Value("localhost"));
    "ECS_DISABLE_DOCKER_HEALTH_CHECK", Switch, "the agent's container has no health check"
        => everywhere(Value("false"));
    // Metrics and logs.
    "ECS_DISABLE_METRICS", Switch, "no metrics are sent to CloudWatch"
        => everywhere(Value("false")), guide_2015(Value("false"));
    "ECS_POLL_METRICS", Switch, "metrics are asked for at intervals, not streamed"
        => everywhere(Value("false"));
    "ECS_POLLING_METRICS_WAIT_DURATION", Duration(Limits::clamped(5, 20)),
        "the time between two questions for metrics"
        => everywhere(Value("10s"));
    "ECS_ENABLE_RUNTIME_STATS", Switch, "the agent shows profiles of itself"
        => everywhere(Value("false"));
    "ECS_LOGLEVEL", Choice(LOG_LEVELS), "how much is logged"
        => everywhere(Value("info")), guide_2015(Value("warn"));
    "ECS_LOGLEVEL_ON_INSTANCE", Choice(LOG_LEVELS),
        "how much is logged to the file, where that differs"
        => everywhere(LogLevel);
    "ECS_LOGFILE", Text, "the log file; without it there is none"
        => guide_2015(Unset);
    "ECS_LOG_ROLLOVER_TYPE", Choice(&["size", "hourly"]), "when a new log file is begun"
        => everywhere(Value("size"));
    "ECS_LOG_OUTPUT_FORMAT", Choice(&["logfmt", "json"]), "the format of a line of the log"
        => everywhere(Value("logfmt"));
    "ECS_LOG_MAX_FILE_SIZE_MB", Number, "how large a log file grows, in megabytes"
        => everywhere(Value("5"));
    "ECS_LOG_MAX_ROLL_COUNT", Whole(Bounds::new(1, MAX)), "how many old log files are kept"
        => everywhere(Value("24"));
    "ECS_LOG_DRIVER", Text, "the logging driver of the agent's container"
        => linux(Value("json-file")), windows(NotApplicable);
    "ECS_LOG_OPTS", Pairs, "the options of that driver, which may hold its token"
        => linux(Value("{}")), windows(NotApplicable), secret();
    "ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE", Switch,
        "driver `awslogs` uses the task execution role"
        => everywhere(Value("false"));
    "ECS_ENABLE_FIRELENS_ASYNC", Switch, "log drivers connect to FireLens in the background"
        => everywhere(Value("true"));
    "ECS_AUDIT_LOGFILE", Text, "the log of requests for credentials";
    "ECS_AUDIT_LOGFILE_DISABLED", Switch, "requests for credentials are not logged";
    // ecs-init.
    "ECS_OFFHOST_INTROSPECTION_INTERFACE_NAME", Text,
        "the network interface on which the introspection port is closed"
        => of_ecs_init(), linux(Value("eth0"));
    "ECS_AGENT_LABELS", Pairs, "labels of the agent's container"
        => of_ecs_init();
    "ECS_AGENT_APPARMOR_PROFILE", Text, "the AppArmor profile of the agent's container"
        => of_ecs_init(), linux(Value("ecs-agent-default"));
    "ECS_AGENT_PID_NAMESPACE_HOST", Switch,
        "the agent's container has the process ids of the host"
        => of_ecs_init(), linux(Value("false"));
};
