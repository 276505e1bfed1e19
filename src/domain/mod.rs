//! What the shop works with, and the rules that hold without a database, a network or a clock.
//!
//! Nothing here does input or output. Every value that a person types has a private field and one
//! door, `parse`; so a [`Phone`] that exists is a phone that may be stored.

mod about;
mod account;
mod bot_health;
mod customer;
mod device;
mod email;
mod error;
mod ids;
mod import;
mod language;
mod money;
mod notice;
mod phone;
mod search;
mod task;
mod text;
mod time;

pub use about::About;
pub use account::{
    Actor, Employee, Introspection, Owner, PASSWORD_LENGTH, Password, Registration, Role,
};
pub use bot_health::{BotHealth, BotState, BotTrouble, Webhook};
pub use customer::{Customer, CustomerChange, TelegramLink};
pub use device::{Details, DetailsChange, Device, Line, Link, serial_key};
pub use email::Email;
pub use error::{Conflict, Error, Invalid, Problem, Result, chain, whole_seconds};
pub use ids::{CustomerId, EmployeeId, EventId, NoticeId, TaskId, TelegramId};
pub use import::{
    ImportRow, ImportTask, Line as ImportLine, Observation, Outcome, Remark, Report, Sheet, Source,
    Whose,
};
pub use language::Language;
pub use money::{Currency, Sum};
pub use notice::{
    Buttons, Collapsed, Content, Fate, Notice, NoticeRecord, Outgoing, Reason, Reply, Undelivered,
    Waiting, collapse,
};
pub use phone::{Country, Phone};
pub use search::Search;
pub use task::{
    Author, Category, EventKind, NewTask, Status, Task, TaskChange, TaskEvent, TaskFilter,
    TaskOrder,
};
pub use text::{Description, Name};
pub use time::{Day, Days, Shop, TimeZone, moment};
