//! The desk in a real browser. Without Chromium these tests are skipped with a message, unless
//! `ZAYAVKA_REQUIRE_BROWSER` is set.

mod accounts;
mod board;
mod bot;
mod chromium;
mod customers;
mod day;
mod desk_pages;
mod filters;
mod forms;
mod graphiql;
mod icons;
mod keys;
mod live;
mod mapping;
mod money;
mod offsite;
mod papers;
mod pictures;
mod plain;
mod repair;
mod screens;
mod screenshots;
mod sheet;
mod status;
mod talk;
mod tasks;
mod undo;
