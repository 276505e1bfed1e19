//! The operations, checked against the schema when they are compiled.

#[cynic::schema("zayavka")]
pub mod schema {}

use cynic::Id;
