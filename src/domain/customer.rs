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
