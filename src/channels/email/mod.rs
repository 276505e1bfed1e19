//! E-mail by SMTP: letters out, none in. Answers come by the customer's page.

mod fault;
mod html;
mod letter;
mod mailer;

pub use letter::Letter;
pub use mailer::{Mailer, TIMEOUT};
