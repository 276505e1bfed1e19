use async_graphql::{Context, Enum, ID, Object};

use super::written::Entry;
use super::{TaskView, UserView, known, user};
use crate::app;
use crate::app::drawers::DrawerState;
use crate::domain::{Closing, EmployeeId, Error, Method, Payment, PaymentKind, Result, Shift};
use crate::graphql::global_id::{NodeType, node_id};
use crate::graphql::scalars::{InstantValue, MoneyValue};
use crate::graphql::{RequestContext, loader};
use crate::i18n;

/// Method of payment.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "PaymentMethod", remote = "Method")]
pub enum MethodEnum {
    /// Cash, which goes through a drawer.
    Cash,
    /// A bank card.
    Card,
    /// A bank transfer.
    Transfer,
    /// A transfer by phone number or QR code (in Russia, SBP).
    Instant,
    /// Another method; also that of payments carried over.
    Other,
}

/// Kind of a row of the ledger.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "PaymentKind", remote = "PaymentKind")]
pub enum PaymentKindEnum {
    /// Money from a customer for a task.
    Payment,
    /// Money of a payment that is given back.
    Refund,
    /// Cash put into a drawer.
    CashIn,
    /// Cash taken out of a drawer.
    CashOut,
    /// The opposite of another row, which it corrects.
    Reversal,
}

async fn employee(ctx: &Context<'_>, id: Option<EmployeeId>) -> Result<Option<UserView>> {
    let Some(id) = id else {
        return Ok(None);
    };
    let employee = app::accounts::employee(ctx.desk()?, &ctx.actor()?, id).await?;
    Ok(employee.map(user))
}

pub struct PaymentView(pub Payment);

impl Entry for PaymentView {}

/// A row of the ledger.
#[Object(name = "Payment", serial)]
impl PaymentView {
    /// Global id of the object, for `node`.
    async fn node_id(&self) -> ID {
        node_id(NodeType::Payment, self.0.id.get())
    }

    /// Id of the row, unique within the ledger.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// Kind of the row, which tells the direction of the money.
    async fn kind(&self) -> PaymentKindEnum {
        self.0.entry.kind.into()
    }

    /// Method of payment; CASH for cash in and out.
    async fn method(&self) -> MethodEnum {
        self.0.entry.method.into()
    }

    /// Always positive; `kind` tells the direction. A REVERSAL goes against the row that it
    /// corrects.
    async fn sum(&self) -> MoneyValue {
        self.0.entry.sum().into()
    }

    /// Time of the row; of a payment carried over, that of the task's creation.
    async fn time(&self) -> InstantValue {
        InstantValue(self.0.at)
    }

    /// Null for what was carried over from another program.
    async fn employee(&self, ctx: &Context<'_>) -> Result<Option<UserView>> {
        employee(ctx, self.0.entry.employee).await
    }

    /// Null for cash in and out, and once the task is deleted.
    async fn task(&self, ctx: &Context<'_>) -> Result<Option<TaskView>> {
        let Some(id) = self.0.entry.task else {
            return Ok(None);
        };
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let get = move |c: &_| app::tasks::get(c, &actor, id);
        match desk.db.look_up(get).await {
            Ok(row) => Ok(Some(loader::task(row, &desk.shop().timezone))),
            Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Drawer that the cash went through; null for other methods.
    async fn drawer(&self, ctx: &Context<'_>) -> Result<Option<DrawerView>> {
        let Some(id) = self.0.entry.drawer else {
            return Ok(None);
        };
        let actor = ctx.actor()?;
        let get = move |c: &_| app::drawers::get(c, &actor, id);
        Ok(Some(DrawerView(ctx.desk()?.db.look_up(get).await?)))
    }

    /// Note for employees; null when there is none.
    async fn note(&self) -> Option<&str> {
        known(self.0.entry.note.as_str())
    }

    /// Number of the fiscal receipt.
    async fn fiscal_number(&self) -> Option<&str> {
        known(self.0.entry.fiscal.as_str())
    }

    /// The payment that a refund returns, or the row that a reversal corrects.
    async fn refund_of(&self, ctx: &Context<'_>) -> Result<Option<PaymentView>> {
        let Some(id) = self.0.entry.refund_of else {
            return Ok(None);
        };
        let actor = ctx.actor()?;
        let get = move |c: &_| app::payments::get(c, &actor, id);
        Ok(Some(PaymentView(ctx.desk()?.db.look_up(get).await?)))
    }

    /// Whether it was made of the prepayment of an earlier version or of another program.
    async fn carried_over(&self) -> bool {
        self.0.entry.carried_over
    }
}

pub struct DrawerView(pub DrawerState);

impl Entry for DrawerView {}

/// A place for cash.
#[Object(name = "Drawer", serial)]
impl DrawerView {
    /// Global id of the object, for `node`.
    async fn node_id(&self) -> ID {
        node_id(NodeType::Drawer, self.0.drawer.id.get())
    }

    /// Id of the drawer, unique among drawers.
    async fn id(&self) -> ID {
        self.0.drawer.id.get().into()
    }

    /// Name of the drawer; a general word in the shop's language when it has none.
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        let language = ctx.desk()?.shop().language;
        Ok(i18n::drawer(language, &self.0.drawer.name))
    }

    /// The cash that should be in it.
    async fn balance(&self) -> MoneyValue {
        self.0.balance.into()
    }

    /// The open shift.
    async fn shift(&self) -> Option<ShiftView> {
        self.0.shift().cloned().map(ShiftView)
    }
}

pub struct ShiftView(pub Shift);

impl ShiftView {
    fn closing(&self) -> Option<&Closing> {
        self.0.closed.as_ref()
    }
}

impl Entry for ShiftView {}

/// A shift of a drawer: from a counted sum to a counted sum.
#[Object(name = "Shift", serial)]
impl ShiftView {
    /// Global id of the object, for `node`.
    async fn node_id(&self) -> ID {
        node_id(NodeType::Shift, self.0.id.get())
    }

    /// Id of the shift, unique among shifts of all drawers.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// Drawer whose cash was counted, in its current state.
    async fn drawer(&self, ctx: &Context<'_>) -> Result<DrawerView> {
        let (actor, id) = (ctx.actor()?, self.0.drawer);
        let get = move |c: &_| app::drawers::get(c, &actor, id);
        Ok(DrawerView(ctx.desk()?.db.look_up(get).await?))
    }

    /// Time of opening.
    async fn opened_time(&self) -> InstantValue {
        InstantValue(self.0.opened)
    }

    /// Employee who opened the shift.
    async fn opened_by(&self, ctx: &Context<'_>) -> Result<Option<UserView>> {
        employee(ctx, self.0.opened_by).await
    }

    /// Cash counted at the opening.
    async fn opening_counted(&self) -> MoneyValue {
        self.0.opening.into()
    }

    /// Null while the shift is open.
    async fn closed_time(&self) -> Option<InstantValue> {
        self.closing().map(|closing| InstantValue(closing.at))
    }

    /// Employee who closed the shift; null while it is open.
    async fn closed_by(&self, ctx: &Context<'_>) -> Result<Option<UserView>> {
        employee(ctx, self.closing().and_then(|closing| closing.by)).await
    }

    /// Cash counted at the closing; null while the shift is open.
    async fn closing_counted(&self) -> Option<MoneyValue> {
        self.closing().map(|closing| closing.counted.into())
    }

    /// What was counted less what should be there; null while the shift is open.
    async fn difference(&self, ctx: &Context<'_>) -> Result<Option<MoneyValue>> {
        let shift = self.0.clone();
        let moved = move |c: &_| app::drawers::moved(c, &shift);
        let moved = ctx.desk()?.db.look_up(moved).await?;
        Ok(self.0.difference(moved).map(Into::into))
    }

    /// Reason for the difference.
    async fn reason(&self) -> Option<&str> {
        self.closing()
            .and_then(|closing| known(closing.reason.as_str()))
    }
}
