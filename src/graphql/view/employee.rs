use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use serde::Serialize;

use super::written::{Written, fields};
use crate::domain::{Employee, Result, Role};
use crate::graphql::Asked;

/// What an employee may do.
#[derive(Enum, Serialize, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Role")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RoleEnum {
    /// Runs the shop: invites, roles, deactivation; and everything that an employee may.
    Owner,
    Employee,
}

/// An employee's own Telegram.
#[derive(SimpleObject)]
pub struct StaffTelegram {
    /// Whether there is an account that is told of new tasks and of customers' answers.
    linked: bool,
    /// When the list of each morning comes, HH:MM by the shop's clock; null for never.
    morning_time: Option<String>,
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
        "id" id: ID = |user| user.0.id.get().into();

        "email" email: &str = |user| user.0.email.as_str();

        "role" role: RoleEnum = |user| user.0.role.into();

        /// False for somebody whose account was shut.
        "active" active: bool = |user| user.0.active;
    }

    fetched {
        /// How the bot tells them of their work; null for anybody but oneself.
        async fn telegram(&self, ctx: &Context<'_>) -> Result<Option<StaffTelegram>> {
            let own = ctx.actor()?.id() == self.0.id;
            Ok(own.then(|| StaffTelegram {
                linked: self.0.telegram.is_some(),
                morning_time: self.0.morning.map(|time| time.to_string()),
            }))
        }
    }
}
