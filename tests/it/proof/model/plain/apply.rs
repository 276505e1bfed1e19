//! The effect of each operation on the tasks, stages and customers of the model.

use jiff::Timestamp;
use serde_json::json;

use super::super::operation::{Beside, Fields, Operation, Phone};
use super::super::{EMPLOYEES, date};
use super::{Card, Model, News, Stage, Task, fold, instant, known, turn};

/// Error code of a refusal.
pub type Refusal = &'static str;

impl Model {
    pub fn apply(&mut self, operation: &Operation, now: Timestamp) -> Result<(), Refusal> {
        match *operation {
            Operation::CreateTask { phone, ref fields } => self.create(phone, fields, now)?,
            Operation::UpdateTask {
                id,
                phone,
                ref fields,
                expected,
            } => self.update(id, phone, fields, expected, now)?,
            Operation::Assign {
                id,
                employee,
                expected,
            } => {
                self.expect(id, expected)?;
                if employee.is_some_and(|id| id > EMPLOYEES.len() as i64) {
                    return Err("BAD_USER_INPUT");
                }
                let task = self.tasks.get_mut(&id).unwrap();
                if task.employee != employee {
                    let word = |id: Option<i64>| id.map(|id| id.to_string());
                    let (from, to) = (word(task.employee), word(employee));
                    task.note(now, "EMPLOYEE", from.as_deref(), to.as_deref());
                    task.employee = employee;
                    task.changed(now);
                }
            }
            Operation::SetCustomer {
                id,
                phone,
                expected,
            } => self.set_customer(id, phone, expected, now)?,
            Operation::DeleteTask(id) => {
                self.tasks.remove(&id).ok_or("NOT_FOUND")?;
                self.comments.retain(|_, comment| comment.task != id);
                self.notices.retain(|notice| notice.task != id);
                let others = self.tasks.values_mut();
                for task in others.filter(|task| task.warranty_of == Some(id)) {
                    task.warranty_of = None;
                }
            }
            Operation::CreateStage(status, name, told) => {
                self.expect_free(name, None)?;
                self.last_stage += 1;
                let (id, name) = (self.last_stage, name.to_owned());
                self.stages.push(Stage {
                    id,
                    status,
                    name,
                    told,
                });
            }
            Operation::UpdateStage { id, name, position } => {
                self.update_stage(id, name, position)?;
            }
            Operation::DeleteStage(id, to) => self.delete_stage(id, to, now)?,
            Operation::Comment {
                id,
                to_customer,
                text,
            } => self.comment(id, to_customer, text, now)?,
            Operation::Settle(id) => {
                self.tasks.get(&id).ok_or("NOT_FOUND")?;
                if self.settle(id) {
                    let task = self.tasks.get_mut(&id).unwrap();
                    task.happened(now, "SETTLED", "");
                    task.touch(now);
                }
            }
            Operation::Ask {
                id,
                price,
                text,
                expected,
            } => self.ask(id, price, text, expected, now)?,
            Operation::Withdraw(id) => {
                let task = self.tasks.get_mut(&id).ok_or("NOT_FOUND")?;
                if task.withdraw(now) {
                    task.touch(now);
                }
            }
            Operation::CreateCustomer(phone, name, chat) => {
                if self.by_phone(phone).is_some() {
                    return Err("CONFLICT");
                }
                let id = self.add_card(phone.typed(), phone, None);
                self.change_card(id, name, chat);
            }
            Operation::UpdateCustomer(phone, name, chat) => {
                let id = self.by_phone(phone).ok_or("NOT_FOUND")?;
                self.change_card(id, name, chat);
            }
            Operation::DeleteCustomer(phone) => self.delete_card(phone, now)?,
            Operation::Share(chat, phone) => self.share(chat, phone),
            Operation::Type(chat, phone) => {
                self.hear(chat, &phone.typed(), now);
                let known = |card: &Card| card.telegram.is_some_and(|(of, _)| of == chat);
                let stranger = !self.cards.values().any(known);
                if stranger && self.by_phone(phone).is_none() {
                    let id = self.add_card(phone.typed(), phone, Some("Анна К."));
                    self.cards.get_mut(&id).unwrap().telegram = Some((chat, false));
                }
            }
            Operation::Say(chat, text) => self.hear(chat, text, now),
            Operation::Move {
                chat,
                comment,
                task,
            } => self.move_comment(chat, comment, task, now),
            Operation::Decide {
                chat,
                approval,
                agreed,
            } => self.decide(chat, approval, agreed, now),
            Operation::Confirm(id) => {
                let card = self.cards.get_mut(&id).ok_or("NOT_FOUND")?;
                let (chat, _) = card.telegram.ok_or("BAD_USER_INPUT")?;
                card.telegram = Some((chat, true));
            }
            Operation::Unlink(id) => {
                self.cards.get_mut(&id).ok_or("NOT_FOUND")?.telegram = None;
                self.take_back(id);
            }
            Operation::Money(ref operation) => self.apply_money(operation, now)?,
            Operation::Wait(_) => self.send_all(),
        }
        Ok(())
    }

    fn create(&mut self, phone: Phone, fields: &Fields, now: Timestamp) -> Result<(), Refusal> {
        self.expect_other(self.last_task + 1, &fields.beside)?;
        let status = match fields.stage {
            None => Some(fields.status.unwrap_or("ACCEPTED")),
            Some(_) => fields.status,
        };
        let stage = self.meant(status, fields.stage)?.unwrap();
        let customer = match self.by_phone(phone) {
            Some(id) => id,
            None => self.add_card(phone.typed(), phone, None),
        };
        let mut task = Task {
            customer: Some(customer),
            employee: Some(1),
            category: fields.category.unwrap_or("OTHER"),
            status: stage.status,
            stage: stage.id,
            since: now,
            description: fields.description.unwrap_or_default(),
            due: None,
            model: "",
            serial: "",
            estimate: None,
            price: None,
            discount: None,
            lines: Vec::new(),
            warranty_of: None,
            warranty_until: None,
            version: 1,
            created: now,
            updated: now,
            touched: turn(),
            closed: (stage.status == "CLOSED").then_some(now),
            approvals: Vec::new(),
            declined: false,
            agreed: false,
            history: Vec::new(),
        };
        task.put(&fields.beside, now);
        let before = task.warranty_of.map(|of| &self.tasks[&of]);
        if let Some(before) = before.filter(|_| task.device().is_empty()) {
            (task.model, task.serial) = (before.model, before.serial);
        }
        // Initial values are not changes.
        task.history.clear();
        task.note(now, "CREATED", None, Some(stage.status));
        if !self.is_first(&stage) {
            task.note(now, "STAGE", None, Some(&stage.name));
        }
        self.last_task += 1;
        self.tasks.insert(self.last_task, task);
        Ok(())
    }

    pub fn update(
        &mut self,
        id: i64,
        phone: Option<Phone>,
        fields: &Fields,
        expected: Option<i64>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.expect(id, expected)?;
        self.expect_other(id, &fields.beside)?;
        let task = &self.tasks[&id];
        let own = task.customer.map(|id| self.cards[&id].e164.clone());
        if phone.is_some_and(|phone| Some(phone.e164()) != own) {
            return Err("BAD_USER_INPUT");
        }
        if !task.lines.is_empty() && fields.beside.price.flatten().is_some() {
            return Err("BAD_USER_INPUT");
        }
        let was = self.stage(task.stage).unwrap().clone();
        let next = match (fields.status, fields.stage) {
            // It has that status already, in whatever stage.
            (Some(status), None) if status == was.status => None,
            (status, stage) => self.meant(status, stage)?,
        };
        let first = next.as_ref().is_some_and(|stage| self.is_first(stage));
        let task = self.tasks.get_mut(&id).unwrap();
        let before = (task.stage, task.category, task.description);
        if let Some(stage) = &next {
            task.enter(&was, stage, first, now);
        }
        if let Some(category) = fields.category {
            task.note_changed(now, "CATEGORY", task.category, category);
            task.category = category;
        }
        if let Some(text) = fields.description {
            task.note_changed(now, "DESCRIPTION", task.description, text);
            task.description = text;
        }
        let moved = before != (task.stage, task.category, task.description);
        if task.put(&fields.beside, now) || moved {
            task.changed(now);
        }
        if let Some(stage) = next.filter(|stage| stage.id != was.id) {
            self.tell_stage(id, was.id, stage.id);
        }
        Ok(())
    }

    fn update_stage(
        &mut self,
        id: i64,
        name: Option<&str>,
        position: Option<usize>,
    ) -> Result<(), Refusal> {
        if name == Some("") || position == Some(0) {
            return Err("BAD_USER_INPUT");
        }
        self.stage(id).ok_or("NOT_FOUND")?;
        if let Some(name) = name {
            self.expect_free(name, Some(id))?;
        }
        let at = self.stages.iter().position(|stage| stage.id == id).unwrap();
        let mut stage = self.stages.remove(at);
        stage.name = name.unwrap_or(&stage.name).to_owned();
        // Its position in its status, clamped to the end.
        let at = match position {
            None => at,
            Some(position) => {
                let all = self.stages.iter().enumerate();
                let mut others = all.filter(|(_, other)| other.status == stage.status);
                let follower = others.nth(position - 1);
                follower.map_or(self.stages.len(), |(at, _)| at)
            }
        };
        self.stages.insert(at, stage);
        Ok(())
    }

    fn delete_stage(&mut self, id: i64, to: Option<i64>, now: Timestamp) -> Result<(), Refusal> {
        let stage = self.stage(id).ok_or("NOT_FOUND")?.clone();
        let of_status = self.stages.iter().filter(|of| of.status == stage.status);
        if of_status.count() == 1 {
            return Err("CONFLICT");
        }
        if let Some(to) = to {
            let to = self.stage(to).ok_or("BAD_USER_INPUT")?.clone();
            if to.id == id || to.status != stage.status {
                return Err("BAD_USER_INPUT");
            }
            for task in self.tasks.values_mut().filter(|task| task.stage == id) {
                task.note(now, "STAGE", Some(&stage.name), Some(&to.name));
                task.stage = to.id;
                task.changed(now);
            }
            for notice in self.notices.iter_mut().filter(|notice| !notice.sent) {
                if let News::Stage(from, into) = &mut notice.news {
                    for place in [from, into] {
                        *place = if *place == id { to.id } else { *place };
                    }
                }
            }
        } else if self.tasks.values().any(|task| task.stage == id) {
            return Err("BAD_USER_INPUT");
        }
        self.stages.retain(|stage| stage.id != id);
        Ok(())
    }

    fn delete_card(&mut self, phone: Phone, now: Timestamp) -> Result<(), Refusal> {
        let id = self.by_phone(phone).ok_or("NOT_FOUND")?;
        let number = id.to_string();
        for task in self.tasks.values_mut().filter(|t| t.customer == Some(id)) {
            task.note(now, "CUSTOMER", Some(&number), None);
            task.customer = None;
            task.changed(now);
        }
        let card = self.cards.remove(&id).unwrap();
        self.notices.retain(|notice| notice.card != id);
        if let Some((chat, _)) = card.telegram {
            let mut others = self.cards.values().filter_map(|card| card.telegram);
            if others.all(|(other, _)| other != chat) {
                self.notices.retain(|notice| notice.chat != chat);
            }
        }
        Ok(())
    }

    /// Gives a task to another customer: nobody waits for an answer any more, and what wasn't sent never is.
    fn set_customer(
        &mut self,
        id: i64,
        phone: Phone,
        expected: Option<i64>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let before = self.tasks.get(&id).ok_or("NOT_FOUND")?.customer;
        let known = self.by_phone(phone);
        if known.is_some() && known == before {
            return Ok(());
        }
        self.expect(id, expected)?;
        self.settle(id);
        self.notices
            .retain(|notice| notice.task != id || notice.sent);
        let customer = match known {
            Some(known) => known,
            None => self.add_card(phone.typed(), phone, None),
        };
        let task = self.tasks.get_mut(&id).unwrap();
        task.withdraw(now);
        let word = |id: Option<i64>| id.map(|id| id.to_string());
        let (from, to) = (word(before), word(Some(customer)));
        task.note(now, "CUSTOMER", from.as_deref(), to.as_deref());
        task.customer = Some(customer);
        task.changed(now);
        Ok(())
    }

    fn share(&mut self, chat: i64, phone: Phone) {
        for card in self.cards.values_mut() {
            if card.telegram == Some((chat, false)) {
                card.telegram = None;
            }
        }
        let id = match self.by_phone(phone) {
            Some(id) => id,
            None => self.add_card(phone.e164(), phone, None),
        };
        let card = self.cards.get_mut(&id).unwrap();
        card.name.get_or_insert_with(|| "Анна К.".to_owned());
        let before = card.telegram.replace((chat, true));
        if before.is_some_and(|(other, _)| other != chat) {
            self.take_back(id);
        }
    }

    fn by_phone(&self, phone: Phone) -> Option<i64> {
        let mut all = self.cards.iter();
        let found = all.find(|(_, card)| card.e164 == phone.e164());
        found.map(|(id, _)| *id)
    }

    fn add_card(&mut self, typed: String, phone: Phone, name: Option<&str>) -> i64 {
        self.last_card += 1;
        let card = Card {
            typed,
            e164: phone.e164(),
            name: name.map(str::to_owned),
            telegram: None,
        };
        self.cards.insert(self.last_card, card);
        self.last_card
    }

    fn change_card(&mut self, id: i64, name: Option<&str>, chat: Option<i64>) {
        let card = self.cards.get_mut(&id).unwrap();
        if let Some(name) = name {
            card.name = (!name.is_empty()).then(|| name.to_owned());
        }
        if chat.is_some() && chat != card.telegram.map(|(chat, _)| chat) {
            card.telegram = chat.map(|chat| (chat, false));
            self.take_back(id);
        }
    }

    pub fn expect(&self, id: i64, expected: Option<i64>) -> Result<(), Refusal> {
        let task = self.tasks.get(&id).ok_or("NOT_FOUND")?;
        match expected.is_none_or(|expected| expected == task.version) {
            true => Ok(()),
            false => Err("CONFLICT"),
        }
    }

    /// Validates the task under whose warranty another one is done.
    fn expect_other(&self, id: i64, beside: &Beside) -> Result<(), Refusal> {
        match beside.warranty_of.flatten() {
            Some(of) if of == id || !self.tasks.contains_key(&of) => Err("BAD_USER_INPUT"),
            _ => Ok(()),
        }
    }

    fn stage(&self, id: i64) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    fn first_of(&self, status: &str) -> &Stage {
        let mut all = self.stages.iter();
        all.find(|stage| stage.status == status).unwrap()
    }

    fn is_first(&self, stage: &Stage) -> bool {
        self.first_of(stage.status).id == stage.id
    }

    /// Resolves a stage, a status, or a matching pair of both.
    fn meant(
        &self,
        status: Option<&'static str>,
        stage: Option<i64>,
    ) -> Result<Option<Stage>, Refusal> {
        let Some(id) = stage else {
            return Ok(status.map(|status| self.first_of(status).clone()));
        };
        let stage = self.stage(id).ok_or("BAD_USER_INPUT")?;
        match status.is_none_or(|status| status == stage.status) {
            true => Ok(Some(stage.clone())),
            false => Err("BAD_USER_INPUT"),
        }
    }

    fn expect_free(&self, name: &str, to: Option<i64>) -> Result<(), Refusal> {
        if name.is_empty() {
            return Err("BAD_USER_INPUT");
        }
        let key = fold(name);
        let mut others = self.stages.iter().filter(|stage| Some(stage.id) != to);
        match others.any(|stage| fold(&stage.name) == key) {
            true => Err("CONFLICT"),
            false => Ok(()),
        }
    }
}

impl Task {
    fn note(&mut self, now: Timestamp, kind: &str, from: Option<&str>, to: Option<&str>) {
        let by_customer = ["ANSWER", "MOVED", "AGREED", "DECLINED"].contains(&kind);
        let author = if by_customer { "CUSTOMER" } else { "STAFF" };
        self.history.push(json!({
            "kind": kind, "author": author, "from": known(from), "to": known(to), "time": instant(now),
        }));
    }

    pub fn note_changed(&mut self, now: Timestamp, kind: &str, from: &str, to: &str) {
        if from != to {
            self.note(now, kind, Some(from), Some(to));
        }
    }

    /// Records what an employee did, with its sum.
    pub fn by_staff(&mut self, now: Timestamp, kind: &str, sum: i64) {
        self.happened(now, kind, sum);
        let last = self.history.last_mut().unwrap();
        last["author"] = json!("STAFF");
    }

    /// Records an event with its id or sum.
    pub fn happened(&mut self, now: Timestamp, kind: &str, what: impl ToString) {
        self.note(now, kind, None, Some(&what.to_string()));
    }

    fn device(&self) -> String {
        let known = [self.model, self.serial].into_iter();
        known
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Moves the task to a stage and its status; CLOSED withdraws the open quote.
    fn enter(&mut self, was: &Stage, stage: &Stage, is_first: bool, now: Timestamp) {
        if was.id != stage.id {
            (self.stage, self.since) = (stage.id, now);
        }
        if was.status != stage.status {
            self.note(now, "STATUS", Some(was.status), Some(stage.status));
            self.status = stage.status;
            self.closed = (stage.status == "CLOSED").then_some(now);
            if stage.status == "CLOSED" {
                self.withdraw(now);
            }
        }
        self.agreed = false;
        if ["READY", "CLOSED"].contains(&stage.status) {
            self.declined = false;
        }
        // For the first stage of another status, recording the status is enough.
        if was.status == stage.status || !is_first {
            self.note_changed(now, "STAGE", &was.name, &stage.name);
        }
    }

    /// Applies details; returns whether anything changed.
    fn put(&mut self, beside: &Beside, now: Timestamp) -> bool {
        let before = self.history.len();
        let text = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        if let Some(due) = beside.due {
            let due = due.map(date);
            let (from, to) = (
                self.due.clone().unwrap_or_default(),
                due.clone().unwrap_or_default(),
            );
            self.note_changed(now, "DUE", &from, &to);
            self.due = due;
        }
        let estimate = beside.estimate.unwrap_or(self.estimate);
        if estimate != self.estimate {
            self.react();
            self.withdraw(now);
        }
        let device = self.device();
        self.model = beside.model.unwrap_or(self.model);
        self.serial = beside.serial.unwrap_or(self.serial);
        self.note_changed(now, "DEVICE", &device, &self.device());
        self.note_changed(now, "ESTIMATE", &text(self.estimate), &text(estimate));
        self.estimate = estimate;
        if let Some(price) = beside.price {
            self.note_changed(now, "PRICE", &text(self.price), &text(price));
            self.price = price;
        }
        if let Some(until) = &beside.warranty_until {
            let from = self.warranty_until.clone().unwrap_or_default();
            self.note_changed(now, "WARRANTY", &from, until);
            self.warranty_until = Some(until.clone());
        }
        if let Some(of) = beside.warranty_of {
            self.note_changed(now, "WARRANTY_OF", &text(self.warranty_of), &text(of));
            self.warranty_of = of;
        }
        self.history.len() > before
    }

    /// Withdraws the open quote; returns whether there was one.
    pub fn withdraw(&mut self, now: Timestamp) -> bool {
        let mut asked = self.approvals.iter_mut();
        let Some(asked) = asked.find(|asked| asked.decision == "ASKED") else {
            return false;
        };
        (asked.decision, asked.decided) = ("WITHDRAWN", Some(now));
        let price = asked.price;
        self.happened(now, "WITHDRAWN", price);
        true
    }

    /// Records the shop's reaction to the customer's decision on a quote; returns whether one was waiting.
    pub fn react(&mut self) -> bool {
        std::mem::take(&mut self.declined) | std::mem::take(&mut self.agreed)
    }

    pub fn touch(&mut self, now: Timestamp) {
        (self.updated, self.touched) = (now, turn());
    }

    pub fn changed(&mut self, now: Timestamp) {
        self.version += 1;
        self.touch(now);
    }
}
