//! Input types of employees.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::maybe;
use crate::domain::{EmployeeChange, EmployeeId, EmployeeName, Result};
use crate::graphql::view::ColourEnum;

/// Changes to how an employee is shown; omitted fields are kept.
#[derive(InputObject)]
pub struct UpdateEmployeeInput {
    /// Id of the employee.
    id: ID,
    /// At most 60 characters; null or empty for the e-mail's local part.
    name: MaybeUndefined<String>,
    /// Null for the usual one.
    colour: MaybeUndefined<ColourEnum>,
}

impl UpdateEmployeeInput {
    pub fn read(self) -> Result<(EmployeeId, EmployeeChange)> {
        let id = EmployeeId::parse("id", &self.id)?;
        let name = maybe(self.name, |name| EmployeeName::parse("name", &name))?;
        let change = EmployeeChange {
            name: name.map(Option::unwrap_or_default),
            colour: maybe(self.colour, |colour| Ok(colour.into()))?,
        };
        Ok((id, change))
    }
}
