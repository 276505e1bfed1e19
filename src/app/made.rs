//! The objects that requests create, found again for requests that come again.

use super::idempotency::Made;
use super::{catalogue, comments, customers, drawers, lines, payments, stages, tasks};
use crate::domain::{
    Actor, CatalogueItem, Comment, CommentId, Customer, CustomerId, DrawerId, ItemId, Line, LineId,
    Payment, PaymentId, Result, Shift, ShiftId, Stage, StageId, TaskId,
};
use crate::store::Connection;
use crate::store::tasks::TaskRow;

/// Implements [`Made`]: the type, its number, and the use case that returns it.
macro_rules! made {
    ($($type:ty: |$made:ident| $id:expr, $get:expr;)*) => {
        $(impl Made for $type {
            fn number(&self) -> i64 {
                let $made = self;
                $id.get()
            }

            fn again(connection: &Connection, actor: &Actor, number: i64) -> Result<Self> {
                $get(connection, actor, number)
            }
        })*
    };
}

made! {
    TaskRow: |made| made.task.id, |c, actor, id| tasks::get(c, actor, TaskId::from_row(id));
    Customer: |made| made.id, |c, actor, id| customers::get(c, actor, CustomerId::from_row(id));
    (Comment, TaskRow): |made| made.0.id, comment;
    (Line, TaskRow): |made| made.0.id, line;
    CatalogueItem: |made| made.id, |c, actor, id| catalogue::get(c, actor, ItemId::from_row(id));
    Payment: |made| made.id, |c, actor, id| payments::get(c, actor, PaymentId::from_row(id));
    drawers::DrawerState: |made| made.drawer.id, |c, actor, id| drawers::get(c, actor, DrawerId::from_row(id));
    Shift: |made| made.id, |c, actor, id| drawers::shift(c, actor, ShiftId::from_row(id));
    Stage: |made| made.id, |c, actor, id| stages::get(c, actor, StageId::from_row(id));
}

fn comment(connection: &Connection, actor: &Actor, id: i64) -> Result<(Comment, TaskRow)> {
    let comment = comments::get(connection, actor, CommentId::from_row(id))?;
    let task = tasks::get(connection, actor, comment.task)?;
    Ok((comment, task))
}

fn line(connection: &Connection, actor: &Actor, id: i64) -> Result<(Line, TaskRow)> {
    let line = lines::get(connection, actor, LineId::from_row(id))?;
    let task = tasks::get(connection, actor, line.task)?;
    Ok((line, task))
}
