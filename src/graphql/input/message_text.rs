//! Input types of the texts of messages to customers.

use async_graphql::{ID, InputObject};

use crate::domain::{
    MessageOccasion, MessageTemplate, MessageTextKey, Problem, Result, StageId, Together,
};
use crate::graphql::files::LanguageEnum;
use crate::graphql::view::{MessageFormEnum, MessagePurposeEnum};

/// Names a text of messages to customers.
#[derive(InputObject)]
pub struct MessageTextKeyInput {
    /// Purpose of the messages.
    purpose: MessagePurposeEnum,
    /// The stage that the task enters; for the purpose STATUS, which needs it, and no other.
    stage_id: Option<ID>,
    /// Language of the customers who get the text.
    language: LanguageEnum,
    /// Length of the messages.
    form: MessageFormEnum,
}

/// A text of messages to customers.
#[derive(InputObject)]
pub struct MessageTextInput {
    #[graphql(flatten)]
    key: MessageTextKeyInput,
    /// The text with variables in braces, at most 1,000 characters, or 300 of the form SHORT.
    text: String,
}

impl MessageTextKeyInput {
    pub fn read(self) -> Result<MessageTextKey> {
        let stage = self.stage_id.map(|id| StageId::parse("stageId", &id));
        let occasion = MessageOccasion::new(self.purpose.into(), stage.transpose()?);
        Ok(MessageTextKey {
            occasion: occasion.ok_or_else(|| Problem::StageOfMessage.at("stageId"))?,
            language: self.language.into(),
            form: self.form.into(),
        })
    }
}

impl MessageTextInput {
    pub fn read(self) -> Result<(MessageTextKey, MessageTemplate)> {
        let (purpose, form) = (self.key.purpose.into(), self.key.form.into());
        (
            self.key.read(),
            MessageTemplate::parse("text", &self.text, purpose, form),
        )
            .together()
    }
}
