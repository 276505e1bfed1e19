//! Cash and debts on the counter.

use crate::app::counter::Counter;
use crate::app::drawers::{self, DrawerState};
use crate::domain::{Actor, Method, Money, Takings};
use crate::web::tasks::CustomerLine;
use crate::web::text::Texts;

/// A drawer with its cash.
pub struct Drawer {
    pub id: i64,
    pub name: String,
    pub balance: String,
    /// State of its shift, as a sentence.
    pub state: String,
    /// Whether it takes cash now.
    pub is_open: bool,
    /// Whether a shift can be opened.
    pub can_open: bool,
    /// The open shift, if the reader may close it.
    pub close: Option<i64>,
}

impl Drawer {
    fn new(of: &DrawerState, actor: &Actor, texts: &Texts) -> Self {
        let shift = of.shift();
        let may_close = shift.filter(|shift| drawers::may_close(actor, shift));
        Self {
            id: of.drawer.id.get(),
            name: texts.drawer(&of.drawer.name),
            balance: texts.money(of.balance),
            state: match (&of.last, shift) {
                (_, Some(shift)) => {
                    texts.fill("counter-shift-open", "when", texts.when(&shift.opened))
                }
                (Some(_), None) => texts.s("counter-shift-closed"),
                (None, None) => texts.s("counter-shift-none"),
            },
            is_open: of.last.is_none() || shift.is_some(),
            can_open: shift.is_none(),
            close: may_close.map(|shift| shift.id.get()),
        }
    }
}

/// The cash in the drawers, and what was received today.
pub struct Cash {
    pub drawers: Vec<Drawer>,
    /// Movements of the cash today, and of other money, each with its name and sum.
    pub moved: Vec<(String, String)>,
    pub other: Vec<(String, String)>,
    /// Received less refunded, by all methods.
    pub received: String,
}

impl Cash {
    pub fn new(counter: &Counter, actor: &Actor, texts: &Texts) -> Self {
        let of = |method: Method| {
            let parts = counter.takings.iter();
            let parts = parts.filter(|part| part.method == method);
            parts.fold(Takings::default(), |sum, part| sum.and(part.takings))
        };
        let net = |takings: Takings| takings.received.minus(takings.refunded);
        let cash = of(Method::Cash);
        let given = Money::ZERO.minus(cash.cash_out);
        let moved = [
            (texts.method(&Method::Cash), net(cash)),
            (texts.s("counter-put-in"), cash.cash_in),
            (texts.s("counter-taken-out"), given),
        ];
        let written = |(name, sum): (String, Money)| {
            let plus = if sum > Money::ZERO { "+" } else { "" };
            (sum != Money::ZERO).then(|| (name, format!("{plus}{}", texts.money(sum))))
        };
        let others = Method::ALL.iter().filter(|method| **method != Method::Cash);
        let other = |method: &Method| {
            let sum = net(of(*method));
            (sum != Money::ZERO).then(|| (texts.method(method), texts.money(sum)))
        };
        let all = Method::ALL.iter().map(|method| net(of(*method)));
        let drawers = counter.drawers.iter();
        Self {
            drawers: drawers
                .map(|drawer| Drawer::new(drawer, actor, texts))
                .collect(),
            moved: moved.into_iter().filter_map(written).collect(),
            other: others.filter_map(other).collect(),
            received: texts.money(all.fold(Money::ZERO, Money::and)),
        }
    }
}

/// A debt as the counter shows it.
pub struct DebtRow {
    pub task: i64,
    pub customer: CustomerLine,
    pub since: String,
    pub owed: String,
}

/// The debts: the longest ones, and the sum of all.
pub struct Debts {
    pub rows: Vec<DebtRow>,
    pub count: i64,
    pub sum: String,
}

impl Debts {
    pub fn new(counter: &Counter, texts: &Texts) -> Self {
        let (count, sum) = counter.debt;
        let row =
            |(whole, owed): &(crate::app::counter::Whole, crate::store::handovers::Owed)| DebtRow {
                task: owed.task.get(),
                customer: CustomerLine::new(whole.0.customer.as_deref(), texts),
                since: texts.date_of(&owed.at),
                owed: texts.money(owed.total.minus(owed.paid)),
            };
        Self {
            rows: counter.debts.iter().map(row).collect(),
            count,
            sum: texts.money(sum),
        }
    }
}
