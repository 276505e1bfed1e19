//! Rendering of notices, for each kind of channel from the same texts.

use jiff::Timestamp;

use super::StaffTexts;
use crate::app::message_texts::{self, Prepared};
use crate::channels::Letter;
use crate::channels::html;
use crate::domain::{
    Buttons, CardEmail, Customer, Email, Language, MessageForm, Notice, Reply, Result,
};
use crate::i18n;
use crate::store::Transaction;

/// What a notice is rendered with.
pub(super) struct Say<'a> {
    pub tx: &'a Transaction<'a>,
    pub words: &'a StaffTexts,
    pub language: Language,
    pub now: Timestamp,
}

impl Say<'_> {
    /// Renders a notice for a messenger; `None` when there is nothing to say any more.
    pub fn reply(&self, notice: Notice) -> Result<Option<Reply>> {
        let text = self.text(notice, MessageForm::Full)?;
        Ok(text.map(|(text, _)| Reply::new(html(&text), buttons(notice, self.language))))
    }

    /// Renders a notice for a phone.
    pub fn short(&self, notice: Notice) -> Result<Option<String>> {
        Ok(self.text(notice, MessageForm::Short)?.map(|(text, _)| text))
    }

    /// Renders a notice as a letter; `None` also for a card without an address.
    pub fn letter(
        &self,
        notice: Notice,
        customer: &Customer,
        id: String,
    ) -> Result<Option<Letter>> {
        let said = self.text(notice, MessageForm::Full)?;
        let (Some(to), Some((text, link))) = (address(customer), said) else {
            return Ok(None);
        };
        let link = match link {
            Some(link) => Some(link),
            None => message_texts::link(self.tx, &self.words.links(), notice, self.now)?,
        };
        let say = |id: &str| i18n::text(self.language, id);
        let number = [("number", notice.task().to_string().into())];
        Ok(Some(Letter {
            id,
            subject: i18n::text_with(self.language, "letter-notice-subject", number),
            text,
            link: link.map(|link| (link, say("letter-notice-button"))),
            unsubscribe: Some((self.words.email_stop_url(&to), say("letter-unsubscribe"))),
            to,
        }))
    }

    /// Returns the text of a notice in a form, and the task's status link.
    fn text(&self, notice: Notice, form: MessageForm) -> Result<Option<(String, Option<String>)>> {
        let (shop, links) = (self.words.shop(), self.words.links());
        let to = (self.language, form);
        let prepared = message_texts::prepare(self.tx, &links, &shop, notice, to, self.now)?;
        Ok(prepared.map(|Prepared { own, facts }| {
            let text = i18n::message(self.language, &shop, form, own.as_ref(), &facts);
            (text, facts.link)
        }))
    }
}

/// Returns the e-mail address of a customer.
pub(super) fn address(customer: &Customer) -> Option<Email> {
    let address = customer.email.as_ref().map(CardEmail::as_str);
    address.map(|address| Email::from_row(address.to_owned()))
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
