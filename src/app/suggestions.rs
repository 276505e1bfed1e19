//! Suggestions for the intake form, from the shop's own devices.

use std::collections::{HashMap, HashSet};

use crate::domain::{Actor, CustomerId, DeviceField, Result};
use crate::store::{self, Connection};

/// Number of the latest devices that suggestions come from.
const DEVICES: usize = 2_000;
/// Maximum number of suggestions of a field.
const SUGGESTED: usize = 40;
/// Number of different customers who must share a value. One customer's words, such as a name
/// written on a charger, are suggested to nobody.
const SHARED: usize = 2;

/// The most frequent values of each suggested field, in alphabetical order.
pub type Suggestions = Vec<(DeviceField, Vec<String>)>;

/// Returns what to suggest for a device.
pub fn of_devices(connection: &Connection, _: &Actor) -> Result<Suggestions> {
    let fields: Vec<DeviceField> = DeviceField::suggested().collect();
    let mut seen: Vec<HashMap<String, Value>> = vec![HashMap::new(); fields.len()];
    for (customer, texts) in store::details::latest(connection, &fields, DEVICES)? {
        for (values, text) in seen.iter_mut().zip(texts) {
            if let (Some(customer), false) = (customer, text.is_empty()) {
                let value = values.entry(text.to_lowercase()).or_default();
                value.count += 1;
                value.customers.insert(customer);
                // The spelling of the latest one.
                value.text.get_or_insert(text);
            }
        }
    }
    Ok(fields
        .into_iter()
        .zip(seen.into_iter().map(frequent))
        .collect())
}

#[derive(Debug, Clone, Default)]
struct Value {
    text: Option<String>,
    count: usize,
    customers: HashSet<CustomerId>,
}

fn frequent(values: HashMap<String, Value>) -> Vec<String> {
    let shared = values
        .into_values()
        .filter(|value| value.customers.len() >= SHARED);
    let mut shared: Vec<(usize, String)> = shared
        .filter_map(|value| Some((value.count, value.text?)))
        .collect();
    shared.sort_by(|(count, text), (other, beside)| other.cmp(count).then(text.cmp(beside)));
    shared.truncate(SUGGESTED);
    let mut texts: Vec<String> = shared.into_iter().map(|(_, text)| text).collect();
    texts.sort();
    texts
}
