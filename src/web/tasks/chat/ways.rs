//! Ways to reach a customer without a channel: a call, a text message, and the text with the status link to copy.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::{Stage, Task};
use crate::web::tasks::CustomerLine;
use crate::web::tasks::link::CustomerLink;
use crate::web::text::Texts;

pub struct Ways {
    /// Phone for a `tel:` link.
    pub dial: String,
    /// A text message with the whole text. `?&body=` is read by Android and iOS alike.
    pub sms: String,
    /// The text with the status link, if there is one.
    pub text: String,
    pub link: String,
}

impl Ways {
    /// Returns the ways for a text; `None` without a phone.
    pub fn new(customer: &CustomerLine, link: &CustomerLink, text: &str) -> Option<Self> {
        let dial = Some(&customer.dial).filter(|dial| !dial.is_empty())?;
        let link = link.url.clone().unwrap_or_default();
        let text = format!("{text}\n{link}").trim().to_owned();
        let body = utf8_percent_encode(&text, NON_ALPHANUMERIC);
        Some(Self {
            sms: format!("sms:{dial}?&body={body}"),
            dial: dial.clone(),
            text,
            link,
        })
    }
}

/// Returns the text for a customer about whom nothing was written: the stage of the task.
pub fn usual(task: &Task, stage: &Stage, texts: &Texts) -> String {
    let (number, stage) = (task.id.to_string(), texts.wording(stage));
    texts.fill2("chat-usual", "number", number, "status", stage)
}
