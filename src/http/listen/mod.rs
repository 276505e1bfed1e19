//! Listeners: connection limits, time-outs, TLS, and the plain-HTTP listeners.

pub mod accept;
pub mod metrics;
pub mod plain;
pub mod tls;

mod body;
mod idle;
mod pace;
