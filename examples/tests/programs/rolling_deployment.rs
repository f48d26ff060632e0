//! The example of services and their deployments.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::program::{Files, code, run, stderr, stdout};

fn chapters() -> Vec<Value> {
    let output = run("rolling_deployment", &["--format", "json"], "");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

fn messages(chapter: &Value) -> Vec<&str> {
    let events = chapter["events"].as_array().unwrap().iter();
    events
        .filter_map(|event| event["message"].as_str())
        .collect()
}

/// The sum of a member over the deployments of each sample.
fn sums(chapter: &Value, of: impl Fn(&Value) -> f64) -> Vec<f64> {
    let samples = chapter["samples"].as_array().unwrap().iter();
    let sum = |sample: &Value| {
        let deployments = sample["deployments"].as_array().unwrap();
        deployments.iter().map(&of).sum()
    };
    samples.map(sum).collect()
}

#[test]
fn a_bad_image_is_rolled_back_and_a_good_one_arrives() {
    let chapters = chapters();
    let ends: Vec<_> = chapters
        .iter()
        .map(|chapter| &chapter["came"]["end"])
        .collect();
    assert_eq!(ends, ["rolled back", "completed", "completed"]);
    for chapter in &chapters {
        assert_eq!(chapter["forecast"]["end"], "completed");
        assert_eq!(chapter["came"]["lowestHealthy"], 8);
        assert!(
            sums(chapter, |one| one["trafficPercent"].as_f64().unwrap())
                .iter()
                .all(|sum| *sum == 100.0)
        );
    }
    let [bad, drained, canary] = &chapters[..] else {
        panic!("{chapters:?}");
    };
    let told = messages(bad);
    let id = bad["samples"][0]["deployments"][0]["deployment"]
        .as_str()
        .unwrap();
    assert!(
        told.iter()
            .any(|text| text.ends_with("deployment failed: tasks failed to start."))
    );
    assert!(told.contains(&&*format!("(service web) rolling back to deployment {id}.")));
    for rolling in [bad, drained] {
        let all = |one: &Value| {
            let count = |member: &str| one[member].as_f64().unwrap();
            count("running") + count("pending")
        };
        assert!(sums(rolling, all).iter().all(|sum| *sum <= 10.0));
    }
    // The drained instance is what the forecast does not know.
    let took = |course: &Value| course["after"].as_u64().unwrap();
    assert!(took(&drained["came"]) > took(&drained["forecast"]));
    let notes = drained["events"].as_array().unwrap().iter();
    let notes: Vec<_> = notes.filter(|event| event["note"].is_string()).collect();
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0]["after"], 70);
    assert!(notes[0]["note"].as_str().unwrap().ends_with(" is drained."));
    // All goes as it was forecast.
    assert_eq!(canary["came"], canary["forecast"]);
    let newest = canary["samples"].as_array().unwrap().iter();
    let mut weights: Vec<_> = newest
        .map(|sample| sample["deployments"][3]["trafficPercent"].as_f64().unwrap())
        .collect();
    weights.dedup();
    assert_eq!(weights, [0.0, 12.5, 100.0]);
}

#[test]
fn the_text_has_the_forecast_what_came_and_the_events_beside_it() {
    let output = run("rolling_deployment", &[], "");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    for said in [
        "\n1. A bad image: web:2\n",
        "\n2. A good image, and an instance is drained: web:3\n",
        "\n3. The same change as a canary: web:3, canary\n",
        "  came      0:00 +2, 0:25 +2, 0:50 rolled back; 8 healthy at least, 8 running at most\n",
        "\n   time  web:1               web:2\n   \
         0:00  ######## 100 %      .. 0 %              has started 2 tasks\n",
        "\n   0:32  ######## 87.5 %     ######## 12.5 %     \
         12.5 % of the traffic goes to web:3, canary\n",
    ] {
        assert_eq!(text.matches(said).count(), 1, "{said} in {text}");
    }
    let again = run("rolling_deployment", &["--format", "text"], "");
    assert_eq!(stdout(&again), text);
}

#[test]
fn the_picture_marks_each_moment_of_an_event_once() {
    let files = Files::new("rolling_deployment");
    let picture = files.path("deployments.svg");
    let output = run("rolling_deployment", &["--svg", &picture], "");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let svg = std::fs::read_to_string(&picture).unwrap();
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    assert!(svg.ends_with("</svg>\n"));
    let moments = chapters()
        .iter()
        .map(|chapter| {
            let events = chapter["events"].as_array().unwrap().iter();
            let moments: BTreeSet<_> = events.map(|event| event["after"].as_u64()).collect();
            moments.len()
        })
        .sum::<usize>();
    let number = |mark: &str, name: &str| -> i64 {
        let value = mark.split(&format!(" {name}=\"")).nth(1).unwrap();
        value.split('"').next().unwrap().parse().unwrap()
    };
    let marks = svg.lines().filter(|line| line.starts_with("<circle"));
    let marks: Vec<_> = marks
        .map(|mark| (number(mark, "cy"), number(mark, "cx")))
        .collect();
    assert_eq!(marks.len(), moments);
    for (at, mark) in marks.iter().enumerate() {
        for other in &marks[at + 1..] {
            let apart = (mark.0 - other.0).abs().max((mark.1 - other.1).abs());
            assert!(apart > 16, "{mark:?} touches {other:?}");
        }
    }
    for text in [
        "web:2",
        "web:3, canary",
        "traffic",
        "minutes",
        "forecast",
        "came",
        "8 desired",
    ] {
        assert!(svg.contains(&format!(">{text}</text>")), "{text}");
    }
}

#[test]
fn unusable_arguments_are_2() {
    for (arguments, said) in [
        (&["web.json"][..], "unexpected argument `web.json`\n"),
        (&["--colour"], "`--colour` is not an option\n"),
        (&["--format", "xml"], "`--format` takes `text` or `json`\n"),
        (&["--svg"], "`--svg` takes a file\n"),
    ] {
        let output = run("rolling_deployment", arguments, "");
        assert_eq!((code(&output), stdout(&output)), (2, String::new()));
        assert_eq!(stderr(&output), said);
    }
    let output = run("rolling_deployment", &["--svg", "."], "");
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).starts_with(".: "), "{}", stderr(&output));
}
