//! The methods that set and read the members of a shape.

use serde_json::{Value, json};

use ecs_taskdef::{Double, StringMap, Timestamp, open_enum, shape};

open_enum! {
    /// A size.
    pub enum Size {
        /// Small.
        Small = "SMALL",
        /// Large.
        Large = "LARGE",
    }
}

shape! {
    /// A branch.
    pub struct Branch {
        /// What grows on it.
        fruits: Vec<String> = "fruits",
        /// The branch of the branch.
        sizes: Vec<Size> = "sizes",
    }
}

shape! {
    /// What holds a branch.
    pub struct Trunk {
        /// The branch.
        branch: Branch = "branch",
    }
}

shape! {
    /// One member of each type.
    pub struct Tree {
        /// A string.
        name: String = "treeName",
        /// A boolean.
        old: bool = "old",
        /// A whole number of 32 bits.
        rings: i32 = "rings",
        /// A whole number of 64 bits.
        leaves: i64 = "leaves",
        /// A number.
        height: Double = "height",
        /// A time.
        planted: Timestamp = "planted",
        /// A value out of a list.
        size: Size = "size",
        /// An object.
        trunk: Trunk = "trunk",
        /// A list of objects.
        branches: Vec<Branch> = "branches",
        /// Free names.
        labels: StringMap = "labels",
        /// Anything.
        anything: Value = "anything",
        /// A name that is a word of Rust.
        r#type: String = "type",
    }
}

fn full() -> Tree {
    let branch = Branch::default().with_fruits(["fig"]).with_sizes(["LARGE"]);
    Tree::default()
        .with_name("oak")
        .with_old(true)
        .with_rings(7)
        .with_leaves(5_000_000_000_i64)
        .with_height(12)
        .with_planted(Timestamp::from_seconds(9))
        .with_size(Size::Small)
        .with_trunk(Trunk::default().with_branch(branch.clone()))
        .with_branches(vec![branch])
        .with_labels([("a", "1"), ("b", "2")])
        .with_anything("x")
        .with_type("t")
}

#[test]
fn every_member_is_set() {
    let branch = json!({"fruits": ["fig"], "sizes": ["LARGE"]});
    let expected = json!({
        "treeName": "oak",
        "old": true,
        "rings": 7,
        "leaves": 5_000_000_000_i64,
        "height": 12,
        "planted": 9,
        "size": "SMALL",
        "trunk": {"branch": branch},
        "branches": [branch],
        "labels": {"a": "1", "b": "2"},
        "anything": "x",
        "type": "t",
    });
    let read: Tree = serde_json::from_value(expected).unwrap();
    assert_eq!(full(), read);
}

#[test]
fn every_member_is_read() {
    let tree = full();
    assert_eq!(tree.name(), Some("oak"));
    assert_eq!(tree.old(), Some(true));
    assert_eq!(tree.rings(), Some(7));
    assert_eq!(tree.leaves(), Some(5_000_000_000));
    assert_eq!(tree.height(), Some(12.0));
    assert_eq!(tree.planted(), Some(Timestamp::from_seconds(9)));
    assert_eq!(tree.size(), Some(&Size::Small));
    assert_eq!(tree.trunk().branch().fruits(), ["fig"]);
    assert_eq!(tree.branches()[0].sizes(), [Size::Large]);
    assert_eq!(tree.labels().get("b"), Some("2"));
    assert_eq!(tree.anything(), Some(&json!("x")));
    assert_eq!(tree.r#type(), Some("t"));
}

#[test]
fn an_absent_member_reads_as_empty_or_as_nothing() {
    let tree = Tree::default();
    assert_eq!(tree.name(), None);
    assert_eq!(tree.old(), None);
    assert_eq!(tree.rings(), None);
    assert_eq!(tree.leaves(), None);
    assert_eq!(tree.height(), None);
    assert_eq!(tree.planted(), None);
    assert_eq!(tree.size(), None);
    assert_eq!(tree.trunk(), &Trunk::default());
    assert_eq!(tree.trunk().branch().fruits(), [""; 0]);
    assert_eq!(tree.branches(), []);
    assert!(tree.labels().is_empty());
    assert_eq!(tree.anything(), None);
    assert_eq!(tree.r#type(), None);
}

#[test]
fn the_fields_tell_absent_null_and_empty_apart() {
    let absent: Tree = serde_json::from_value(json!({})).unwrap();
    let null: Tree = serde_json::from_value(json!({"trunk": null, "branches": null})).unwrap();
    let empty: Tree = serde_json::from_value(json!({"trunk": {}, "branches": []})).unwrap();
    for tree in [&absent, &null, &empty] {
        assert_eq!(tree.trunk(), &Trunk::default());
        assert_eq!(tree.branches(), []);
    }
    assert_eq!((&absent.trunk, &absent.branches), (&None, &None));
    assert_eq!((&null.trunk, &null.branches), (&None, &None));
    assert_eq!(empty.trunk, Some(Trunk::default()));
    assert_eq!(empty.branches, Some(Vec::new()));
    assert!(absent.unknown.is_empty());
    assert_eq!(null.unknown.get("trunk"), Some(&Value::Null));

    let no_branch = Vec::<Branch>::new();
    let set = Tree::default()
        .with_trunk(Trunk::default())
        .with_branches(no_branch)
        .with_labels(StringMap::new());
    let written = serde_json::to_value(&set).unwrap();
    assert_eq!(written, json!({"trunk": {}, "branches": [], "labels": {}}));
}

#[test]
fn setting_replaces_what_stood_there() {
    let read: Tree = serde_json::from_value(json!({"treeName": null, "other": 1})).unwrap();
    let named = read.with_name("elm");
    assert_eq!(named.unknown.len(), 1);
    assert_eq!(named.unknown.get("other"), Some(&json!(1)));
    assert_eq!(named.with_name("ash").name(), Some("ash"));
}
