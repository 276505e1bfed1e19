use async_graphql::{Context, Enum, ID, Object};

use super::List;
use super::attachment::AttachmentView;
use super::event::AuthorEnum;
use super::photo::PhotoView;
use super::written::Entry;
use super::{UserView, known, user};
use crate::app;
use crate::domain::{Author, Channel, Comment, CommentKind, Result};
use crate::graphql::RequestContext;
use crate::graphql::global_id::{NodeType, node_id};
use crate::graphql::scalars::InstantValue;

/// Direction of a comment.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "CommentKind", remote = "CommentKind")]
pub enum CommentKindEnum {
    /// Internal note: never shown to the customer.
    Internal,
    /// Message of an employee to the customer.
    ToCustomer,
    /// Message of the customer.
    FromCustomer,
}

/// Channel between a customer and the shop.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Channel", remote = "Channel")]
pub enum ChannelEnum {
    /// The Telegram bot's chat with the customer.
    Telegram,
    /// The MAX bot's chat with the customer.
    Max,
    /// A text message to the customer's phone.
    Sms,
    /// An e-mail to the customer.
    Email,
    /// The status page of the task.
    Page,
    /// Recorded by an employee (`agreeByPhone`).
    Phone,
}

pub struct CommentView(Comment);

impl From<Comment> for CommentView {
    fn from(comment: Comment) -> Self {
        Self(comment)
    }
}

impl Entry for CommentView {}

/// A comment on a task.
#[Object(name = "Comment", serial)]
impl CommentView {
    /// Global id of the object, for `node`.
    async fn node_id(&self) -> ID {
        node_id(NodeType::Comment, self.0.id.get())
    }

    /// Id of the comment, unique among comments.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// Direction of the comment; INTERNAL for a note.
    async fn kind(&self) -> CommentKindEnum {
        self.0.kind.into()
    }

    /// Author of the comment: an employee, the customer or the program.
    async fn author(&self) -> AuthorEnum {
        self.0.author.into()
    }

    /// The author, if an employee.
    async fn employee(&self, ctx: &Context<'_>) -> Result<Option<UserView>> {
        let Author::Staff(id) = self.0.author else {
            return Ok(None);
        };
        let employee = app::accounts::employee(ctx.desk()?, &ctx.actor()?, id).await?;
        Ok(employee.map(user))
    }

    /// Channel of a customer's message.
    async fn channel(&self) -> Option<ChannelEnum> {
        self.0.channel.map(Into::into)
    }

    /// Text of the comment; null when it has only attachments.
    async fn text(&self) -> Option<&str> {
        known(self.0.text.as_str())
    }

    /// The first picture among the attachments.
    async fn photo(&self) -> Option<PhotoView> {
        let mut all = self.0.attachments.iter();
        let picture = all.find(|attachment| attachment.is_picture());
        picture.cloned().map(PhotoView)
    }

    /// Attachments in the order in which they arrived.
    async fn attachments(&self) -> List<AttachmentView> {
        let all = self.0.attachments.clone();
        List::of(all.into_iter().map(AttachmentView))
    }

    /// Time of the comment.
    async fn time(&self) -> InstantValue {
        InstantValue(self.0.at)
    }

    /// Whether the customer awaits a reply to it.
    async fn open(&self) -> bool {
        self.0.is_open()
    }
}
