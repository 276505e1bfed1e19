//! The forms for comments and quotes on the task's page.

use warp::http::StatusCode;
use warp::reply::Response;

use super::one::show_with;
use super::task_id;
use crate::app;
use crate::domain::{
    Approval, Attachment, AttachmentState, Channel, Comment, CommentKind, Decision, Error, Message,
    Money, NewApproval, Result,
};
use crate::i18n;
use crate::store::Transaction;
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// The typed fields.
pub const TALK_FIELDS: &[&str] = &["comment", "askPrice", "askText"];

/// Typed contents of the forms, and their errors.
#[derive(Default)]
pub struct ConversationForm {
    pub comment: String,
    pub price: String,
    pub question: String,
    pub errors: Errors,
}

/// The last quote sent to the customer.
pub struct Question {
    pub text: String,
    pub what: String,
    pub open: bool,
    pub agreed: bool,
    pub declined: bool,
}

impl Question {
    pub fn of(approval: &Approval, texts: &Texts) -> Self {
        let when = approval.decided.unwrap_or(approval.asked);
        let how = match approval.channel {
            Some(Channel::Telegram) => texts.s("channel-telegram"),
            Some(Channel::Page) => texts.s("channel-page"),
            Some(Channel::Phone) => texts.s("channel-phone"),
            None => String::new(),
        };
        let args = [
            ("price", texts.money(approval.price)),
            ("when", texts.when(&when)),
            ("how", how),
        ];
        let id = match approval.decision {
            Decision::Asked => "ask-waiting",
            Decision::Agreed => "ask-agreed",
            Decision::Declined => "ask-declined",
            Decision::Withdrawn => "ask-withdrawn",
        };
        let what = approval.text.as_ref().map_or("", Message::as_str);
        Self {
            text: texts.with(id, args.map(|(name, value)| (name, value.into()))),
            what: what.to_owned(),
            open: approval.decision == Decision::Asked,
            agreed: approval.decision == Decision::Agreed,
            declined: approval.decision == Decision::Declined,
        }
    }
}

/// A comment as the timeline shows it.
pub struct TimelineMessage {
    pub text: String,
    /// Message id for the kind of comment.
    pub kind: &'static str,
    pub attachments: Vec<SentAttachment>,
    /// Whether the customer awaits a reply.
    pub open: bool,
}

/// An attachment: a picture, or a note with a file to download.
pub struct SentAttachment {
    pub id: i64,
    /// Displayed size, for a picture that browsers display.
    pub picture: Option<(i64, i64)>,
    pub note: String,
    pub is_here: bool,
    /// Notice about a file that isn't available.
    pub missing: Option<String>,
    pub is_waiting: bool,
}

impl SentAttachment {
    fn of(attachment: &Attachment, texts: &Texts) -> Self {
        let is_waiting = attachment.state == AttachmentState::Waiting;
        let missing = match (attachment.is_picture(), is_waiting, attachment.state) {
            (true, true, _) => Some("photo-waiting"),
            (false, true, _) => Some("attachment-waiting"),
            (true, _, AttachmentState::Lost) => Some("photo-lost"),
            _ if attachment.is_missing() => Some("attachment-lost"),
            _ => None,
        };
        let what = i18n::attachment(texts.language, attachment);
        Self {
            id: attachment.id.get(),
            picture: attachment.width.zip(attachment.height),
            note: texts.fill("attachment-sent", "what", what),
            is_here: attachment.state == AttachmentState::Here,
            missing: missing.map(|id| texts.s(id)),
            is_waiting,
        }
    }
}

impl TimelineMessage {
    pub fn of(comment: &Comment, texts: &Texts) -> Self {
        let attachments = comment.attachments.iter();
        Self {
            text: comment.text.as_str().to_owned(),
            kind: match comment.kind {
                CommentKind::Internal => "internal",
                CommentKind::ToCustomer => "ours",
                CommentKind::FromCustomer => "theirs",
            },
            attachments: attachments
                .map(|one| SentAttachment::of(one, texts))
                .collect(),
            open: comment.is_open(),
        }
    }
}

/// Returns the message id of a comment's heading.
pub fn heading(comment: &Comment) -> &'static str {
    match (comment.kind, comment.channel) {
        (CommentKind::Internal, _) => "event-comment",
        (CommentKind::ToCustomer, _) => "event-comment-shared",
        (CommentKind::FromCustomer, Some(Channel::Page)) => "event-answer-page",
        (CommentKind::FromCustomer, _) => "event-answer",
    }
}

/// Adds an internal note or a message to the customer, depending on the button.
pub async fn comment(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task) = (visit.actor()?, task_id(id)?);
    let (now, shared) = (visit.desk.clock.now(), visit.typed("to") == "customer");
    let mut draft = ConversationForm {
        comment: visit.typed("comment").to_owned(),
        ..ConversationForm::default()
    };
    let text = Message::parse("comment", &draft.comment);
    let Some(text) = draft.errors.take(text, &visit.texts)? else {
        return show_with(visit, id, StatusCode::UNPROCESSABLE_ENTITY, draft).await;
    };
    let post = visit.post();
    let say = move |tx: &Transaction<'_>| {
        let add = || {
            Ok(app::comments::add(tx, &actor, task, shared, &text, now)?
                .id
                .get())
        };
        app::posts::once(tx, post, now, add)
    };
    visit.desk.db.write(say).await?;
    let said = if shared { "?said=message" } else { "" };
    Ok(visit.go(&format!("/tasks/{id}{said}")))
}

/// Marks the customer's messages as needing no answer.
pub async fn settle(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task, now) = (visit.actor()?, task_id(id)?, visit.desk.clock.now());
    let settle = move |tx: &Transaction<'_>| app::comments::settle(tx, &actor, task, now);
    visit.desk.db.write(settle).await?;
    Ok(visit.go(&format!("/tasks/{id}")))
}

/// Sends a quote to the customer.
pub async fn ask(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task, now) = (visit.actor()?, task_id(id)?, visit.desk.clock.now());
    let mut draft = ConversationForm {
        price: visit.typed("askPrice").to_owned(),
        question: visit.typed("askText").to_owned(),
        ..ConversationForm::default()
    };
    let (texts, currency) = (&visit.texts, visit.desk.shop.currency);
    let price = Money::parse("askPrice", draft.price.trim(), currency);
    let price = draft.errors.take(price, texts)?;
    let text = match draft.question.trim() {
        "" => Ok(None),
        text => Message::parse("askText", text).map(Some),
    };
    let text = draft.errors.take(text, texts)?;
    let (Some(price), Some(text)) = (price, text) else {
        return show_with(visit, id, StatusCode::UNPROCESSABLE_ENTITY, draft).await;
    };
    let new = NewApproval {
        price: Some(price),
        text,
        expected_version: visit.typed("version").parse().ok(),
    };
    let post = visit.post();
    let ask = move |tx: &Transaction<'_>| {
        let ask = || {
            Ok(app::approvals::ask(tx, &actor, task, &new, now)?
                .task
                .id
                .get())
        };
        app::posts::once(tx, post, now, ask)
    };
    match visit.desk.db.write(ask).await {
        Ok(_) => Ok(visit.go(&format!("/tasks/{id}?said=price"))),
        // The typed text is kept; the page shows the task's current state.
        Err(Error::Conflict(conflict)) => {
            let text = crate::i18n::conflict(texts.language, &conflict);
            draft.errors.add_text("askPrice", text);
            show_with(visit, id, StatusCode::CONFLICT, draft).await
        }
        Err(error) => Err(error),
    }
}

/// Withdraws the open quote.
pub async fn withdraw(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task, now) = (visit.actor()?, task_id(id)?, visit.desk.clock.now());
    let withdraw = move |tx: &Transaction<'_>| app::approvals::take_back(tx, &actor, task, now);
    visit.desk.db.write(withdraw).await?;
    Ok(visit.go(&format!("/tasks/{id}")))
}
