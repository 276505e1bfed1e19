//! Accounts of employees: creation, sign-in and administration.

mod invites;
mod letters;
mod own;
mod password_links;
mod registration;
mod sign_in;
mod staff;

use std::net::IpAddr;

use crate::app::security::known_devices::KnownDevice;
use crate::domain::Employee;

pub use invites::{
    Invitation, InvitePolicy, NewInvite, count_open_invites, first_owner_link, invitation, invite,
    invite_again, invite_once, open_invite, open_invites, withdraw_invite,
};
pub use letters::{AllowedLetter, SEND_TO, UsableLink, allow_letter, send_letter, usable_link};
pub use own::{change_password, logout_everywhere, me, myself, set_language, update_me};
pub use password_links::{
    NewPasswordLink, create_password_link, linked_employee, use_password_link,
};
pub use registration::register;
pub use sign_in::{authenticate, ended, holds, login, logout};
pub use staff::{
    add, any, deactivate, employee, employees, reactivate, reset_password, set_role, shut,
    update_employee,
};

/// Field for errors that concern a whole form.
pub const WHOLE_FORM: &str = "nonFieldErrors";

/// An employee who has just signed in.
pub struct SignedIn {
    pub employee: Employee,
    pub token: String,
}

/// Client address of an authentication attempt, with the accounts that have signed in from this
/// device before.
#[derive(Debug)]
pub struct Source {
    pub address: IpAddr,
    pub known: Vec<KnownDevice>,
}
