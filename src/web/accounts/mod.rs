//! Pages for registration, sign-in, the employee's own profile, and the owner's staff page.

mod health;
mod invites;
mod join;
mod login;
mod profile;
mod staff;

pub use invites::{ask_invite, invite, withdraw_invite};
pub use join::{first_run, join, join_in, make_first};
pub use login::{log_in, log_in_first, log_out, login};
pub use profile::{change_profile, profile};
pub use staff::{ask_staff, change_staff, staff};

use super::text::{initials, short_name};
use crate::domain::Employee;

/// Short representation of a colleague.
pub struct Face {
    pub name: String,
    pub initials: String,
}

impl Face {
    pub fn of(employee: &Employee) -> Self {
        let email = employee.email.as_str();
        Self {
            name: short_name(email).to_owned(),
            initials: initials(email),
        }
    }
}
