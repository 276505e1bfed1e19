//! The customer's status page: progress, quotes and messages to the shop, by link and without
//! signing in.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::bill::Bill;
use super::form::Errors;
use super::tasks::SentAttachment;
use super::visit::Visit;
use super::{attachments, logo};
use crate::app::answers;
use crate::app::posts;
use crate::app::status_links::{self, Followed};
use crate::domain::{
    Approval, ApprovalId, Attachment, AttachmentId, CommentKind, Decision, Error, Message, Money,
    Result, Status,
};
use crate::i18n;
use crate::store::Transaction;
use crate::web::text::Texts;

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage<'a> {
    visit: &'a Visit,
    token: &'a str,
    /// Address of the logo.
    logo: Option<String>,
    seen: i64,
    number: i64,
    status: Status,
    wording: String,
    facts: Vec<(String, String)>,
    /// Works and parts; empty for a task without lines.
    bill: Bill,
    /// Price, what was paid and what is due, each with its label.
    sums: Vec<(String, String)>,
    asked: Option<Question>,
    talk: Vec<PageMessage>,
    /// Statuses with their times, newest first.
    statuses: Vec<(String, String)>,
    /// URL of the bot, if it is known.
    telegram: Option<String>,
    /// The same for the bot at MAX.
    max: Option<String>,
    /// Typed text, and its errors.
    text: &'a str,
    errors: Errors,
}

/// A quote, with the customer's decision if there is one.
struct Question {
    id: i64,
    price: String,
    /// The lines of the quote.
    bill: Bill,
    text: String,
    /// Whether the quote awaits a decision.
    open: bool,
    answer: Option<String>,
}

/// A message with its author and time.
struct PageMessage {
    mine: bool,
    /// Descriptions of the customer's attachments, whose files are visible to staff only.
    sent: Vec<String>,
    /// The shop's files.
    files: Vec<SentAttachment>,
    text: String,
    line: String,
}

/// The page for every invalid link. It doesn't reveal the reason.
#[derive(Template)]
#[template(path = "no-status.html")]
struct NoStatusPage<'a> {
    visit: &'a Visit,
}

pub async fn show(visit: &Visit, token: &str) -> Result<Response> {
    visit.desk.limits.look(visit.address)?;
    show_with(visit, token, StatusCode::OK, Errors::default()).await
}

/// Responds to an unknown path below a status link.
pub fn nowhere(visit: &Visit) -> Result<Response> {
    visit.desk.limits.look(visit.address)?;
    gone(visit)
}

fn gone(visit: &Visit) -> Result<Response> {
    visit.page_as(StatusCode::NOT_FOUND, &NoStatusPage { visit })
}

async fn show_with(
    visit: &Visit,
    token: &str,
    status: StatusCode,
    errors: Errors,
) -> Result<Response> {
    let (desk, now) = (&visit.desk, visit.desk.clock.now());
    let (links, asked) = (desk.links(), token.to_owned());
    let follow = move |c: &_| {
        let followed = status_links::follow(c, &links, &asked, now)?;
        Ok((followed, logo::address_in(c)?))
    };
    match desk.db.read(follow).await {
        Ok((followed, logo)) => {
            let page = StatusPage::new(visit, token, &followed, logo, errors);
            visit.page_as(status, &page)
        }
        Err(Error::NotFound) => gone(visit),
        Err(error) => Err(error),
    }
}

/// Serves a file that the shop has sent.
pub async fn file(visit: &Visit, token: &str, id: &str) -> Result<Response> {
    let (desk, now) = (&visit.desk, visit.desk.clock.now());
    desk.limits.look(visit.address)?;
    let id = AttachmentId::parse("id", id).map_err(|_| Error::NotFound)?;
    let (links, asked) = (desk.links(), token.to_owned());
    let read = move |c: &_| status_links::file(c, &links, &asked, id, now);
    match desk.db.read(read).await {
        Ok(stored) => attachments::to_customer(stored),
        Err(Error::NotFound) => gone(visit),
        Err(error) => Err(error),
    }
}

/// Stores a message to the shop.
pub async fn post_message(visit: &Visit, token: &str) -> Result<Response> {
    let (desk, now) = (&visit.desk, visit.desk.clock.now());
    desk.limits.look(visit.address)?;
    let (links, to) = (desk.links(), token.to_owned());
    let said = match Message::parse("text", visit.typed("text")) {
        Ok(text) => {
            let form = visit.post();
            let work = move |tx: &Transaction<'_>| {
                let post = || Ok(answers::post(tx, &links, &to, &text, now)?.get());
                posts::once(tx, form, now, post)
            };
            desk.db.write(work).await.map(drop)
        }
        Err(error) => Err(error),
    };
    done(visit, token, said).await
}

/// Accepts or declines a quote.
pub async fn decide(visit: &Visit, token: &str) -> Result<Response> {
    let (desk, now) = (&visit.desk, visit.desk.clock.now());
    desk.limits.look(visit.address)?;
    let id = ApprovalId::parse("approval", visit.typed("approval")).map_err(|_| Error::NotFound)?;
    let agreed = match visit.typed("answer") {
        "agree" => true,
        "decline" => false,
        _ => return Err(Error::NotFound),
    };
    let (links, of) = (desk.links(), token.to_owned());
    let decide =
        move |tx: &Transaction<'_>| answers::decide_on_page(tx, &links, &of, id, agreed, now);
    let decided = desk.db.write(decide).await;
    match decided.map(|approval| approval.decision) {
        Ok(Decision::Withdrawn) => {
            let mut errors = Errors::default();
            errors.add_text("approval", visit.texts.s("status-withdrawn"));
            show_with(visit, token, StatusCode::CONFLICT, errors).await
        }
        decided => done(visit, token, decided.map(drop)).await,
    }
}

/// Redirects to the page, or shows it again with the typed text and its errors.
async fn done(visit: &Visit, token: &str, done: Result<()>) -> Result<Response> {
    match done {
        Ok(()) => Ok(visit.go(&format!("/s/{token}"))),
        Err(Error::NotFound) => gone(visit),
        Err(error) => {
            let mut errors = Errors::default();
            errors.add(error, &visit.texts)?;
            show_with(visit, token, StatusCode::UNPROCESSABLE_ENTITY, errors).await
        }
    }
}

impl<'a> StatusPage<'a> {
    fn new(
        visit: &'a Visit,
        token: &'a str,
        task: &Followed,
        logo: Option<String>,
        errors: Errors,
    ) -> Self {
        let texts = &visit.texts;
        let sum = |sum: Option<Money>| sum.map(|sum| texts.money(sum));
        let said = task.comments.iter().map(|comment| {
            let mine = comment.kind == CommentKind::FromCustomer;
            let attachments = comment.attachments.iter();
            let (theirs, ours): (Vec<_>, Vec<_>) = attachments.partition(|_| mine);
            let who = if mine { "status-you" } else { "status-shop" };
            PageMessage {
                mine,
                sent: theirs.into_iter().map(|one| sent(one, texts)).collect(),
                files: ours
                    .into_iter()
                    .map(|one| SentAttachment::of(one, comment.kind, texts))
                    .collect(),
                text: comment.text.as_str().to_owned(),
                line: format!("{} · {}", texts.s(who), texts.when(&comment.at)),
            }
        });
        Self {
            visit,
            token,
            logo,
            seen: task.seen,
            number: task.id.get(),
            status: task.stage.status,
            wording: texts.wording(&task.stage),
            facts: texts.known([
                ("task-device", Some(task.device.clone())),
                ("task-due", task.due.map(|day| texts.date(&day))),
                ("task-estimate", sum(task.estimate)),
                ("status-phone", task.masked_phone.clone()),
            ]),
            bill: Bill::of_lines(
                task.lines.iter().map(|line| &line.content),
                task.discount,
                texts,
            ),
            sums: texts.known([
                (
                    if task.lines.is_empty() {
                        "task-price"
                    } else {
                        "lines-total"
                    },
                    sum(task.price),
                ),
                ("task-paid", sum(task.paid)),
                ("paper-to-pay", sum(task.to_pay)),
            ]),
            asked: task.approval.as_ref().map(|asked| question(asked, texts)),
            talk: said.collect(),
            statuses: statuses(task, texts),
            telegram: visit.desk.bot_url(token),
            max: visit.desk.max_url(token),
            text: visit.typed("text"),
            errors,
        }
    }
}

/// Describes an attachment that the customer sent, and whether the shop has it.
fn sent(attachment: &Attachment, texts: &Texts) -> String {
    let what = i18n::attachment(texts.language, attachment);
    let line = match attachment.is_picture() {
        true => texts.s("photo-sent"),
        false => texts.fill("attachment-yours", "what", what),
    };
    match attachment.is_missing() {
        true => format!("{line}. {}", texts.s("attachment-not-received")),
        false => line,
    }
}

/// Returns the task's past statuses, newest first, beginning with the text of the current stage.
fn statuses(task: &Followed, texts: &Texts) -> Vec<(String, String)> {
    let mut all = task.statuses.clone();
    let (now, wording) = (texts.when(&task.since), texts.wording(&task.stage));
    let said = texts.status(&task.stage.status) == wording;
    all.retain(|(_, at)| said || *at != task.since);
    let lines = all.iter();
    let lines = lines.map(|(status, at)| (texts.status(status), texts.when(at)));
    let newest = (!said).then_some((wording, now));
    newest.into_iter().chain(lines).collect()
}

fn question(asked: &Approval, texts: &Texts) -> Question {
    let answer = match asked.decision {
        Decision::Agreed => Some("status-agreed"),
        Decision::Declined => Some("status-declined"),
        Decision::Asked | Decision::Withdrawn => None,
    };
    let when = asked.decided.map(|at| texts.when(&at)).unwrap_or_default();
    Question {
        id: asked.id.get(),
        price: texts.money(asked.price),
        bill: Bill::of_quote(&asked.lines, asked.discount, texts),
        text: asked.shown_text().map_or("", Message::as_str).to_owned(),
        open: asked.decision == Decision::Asked,
        answer: answer.map(|id| texts.fill(id, "when", when)),
    }
}
