//! Credentials of registries: both formats, lookup by image, and data that is broken.

use ecs_model::agent::{AuthFormat, RegistryAuth};
use proptest::prelude::*;
use serde_json::json;

mod budget;
#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

fn found(auth: &RegistryAuth, image: &str) -> (String, String) {
    auth.lookup(image).map_or_else(Default::default, |found| {
        (found.username.clone(), found.password.expose().to_owned())
    })
}

fn findings(auth: &RegistryAuth) -> Vec<String> {
    let findings = auth.findings().iter();
    findings.map(|one| one.message.clone()).collect()
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn every_case_of_the_agent() {
    let mut cases = 0;
    for line in conformance_data::read("cases/registry-auth.jsonl").lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let given = &case["given"];
        let data = given["data"].to_string();
        let auth = RegistryAuth::parse(given["type"].as_str().unwrap(), &data);
        let (username, password) = found(&auth, given["image"].as_str().unwrap());
        assert_eq!(case["expect"]["username"], username, "{}", case["id"]);
        assert_eq!(case["expect"]["password"], password, "{}", case["id"]);
        cases += 1;
    }
    assert_eq!(cases, 35);
}

#[test]
fn the_host_of_an_image() {
    let data = json!({
        "docker.io": {"username": "not-used"},
        "https://index.docker.io/v1/": {"username": "hub"},
        "localhost": {"username": "local"},
        "localhost:5000": {"username": "local-port"},
        "registry": {"username": "plain"},
    });
    let auth = RegistryAuth::from_value(AuthFormat::Docker, &data);
    for (image, username) in [
        ("nginx", "hub"),
        ("nginx:1.25", "hub"),
        ("nginx@sha256:0123", "hub"),
        ("team/nginx", "hub"),
        ("docker.io/library/nginx", "hub"),
        ("index.docker.io/library/nginx", "hub"),
        ("registry-1.docker.io/library/nginx:latest", "hub"),
        ("registry/nginx", "hub"),
        ("r.example.com", "hub"),
        ("localhost/nginx", "local"),
        ("localhost:5000/nginx:2", "local-port"),
        ("r.example.com/nginx", ""),
        ("", "hub"),
    ] {
        assert_eq!(found(&auth, image).0, username, "{image}");
    }
}

#[test]
fn the_longest_entry_wins_and_a_lone_one_serves_the_host() {
    let data = json!({
        "r.tld/team": {"username": "team"},
        "r.tld/team/deep": {"username": "deep"},
        "https://s.tld/only": {"username": "only"},
        "s.tld/other": {"username": "other"},
    });
    let auth = RegistryAuth::from_value(AuthFormat::Docker, &data);
    for (image, username) in [
        ("r.tld/team/web", "team"),
        ("r.tld/team/deep/web:1", "deep"),
        ("r.tld/web", "team"),
        ("s.tld/web", "only"),
        ("s.tld/other/web", "other"),
        ("t.tld/web", ""),
    ] {
        assert_eq!(found(&auth, image).0, username, "{image}");
    }
    let keys: Vec<&str> = auth.iter().map(|(key, _)| key).collect();
    assert_eq!(
        keys,
        ["r.tld/team", "r.tld/team/deep", "s.tld/only", "s.tld/other"]
    );
}

#[test]
fn the_examples_of_the_guide() {
    let docker = RegistryAuth::parse("docker", include_str!("data/agent/auth-data-docker.json"));
    assert_eq!(
        found(&docker, "me/app"),
        ("my_name".to_owned(), "my_password".to_owned())
    );
    assert_eq!(
        docker.lookup("me/app").unwrap().email.as_deref(),
        Some("email@example.com")
    );
    assert!(docker.findings().is_empty());
    for text in [
        include_str!("data/agent/auth-data-dockercfg.json"),
        include_str!("data/agent/auth-data-dockercfg-envtable.json"),
    ] {
        let auth = RegistryAuth::parse("dockercfg", text);
        assert!(auth.lookup("me/app").is_none());
        assert!(auth.findings().contains("config-value"));
    }
}

#[test]
fn dockercfg_is_decoded() {
    let data = json!({"r.tld": {"auth": "bmFtZTpwYXNz\nOndvcmQ=", "email": "a@b.c"}});
    let auth = RegistryAuth::from_value(AuthFormat::Dockercfg, &data);
    assert_eq!(
        found(&auth, "r.tld/a"),
        ("name".to_owned(), "pass:word".to_owned())
    );
    assert_eq!(
        auth.lookup("r.tld/a").unwrap().email.as_deref(),
        Some("a@b.c")
    );
}

#[test]
fn what_cannot_be_read_is_said_without_showing_it() {
    for (format, data, finding) in [
        (
            "docker",
            "{\"r.tld\": {\"username\": ",
            "`ECS_ENGINE_AUTH_DATA` is not JSON from line 1 column 23 on",
        ),
        (
            "docker",
            "[]",
            "`ECS_ENGINE_AUTH_DATA` is not a JSON object",
        ),
        (
            "docker",
            r#"{"r.tld": {"username": true}}"#,
            "`ECS_ENGINE_AUTH_DATA` has a value of the wrong type at `r.tld`: none of it is used",
        ),
        (
            "docker",
            r#"{"r.tld": {"auth": "bmFtZTp3b3Jk"}}"#,
            "`r.tld`: there is no `username`",
        ),
        (
            "dockercfg",
            r#"{"r.tld": {"auth": "name:word"}}"#,
            "`r.tld`: `auth` is not Base64",
        ),
        (
            "dockercfg",
            r#"{"r.tld": {"auth": "/zpw"}}"#,
            "`r.tld`: `auth` is not Base64 of UTF-8",
        ),
        (
            "dockercfg",
            r#"{"r.tld": {"auth": "bmFtZQ=="}}"#,
            "`r.tld`: `auth` holds no `:` between name and password",
        ),
        (
            "dockercfg",
            r#"{"r.tld": {}}"#,
            "`r.tld`: there is no `auth`",
        ),
        (
            "dockercfg",
            r#"{"me:pw@r.tld": {}}"#,
            "a registry: there is no `auth`",
        ),
        (
            "papyrus",
            "{}",
            "`ECS_ENGINE_AUTH_TYPE` is not one of `dockercfg`, `docker`",
        ),
        (
            "",
            "{}",
            "`ECS_ENGINE_AUTH_DATA` is not read without `ECS_ENGINE_AUTH_TYPE`",
        ),
        (
            "docker",
            "",
            "`ECS_ENGINE_AUTH_TYPE` is set, but `ECS_ENGINE_AUTH_DATA` is not",
        ),
        (
            "docker",
            r#"{"http://r.tld": {"username": "a"}, "https://r.tld": {"username": "b"}}"#,
            "`r.tld` is written twice: the last one holds",
        ),
    ] {
        let auth = RegistryAuth::parse(format, data);
        assert_eq!(findings(&auth), [finding], "{data}");
    }
    assert_eq!(RegistryAuth::parse("", ""), RegistryAuth::default());
    assert_eq!(
        RegistryAuth::parse("docker", "null"),
        RegistryAuth::default()
    );
}

proptest! {
    #![proptest_config(budget::config())]

    #[test]
    fn anything_can_be_read(data in "(?s).{0,200}", image in "(?s).{0,60}") {
        for format in ["docker", "dockercfg"] {
            let _ = RegistryAuth::parse(format, &data).lookup(&image);
        }
    }

    #[test]
    fn an_entry_with_the_host_serves_every_image_of_it(
        host in "[a-z]{1,9}\\.tld(:[0-9]{2,4})?",
        path in "[a-z]{1,5}(/[a-z]{1,5}){0,2}",
    ) {
        let data = json!({format!("https://{host}"): {"username": "u", "password": "p"}});
        let auth = RegistryAuth::from_value(AuthFormat::Docker, &data);
        let image = format!("{host}/{path}");
        prop_assert!(auth.lookup(&image).is_some());
        prop_assert!(auth.lookup(&path).is_none());
    }
}
