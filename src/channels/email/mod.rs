//! E-mail by SMTP: letters out, none in. Answers come by the customer's page.

mod fault;
mod html;
mod letter;
mod mailer;
mod transport;

pub use mailer::{Mailer, TIMEOUT};
pub use transport::Letters;
