pub mod domain;
pub mod clock;
pub mod i18n;
pub mod store;
pub mod app;
pub mod telegram;
pub mod bot;
pub mod notifier;
