//! Authentication and abuse protection: tokens, passwords, secrets, rate limits, and the queue for
//! hashing.

pub mod known_devices;
pub mod limits;
pub mod link_key;
pub mod passwords;
pub mod secrets;
pub mod tokens;
pub mod turns;

mod keyed;
