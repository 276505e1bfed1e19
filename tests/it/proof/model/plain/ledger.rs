//! Lines, payments and shifts in the model.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::EMPLOYEES;
use super::super::day;
use super::super::money::{BesideLine, Discount, MoneyOperation, NewPayment, decimal};
use super::super::operation::{Beside, Fields};
use super::apply::Refusal;
use super::{Approval, Model, Task};

/// A line of a task, in its order.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    kind: &'static str,
    pub name: &'static str,
    /// In thousandths.
    quantity: i64,
    price: i64,
    discount: Discount,
    /// Of one piece.
    cost: Option<i64>,
    /// In days.
    warranty: Option<i64>,
}

/// Ids of the drawers.
const DRAWERS: [i64; 2] = [1, 2];

/// A row of the ledger.
#[derive(Clone)]
pub struct Row {
    kind: &'static str,
    method: &'static str,
    /// Negative for what left the shop.
    amount: i64,
    task: Option<i64>,
    drawer: Option<i64>,
    /// Index of the shift in which cash went through its drawer.
    shift: Option<usize>,
    /// Index of the row that it returns or reverses.
    of: Option<usize>,
    key: Option<u8>,
    at: Timestamp,
}

/// A shift of a drawer.
pub struct Shift {
    drawer: i64,
    opening: i64,
    /// What was counted at the end.
    closing: Option<i64>,
}

/// Rounds a fraction half away from zero; nothing here is negative.
fn rounded(numerator: i64, denominator: i64) -> i64 {
    (2 * numerator + denominator) / (2 * denominator)
}

pub fn of_sum(discount: Discount, sum: i64) -> i64 {
    match discount {
        Discount::Sum(value) => value,
        Discount::Percent(percent) => rounded(sum * percent, 100_000),
    }
}

impl Line {
    fn gross(&self) -> i64 {
        rounded(self.price * self.quantity, 1_000)
    }

    fn discount(&self) -> i64 {
        of_sum(self.discount, self.gross())
    }

    fn sum(&self) -> i64 {
        self.gross() - self.discount()
    }

    fn cost_sum(&self) -> i64 {
        rounded(self.cost.unwrap_or_default() * self.quantity, 1_000)
    }

    /// Sets what is given of the cost and the warranty.
    fn put(self, beside: BesideLine) -> Self {
        Self {
            cost: beside.cost.unwrap_or(self.cost),
            warranty: match beside.warranty {
                None => self.warranty,
                Some(days) => days.filter(|days| *days != 0),
            },
            ..self
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        let is_fine = self.quantity > 0 && self.price >= 0 && self.discount() <= self.gross();
        if is_fine {
            Ok(())
        } else {
            Err("BAD_USER_INPUT")
        }
    }

    /// Returns the line as the history and a quote have it.
    fn shown(&self) -> Value {
        json!({
            "name": self.name, "quantity": decimal(self.quantity), "unitPrice": self.price,
            "discount": self.discount(), "sum": self.sum(),
        })
    }

    /// The history has it as a text, with its keys in order.
    fn noted(&self) -> String {
        let (name, quantity) = (json!(self.name), json!(decimal(self.quantity)));
        format!(
            r#"{{"name":{name},"quantity":{quantity},"unitPrice":{},"discount":{},"sum":{}}}"#,
            self.price,
            self.discount(),
            self.sum()
        )
    }

    /// Returns what a customer sees of it.
    pub fn seen(&self) -> Value {
        let mut seen = self.shown();
        seen["kind"] = json!(self.kind);
        seen
    }
}

impl Task {
    pub fn gross(&self) -> i64 {
        self.lines.iter().map(Line::sum).sum()
    }

    /// Returns the discount of the whole task, at most its lines.
    pub fn discounted(&self) -> i64 {
        let gross = self.gross();
        let discount = self.discount.map_or(0, |discount| of_sum(discount, gross));
        discount.min(gross)
    }

    /// Returns the price: of the lines, or as typed.
    pub fn whole_price(&self) -> Option<i64> {
        match self.lines.is_empty() {
            true => self.price,
            false => Some(self.gross() - self.discounted()),
        }
    }

    fn expect_open(&self) -> Result<(), Refusal> {
        if self.status == "CLOSED" {
            Err("BAD_USER_INPUT")
        } else {
            Ok(())
        }
    }

    /// Withdraws the open quote if it shows a line otherwise than it is now.
    fn withdraw_if_shown(&mut self, id: i64, line: Option<&Line>, now: Timestamp) {
        let asked = self.approvals.iter().find(|of| of.decision == "ASKED");
        let shown = asked.and_then(|asked| asked.lines.iter().find(|(of, _)| *of == id));
        if shown.is_some_and(|(_, shown)| line.is_none_or(|line| line.seen() != *shown)) {
            self.withdraw(now);
        }
    }

    /// Returns the lines as the API has them.
    pub fn written_lines(&self) -> Value {
        let written = |line: &Line| {
            let shows = |of: &&Approval| {
                let mut lines = of.lines.iter();
                lines.any(|(id, shown)| *id == line.id && *shown == line.seen())
            };
            let mut said = self
                .approvals
                .iter()
                .rev()
                .filter(shows)
                .map(|of| of.decision);
            let mut written = line.seen();
            written["id"] = json!(line.id.to_string());
            written["cost"] = json!(line.cost);
            written["warrantyDays"] = json!(line.warranty);
            written["agreement"] = json!(said.find(|of| *of != "WITHDRAWN").unwrap_or("NOT_ASKED"));
            written
        };
        self.lines.iter().map(written).collect()
    }
}

fn expect_possible(beside: BesideLine) -> Result<(), Refusal> {
    let cost = beside.cost.flatten().unwrap_or_default();
    let days = beside.warranty.flatten().unwrap_or_default();
    if cost >= 0 && (0..=3_650).contains(&days) {
        Ok(())
    } else {
        Err("BAD_USER_INPUT")
    }
}

impl Model {
    pub fn apply_money(
        &mut self,
        operation: &MoneyOperation,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        use MoneyOperation as Op;
        match *operation {
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
                expect_possible(beside)?;
                let line = Line {
                    id: self.last_line + 1,
                    kind,
                    name,
                    quantity,
                    price,
                    discount: discount.unwrap_or(Discount::Sum(0)),
                    cost: None,
                    warranty: None,
                };
                let line = line.put(beside);
                self.add_line(task, line, expected, now)?;
            }
            Op::UpdateLine {
                id,
                name,
                quantity,
                price,
                discount,
                beside,
            } => {
                expect_possible(beside)?;
                if quantity == Some(0) {
                    return Err("BAD_USER_INPUT");
                }
                let (task, at) = self.line(id)?;
                let task = self.tasks.get_mut(&task).unwrap();
                task.expect_open()?;
                let was = task.lines[at].clone();
                let is = Line {
                    name: name.unwrap_or(was.name),
                    quantity: quantity.unwrap_or(was.quantity),
                    price: price.unwrap_or(was.price),
                    discount: discount.unwrap_or(was.discount),
                    ..was.clone()
                };
                let is = is.put(beside);
                is.check()?;
                if is != was {
                    task.note_changed(now, "LINE", &was.noted(), &is.noted());
                    task.withdraw_if_shown(id, Some(&is), now);
                    task.lines[at] = is;
                    task.changed(now);
                }
            }
            Op::MoveLine(id, position) => {
                let (task, at) = self.line(id)?;
                let task = self.tasks.get_mut(&task).unwrap();
                task.expect_open()?;
                let to = position.saturating_sub(1).min(task.lines.len() - 1);
                if to != at {
                    let line = task.lines.remove(at);
                    task.lines.insert(to, line);
                    task.changed(now);
                }
            }
            Op::RemoveLine(id) => {
                let (task, at) = self.line(id)?;
                let task = self.tasks.get_mut(&task).unwrap();
                task.expect_open()?;
                let line = task.lines.remove(at);
                task.note_changed(now, "LINE", &line.noted(), "");
                task.withdraw_if_shown(id, None, now);
                task.changed(now);
            }
            Op::SetDiscount(task, discount) => self.set_discount(task, discount, now)?,
            Op::AgreeByPhone(task) => self.agree_by_phone(task, now)?,
            Op::Pay { task, ref payment } => self.pay(task, payment, now)?,
            Op::HandOver {
                task,
                ref payment,
                expected,
            } => self.hand_over(task, payment.as_ref(), expected, now)?,
            Op::Refund {
                id,
                sum,
                method,
                drawer,
                key,
            } => self.refund(id, sum, (method, drawer), key, now)?,
            Op::Reverse(id) => self.reverse(id, now)?,
            Op::MoveCash(drawer, into, sum) => {
                if sum <= 0 {
                    return Err("BAD_USER_INPUT");
                }
                self.expect_place("CASH", Some(drawer))?;
                let (kind, amount) = if into {
                    ("CASH_IN", sum)
                } else {
                    ("CASH_OUT", -sum)
                };
                let row = self.row(kind, ("CASH", Some(drawer)), amount, None, now);
                self.rows.push(row);
            }
            Op::OpenShift(drawer, opening) => {
                if opening < 0 {
                    return Err("BAD_USER_INPUT");
                }
                if !DRAWERS.contains(&drawer) {
                    return Err("NOT_FOUND");
                }
                let last = self.last_shift(drawer);
                if last.is_some_and(|(_, shift)| shift.closing.is_none()) {
                    return Err("CONFLICT");
                }
                self.shifts.push(Shift {
                    drawer,
                    opening,
                    closing: None,
                });
            }
            Op::CloseShift {
                id,
                counted,
                has_reason,
            } => {
                let at = usize::try_from(id - 1).unwrap();
                let shift = self.shifts.get(at).ok_or("NOT_FOUND")?;
                if shift.closing.is_some() {
                    return Err("CONFLICT");
                }
                if counted != self.balance(shift.drawer) && !has_reason {
                    return Err("BAD_USER_INPUT");
                }
                self.shifts[at].closing = Some(counted);
            }
        }
        Ok(())
    }

    /// Returns the task of a line, and its place there.
    fn line(&self, id: i64) -> Result<(i64, usize), Refusal> {
        let place = |(task, of): (&i64, &Task)| {
            Some((*task, of.lines.iter().position(|line| line.id == id)?))
        };
        self.tasks.iter().find_map(place).ok_or("NOT_FOUND")
    }

    fn add_line(
        &mut self,
        id: i64,
        line: Line,
        expected: Option<i64>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if line.quantity == 0 || line.price < 0 {
            return Err("BAD_USER_INPUT");
        }
        self.expect(id, expected)?;
        let task = self.tasks.get_mut(&id).unwrap();
        task.expect_open()?;
        line.check()?;
        if task.lines.is_empty() {
            let price = task
                .price
                .take()
                .map(|sum| sum.to_string())
                .unwrap_or_default();
            task.note_changed(now, "PRICE", &price, "");
        }
        task.note_changed(now, "LINE", "", &line.noted());
        task.lines.push(line);
        task.changed(now);
        self.last_line += 1;
        Ok(())
    }

    fn set_discount(
        &mut self,
        id: i64,
        discount: Option<Discount>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let task = self.tasks.get_mut(&id).ok_or("NOT_FOUND")?;
        task.expect_open()?;
        let lines = task.gross();
        if discount.is_some_and(|discount| of_sum(discount, lines) > lines) {
            return Err("BAD_USER_INPUT");
        }
        if discount == task.discount {
            return Ok(());
        }
        // Of a task without lines, the discount would be that of its price.
        let gross = match task.lines.is_empty() {
            true => task.price.unwrap_or_default(),
            false => lines,
        };
        let text = |discount: Option<Discount>| {
            let sum = discount.map(|discount| of_sum(discount, gross).to_string());
            sum.unwrap_or_default()
        };
        task.note_changed(now, "DISCOUNT", &text(task.discount), &text(discount));
        task.discount = discount;
        task.react();
        task.withdraw(now);
        task.changed(now);
        Ok(())
    }

    fn agree_by_phone(&mut self, id: i64, now: Timestamp) -> Result<(), Refusal> {
        let task = self.tasks.get_mut(&id).ok_or("NOT_FOUND")?;
        task.expect_open()?;
        let price = task
            .whole_price()
            .or(task.estimate)
            .ok_or("BAD_USER_INPUT")?;
        task.react();
        task.withdraw(now);
        task.changed(now);
        task.by_staff(now, "AGREED", price);
        self.last_approval += 1;
        task.approvals.push(Approval {
            id: self.last_approval,
            price,
            text: None,
            version: task.version,
            asked: now,
            decision: "AGREED",
            decided: Some(now),
            channel: Some("PHONE"),
            discount: task.discounted(),
            lines: task
                .lines
                .iter()
                .map(|line| (line.id, line.seen()))
                .collect(),
        });
        Ok(())
    }

    fn row(
        &self,
        kind: &'static str,
        (method, drawer): (&'static str, Option<i64>),
        amount: i64,
        task: Option<i64>,
        at: Timestamp,
    ) -> Row {
        let shift = drawer.and_then(|drawer| self.last_shift(drawer));
        Row {
            kind,
            method,
            amount,
            task,
            drawer,
            shift: shift.map(|(at, _)| at).filter(|_| method == "CASH"),
            of: None,
            key: None,
            at,
        }
    }

    fn last_shift(&self, drawer: i64) -> Option<(usize, &Shift)> {
        let mut shifts = self.shifts.iter().enumerate();
        shifts.rfind(|(_, shift)| shift.drawer == drawer)
    }

    /// Cash needs a drawer, and an open shift once there was one.
    fn expect_place(&self, method: &str, drawer: Option<i64>) -> Result<(), Refusal> {
        let is_closed = |(_, shift): (usize, &Shift)| shift.closing.is_some();
        let is_fine = match (method, drawer) {
            (_, Some(drawer)) if !DRAWERS.contains(&drawer) => false,
            ("CASH", Some(drawer)) => !self.last_shift(drawer).is_some_and(is_closed),
            ("CASH", None) => false,
            _ => true,
        };
        if is_fine {
            Ok(())
        } else {
            Err("BAD_USER_INPUT")
        }
    }

    pub fn paid(&self, task: i64) -> Option<i64> {
        let rows = self.rows.iter().filter(|row| row.task == Some(task));
        let amounts: Vec<i64> = rows.map(|row| row.amount).collect();
        (!amounts.is_empty()).then(|| amounts.iter().sum())
    }

    /// Returns whether the key belongs to an equal row.
    fn is_repeated(&self, key: Option<u8>, row: &Row) -> Result<bool, Refusal> {
        let of_key = |done: &&Row| key.is_some() && done.key == key;
        let Some(done) = self.rows.iter().find(of_key) else {
            return Ok(false);
        };
        let same = (done.kind, done.method, done.amount, done.task, done.of)
            == (row.kind, row.method, row.amount, row.task, row.of)
            && row.drawer.is_none_or(|drawer| done.drawer == Some(drawer));
        if same { Ok(true) } else { Err("CONFLICT") }
    }

    fn pay(&mut self, id: i64, new: &NewPayment, now: Timestamp) -> Result<(), Refusal> {
        if new.sum <= 0 {
            return Err("BAD_USER_INPUT");
        }
        let mut row = self.row("PAYMENT", (new.method, new.drawer), new.sum, Some(id), now);
        row.key = new.key;
        if self.is_repeated(new.key, &row)? {
            return Ok(());
        }
        let task = self.tasks.get(&id).ok_or("NOT_FOUND")?;
        let due = task
            .whole_price()
            .map(|price| price - self.paid(id).unwrap_or_default());
        if due.is_some_and(|due| new.sum > due) && !new.overpayment {
            return Err("BAD_USER_INPUT");
        }
        self.expect_place(new.method, new.drawer)?;
        self.append(row, "PAID", now);
        Ok(())
    }

    fn append(&mut self, row: Row, kind: &str, now: Timestamp) {
        let sum = row.amount.abs();
        if let Some(task) = row.task.and_then(|task| self.tasks.get_mut(&task)) {
            task.by_staff(now, kind, sum);
            task.touch(now);
        }
        self.rows.push(row);
    }

    fn hand_over(
        &mut self,
        id: i64,
        payment: Option<&NewPayment>,
        expected: Option<i64>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if payment.is_some_and(|payment| payment.sum <= 0) {
            return Err("BAD_USER_INPUT");
        }
        let task = self.tasks.get(&id).ok_or("NOT_FOUND")?;
        if task.status == "CLOSED" {
            // Only a repeated request is answered.
            return match payment {
                Some(payment)
                    if self
                        .rows
                        .iter()
                        .any(|row| payment.key.is_some() && row.key == payment.key) =>
                {
                    self.pay(id, payment, now)
                }
                _ => Err("BAD_USER_INPUT"),
            };
        }
        let (version, rows) = (task.version, self.rows.len());
        if expected.is_some_and(|expected| expected != version) {
            // All or nothing: what the payment would be refused for comes first.
            let before = self.tasks[&id].history.clone();
            let times = (self.tasks[&id].updated, self.tasks[&id].touched);
            let paid = payment.map_or(Ok(()), |payment| self.pay(id, payment, now));
            self.rows.truncate(rows);
            let task = self.tasks.get_mut(&id).unwrap();
            task.history = before;
            (task.updated, task.touched) = times;
            return paid.and(Err("CONFLICT"));
        }
        if let Some(payment) = payment {
            self.pay(id, payment, now)?;
        }
        let task = &self.tasks[&id];
        let days = task.lines.iter().filter_map(|line| line.warranty).max();
        let days = days.filter(|_| task.warranty_until.is_none());
        let end =
            days.map(|days| now + std::time::Duration::from_secs(86_400 * days.unsigned_abs()));
        let closed = Fields {
            status: Some("CLOSED"),
            beside: Beside {
                warranty_until: end.map(day),
                ..Beside::default()
            },
            ..Fields::default()
        };
        self.update(id, None, &closed, None, now)
    }

    /// Returns what is left of a row: its amount with the rows that return or reverse it.
    fn left(&self, at: usize) -> i64 {
        let refers = |row: &Row| {
            let of = row.of;
            of == Some(at) || of.is_some_and(|of| self.rows[of].of == Some(at))
        };
        let others: i64 = self
            .rows
            .iter()
            .filter(|row| refers(row))
            .map(|row| row.amount)
            .sum();
        self.rows[at].amount + others
    }

    fn refund(
        &mut self,
        id: i64,
        sum: i64,
        (method, drawer): (Option<&'static str>, Option<i64>),
        key: Option<u8>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if sum <= 0 {
            return Err("BAD_USER_INPUT");
        }
        let at = usize::try_from(id - 1).unwrap();
        let paid = self.rows.get(at).ok_or("NOT_FOUND")?.clone();
        let method = method.unwrap_or(paid.method);
        let drawer = drawer.or(paid.drawer.filter(|_| method == "CASH"));
        let mut row = self.row("REFUND", (method, drawer), -sum, paid.task, now);
        (row.of, row.key) = (Some(at), key);
        if self.is_repeated(key, &row)? {
            return Ok(());
        }
        if paid.kind != "PAYMENT" || sum > self.left(at) {
            return Err("BAD_USER_INPUT");
        }
        self.expect_place(method, drawer)?;
        self.append(row, "REFUNDED", now);
        Ok(())
    }

    fn reverse(&mut self, id: i64, now: Timestamp) -> Result<(), Refusal> {
        let at = usize::try_from(id - 1).unwrap();
        let wrong = self.rows.get(at).ok_or("NOT_FOUND")?.clone();
        let mut others = self.rows.iter();
        if others.any(|row| row.kind == "REVERSAL" && row.of == Some(at)) {
            return Err("CONFLICT");
        }
        if wrong.kind == "REVERSAL" || self.left(at) != wrong.amount {
            return Err("BAD_USER_INPUT");
        }
        if wrong.drawer.is_some() {
            self.expect_place(wrong.method, wrong.drawer)?;
        }
        let place = (wrong.method, wrong.drawer);
        let mut row = self.row("REVERSAL", place, -wrong.amount, wrong.task, now);
        row.of = Some(at);
        self.append(row, "REVERSED", now);
        Ok(())
    }

    /// Returns the cash that should be in a drawer.
    fn balance(&self, drawer: i64) -> i64 {
        let last = self.last_shift(drawer);
        let is_there = |row: &&Row| row.drawer == Some(drawer) && row.method == "CASH";
        let rows = self.rows.iter().filter(is_there);
        let rows = rows.filter(|row| last.is_none() || row.shift == last.map(|(at, _)| at));
        let cash: i64 = rows.map(|row| row.amount).sum();
        match last {
            None => cash,
            Some((_, shift)) => shift.closing.unwrap_or(shift.opening + cash),
        }
    }

    pub fn drawers(&self) -> Value {
        let drawer = |drawer: &i64| {
            let open = self.last_shift(*drawer);
            let open = open.filter(|(_, shift)| shift.closing.is_none());
            let shift = open.map(
                |(at, shift)| json!({"id": (at + 1).to_string(), "openingCounted": shift.opening}),
            );
            json!({"id": drawer.to_string(), "balance": self.balance(*drawer), "shift": shift})
        };
        DRAWERS.iter().map(drawer).collect()
    }

    /// Returns what was received, refunded, put in and taken out by some rows; a reversal takes
    /// back what its row did.
    fn takings<'a>(&self, rows: impl Iterator<Item = &'a Row>) -> [i64; 4] {
        let mut sums = [0; 4];
        for row in rows {
            let reversed = row.of.filter(|_| row.kind == "REVERSAL");
            let kind = reversed.map_or(row.kind, |of| self.rows[of].kind);
            let kinds = ["PAYMENT", "REFUND", "CASH_IN", "CASH_OUT"];
            let at = kinds.iter().position(|of| *of == kind).unwrap();
            sums[at] += if at % 2 == 0 { row.amount } else { -row.amount };
        }
        sums
    }

    /// Returns total, works, parts, discount, cost and debts of the tasks handed over at some time.
    fn earned(&self, is_then: impl Fn(Timestamp) -> bool) -> [i64; 6] {
        let mut sums = [0; 6];
        for (id, task) in &self.tasks {
            if task.status != "CLOSED" || !task.closed.is_some_and(&is_then) {
                continue;
            }
            let of_kind = |kind: &str| -> i64 {
                let lines = task.lines.iter().filter(|line| line.kind == kind);
                lines.map(Line::sum).sum()
            };
            let total = task.whole_price().unwrap_or_default();
            let works = match task.lines.is_empty() {
                true => total,
                false => of_kind("WORK"),
            };
            let cost: i64 = task.lines.iter().map(Line::cost_sum).sum();
            let of_task = [
                total,
                works,
                of_kind("PART"),
                task.discounted(),
                cost,
                self.debt(*id),
            ];
            for (sum, of_task) in sums.iter_mut().zip(of_task) {
                *sum += of_task;
            }
        }
        sums
    }

    /// Returns the money of today.
    pub fn day_report(&self) -> Value {
        let rows = || self.rows.iter().filter(|row| day(row.at) == self.today);
        let [received, refunded, came, went] = self.takings(rows());
        let [earned, ..] = self.earned(|at| day(at) == self.today);
        let of_drawer = |drawer: &i64| {
            let cash = rows().filter(|row| row.drawer == Some(*drawer) && row.method == "CASH");
            let [received, refunded, came, went] = self.takings(cash);
            json!({
                "drawer": {"id": drawer.to_string()}, "received": received, "refunded": refunded,
                "cashIn": came, "cashOut": went,
            })
        };
        let by_drawer: Vec<Value> = DRAWERS.iter().map(of_drawer).collect();
        json!({
            "received": received, "refunded": refunded, "cashIn": came, "cashOut": went, "earned": earned,
            "byDrawer": by_drawer,
        })
    }

    /// Returns the money of this month.
    pub fn month_money(&self) -> Value {
        let is_now = |at: Timestamp| day(at)[..7] == self.today[..7];
        let [received, refunded, ..] = self.takings(self.rows.iter().filter(|row| is_now(row.at)));
        let [earned, works, parts, discount, cost, owed] = self.earned(is_now);
        json!({
            "received": received, "refunded": refunded, "earned": earned, "works": works, "parts": parts,
            "discount": discount, "cost": cost, "grossProfit": earned - cost, "debts": owed,
        })
    }

    /// Returns the debt of a task; 0 while it isn't closed.
    fn debt(&self, id: i64) -> i64 {
        let task = &self.tasks[&id];
        let owed = task.whole_price().unwrap_or_default() - self.paid(id).unwrap_or_default();
        if task.status == "CLOSED" {
            owed.max(0)
        } else {
            0
        }
    }

    /// Returns the tasks with debts, longest owed first.
    pub fn debts(&self) -> Vec<i64> {
        let mut ids: Vec<i64> = self
            .tasks
            .keys()
            .copied()
            .filter(|id| self.debt(*id) > 0)
            .collect();
        ids.sort_by_key(|id| (self.tasks[id].closed, *id));
        ids
    }

    pub fn debt_of_card(&self, card: i64) -> i64 {
        let theirs = self
            .tasks
            .iter()
            .filter(|(_, task)| task.customer == Some(card));
        theirs.map(|(id, _)| self.debt(*id)).sum()
    }

    /// Returns what a task costs, and what was paid.
    pub fn sums(&self, id: i64) -> Value {
        let task = &self.tasks[&id];
        let (total, paid) = (task.whole_price().unwrap_or_default(), self.paid(id));
        json!({
            "id": id.to_string(), "lines": task.written_lines(), "discount": task.discounted(), "total": total,
            "paid": paid.unwrap_or_default(), "toPay": total - paid.unwrap_or_default(), "prepayment": paid,
            "warrantyEndsOn": task.warranty_until,
            "payments": self.written_rows(id),
        })
    }

    /// Returns the lines of a task's quotes as the customer saw them.
    pub fn quotes(&self, id: i64) -> Value {
        let quotes = self.tasks[&id].approvals.iter().map(|of| {
            let lines: Vec<&Value> = of.lines.iter().map(|(_, shown)| shown).collect();
            json!({"id": of.id.to_string(), "discount": of.discount, "lines": lines})
        });
        quotes.collect()
    }

    fn written_rows(&self, task: i64) -> Value {
        let of_task = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.task == Some(task));
        let written = |(at, row): (usize, &Row)| {
            json!({
                "id": (at + 1).to_string(), "kind": row.kind, "method": row.method, "sum": row.amount.abs(),
                "time": format!("{:.3}", row.at), "employee": {"email": EMPLOYEES[0]},
                "drawer": row.drawer.map(|id| json!({"id": id.to_string()})),
                "refundOf": row.of.map(|of| json!({"id": (of + 1).to_string()})),
            })
        };
        of_task.map(written).collect()
    }
}
