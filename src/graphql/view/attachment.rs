use async_graphql::{Context, Enum, ID, Object};

use super::known;
use super::written::Entry;
use crate::domain::{Attachment, AttachmentKind, AttachmentState, Result};
use crate::graphql::RequestContext;
use crate::i18n;

/// Kind of an attachment.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "AttachmentKind", remote = "AttachmentKind")]
pub enum AttachmentKindEnum {
    /// A picture that browsers display.
    Photo,
    /// A voice message.
    Voice,
    /// A round video message.
    VideoNote,
    /// A video.
    Video,
    /// A sound file.
    Audio,
    /// A silent animation, such as a GIF.
    Animation,
    /// A document or another file.
    File,
    /// A sticker of Telegram, of which only a text is stored.
    Sticker,
    /// A place on the map.
    Place,
    /// A contact with a phone number.
    Contact,
    /// A poll of Telegram, of which only a text is stored.
    Poll,
    /// A random value thrown in Telegram.
    Dice,
    /// A kind unknown to this program.
    Other,
}

/// State of an attachment's file.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "AttachmentState", remote = "AttachmentState")]
pub enum AttachmentStateEnum {
    /// Waiting to be downloaded from Telegram.
    Waiting,
    /// The file is stored and can be downloaded.
    Here,
    /// The download failed, or the type isn't accepted.
    Lost,
    /// There is no file, or it was rejected as too large or beyond the daily limit.
    Noted,
}

pub struct AttachmentView(pub Attachment);

impl Entry for AttachmentView {}

/// An attachment of a comment.
#[Object(name = "Attachment", serial)]
impl AttachmentView {
    /// Id of the attachment, unique among attachments.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// Kind of the attachment: as declared by the sender, and by its content once the file is
    /// stored.
    async fn kind(&self) -> AttachmentKindEnum {
        self.0.kind.into()
    }

    /// State of the file: stored, awaited or missing.
    async fn state(&self) -> AttachmentStateEnum {
        self.0.state.into()
    }

    /// Description on one line, in the shop's language.
    async fn summary(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(i18n::attachment(ctx.desk()?.shop().language, &self.0))
    }

    /// File name under which it is downloaded once the file is stored; the sender's name before.
    /// Null if there is none.
    async fn file_name(&self) -> Option<String> {
        match self.0.state {
            AttachmentState::Here => Some(self.0.download_name()),
            _ => known(&self.0.file_name).map(str::to_owned),
        }
    }

    /// Media type detected from the content; null until the file is stored.
    async fn media_type(&self) -> Option<&str> {
        self.0.media_type.as_deref()
    }

    /// Size in bytes; the sender's claim until the file is stored.
    async fn size(&self) -> Option<i64> {
        self.0.size
    }

    /// Duration in seconds, as declared by the sender.
    async fn duration(&self) -> Option<i64> {
        self.0.duration
    }

    /// Text of a place, a contact, a poll or a sticker; null for other kinds.
    async fn about(&self) -> Option<&str> {
        known(&self.0.about)
    }

    /// Download URL for a signed-in browser, or with the token in `Authorization`; null until the
    /// file is stored.
    async fn url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let is_here = self.0.state == AttachmentState::Here;
        let url = format!("{}/attachments/{}", ctx.desk()?.public_url(), self.0.id);
        Ok(is_here.then_some(url))
    }

    /// Width in pixels, for a stored picture.
    async fn width(&self) -> Option<i64> {
        self.0.width
    }

    /// Height in pixels, for a stored picture.
    async fn height(&self) -> Option<i64> {
        self.0.height
    }
}
