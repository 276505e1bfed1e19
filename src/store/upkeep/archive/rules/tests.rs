use serde_json::json;

use super::*;
use crate::domain::Message;
use crate::store::upkeep::migrate;
use crate::store::{Connection, embedded_migrations};

#[test]
fn every_column_of_an_archive_has_a_rule() {
    let mut memory = Connection::open_in_memory().unwrap();
    migrate::run(&mut memory, &embedded_migrations()).unwrap();
    let tables = RULES.iter().map(|(table, _)| *table);
    assert!(tables.eq(crate::store::upkeep::archive::TABLES.iter().copied()));
    for (table, rules) in RULES {
        let mut there = crate::store::upkeep::archive::columns(&memory, table).unwrap();
        let device = DeviceField::ALL.iter().map(|field| field.column());
        let card = CardField::ALL.iter().map(|field| field.column());
        let fields = device.chain(card);
        let fields = fields.filter(|column| Field::of(table, column).is_some());
        let ruled = rules.iter().map(|(column, _)| *column);
        let mut ruled: Vec<_> = ruled.chain(fields).collect();
        there.sort_unstable();
        ruled.sort_unstable();
        assert_eq!(ruled, there, "{table}");
    }
}

fn read(table: &str, row: Value) -> Result<(), (String, Problem)> {
    check(table, row.as_object().unwrap())
}

#[test]
fn a_value_that_no_door_takes_is_refused() {
    let long = "y".repeat(201);
    let refused = |column: &str, problem| Err((column.to_owned(), problem));
    for (table, row, expected) in [
        (
            "task_details",
            json!({"brand": long}),
            refused("brand", Problem::TooLong { max: 200 }),
        ),
        (
            "task_details",
            json!({"model": "one\ntwo"}),
            refused("model", Problem::ControlCharacters),
        ),
        (
            "task_details",
            json!({"price": -1}),
            refused("price", Problem::SumNegative),
        ),
        (
            "stages",
            json!({"colour": "blue\nred"}),
            refused("colour", Problem::ArchiveForeign),
        ),
        (
            "tasks",
            json!({"due_on": "soon"}),
            refused("due_on", Problem::DayMalformed),
        ),
        (
            "tasks",
            json!({"description": 7}),
            refused("description", Problem::ArchiveForeign),
        ),
        (
            "tasks",
            json!({"created_at": i64::MAX}),
            refused("created_at", Problem::ArchiveForeign),
        ),
        (
            "comments",
            json!({"channel": null, "text": "y".repeat(3_001)}),
            refused("text", Problem::TooLong { max: Message::MAX }),
        ),
        (
            "customers",
            json!({"phone_e164": "+7 900"}),
            refused("phone_e164", Problem::ArchiveForeign),
        ),
        (
            "customers",
            json!({"shoe": 42}),
            refused("shoe", Problem::ArchiveForeign),
        ),
    ] {
        assert_eq!(read(table, row.clone()), expected, "{table} {row}");
    }
}

#[test]
fn what_an_earlier_version_took_comes_back() {
    for (table, row) in [
        // Invisible characters only, and invisible characters within the limit.
        ("stages", json!({"name": "\u{200b}"})),
        (
            "customers",
            json!({"name": format!("A\u{202e}{}", "b".repeat(199))}),
        ),
        // Values that are well-formed by earlier rules.
        ("customers", json!({"phone": "1234567 / 123"})),
        ("customers", json!({"phone_e164": "+71234567"})),
        ("employees", json!({"email": "\"a<b>\"@example.com"})),
        // A customer's long message, and a picture without a text.
        (
            "comments",
            json!({"channel": "TELEGRAM", "text": "y".repeat(4_096)}),
        ),
        ("comments", json!({"channel": "TELEGRAM", "text": ""})),
        // Erased with the person.
        ("tasks", json!({"description": ""})),
        ("approvals", json!({"text": ""})),
    ] {
        assert_eq!(read(table, row.clone()), Ok(()), "{table} {row}");
    }
}
