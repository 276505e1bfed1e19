//! Rendering of notices.

use jiff::Timestamp;

use crate::channels::html;
use crate::domain::{
    Approval, Buttons, Day, Decision, Language, Message, Notice, Phone, Reply, Result, Shop, TaskId,
};
use crate::i18n::{self, Arg, LineWords};
use crate::store::{self, Connection};

/// Renders a notice from the current state; `None` when there is nothing to say any more.
pub(super) fn notice(
    connection: &Connection,
    language: Language,
    notice: Notice,
    shop: &Shop,
) -> Result<Option<Reply>> {
    let number = ("number", notice.task().to_string().into());
    let say = |id: &str, args: Vec<Arg<'_>>| i18n::text_with(language, id, args);
    let (text, buttons) = match notice {
        Notice::StatusChanged { to, to_stage, .. } => {
            // The stage is unknown for notices written before stages existed, and once it is
            // deleted.
            let stage = to_stage.map(|stage| store::stages::get(connection, stage));
            let status = match stage.transpose()?.flatten() {
                Some(stage) if !stage.told => return Ok(None),
                Some(stage) => html(&i18n::stage(language, &stage)),
                None => i18n::status(language, to),
            };
            let text = say(
                "notice-status-changed",
                vec![number, ("status", status.into())],
            );
            (text, Buttons::None)
        }
        Notice::Comment { comment, .. } => {
            let Some(comment) = store::comments::get(connection, comment)? else {
                return Ok(None);
            };
            let text = ("text", html(comment.text.as_str()).into());
            (say("notice-comment", vec![number, text]), Buttons::None)
        }
        Notice::Reminder { task } => {
            let ready = store::tasks::get(connection, task)?.and_then(|row| row.task.ready);
            let Some(ready) = ready else {
                return Ok(None);
            };
            (reminder(task, ready, shop, language), Buttons::None)
        }
        Notice::Approval { approval, .. } => {
            let asked = store::approvals::get(connection, approval)?;
            let Some(asked) = asked.filter(|asked| asked.decision == Decision::Asked) else {
                return Ok(None);
            };
            let price = i18n::money(language, shop.currency, asked.price);
            let what = asked.text.as_ref().map_or("", Message::as_str);
            let lines = lines(&asked, what.chars().count(), shop, language);
            let what = [lines, html(what)].join("\n\n");
            let args = vec![
                number,
                ("price", price.into()),
                ("text", what.trim().into()),
            ];
            let button =
                |id: &str, what: &str| (i18n::text(language, id), format!("{what}:{approval}"));
            let buttons = vec![
                button("approval-agree", "agree"),
                button("approval-decline", "decline"),
            ];
            let text = say("notice-approval", args);
            (text.trim_end().to_owned(), Buttons::Row(buttons))
        }
    };
    Ok(Some(Reply::new(text, buttons)))
}

/// Maximum length of a message in characters, and what a quote says besides lines and text.
const MESSAGE: usize = 4_096;
const AROUND: usize = 300;

/// Renders the lines of a quote, as far as they fit beside its text; empty for a price alone.
fn lines(asked: &Approval, text: usize, shop: &Shop, language: Language) -> String {
    if asked.lines.is_empty() {
        return String::new();
    }
    let names: Vec<String> = asked
        .lines
        .iter()
        .map(|line| html(line.name.as_str()))
        .collect();
    let words = asked
        .lines
        .iter()
        .zip(&names)
        .map(|(line, name)| LineWords {
            name,
            ..LineWords::from(line)
        });
    let words: Vec<LineWords<'_>> = words.collect();
    let most = MESSAGE - AROUND - text.min(MESSAGE - AROUND);
    i18n::lines(language, shop.currency, &words, asked.discount, most)
}

/// Renders a reminder to collect a task, with address and opening hours if configured.
fn reminder(task: TaskId, ready: Timestamp, shop: &Shop, language: Language) -> String {
    let day = i18n::day(language, Day::of(ready, &shop.timezone));
    let args = [("number", task.to_string().into()), ("day", day.into())];
    let text = i18n::text_with(language, "notice-reminder", args);
    let about = &shop.about;
    let phone = about.phone.as_ref().map_or("", Phone::typed);
    let lines = [
        ("notice-address", about.address.as_str()),
        ("notice-hours", about.hours.as_str()),
        ("notice-phone", phone),
    ];
    let known = lines.into_iter().filter(|(_, value)| !value.is_empty());
    known.fold(text, |text, (id, value)| {
        let line = i18n::text_with(language, id, [("value", html(value).into())]);
        format!("{text}\n{line}")
    })
}
