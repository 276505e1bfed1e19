use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SelectionField};

use super::written::{Part, Written, add_wanted, fields};
use super::{List, TaskView};
use crate::app::paging;
use crate::domain::{
    CardEmail, CardNote, Company, Contacts, Messenger, Name, Purpose, Result, SecondPhone,
    TaxNumber, Unreachable,
};
use crate::graphql::RequestContext;
use crate::graphql::engine::page::{self, Asked, Page};
use crate::graphql::global_id::{NodeType, node_id};
use crate::graphql::loader::Customers;
use crate::graphql::scalars::{InstantValue, MoneyValue};
use crate::store::customers::{CustomerParts, Wanted};

/// Reason why messages can't reach a customer.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Unreachable", remote = "Unreachable")]
pub enum UnreachableEnum {
    /// The shop has no channel to the customer that is set up.
    NoBot,
    /// The task has no customer any more.
    NoCustomer,
    /// No account on a messenger is linked to the customer.
    NotLinked,
    /// The account on a messenger is not verified.
    NotVerified,
    /// The customer has blocked the bot.
    Blocked,
    /// The customer has asked for no more e-mail.
    EmailStopped,
}

/// Messenger in which the shop may have a bot.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Messenger", remote = "Messenger")]
pub enum MessengerEnum {
    /// Telegram (<https://telegram.org>).
    Telegram,
    /// The messenger MAX (<https://max.ru>).
    Max,
}

/// Sort order of customers.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "CustomerOrder")]
pub enum CustomerOrderEnum {
    /// Ascending by id.
    Oldest,
    /// The order of commits: longest unchanged first, for readers who keep a copy.
    LeastRecentlyUpdated,
}

pub type CustomerView = Written<CustomerFields>;

pub struct CustomerFields {
    pub row: Arc<CustomerParts>,
    /// The list that contains the customer.
    pub list: Arc<Customers>,
}

impl Part for Option<Wanted> {
    fn want(&mut self, field: SelectionField<'_>) {
        add_wanted::<CustomerFields>(field, self.get_or_insert_default());
    }
}

fields! {
    #[Object(name = "Customer", serial)]
    /// A customer of the shop.
    CustomerFields, wants Wanted;

    held {
        /// Global id of the object, for `node`.
        "nodeId" node_id: ID = |card| node_id(NodeType::Customer, card.row.id.get());

        /// Id of the customer, unique among customers.
        "id" id: ID = |card| card.row.id.get().into();

        /// Telegram user id, up to 52 bits wide.
        "telegramId" telegram_id [telegram]: Option<ID> =
            |card| telegram.map(|link| link.chat.id.into());

        /// Whether the Telegram account was verified, by a shared contact or by staff. An
        /// unverified one receives nothing.
        "telegramVerified" telegram_verified [telegram]: bool =
            |card| telegram.is_some_and(|link| link.verified);

        /// Whether the customer has blocked the bot, so that nothing can be sent.
        "telegramBlocked" telegram_blocked [telegram]: bool =
            |card| telegram.is_some_and(|link| link.blocked);

        /// Id of the customer's account on MAX.
        "maxId" max_id [max]: Option<ID> = |card| max.map(|link| link.chat.id.into());

        /// Whether the MAX account was verified, by a shared contact or by staff. An unverified one receives nothing.
        "maxVerified" max_verified [max]: bool = |card| max.is_some_and(|link| link.verified);

        /// Whether the customer has blocked the bot on MAX.
        "maxBlocked" max_blocked [max]: bool = |card| max.is_some_and(|link| link.blocked);

        /// Phone as typed.
        "phone" phone [phone]: Option<&str> = |card| Some(phone.typed());

        /// Phone in canonical form (ITU-T E.164), which identifies the customer.
        "phoneE164" phone_e164 [phone]: &str = |card| phone.e164();

        /// Whether the phone fits no numbering plan, so that a digit may be missing.
        "phoneUnusual" phone_unusual [phone]: bool = |card| phone.is_unusual();

        /// Name; null when unknown.
        "name" name [name]: Option<&str> = |card| name.as_ref().map(Name::as_str);

        /// Another phone, as typed. It identifies nobody.
        "secondPhone" second_phone [second_phone]: Option<&str> =
            |card| second_phone.as_ref().map(SecondPhone::as_str);

        /// E-mail address; null when unknown.
        "email" email [email]: Option<&str> = |card| email.as_ref().map(CardEmail::as_str);

        /// Company that the customer acts for; null when there is none.
        "company" company [company]: Option<&str> = |card| company.as_ref().map(Company::as_str);

        /// The company's number for taxes, as typed; null when unknown.
        "taxNumber" tax_number [tax_number]: Option<&str> =
            |card| tax_number.as_ref().map(TaxNumber::as_str);

        /// A note for employees.
        "note" note [note]: Option<&str> = |card| note.as_ref().map(CardNote::as_str);
    }

    needs "unreachable" [telegram, max, heard_on, email];

    fetched {
        /// Reason why messages, quotes and status notices can't reach the customer: they are
        /// stored, but somebody has to call. Null when they can.
        async fn unreachable(&self, ctx: &Context<'_>) -> Result<Option<UnreachableEnum>> {
            let desk = ctx.desk()?;
            let contacts = Contacts {
                telegram: *self.row.telegram()?,
                max: *self.row.max()?,
                heard_on: *self.row.heard_on()?,
                has_email: self.row.email()?.is_some(),
                email_stopped: desk.is_email_stopped(self.row.email()?.as_ref()),
            };
            Ok(Unreachable::over(&contacts, Purpose::Message, &desk.routing()).map(Into::into))
        }

        /// Time of the last change of the customer, in the order of commits: never before that of an earlier change,
        /// even if the clock goes back. The customer's tasks have their own.
        async fn updated_time(&self, ctx: &Context<'_>) -> Result<InstantValue> {
            Ok(InstantValue(self.list.updated(ctx, self.row.id).await?))
        }

        /// What the customer owes for closed tasks.
        async fn debt(&self, ctx: &Context<'_>) -> Result<MoneyValue> {
            Ok(self.list.debt(ctx, self.row.id).await?.into())
        }

        /// Tasks of the customer, oldest first.
        async fn tasks(&self, ctx: &Context<'_>) -> Result<List<TaskView>> {
            Ok(List::of(self.list.tasks(ctx, self.row.id).await?))
        }

        /// Tasks of the customer, paginated, oldest first.
        async fn tasks_connection(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "Size of a page from the beginning, 1 to 100; 20 without `last`.")]
            first: Option<i32>,
            #[graphql(desc = "The `endCursor` of the previous page.")] after: Option<String>,
            #[graphql(desc = "Size of a page from the end, 1 to 100; not together with `first`.")]
            last: Option<i32>,
            #[graphql(desc = "The `startCursor` of the next page.")] before: Option<String>,
        ) -> Result<Page<TaskView>> {
            let span = Asked {
                first,
                after,
                last,
                before,
            }
            .read(paging::read_own_task_cursor)?;
            let all = self.list.tasks(ctx, self.row.id).await?;
            let (id, cursor) = (|task: &TaskView| task.row.id, paging::own_task_cursor);
            page::cut(all, &span, id, cursor, |task| task)
        }
    }
}
