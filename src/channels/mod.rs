//! Channels to people: the wire protocol of each, without shop logic.

pub mod email;
mod failure;
mod html;
mod refusal;
pub mod sms;
pub mod telegram;

pub use failure::Failure;
pub use html::html;
pub use refusal::Refusal;
