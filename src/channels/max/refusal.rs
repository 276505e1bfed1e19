//! Errors that MAX responds with (<https://dev.max.ru/docs-api>, "Error responses").

use std::time::Duration;

use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde_json::Value;

use crate::channels::Failure;
use crate::domain::LONGEST_WAIT;

/// Detail of a failure because MAX's certificate isn't trusted.
pub(super) const UNTRUSTED: &str = "its certificate isn't trusted";

/// Pause after too many requests, where MAX gives none: its limits are by the second.
const PAUSE: Duration = Duration::from_secs(5);

/// Codes of chats that can't be reached. There is no official list; MAX responds with the first one also where its
/// message is "Key: error.dialog.suspended".
const GONE: &[&str] = &[
    "chat.denied",
    "chat.not.found",
    "dialog.not.found",
    "dialog.suspended",
    "user.not.found",
];
/// Keys of the same in messages.
const GONE_KEYS: &[&str] = &[
    "error.chat.denied",
    "error.chat.notfound",
    "error.dialog.notfound",
    "error.dialog.suspended",
    "error.user.notfound",
];

/// Why a response doesn't confirm success.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It isn't MAX's.
    Foreign,
    Of(Error),
}

/// An error of MAX's.
#[derive(Debug)]
pub(super) struct Error {
    status: u16,
    /// What is matched: the text beside it is for people.
    code: String,
    /// The key in that text, if it has one. The rest may quote the call, and isn't kept.
    key: Option<String>,
    is_unknown_chat: bool,
}

/// The fields that tell success from failure. All other content of a response is ignored here: a new kind of field
/// must not make a sent message look unsent.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    success: Value,
    #[serde(default)]
    code: Value,
    #[serde(default)]
    message: Value,
}

/// Reads whether a response confirms success. `secret` is taken out of what it says.
pub(super) fn read(status: u16, body: &[u8], secret: &str) -> Result<(), Refusal> {
    // A list would pass for one without fields.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let envelope = is_object.then(|| serde_json::from_slice(body).ok());
    let envelope: Envelope = envelope.flatten().ok_or(Refusal::Foreign)?;
    let is_done = (200..300).contains(&status);
    if is_done && envelope.success != Value::Bool(false) {
        return Ok(());
    }
    let clean = |text: &str| text.replace(secret, "***");
    let message = clean(envelope.message.as_str().unwrap_or_default()).to_lowercase();
    let code = match envelope.code.as_str() {
        Some(code) => named(&clean(code)),
        None if is_done => "without a code".to_owned(),
        None => return Err(Refusal::Foreign),
    };
    let key = message
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_')))
        .find(|word| word.starts_with("error."));
    let mut kinds = ["chat", "dialog", "user"].into_iter();
    Err(Refusal::Of(Error {
        status,
        key: key.map(named),
        is_unknown_chat: message.contains("not found") && kinds.any(|kind| message.contains(kind)),
        code,
    }))
}

/// Keeps what a code may consist of.
fn named(code: &str) -> String {
    let fits = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    code.chars().filter(fits).take(60).collect()
}

impl Error {
    /// Classifies the error by what is to be done about it.
    pub(super) fn failure(&self, after: Option<&HeaderValue>) -> Failure {
        let detail = match &self.key {
            Some(key) => format!("{} {} ({key})", self.status, self.code),
            None => format!("{} {}", self.status, self.code),
        };
        match (self.status, self.code.as_str()) {
            // A wrong token: every message would be rejected, and none of them is the cause.
            (401, _) | (_, "verify.token") => Failure::retry(false, detail),
            (429, _) | (_, "too.many.requests") => Failure::Retry {
                after: Some(after.and_then(wait).unwrap_or(PAUSE)),
                maybe_done: false,
                detail,
            },
            // A file that MAX hasn't processed yet.
            (_, "attachment.not.ready") => Failure::retry(false, detail),
            (500.., _) => Failure::retry(true, detail),
            // MAX gives 403 where the person has stopped the bot, and says so.
            _ if self.is_gone() => Failure::Blocked(detail),
            // Otherwise the bot itself isn't allowed to: no person is the cause.
            (403, _) => Failure::retry(false, detail),
            _ => Failure::Refused(detail),
        }
    }

    fn is_gone(&self) -> bool {
        let key = self.key.as_deref();
        GONE.contains(&&*self.code)
            || key.is_some_and(|key| GONE_KEYS.contains(&key))
            || self.is_unknown_chat
    }
}

/// Reads a number of seconds. A wait longer than any message is retried is rejected, so that no message waits for
/// years.
fn wait(value: &HeaderValue) -> Option<Duration> {
    let seconds = value.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds)).filter(|wait| *wait <= LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "f9LHodD0cOI";

    fn failure(status: u16, body: &str, after: Option<&'static str>) -> Failure {
        let after = after.map(HeaderValue::from_static);
        match read(status, body.as_bytes(), SECRET).unwrap_err() {
            Refusal::Foreign => panic!("{body}"),
            Refusal::Of(error) => error.failure(after.as_ref()),
        }
    }

    #[test]
    fn an_error_is_classified_by_its_code() {
        let blocked = |detail: &str| Failure::Blocked(detail.to_owned());
        let retry = |maybe_done, detail: &str| Failure::retry(maybe_done, detail.to_owned());
        for (status, body, expected) in [
            (
                401,
                r#"{"code": "verify.token", "message": "Invalid access_token"}"#,
                retry(false, "401 verify.token"),
            ),
            (
                403,
                r#"{"code": "verify.token", "message": "Invalid access_token"}"#,
                retry(false, "403 verify.token"),
            ),
            (
                403,
                r#"{"code": "chat.denied", "message": "Key: error.dialog.suspended, args: [228532008,]."}"#,
                blocked("403 chat.denied (error.dialog.suspended)"),
            ),
            (
                403,
                r#"{"code": "access.denied", "message": "Bot 1 is not allowed"}"#,
                retry(false, "403 access.denied"),
            ),
            (
                404,
                r#"{"code": "not.found", "message": "Chat with user 1 not found"}"#,
                blocked("404 not.found"),
            ),
            (
                200,
                r#"{"success": false, "code": "chat.denied", "message": "no"}"#,
                blocked("200 chat.denied"),
            ),
            (
                400,
                r#"{"code": "proto.payload", "message": "Can't read: +79001234567"}"#,
                Failure::Refused("400 proto.payload".to_owned()),
            ),
            (
                404,
                r#"{"code": "not.found", "message": "Unknown path"}"#,
                Failure::Refused("404 not.found".to_owned()),
            ),
            (
                400,
                r#"{"code": "attachment.not.ready", "message": ""}"#,
                retry(false, "400 attachment.not.ready"),
            ),
            (
                503,
                r#"{"code": "service.unavailable", "message": ""}"#,
                retry(true, "503 service.unavailable"),
            ),
            (
                400,
                r#"{"code": "bad f9LHodD0cOI", "message": "error.f9LHodD0cOI"}"#,
                Failure::Refused("400 bad (error.)".to_owned()),
            ),
            (
                200,
                r#"{"success": false, "message": "no"}"#,
                Failure::Refused("200 without a code".to_owned()),
            ),
        ] {
            assert_eq!(failure(status, body, None), expected, "{body}");
        }
    }

    #[test]
    fn too_many_requests_pause_as_long_as_max_says_or_for_a_moment() {
        let body = r#"{"code": "too.many.requests", "message": ""}"#;
        for (after, expected) in [
            (None, PAUSE),
            (Some("30"), Duration::from_secs(30)),
            (Some("soon"), PAUSE),
            (Some("259201"), PAUSE),
        ] {
            let failure = failure(429, body, after);
            assert_eq!(failure.after(), Some(expected), "{after:?}");
        }
    }

    #[test]
    fn what_confirms_success_and_what_is_not_max() {
        for body in [
            r#"{"message": {"body": {"mid": "mid.1"}}}"#,
            r#"{"success": true}"#,
            r#"{"success": "certainly", "more": [1]}"#,
            "{}",
        ] {
            assert!(read(200, body.as_bytes(), SECRET).is_ok(), "{body}");
        }
        for (status, body) in [
            (200, "<html>"),
            (200, ""),
            (200, "[]"),
            (302, "{}"),
            (502, "<html>Bad gateway</html>"),
            (404, r#"{"error": "no such page"}"#),
        ] {
            let refusal = read(status, body.as_bytes(), SECRET);
            assert!(matches!(refusal, Err(Refusal::Foreign)), "{body}");
        }
    }
}
