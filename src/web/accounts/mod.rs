//! Pages for registration, sign-in, the employee's own profile, and the owner's staff page.

mod health;
mod invites;
mod join;
mod letters;
mod login;
mod new_password;
mod person;
mod profile;
mod staff;

pub use invites::{ask_invite, invite, send_invite, withdraw_invite};
pub use join::{first_run, join, join_in, make_first};
pub use login::{log_in, log_in_first, log_out, login};
pub use new_password::{ask_new_password, set_new_password};
pub use person::{edit_employee, make_password_link, send_password_link, update_employee};
pub use profile::{change_profile, profile};
pub use staff::{ask_staff, change_staff, staff};

use crate::domain::Employee;

/// Short representation of a colleague.
pub struct Face {
    pub name: String,
    pub initials: String,
    /// Class of the face, with that of its colour.
    pub class: String,
}

impl Face {
    pub fn of(employee: &Employee) -> Self {
        Self {
            name: employee.shown_name().to_owned(),
            initials: employee.initials(),
            class: match employee.colour {
                None => "face".to_owned(),
                Some(colour) => format!("face {}", colour.word()),
            },
        }
    }
}
