//! The one place where an error of ours becomes an error of GraphQL.

use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::{Response, ServerError, Value};

use crate::domain::{Conflict, Error, Invalid, Language, chain, whole_seconds};
use crate::i18n;
use crate::log::request_id;

/// The API speaks English; programs go by `extensions.code`.
pub(super) const LANGUAGE: Language = Language::English;

/// Resolvers only wrap; `finish` words the error, because it knows the request.
impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        Self {
            message: String::new(),
            source: Some(Arc::new(error)),
            extensions: None,
        }
    }
}

/// A code of `extensions.code`.
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
            Self::Internal => "INTERNAL_SERVER_ERROR",
        }
    }
}

/// Words every error of a response, and logs those that are ours in the span of the request: each once, however many fields
/// it is the error of. A row that can't be read is the error of every task of a list.
pub fn finish(response: &mut Response) {
    let mut logged = HashSet::new();
    for error in &mut response.errors {
        match error.source::<Error>() {
            Some(source) => {
                if let Some(failure) = failure(source).filter(|of| logged.insert(chain(*of))) {
                    log(failure);
                }
                let described = describe(source);
                described.write_to(error);
            }
            None => code_library_error(error),
        }
    }
}

/// Errors of the library name a field of the answer when a value did not fit its type, and
/// none when the document was refused before anything ran.
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
    extra: Option<(&'static str, Value)>,
}

impl Described {
    fn write_to(self, error: &mut ServerError) {
        error.message = self.message;
        set(error, "code", self.code.word().into());
        if let Some((name, value)) = self.extra {
            set(error, name, value);
        }
    }
}

/// What the log says of an error, where it is one of ours.
fn failure(error: &Error) -> Option<&(dyn std::error::Error + 'static)> {
    match error {
        Error::Internal(source) | Error::DiskFull(source) => Some(&**source),
        _ => None,
    }
}

fn log(error: &(dyn std::error::Error + 'static)) {
    tracing::error!(error = %chain(error), "internal error");
}

fn describe(error: &Error) -> Described {
    let text = |id| i18n::text(LANGUAGE, id);
    let (code, message, extra) = match error {
        Error::Unauthenticated => (Code::Unauthenticated, text("error-unauthenticated"), None),
        Error::Forbidden => (Code::Forbidden, text("error-forbidden"), None),
        Error::NotFound => (Code::NotFound, text("error-not-found"), None),
        Error::Invalid(invalid) => {
            let Invalid { field, .. } = invalid;
            let message = format!("{field}: {}", i18n::invalid(LANGUAGE, invalid));
            (
                Code::BadUserInput,
                message,
                Some(("field", (*field).into())),
            )
        }
        Error::Conflict(conflict) => (
            Code::Conflict,
            i18n::conflict(LANGUAGE, conflict),
            conflict_extra(conflict),
        ),
        Error::RateLimited { retry_after } | Error::Busy { retry_after } => {
            let seconds = whole_seconds(*retry_after);
            let args = [("seconds", seconds.into())];
            let text = match error {
                Error::Busy { .. } => "error-busy",
                _ => "error-rate-limited",
            };
            let message = i18n::text_with(LANGUAGE, text, args);
            (
                Code::RateLimited,
                message,
                Some(("retryAfter", seconds.into())),
            )
        }
        // The log has it once, from whoever noticed it.
        Error::DatabaseLost(_) => (
            Code::Internal,
            text("error-database-lost"),
            Some(("requestId", request_id().into())),
        ),
        Error::Internal(_) | Error::DiskFull(_) => {
            let message = match error {
                Error::DiskFull(_) => text("error-disk-full"),
                _ => {
                    let args = [("request", request_id().into())];
                    i18n::text_with(LANGUAGE, "error-internal", args)
                }
            };
            (
                Code::Internal,
                message,
                Some(("requestId", request_id().into())),
            )
        }
    };
    Described {
        code,
        message,
        extra,
    }
}

fn conflict_extra(conflict: &Conflict) -> Option<(&'static str, Value)> {
    match conflict {
        Conflict::Version { current } => Some(("currentVersion", (*current).into())),
        Conflict::PhoneTaken { customer } => Some(("customerId", customer.to_string().into())),
        Conflict::LastOwner { owner } => Some(("employeeId", owner.to_string().into())),
        Conflict::EmailTaken => Some(("field", "email".into())),
        Conflict::StageNameTaken => Some(("field", "name".into())),
        Conflict::LastStage | Conflict::CustomerTold => None,
        Conflict::Import | Conflict::ImportChoices => Some(("field", "expected".into())),
    }
}

fn set(error: &mut ServerError, name: &str, value: Value) {
    error.extensions.get_or_insert_default().set(name, value);
}

/// A request that was refused before anything ran.
pub fn refusal(code: Code, message: impl Into<String>) -> Response {
    let mut error = ServerError::new(message, None);
    set(&mut error, "code", code.word().into());
    Response::from_errors(vec![error])
}

/// The code of a response's first error; `OK` without one.
pub fn code_of(response: &Response) -> String {
    let error = response.errors.first();
    let code = error.and_then(|error| error.extensions.as_ref()?.get("code"));
    match (error, code) {
        (None, _) => "OK".to_owned(),
        (_, Some(Value::String(code))) => code.clone(),
        _ => "UNKNOWN".to_owned(),
    }
}

/// Returns the error of a response for which there was no memory.
pub fn busy(response: &Response) -> Option<&Error> {
    let errors = response.errors.iter();
    let mut ours = errors.filter_map(|error| error.source::<Error>());
    ours.find(|error| matches!(error, Error::Busy { .. }))
}

/// The same for an error of ours.
pub fn refusal_of(error: &Error) -> Response {
    let mut refused = ServerError::new("", None);
    if let Some(failure) = failure(error) {
        log(failure);
    }
    describe(error).write_to(&mut refused);
    Response::from_errors(vec![refused])
}
