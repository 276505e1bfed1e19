//! Values of variables, brought to the types that the operation declares, before anything is executed
//! (<https://spec.graphql.org/October2021/#sec-Coercing-Variable-Values>).

use apollo_compiler::Schema;
use apollo_compiler::executable::Operation;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::serde_json_bytes::ByteString;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use async_graphql::{Name, Number, Value, Variables};

/// The integers that a number with a fraction can stand for without loss.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Returns the values of an operation's variables, defaults included.
///
/// # Errors
/// The variable that doesn't fit its type, and the reason.
pub fn coerce(
    schema: &Valid<Schema>,
    operation: &Operation,
    given: &Variables,
) -> Result<Variables, String> {
    if operation.variables.is_empty() {
        return Ok(Variables::default());
    }
    // Others may be anything, and are not looked at.
    let mut values = JsonMap::new();
    for variable in &operation.variables {
        if let Some(value) = given.get(variable.name.as_str()) {
            values.insert(variable.name.as_str(), json(value)?);
        }
    }
    let coerced = coerce_variable_values(schema, operation, &values)
        .map_err(|error| format!("{}.", error.message()))?
        .into_inner();
    let coerced = coerced.into_iter();
    let mut variables = Variables::default();
    variables.extend(coerced.map(|(name, value)| (Name::new(name.as_str()), constant(value))));
    Ok(variables)
}

fn json(value: &Value) -> Result<JsonValue, String> {
    Ok(match value {
        Value::Null => JsonValue::Null,
        Value::Boolean(is) => JsonValue::Bool(*is),
        Value::Number(number) => JsonValue::Number(whole(number)),
        Value::String(text) => text.as_str().into(),
        Value::Enum(name) => name.as_str().into(),
        Value::Binary(_) => return Err("A variable is no JSON.".to_owned()),
        Value::List(entries) => entries.iter().map(json).collect::<Result<_, _>>()?,
        Value::Object(fields) => {
            let mut object = JsonMap::new();
            for (name, value) in fields {
                object.insert(name.as_str(), json(value)?);
            }
            JsonValue::Object(object)
        }
    })
}

/// Writes a number without a fraction as an integer: `100.0` and `-0` are integers in JSON as JavaScript has it.
fn whole(number: &Number) -> Number {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT => {
            (float as i64).into()
        }
        _ => number.clone(),
    }
}

fn constant(value: JsonValue) -> Value {
    match value {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(is) => Value::Boolean(is),
        // A default is written as in the document.
        JsonValue::Number(number) => Value::Number(whole(&number)),
        JsonValue::String(text) => Value::String(text.as_str().to_owned()),
        JsonValue::Array(entries) => Value::List(entries.into_iter().map(constant).collect()),
        JsonValue::Object(fields) => {
            let fields = fields.into_iter();
            let one = |(name, value): (ByteString, _)| (Name::new(name.as_str()), constant(value));
            Value::Object(fields.map(one).collect())
        }
    }
}
