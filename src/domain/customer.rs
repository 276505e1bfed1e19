//! Customers and their link to Telegram.

use super::{CustomerId, Language, Merge, Name, Phone, Result, TelegramId};

/// Hands the table of a card's fields to a macro: those that staff write on it, besides the phone by which it
/// is found.
///
/// A line has the field, which is also its column in the database; then its variant of [`CardField`], its type,
/// its name in the API and in forms, and the sentence that names it. The `parse` of the type says that an empty
/// text is none.
macro_rules! card_fields {
    ($then:ident) => {
        $then! {
            name (Name, Name, "name", "customers-name")
        }
    };
}
pub(crate) use card_fields;

macro_rules! define {
    ($($(#[$doc:meta])* $field:ident ($variant:ident, $Type:ident, $name:literal, $label:literal))*) => {
        /// A customer's card.
        #[derive(Debug, Clone)]
        pub struct Customer {
            pub id: CustomerId,
            pub phone: Phone,
            $($(#[$doc])* pub $field: Option<$Type>,)*
            pub telegram: Option<TelegramLink>,
        }

        /// What to write on a card; `None` leaves a field as it is, an inner `None` empties it.
        #[derive(Debug, Clone, Default)]
        pub struct CustomerChange {
            $(pub $field: Option<Option<$Type>>,)*
            pub telegram_id: Option<TelegramId>,
        }

        /// A field that staff write on a card.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum CardField {
            $($(#[$doc])* $variant,)*
        }

        impl CardField {
            /// Every field, in the order in which people read them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The column of its table.
            pub fn column(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($field),)*
                }
            }

            /// The name in the API and in forms.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The id of the sentence that names it.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)*
                }
            }
        }

        impl Customer {
            /// Takes each field as it is stored, in the order of the table.
            ///
            /// # Errors
            /// As for `read`, which is given the field's column.
            pub fn from_row<E>(
                (id, phone, telegram): (CustomerId, Phone, Option<TelegramLink>),
                mut read: impl FnMut(&'static str) -> Result<Option<String>, E>,
            ) -> Result<Self, E> {
                Ok(Self {
                    id,
                    phone,
                    $($field: read(stringify!($field))?.map($Type::from_row),)*
                    telegram,
                })
            }

            /// Returns the text of a field; empty where nothing is known.
            pub fn get(&self, field: CardField) -> &str {
                let text = match field {
                    $(CardField::$variant => self.$field.as_ref().map($Type::as_str),)*
                };
                text.unwrap_or_default()
            }
        }

        impl CustomerChange {
            /// A card as its edit form shows it.
            pub fn of(card: &Customer) -> Self {
                Self {
                    $($field: Some(card.$field.clone()),)*
                    telegram_id: None,
                }
            }

            /// What is left of an edit that showed `shown`, where `stored` is stored now; see [`Merge`].
            pub fn merge(self, shown: Self, stored: Self, merge: &mut Merge) -> Self {
                Self {
                    $($field: merge.field($name, self.$field, shown.$field, stored.$field),)*
                    telegram_id: None,
                }
            }

            /// Notes what somebody typed into a field.
            ///
            /// # Errors
            /// [`Error::Invalid`](super::Error::Invalid) for a text that the field can't hold.
            pub fn set(&mut self, field: CardField, text: &str) -> Result<()> {
                match field {
                    $(CardField::$variant => self.$field = Some($Type::parse($name, text)?),)*
                }
                Ok(())
            }

            /// Returns what to write into a field, and an inner `None` to empty it; `None` where it stays.
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

impl CustomerChange {
    /// The change that writes a name alone.
    pub fn named(name: Option<&Name>) -> Self {
        Self {
            name: Some(name.cloned()),
            ..Self::default()
        }
    }

    /// Whether it writes any field.
    pub fn has_fields(&self) -> bool {
        CardField::ALL
            .iter()
            .any(|field| self.get(*field).is_some())
    }
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
