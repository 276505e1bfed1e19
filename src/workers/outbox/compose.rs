//! Composition of a message when it is claimed, for the channel by which it goes.

use jiff::Timestamp;

use super::{StaffTexts, say, settle};
use crate::app::{demo_shop, routes};
use crate::channels::Outbound;
use crate::domain::{
    Channel, ChatLink, Content, Customer, Day, Messenger, Notice, NoticeFault, Outgoing, Reason,
    Result, Shop, is_given_up,
};
use crate::store::{self, Transaction};

/// What messages are composed from, besides the database.
pub(super) struct Context<'a> {
    pub shop: &'a Shop,
    pub words: &'a StaffTexts,
    pub now: Timestamp,
}

/// Returns the message of a row, which is claimed with it; `None` for a row that was deleted, is dead or goes by another
/// channel.
pub(super) fn message(
    tx: &Transaction,
    context: &Context<'_>,
    row: &Outgoing,
) -> Result<Option<Outbound>> {
    let now = context.now;
    let message = match (&row.content, row.chat) {
        (Content::Reply(reply), Some(chat)) => Some(Outbound::Chat(chat, reply.clone())),
        (Content::Staff(news), Some(chat)) => {
            let text = context.words.find(tx, chat, *news, now)?;
            text.map(|reply| Outbound::Chat(chat, reply))
        }
        (Content::Notice(notice), _) => match addressee(tx, context, row, *notice)? {
            Addressee::Customer(customer) => {
                if let Some(until) = quiet_until(context, row) {
                    store::outbox::set_waiting(tx, row.id, until)?;
                    return Ok(None);
                }
                if let Some(fault) = fault(tx, context, row, &customer)? {
                    let why = (Reason::Refused, fault.word());
                    settle::refused(tx, context.shop, row, why, now)?;
                    return Ok(None);
                }
                notice_to(tx, context, row, *notice, &customer)?
            }
            Addressee::Nobody => None,
            Addressee::Elsewhere => return Ok(None),
        },
        (Content::Unreadable | Content::Reply(_) | Content::Staff(_), _) => {
            store::outbox::set_dead(tx, row.id, Reason::Refused, "unreadable", now)?;
            return Ok(None);
        }
    };
    let Some(mut message) = message else {
        store::outbox::delete(tx, row.id)?;
        return Ok(None);
    };
    if is_given_up(row.created, now) {
        store::outbox::set_dead(tx, row.id, Reason::Expired, "", now)?;
        return Ok(None);
    }
    let mut chat = None;
    if let Outbound::Chat(to, reply) = &mut message {
        reply.no_preview = context.words.name_the_desk(&reply.text);
        chat = Some(*to);
    }
    store::outbox::set_sending(tx, row.id, chat)?;
    Ok(Some(message))
}

enum Addressee {
    Customer(Box<Customer>),
    /// There is nobody to tell any more.
    Nobody,
    /// The row was planned for another channel, or is dead.
    Elsewhere,
}

/// Returns the customer of a notice, if it can go to them by the channel of its row.
fn addressee(
    tx: &Transaction,
    context: &Context<'_>,
    row: &Outgoing,
    notice: Notice,
) -> Result<Addressee> {
    let customer = match row.customer {
        // The task may be another customer's since an earlier attempt.
        Some(id) if store::outbox::is_for(tx, id, notice.task())? => store::customers::get(tx, id)?,
        _ => None,
    };
    let Some(customer) = customer else {
        return Ok(Addressee::Nobody);
    };
    let routes = routes::of(context.shop, &customer, notice, &row.refused_by);
    // Staff may have sent it again although the account had blocked the bot: the attempt tells.
    let is_tried = link(&customer, row.channel).is_some_and(|link| link.verified);
    match routes.first() {
        _ if routes.contains(&row.channel) => Ok(Addressee::Customer(customer.into())),
        Some(other) => {
            store::outbox::set_channel(tx, row.id, *other, &row.refused_by, context.now)?;
            Ok(Addressee::Elsewhere)
        }
        None if is_tried => Ok(Addressee::Customer(customer.into())),
        None => {
            routes::give_up(tx, row.id, notice, row.channel, context.now)?;
            Ok(Addressee::Elsewhere)
        }
    }
}

/// Returns until when a row has to wait for the end of the quiet hours.
fn quiet_until(context: &Context<'_>, row: &Outgoing) -> Option<Timestamp> {
    let quiet_until = context.shop.routing.quiet_until;
    quiet_until.filter(|_| row.channel == Channel::Sms)
}

/// Returns why the channel of a row can't carry it now, for a reason of the shop's own.
fn fault(
    tx: &Transaction,
    context: &Context<'_>,
    row: &Outgoing,
    customer: &Customer,
) -> Result<Option<NoticeFault>> {
    let shop = context.shop;
    let link = link(customer, row.channel);
    Ok(match row.channel {
        Channel::Max if link.is_some_and(|link| demo_shop::is_invented(link.chat)) => {
            Some(NoticeFault::Demo)
        }
        Channel::Sms | Channel::Email if demo_shop::is_there(tx)? => Some(NoticeFault::Demo),
        Channel::Sms => {
            let today = Day::of(context.now, &shop.timezone).start(&shop.timezone);
            let (messages, spent) = store::outbox::sms_since(tx, today)?;
            let rules = shop.routing.sms.as_ref();
            let allows = rules.is_some_and(|rules| rules.allow(messages, spent));
            (!allows).then_some(NoticeFault::SmsLimit)
        }
        Channel::Email => match say::address(customer) {
            Some(to) if context.words.is_email_stopped(tx, &to)? => Some(NoticeFault::EmailStopped),
            _ => None,
        },
        Channel::Telegram | Channel::Max | Channel::Page | Channel::Phone => None,
    })
}

fn link(customer: &Customer, channel: Channel) -> Option<&ChatLink> {
    match channel {
        Channel::Telegram => customer.link(Messenger::Telegram),
        Channel::Max => customer.link(Messenger::Max),
        Channel::Sms | Channel::Email | Channel::Page | Channel::Phone => None,
    }
}

/// Renders a notice for a customer; `None` when there is nothing to say any more.
fn notice_to(
    tx: &Transaction,
    context: &Context<'_>,
    row: &Outgoing,
    notice: Notice,
    customer: &Customer,
) -> Result<Option<Outbound>> {
    let link = link(customer, row.channel);
    let spoken = link.or_else(|| customer.links().next());
    let language = spoken.map_or(context.shop.language, |link| link.language);
    let say = say::Say {
        tx,
        words: context.words,
        language,
        now: context.now,
    };
    // Stable over attempts, and another one when staff send it again.
    let id = format!("n{}-{}", row.id, row.created.as_millisecond());
    Ok(match (row.channel, link) {
        (Channel::Sms, _) => say.short(notice)?.map(|text| Outbound::Text {
            phone: customer.phone.clone(),
            text,
            id,
        }),
        (Channel::Email, _) => say.letter(notice, customer, id)?.map(Outbound::Letter),
        (_, Some(link)) => {
            let reply = say.reply(notice)?;
            reply.map(|reply| Outbound::Chat(link.chat, reply))
        }
        (_, None) => None,
    })
}
