//! The digest of a request, by which two of them are told apart.

use serde::Serialize;
use serde_json::Value;

/// FNV-1a of the request's JSON without some of its members, whatever their order.
pub(crate) fn digest(request: &impl Serialize, without: &[&str]) -> u64 {
    let mut document = serde_json::to_value(request).unwrap_or_default();
    if let Value::Object(members) = &mut document {
        members.retain(|name, _| !without.contains(&name.as_str()));
    }
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    hash.value(&document);
    hash.0
}

struct Fnv(u64);

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        // No text is the beginning of another one.
        self.0 = (self.0 ^ 0xff).wrapping_mul(0x0100_0000_01b3);
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                self.bytes(b"{");
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by_key(|(name, _)| *name);
                for (name, value) in members {
                    self.bytes(name.as_bytes());
                    self.value(value);
                }
                self.bytes(b"}");
            }
            Value::Array(items) => {
                self.bytes(b"[");
                items.iter().for_each(|item| self.value(item));
                self.bytes(b"]");
            }
            Value::String(text) => {
                self.bytes(b"\"");
                self.bytes(text.as_bytes());
            }
            other => self.bytes(other.to_string().as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_does_not_count_and_values_do() {
        let of = |value: Value| digest(&value, &["nextToken"]);
        let one = of(json!({"family": "web", "status": "ACTIVE"}));
        let turned = json!({"nextToken": "x", "status": "ACTIVE", "family": "web"});
        assert_eq!(one, of(turned));
        for other in [
            json!({"family": "web"}),
            json!({"family": "web", "status": "INACTIVE"}),
            json!({"family": "webstatus", "ACTIVE": ""}),
            json!({"family": ["web"], "status": "ACTIVE"}),
            json!({"family": 1, "status": "ACTIVE"}),
        ] {
            assert_ne!(one, of(other.clone()), "{other}");
        }
        assert_ne!(of(json!(["a", ["b"]])), of(json!([["a"], "b"])));
        assert_ne!(of(json!("1")), of(json!(1)));
    }
}
