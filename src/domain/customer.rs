//! Customers and their link to Telegram.

use super::{CustomerId, Language, Merge, Name, Phone, TelegramId};

/// A customer's card.
#[derive(Debug, Clone)]
pub struct Customer {
    pub id: CustomerId,
    pub phone: Phone,
    pub name: Option<Name>,
    pub telegram: Option<TelegramLink>,
}

/// Which Telegram account follows the card's tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TelegramLink {
    pub id: TelegramId,
    /// Proven by a shared contact, or confirmed by staff. Without it the account is told nothing.
    pub verified: bool,
    /// The customer has blocked the bot; nothing can be sent.
    pub blocked: bool,
    pub language: Language,
}

impl TelegramLink {
    /// May this account be told about the card's tasks?
    pub fn reachable(&self) -> bool {
        self.verified && !self.blocked
    }
}

/// Why nothing that is written to a task's customer gets there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// The shop has no bot, or it is switched off.
    NoBot,
    /// The task has no customer: the card was deleted.
    NoCustomer,
    /// No Telegram account is linked to the card.
    NotLinked,
    /// The account is neither proven nor confirmed.
    NotVerified,
    /// The customer has blocked the bot.
    Blocked,
}

impl Unreachable {
    /// Returns what stands between the shop and a customer; `None` for one who can be told.
    pub fn of(customer: Option<&Customer>, has_bot: bool) -> Option<Self> {
        match customer.map(|customer| customer.telegram) {
            None => Some(Self::NoCustomer),
            Some(_) if !has_bot => Some(Self::NoBot),
            Some(None) => Some(Self::NotLinked),
            Some(Some(link)) if !link.verified => Some(Self::NotVerified),
            Some(Some(link)) if link.blocked => Some(Self::Blocked),
            Some(Some(_)) => None,
        }
    }
}

/// What to write on a card; `None` leaves a field as it is, an inner `None` empties it.
#[derive(Debug, Clone, Default)]
pub struct CustomerChange {
    pub name: Option<Option<Name>>,
    pub telegram_id: Option<TelegramId>,
}

impl CustomerChange {
    /// A card as its edit form shows it.
    pub fn of(card: &Customer) -> Self {
        Self {
            name: Some(card.name.clone()),
            telegram_id: None,
        }
    }

    /// What is left of an edit that showed `shown`, where `stored` is stored now; see [`Merge`].
    pub fn merge(self, shown: Self, stored: Self, merge: &mut Merge) -> Self {
        Self {
            name: merge.field("name", self.name, shown.name, stored.name),
            telegram_id: None,
        }
    }
}
