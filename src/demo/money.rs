//! Works, parts, payments and shifts of the demo.

use jiff::Timestamp;

use super::Setting;
use super::catalogue::{KINDS, PART_FOR, SAFE, SHORT, WORK_ON, text_in};
use super::life::Life;
use crate::app::drawers::Count;
use crate::app::{drawers, lines, payments};
use crate::domain::{
    Actor, CatalogueItem, DrawerId, Error, ItemCode, ItemContent, LineChange, LineContent,
    LineKind, LineName, Method, Money, NewPayment, PaymentKind, PaymentNote, Result, ShiftReason,
    TaskId, WarrantyDays,
};
use crate::store::{self, Transaction};

/// Duration of the warranty, in days.
const WARRANTY: i64 = 90;
/// One of this many customers has not paid the rest.
const DEBTOR: i64 = 151;

/// The price list: a work for each kind of device, and a part for each model; and the drawer.
#[derive(Default)]
pub struct Items {
    works: Vec<CatalogueItem>,
    parts: Vec<Vec<CatalogueItem>>,
    drawer: Option<DrawerId>,
}

impl Items {
    /// Fills the price list.
    pub fn list(tx: &Transaction, shop: &Setting) -> Result<Self> {
        let language = shop.shop.language;
        let drawers = store::drawers::all(tx)?;
        let mut items = Self {
            works: Vec::new(),
            parts: Vec::new(),
            drawer: drawers.first().map(|drawer| drawer.id),
        };
        for (number, kind) in (1..).zip(&KINDS) {
            let device = text_in(language, kind.name);
            let name = format!("{}: {device}", text_in(language, WORK_ON));
            items.works.push(put(
                tx,
                shop,
                LineKind::Work,
                &name,
                format!("W-{number:02}"),
                30,
            )?);
            let part = |(nth, [brand, model]): (usize, &[&str; 2])| {
                let name = format!("{}: {brand} {model}", text_in(language, PART_FOR));
                put(
                    tx,
                    shop,
                    LineKind::Part,
                    &name,
                    format!("P-{number:02}{nth}"),
                    60,
                )
            };
            let parts = (1..).zip(kind.models).map(part);
            items.parts.push(parts.collect::<Result<_>>()?);
        }
        Ok(items)
    }
}

fn put(
    tx: &Transaction,
    shop: &Setting,
    kind: LineKind,
    name: &str,
    article: String,
    euros: i64,
) -> Result<CatalogueItem> {
    let cost = (kind == LineKind::Part).then(|| shop.round(euros / 4 * shop.euro));
    let content = ItemContent {
        kind,
        name: LineName::parse("name", name)?,
        article: ItemCode::parse("article", &article)?,
        barcode: ItemCode::default(),
        price: shop.round(euros * shop.euro),
        cost,
        warranty: WarrantyDays::new("warrantyDays", WARRANTY)?,
        archived: false,
    };
    let id = store::catalogue::insert(tx, &content)?;
    Ok(CatalogueItem { id, content })
}

impl Life {
    /// Returns the work and the part of a repair, which together cost its price; `None` for a task
    /// with a typed price.
    fn line_changes(
        &self,
        shop: &Setting,
        employee: &Actor,
    ) -> Option<[(CatalogueItem, LineChange); 2]> {
        let thing = self.thing.as_ref().filter(|_| self.has_lines())?;
        let parts = shop.round(thing.price.minor() * 3 / 5);
        let of_kind = &shop.items.parts[thing.kind];
        let change = |item: &CatalogueItem, sum: Money| {
            let change = LineChange {
                item: Some(item.id),
                unit_price: Some(sum),
                done_by: Some(Some(employee.id())),
                ..LineChange::default()
            };
            (item.clone(), change)
        };
        Some([
            change(&shop.items.works[thing.kind], thing.price.minus(parts)),
            change(&of_kind[self.customer % of_kind.len()], parts),
        ])
    }

    /// Returns whether the price of the task is that of a work and a part.
    pub fn has_lines(&self) -> bool {
        let thing = self.thing.as_ref();
        thing.is_some_and(|thing| thing.fault.part && thing.price > Money::ZERO)
    }

    fn method(&self) -> Method {
        let all = [
            Method::Card,
            Method::Cash,
            Method::Instant,
            Method::Card,
            Method::Transfer,
        ];
        all[self.arrived.unsigned_abs() as usize % all.len()]
    }

    fn pays(&self) -> bool {
        self.arrived % DEBTOR != 7
    }
}

/// Writes the lines of an earlier task, and returns them.
pub fn write_lines(
    tx: &Transaction,
    shop: &Setting,
    life: &Life,
    task: TaskId,
) -> Result<Vec<LineContent>> {
    let Some(changes) = life.line_changes(shop, &shop.staff[life.employee]) else {
        return Ok(Vec::new());
    };
    let mut contents = Vec::new();
    for (position, (item, change)) in (1..).zip(changes) {
        let content = change.into_new(Some(item.line()))?;
        store::lines::insert(tx, task, position, &content)?;
        contents.push(content);
    }
    Ok(contents)
}

/// Writes the deposit and the payment of the rest of an earlier task, and returns their sum.
pub fn write_payments(
    tx: &Transaction,
    shop: &Setting,
    life: &Life,
    task: TaskId,
    deposit: Option<(Money, Timestamp)>,
    rest: Option<(Money, Timestamp)>,
) -> Result<Money> {
    let employee = shop.staff[life.employee].id();
    let rest = rest.filter(|_| life.pays());
    let mut paid = Money::ZERO;
    for (sum, at) in [deposit, rest].into_iter().flatten() {
        if sum > Money::ZERO {
            let mut entry = NewPayment::plain(life.method(), sum).entry(task, employee);
            entry.drawer = shop.items.drawer.filter(|_| entry.method == Method::Cash);
            store::payments::append(tx, &entry, at)?;
            paid = paid.plus(sum).unwrap_or(paid);
        }
    }
    Ok(paid)
}

/// Adds the work and the part to a finished task.
pub fn add_lines(
    tx: &Transaction,
    shop: &Setting,
    life: &Life,
    task: TaskId,
    now: Timestamp,
) -> Result<()> {
    let actor = &shop.staff[life.employee];
    for (_, change) in life.line_changes(shop, actor).into_iter().flatten() {
        lines::add(tx, actor, task, change, None, now)?;
    }
    Ok(())
}

/// Takes what is due for a task that is handed over.
pub fn take_rest(
    tx: &Transaction,
    shop: &Setting,
    life: &Life,
    task: TaskId,
    now: Timestamp,
) -> Result<()> {
    let details = store::details::of_tasks(tx, &[task])?.remove(&task);
    let due = details.unwrap_or_default().balance();
    if due > Money::ZERO && life.pays() {
        let payment = NewPayment::plain(life.method(), due);
        payments::take(tx, &shop.staff[life.employee], task, &payment, now)?;
    }
    Ok(())
}

/// Ends the shift of the drawer, if one is open, and begins the next one. Most of the cash goes to
/// the safe; now and then a little is missing.
pub fn change_shift(tx: &Transaction, shop: &Setting, day: i64, now: Timestamp) -> Result<()> {
    let (owner, language) = (&shop.staff[0], shop.shop.language);
    let drawer = shop.items.drawer.ok_or(Error::NotFound)?;
    let left = shop.round(50 * shop.euro);
    let state = drawers::get(tx, owner, drawer)?;
    let mut counted = left;
    if let Some(shift) = state.shift() {
        let excess = state.balance.minus(left);
        if excess > Money::ZERO {
            let note = PaymentNote::parse("note", text_in(language, SAFE))?;
            payments::move_cash(tx, owner, drawer, PaymentKind::CashOut, excess, note, now)?;
        }
        let should = drawers::get(tx, owner, drawer)?.balance;
        let missing = match day % 5 {
            0 => Money::from_row(50 * shop.unit),
            _ => Money::ZERO,
        };
        counted = should.minus(missing).max(Money::ZERO);
        let reason = match counted == should {
            true => ShiftReason::default(),
            false => ShiftReason::parse("reason", text_in(language, SHORT))?,
        };
        let count = Count {
            counted,
            reason,
            expected: None,
        };
        drawers::close_shift(tx, owner, shift.id, count, now)?;
    }
    drawers::open_shift(tx, owner, drawer, counted, now)?;
    Ok(())
}
