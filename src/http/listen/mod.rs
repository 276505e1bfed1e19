//! The listeners: who may connect, how long a request may take, TLS, and the plain ones.

pub mod accept;
pub mod metrics;
pub mod plain;
pub mod tls;

mod body;
mod pace;
