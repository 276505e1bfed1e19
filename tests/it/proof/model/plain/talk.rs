//! Comments, quotes and notices in the model.

use jiff::{Timestamp, ToSpan};

use super::apply::Refusal;
use super::{Approval, Comment, Model, News, Notice, Task};

impl Model {
    pub fn comment(
        &mut self,
        id: i64,
        to_customer: bool,
        text: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if text.is_empty() {
            return Err("BAD_USER_INPUT");
        }
        self.tasks.get(&id).ok_or("NOT_FOUND")?;
        let kind = if to_customer {
            "TO_CUSTOMER"
        } else {
            "INTERNAL"
        };
        let comment = self.add_comment(id, kind, "COMMENT", text, now);
        if to_customer {
            self.settle(id);
            self.tell(id, News::Comment(comment));
        }
        Ok(())
    }

    fn add_comment(
        &mut self,
        id: i64,
        kind: &'static str,
        event: &str,
        text: &str,
        now: Timestamp,
    ) -> i64 {
        self.last_comment += 1;
        let task = self.tasks.get_mut(&id).unwrap();
        task.happened(now, event, self.last_comment);
        task.touch(now);
        let comment = Comment {
            task: id,
            kind,
            text: text.to_owned(),
            at: now,
            open: kind == "FROM_CUSTOMER",
        };
        self.comments.insert(self.last_comment, comment);
        self.last_comment
    }

    pub fn ask(
        &mut self,
        id: i64,
        price: i64,
        text: Option<&str>,
        expected: Option<i64>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if price < 0 {
            return Err("BAD_USER_INPUT");
        }
        self.expect(id, expected)?;
        let task = self.tasks.get_mut(&id).unwrap();
        if task.status == "CLOSED" {
            return Err("BAD_USER_INPUT");
        }
        // The price of lines is their sum.
        let lines = (!task.lines.is_empty()).then(|| task.whole_price());
        if lines.is_some_and(|lines| lines != Some(price)) {
            return Err("BAD_USER_INPUT");
        }
        task.react();
        task.withdraw(now);
        let before = task.estimate.map(|sum| sum.to_string()).unwrap_or_default();
        if lines.is_none() {
            task.note_changed(now, "ESTIMATE", &before, &price.to_string());
            task.estimate = Some(price);
        }
        task.changed(now);
        task.happened(now, "ASKED", price);
        self.last_approval += 1;
        task.approvals.push(Approval {
            id: self.last_approval,
            price,
            text: text.filter(|text| !text.is_empty()).map(str::to_owned),
            version: task.version,
            asked: now,
            decision: "ASKED",
            decided: None,
            channel: None,
            discount: task.discounted(),
            lines: task
                .lines
                .iter()
                .map(|line| (line.id, line.seen()))
                .collect(),
        });
        self.tell(id, News::Approval(self.last_approval));
        Ok(())
    }

    /// Stores a customer's message with their most recently changed open task, or with the one
    /// closed last, for thirty days.
    pub fn hear(&mut self, chat: i64, text: &str, now: Timestamp) {
        let theirs = self.tasks.iter();
        let theirs = theirs.filter(|(id, _)| self.is_theirs(**id, chat));
        let of = |closed: bool| {
            let theirs = theirs.clone();
            theirs.filter(move |(_, task)| (task.status == "CLOSED") == closed)
        };
        let open = of(false).max_by_key(|(_, task)| task.touched);
        let last = of(true).max_by_key(|(id, task)| (task.closed, **id));
        let holds = |(_, task): &(&i64, &Task)| {
            let hours = 30 * 24;
            let end = task.closed.unwrap().saturating_add(hours.hours());
            end.is_ok_and(|end| now < end)
        };
        match open.or(last.filter(holds)) {
            Some((&id, _)) if !text.is_empty() => {
                self.add_comment(id, "FROM_CUSTOMER", "ANSWER", text, now);
            }
            _ => {}
        }
    }

    /// Returns whether a task belongs to a customer with this verified chat.
    fn is_theirs(&self, task: i64, chat: i64) -> bool {
        let customer = self.tasks.get(&task).and_then(|task| task.customer);
        let card = customer.map(|id| &self.cards[&id]);
        card.is_some_and(|card| card.telegram == Some((chat, true)))
    }

    /// Moves a comment between the sender's own tasks, while it awaits a reply.
    pub fn move_comment(&mut self, chat: i64, id: i64, to: i64, now: Timestamp) {
        let Some(from) = self.comments.get(&id).map(|comment| comment.task) else {
            return;
        };
        let theirs = self.is_theirs(from, chat) && self.is_theirs(to, chat);
        let comment = self.comments.get_mut(&id).unwrap();
        if theirs && comment.open && from != to {
            comment.task = to;
            for (task, kind) in [(from, "MOVED"), (to, "ANSWER")] {
                let task = self.tasks.get_mut(&task).unwrap();
                task.happened(now, kind, id);
                task.touch(now);
            }
        }
    }

    /// Records a decision; only the first one counts, while the quote is open.
    pub fn decide(&mut self, chat: i64, approval: i64, agreed: bool, now: Timestamp) {
        let mut tasks = self.tasks.iter();
        let asked = tasks.find(|(_, task)| task.approvals.iter().any(|of| of.id == approval));
        let Some((&id, _)) = asked.filter(|(id, _)| self.is_theirs(**id, chat)) else {
            return;
        };
        let task = self.tasks.get_mut(&id).unwrap();
        let mut all = task.approvals.iter_mut();
        let asked = all.find(|of| of.id == approval).unwrap();
        if asked.decision == "ASKED" {
            asked.decision = if agreed { "AGREED" } else { "DECLINED" };
            asked.decided = Some(now);
            asked.channel = Some("TELEGRAM");
            let (kind, price) = (asked.decision, asked.price);
            (task.declined, task.agreed) = (!agreed, agreed);
            task.happened(now, kind, price);
            task.touch(now);
        }
    }

    /// Settles a customer's messages and decision; returns whether anything changed.
    pub fn settle(&mut self, task: i64) -> bool {
        let waiting = self.comments.values_mut();
        let waiting = waiting.filter(|comment| comment.task == task && comment.open);
        let said = waiting.map(|comment| comment.open = false).count() > 0;
        let decided = self.tasks.get_mut(&task).is_some_and(Task::react);
        decided || said
    }

    /// Returns where a task's customer can be notified.
    fn chat_of(&self, task: i64) -> Option<(i64, i64)> {
        let card = self.tasks[&task].customer?;
        let (chat, proven) = self.cards[&card].telegram?;
        proven.then_some((card, chat))
    }

    fn tell(&mut self, task: i64, news: News) {
        if let Some((card, chat)) = self.chat_of(task) {
            self.notices.push(Notice {
                chat,
                card,
                task,
                news,
                sent: false,
            });
        }
    }

    /// Merges two stage changes into one notice while it waits; there and back again cancels it.
    pub fn tell_stage(&mut self, task: i64, was: i64, is: i64) {
        if self.chat_of(task).is_none() {
            return;
        }
        let waiting = |notice: &Notice| !notice.sent && notice.task == task;
        let Some(at) = self.notices.iter().rposition(waiting) else {
            return self.tell(task, News::Stage(was, is));
        };
        if let News::Stage(from, to) = &mut self.notices[at].news {
            *to = is;
            if *from == is {
                self.notices.remove(at);
            }
        }
    }

    /// Deletes the queued notices of a customer.
    pub fn take_back(&mut self, card: i64) {
        self.notices
            .retain(|notice| notice.sent || notice.card != card);
    }

    /// Returns whether a notice is due at once.
    pub fn is_in_a_hurry(&self) -> bool {
        let at_once = |notice: &Notice| !matches!(notice.news, News::Stage(..));
        self.notices
            .iter()
            .any(|notice| !notice.sent && at_once(notice))
    }

    /// Sends everything except notices of stages without notification.
    pub fn send_all(&mut self) {
        let stages = &self.stages;
        let told = |id: i64| stages.iter().all(|stage| stage.id != id || stage.told);
        self.notices.retain(|notice| {
            notice.sent || !matches!(notice.news, News::Stage(_, to) if !told(to))
        });
        for notice in &mut self.notices {
            notice.sent = true;
        }
    }
}
