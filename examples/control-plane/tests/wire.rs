//! The server, over the wire, by a plain HTTP client.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// A server, which ends with the test.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(program())
            .args(["--listen", "127.0.0.1:0", "--instant"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { process, address }
    }

    /// The status and the body of the answer.
    fn post(&self, path: &str, headers: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: local\r\nConnection: close\r\n\
             Content-Length: {length}\r\n{headers}\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("x-amzn-requestid: "), "{head}");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap())
    }

    fn call(&self, operation: &str, request: &Value) -> (u16, Value) {
        self.call_in("us-east-1", operation, request)
    }

    fn call_in(&self, region: &str, operation: &str, request: &Value) -> (u16, Value) {
        let headers = format!(
            "Content-Type: application/x-amz-json-1.1\r\n\
             X-Amz-Target: AmazonEC2ContainerServiceV20141113.{operation}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=AKID/20260101/{region}/ecs/aws4_request, \
             SignedHeaders=host, Signature=0\r\n"
        );
        self.post("/", &headers, &request.to_string())
    }

    fn answer(&self, operation: &str, request: &Value) -> Value {
        let (status, answer) = self.call(operation, request);
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The example beside this test.
fn program() -> PathBuf {
    let mut folder = std::env::current_exe().unwrap();
    folder.pop();
    folder.pop();
    folder.join("examples").join("local_ecs")
}

#[test]
fn calls_and_refusals() {
    let server = Server::start(&["--instances", "2", "--account", "AKID=210987654321"]);
    let (status, refused) = server.call("ListTasks", &json!({"cluster": "prod"}));
    assert_eq!(status, 400);
    assert_eq!(
        refused,
        json!({"__type": "ClusterNotFoundException", "message": "Cluster not found."})
    );
    let created = server.answer("CreateCluster", &json!({"clusterName": "prod"}));
    assert_eq!(
        created["cluster"]["clusterArn"],
        "arn:aws:ecs:us-east-1:210987654321:cluster/prod"
    );
    let (status, elsewhere) = server.call_in("eu-west-1", "ListClusters", &json!({}));
    assert_eq!((status, elsewhere), (200, json!({"clusterArns": []})));
    let (status, unknown) = server.post("/", "", "{}");
    assert_eq!(status, 400);
    assert_eq!(unknown["__type"], "UnknownOperationException");
    let (status, _) = server.post("/_local/reset", "", "");
    assert_eq!(status, 200);
    let left = server.answer("ListClusters", &json!({}));
    assert_eq!(left, json!({"clusterArns": []}));
}

/// Time passes after each answer, until nothing waits for it.
#[test]
fn a_service_becomes_stable() {
    let server = Server::start(&["--instances", "3"]);
    let register = |image: &str| {
        server.answer(
            "RegisterTaskDefinition",
            &json!({"family": "web", "containerDefinitions": [
                {"name": "main", "image": image, "memory": 64}]}),
        );
    };
    register("nginx:1");
    server.answer(
        "CreateService",
        &json!({"serviceName": "web", "taskDefinition": "web", "desiredCount": 3}),
    );
    register("nginx:2");
    server.answer(
        "UpdateService",
        &json!({"service": "web", "taskDefinition": "web"}),
    );
    let described = server.answer("DescribeServices", &json!({"services": ["web"]}));
    let service = &described["services"][0];
    assert_eq!(service["runningCount"], 3, "{service:#}");
    let deployments = service["deployments"].as_array().unwrap();
    assert_eq!(deployments.len(), 1, "{service:#}");
    assert_eq!(deployments[0]["rolloutState"], "COMPLETED");
    let revision = deployments[0]["taskDefinition"].as_str().unwrap();
    assert!(revision.ends_with("/web:2"), "{revision}");
}

/// What was answered is still so after the process was killed.
#[test]
fn a_file_outlives_the_process() {
    let folder = std::env::temp_dir().join(format!("local-ecs-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("data");
    let arguments = ["--instances", "2", "--data", file.to_str().unwrap()];
    let mut known = Vec::new();
    for round in 1..4 {
        let server = Server::start(&arguments);
        server.answer(
            "RegisterTaskDefinition",
            &json!({"family": "web", "containerDefinitions": [
                {"name": "main", "image": "nginx", "memory": 64}]}),
        );
        let ran = server.answer("RunTask", &json!({"taskDefinition": "web", "count": 3}));
        for task in ran["tasks"].as_array().unwrap() {
            known.push(task["taskArn"].clone());
        }
        let described = server.answer("DescribeTasks", &json!({"tasks": known}));
        assert_eq!(described["failures"], json!([]));
        let listed = server.answer("ListTasks", &json!({}));
        assert_eq!(listed["taskArns"].as_array().unwrap().len(), 3 * round);
        let instances = server.answer("ListContainerInstances", &json!({}));
        assert_eq!(
            instances["containerInstanceArns"].as_array().unwrap().len(),
            2
        );
        drop(server);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
