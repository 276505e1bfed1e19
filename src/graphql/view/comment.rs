use async_graphql::{Context, Enum, ID, Object};

use super::List;
use super::attachment::AttachmentView;
use super::event::AuthorEnum;
use super::photo::PhotoView;
use super::written::Entry;
use super::{UserView, user};
use crate::app;
use crate::domain::{Author, Channel, Comment, CommentKind, Result};
use crate::graphql::Asked;

/// Who says it to whom.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "CommentKind", remote = "CommentKind")]
pub enum CommentKindEnum {
    /// For colleagues: the customer never sees it.
    Internal,
    ToCustomer,
    FromCustomer,
}

/// By which way a customer reaches the shop.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Channel", remote = "Channel")]
pub enum ChannelEnum {
    Telegram,
    /// The page of the task, by its link.
    Page,
}

pub struct CommentView(Comment);

impl From<Comment> for CommentView {
    fn from(comment: Comment) -> Self {
        Self(comment)
    }
}

impl Entry for CommentView {}

/// Something that was said about a task.
#[Object(name = "Comment", serial)]
impl CommentView {
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    async fn kind(&self) -> CommentKindEnum {
        self.0.kind.into()
    }

    async fn author(&self) -> AuthorEnum {
        self.0.author.into()
    }

    /// The employee who said it, where one did.
    async fn employee(&self, ctx: &Context<'_>) -> Result<Option<UserView>> {
        let Author::Staff(id) = self.0.author else {
            return Ok(None);
        };
        let employee = app::accounts::employee(ctx.desk()?, &ctx.actor()?, id).await?;
        Ok(employee.map(user))
    }

    /// How it came, where the customer said it.
    async fn channel(&self) -> Option<ChannelEnum> {
        self.0.channel.map(Into::into)
    }

    /// Empty where something else came without words.
    async fn text(&self) -> &str {
        self.0.text.as_str()
    }

    /// The picture that came with it, the first one of an album.
    async fn photo(&self) -> Option<PhotoView> {
        let mut all = self.0.attachments.iter();
        let picture = all.find(|attachment| attachment.is_picture());
        picture.cloned().map(PhotoView)
    }

    /// What came with it besides words, in the order in which it came.
    #[graphql(complexity = "10 * child_complexity")]
    async fn attachments(&self) -> List<AttachmentView> {
        let all = self.0.attachments.clone();
        List::of(all.into_iter().map(AttachmentView))
    }

    /// RFC 3339 in UTC.
    async fn time(&self) -> String {
        self.0.at.to_string()
    }

    /// Whether the customer waits for an answer to it.
    async fn open(&self) -> bool {
        self.0.is_open()
    }
}
