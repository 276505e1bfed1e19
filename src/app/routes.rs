//! The channels by which waiting notices go.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{
    Channel, Content, Customer, CustomerId, Notice, NoticeFault, NoticeId, Outgoing, Reason,
    Result, Routing, Shop,
};
use crate::store::{self, Connection, Transaction};

/// Returns the channels by which a notice can go to a customer, the preferred one first, without those that refused it. In
/// the quiet hours of SMS they are left out where there is another one.
pub fn of(
    shop: &Shop,
    customer: &Customer,
    notice: Notice,
    refused_by: &[Channel],
) -> Vec<Channel> {
    let mut routes = shop.routing.routes(&customer.contacts(), notice.purpose());
    routes.retain(|channel| !refused_by.contains(channel));
    if shop.routing.quiet_until.is_some() && routes.len() > 1 {
        routes.retain(|channel| *channel != Channel::Sms);
    }
    routes
}

/// How long a message waits for a failing channel before it goes by another one.
pub const LATE: Duration = Duration::from_secs(600);

/// Returns whether a message has waited for its channel for too long.
pub fn is_late(row: &Outgoing, now: Timestamp) -> bool {
    late(row, now) <= now
}

/// Returns when a message has waited for its channel for too long.
pub fn late(row: &Outgoing, now: Timestamp) -> Timestamp {
    // A later instant is of a clock that ran ahead.
    let passed_on = row.passed_on.filter(|at| *at <= now);
    let since = passed_on.unwrap_or(row.due);
    since.saturating_add(LATE).unwrap_or(Timestamp::MAX)
}

/// Returns the channel by which a message can go instead of its own: the next one in the order of preference, or the first
/// one after the last. Replies go by the channel of the question alone.
pub fn other(
    connection: &Connection,
    shop: &Shop,
    row: &Outgoing,
    refused_by: &[Channel],
) -> Result<Option<Channel>> {
    let (Content::Notice(notice), Some(customer)) = (&row.content, row.customer) else {
        return Ok(None);
    };
    let Some(customer) = store::customers::get(connection, customer)? else {
        return Ok(None);
    };
    let routes = of(shop, &customer, *notice, refused_by);
    let own = routes.iter().position(|channel| *channel == row.channel);
    let next = own.and_then(|own| routes.get(own + 1));
    let next = next.or_else(|| routes.first());
    Ok(next.copied().filter(|next| *next != row.channel))
}

/// Plans the waiting notices of a customer anew, after a channel was lost: each goes by another one, or is given up.
pub fn plan(tx: &Transaction, shop: &Shop, customer: &Customer, now: Timestamp) -> Result<()> {
    for planned in store::outbox::planned(tx, customer.id)? {
        let routes = of(shop, customer, planned.notice, &planned.refused_by);
        match routes.first() {
            Some(_) if routes.contains(&planned.channel) => {}
            Some(first) => {
                store::outbox::set_channel(tx, planned.id, *first, &planned.refused_by, now)?;
            }
            None => give_up(tx, planned.id, planned.notice, planned.channel, now)?,
        }
    }
    Ok(())
}

/// Plans the waiting notices of some customers anew, after a channel was set up or turned off.
pub fn plan_all(
    tx: &Transaction,
    shop: &Shop,
    customers: &[CustomerId],
    now: Timestamp,
) -> Result<()> {
    customers.iter().try_for_each(|id| {
        let customer = store::customers::get(tx, *id)?;
        customer.map_or(Ok(()), |customer| plan(tx, shop, &customer, now))
    })
}

/// Gives up the replies and news that wait for a messenger that was turned off, so that they hold up nothing that goes by
/// another channel. While no channel is set up, they wait.
pub fn give_up_replies(tx: &Transaction, routing: &Routing, now: Timestamp) -> Result<()> {
    if routing.channels.is_empty() {
        return Ok(());
    }
    routing.turned_off().try_for_each(|channel| {
        store::outbox::set_dead_replies(tx, channel, NoticeFault::NoChannel.word(), now)
    })
}

/// Settles a notice that can go by no channel as dead. One about a stage of which customers aren't told is deleted.
pub fn give_up(
    tx: &Transaction,
    id: NoticeId,
    notice: Notice,
    channel: Channel,
    now: Timestamp,
) -> Result<()> {
    if !is_told(tx, notice)? {
        return store::outbox::delete(tx, id);
    }
    let (reason, detail) = match channel {
        Channel::Telegram | Channel::Max => (Reason::Blocked, ""),
        Channel::Sms | Channel::Email | Channel::Page | Channel::Phone => {
            (Reason::Refused, NoticeFault::NoChannel.word())
        }
    };
    store::outbox::set_dead(tx, id, reason, detail, now)
}

/// Returns whether customers are told of what the notice is about.
fn is_told(tx: &Transaction, notice: Notice) -> Result<bool> {
    let Notice::StatusChanged {
        to_stage: Some(stage),
        ..
    } = notice
    else {
        return Ok(true);
    };
    let stage = store::stages::get(tx, stage)?;
    Ok(stage.is_none_or(|stage| stage.told))
}
