//! One binary of tests against the real server, on a free port, with a real database file.

mod architecture;
mod config;
mod contract;
mod harness;
mod tasks;
