//! Rendering of notices.

use jiff::Timestamp;

use super::StaffTexts;
use crate::app::message_texts::{self, Prepared};
use crate::channels::telegram::html;
use crate::domain::{Buttons, Language, MessageForm, Notice, Reply, Result, TelegramId};
use crate::i18n;
use crate::store::{self, Transaction};

/// Renders a notice from the current state; `None` when there is nothing to say any more, or the task is another
/// customer's since an earlier attempt.
pub(super) fn notice(
    tx: &Transaction,
    chat: TelegramId,
    notice: Notice,
    words: &StaffTexts,
    now: Timestamp,
) -> Result<Option<Reply>> {
    if !store::outbox::is_for(tx, chat, notice.task())? {
        return Ok(None);
    }
    let (shop, links) = (words.shop(), words.links());
    let language = store::outbox::language_of(tx, chat)?.unwrap_or(shop.language);
    let to = (language, MessageForm::Full);
    let prepared = message_texts::prepare(tx, &links, &shop, notice, to, now)?;
    Ok(prepared.map(|Prepared { own, facts }| {
        let text = i18n::message(language, &shop, MessageForm::Full, own.as_ref(), &facts);
        Reply::new(html(&text), buttons(notice, language))
    }))
}

/// Returns the buttons under a notice: those that answer a quote.
fn buttons(notice: Notice, language: Language) -> Buttons {
    let Notice::Approval { approval, .. } = notice else {
        return Buttons::None;
    };
    let button = |id: &str, what: &str| (i18n::text(language, id), format!("{what}:{approval}"));
    Buttons::Row(vec![
        button("approval-agree", "agree"),
        button("approval-decline", "decline"),
    ])
}
