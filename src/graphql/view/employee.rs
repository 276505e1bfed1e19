use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use serde::Serialize;

use super::written::{Written, fields};
use super::{ColourEnum, MessengerEnum, known};
use crate::domain::{Employee, Result, Role};
use crate::graphql::RequestContext;
use crate::graphql::global_id::{NodeType, node_id};

/// Permissions of an employee.
#[derive(Enum, Serialize, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Role", remote = "Role")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RoleEnum {
    /// Manages invites, roles and deactivation, in addition to everything an employee may do.
    Owner,
    /// Works with tasks, customers and payments, but not with what is for owners only.
    Employee,
}

/// An employee's own settings of the bot.
#[derive(SimpleObject)]
pub struct StaffTelegram {
    /// Whether an account is linked for notifications about tasks and customers' replies.
    linked: bool,
    /// Messenger of the linked account; null when none is linked.
    messenger: Option<MessengerEnum>,
    /// Local time of the morning list, `HH:MM`; null when it is off.
    morning_list_at: Option<String>,
}

pub type UserView = Written<UserFields>;

pub struct UserFields(Arc<Employee>);

pub fn user(employee: impl Into<Arc<Employee>>) -> UserView {
    Written(UserFields(employee.into()))
}

fields! {
    #[Object(name = "User", serial)]
    /// An employee of the shop.
    UserFields, wants ();

    held {
        /// Global id of the object, for `node`.
        "nodeId" node_id: ID = |user| node_id(NodeType::User, user.0.id.get());

        /// Id of the employee, unique among employees.
        "id" id: ID = |user| user.0.id.get().into();

        /// E-mail address, by which the employee signs in.
        "email" email: &str = |user| user.0.email.as_str();

        /// The name on the pages and papers; null until somebody gives one, and then the e-mail's local part is shown.
        "name" name: Option<&str> = |user| known(user.0.name.as_str());

        /// Colour of the face on the pages; null for the usual one.
        "colour" colour: Option<ColourEnum> = |user| user.0.colour.map(Into::into);

        /// Permissions of the employee.
        "role" role: RoleEnum = |user| user.0.role.into();

        /// Whether the account can sign in; false once it is deactivated.
        "active" active: bool = |user| user.0.active;
    }

    fetched {
        /// The employee's settings of the bot; null for anybody but oneself.
        async fn telegram(&self, ctx: &Context<'_>) -> Result<Option<StaffTelegram>> {
            let own = ctx.actor()?.id() == self.0.id;
            Ok(own.then(|| StaffTelegram {
                linked: self.0.chat.is_some(),
                messenger: self.0.chat.map(|chat| chat.messenger.into()),
                morning_list_at: self.0.morning.map(|time| time.to_string()),
            }))
        }
    }
}
