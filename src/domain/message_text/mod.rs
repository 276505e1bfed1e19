//! The texts of messages to customers, which an owner edits.

mod facts;
mod fill;
mod template;

use super::{Language, Merge, StageId};

pub use facts::MessageFacts;
pub use template::{MessageTemplate, MessageVariable};

words! {
    /// Purpose of a message to a customer.
    MessagePurpose { Status = "STATUS", Comment = "COMMENT", Quote = "QUOTE", Reminder = "REMINDER" }
}

words! {
    /// Length of a message: for messengers and e-mail, or for SMS.
    MessageForm { Full = "FULL", Short = "SHORT" }
}

impl MessageForm {
    /// Returns the maximum length of a template in characters.
    pub const fn max(self) -> usize {
        match self {
            Self::Full => 1_000,
            Self::Short => 300,
        }
    }
}

/// The occasion of a message, for which an owner writes texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageOccasion {
    /// A task enters this stage.
    Stage(StageId),
    /// An employee writes to the customer.
    Comment,
    /// The customer is asked to agree to a price.
    Quote,
    /// A finished task waits to be collected.
    Reminder,
}

impl MessageOccasion {
    /// Occasions of which a shop has one each.
    pub const SINGLE: [Self; 3] = [Self::Comment, Self::Quote, Self::Reminder];

    /// Returns the purpose of its messages.
    pub const fn purpose(self) -> MessagePurpose {
        match self {
            Self::Stage(_) => MessagePurpose::Status,
            Self::Comment => MessagePurpose::Comment,
            Self::Quote => MessagePurpose::Quote,
            Self::Reminder => MessagePurpose::Reminder,
        }
    }

    /// Returns the stage that the task enters, for a message about its status.
    pub const fn stage(self) -> Option<StageId> {
        match self {
            Self::Stage(stage) => Some(stage),
            Self::Comment | Self::Quote | Self::Reminder => None,
        }
    }

    /// Returns the keys of its texts, in the order of [`MessageTexts::ALL`].
    pub fn keys(self) -> [MessageTextKey; MessageTexts::COUNT] {
        MessageTexts::ALL.map(|(language, form, _)| MessageTextKey {
            occasion: self,
            language,
            form,
        })
    }

    /// Returns the occasion of a purpose; `None` unless a stage is given for the status, and for it alone.
    pub fn new(purpose: MessagePurpose, stage: Option<StageId>) -> Option<Self> {
        match (purpose, stage) {
            (MessagePurpose::Status, Some(stage)) => Some(Self::Stage(stage)),
            (MessagePurpose::Comment, None) => Some(Self::Comment),
            (MessagePurpose::Quote, None) => Some(Self::Quote),
            (MessagePurpose::Reminder, None) => Some(Self::Reminder),
            _ => None,
        }
    }
}

/// One of the texts of an occasion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageTextKey {
    pub occasion: MessageOccasion,
    pub language: Language,
    pub form: MessageForm,
}

/// A text that an owner has changed.
#[derive(Debug, Clone)]
pub struct StoredMessageText {
    pub key: MessageTextKey,
    pub template: MessageTemplate,
}

/// The four texts of an occasion in its edit form, in the order of [`MessageTexts::ALL`]; `None` keeps a text.
#[derive(Debug, Clone, Default)]
pub struct MessageTexts(pub [Option<MessageTemplate>; MessageTexts::COUNT]);

impl MessageTexts {
    pub const COUNT: usize = 4;
    /// Language and form of each text, with the name of its field.
    pub const ALL: [(Language, MessageForm, &'static str); Self::COUNT] = [
        (Language::Russian, MessageForm::Full, "fullRu"),
        (Language::English, MessageForm::Full, "fullEn"),
        (Language::Russian, MessageForm::Short, "shortRu"),
        (Language::English, MessageForm::Short, "shortEn"),
    ];

    /// Merges an edit form that was loaded with `shown` with the values now `stored`; see [`Merge`].
    pub fn merge(self, shown: Self, stored: Self, merge: &mut Merge) -> Self {
        let (mut shown, mut stored) = (shown.0.into_iter(), stored.0.into_iter());
        let mut fields = Self::ALL.into_iter();
        Self(self.0.map(|typed| {
            let (_, _, field) = fields.next()?;
            let (shown, stored) = (shown.next().flatten(), stored.next().flatten());
            merge.field(field, typed, shown, stored)
        }))
    }
}
