use async_graphql::{Context, Enum, ID, Object};

use crate::domain::{Attachment, AttachmentState, Result};
use crate::graphql::RequestContext;

/// State of a picture.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "PhotoState")]
pub enum PhotoStateEnum {
    /// Waiting to be downloaded from Telegram.
    Waiting,
    /// The picture is stored and can be downloaded.
    Here,
    /// The download failed, the file is no picture, or it was rejected.
    Lost,
}

impl From<AttachmentState> for PhotoStateEnum {
    fn from(state: AttachmentState) -> Self {
        match state {
            AttachmentState::Waiting => Self::Waiting,
            AttachmentState::Here => Self::Here,
            AttachmentState::Lost | AttachmentState::Noted => Self::Lost,
        }
    }
}

/// An attachment that is a picture.
pub struct PhotoView(pub Attachment);

/// A picture that the customer or an employee sent.
#[Object(name = "Photo", serial)]
impl PhotoView {
    /// Id of the attachment that the picture is, unique among attachments.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// State of the file: stored, awaited or missing.
    async fn state(&self) -> PhotoStateEnum {
        self.0.state.into()
    }

    /// URL for a signed-in browser, or with the token in `Authorization`; null until the picture is
    /// stored.
    async fn url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let (is_here, id) = (self.0.state == AttachmentState::Here, self.0.id);
        let url = format!("{}/photos/{id}", ctx.desk()?.public_url());
        Ok(is_here.then_some(url))
    }

    /// Width in pixels; null until the picture is stored.
    async fn width(&self) -> Option<i64> {
        self.0.width
    }

    /// Height in pixels; null until the picture is stored.
    async fn height(&self) -> Option<i64> {
        self.0.height
    }
}
