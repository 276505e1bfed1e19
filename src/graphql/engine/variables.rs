//! Values of variables, brought to the types that the operation declares, before anything is executed
//! (<https://spec.graphql.org/October2021/#sec-Coercing-Variable-Values>).

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::executable::Operation;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::serde_json_bytes::ByteString;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use async_graphql::{Name, Number, Value, Variables};

use super::plan;
use super::schema::has_form;

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
            let name = variable.name.as_str();
            values.insert(name, json(schema, &variable.ty, name, value)?);
        }
    }
    let coerced = coerce_variable_values(schema, operation, &values)
        .map_err(|error| format!("{}.", error.message()))?
        .into_inner();
    let coerced = coerced.into_iter();
    let mut variables = Variables::default();
    variables.extend(coerced.map(|(name, value)| (Name::new(name.as_str()), constant(value))));
    // A default is a literal, and is read like the others.
    for variable in &operation.variables {
        let name = variable.name.as_str();
        if let Some(default) = variable
            .default_value
            .as_ref()
            .filter(|_| !values.contains_key(name))
        {
            variables.insert(Name::new(name), plan::value_of(default));
        }
    }
    Ok(variables)
}

/// Reads what a variable of this type was given, with the forms that the compiler doesn't know: ids that are integers of
/// any size, and scalars of this schema.
fn json(schema: &Schema, ty: &Type, name: &str, value: &Value) -> Result<JsonValue, String> {
    let named = ty.inner_named_type();
    Ok(match value {
        Value::Null => JsonValue::Null,
        Value::List(entries) if ty.is_list() => {
            let entries = entries.iter();
            let entry = |entry| json(schema, ty.item_type(), name, entry);
            entries.map(entry).collect::<Result<_, _>>()?
        }
        Value::Object(fields) if let Some(object) = schema.get_input_object(named) => {
            let mut read = JsonMap::new();
            for (field, value) in fields {
                let value = match object.fields.get(field.as_str()) {
                    Some(known) => json(schema, &known.ty, name, value)?,
                    None => plain(value)?,
                };
                read.insert(field.as_str(), value);
            }
            JsonValue::Object(read)
        }
        Value::Number(number) if named == "ID" => match whole(number) {
            number if number.is_i64() => JsonValue::Number(number),
            number => digits(&number).map_or(JsonValue::Number(number), Into::into),
        },
        value if has_form(schema, named, value) => plain(value)?,
        value => {
            let why = format!("could not coerce variable {name}: {value} to type {named}.");
            return Err(why);
        }
    })
}

/// Returns the digits of an integer that is too large for a number of 64 bits.
fn digits(number: &Number) -> Option<String> {
    let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
    Some(match number.as_u64() {
        Some(number) => number.to_string(),
        None => float.to_string(),
    })
}

fn plain(value: &Value) -> Result<JsonValue, String> {
    Ok(match value {
        Value::Null => JsonValue::Null,
        Value::Boolean(is) => JsonValue::Bool(*is),
        Value::Number(number) => JsonValue::Number(whole(number)),
        Value::String(text) => text.as_str().into(),
        Value::Enum(name) => name.as_str().into(),
        Value::Binary(_) => return Err("A variable is no JSON.".to_owned()),
        Value::List(entries) => entries.iter().map(plain).collect::<Result<_, _>>()?,
        Value::Object(fields) => {
            let mut object = JsonMap::new();
            for (name, value) in fields {
                object.insert(name.as_str(), plain(value)?);
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
        JsonValue::Number(number) => Value::Number(number),
        JsonValue::String(text) => Value::String(text.as_str().to_owned()),
        JsonValue::Array(entries) => Value::List(entries.into_iter().map(constant).collect()),
        JsonValue::Object(fields) => {
            let fields = fields.into_iter();
            let one = |(name, value): (ByteString, _)| (Name::new(name.as_str()), constant(value));
            Value::Object(fields.map(one).collect())
        }
    }
}
