//! Documents drawn from the API model by a small generator of its own, so that a seed names a
//! document.

use serde_json::{Map, Value, json};

type Shapes = Map<String, Value>;

/// A faulty document, the rule that it breaks and where.
pub(crate) type Fault = (Value, &'static str, String);

/// Draws documents of the shapes of the API.
pub(crate) struct Draw<'a> {
    shapes: &'a Shapes,
    state: u64,
}

impl<'a> Draw<'a> {
    pub(crate) fn new(shapes: &'a Shapes, seed: u64) -> Self {
        let state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        Self { shapes, state }
    }

    /// A number below `end`, by Marsaglia's xorshift.
    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap() % end.max(1)
    }

    fn pick<'t, T>(&mut self, items: &'t [T]) -> Option<&'t T> {
        let position = self.below(items.len());
        items.get(position)
    }

    /// A document of the structure: the required members and about half of the others.
    pub(crate) fn structure(&mut self, name: &str) -> Value {
        let shapes = self.shapes;
        let mut document = Map::new();
        for (member, target) in members(&shapes[name]) {
            if is_required(&shapes[name], member) || self.below(2) == 0 {
                document.insert(member.clone(), self.value(target));
            }
        }
        Value::Object(document)
    }

    fn value(&mut self, name: &str) -> Value {
        let shape = &self.shapes[name];
        if shape["document"] == true {
            return json!({"free": [1, "text", null]});
        }
        if let Some(values) = shape["enum"].as_array() {
            return self.pick(values).unwrap().clone();
        }
        match shape["type"].as_str().unwrap() {
            "structure" => self.structure(name),
            "list" => self.list(shape),
            "map" => {
                json!({"a": self.value(target(&shape["value"])), "b/c~": self.value(target(&shape["value"]))})
            }
            "string" => json!("x".repeat(self.within(shape, 0, 8))),
            "boolean" => json!(self.below(2) == 0),
            "integer" | "long" => json!(self.within(shape, 0, 70_000)),
            "double" => json!(self.below(400) as f64 / 4.0),
            "timestamp" => match self.below(3) {
                0 => json!(1_556_310_237),
                1 => json!(1_556_310_237.664),
                _ => json!("2019-04-26T13:23:57.664-07:00"),
            },
            other => panic!("{name} is a {other}"),
        }
    }

    fn list(&mut self, shape: &Value) -> Value {
        let count = self.within(shape, 0, 3);
        let element = target(&shape["member"]);
        (0..count).map(|_| self.value(element)).collect()
    }

    fn within(&mut self, shape: &Value, least: usize, most: usize) -> usize {
        let bound = |name: &str| {
            shape[name]
                .as_u64()
                .and_then(|one| usize::try_from(one).ok())
        };
        let least = bound("min").unwrap_or(least);
        let most = bound("max").unwrap_or(most).min(least.max(most));
        least + self.below(most - least + 1)
    }

    /// The document with one fault, for each kind of fault that it has a place for.
    pub(crate) fn faults(&mut self, name: &str, document: &Value) -> Vec<Fault> {
        let mut places = Vec::new();
        self.places(name, document, String::new(), &mut places);
        let mut faults = Vec::new();
        for fault in [
            Self::unknown,
            Self::missing,
            Self::wrong_type,
            Self::wrong_element,
            Self::not_in_enum,
            Self::out_of_bounds,
        ] {
            let (pointer, shape) = self.pick(&places).unwrap().clone();
            faults.extend(fault(self, document, &pointer, &shape));
        }
        faults
    }

    /// Every structure in the document: where it is and its shape.
    fn places(&self, name: &str, value: &Value, at: String, found: &mut Vec<(String, String)>) {
        let shape = &self.shapes[name];
        match (shape["type"].as_str().unwrap(), value) {
            ("structure", Value::Object(given)) if shape["document"] != true => {
                for (member, target) in members(shape) {
                    if let Some(value) = given.get(member) {
                        self.places(target, value, format!("{at}/{member}"), found);
                    }
                }
                found.push((at, name.to_owned()));
            }
            ("list", Value::Array(items)) => {
                for (position, item) in items.iter().enumerate() {
                    let element = target(&shape["member"]);
                    self.places(element, item, format!("{at}/{position}"), found);
                }
            }
            _ => {}
        }
    }

    fn unknown(&mut self, document: &Value, at: &str, _: &str) -> Option<Fault> {
        let mut faulty = document.clone();
        let place = faulty.pointer_mut(at).unwrap().as_object_mut().unwrap();
        place.insert("zzUnknown".to_owned(), json!(1));
        Some((faulty, "member-unknown", format!("{at}/zzUnknown")))
    }

    fn missing(&mut self, document: &Value, at: &str, shape: &str) -> Option<Fault> {
        let required = self.shapes[shape]["required"].as_array()?;
        let member = self.pick(required)?.as_str().unwrap();
        let mut faulty = document.clone();
        let place = faulty.pointer_mut(at).unwrap().as_object_mut().unwrap();
        place.shift_remove(member);
        Some((faulty, "member-required", format!("{at}/{member}")))
    }

    fn wrong_type(&mut self, document: &Value, at: &str, shape: &str) -> Option<Fault> {
        let wrong = |target: &Value| match target["type"].as_str().unwrap() {
            _ if target["document"] == true => None,
            "structure" | "map" => Some(json!([])),
            _ => Some(json!({})),
        };
        self.replace(document, at, shape, "wrong-type", wrong)
    }

    fn wrong_element(&mut self, document: &Value, at: &str, shape: &str) -> Option<Fault> {
        let shapes = self.shapes;
        let wrong = |target: &Value| {
            let element = &shapes[target["member"]["shape"].as_str()?];
            let wrong = if element["type"] == "structure" {
                json!(7)
            } else {
                json!({})
            };
            Some(json!([wrong]))
        };
        let (faulty, rule, pointer) = self.replace(document, at, shape, "wrong-type", wrong)?;
        Some((faulty, rule, pointer + "/0"))
    }

    fn not_in_enum(&mut self, document: &Value, at: &str, shape: &str) -> Option<Fault> {
        let wrong = |target: &Value| target["enum"].is_array().then(|| json!("zz-none"));
        self.replace(document, at, shape, "value-unknown", wrong)
    }

    fn out_of_bounds(&mut self, document: &Value, at: &str, shape: &str) -> Option<Fault> {
        let mut elements = Draw::new(self.shapes, self.state);
        let wrong = |target: &Value| {
            // Beyond the greatest integer another rule takes over.
            let above = target["max"]
                .as_i64()
                .filter(|most| *most < i64::from(i32::MAX));
            let below = target["min"].as_i64().map(|least| least - 1);
            let is_number = target["type"] == "integer" || target["type"] == "long";
            let below = below.filter(|one| is_number || *one >= 0);
            let beyond = above.map(|most| most + 1).or(below)?;
            Some(match target["type"].as_str().unwrap() {
                "string" => json!("x".repeat(usize::try_from(beyond).unwrap())),
                "list" => {
                    let element = elements.value(target["member"]["shape"].as_str().unwrap());
                    json!(vec![element; usize::try_from(beyond).unwrap()])
                }
                _ => json!(beyond),
            })
        };
        self.replace(document, at, shape, "out-of-bounds", wrong)
    }

    /// The document with a wrong value for one of the members that can have one.
    fn replace(
        &mut self,
        document: &Value,
        at: &str,
        shape: &str,
        rule: &'static str,
        mut wrong: impl FnMut(&Value) -> Option<Value>,
    ) -> Option<Fault> {
        let shapes = self.shapes;
        let replaced = members(&shapes[shape])
            .filter_map(|(member, target)| Some((member, wrong(&shapes[target])?)));
        let replaced: Vec<(&String, Value)> = replaced.collect();
        let (member, value) = self.pick(&replaced)?;
        let mut faulty = document.clone();
        let place = faulty.pointer_mut(at).unwrap().as_object_mut().unwrap();
        place.insert((*member).clone(), value.clone());
        Some((faulty, rule, format!("{at}/{member}")))
    }
}

fn members(shape: &Value) -> impl Iterator<Item = (&String, &str)> {
    let members = shape["members"].as_object().into_iter().flatten();
    members.map(|(name, member)| (name, target(member)))
}

fn target(reference: &Value) -> &str {
    reference["shape"].as_str().unwrap()
}

fn is_required(shape: &Value, member: &str) -> bool {
    let required = shape["required"].as_array();
    required.is_some_and(|names| names.contains(&json!(member)))
}
