//! Mutations of the ledger, of drawers and of shifts.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::tasks::TaskPayload;
use crate::app::drawers::Count;
use crate::app::handovers::HandOver;
use crate::app::payments::NewRefund;
use crate::app::{self, Desk};
use crate::domain::{
    DrawerId, DrawerName, Error, Payment, PaymentId, Problem, Result, Shift, ShiftId, ShiftReason,
    StageId, TaskId, Together, each,
};
use crate::graphql::input::{self, PaymentInput};
use crate::graphql::scalars::MoneyValue;
use crate::graphql::view::{
    DrawerView, MethodEnum, PaymentKindEnum, PaymentView, ShiftView, TaskView,
};
use crate::graphql::{RequestContext, idempotency, loader};
use crate::store::Transaction;

/// Result of the mutations that add a row to the ledger.
#[derive(SimpleObject)]
pub struct PaymentPayload {
    /// The new row, or that of the first request when this one repeats it.
    payment: PaymentView,
    /// Null for cash in and out, and once the task is deleted.
    task: Option<TaskView>,
}

impl PaymentPayload {
    async fn write(
        ctx: &Context<'_>,
        desk: &Desk,
        work: impl FnOnce(&Transaction<'_>) -> Result<Payment> + Send + 'static,
    ) -> Result<Self> {
        let actor = ctx.actor()?;
        let with_task = move |tx: &Transaction<'_>| {
            let payment = work(tx)?;
            let task = payment.entry.task.map(|id| app::tasks::get(tx, &actor, id));
            match task.transpose() {
                Err(Error::NotFound) => Ok((payment, None)),
                task => Ok((payment, task?)),
            }
        };
        let (payment, row) = desk.db.write(with_task).await?;
        Ok(Self {
            payment: PaymentView(payment),
            task: row.map(|row| loader::task(row, &desk.shop().timezone)),
        })
    }
}

/// Result of `saveDrawer`.
#[derive(SimpleObject)]
pub struct DrawerPayload {
    /// The created or renamed drawer.
    drawer: DrawerView,
}

/// Result of `openShift` and `closeShift`.
#[derive(SimpleObject)]
pub struct ShiftPayload {
    /// The opened or closed shift.
    shift: ShiftView,
}

impl From<Shift> for ShiftPayload {
    fn from(shift: Shift) -> Self {
        let shift = ShiftView(shift);
        Self { shift }
    }
}

#[derive(Default)]
pub struct PaymentMutation;

#[Object]
impl PaymentMutation {
    /// Takes a payment for a task, at any time: a deposit is one. Open to all staff.
    async fn take_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment to be taken; its `taskId` is required.")]
        payment_data: PaymentInput,
    ) -> Result<PaymentPayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let (task, new) = payment_data.read()?;
        let task = task.ok_or_else(|| Problem::Required.at("taskId"))?;
        let request = idempotency::request_of(ctx, new.key.as_ref())?;
        let work = move |tx: &Transaction<'_>| {
            request.once(tx, || {
                app::payments::take(tx, &actor, task, &new, request.now)
            })
        };
        PaymentPayload::write(ctx, desk, work)
            .await
            .map_err(Error::about("taskId"))
    }

    /// Gives a payment back, or a part of it, by the same or another method. Owner only.
    #[expect(clippy::too_many_arguments, reason = "the contract names them")]
    async fn refund_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the payment.")] id: ID,
        #[graphql(desc = "More than zero, and at most what is left of the payment.")]
        sum: MoneyValue,
        #[graphql(desc = "Defaults to that of the payment.")] method: Option<MethodEnum>,
        #[graphql(desc = "At most 500 characters.")] note: Option<String>,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
        #[graphql(desc = "Defaults to that of the payment.")] drawer_id: Option<ID>,
    ) -> Result<PaymentPayload> {
        let (owner, desk) = (ctx.actor()?.require_owner()?, ctx.desk()?);
        let (id, sum, drawer, note, key) = (
            PaymentId::parse("id", &id),
            sum.positive("sum"),
            input::drawer(drawer_id),
            input::note(note),
            input::key(idempotency_key),
        )
            .together()?;
        let new = NewRefund {
            sum,
            method: method.map(Into::into),
            drawer,
            note,
            key,
        };
        let request = idempotency::request_of(ctx, new.key.as_ref())?;
        let work = move |tx: &Transaction<'_>| {
            request.once(tx, || {
                app::payments::refund(tx, &owner, id, &new, request.now)
            })
        };
        PaymentPayload::write(ctx, desk, work)
            .await
            .map_err(Error::about("id"))
    }

    /// Corrects a row of the ledger by its opposite. BAD_USER_INPUT for a reversal and for a payment
    /// with a refund; CONFLICT for a row that is reversed already. Owner only.
    async fn reverse_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the row of the ledger.")] id: ID,
        #[graphql(desc = "At most 500 characters.")] note: Option<String>,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<PaymentPayload> {
        let (owner, desk) = (ctx.actor()?.require_owner()?, ctx.desk()?);
        let (request, id, note) = (
            idempotency::request(ctx, idempotency_key),
            PaymentId::parse("id", &id),
            input::note(note),
        )
            .together()?;
        let work = move |tx: &Transaction<'_>| {
            request.once(tx, || {
                app::payments::reverse(tx, &owner, id, note, request.now)
            })
        };
        PaymentPayload::write(ctx, desk, work)
            .await
            .map_err(Error::about("id"))
    }

    /// Takes the payments, closes the task in its hand-over stage, and sets its warranty by its
    /// lines unless one is set; all or nothing. A debt may remain. Open to all staff.
    async fn hand_over(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the task.")] task_id: ID,
        #[graphql(desc = "Payments to be taken with it; null or empty for none.")] payments: Option<
            Vec<PaymentInput>,
        >,
        #[graphql(desc = "A stage of the status CLOSED; its first one by default.")]
        stage_id: Option<ID>,
        #[graphql(
            desc = "The version that the change is based on; CONFLICT when there is a newer one."
        )]
        expected_version: Option<i64>,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<TaskPayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let task = TaskId::parse("taskId", &task_id);
        let read = |payment: PaymentInput| match (payment.read()?, &task) {
            ((Some(other), _), Ok(task)) if other != *task => {
                Err(Problem::NoSuchTask.at("taskId").into())
            }
            ((_, payment), _) => Ok(payment),
        };
        let payments = each(payments.into_iter().flatten().map(read));
        let stage = stage_id.map(|id| StageId::parse("stageId", &id));
        let (request, task, stage, payments) = (
            idempotency::request(ctx, idempotency_key),
            task,
            stage.transpose(),
            payments,
        )
            .together()?;
        let (new, shop) = (
            HandOver {
                payments,
                stage,
                expected_version,
            },
            desk.shop(),
        );
        let work = move |tx: &Transaction<'_>| {
            let now = request.now;
            request.once(tx, || {
                app::handovers::hand_over(tx, &shop, &actor, task, &new, now)
            })
        };
        TaskPayload::write(desk, work)
            .await
            .map_err(Error::about("taskId"))
    }

    /// Puts cash into a drawer (CASH_IN) or takes it out (CASH_OUT). Open to all staff.
    async fn move_cash(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the drawer.")] drawer_id: ID,
        #[graphql(desc = "CASH_IN or CASH_OUT; BAD_USER_INPUT for another kind.")]
        kind: PaymentKindEnum,
        #[graphql(desc = "More than zero.")] sum: MoneyValue,
        #[graphql(desc = "At most 500 characters.")] note: Option<String>,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<PaymentPayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let (request, drawer, sum, note) = (
            idempotency::request(ctx, idempotency_key),
            DrawerId::parse("drawerId", &drawer_id),
            sum.positive("sum"),
            input::note(note),
        )
            .together()?;
        let kind = kind.into();
        let work = move |tx: &Transaction<'_>| {
            let now = request.now;
            request.once(tx, || {
                app::payments::move_cash(tx, &actor, drawer, kind, sum, note, now)
            })
        };
        PaymentPayload::write(ctx, desk, work)
            .await
            .map_err(Error::about("drawerId"))
    }

    /// Creates a drawer or, with an `id`, renames one. Owner only; CONFLICT when the name is taken.
    async fn save_drawer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the drawer to be renamed; null for a new one.")] id: Option<ID>,
        #[graphql(desc = "At most 40 characters.")] name: String,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<DrawerPayload> {
        let actor = ctx.actor()?;
        let owner = actor.require_owner()?;
        let (id, name, request) = (
            input::drawer(id),
            DrawerName::parse("name", &name),
            idempotency::request(ctx, idempotency_key),
        )
            .together()?;
        let save = move |tx: &Transaction<'_>| {
            let drawer = match id {
                Some(id) => app::drawers::rename(tx, &owner, id, &name, request.now)?,
                None => app::drawers::create(tx, &owner, &name, request.now)?,
            };
            app::drawers::get(tx, &actor, drawer.id)
        };
        let work = move |tx: &Transaction<'_>| request.once(tx, || save(tx));
        let drawer = DrawerView(
            ctx.desk()?
                .db
                .write(work)
                .await
                .map_err(Error::about("id"))?,
        );
        Ok(DrawerPayload { drawer })
    }

    /// Opens a shift of a drawer with the counted cash. CONFLICT when one is open. Open to all
    /// staff.
    async fn open_shift(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the drawer.")] drawer_id: ID,
        #[graphql(desc = "The cash counted in the drawer, zero or more.")] counted: MoneyValue,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<ShiftPayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let (request, drawer, counted) = (
            idempotency::request(ctx, idempotency_key),
            DrawerId::parse("drawerId", &drawer_id),
            counted.read("counted"),
        )
            .together()?;
        let work = move |tx: &Transaction<'_>| {
            let now = request.now;
            request.once(tx, || {
                app::drawers::open_shift(tx, &actor, drawer, counted, now)
            })
        };
        let shift = desk.db.write(work).await;
        Ok(shift.map_err(Error::about("drawerId"))?.into())
    }

    /// Closes a shift with the counted cash; a difference needs a reason. Open to the employee who
    /// opened it, and to owners.
    async fn close_shift(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the shift.")] id: ID,
        #[graphql(desc = "The cash counted in the drawer, zero or more.")] counted: MoneyValue,
        #[graphql(desc = "At most 500 characters.")] reason: Option<String>,
        #[graphql(
            desc = "What should be in the drawer as far as the client knows; CONFLICT when cash \
                          went through it meanwhile."
        )]
        expected_cash: Option<MoneyValue>,
    ) -> Result<ShiftPayload> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let now = desk.clock.now();
        let expected = expected_cash.map(|sum| sum.balance("expectedCash"));
        let (id, counted, reason, expected) = (
            ShiftId::parse("id", &id),
            counted.read("counted"),
            ShiftReason::parse("reason", &reason.unwrap_or_default()),
            expected.transpose(),
        )
            .together()?;
        let count = Count {
            counted,
            reason,
            expected,
        };
        let work =
            move |tx: &Transaction<'_>| app::drawers::close_shift(tx, &actor, id, count, now);
        let shift = desk.db.write(work).await;
        Ok(shift.map_err(Error::about("id"))?.into())
    }
}
