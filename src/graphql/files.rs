//! The shop's files as the API passes them: as texts.

use async_graphql::Enum;

use crate::app;
use crate::app::Desk;
use crate::domain::{Actor, DateOrder, Days, Error, Language, Owner, Result, TaskOrder};
use crate::sheet::{self, Choices, Reading, Table, Writing};
use crate::store::Connection;
use crate::store::tasks::After;

/// What to export.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    Tasks,
    Customers,
}

/// A language of the program.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Language", remote = "Language")]
pub enum LanguageEnum {
    Russian,
    English,
}

/// The order of day and month in dates such as 2/1/2024.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "DateOrder", remote = "DateOrder")]
pub enum DateOrderEnum {
    DayFirst,
    MonthFirst,
}

/// A whole file of tasks or customers.
pub fn export(
    connection: &Connection,
    owner: &Owner,
    kind: ExportKind,
    created: Days,
    writing: &Writing,
) -> Result<String> {
    let file = match kind {
        ExportKind::Tasks => tasks(connection, owner, created, writing)?,
        ExportKind::Customers => customers(connection, owner, writing)?,
    };
    String::from_utf8(file).map_err(Error::internal)
}

fn tasks(c: &Connection, owner: &Owner, created: Days, writing: &Writing) -> Result<Vec<u8>> {
    let (mut file, mut after) = (writing.head_of_tasks()?, None);
    loop {
        let rows = app::exports::tasks(c, owner, created, after)?;
        let Some((last, _)) = rows.last() else {
            return Ok(file);
        };
        after = Some(After::of(last, TaskOrder::Oldest));
        file.extend(writing.tasks(&rows)?);
    }
}

fn customers(c: &Connection, owner: &Owner, writing: &Writing) -> Result<Vec<u8>> {
    let (mut file, mut after) = (writing.head_of_customers()?, None);
    loop {
        let cards = app::exports::customers(c, owner, after)?;
        let Some(last) = cards.last() else {
            return Ok(file);
        };
        after = Some(last.id);
        file.extend(writing.customers(&cards)?);
    }
}

/// What reads a file, where the database is at hand.
pub fn reader(
    desk: &Desk,
    actor: Actor,
    csv: String,
    choices: Choices,
) -> impl FnOnce(&Connection) -> Result<Table> + Send + use<> {
    let (shop, now) = (desk.shop.clone(), desk.clock.now());
    move |connection| {
        let staff = app::accounts::employees(connection, &actor)?;
        let stages = app::stages::list(connection, &actor)?;
        let reading = Reading {
            shop: &shop,
            staff: &staff,
            stages: &stages,
            choices: &choices,
            now,
        };
        sheet::read(csv.as_bytes(), &reading)
    }
}
