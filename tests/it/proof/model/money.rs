//! Operations on lines, payments and drawers.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::operation::{arguments, low, maybe, number, quoted, word};

/// Names of lines, which the search finds.
pub const LINES: [&str; 4] = ["Замена лампы", "lamp holder", "Пётр's work", "50% off"];
pub const METHODS: [&str; 3] = ["CASH", "CARD", "INSTANT"];

/// A discount: a sum, or thousandths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discount {
    Sum(i64),
    Percent(i64),
}

/// An operation on money. Ids need not exist.
#[derive(Debug, Clone)]
pub enum MoneyOperation {
    AddLine {
        task: i64,
        kind: &'static str,
        name: &'static str,
        /// In thousandths.
        quantity: i64,
        price: i64,
        discount: Option<Discount>,
        beside: BesideLine,
        expected: Option<i64>,
    },
    UpdateLine {
        id: i64,
        name: Option<&'static str>,
        quantity: Option<i64>,
        price: Option<i64>,
        discount: Option<Discount>,
        beside: BesideLine,
    },
    MoveLine(i64, usize),
    RemoveLine(i64),
    SetDiscount(i64, Option<Discount>),
    AgreeByPhone(i64),
    Pay {
        task: i64,
        payment: NewPayment,
    },
    HandOver {
        task: i64,
        payment: Option<NewPayment>,
        expected: Option<i64>,
    },
    Refund {
        id: i64,
        sum: i64,
        method: Option<&'static str>,
        drawer: Option<i64>,
        key: Option<u8>,
    },
    Reverse(i64),
    /// Into a drawer, or out of it.
    MoveCash(i64, bool, i64),
    OpenShift(i64, i64),
    CloseShift {
        id: i64,
        counted: i64,
        has_reason: bool,
    },
}

/// What nobody but the owner sees of a line, and its warranty; an inner `None` clears it.
#[derive(Debug, Clone, Copy)]
pub struct BesideLine {
    /// Of one piece.
    pub cost: Option<Option<i64>>,
    /// In days; 0 clears it.
    pub warranty: Option<Option<i64>>,
}

impl BesideLine {
    fn data(self) -> [(&'static str, Option<String>); 2] {
        [
            ("cost", maybe(self.cost)),
            ("warrantyDays", maybe(self.warranty)),
        ]
    }
}

#[derive(Debug, Clone)]
pub struct NewPayment {
    pub method: &'static str,
    pub sum: i64,
    pub drawer: Option<i64>,
    pub overpayment: bool,
    pub key: Option<u8>,
}

impl NewPayment {
    fn data(&self, task: Option<i64>) -> String {
        arguments(&[
            ("taskId", number(task)),
            ("method", word(Some(self.method))),
            ("sum", number(Some(self.sum))),
            ("drawerId", number(self.drawer)),
            ("overpayment", number(self.overpayment.then_some(true))),
            ("idempotencyKey", self.key.and_then(quoted)),
        ])
    }
}

fn discount() -> impl Strategy<Value = Option<Discount>> {
    prop_oneof![
        3 => Just(None),
        1 => (0_i64..4).prop_map(|sum| Some(Discount::Sum(sum))),
        1 => select(&[0_i64, 12_500, 33_333, 100_000][..]).prop_map(|percent| Some(Discount::Percent(percent))),
    ]
}

fn beside() -> impl Strategy<Value = BesideLine> {
    let days = select(&[0_i64, 1, 30, 90, 3_650, -1, 3_651][..]);
    let cost = option::weighted(0.4, option::weighted(0.8, -1_i64..9));
    let warranty = option::weighted(0.4, option::weighted(0.8, days));
    (cost, warranty).prop_map(|(cost, warranty)| BesideLine { cost, warranty })
}

/// One of the two drawers, rarely none or one that doesn't exist.
fn drawer() -> impl Strategy<Value = i64> {
    prop_oneof![9 => 1_i64..3, 1 => Just(3)]
}

fn payment() -> impl Strategy<Value = NewPayment> {
    let key = option::weighted(0.3, 0_u8..3);
    let drawer = option::weighted(0.8, drawer());
    (select(&METHODS[..]), 0_i64..8, drawer, any::<bool>(), key).prop_map(
        |(method, sum, drawer, overpayment, key)| NewPayment {
            method,
            sum,
            drawer,
            overpayment,
            key,
        },
    )
}

pub fn operation() -> BoxedStrategy<MoneyOperation> {
    use MoneyOperation as Op;
    let task = || low(1, 8);
    let line = || low(1, 10);
    let row = || low(1, 8);
    let quantity = || select(&[0_i64, 1, 500, 1_000, 1_000, 2_250][..]);
    let expected = || option::weighted(0.1, 1_i64..4);
    let of_lines = prop_oneof![
        6 => (
            task(), select(&["WORK", "PART"][..]), select(&LINES[..]), quantity(), -1_i64..9, discount(), beside(),
            expected(),
        ).prop_map(|(task, kind, name, quantity, price, discount, beside, expected)| Op::AddLine {
            task, kind, name, quantity, price, discount, beside, expected,
        }),
        3 => (
            line(), option::weighted(0.3, select(&LINES[..])), option::weighted(0.5, quantity()),
            option::weighted(0.5, 0_i64..9), discount(), beside(),
        ).prop_map(|(id, name, quantity, price, discount, beside)| Op::UpdateLine {
            id, name, quantity, price, discount, beside,
        }),
        1 => (line(), 0_usize..4).prop_map(|(id, position)| Op::MoveLine(id, position)),
        1 => line().prop_map(Op::RemoveLine),
        2 => (task(), discount()).prop_map(|(task, discount)| Op::SetDiscount(task, discount)),
        1 => task().prop_map(Op::AgreeByPhone),
    ];
    let of_payments = prop_oneof![
        6 => (task(), payment()).prop_map(|(task, payment)| Op::Pay { task, payment }),
        3 => (task(), option::weighted(0.6, payment()), expected()).prop_map(
            |(task, payment, expected)| Op::HandOver { task, payment, expected }),
        4 => (
            row(), 0_i64..6, option::weighted(0.3, select(&METHODS[..])), option::weighted(0.4, drawer()),
            option::weighted(0.2, 0_u8..3),
        ).prop_map(|(id, sum, method, drawer, key)| Op::Refund { id, sum, method, drawer, key }),
        2 => row().prop_map(Op::Reverse),
        1 => (drawer(), any::<bool>(), 0_i64..5).prop_map(|(drawer, into, sum)| Op::MoveCash(drawer, into, sum)),
        2 => (drawer(), -1_i64..5).prop_map(|(drawer, counted)| Op::OpenShift(drawer, counted)),
        2 => (low(1, 3), 0_i64..6, any::<bool>()).prop_map(
            |(id, counted, has_reason)| Op::CloseShift { id, counted, has_reason }),
    ];
    prop_oneof![of_lines.boxed(), of_payments.boxed()].boxed()
}

/// Formats thousandths as a decimal number.
pub fn decimal(thousandths: i64) -> String {
    let (whole, part) = (thousandths / 1_000, thousandths % 1_000);
    match part {
        0 => whole.to_string(),
        part => format!("{whole}.{}", format!("{part:03}").trim_end_matches('0')),
    }
}

fn of_discount(
    discount: Option<Discount>,
    sum: &'static str,
    percent: &'static str,
) -> [(&'static str, Option<String>); 2] {
    match discount {
        None => [(sum, None), (percent, None)],
        Some(Discount::Sum(value)) => [(sum, number(Some(value))), (percent, None)],
        Some(Discount::Percent(value)) => [(sum, None), (percent, quoted(decimal(value)))],
    }
}

/// Returns the mutation.
pub fn mutation(operation: &MoneyOperation) -> String {
    use MoneyOperation as Op;
    match operation {
        Op::AddLine {
            task,
            kind,
            name,
            quantity,
            price,
            discount,
            beside,
            expected,
        } => {
            let mut data = vec![
                ("kind", word(Some(kind))),
                ("name", quoted(name)),
                ("quantity", quoted(decimal(*quantity))),
                ("unitPrice", number(Some(price))),
            ];
            data.extend(of_discount(*discount, "discount", "discountPercent"));
            data.extend(beside.data());
            let expected = arguments(&[("expectedVersion", number(*expected))]);
            let data = arguments(&data);
            format!("addLine(taskId: {task}, lineData: {{{data}}}, {expected}) {{ line {{ id }} }}")
        }
        Op::UpdateLine {
            id,
            name,
            quantity,
            price,
            discount,
            beside,
        } => {
            let mut data = vec![
                ("name", name.and_then(quoted)),
                (
                    "quantity",
                    quantity.and_then(|quantity| quoted(decimal(quantity))),
                ),
                ("unitPrice", number(*price)),
            ];
            data.extend(of_discount(*discount, "discount", "discountPercent"));
            data.extend(beside.data());
            format!(
                "updateLine(id: {id}, lineData: {{{}}}) {{ line {{ id }} }}",
                arguments(&data)
            )
        }
        Op::MoveLine(id, position) => {
            format!("moveLine(id: {id}, position: {position}) {{ task {{ id }} }}")
        }
        Op::RemoveLine(id) => format!("removeLine(id: {id}) {{ task {{ id }} }}"),
        Op::SetDiscount(task, discount) => {
            let of = arguments(&of_discount(*discount, "sum", "percent"));
            format!("setDiscount(taskId: {task}, {of}) {{ task {{ id }} }}")
        }
        Op::AgreeByPhone(task) => format!("agreeByPhone(taskId: {task}) {{ task {{ id }} }}"),
        Op::Pay { task, payment } => {
            format!(
                "takePayment(paymentData: {{{}}}) {{ payment {{ id }} }}",
                payment.data(Some(*task))
            )
        }
        Op::HandOver {
            task,
            payment,
            expected,
        } => {
            let payments = payment
                .as_ref()
                .map(|payment| format!("[{{{}}}]", payment.data(None)));
            let given = arguments(&[
                ("taskId", number(Some(task))),
                ("payments", payments),
                ("expectedVersion", number(*expected)),
            ]);
            format!("handOver({given}) {{ task {{ id }} }}")
        }
        Op::Refund {
            id,
            sum,
            method,
            drawer,
            key,
        } => {
            let given = arguments(&[
                ("id", number(Some(id))),
                ("sum", number(Some(sum))),
                ("method", word(*method)),
                ("drawerId", number(*drawer)),
                ("idempotencyKey", key.and_then(quoted)),
            ]);
            format!("refundPayment({given}) {{ payment {{ id }} }}")
        }
        Op::Reverse(id) => format!("reversePayment(id: {id}) {{ payment {{ id }} }}"),
        Op::MoveCash(drawer, into, sum) => {
            let kind = if *into { "CASH_IN" } else { "CASH_OUT" };
            format!("moveCash(drawerId: {drawer}, kind: {kind}, sum: {sum}) {{ payment {{ id }} }}")
        }
        Op::OpenShift(drawer, counted) => {
            format!("openShift(drawerId: {drawer}, counted: {counted}) {{ shift {{ id }} }}")
        }
        Op::CloseShift {
            id,
            counted,
            has_reason,
        } => {
            let reason = if *has_reason {
                ", reason: \"counted again\""
            } else {
                ""
            };
            format!("closeShift(id: {id}, counted: {counted}{reason}) {{ shift {{ id }} }}")
        }
    }
}
