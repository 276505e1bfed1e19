//! How notices become messages.

use crate::domain::{Buttons, Decision, Language, Message, Notice, Reply, Result, Shop};
use crate::i18n::{self, Arg};
use crate::store::{self, Connection};
use crate::telegram::html;

/// What a notice says now; `None` for one that has nothing to say any more.
pub(super) fn notice(
    connection: &Connection,
    notice: Notice,
    language: Language,
    shop: &Shop,
) -> Result<Option<Reply>> {
    let number = ("number", notice.task().to_string().into());
    let say = |id: &str, args: Vec<Arg<'_>>| i18n::text_with(language, id, args);
    let (text, buttons) = match notice {
        Notice::StatusChanged { to, to_stage, .. } => {
            // The stage is none of a notice that was written before there were any, and once it
            // was deleted.
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
        Notice::Approval { approval, .. } => {
            let asked = store::approvals::get(connection, approval)?;
            let Some(asked) = asked.filter(|asked| asked.decision == Decision::Asked) else {
                return Ok(None);
            };
            let price = i18n::money(language, shop.currency, asked.price);
            let what = asked.text.as_ref().map_or("", Message::as_str);
            let args = vec![number, ("price", price.into()), ("text", html(what).into())];
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
