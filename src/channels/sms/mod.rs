//! SMS gateways: sms.ru, SMSC and SMS Aero. Each is a table of requests and answers; the client is the same for all.
//!
//! A gateway charges for each message, and none of the three promises to refuse a repeated one: an outcome that is
//! unknown is reported as such (`maybe_done`), and the sender must not send that message again.

mod answer;
mod client;
mod gateway;
mod report;
mod sms_aero;
mod sms_ru;
mod smsc;
mod transport;

pub use client::{Client, TIMEOUT};
pub use gateway::{Delivery, Report, Sent, SmsState, Text};
pub use report::{receipt, reports};
pub use transport::Texts;
