//! The shape of variables, which decides whether they are valid for a document. A document
//! validated with some variables is valid with all others of the same shape, so most requests need
//! no validation.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use async_graphql::{Request, Value};

/// Maximum number of shapes remembered per document.
const MOST: usize = 64;

/// Fingerprint of a shape, keyed so that clients can't predict it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct Shape(u64);

/// Shapes with which a document was found valid.
#[derive(Default)]
pub(in crate::graphql) struct Checked(Mutex<HashSet<Shape>>);

impl Shape {
    pub fn of(request: &Request) -> Self {
        static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let mut hasher = KEYS.build_hasher();
        request.operation_name.hash(&mut hasher);
        for (name, value) in request.variables.iter() {
            name.hash(&mut hasher);
            add(value, &mut hasher);
        }
        Self(hasher.finish())
    }
}

fn add(value: &Value, hasher: &mut impl Hasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        Value::Null | Value::Boolean(_) | Value::Binary(_) => {}
        Value::Number(number) => (number.is_i64(), number.is_u64()).hash(hasher),
        // It may stand for an enum value.
        Value::String(text) if is_name(text) => text.hash(hasher),
        Value::String(_) => {}
        Value::Enum(name) => name.hash(hasher),
        Value::List(entries) => {
            entries.len().hash(hasher);
            for entry in entries {
                add(entry, hasher);
            }
        }
        Value::Object(fields) => {
            fields.len().hash(hasher);
            for (name, value) in fields {
                name.hash(hasher);
                add(value, hasher);
            }
        }
    }
}

/// Returns whether a text is a GraphQL name (<https://spec.graphql.org/October2021/#Name>).
fn is_name(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    text.bytes().next().is_some_and(letter)
        && text
            .bytes()
            .all(|byte| letter(byte) || byte.is_ascii_digit())
}

impl Checked {
    pub fn has(&self, shape: Shape) -> bool {
        self.lock().contains(&shape)
    }

    pub fn add(&self, shape: Shape) {
        let mut shapes = self.lock();
        if shapes.len() >= MOST {
            shapes.clear();
        }
        shapes.insert(shape);
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Shape>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Variables;
    use serde_json::{Value, json};

    use super::*;

    fn shape(variables: Value) -> Shape {
        Shape::of(&Request::new("").variables(Variables::from_json(variables)))
    }

    #[test]
    fn only_what_a_check_looks_at_makes_a_difference() {
        let alike = [
            (json!({ "id": "1" }), json!({ "id": "77" })),
            (json!({ "a": "два слова" }), json!({ "a": "" })),
            (
                json!({ "a": { "b": [1, 2] } }),
                json!({ "a": { "b": [3, 4] } }),
            ),
            (json!({ "a": true }), json!({ "a": false })),
        ];
        for (one, other) in alike {
            assert_eq!(shape(one.clone()), shape(other.clone()), "{one} {other}");
        }
        let unlike = [
            (json!({ "id": "1" }), json!({ "id": 1 })),
            (json!({ "id": 1 }), json!({ "id": 1.5 })),
            (json!({ "id": "1" }), json!({ "id": null })),
            (json!({ "id": "1" }), json!({})),
            (json!({ "a": "READY" }), json!({ "a": "CLOSED" })),
            (json!({ "a": "READY" }), json!({ "a": "ready now" })),
            (json!({ "a": [] }), json!({ "a": [1] })),
            (json!({ "a": { "b": 1 } }), json!({ "a": { "c": 1 } })),
            (
                json!({ "a": { "b": 1 } }),
                json!({ "a": { "b": 1, "c": null } }),
            ),
        ];
        for (one, other) in unlike {
            assert_ne!(shape(one.clone()), shape(other.clone()), "{one} {other}");
        }
    }
}
