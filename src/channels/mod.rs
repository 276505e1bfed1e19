//! Channels to people: the wire protocol of each, without shop logic. What they have in common is here: events of a
//! chat, failures, and pauses.

pub mod email;
mod event;
mod failure;
mod html;
mod letter;
pub mod max;
mod pauses;
mod refusal;
mod remote_files;
pub mod sms;
pub mod telegram;
mod transport;

pub use event::{Contact, Content, Event, Message, Person, Update};
pub use failure::Failure;
pub use html::html;
pub use letter::Letter;
pub use pauses::{Pauses, Scope};
pub use refusal::Refusal;
pub use remote_files::RemoteFiles;
pub use transport::{Outbound, Sent, Transport};
