use std::sync::Arc;

use async_graphql::{Enum, ID, Object};

use crate::domain::{Employee, Role};

/// What an employee may do.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Role")]
pub enum RoleEnum {
    /// Runs the shop: invites, roles, deactivation; and everything that an employee may.
    Owner,
    Employee,
}

pub struct UserView(pub Arc<Employee>);

impl From<Employee> for UserView {
    fn from(employee: Employee) -> Self {
        Self(Arc::new(employee))
    }
}

/// An employee of the shop.
#[Object(name = "User", serial)]
impl UserView {
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
