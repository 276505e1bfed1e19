use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::written::{Plain, Written, id, json};
use crate::domain::{Employee, Result, Role};
use crate::graphql::Asked;

/// What an employee may do.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Role")]
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

impl Plain for Employee {
    const TYPE: &'static str = "User";

    fn write(&self, field: &Field, out: &mut Vec<u8>) -> Option<()> {
        match field.name.node.as_str() {
            "id" => id(self.id.get(), out),
            "email" => json(self.email.as_str(), out),
            "role" => json(self.role.word(), out),
            "active" => json(&self.active, out),
            _ => None,
        }
    }
}

impl Plain for UserFields {
    const TYPE: &'static str = Employee::TYPE;

    fn write(&self, field: &Field, out: &mut Vec<u8>) -> Option<()> {
        self.0.write(field, out)
    }
}

/// An employee of the shop.
#[Object(name = "User", serial)]
impl UserFields {
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    async fn email(&self) -> &str {
        self.0.email.as_str()
    }

    async fn role(&self) -> RoleEnum {
        self.0.role.into()
    }

    /// False for somebody whose account was shut.
    async fn active(&self) -> bool {
        self.0.active
    }

    /// How the bot tells them of their work; null for anybody but oneself.
    async fn telegram(&self, ctx: &Context<'_>) -> Result<Option<StaffTelegram>> {
        let own = ctx.actor()?.id() == self.0.id;
        Ok(own.then(|| StaffTelegram {
            linked: self.0.telegram.is_some(),
            morning_time: self.0.morning.map(|time| time.to_string()),
        }))
    }
}
