use async_graphql::{Enum, Object};

use super::{StageView, stage};
use crate::domain::{
    MessageForm, MessagePurpose, MessageTemplate, MessageTextKey, MessageVariable, Stage,
};
use crate::graphql::files::LanguageEnum;
use crate::i18n;

/// Purpose of a message to a customer.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "MessagePurpose", remote = "MessagePurpose")]
pub enum MessagePurposeEnum {
    /// A task has entered a stage.
    Status,
    /// An employee has written to the customer.
    Comment,
    /// The customer is asked to agree to a price.
    Quote,
    /// A finished task waits to be collected.
    Reminder,
}

/// Length of a message to a customer.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "MessageForm", remote = "MessageForm")]
pub enum MessageFormEnum {
    /// For messengers and e-mail.
    Full,
    /// For SMS.
    Short,
}

/// A text of messages to customers, which an owner can change.
pub struct MessageTextView {
    pub key: MessageTextKey,
    pub stage: Option<Stage>,
    pub own: Option<MessageTemplate>,
}

impl MessageTextView {
    fn usual(&self) -> MessageTemplate {
        i18n::default_message(self.key, self.stage.as_ref())
    }
}

/// A text of messages to customers, which an owner can change. It is plain, with variables in braces; a sentence whose
/// variables are all unknown is left out of the message.
#[Object(name = "MessageText")]
impl MessageTextView {
    /// Purpose of the messages.
    async fn purpose(&self) -> MessagePurposeEnum {
        self.key.occasion.purpose().into()
    }

    /// The stage that the task enters; null for any purpose but STATUS.
    async fn stage(&self) -> Option<StageView> {
        self.stage.clone().map(stage)
    }

    /// Language of the customers who get the text.
    async fn language(&self) -> LanguageEnum {
        self.key.language.into()
    }

    /// Length of the messages.
    async fn form(&self) -> MessageFormEnum {
        self.key.form.into()
    }

    /// The text that counts.
    async fn text(&self) -> String {
        let usual = || self.usual().as_str().to_owned();
        self.own
            .as_ref()
            .map_or_else(usual, |own| own.as_str().to_owned())
    }

    /// Whether nobody has changed it.
    async fn is_default(&self) -> bool {
        self.own.is_none()
    }

    /// The text that counts when it is reset.
    async fn default_text(&self) -> String {
        self.usual().as_str().to_owned()
    }

    /// The variables that the text may have, such as `{device}`.
    async fn variables(&self) -> Vec<String> {
        let variables = MessageVariable::of(self.key.occasion.purpose());
        variables.map(MessageVariable::written).collect()
    }
}
