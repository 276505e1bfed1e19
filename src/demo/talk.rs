//! What is said about the newest tasks, and what their customers were asked.

use jiff::{Timestamp, ToSpan};

use super::bot;
use crate::domain::{
    AttachmentKind, Author, Channel, CommentId, CommentKind, Contents, CustomerId, Decision,
    EmployeeId, Enclosure, EventKind, Keeping, Message, NewApproval, RemoteFile, Result, Sum, Task,
    TaskId,
};
use crate::store::{self, Transaction};

/// A broken phone, drawn.
const PHONE: &[u8] = include_bytes!("phone.png");
const QUESTIONS: [&str; 4] = [
    "Когда можно забрать?",
    "Сколько это будет стоить?",
    "А данные сохранятся?",
    "Можно сделать до пятницы?",
];
const ANSWERS: [&str; 3] = [
    "Постараемся завтра, напишем.",
    "Данные не трогаем, всё останется.",
    "Да, успеваем.",
];
const NOTES: [&str; 3] = [
    "Деталь заказана, поставщик обещает в среду.",
    "Клиент просил не звонить до десяти.",
    "Проверить ещё раз после сборки.",
];

/// An invented conversation about a task, by its turn in the list.
pub(super) fn about(
    tx: &Transaction,
    task: &Task,
    estimate: Option<Sum>,
    turn: usize,
    now: Timestamp,
) -> Result<()> {
    let (Some(customer), Some(employee)) = (task.customer, task.employee) else {
        return Ok(());
    };
    let later = |minutes: i64| {
        let at = task.updated.saturating_add(minutes.minutes());
        at.map_or(now, |at| at.min(now))
    };
    let talk = Talk {
        tx,
        task: task.id,
        version: task.version,
        customer,
        employee,
    };
    let kind = match estimate {
        Some(_) => turn % 5,
        None => turn % 2,
    };
    match kind {
        0 => talk.customer_shows("Упал вот так. Сколько будет стоить?", later(20)),
        1 => {
            talk.customer_says(QUESTIONS[turn % QUESTIONS.len()], later(20))?;
            talk.staff_say(
                CommentKind::ToCustomer,
                ANSWERS[turn % ANSWERS.len()],
                later(35),
            )
        }
        2 => talk.asks(estimate, None, later(30)),
        3 => {
            talk.asks(estimate, Some(Decision::Agreed), later(30))?;
            talk.staff_say(CommentKind::Internal, NOTES[turn % NOTES.len()], later(90))
        }
        _ => talk.asks(estimate, Some(Decision::Declined), later(30)),
    }?;
    // Who answers on the page is one whom the bot doesn't reach.
    match kind {
        4 => bot::not_reached(tx, task.id, customer, later(30)),
        _ => Ok(()),
    }
}

struct Talk<'a> {
    tx: &'a Transaction<'a>,
    task: TaskId,
    version: i64,
    customer: CustomerId,
    employee: EmployeeId,
}

impl Talk<'_> {
    fn customer_shows(&self, text: &str, at: Timestamp) -> Result<()> {
        let comment = self.customer_says(text, at)?;
        let enclosure = Enclosure {
            kind: AttachmentKind::Photo,
            file: Some(RemoteFile {
                id: "demo".to_owned(),
                unique: "demo".to_owned(),
            }),
            file_name: String::new(),
            size: None,
            duration: None,
            about: String::new(),
        };
        let photo = store::attachments::insert(self.tx, comment, &enclosure, Keeping::Whole, at)?;
        match Contents::parse(PHONE.to_vec()) {
            Some(contents) => {
                store::attachments::set_here(self.tx, photo, enclosure.kind, &contents)
            }
            None => store::attachments::set_lost(self.tx, photo),
        }
    }

    fn customer_says(&self, text: &str, at: Timestamp) -> Result<CommentId> {
        let (of, text) = (Some(self.customer), Message::parse("text", text)?);
        let channel = Channel::Telegram;
        let id = store::comments::insert_of_customer(self.tx, self.task, of, channel, &text, at)?;
        self.note(EventKind::Answer, Author::Customer(of), id.get(), at)?;
        Ok(id)
    }

    fn staff_say(&self, kind: CommentKind, text: &str, at: Timestamp) -> Result<()> {
        let text = Message::parse("text", text)?;
        let by = self.employee;
        let id = store::comments::insert_of_staff(self.tx, self.task, kind, by, &text, at)?;
        if kind == CommentKind::ToCustomer {
            store::comments::settle_of_task(self.tx, self.task, by, at)?;
        }
        self.note(EventKind::Comment, Author::Staff(by), id.get(), at)
    }

    fn asks(&self, price: Option<Sum>, answer: Option<Decision>, at: Timestamp) -> Result<()> {
        let Some(price) = price else {
            return Ok(());
        };
        let new = NewApproval {
            price,
            text: Some(Message::parse(
                "text",
                "Деталь и работа, гарантия полгода.",
            )?),
            expected_version: None,
        };
        let (by, version) = (self.employee, self.version);
        let id = store::approvals::insert(self.tx, self.task, by, &new, version, at)?;
        let price = new.price.minor();
        self.note(EventKind::Asked, Author::Staff(by), price, at)?;
        let Some(decision) = answer else {
            return Ok(());
        };
        let of = Some(self.customer);
        let answered = Some((Channel::Page, of));
        store::approvals::set_decision(self.tx, id, decision, answered, at)?;
        let kind = match decision {
            Decision::Agreed => EventKind::Agreed,
            _ => EventKind::Declined,
        };
        self.note(kind, Author::Customer(of), price, at)
    }

    fn note(&self, kind: EventKind, author: Author, what: i64, at: Timestamp) -> Result<()> {
        let what = what.to_string();
        store::history::append(self.tx, self.task, kind, author, None, Some(&what), at)
    }
}
