//! The mapping of domain types to SQLite's values.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::domain::{
    AliasId, ApprovalId, Arrival, AttachmentId, AttachmentKind, AttachmentState, AuditAction,
    AuditEventId, Category, Channel, Colour, CommentId, CommentKind, CustomerId, Day, Decision,
    DeliveryId, DeliveryState, DrawerId, EmployeeId, Error, EventId, EventKind, HookEvent,
    HookSource, IncidentKind, InviteId, ItemId, Language, LineId, LineKind, MergeId, MessageForm,
    MessagePurpose, Messenger, Method, Money, NoticeId, OffsiteFault, PaymentId, PaymentKind, Role,
    ShiftId, StageId, Status, TaskId, TelegramId, TimeOfDay, WebhookId,
};

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull(Arc::new(error)),
            _ => Self::internal(error),
        }
    }
}

macro_rules! ids {
    ($($name:ident)*) => {$(
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_i64().map(Self::from_row)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.get().into())
            }
        }
    )*};
}

ids! {
    AliasId AuditEventId ApprovalId AttachmentId CommentId CustomerId DeliveryId DrawerId EmployeeId EventId InviteId ItemId LineId MergeId NoticeId
    PaymentId ShiftId StageId TaskId TelegramId WebhookId
}

macro_rules! words {
    ($($name:ident: $from:expr, $to:expr;)*) => {$(
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                $from(value.as_str()?).ok_or(FromSqlError::InvalidType)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok($to(*self).into())
            }
        }
    )*};
}

words! {
    AuditAction: AuditAction::from_word, AuditAction::word;
    Status: Status::from_word, Status::word;
    Category: Category::from_word, Category::word;
    Colour: Colour::from_word, Colour::word;
    Arrival: Arrival::from_word, Arrival::word;
    Channel: Channel::from_word, Channel::word;
    Messenger: Messenger::from_word, Messenger::word;
    CommentKind: CommentKind::from_word, CommentKind::word;
    Decision: Decision::from_word, Decision::word;
    AttachmentKind: AttachmentKind::from_word, AttachmentKind::word;
    AttachmentState: AttachmentState::from_word, AttachmentState::word;
    EventKind: EventKind::from_word, EventKind::word;
    LineKind: LineKind::from_word, LineKind::word;
    Method: Method::from_word, Method::word;
    PaymentKind: PaymentKind::from_word, PaymentKind::word;
    Role: Role::from_word, Role::word;
    Language: Language::parse, Language::tag;
    MessagePurpose: MessagePurpose::from_word, MessagePurpose::word;
    MessageForm: MessageForm::from_word, MessageForm::word;
    HookEvent: HookEvent::from_word, HookEvent::word;
    HookSource: HookSource::from_word, HookSource::word;
    DeliveryState: DeliveryState::from_word, DeliveryState::word;
    IncidentKind: IncidentKind::from_word, IncidentKind::word;
    OffsiteFault: OffsiteFault::from_word, OffsiteFault::word;
}

/// A colour of a column that is empty for none.
pub struct MaybeColour(pub Option<Colour>);

impl FromSql for MaybeColour {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "" => Ok(Self(None)),
            _ => Ok(Self(Some(Colour::column_result(value)?))),
        }
    }
}

impl FromSql for Money {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self::from_row)
    }
}

impl ToSql for Money {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.minor().into())
    }
}

/// A day is stored as `YYYY-MM-DD`, so that the text order is the order of days.
impl FromSql for Day {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::parse("day", value.as_str()?).map_err(FromSqlError::other)
    }
}

impl ToSql for Day {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

/// A time of the day is stored as text too, for the same reason.
impl FromSql for TimeOfDay {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::parse("time", value.as_str()?).map_err(FromSqlError::other)
    }
}

impl ToSql for TimeOfDay {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

/// An instant is stored as milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Millis(pub Timestamp);

impl FromSql for Millis {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let instant = Timestamp::from_millisecond(value.as_i64()?);
        instant.map(Self).map_err(FromSqlError::other)
    }
}

impl ToSql for Millis {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_millisecond().into())
    }
}

/// Escapes a text for LIKE with `ESCAPE '\'`, so that its wildcards are literal.
pub fn literal(text: &str) -> String {
    text.replace('\\', r"\\")
        .replace('%', r"\%")
        .replace('_', r"\_")
}

/// Encodes numbers for `json_each`, so that one statement accepts any number of them.
pub(in crate::store) fn numbers(all: impl Iterator<Item = i64>) -> String {
    serde_json::json!(all.collect::<Vec<_>>()).to_string()
}

/// Returns the direction of an order in SQL.
pub(in crate::store) const fn direction(descending: bool) -> &'static str {
    match descending {
        true => "DESC",
        false => "ASC",
    }
}
