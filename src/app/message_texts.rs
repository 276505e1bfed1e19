//! The texts of messages to customers: the owner's changes of them, and what a message is rendered from. The wording of
//! the texts that a shop begins with, and the rendering, are in [`i18n`](crate::i18n).

use jiff::Timestamp;

use super::status_links::{self, Links};
use crate::domain::{
    Actor, AuditAction, Day, Decision, Error, Language, Message, MessageFacts, MessageForm,
    MessageOccasion, MessagePurpose, MessageTemplate, MessageTextKey, MessageTexts,
    MessageVariable, Notice, Owner, Result, Shop, Span, Stage, StoredMessageText, TaskFilter,
    TaskId, TaskOrder,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Occasions of a shop, each with its stage for a message about the status: the stages of which customers are notified,
/// and then the others.
pub fn occasions(
    connection: &Connection,
    _: &Owner,
) -> Result<Vec<(MessageOccasion, Option<Stage>)>> {
    let stages = store::stages::all(connection)?.into_iter();
    let told = stages.filter(|stage| stage.told);
    let told = told.map(|stage| (MessageOccasion::Stage(stage.id), Some(stage)));
    let single = MessageOccasion::SINGLE.map(|occasion| (occasion, None));
    Ok(told.chain(single).collect())
}

/// Returns the stage of an occasion, for a message about the status.
///
/// # Errors
/// [`Error::NotFound`] when the stage isn't there.
pub fn stage_of(
    connection: &Connection,
    _: &Owner,
    occasion: MessageOccasion,
) -> Result<Option<Stage>> {
    match occasion.stage() {
        Some(id) => Ok(Some(
            store::stages::get(connection, id)?.ok_or(Error::NotFound)?,
        )),
        None => Ok(None),
    }
}

/// Returns the texts that were changed.
pub fn changed(connection: &Connection, _: &Owner) -> Result<Vec<StoredMessageText>> {
    store::message_texts::all(connection)
}

/// Returns a text, if it was changed.
pub fn get(
    connection: &Connection,
    _: &Owner,
    key: MessageTextKey,
) -> Result<Option<MessageTemplate>> {
    store::message_texts::get(connection, key)
}

/// Returns the texts of an occasion that count; `usual` are those that count without an owner's.
pub fn texts(
    connection: &Connection,
    owner: &Owner,
    occasion: MessageOccasion,
    usual: &[MessageTemplate; MessageTexts::COUNT],
) -> Result<MessageTexts> {
    let mut texts = MessageTexts::default();
    for ((text, key), usual) in texts.0.iter_mut().zip(occasion.keys()).zip(usual) {
        *text = Some(get(connection, owner, key)?.unwrap_or_else(|| usual.clone()));
    }
    Ok(texts)
}

/// Changes a text; `None`, or the `usual` one, restores the program's own.
///
/// # Errors
/// As for [`stage_of`].
pub fn set(
    tx: &Transaction,
    owner: &Owner,
    key: MessageTextKey,
    text: Option<&MessageTemplate>,
    usual: &MessageTemplate,
    now: Timestamp,
) -> Result<()> {
    let stage = stage_of(tx, owner, key.occasion)?;
    let before = store::message_texts::get(tx, key)?;
    let after = text.filter(|text| *text != usual);
    if before.as_ref() == after {
        return Ok(());
    }
    match after {
        Some(text) => store::message_texts::set(tx, key, text)?,
        None => store::message_texts::delete(tx, key)?,
    }
    let name = stage.as_ref().map(|stage| stage.name.as_str());
    let name = name.unwrap_or(key.occasion.purpose().word());
    let subject = format!("{name}, {}, {}", key.language.tag(), key.form.word());
    let values = [before.as_ref(), after].map(|text| text.map(MessageTemplate::as_str));
    let action = AuditAction::MessageTextChanged;
    store::audit::insert(tx, owner.id(), action, &subject, values, now)
}

/// What a message is rendered from: the owner's text, if there is one, and what is known.
pub struct Prepared {
    pub own: Option<MessageTemplate>,
    pub facts: MessageFacts,
}

/// Returns what a notice is rendered from; `None` when there is nothing to say any more. A task whose message has a link
/// gets one, if it has none yet.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn prepare(
    tx: &Transaction,
    links: &Links,
    shop: &Shop,
    notice: Notice,
    (language, form): (Language, MessageForm),
    now: Timestamp,
) -> Result<Option<Prepared>> {
    let Some(row) = store::tasks::get(tx, notice.task())? else {
        return Ok(None);
    };
    let Some(mut facts) = facts_of_notice(tx, shop, &row, notice, now)? else {
        return Ok(None);
    };
    let occasion = match notice {
        Notice::StatusChanged { .. } => facts
            .stage
            .as_ref()
            .map(|stage| MessageOccasion::Stage(stage.id)),
        Notice::Comment { .. } => Some(MessageOccasion::Comment),
        Notice::Approval { .. } => Some(MessageOccasion::Quote),
        Notice::Reminder { .. } => Some(MessageOccasion::Reminder),
    };
    let key = occasion.map(|occasion| MessageTextKey {
        occasion,
        language,
        form,
    });
    let own = key.map(|key| store::message_texts::get(tx, key));
    let own = own.transpose()?.flatten();
    // The short texts of the program have a link, so that they fit into one SMS.
    let has_link = match &own {
        Some(own) => own.has(MessageVariable::Link),
        None => form == MessageForm::Short,
    };
    if has_link || facts.has_files {
        facts.link = status_links::make_for_message(tx, links, &row.task, now)?;
    }
    Ok(Some(Prepared { own, facts }))
}

/// Returns the status link of a notice's task, which gets one, if it has none yet; `None` when it is closed for too long.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn link(
    tx: &Transaction,
    links: &Links,
    notice: Notice,
    now: Timestamp,
) -> Result<Option<String>> {
    match store::tasks::get(tx, notice.task())? {
        Some(row) => status_links::make_for_message(tx, links, &row.task, now),
        None => Ok(None),
    }
}

fn facts_of_notice(
    connection: &Connection,
    shop: &Shop,
    row: &TaskRow,
    notice: Notice,
    now: Timestamp,
) -> Result<Option<MessageFacts>> {
    let of = |purpose| facts(connection, shop, row, purpose, now);
    Ok(match notice {
        Notice::StatusChanged { to, to_stage, .. } => {
            // The stage is unknown for notices written before stages existed, and once it is
            // deleted.
            let stage = to_stage.map(|stage| store::stages::get(connection, stage));
            let facts = of(MessagePurpose::Status)?;
            match stage.transpose()?.flatten() {
                Some(stage) if !stage.told => None,
                Some(stage) => Some(facts.in_stage(stage)),
                None => Some(MessageFacts {
                    status: to,
                    stage: None,
                    ..facts
                }),
            }
        }
        Notice::Comment { comment, .. } => match store::comments::get(connection, comment)? {
            Some(comment) => Some(MessageFacts {
                text: comment.text.as_str().to_owned(),
                has_files: !comment.attachments.is_empty(),
                ..of(MessagePurpose::Comment)?
            }),
            None => None,
        },
        Notice::Reminder { .. } if row.task.ready.is_none() => None,
        Notice::Reminder { .. } => Some(of(MessagePurpose::Reminder)?),
        Notice::Approval { approval, .. } => {
            let asked = store::approvals::get(connection, approval)?;
            match asked.filter(|asked| asked.decision == Decision::Asked) {
                Some(asked) => {
                    let text = asked.text.as_ref().map_or("", Message::as_str).to_owned();
                    Some(MessageFacts {
                        sum: Some(asked.price),
                        text,
                        lines: asked.lines,
                        discount: asked.discount,
                        ..of(MessagePurpose::Quote)?
                    })
                }
                None => None,
            }
        }
    })
}

/// Returns what is known of a task in its current stage.
fn facts(
    connection: &Connection,
    shop: &Shop,
    row: &TaskRow,
    purpose: MessagePurpose,
    now: Timestamp,
) -> Result<MessageFacts> {
    let id = row.task.id;
    let details = store::details::of_tasks(connection, &[id])?.remove(&id);
    let day = |at| Day::of(at, &shop.timezone);
    let since = row.task.ready.map(day);
    let details = details.unwrap_or_default();
    let facts = MessageFacts::of(purpose, &row.task, &details, day(now), since);
    Ok(facts.in_stage(row.stage.as_ref().clone()))
}

/// Returns what a message about a task would be rendered from, for a preview: the newest quote or message of the task
/// counts, if there is one.
///
/// # Errors
/// [`Error::NotFound`] for a task or a stage that isn't there.
pub fn preview(
    connection: &Connection,
    owner: &Owner,
    links: &Links,
    shop: &Shop,
    (occasion, task): (MessageOccasion, TaskId),
    now: Timestamp,
) -> Result<MessageFacts> {
    let row = store::tasks::get(connection, task)?.ok_or(Error::NotFound)?;
    let mut facts = facts(connection, shop, &row, occasion.purpose(), now)?;
    if let Some(stage) = stage_of(connection, owner, occasion)? {
        facts = facts.in_stage(stage);
    }
    if occasion == MessageOccasion::Quote
        && let Some(asked) = store::approvals::of_tasks(connection, &[task])?.pop()
    {
        facts.sum = Some(asked.price);
        facts.text = asked.text.as_ref().map_or("", Message::as_str).to_owned();
        (facts.lines, facts.discount) = (asked.lines, asked.discount);
    }
    if occasion == MessageOccasion::Reminder {
        facts.since = facts.since.or(Some(Day::of(now, &shop.timezone)));
    }
    let generation = store::status_links::generations(connection, &[task])?.remove(&task);
    facts.link = generation.and_then(|generation| links.url(&row.task, generation, now));
    Ok(facts)
}

/// Returns the newest task of the shop, for a preview.
pub fn newest_task(connection: &Connection, _: &Actor) -> Result<Option<TaskId>> {
    let (all, order) = (TaskFilter::default(), TaskOrder::Newest);
    let rows = store::tasks::page(connection, &all, order, Span::first(None, 1))?;
    Ok(rows.first().map(|row| row.task.id))
}
