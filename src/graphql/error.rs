//! The only mapping from domain errors to GraphQL errors.

use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::{Name, PathSegment, Response, ServerError, Value};

use crate::domain::{Conflict, Error, Invalid, Language, chain, whole_seconds};
use crate::i18n;
use crate::log::request_id;

/// The API is in English; clients should match on `extensions.code`.
pub(super) const LANGUAGE: Language = Language::English;

/// Resolvers only wrap errors; `finish` adds message and code, since it knows the request.
impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        Self {
            message: String::new(),
            source: Some(Arc::new(error)),
            extensions: None,
        }
    }
}

/// A value of `extensions.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Unauthenticated,
    Forbidden,
    NotFound,
    BadUserInput,
    Conflict,
    RateLimited,
    ParseFailed,
    ValidationFailed,
    PersistedQueryNotSupported,
    Internal,
}

impl Code {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Conflict => "CONFLICT",
            Self::RateLimited => "RATE_LIMITED",
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::Internal => "INTERNAL_SERVER_ERROR",
        }
    }
}

/// Adds message and code to every error of a response, and logs internal ones in the request's span, each only once:
/// an unreadable row, for example, fails every task of a list.
/// `path_of` returns the path of a rejected value in the arguments of the field that failed, by the path of the error.
pub fn finish(response: &mut Response, path_of: impl Fn(&[PathSegment], &Invalid) -> Value) {
    let mut logged = HashSet::new();
    for error in &mut response.errors {
        match error.source::<Error>() {
            Some(source) => {
                if let Some(failure) = failure(source).filter(|of| logged.insert(chain(*of))) {
                    log(failure);
                }
                let described = describe(source, &|invalid| path_of(&error.path, invalid));
                described.write_to(error);
            }
            None => code_library_error(error),
        }
    }
}

/// The library's errors name a response path when a value didn't fit its type, and none when the
/// document was rejected before execution.
fn code_library_error(error: &mut ServerError) {
    let coded = error
        .extensions
        .as_ref()
        .is_some_and(|all| all.get("code").is_some());
    if !coded {
        let code = match error.path.is_empty() {
            true => Code::ValidationFailed,
            false => Code::BadUserInput,
        };
        set(error, "code", code.word().into());
    }
}

struct Described {
    code: Code,
    message: String,
    extra: Vec<(&'static str, Value)>,
}

impl Described {
    fn write_to(self, error: &mut ServerError) {
        error.message = self.message;
        set(error, "code", self.code.word().into());
        for (name, value) in self.extra {
            set(error, name, value);
        }
    }
}

/// Returns the source to be logged, if the error is internal.
fn failure(error: &Error) -> Option<&(dyn std::error::Error + 'static)> {
    match error {
        Error::Internal(source) | Error::DiskFull(source) => Some(&**source),
        _ => None,
    }
}

fn log(error: &(dyn std::error::Error + 'static)) {
    tracing::error!(error = %chain(error), "internal error");
}

fn describe(error: &Error, path_of: &dyn Fn(&Invalid) -> Value) -> Described {
    let text = |id| i18n::text(LANGUAGE, id);
    let request = || vec![("requestId", request_id().into())];
    let (code, message, extra) = match error {
        Error::Unauthenticated => (Code::Unauthenticated, text("error-unauthenticated"), vec![]),
        Error::Forbidden => (Code::Forbidden, text("error-forbidden"), vec![]),
        Error::NotFound => (Code::NotFound, text("error-not-found"), vec![]),
        Error::Missing { field } => {
            let field = vec![("field", (*field).into())];
            (Code::NotFound, text("error-not-found"), field)
        }
        Error::Gone => {
            let field = vec![("field", "idempotencyKey".into())];
            (Code::NotFound, text("error-gone"), field)
        }
        Error::Invalid(_) | Error::InvalidFields(_) => {
            let all = error.invalid_fields();
            let sentences = all.iter().map(sentence);
            let message = sentences.collect::<Vec<_>>().join("\n");
            (Code::BadUserInput, message, invalid_extra(all, path_of))
        }
        Error::Conflict(conflict) => {
            let message = i18n::conflict(LANGUAGE, conflict);
            (Code::Conflict, message, conflict_extra(conflict))
        }
        Error::RateLimited { retry_after } | Error::Busy { retry_after } => {
            let seconds = whole_seconds(*retry_after);
            let args = [("seconds", seconds.into())];
            let text = match error {
                Error::Busy { .. } => "error-busy",
                _ => "error-rate-limited",
            };
            let message = i18n::text_with(LANGUAGE, text, args);
            let after = vec![("retryAfter", seconds.into())];
            (Code::RateLimited, message, after)
        }
        // Logged once where it was detected.
        Error::DatabaseLost(_) => (Code::Internal, text("error-database-lost"), request()),
        Error::DiskFull(_) => (Code::Internal, text("error-disk-full"), request()),
        Error::Internal(_) => {
            let args = [("request", request_id().into())];
            let message = i18n::text_with(LANGUAGE, "error-internal", args);
            (Code::Internal, message, request())
        }
    };
    Described {
        code,
        message,
        extra,
    }
}

fn sentence(invalid: &Invalid) -> String {
    format!("{}: {}", invalid.field, i18n::invalid(LANGUAGE, invalid))
}

/// Returns the first rejected field, and for every one its path in the arguments and what is wrong.
fn invalid_extra(
    all: &[Invalid],
    path_of: &dyn Fn(&Invalid) -> Value,
) -> Vec<(&'static str, Value)> {
    let first = all.first().map(|invalid| ("field", invalid.field.into()));
    let described = all.iter().map(|invalid| {
        let message = i18n::invalid(LANGUAGE, invalid);
        let pair = [
            (Name::new("path"), path_of(invalid)),
            (Name::new("message"), message.into()),
        ];
        Value::Object(pair.into_iter().collect())
    });
    let described = ("fields", Value::List(described.collect()));
    first.into_iter().chain([described]).collect()
}

/// Returns what a client needs to resolve a conflict: the field of its input, and what is there.
fn conflict_extra(conflict: &Conflict) -> Vec<(&'static str, Value)> {
    let known = match conflict {
        Conflict::Version { current } => Some(("currentVersion", (*current).into())),
        Conflict::PhoneTaken { customer } => Some(("customerId", customer.to_string().into())),
        Conflict::LastOwner { owner } => Some(("employeeId", owner.to_string().into())),
        _ => None,
    };
    let field = match conflict {
        Conflict::Version { .. } => Some("expectedVersion"),
        Conflict::PhoneCorrected => Some("expectedPhone"),
        Conflict::EmailTaken => Some("email"),
        Conflict::StageNameTaken | Conflict::DrawerNameTaken => Some("name"),
        Conflict::WebhookUrlTaken => Some("url"),
        Conflict::ArticleTaken => Some("article"),
        Conflict::RequestKeyUsed => Some("idempotencyKey"),
        Conflict::ShiftOpen => Some("drawerId"),
        Conflict::ShiftOver | Conflict::AlreadyReversed => Some("id"),
        Conflict::CashMoved => Some("expectedCash"),
        Conflict::PaidMeanwhile => Some("sum"),
        Conflict::Import | Conflict::ImportChoices => Some("expected"),
        Conflict::PhoneTaken { .. }
        | Conflict::LastOwner { .. }
        | Conflict::LastStage
        | Conflict::CustomerTold => None,
    };
    let field = field.map(|field| ("field", field.into()));
    known.into_iter().chain(field).collect()
}

fn set(error: &mut ServerError, name: &str, value: Value) {
    error.extensions.get_or_insert_default().set(name, value);
}

/// Builds the response to a request that was rejected before execution.
pub fn refusal(code: Code, message: impl Into<String>) -> Response {
    let mut error = ServerError::new(message, None);
    set(&mut error, "code", code.word().into());
    Response::from_errors(vec![error])
}

/// Builds the response to a document that was rejected for several reasons.
pub(super) fn refusals(code: Code, mut errors: Vec<ServerError>) -> Response {
    for error in &mut errors {
        set(error, "code", code.word().into());
    }
    Response::from_errors(errors)
}

/// Returns the code of a response's first error; `OK` when there is none.
pub fn code_of(response: &Response) -> String {
    let error = response.errors.first();
    let code = error.and_then(|error| error.extensions.as_ref()?.get("code"));
    match (error, code) {
        (None, _) => "OK".to_owned(),
        (_, Some(Value::String(code))) => code.clone(),
        _ => "UNKNOWN".to_owned(),
    }
}

/// Returns the `Busy` error of a response, if there is one.
pub fn busy(response: &Response) -> Option<&Error> {
    let errors = response.errors.iter();
    let mut ours = errors.filter_map(|error| error.source::<Error>());
    ours.find(|error| matches!(error, Error::Busy { .. }))
}

/// Builds the response to a request that failed with a domain error before execution.
pub fn refusal_of(error: &Error) -> Response {
    let mut refused = ServerError::new("", None);
    if let Some(failure) = failure(error) {
        log(failure);
    }
    let path_of = |invalid: &Invalid| Value::List(vec![invalid.field.into()]);
    describe(error, &path_of).write_to(&mut refused);
    Response::from_errors(vec![refused])
}
