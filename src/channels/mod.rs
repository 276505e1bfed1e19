//! How a message reaches a person: the wire of each messenger, and nothing of the shop.

pub mod telegram;
