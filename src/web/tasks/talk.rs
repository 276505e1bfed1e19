//! The forms of the conversation on the task's page: comments and quotes.

use warp::http::StatusCode;
use warp::reply::Response;

use super::one::show_with;
use super::task_id;
use crate::app;
use crate::domain::{
    Attachment, AttachmentState, CommentKind, Error, Message, Money, NewApproval, NewFile, Problem,
    Purpose, Result,
};
use crate::i18n;
use crate::store::Transaction;
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// The typed fields.
pub const TALK_FIELDS: &[&str] = &["comment", FILES, "askPrice", "askText", "agreeNote"];

/// Name of the field of files.
pub const FILES: &str = "files";
/// Maximum size of all files of a message, in MiB.
pub const MESSAGE: usize = 16;

/// Typed contents of the forms, and their errors.
#[derive(Default)]
pub struct ConversationForm {
    pub comment: String,
    /// Whether it is a note among colleagues.
    pub internal: bool,
    pub price: String,
    pub question: String,
    /// Note on what the customer agreed to by phone.
    pub agreed: String,
    pub errors: Errors,
}

/// An attachment: a picture, or a note with a file to download.
pub struct SentAttachment {
    pub id: i64,
    /// Text that stands for the picture.
    pub alt: String,
    /// Displayed size, for a picture that browsers display.
    pub picture: Option<(i64, i64)>,
    pub note: String,
    pub is_here: bool,
    /// Notice about a file that isn't available.
    pub missing: Option<String>,
    pub is_waiting: bool,
}

impl SentAttachment {
    /// Describes an attachment of a comment of that kind.
    pub fn of(attachment: &Attachment, kind: CommentKind, texts: &Texts) -> Self {
        let (alt, note) = match kind {
            CommentKind::FromCustomer => ("photo-alt", "attachment-sent"),
            CommentKind::Internal | CommentKind::ToCustomer => ("photo-of-shop", "attachment-ours"),
        };
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
            alt: texts.s(alt),
            note: texts.fill(note, "what", what),
            is_here: attachment.state == AttachmentState::Here,
            missing: missing.map(|id| texts.s(id)),
            is_waiting,
        }
    }
}

/// Adds an internal note or a message to the customer, as the switch says, with files.
pub async fn comment(visit: &Visit, id: &str) -> Result<Response> {
    say(visit, id, visit.typed("to") == "customer").await
}

/// Adds photos as an internal note.
pub async fn add_photos(visit: &Visit, id: &str) -> Result<Response> {
    say(visit, id, false).await
}

async fn say(visit: &Visit, id: &str, shared: bool) -> Result<Response> {
    let (actor, task, now) = (visit.actor()?, task_id(id)?, visit.desk.clock.now());
    let mut draft = ConversationForm {
        comment: visit.typed("comment").to_owned(),
        internal: !shared,
        ..ConversationForm::default()
    };
    let files = draft.errors.take(files(visit), &visit.texts)?;
    // A photo may be a note without words; what goes to a customer needs some.
    let text = match &files {
        Some(files) if !shared && !files.is_empty() && draft.comment.trim().is_empty() => {
            Ok(Message::wordless())
        }
        _ => Message::parse("comment", &draft.comment),
    };
    let text = draft.errors.take(text, &visit.texts)?;
    let (Some(text), Some(files)) = (text, files) else {
        return show_with(visit, id, StatusCode::UNPROCESSABLE_ENTITY, draft).await;
    };
    let (post, desk) = (visit.post(), visit.desk.clone());
    let say = move |tx: &Transaction<'_>| {
        let add = || {
            let routing = desk.routing();
            let to = shared.then_some(&routing);
            let said = (&text, &*files);
            let comment = app::comments::add_files(tx, &actor, task, to, said, now)?;
            let row = app::tasks::get(tx, &actor, task)?;
            if shared
                && desk
                    .unreachable(row.customer.as_deref(), Purpose::Message)
                    .is_some()
            {
                // The page offers the message with the link, to be sent in another way.
                app::status_links::make(tx, &actor, &desk.links(), task, now)?;
            }
            Ok(comment.id.get())
        };
        app::posts::once(tx, post, now, add)
    };
    visit.desk.db.write(say).await?;
    let said = if shared { "?said=message" } else { "" };
    Ok(visit.go(&format!("/tasks/{id}{said}")))
}

/// Parses the files of the form.
fn files(visit: &Visit) -> Result<Vec<NewFile>> {
    let sent = visit.files(FILES);
    if sent.clone().next().is_none() {
        return Ok(Vec::new());
    }
    NewFile::check_count(FILES, sent.clone().count())?;
    sent.map(|file| NewFile::parse(FILES, &file.name, file.bytes.to_vec()))
        .collect()
}

/// Rejects a message whose files were cut off.
pub async fn files_too_large(visit: &Visit, id: &str) -> Result<Response> {
    visit.actor()?;
    let mut draft = ConversationForm::default();
    let problem = Problem::FilesTooLarge { mib: MESSAGE };
    draft.errors.add(problem.at(FILES).into(), &visit.texts)?;
    show_with(visit, id, StatusCode::PAYLOAD_TOO_LARGE, draft).await
}

/// Marks the customer's messages as needing no answer.
pub async fn settle(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task, now) = (visit.actor()?, task_id(id)?, visit.desk.clock.now());
    let settle = move |tx: &Transaction<'_>| app::comments::settle(tx, &actor, task, now);
    visit.desk.db.write(settle).await?;
    let own = format!("/tasks/{id}");
    let back = visit.sent("back").unwrap_or(&own);
    Ok(visit.go(visit.safe_path(Some(back))))
}

/// Sends a quote to the customer.
pub async fn ask(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task, now) = (visit.actor()?, task_id(id)?, visit.desk.clock.now());
    let mut draft = ConversationForm {
        price: visit.typed("askPrice").to_owned(),
        question: visit.typed("askText").to_owned(),
        ..ConversationForm::default()
    };
    let (texts, currency) = (&visit.texts, visit.desk.shop().currency);
    // The price of a task with lines is their sum, which the form doesn't ask for.
    let price = visit.sent("askPrice");
    let price = price.map(|price| Money::parse("askPrice", price.trim(), currency));
    let price = draft.errors.take_some(price, texts)?;
    let text = match draft.question.trim() {
        "" => Ok(None),
        text => Message::parse("askText", text).map(Some),
    };
    let text = draft.errors.take(text, texts)?;
    let (Some(text), false) = (text, draft.errors.any()) else {
        return show_with(visit, id, StatusCode::UNPROCESSABLE_ENTITY, draft).await;
    };
    let new = NewApproval {
        price,
        text,
        expected_version: visit.typed("version").parse().ok(),
    };
    let (post, shop) = (visit.post(), visit.desk.shop());
    let ask = move |tx: &Transaction<'_>| {
        let ask = || {
            Ok(app::approvals::ask(tx, &shop, &actor, task, &new, now)?
                .task
                .id
                .get())
        };
        app::posts::once(tx, post, now, ask)
    };
    match visit.desk.db.write(ask).await {
        Ok(_) => Ok(visit.go(&format!("/tasks/{id}?said=price"))),
        Err(error) => refused(visit, id, draft, "askPrice", error).await,
    }
}

/// Shows the page with its current state, the typed text, and why nothing was saved.
async fn refused(
    visit: &Visit,
    id: &str,
    mut draft: ConversationForm,
    field: &'static str,
    error: Error,
) -> Result<Response> {
    let (language, status) = (visit.texts.language, StatusCode::UNPROCESSABLE_ENTITY);
    let (text, status) = match error {
        Error::Conflict(conflict) => (i18n::conflict(language, &conflict), StatusCode::CONFLICT),
        Error::Invalid(invalid) => (i18n::invalid(language, &invalid), status),
        error => return Err(error),
    };
    draft.errors.add_text(field, text);
    show_with(visit, id, status, draft).await
}

/// Records that the customer agreed by phone.
pub async fn agree(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task, now) = (visit.actor()?, task_id(id)?, visit.desk.clock.now());
    let mut draft = ConversationForm {
        agreed: visit.typed("agreeNote").to_owned(),
        ..ConversationForm::default()
    };
    let note = match draft.agreed.trim() {
        "" => Ok(None),
        note => Message::parse("agreeNote", note).map(Some),
    };
    let Some(note) = draft.errors.take(note, &visit.texts)? else {
        return show_with(visit, id, StatusCode::UNPROCESSABLE_ENTITY, draft).await;
    };
    let version = visit.typed("version").parse().ok();
    let post = visit.post();
    let agree = move |tx: &Transaction<'_>| {
        let agree = || {
            let note = note.as_ref();
            let row = app::approvals::agree_by_phone(tx, &actor, task, note, version, now)?;
            Ok(row.task.id.get())
        };
        app::posts::once(tx, post, now, agree)
    };
    match visit.desk.db.write(agree).await {
        Ok(_) => Ok(visit.go(&format!("/tasks/{id}"))),
        Err(error) => refused(visit, id, draft, "agreeNote", error).await,
    }
}

/// Withdraws the open quote.
pub async fn withdraw(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task, now) = (visit.actor()?, task_id(id)?, visit.desk.clock.now());
    let withdraw = move |tx: &Transaction<'_>| app::approvals::take_back(tx, &actor, task, now);
    visit.desk.db.write(withdraw).await?;
    Ok(visit.go(&format!("/tasks/{id}")))
}
