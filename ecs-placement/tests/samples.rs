//! The event documents of the developer guide, taken over by a loader.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use ecs_model::Event;
use ecs_placement::{CellState, Gap, LoadError, Loader, Observed};
use serde_json::{Value, json};

/// Event documents and their names, but for patterns and schemas.
fn documents() -> Vec<(String, Value)> {
    let folder = std::fs::read_dir(conformance_data::path("api/events")).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let is_event = |name: &String| {
        let others = ["index", "pattern_", "schema_"];
        !others.iter().any(|start| name.starts_with(start))
    };
    let mut names: Vec<String> = names.filter(is_event).collect();
    names.sort();
    let read = |name: String| {
        let text = conformance_data::read(&format!("api/events/{name}"));
        (name, serde_json::from_str(&text).unwrap())
    };
    names.into_iter().map(read).collect()
}

fn tell(cell: &mut CellState, document: &Value) -> Result<Observed, LoadError> {
    let event: Event = serde_json::from_value(document.clone()).unwrap();
    Loader::new().handle_event(cell, &event)
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn each_document_is_taken_over_or_refused_by_name() {
    let mut cell = CellState::new();
    let mut known = 0;
    for (name, document) in documents() {
        let outcome = tell(&mut cell, &document);
        let expected = match name.as_str() {
            "container_instance_state_change.json" | "task_state_change.json" => {
                Ok(Observed::Changed(Vec::new()))
            }
            // They say neither when they happened nor when the task was updated.
            "task_state_change_2017_stopped.json" | "task_state_change_spot_interruption.json" => {
                Err(LoadError::NoTime)
            }
            service if service.starts_with("service_") => Ok(Observed::Other),
            other if other.starts_with("deployment_") || other.starts_with("capacity_") => {
                Ok(Observed::Other)
            }
            other => panic!("{other} is not known"),
        };
        assert_eq!(outcome, expected, "{name}");
        known += 1;
    }
    assert_eq!(known, 13);
    let snapshot = cell.snapshot();
    let instance = snapshot.instances().next().unwrap();
    assert_eq!(snapshot.len(), 1);
    let left = instance.remaining();
    assert_eq!((left.cpu, left.memory), (1_988, 767));
    let ports: Vec<_> = left.taken_ports.iter().map(ToString::to_string).collect();
    assert_eq!(
        ports,
        [
            "22/tcp",
            "2375/tcp",
            "2376/tcp",
            "51678/tcp",
            "51679/tcp",
            "51680/tcp"
        ]
    );
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn with_a_time_the_others_are_taken_over_too() {
    let at = |name: &str| {
        let (_, mut document) = documents()
            .into_iter()
            .find(|(known, _)| known == name)
            .unwrap();
        document["time"] = json!("2020-01-23T17:57:58Z");
        document
    };
    for (name, said) in [
        (
            "task_state_change_2017_stopped.json",
            &["nothing says how much CPU or memory the task `"][..],
        ),
        (
            "task_state_change_spot_interruption.json",
            &[
                "nothing says how much CPU or memory the task `",
                "` has no group",
            ],
        ),
    ] {
        let mut cell = CellState::new();
        let document = at(name);
        let outcome = tell(&mut cell, &document).unwrap();
        let Observed::Changed(gaps) = outcome else {
            panic!("{name}: {outcome:?}");
        };
        assert_eq!(gaps.len(), said.len(), "{name}: {gaps:?}");
        for (gap, said) in gaps.iter().map(Gap::to_string).zip(said) {
            assert!(gap.contains(said), "{name}: {gap}");
        }
        assert_eq!(tell(&mut cell, &document), Ok(Observed::Stale), "{name}");
        assert_eq!(cell.task_count(), 0, "{name}");
    }
}
