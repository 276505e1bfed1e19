//! Files of the shop as texts in the API.

use std::pin::pin;

use async_graphql::{Context, Enum};
use futures_util::StreamExt;

use super::RequestContext;
use crate::app;
use crate::app::Desk;
use crate::app::packed::{Coding, Packed};
use crate::domain::{Actor, DateOrder, Days, Language, Owner, Result};
use crate::graphql::engine::rope::{Finished, Text};
use crate::sheet::{self, Choices, Reading, Table, Writing};
use crate::store::Connection;

/// Data to export.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    /// Tasks with their customers.
    Tasks,
    /// Customers with their contact data.
    Customers,
}

/// A language of the user interface.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Language", remote = "Language")]
pub enum LanguageEnum {
    /// The language with the code `ru`.
    Russian,
    /// The language with the code `en`.
    English,
}

/// The order of day and month in dates such as 2/1/2024.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "DateOrder", remote = "DateOrder")]
pub enum DateOrderEnum {
    /// The date 2/1/2024 is in January.
    DayFirst,
    /// The date 2/1/2024 is in February.
    MonthFirst,
}

/// Exports all tasks or customers.
pub async fn export(
    ctx: &Context<'_>,
    owner: Owner,
    kind: ExportKind,
    created: Days,
    writing: &Writing,
) -> Result<Finished> {
    let mut text = Text::begin(ctx)?;
    let desk = ctx.desk()?;
    match kind {
        ExportKind::Tasks => {
            text.push(&writing.head_of_tasks()?).await?;
            let mut parts = pin!(app::exports::tasks(desk, owner, created));
            while let Some(rows) = parts.next().await {
                text.push(&writing.tasks(&rows?)?).await?;
            }
        }
        ExportKind::Customers => {
            text.push(&writing.head_of_customers()?).await?;
            let mut parts = pin!(app::exports::customers(desk, owner));
            while let Some(cards) = parts.next().await {
                text.push(&writing.customers(&cards?)?).await?;
            }
        }
    }
    text.finish()
}

/// Returns an archive as text.
pub async fn text(ctx: &Context<'_>, archive: Packed) -> Result<Finished> {
    let mut text = Text::begin(ctx)?;
    let mut parts = pin!(archive.parts(Coding::Plain));
    while let Some(part) = parts.next().await {
        text.push(&part?).await?;
    }
    text.finish()
}

/// Returns a closure that parses a file, given a database connection.
pub fn reader(
    desk: &Desk,
    actor: Actor,
    csv: String,
    choices: Choices,
) -> impl FnOnce(&Connection) -> Result<Table> + Send + use<> {
    let (shop, now) = (desk.shop(), desk.clock.now());
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
