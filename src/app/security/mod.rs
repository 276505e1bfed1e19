//! Who comes in, and how often they may try: tokens, passwords, secrets, limits, and the queue for hashing.

pub mod known_devices;
pub mod limits;
pub mod passwords;
pub mod secrets;
pub mod tokens;
pub mod turns;

mod keyed;
