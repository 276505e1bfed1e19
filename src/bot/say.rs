//! How the bot's sentences become messages.

use jiff::tz::TimeZone;

use crate::domain::{Buttons, Day, Language, Reply};
use crate::i18n;
use crate::store::tasks::TaskRow;
use crate::telegram::html;

/// Tasks on a page. A line has at most some 140 characters, and a message 4,096.
pub(super) const PAGE: usize = 20;

/// A sentence that names nobody and nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sentence {
    Welcome,
    AskContact,
    ProvePhone,
    ForeignContact,
    Linked,
    Help,
}

pub(super) fn sentence(sentence: Sentence, language: Language) -> Reply {
    let text = |id| i18n::text(language, id);
    let ask = || Buttons::ShareContact(text("bot-share-contact"));
    let (id, buttons) = match sentence {
        Sentence::Welcome => ("bot-welcome", ask()),
        Sentence::AskContact => ("bot-ask-contact", ask()),
        Sentence::ProvePhone => ("bot-prove-phone", ask()),
        Sentence::ForeignContact => ("bot-foreign-contact", ask()),
        Sentence::Linked => ("bot-linked", Buttons::RemoveKeyboard),
        Sentence::Help => ("bot-help", Buttons::None),
    };
    Reply {
        text: text(id),
        buttons,
        edits: None,
        answers: None,
    }
}

/// Which page of how many; one that isn't there any more is the last one.
#[derive(Clone, Copy)]
pub(super) struct Page {
    number: usize,
    pages: usize,
}

impl Page {
    pub fn new(number: usize, tasks: usize) -> Self {
        let pages = tasks.div_ceil(PAGE).max(1);
        let number = number.min(pages - 1);
        Self { number, pages }
    }

    /// Tasks on the pages before.
    pub fn skip(self) -> usize {
        self.number * PAGE
    }
}

/// One page of a customer's tasks.
pub(super) fn list(tasks: &[TaskRow], page: Page, language: Language, zone: &TimeZone) -> Reply {
    let Page { number, pages } = page;
    let text = match tasks.is_empty() {
        true => i18n::text(language, "bot-tasks-none"),
        false => {
            let args = [("page", (number + 1).into()), ("pages", pages.into())];
            let head = i18n::text_with(language, "bot-tasks", args);
            let lines = tasks.iter().map(|row| line(row, language, zone));
            lines.fold(head, |text, line| text + "\n" + &line)
        }
    };
    Reply {
        text,
        buttons: turn(number, pages),
        edits: None,
        answers: None,
    }
}

fn line(row: &TaskRow, language: Language, zone: &TimeZone) -> String {
    let task = &row.task;
    let args = [
        ("number", task.id.to_string().into()),
        ("category", i18n::category(language, task.category).into()),
        ("status", html(&i18n::stage(language, &row.stage)).into()),
        (
            "day",
            i18n::day(language, Day::of(task.created, zone)).into(),
        ),
    ];
    i18n::text_with(language, "bot-task", args)
}

fn turn(page: usize, pages: usize) -> Buttons {
    let button = |arrow: &str, to: usize| (format!("{arrow} {}", to + 1), format!("page:{to}"));
    let mut row = Vec::new();
    if page > 0 {
        row.push(button("←", page - 1));
    }
    if page + 1 < pages {
        row.push(button("→", page + 1));
    }
    match row.is_empty() {
        true => Buttons::None,
        false => Buttons::Row(row),
    }
}
