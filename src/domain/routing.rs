//! Choice of the channel by which a customer is written to.

use jiff::Timestamp;

use super::{Channel, ChatLink, Customer, Messenger, Notice, SmsPurpose, SmsRules, Status};

words! {
    /// Purpose of a notice to a customer.
    Purpose {
        /// The task is ready for collection.
        Ready = "READY",
        /// The task entered another stage.
        Status = "STATUS",
        /// A message from staff.
        Message = "MESSAGE",
        Quote = "QUOTE",
        Reminder = "REMINDER",
    }
}

impl Purpose {
    /// Returns the purpose of the notice of a stage in this status.
    pub fn of_status(status: Status) -> Self {
        match status {
            Status::Ready => Self::Ready,
            _ => Self::Status,
        }
    }
}

impl Notice {
    pub fn purpose(&self) -> Purpose {
        match self {
            Self::StatusChanged { to, .. } => Purpose::of_status(*to),
            Self::Comment { .. } => Purpose::Message,
            Self::Approval { .. } => Purpose::Quote,
            Self::Reminder { .. } => Purpose::Reminder,
        }
    }
}

impl SmsRules {
    /// Returns whether notices for this purpose go by SMS.
    fn carry(&self, purpose: Purpose) -> bool {
        let ticked = |purpose| self.purposes.contains(&purpose);
        match purpose {
            Purpose::Ready => ticked(SmsPurpose::Ready),
            Purpose::Quote => ticked(SmsPurpose::Quote),
            Purpose::Reminder => ticked(SmsPurpose::Reminder),
            Purpose::Status | Purpose::Message => false,
        }
    }
}

/// The channels that the shop uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routing {
    /// Those that are set up, in the owner's order.
    pub channels: Vec<Channel>,
    /// What goes by SMS, and how much in a day; `None` for nothing.
    pub sms: Option<SmsRules>,
    /// Until when no SMS are sent; `None` outside the quiet hours.
    pub quiet_until: Option<Timestamp>,
}

impl Default for Routing {
    /// All channels, and nothing by SMS.
    fn default() -> Self {
        Self {
            channels: Self::ALL.to_vec(),
            sms: None,
            quiet_until: None,
        }
    }
}

/// How a customer can be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contacts {
    pub telegram: Option<ChatLink>,
    pub max: Option<ChatLink>,
    /// The messenger in which the customer was heard last.
    pub heard_on: Option<Messenger>,
    pub has_email: bool,
    /// Whether the customer has asked for no more e-mail.
    pub email_stopped: bool,
}

impl Contacts {
    pub fn links(&self) -> impl Iterator<Item = &ChatLink> {
        [&self.telegram, &self.max].into_iter().flatten()
    }
}

impl Customer {
    /// Returns how the card says that the customer can be written to; whether the address gets e-mail isn't on it.
    pub fn contacts(&self) -> Contacts {
        Contacts {
            telegram: self.telegram,
            max: self.max,
            heard_on: self.heard_on,
            has_email: self.email.is_some(),
            email_stopped: false,
        }
    }
}

impl Routing {
    /// Returns the channels that aren't set up.
    pub fn turned_off(&self) -> impl Iterator<Item = Channel> {
        let on = |channel: &Channel| self.channels.contains(channel);
        Self::ALL.into_iter().filter(move |channel| !on(channel))
    }

    /// The channels by which messages go, in the order without an owner's.
    pub const ALL: [Channel; 4] = [
        Channel::Telegram,
        Channel::Max,
        Channel::Sms,
        Channel::Email,
    ];

    /// Returns the channels by which a customer can be written to for a purpose, the preferred one first: the messenger
    /// in which the customer was heard last, then the owner's order. While none is set up, messages wait for the customer's
    /// messengers.
    pub fn routes(&self, contacts: &Contacts, purpose: Purpose) -> Vec<Channel> {
        let mut routes = self.ready(contacts, purpose);
        if routes.is_empty() {
            let reachable = contacts.links().filter(|link| link.reachable());
            routes.extend(reachable.map(|link| link.chat.messenger.channel()));
        }
        let last = contacts.heard_on.map(Messenger::channel);
        // Stable: the others keep the owner's order.
        routes.sort_by_key(|channel| Some(*channel) != last);
        routes
    }

    /// Returns the channels that are set up and reach a customer, in the owner's order.
    fn ready(&self, contacts: &Contacts, purpose: Purpose) -> Vec<Channel> {
        let reachable = |link: Option<ChatLink>| link.is_some_and(|link| link.reachable());
        let reaches = |channel: &Channel| match channel {
            Channel::Telegram => reachable(contacts.telegram),
            Channel::Max => reachable(contacts.max),
            Channel::Sms => self.sms.as_ref().is_some_and(|rules| rules.carry(purpose)),
            Channel::Email => contacts.has_email && !contacts.email_stopped,
            Channel::Page | Channel::Phone => false,
        };
        self.channels.iter().copied().filter(reaches).collect()
    }
}

/// Reason why messages can't reach a task's customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// The shop has no channel that is set up.
    NoBot,
    /// The task has no customer any more.
    NoCustomer,
    /// No account on a messenger is linked to the customer.
    NotLinked,
    /// The account is not verified.
    NotVerified,
    /// The customer has blocked the bot.
    Blocked,
    /// The customer has asked for no more e-mail.
    EmailStopped,
}

impl Unreachable {
    /// Returns why these contacts can't be told something for a purpose; `None` when they can.
    pub fn over(contacts: &Contacts, purpose: Purpose, routing: &Routing) -> Option<Self> {
        let has = |test: fn(&ChatLink) -> bool| contacts.links().any(test);
        match () {
            () if !routing.ready(contacts, purpose).is_empty() => None,
            // A reachable account is on a messenger that isn't set up.
            () if routing.channels.is_empty() || has(ChatLink::reachable) => Some(Self::NoBot),
            () if has(|link| link.verified) => Some(Self::Blocked),
            () if has(|_| true) => Some(Self::NotVerified),
            () if contacts.has_email && contacts.email_stopped => Some(Self::EmailStopped),
            () => Some(Self::NotLinked),
        }
    }
}
