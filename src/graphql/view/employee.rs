use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::{Enum, ID, Object};

use super::written::{Plain, Written, id, json};
use crate::domain::{Employee, Role};

/// What an employee may do.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Role")]
pub enum RoleEnum {
    /// Runs the shop: invites, roles, deactivation; and everything that an employee may.
    Owner,
    Employee,
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
}
