//! The samples of the documents, read and written back.

#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use ecs_model::Event;
use ecs_model::event::Change;
use serde_json::Value;

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn every_sample_reads_and_writes_back_equal() {
    let folder = conformance_data::path("api/events");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let not_an_event = ["index", "pattern_", "schema_"];
        if not_an_event
            .into_iter()
            .any(|start| name.starts_with(start))
        {
            continue;
        }
        let text = conformance_data::read(&format!("api/events/{name}"));
        let before: Value = serde_json::from_str(&text).unwrap();
        let event: Event = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_value(&event).unwrap(), before, "{name}");
        assert!(event.unknown.is_empty(), "{name}: {:?}", event.unknown);

        let Some(change) = event.change() else {
            panic!("{name} is not understood");
        };
        let unknown = match &change {
            Change::Task { task, .. } => &task.unknown,
            Change::ContainerInstance {
                container_instance, ..
            } => &container_instance.unknown,
            Change::ServiceAction(action) => &action.unknown,
            Change::Deployment(change) => &change.unknown,
            _ => panic!("{name} is of a new kind"),
        };
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
        let written = Event::of(&change);
        assert_eq!(written.detail, event.detail, "{name}");
        assert_eq!(written.detail_type, event.detail_type, "{name}");
        read += 1;
    }
    assert_eq!(read, 13);
}
