//! How messages and notices got on: what was delivered, what still is to be sent, and what never arrived.

use jiff::Timestamp;

use crate::domain::{Arrival, Channel, Fate, Notice, NoticeRecord, Reason, Stage, Told};
use crate::web::text::Texts;

/// A line about a notice.
pub struct NoticeLine {
    pub text: String,
    pub good: bool,
    pub bad: bool,
    /// Id of the notice to retry.
    pub retry: Option<i64>,
}

/// The state of a message, below it.
pub struct Delivery {
    pub text: String,
    pub class: &'static str,
    pub icon: &'static str,
    /// Id of the notice to retry.
    pub retry: Option<i64>,
}

impl Delivery {
    /// Describes the delivery of a message or a quote.
    pub fn of(record: &NoticeRecord, texts: &Texts) -> Self {
        let failed = |id: &str, detail: &str| texts.fill(id, "detail", texts.failure(detail));
        let (class, icon, text) = match &record.fate {
            Fate::Waiting { .. } | Fate::Sending => ("", "clock", texts.s("chat-sending")),
            Fate::Delivered { .. } => {
                let (class, icon, id) = match record.arrival {
                    None | Some(Arrival::Arrived) => ("ok", "check", "chat-delivered"),
                    Some(Arrival::Pending) => ("", "check", "chat-sent"),
                };
                (class, icon, texts.fill(id, "how", how(record, texts)))
            }
            Fate::Retrying { next, detail } => {
                let (detail, when) = (texts.failure(detail), texts.when(next));
                let text = texts.fill2("chat-retrying", "detail", detail, "when", when);
                ("bad", "alert", text)
            }
            Fate::Dead { reason, detail } => {
                let id = match reason {
                    Reason::Blocked => "chat-blocked",
                    Reason::Expired => "chat-expired",
                    Reason::Refused => "chat-refused",
                };
                ("bad", "alert", failed(id, detail))
            }
        };
        let dead = matches!(record.fate, Fate::Dead { .. });
        Self {
            text,
            class,
            icon,
            retry: dead.then(|| record.id.get()),
        }
    }

    /// A message that was only saved, since the customer couldn't be reached.
    pub fn unsent(why: &str, texts: &Texts) -> Self {
        Self {
            text: texts.fill("chat-unsent", "why", why),
            class: "bad",
            icon: "alert",
            retry: None,
        }
    }

    pub fn is_bad(&self) -> bool {
        self.class == "bad"
    }
}

/// Returns by which channel a message went, with what it cost.
fn how(record: &NoticeRecord, texts: &Texts) -> String {
    let channel = texts.s(channel(record.channel));
    match record.cost {
        Some(cost) => format!("{channel}, {}", texts.money(cost)),
        None => channel,
    }
}

/// Returns the message id of a channel.
pub fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Telegram => "channel-telegram",
        Channel::Max => "channel-max",
        Channel::Sms => "channel-sms",
        Channel::Email => "channel-email",
        Channel::Page => "channel-page",
        Channel::Phone => "channel-phone",
    }
}

/// Returns whether a notice that is no message has a line of its own: it isn't delivered.
pub fn is_outstanding(record: &NoticeRecord) -> bool {
    let is_own = !matches!(
        record.told,
        Told::Notice(Notice::Comment { .. } | Notice::Approval { .. })
    );
    is_own && !matches!(record.fate, Fate::Delivered { .. })
}

/// Returns when a notice of the task's state was delivered; `None` for messages, and while it isn't.
pub fn delivered(record: &NoticeRecord) -> Option<Timestamp> {
    match (record.told, &record.fate) {
        (Told::Notice(Notice::Comment { .. } | Notice::Approval { .. }), _) => None,
        (_, Fate::Delivered { at }) => Some(*at),
        _ => None,
    }
}

/// Describes the state of a notice; `None` for a pending one that won't be sent.
pub fn notice_line(record: &NoticeRecord, stages: &[Stage], texts: &Texts) -> Option<NoticeLine> {
    let settled = matches!(record.fate, Fate::Delivered { .. } | Fate::Dead { .. });
    let what = match record.told {
        Told::Notice(Notice::StatusChanged { to, to_stage, .. }) => {
            let stage = stages.iter().find(|stage| Some(stage.id) == to_stage);
            if !settled && stage.is_some_and(|stage| !stage.told) {
                return None;
            }
            stage.map_or_else(|| texts.status(&to), |stage| texts.wording(stage))
        }
        Told::Notice(Notice::Comment { .. }) => texts.s("notice-of-comment"),
        Told::Notice(Notice::Approval { .. }) => texts.s("notice-of-approval"),
        Told::Notice(Notice::Reminder { .. }) => texts.s("notice-of-reminder"),
        Told::Reply { .. } => texts.s("notice-of-reply"),
    };
    let say = |id: &str, when: Option<&Timestamp>, detail: &str| {
        let when = when.map(|when| texts.when(when)).unwrap_or_default();
        let args = [
            ("status", what.clone()),
            ("when", when),
            ("detail", texts.failure(detail)),
            ("how", how(record, texts)),
        ];
        texts.with(id, args.map(|(name, value)| (name, value.into())))
    };
    let dead = matches!(record.fate, Fate::Dead { .. });
    Some(NoticeLine {
        text: match &record.fate {
            Fate::Waiting { due } => say("notice-waiting", Some(due), ""),
            Fate::Sending => say("notice-sending", None, ""),
            Fate::Retrying { next, detail } => say("notice-retrying", Some(next), detail),
            Fate::Delivered { at } => match record.arrival {
                None | Some(Arrival::Arrived) => say("notice-delivered", Some(at), ""),
                Some(Arrival::Pending) => say("notice-sent", Some(at), ""),
            },
            Fate::Dead { reason, detail } => match reason {
                Reason::Blocked => say("notice-dead-blocked", None, ""),
                Reason::Expired => say("notice-dead-expired", None, ""),
                Reason::Refused => say("notice-dead-refused", None, detail),
            },
        },
        good: matches!(record.fate, Fate::Delivered { .. }),
        bad: dead || matches!(record.fate, Fate::Retrying { .. }),
        retry: dead.then(|| record.id.get()),
    })
}
