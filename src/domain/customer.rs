//! Customers and their accounts on messengers.

use super::{
    CardEmail, CardNote, Chat, Company, CustomerId, Language, Merge, Messenger, Name, Phone,
    Result, SecondPhone, TaxNumber, TelegramId,
};

/// Passes the table of a card's fields to a macro: those that staff edit, besides the phone by
/// which a card is found.
///
/// A row consists of the field, which is also its database column; its variant of [`CardField`];
/// its type; its name in the API and in forms; and the message id of its label. The type's `parse`
/// returns `None` for an empty text.
macro_rules! card_fields {
    ($then:ident) => {
        $then! {
            name (Name, Name, "name", "customers-name")
            second_phone (SecondPhone, SecondPhone, "secondPhone", "customer-second-phone")
            email (Email, CardEmail, "email", "customer-email")
            company (Company, Company, "company", "customer-company")
            tax_number (TaxNumber, TaxNumber, "taxNumber", "customer-tax-number")
            /// Only employees read it.
            note (Note, CardNote, "note", "customer-note")
        }
    };
}
pub(crate) use card_fields;

macro_rules! define {
    ($($(#[$doc:meta])* $field:ident ($variant:ident, $Type:ident, $name:literal, $label:literal))*) => {
        /// A customer of the shop.
        #[derive(Debug, Clone)]
        pub struct Customer {
            pub id: CustomerId,
            pub phone: Phone,
            $($(#[$doc])* pub $field: Option<$Type>,)*
            pub telegram: Option<ChatLink>,
            pub max: Option<ChatLink>,
            /// The messenger in which the customer was heard last.
            pub heard_on: Option<Messenger>,
        }

        /// Changes to a customer; `None` keeps a field, an inner `None` clears it.
        #[derive(Debug, Clone, Default)]
        pub struct CustomerChange {
            $(pub $field: Option<Option<$Type>>,)*
            /// The right phone for a customer who was registered under a wrong one.
            pub phone: Option<Phone>,
            pub telegram_id: Option<TelegramId>,
        }

        /// A field of a card that staff edit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum CardField {
            $($(#[$doc])* $variant,)*
        }

        impl CardField {
            /// All fields, in display order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the database column.
            pub fn column(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($field),)*
                }
            }

            /// Returns the name in the API and in forms.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns the message id of the label.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)*
                }
            }
        }

        impl Customer {
            /// Returns the text of a field; empty if unknown.
            pub fn get(&self, field: CardField) -> &str {
                let text = match field {
                    $(CardField::$variant => self.$field.as_ref().map($Type::as_str),)*
                };
                text.unwrap_or_default()
            }
        }

        impl CustomerChange {
            /// Returns the values that the edit form of a customer is loaded with.
            pub fn of(card: &Customer) -> Self {
                Self {
                    $($field: Some(card.$field.clone()),)*
                    phone: Some(card.phone.clone()),
                    telegram_id: None,
                }
            }

            /// Merges an edit form that was loaded with `shown` with the values now `stored`; see
            /// [`Merge`].
            pub fn merge(self, shown: Self, stored: Self, merge: &mut Merge) -> Self {
                Self {
                    $($field: merge.field($name, self.$field, shown.$field, stored.$field),)*
                    phone: merge.field("phone", self.phone, shown.phone, stored.phone),
                    telegram_id: None,
                }
            }

            /// Sets a field from typed text.
            ///
            /// # Errors
            /// [`Error::Invalid`](super::Error::Invalid) for a text that is not valid for the
            /// field.
            pub fn set(&mut self, field: CardField, text: &str) -> Result<()> {
                match field {
                    $(CardField::$variant => self.$field = Some($Type::parse($name, text)?),)*
                }
                Ok(())
            }

            /// Returns the new value of a field, with an inner `None` to clear it; `None` if it is
            /// kept.
            pub fn get(&self, field: CardField) -> Option<Option<&str>> {
                match field {
                    $(CardField::$variant => {
                        self.$field.as_ref().map(|text| text.as_ref().map($Type::as_str))
                    })*
                }
            }
        }
    };
}
card_fields!(define);

impl CardField {
    /// Returns whether it has several lines.
    pub fn is_long(self) -> bool {
        self == Self::Note
    }

    /// Returns the type of its form control, if it has one line.
    pub fn input(self) -> &'static str {
        match self {
            Self::SecondPhone => "tel",
            // The browser's own check refuses addresses in other scripts.
            Self::Email | Self::Name | Self::Company | Self::TaxNumber | Self::Note => "text",
        }
    }
}

impl Customer {
    /// Returns the customer's account on a messenger.
    pub fn link(&self, messenger: Messenger) -> Option<&ChatLink> {
        match messenger {
            Messenger::Telegram => self.telegram.as_ref(),
            Messenger::Max => self.max.as_ref(),
        }
    }

    /// Returns the customer's accounts.
    pub fn links(&self) -> impl Iterator<Item = &ChatLink> {
        [&self.telegram, &self.max].into_iter().flatten()
    }

    /// Returns the link to a chat, if that is the customer's.
    pub fn link_to(&self, chat: Chat) -> Option<&ChatLink> {
        self.link(chat.messenger).filter(|link| link.chat == chat)
    }

    /// Returns the names of the fields that differ from an earlier state of the card, as the API has them.
    pub fn changed_since(&self, before: &Self) -> Vec<&'static str> {
        let [new, old] = [self, before].map(|card| (card.telegram, card.max));
        let chat = |link: Option<ChatLink>| link.map(|link| link.chat);
        let verified = |link: Option<ChatLink>| link.is_some_and(|link| link.verified);
        let blocked = |link: Option<ChatLink>| link.is_some_and(|link| link.blocked);
        let others = [
            ("phone", self.phone != before.phone),
            ("telegramId", chat(new.0) != chat(old.0)),
            ("telegramVerified", verified(new.0) != verified(old.0)),
            ("telegramBlocked", blocked(new.0) != blocked(old.0)),
            ("maxId", chat(new.1) != chat(old.1)),
            ("maxVerified", verified(new.1) != verified(old.1)),
            ("maxBlocked", blocked(new.1) != blocked(old.1)),
        ];
        let others = others
            .into_iter()
            .filter_map(|(name, differs)| differs.then_some(name));
        let fields = CardField::ALL.iter();
        let fields = fields.filter(|field| self.get(**field) != before.get(**field));
        others.chain(fields.map(|field| field.name())).collect()
    }
}

impl CustomerChange {
    /// Creates a change of the name only.
    pub fn named(name: Option<&Name>) -> Self {
        Self {
            name: Some(name.cloned()),
            ..Self::default()
        }
    }

    /// Returns whether it changes the phone or any field.
    pub fn has_fields(&self) -> bool {
        let mut fields = CardField::ALL.iter();
        self.phone.is_some() || fields.any(|field| self.get(*field).is_some())
    }
}

/// The account on a messenger that follows the customer's tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatLink {
    pub chat: Chat,
    /// Verified by a shared contact or by staff. An unverified account receives nothing.
    pub verified: bool,
    /// The customer has blocked the bot; nothing can be sent.
    pub blocked: bool,
    pub language: Language,
}

impl ChatLink {
    /// Returns whether the account may be notified about the customer's tasks.
    pub fn reachable(&self) -> bool {
        self.verified && !self.blocked
    }
}
