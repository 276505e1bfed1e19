//! The history of a task in words.

use std::collections::HashMap;

use crate::domain::{
    Author, Category, CustomerId, Day, Employee, EventKind, LineKind, LineNote, Money, Quantity,
    Status, TaskEvent,
};
use crate::i18n::{self, LineWords};
use crate::web::text::Texts;

/// An event in words.
pub struct EventLine {
    pub time: String,
    pub text: String,
    pub was: Option<String>,
    pub who: String,
}

/// The people whose ids are in a history.
pub struct Names<'a> {
    pub employees: &'a [Employee],
    pub people: &'a HashMap<CustomerId, String>,
}

impl Names<'_> {
    fn employee(&self, id: &str) -> String {
        let mut all = self.employees.iter();
        let employee = all.find(|employee| employee.id.to_string() == id);
        employee.map_or_else(
            || format!("№ {id}"),
            |employee| employee.shown_name().to_owned(),
        )
    }

    fn customer(&self, id: Option<&str>, texts: &Texts) -> String {
        let id = id.and_then(|id| CustomerId::parse("id", id).ok());
        let name = id.and_then(|id| self.people.get(&id)).cloned();
        name.unwrap_or_else(|| texts.s("customer-none"))
    }

    pub fn author(&self, author: Author, texts: &Texts) -> String {
        match author {
            Author::Staff(id) => self.employee(&id.to_string()),
            Author::Customer(_) => texts.s("event-by-customer"),
            Author::System => texts.s("event-system"),
        }
    }
}

/// Describes an event and its author.
pub fn line(event: &TaskEvent, texts: &Texts, names: &Names<'_>) -> EventLine {
    let (from, to) = (event.from.as_deref(), event.to.as_deref());
    let word = |word: Option<&str>| match event.kind {
        EventKind::Status => word.and_then(Status::from_word).map(|s| texts.status(&s)),
        EventKind::Category => word
            .and_then(Category::from_word)
            .map(|c| texts.category(&c)),
        EventKind::Employee => {
            Some(word.map_or_else(|| texts.s("task-employee-none"), |id| names.employee(id)))
        }
        EventKind::Customer => Some(names.customer(word, texts)),
        kind => Some(in_words(kind, word.unwrap_or_default(), texts)),
    };
    let change = |id: &str| {
        let args = [("from", word(from)), ("to", word(to))];
        texts.with(
            id,
            args.map(|(name, word)| (name, word.unwrap_or_default().into())),
        )
    };
    EventLine {
        time: texts.time(&event.at),
        text: match event.kind {
            EventKind::Created => texts.s("event-created"),
            EventKind::Status => change("event-status"),
            EventKind::Category => change("event-category"),
            EventKind::Description => texts.s("event-description"),
            EventKind::Employee => change("event-employee"),
            EventKind::Customer if to.is_none() => texts.s("event-customer"),
            EventKind::Customer => change("event-customer-changed"),
            EventKind::Deleted => texts.s("event-deleted"),
            EventKind::Device => texts.s("event-device"),
            EventKind::Due => change("event-due"),
            EventKind::Estimate => change("event-estimate"),
            EventKind::Price => change("event-price"),
            EventKind::Prepayment => change("event-prepayment"),
            EventKind::Line => match (line_text(from, texts), line_text(to, texts)) {
                (None, None) => texts.s("event-line-erased"),
                (None, Some(to)) => texts.fill("event-line-added", "to", to),
                (Some(from), None) => texts.fill("event-line-removed", "from", from),
                (Some(from), Some(to)) => texts.fill2("event-line", "from", from, "to", to),
            },
            EventKind::Discount => change("event-discount"),
            EventKind::Paid => change("event-paid"),
            EventKind::Refunded => change("event-refunded"),
            EventKind::Reversed => change("event-reversed"),
            EventKind::Warranty => change("event-warranty"),
            EventKind::WarrantyOf => change("event-warranty-of"),
            EventKind::Stage => change("event-stage"),
            EventKind::Comment | EventKind::Answer => texts.s("event-answer-elsewhere"),
            EventKind::Edited => texts.s("event-edited"),
            EventKind::Moved => texts.s("event-answer-moved"),
            EventKind::Settled => texts.s("event-settled"),
            EventKind::Asked => change("event-asked"),
            EventKind::Agreed => change("event-agreed"),
            EventKind::Declined => change("event-declined"),
            EventKind::Withdrawn => change("event-withdrawn"),
            EventKind::Reminders if to == Some("ON") => texts.s("event-reminders-on"),
            EventKind::Reminders => texts.s("event-reminders-off"),
            EventKind::Reminded => texts.fill("event-reminded", "days", to.unwrap_or_default()),
            EventKind::Imported => texts.fill("event-imported", "number", from.unwrap_or_default()),
        },
        was: from
            .filter(|from| kept_whole(event.kind) && !from.is_empty())
            .map(|from| texts.with("event-was", [("text", from.to_owned().into())])),
        who: names.author(event.author, texts),
    }
}

/// Returns the message id of the word for a kind of event, for a list of what happened.
pub fn word(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Created | EventKind::Imported => "fold-created",
        EventKind::Status | EventKind::Stage => "fold-stage",
        EventKind::Category => "fold-category",
        EventKind::Description => "fold-description",
        EventKind::Employee => "fold-employee",
        EventKind::Customer => "fold-customer",
        EventKind::Deleted => "fold-deleted",
        EventKind::Device => "fold-device",
        EventKind::Due => "fold-due",
        EventKind::Estimate | EventKind::Price => "fold-price",
        EventKind::Prepayment => "fold-prepayment",
        EventKind::Line => "fold-lines",
        EventKind::Discount => "fold-discount",
        EventKind::Paid => "fold-paid",
        EventKind::Refunded => "fold-refunded",
        EventKind::Reversed => "fold-reversed",
        EventKind::Warranty | EventKind::WarrantyOf => "fold-warranty",
        EventKind::Comment | EventKind::Answer | EventKind::Edited | EventKind::Moved => {
            "fold-message"
        }
        EventKind::Settled => "fold-settled",
        EventKind::Asked => "fold-asked",
        EventKind::Agreed => "fold-agreed",
        EventKind::Declined => "fold-declined",
        EventKind::Withdrawn => "fold-withdrawn",
        EventKind::Reminders | EventKind::Reminded => "fold-reminders",
    }
}

/// Describes a line of the history: name, quantity and sum; `None` where there is none.
fn line_text(text: Option<&str>, texts: &Texts) -> Option<String> {
    let line = LineNote::read(text?)?;
    let quantity = Quantity::parse("quantity", &line.quantity).ok()?;
    let place = line.position.map(|position| format!("№ {position}. "));
    let words = texts.line(&LineWords {
        kind: LineKind::Work,
        name: &line.name,
        quantity,
        discount: Money::from_row(line.discount),
        sum: Money::from_row(line.sum),
    });
    Some(format!("{}{words}", place.unwrap_or_default()))
}

/// Returns whether a text is too long for one line, so that the old text is shown below it.
fn kept_whole(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Description | EventKind::Device | EventKind::Edited
    )
}

/// Formats a day, a sum, a stage or a task; a dash if there was none.
fn in_words(kind: EventKind, word: &str, texts: &Texts) -> String {
    let day = || Day::parse("day", word).ok().map(|day| texts.date(&day));
    let sum = || {
        let minor = word.parse().ok()?;
        Some(texts.money(Money::from_row(minor)))
    };
    let known = match kind {
        EventKind::Due | EventKind::Warranty => day(),
        EventKind::WarrantyOf if !word.is_empty() => Some(format!("№ {word}")),
        EventKind::Stage if !word.is_empty() => Some(i18n::usual(texts.language, word)),
        _ => sum(),
    };
    known.unwrap_or_else(|| "—".to_owned())
}
