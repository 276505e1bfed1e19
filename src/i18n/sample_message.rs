//! An invented task, with which a text of a message is shown before it is used.

use super::text;
use crate::domain::{
    AgreedLine, Day, Language, LineId, LineKind, LineName, MessageFacts, MessagePurpose, Money,
    Quantity, Shop, Stage, Status,
};

/// Number of the invented task.
const NUMBER: i64 = 1042;
/// Sums of its lines and what was paid before, in whole units of the currency.
const WORK: i64 = 3_500;
const PART: i64 = 9_000;
const PAID: i64 = 2_000;
/// Days of its warranty.
const WARRANTY: usize = 90;

/// Returns what a message about the invented task is rendered from, on a day.
pub fn sample_facts(
    language: Language,
    shop: &Shop,
    (purpose, stage): (MessagePurpose, Option<Stage>),
    today: Day,
    link: String,
) -> MessageFacts {
    let unit = 10_i64.pow(shop.currency.digits());
    let sum = |units: i64| Money::from_row(units * unit);
    let line = |id, kind, name: &str, price| AgreedLine {
        line: LineId::from_row(id),
        kind,
        name: LineName::from_row(text(language, name)),
        quantity: Quantity::ONE,
        unit_price: sum(price),
        discount: Money::ZERO,
        sum: sum(price),
    };
    let (total, is_quote) = (WORK + PART, purpose == MessagePurpose::Quote);
    let mut facts = MessageFacts {
        has_files: false,
        purpose,
        number: NUMBER,
        device: "iPhone 12".to_owned(),
        short_devices: Vec::new(),
        status: Status::Ready,
        stage: None,
        sum: Some(sum(total)),
        paid: sum(PAID),
        to_pay: Some(sum(total - PAID)),
        due: Some(today.next().next()),
        since: Some(today),
        warranty: std::iter::successors(Some(today), |day| Some(day.next())).nth(WARRANTY),
        text: sample_text(language, purpose),
        lines: Vec::new(),
        discount: Money::ZERO,
        link: Some(link),
    };
    if is_quote {
        facts.lines = vec![
            line(1, LineKind::Work, "sample-work", WORK),
            line(2, LineKind::Part, "sample-part", PART),
        ];
    }
    match stage {
        Some(stage) => facts.in_stage(stage),
        None => facts,
    }
}

/// Returns what an employee might write in a message of that purpose.
pub fn sample_text(language: Language, purpose: MessagePurpose) -> String {
    match purpose {
        MessagePurpose::Comment => text(language, "message-sample-comment"),
        MessagePurpose::Quote => text(language, "message-sample-quote"),
        MessagePurpose::Status | MessagePurpose::Reminder => String::new(),
    }
}
