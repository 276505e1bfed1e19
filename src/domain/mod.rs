//! What the shop works with, and the rules that hold without a database, a network or a clock.
//!
//! Nothing here does input or output. Every value that a person types has a private field and one
//! door, `parse`; so a [`Phone`] that exists is a phone that may be stored.

#[macro_use]
mod words;

mod about;
mod account;
mod approval;
mod bot_health;
mod comment;
mod customer;
mod device;
mod email;
mod error;
mod ids;
mod import;
mod incident;
mod language;
mod money;
mod month;
mod notice;
mod phone;
mod photo;
mod reminders;
mod retry;
mod search;
mod staff_bot;
mod stage;
mod task;
mod text;
mod time;
mod webhook;
mod workload;

pub use about::About;
pub use account::{
    Actor, Employee, Introspection, Owner, PASSWORD_LENGTH, Password, Registration, Role,
};
pub use approval::{Approval, Decision, NewApproval};
pub use bot_health::{BotHealth, BotState, BotTrouble, Webhook};
pub use comment::{Channel, Comment, CommentKind, Settled};
pub use customer::{Customer, CustomerChange, TelegramLink};
pub use device::{Details, DetailsChange, Device, Line, Link, serial_key};
pub use email::Email;
pub use error::{Conflict, Error, Invalid, Problem, Result, chain, whole_seconds};
pub use ids::{
    ApprovalId, CommentId, CustomerId, DeliveryId, EmployeeId, EventId, NoticeId, PhotoId, StageId,
    TaskId, TelegramId, WebhookId,
};
pub use import::{
    ImportRow, ImportTask, Line as ImportLine, Observation, Outcome, Remark, Report, Sheet, Source,
    Whose,
};
pub use incident::{Incident, IncidentKind};
pub use language::Language;
pub use money::{Currency, Sum};
pub use month::{Month, MonthReport, Step, Stepped, Turnover};
pub use notice::{
    Buttons, Collapsed, Content, Fate, Notice, NoticeRecord, Outgoing, Reason, Reply, Told,
    Undelivered, Waiting, collapse,
};
pub use phone::{Country, Phone};
pub use photo::{Image, Photo, PhotoState, Wanted};
pub use reminders::Reminders;
pub use retry::{LONGEST_BACKOFF, LONGEST_WAIT, backoff, is_given_up};
pub use search::Search;
pub use staff_bot::{StaffCode, StaffNews, Urgency};
pub use stage::{
    Colour, MOST_STAGES, NewStage, Stage, StageChange, StageName, StuckDays, USUAL_STAGES,
    UsualStage, Wording,
};
pub use task::{
    Author, Category, EventKind, NewTask, Status, Task, TaskChange, TaskEvent, TaskFilter,
    TaskOrder,
};
pub use text::{Description, Message, Name};
pub use time::{Day, Days, Shop, TimeOfDay, TimeZone, moment};
pub use webhook::{Delivery, HookEvent, HookStanding, Subject, UndeliveredHook};
pub use workload::{Concern, Workload};
