use async_graphql::{Context, Enum, ID, Object};

use super::written::Entry;
use crate::domain::{Attachment, AttachmentKind, AttachmentState, Result};
use crate::graphql::Asked;
use crate::i18n;

/// What was sent.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "AttachmentKind", remote = "AttachmentKind")]
pub enum AttachmentKindEnum {
    /// A picture that browsers show.
    Photo,
    Voice,
    /// A round video message.
    VideoNote,
    Video,
    Audio,
    Animation,
    File,
    Sticker,
    /// A place on the map.
    Place,
    /// Somebody's phone number.
    Contact,
    Poll,
    Dice,
    /// Of a kind that the desk doesn't know.
    Other,
}

/// Where the file is.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "AttachmentState", remote = "AttachmentState")]
pub enum AttachmentStateEnum {
    /// Still at Telegram.
    Waiting,
    Here,
    /// It could not be fetched, or is of no kind that is kept.
    Lost,
    /// There is no file, or it was turned away: too large, or too many in a day.
    Noted,
}

pub struct AttachmentView(pub Attachment);

impl Entry for AttachmentView {}

/// What the customer sent besides words.
#[Object(name = "Attachment", serial)]
impl AttachmentView {
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    async fn kind(&self) -> AttachmentKindEnum {
        self.0.kind.into()
    }

    async fn state(&self) -> AttachmentStateEnum {
        self.0.state.into()
    }

    /// What was sent in a line, as the task's page says it in the shop's language.
    async fn summary(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(i18n::attachment(ctx.desk()?.shop.language, &self.0))
    }

    /// Under which name it is downloaded once it is here; what the sender calls it before. Empty where
    /// it has no name.
    async fn file_name(&self) -> String {
        match self.0.state {
            AttachmentState::Here => self.0.download_name(),
            _ => self.0.file_name.clone(),
        }
    }

    /// By its content; null as long as it isn't here.
    async fn media_type(&self) -> Option<&str> {
        self.0.media_type.as_deref()
    }

    /// In bytes; as the sender says until it is here.
    async fn size(&self) -> Option<i64> {
        self.0.size
    }

    /// In seconds, as the sender says.
    async fn duration(&self) -> Option<i64> {
        self.0.duration
    }

    /// What a place, a contact, a poll or a sticker says; empty for the others.
    async fn about(&self) -> &str {
        &self.0.about
    }

    /// Where whoever is signed in in the browser downloads it; null as long as it isn't here.
    async fn url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let is_here = self.0.state == AttachmentState::Here;
        let url = format!("{}/attachments/{}", ctx.desk()?.public_url, self.0.id);
        Ok(is_here.then_some(url))
    }

    /// In pixels; of a picture that is here.
    async fn width(&self) -> Option<i64> {
        self.0.width
    }

    async fn height(&self) -> Option<i64> {
        self.0.height
    }
}
