//! What no other target checks: the code of the README, as documentation tests, and that every
//! example and bench is a target.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// Cargo never builds a file that a manifest with explicit targets leaves out.
    #[test]
    fn every_file_is_a_target() {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in [examples.to_owned(), examples.join("../benches")] {
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
            for entry in fs::read_dir(&folder).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                if name.ends_with(".rs") {
                    let line = format!("path = \"{name}\"");
                    assert!(
                        manifest.lines().any(|found| found == line),
                        "{name} is in {} and no target of its manifest",
                        folder.display()
                    );
                }
            }
        }
    }
}
