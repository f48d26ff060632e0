use serde_json::{Map, Value, json};

use crate::{Finding, Findings, Position, Rule, Severity};

/// Findings as a document in the Static Analysis Results Interchange Format (SARIF) 2.1.0, which
/// GitHub code scanning and editors read.
///
/// ```
/// use ecs_taskdef::{Document, Reading, Sarif, Validator};
///
/// let text = br#"{"family": "web", "containerDefinitions": []}"#;
/// let document = Document::read(text, Reading::Lenient)?;
/// let findings = document.validate(&Validator::default());
/// let sarif = Sarif::default().with_file("deploy/web.json", &findings).to_value();
/// let result = &sarif["runs"][0]["results"][0];
/// assert_eq!(result["ruleId"], "containers-required");
/// let place = &result["locations"][0]["physicalLocation"];
/// assert_eq!(place["artifactLocation"]["uri"], "deploy/web.json");
/// assert_eq!(place["region"]["startColumn"], 43);
/// # Ok::<(), ecs_taskdef::ReadError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sarif {
    rules: Vec<&'static Rule>,
    results: Vec<Value>,
}

impl Sarif {
    /// Adds what was found in a file. Columns are counted in characters.
    #[must_use]
    pub fn with_file(mut self, path: &str, findings: &Findings) -> Self {
        for finding in findings {
            let result = self.result(path, finding);
            self.results.push(result);
        }
        self
    }

    /// The document.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let rules: Vec<Value> = self.rules.iter().map(|rule| description(rule)).collect();
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": env!("CARGO_PKG_NAME"),
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                }},
                "columnKind": "unicodeCodePoints",
                "results": self.results,
            }],
        })
    }

    fn result(&mut self, path: &str, finding: &Finding) -> Value {
        let index = self.rules.iter().position(|rule| *rule == finding.rule);
        let index = index.unwrap_or_else(|| {
            self.rules.push(finding.rule);
            self.rules.len() - 1
        });
        let mut physical = json!({"artifactLocation": {"uri": uri(path)}});
        if let (Some(start), Value::Object(physical)) = (finding.position, &mut physical) {
            physical.insert("region".to_owned(), region(start, finding.end));
        }
        let pointer = finding.source_pointer.as_deref();
        let pointer = pointer.unwrap_or(&finding.pointer);
        json!({
            "ruleId": finding.rule.id,
            "ruleIndex": index,
            "level": level(finding.severity),
            "message": {"text": message(finding)},
            "locations": [{
                "physicalLocation": physical,
                "logicalLocations": [{"fullyQualifiedName": pointer}],
            }],
        })
    }
}

fn region(start: Position, end: Option<Position>) -> Value {
    let mut region = Map::new();
    let mut insert = |name: &str, number: usize| region.insert(name.to_owned(), number.into());
    insert("startLine", start.line);
    insert("startColumn", start.column);
    if let Some(end) = end {
        insert("endLine", end.line);
        insert("endColumn", end.column);
    }
    region.into()
}

fn description(rule: &Rule) -> Value {
    let mut description = json!({
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "defaultConfiguration": {"level": level(rule.severity)},
    });
    if let Value::Object(members) = &mut description {
        if let Some(link) = rule.source.link() {
            members.insert("helpUri".to_owned(), link.into());
        }
        if let Some(hint) = rule.hint {
            members.insert("help".to_owned(), json!({"text": hint}));
        }
    }
    description
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// What is wrong and what AWS says to it.
fn message(finding: &Finding) -> String {
    match &finding.aws_message {
        Some(answer) => format!("{} (AWS: {answer})", finding.message),
        None => finding.message.clone(),
    }
}

/// A path as a reference of a URI.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'\\' => uri.push('/'),
            byte if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) => {
                uri.push(char::from(byte));
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

impl Finding {
    /// The finding as a [workflow command](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands)
    /// of GitHub Actions, which shows it beside the line of the file.
    ///
    /// ```
    /// use ecs_taskdef::{Document, Reading, Validator};
    ///
    /// let text = br#"{"family": "a b", "containerDefinitions": [
    ///     {"name": "web", "image": "nginx", "memory": 64}]}"#;
    /// let document = Document::read(text, Reading::Lenient)?;
    /// let findings = document.validate(&Validator::default());
    /// let commands: Vec<String> = findings.iter().map(|one| one.github_command("web.json")).collect();
    /// assert_eq!(commands, [
    ///     "::error file=web.json,line=1,col=12,endLine=1,endColumn=17,title=family-characters::\
    ///      `a b` is not 1 to 255 letters, digits, hyphens and underscores \
    ///      (AWS: Family contains invalid characters.)",
    /// ]);
    /// # Ok::<(), ecs_taskdef::ReadError>(())
    /// ```
    #[must_use]
    pub fn github_command(&self, path: &str) -> String {
        let command = match self.severity {
            Severity::Note => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let mut place = format!("file={}", escaped(path, true));
        if let Some(start) = self.position {
            place.push_str(&format!(",line={},col={}", start.line, start.column));
        }
        if let Some(end) = self.end {
            place.push_str(&format!(",endLine={},endColumn={}", end.line, end.column));
        }
        let message = escaped(&message(self), false);
        format!("::{command} {place},title={}::{message}", self.rule.id)
    }
}

/// A text of a workflow command, or a property of it.
fn escaped(text: &str, is_property: bool) -> String {
    let text = text
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    match is_property {
        true => text.replace(':', "%3A").replace(',', "%2C"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references() {
        for (path, reference) in [
            ("deploy/web.json", "deploy/web.json"),
            ("a b/ü.json", "a%20b/%C3%BC.json"),
            ("/srv/a.json", "file:///srv/a.json"),
            ("dir\\a.json", "dir/a.json"),
        ] {
            assert_eq!(uri(path), reference);
        }
    }

    #[test]
    fn commands_escape_what_would_end_them() {
        assert_eq!(escaped("a,b:c%\r\n", true), "a%2Cb%3Ac%25%0D%0A");
        assert_eq!(escaped("a,b:c%\r\n", false), "a,b:c%25%0D%0A");
    }
}
