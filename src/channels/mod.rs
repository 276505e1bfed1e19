//! Messaging channels: the wire protocol of each messenger, without shop logic.

pub mod telegram;
