//! Rendering of notices.

use jiff::Timestamp;

use super::StaffTexts;
use crate::app::message_texts::{self, Prepared};
use crate::channels::html;
use crate::domain::{Buttons, Language, MessageForm, Notice, Reply, Result};
use crate::i18n;
use crate::store::Transaction;

/// Renders a notice from the current state; `None` when there is nothing to say any more.
pub(super) fn notice(
    tx: &Transaction,
    language: Language,
    notice: Notice,
    words: &StaffTexts,
    now: Timestamp,
) -> Result<Option<Reply>> {
    let (shop, links) = (words.shop(), words.links());
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
