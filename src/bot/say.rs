//! Rendering of the bot's messages.

use jiff::tz::TimeZone;

use crate::app::answers::Landed;
use crate::app::chat_links::Standing;
use crate::app::status_links::Followed;
use crate::channels::html;
use crate::domain::{
    Approval, Buttons, Contents, Day, Decision, Enclosure, Keeping, Language, Money, Reply, Shop,
    TaskId,
};
use crate::i18n::{self, LineWords};
use crate::store::tasks::TaskRow;

/// Tasks per page. A line has at most some 140 characters, and a message 4,096.
pub(super) const PAGE: usize = 20;

/// Characters that the lines of a task may take: the facts about it have some hundreds at most, and a
/// message 4,096.
const LINES: usize = 3_000;

/// A message without parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sentence {
    Welcome,
    AskContact,
    /// `AskContact` for a person whose message was not passed on.
    Unheard,
    ProvePhone,
    ForeignContact,
    Linked,
    Help,
}

pub(super) fn sentence(sentence: Sentence, language: Language) -> Reply {
    let text = |id| i18n::text(language, id);
    let ask = || Buttons::ShareContact(text("bot-share-contact"));
    if sentence == Sentence::Unheard {
        let text = [text("bot-ask-contact"), text("bot-unheard")].join("\n\n");
        return Reply::new(text, ask());
    }
    let (id, buttons) = match sentence {
        Sentence::Welcome => ("bot-welcome", ask()),
        Sentence::AskContact | Sentence::Unheard => ("bot-ask-contact", ask()),
        Sentence::ProvePhone => ("bot-prove-phone", ask()),
        Sentence::ForeignContact => ("bot-foreign-contact", ask()),
        Sentence::Linked => ("bot-linked", Buttons::RemoveKeyboard),
        Sentence::Help => ("bot-help", Buttons::None),
    };
    Reply::new(text(id), buttons)
}

/// A page number, clamped to the existing pages.
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

    /// Returns the number of tasks on the earlier pages.
    pub fn skip(self) -> usize {
        self.number * PAGE
    }
}

/// Renders one page of a customer's tasks.
pub(super) fn list(tasks: &[TaskRow], page: Page, language: Language, zone: &TimeZone) -> Reply {
    let Page { number, pages } = page;
    let text = match tasks.is_empty() {
        true => i18n::text(language, "bot-tasks-none"),
        false => {
            let args = [("page", (number + 1).into()), ("pages", pages.into())];
            let head = i18n::text_with(language, "bot-tasks", args);
            let lines = tasks.iter().map(|row| line(row, language, zone));
            lines.fold(head, |text, line| format!("{text}\n{line}"))
        }
    };
    Reply::new(text, turn(number, pages))
}

/// Prepends a message to a list.
pub(super) fn above(id: &str, list: Reply, language: Language) -> Reply {
    let text = format!("{}\n\n{}", i18n::text(language, id), list.text);
    Reply { text, ..list }
}

/// Confirms to which task a message went and how much of it was kept, with buttons for the other
/// tasks that it may be about, above the task list.
pub(super) fn landed(id: &str, landed: &Landed, list: Reply, language: Language) -> Reply {
    let number = |id: &str, task: TaskId| {
        i18n::text_with(language, id, [("number", task.to_string().into())])
    };
    let button = |row: &TaskRow| {
        let to = row.task.id;
        (
            number("bot-move", to),
            format!("move:{}:{to}", landed.comment),
        )
    };
    let mut text = number(id, landed.task);
    if let Some(less) = less(landed.keeping, language) {
        text = format!("{text}\n{less}");
    }
    let mut buttons: Vec<_> = landed.others.iter().map(button).collect();
    if !buttons.is_empty() {
        text = format!("{text}\n{}", i18n::text(language, "bot-taken-which"));
    }
    if !list.text.is_empty() {
        text = format!("{text}\n\n{}", list.text);
    }
    if let Buttons::Row(turn) = list.buttons {
        buttons.extend(turn);
    }
    let buttons = match buttons.is_empty() {
        true => Buttons::None,
        false => Buttons::Column(buttons),
    };
    Reply::new(text, buttons).about(landed.task)
}

/// Returns the message about what was not kept, if anything.
fn less(keeping: Keeping, language: Language) -> Option<String> {
    let (id, bound) = match keeping {
        Keeping::Whole => return None,
        Keeping::MarkOnly => ("bot-mark-only", 0),
        Keeping::TooLarge => ("bot-too-large", Contents::MAX / (1024 * 1024)),
        Keeping::TooMany => ("bot-too-many-files", Enclosure::A_DAY),
    };
    Some(i18n::text_with(language, id, [("bound", bound.into())]))
}

/// Renders the current state of a quote, in place of the question.
pub(super) fn decided(approval: &Approval, language: Language, shop: &Shop) -> Reply {
    let id = match approval.decision {
        Decision::Agreed => "approval-agreed",
        Decision::Declined => "approval-declined",
        Decision::Asked | Decision::Withdrawn => "approval-withdrawn",
    };
    let args = [
        ("number", approval.task.to_string().into()),
        (
            "price",
            i18n::money(language, shop.currency, approval.price).into(),
        ),
    ];
    Reply::new(i18n::text_with(language, id, args), Buttons::None).about(approval.task)
}

/// Renders one task as its status page shows it.
pub(super) fn task(task: &Followed, language: Language, shop: &Shop) -> String {
    let args = [
        ("number", task.id.to_string().into()),
        ("status", html(&i18n::stage(language, &task.stage)).into()),
    ];
    let head = i18n::text_with(language, "bot-followed", args);
    let sum = |sum: Option<Money>| sum.map(|sum| i18n::money(language, shop.currency, sum));
    let facts = [
        ("task-device", Some(html(&task.device))),
        ("task-due", task.due.map(|day| i18n::day(language, day))),
        ("task-estimate", sum(task.estimate)),
    ];
    let sums = [
        (
            if task.lines.is_empty() {
                "task-price"
            } else {
                "lines-total"
            },
            sum(task.price),
        ),
        ("task-paid", sum(task.paid)),
        ("paper-to-pay", sum(task.to_pay)),
    ];
    let known = |text: String, facts: &[(&str, Option<String>)]| {
        let facts = facts.iter();
        let facts = facts.filter_map(|(id, value)| Some((id, value.as_ref()?)));
        let facts = facts.filter(|(_, value)| !value.is_empty());
        facts.fold(text, |text, (id, value)| {
            format!("{text}\n{}: {value}", i18n::text(language, id))
        })
    };
    let text = known(head, &facts);
    let text = match task.lines.is_empty() {
        true => text,
        false => {
            let names: Vec<String> = task
                .lines
                .iter()
                .map(|line| html(line.content.name.as_str()))
                .collect();
            let lines = task.lines.iter().zip(&names).map(|(line, name)| LineWords {
                name,
                ..LineWords::from(&line.content)
            });
            let lines: Vec<LineWords<'_>> = lines.collect();
            let lines = i18n::lines(language, shop.currency, &lines, task.discount, LINES);
            format!("{text}\n\n{lines}\n")
        }
    };
    known(text, &sums)
}

/// Adds an invitation to share the contact when the person would see more once verified.
pub(super) fn shown(text: String, standing: Standing, language: Language) -> Reply {
    match standing {
        Standing::Verified => Reply::new(text, Buttons::None),
        Standing::Stranger | Standing::Unverified => {
            let more = i18n::text(language, "bot-share-for-more");
            let share = i18n::text(language, "bot-share-contact");
            Reply::new(format!("{text}\n\n{more}"), Buttons::ShareContact(share))
        }
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
