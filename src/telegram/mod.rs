//! The wire to Telegram, and nothing but the wire: the client of its Bot API
//! (<https://core.telegram.org/bots/api>) and the reading of its updates.

mod update;

use std::time::Duration;

use frankenstein::AsyncTelegramApi;
use frankenstein::ParseMode;
use frankenstein::client_reqwest::Bot;
use frankenstein::methods::{
    AnswerCallbackQueryParams, DeleteWebhookParams, EditMessageTextParams, GetUpdatesParams,
    SendMessageParams, SetMyCommandsParams, SetWebhookParams,
};
use frankenstein::response::MethodResponse;
use frankenstein::types::{
    AllowedUpdate, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton,
    ReplyKeyboardMarkup, ReplyKeyboardRemove, ReplyMarkup,
};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::{BotHealth, BotTrouble, Buttons, Reply, TelegramId, Webhook};

pub use update::{Contact, Event, Person, Update};

/// How long one call may take before its outcome counts as unknown.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long Telegram holds a call for updates open when there are none.
const POLL: Duration = Duration::from_secs(25);

/// A text that people typed, for a message (<https://core.telegram.org/bots/api#html-style>).
pub fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// How long a file may take.
const DOWNLOAD: Duration = Duration::from_secs(30);

/// Where Telegram delivers updates to a server that people reach at `public_url`.
pub fn webhook_url(public_url: &str) -> String {
    format!("{public_url}/telegram/webhook")
}

/// Why a call failed, by what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// 403: the person has blocked the bot.
    Blocked(String),
    /// Telegram will never take this message.
    Refused(String),
    /// Try again, and where Telegram says so, not before `after`. With `maybe_done` the call
    /// may have had its effect all the same.
    Retry {
        after: Option<Duration>,
        maybe_done: bool,
        detail: String,
    },
}

impl Failure {
    /// What Telegram or the network said, without the token.
    pub fn detail(&self) -> &str {
        match self {
            Self::Blocked(detail) | Self::Refused(detail) | Self::Retry { detail, .. } => detail,
        }
    }
}

/// A bot at Telegram.
#[derive(Clone)]
pub struct Client {
    bot: Bot,
    /// The same, but patient.
    poller: Bot,
    /// For what isn't the API itself.
    files: reqwest::Client,
    file_url: String,
    token: SecretString,
}

impl Client {
    /// # Errors
    /// When the system's TLS certificates can't be read.
    pub fn new(api_url: &str, token: SecretString) -> Result<Self, reqwest::Error> {
        let url = format!(
            "{}/bot{}",
            api_url.trim_end_matches('/'),
            token.expose_secret()
        );
        let client = |timeout| {
            reqwest::Client::builder()
                .connect_timeout(TIMEOUT)
                .timeout(timeout)
                .build()
        };
        let bot = |client| Bot::builder().api_url(url.as_str()).client(client).build();
        Ok(Self {
            bot: bot(client(TIMEOUT)?),
            poller: bot(client(POLL + TIMEOUT)?),
            files: client(DOWNLOAD)?,
            file_url: format!(
                "{}/file/bot{}",
                api_url.trim_end_matches('/'),
                token.expose_secret()
            ),
            token,
        })
    }

    /// Sends a message in Telegram's HTML, or puts it in the place of the one that it edits.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn send_reply(&self, chat: TelegramId, reply: &Reply) -> Result<(), Failure> {
        if let Some(query) = &reply.answers {
            self.answer(query).await;
        }
        match reply.edits {
            Some(message) => self.edit(chat, message, reply).await,
            None => self.send(chat, &reply.text, markup(&reply.buttons)).await,
        }
    }

    async fn send(
        &self,
        chat: TelegramId,
        html: &str,
        markup: Option<ReplyMarkup>,
    ) -> Result<(), Failure> {
        let params = SendMessageParams::builder()
            .chat_id(chat.get())
            .text(html)
            .parse_mode(ParseMode::Html)
            .maybe_reply_markup(markup)
            .build();
        self.tell("sendMessage", params).await
    }

    async fn edit(&self, chat: TelegramId, message: i32, reply: &Reply) -> Result<(), Failure> {
        let params = EditMessageTextParams::builder()
            .chat_id(chat.get())
            .message_id(message)
            .text(&*reply.text)
            .parse_mode(ParseMode::Html)
            .maybe_reply_markup(inline(&reply.buttons))
            .build();
        match self.tell("editMessageText", params).await {
            // A page that is turned twice: what was asked for is there.
            Err(Failure::Refused(why)) if why.contains("message is not modified") => Ok(()),
            other => other,
        }
    }

    /// Stops the button's spinner. It says nothing, so a failure changes nothing.
    async fn answer(&self, query: &str) {
        let params = AnswerCallbackQueryParams::builder()
            .callback_query_id(query)
            .build();
        if let Err(failure) = self.tell("answerCallbackQuery", params).await {
            tracing::debug!(why = failure.detail(), "a button press stayed unanswered");
        }
    }

    /// Fetches a file that somebody sent to the bot, of no more than that many bytes
    /// (<https://core.telegram.org/bots/api#getfile>).
    ///
    /// # Errors
    /// See [`Failure`]; [`Failure::Refused`] for one that is longer.
    pub async fn file(&self, file: &str, max: usize) -> Result<Vec<u8>, Failure> {
        let call = self
            .bot
            .request::<_, MethodResponse<File>>("getFile", Some(json!({ "file_id": file })));
        let path = self.call(call).await?.result.file_path;
        let path = path.ok_or_else(|| Failure::Refused("no such file".to_owned()))?;
        let broke = |_| Failure::retry(false, "the connection broke".to_owned());
        let answer = self.files.get(format!("{}/{path}", self.file_url)).send();
        let mut answer = match answer.await.map_err(broke)? {
            answer if answer.status().is_success() => answer,
            answer => {
                let status = answer.status();
                let detail = format!("{} for a file", status.as_u16());
                return Err(match status.is_client_error() {
                    true => Failure::Refused(detail),
                    false => Failure::retry(false, detail),
                });
            }
        };
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(broke)? {
            if bytes.len() + chunk.len() > max {
                return Err(Failure::Refused("too long".to_owned()));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// Asks Telegram to deliver updates to `url` with `secret` in the header. Those that wait
    /// there are kept.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn set_webhook(&self, url: &str, secret: &SecretString) -> Result<(), Failure> {
        let params = SetWebhookParams::builder()
            .url(url)
            .secret_token(secret.expose_secret())
            .allowed_updates(allowed_updates())
            .drop_pending_updates(false)
            .build();
        self.tell("setWebhook", params).await
    }

    /// Asks Telegram to keep updates until they are polled.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn delete_webhook(&self) -> Result<(), Failure> {
        let params = DeleteWebhookParams::builder()
            .drop_pending_updates(false)
            .build();
        self.tell("deleteWebhook", params).await
    }

    /// Sets the menu of commands for one language, or for all that have none of their own.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn set_my_commands(
        &self,
        commands: &[(&str, String)],
        language: Option<&str>,
    ) -> Result<(), Failure> {
        let command = |(name, about): &(&str, String)| {
            BotCommand::builder()
                .command(*name)
                .description(about.as_str())
                .build()
        };
        let params = SetMyCommandsParams::builder()
            .commands(commands.iter().map(command).collect())
            .maybe_language_code(language)
            .build();
        self.tell("setMyCommands", params).await
    }

    /// Waits for updates from `offset` on, and returns them as Telegram wrote them.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn get_updates(&self, offset: Option<i64>) -> Result<Vec<Value>, Failure> {
        let params = GetUpdatesParams::builder()
            .maybe_offset(offset)
            .timeout(u32::try_from(POLL.as_secs()).unwrap_or_default())
            .allowed_updates(allowed_updates())
            .build();
        // One update of an unknown kind must not hide the others, so each is read by itself.
        let poll = self
            .poller
            .request::<_, MethodResponse<Vec<Value>>>("getUpdates", Some(params));
        self.call(poll).await.map(|response| response.result)
    }

    /// Asks how the bot stands, when `wanted` is the address of its webhook; an empty one when it
    /// has none. It takes a few seconds at most.
    pub async fn health(&self, wanted: &str, now: Timestamp) -> BotHealth {
        let mut health = BotHealth {
            seen: now,
            name: None,
            troubles: Vec::new(),
        };
        match self.ask::<Me>("getMe").await {
            Ok(me) => health.name = Some(self.clean(&me.username)),
            Err(failure) => {
                health.troubles.push(trouble(&failure));
                return health;
            }
        }
        match self.ask::<WebhookInfo>("getWebhookInfo").await {
            Ok(info) => health.troubles = self.webhook(info).troubles(wanted, now),
            Err(failure) => health.troubles.push(trouble(&failure)),
        }
        health
    }

    /// What Telegram says is shown to people, so it is cleaned: an address may hold the token.
    fn webhook(&self, info: WebhookInfo) -> Webhook {
        let at = info.last_error_date.map(Timestamp::from_second);
        let said = info.last_error_message.unwrap_or_default();
        Webhook {
            url: self.clean(&info.url),
            waiting: info.pending_update_count,
            last_error: at.and_then(Result::ok).map(|at| (at, self.clean(&said))),
            own_certificate: info.has_custom_certificate,
        }
    }

    /// Calls a method that only asks.
    async fn ask<T: DeserializeOwned>(&self, method: &str) -> Result<T, Failure> {
        let call = self
            .bot
            .request::<_, MethodResponse<T>>(method, Some(json!({})));
        self.call(call).await.map(|response| response.result)
    }

    /// Calls a method whose answer says nothing but that it was done. What else stands in it is
    /// not looked at: a new kind of field there must not make a sent message look unsent.
    async fn tell(
        &self,
        method: &str,
        params: impl Serialize + std::fmt::Debug + Send,
    ) -> Result<(), Failure> {
        let call = self
            .bot
            .request::<_, MethodResponse<IgnoredAny>>(method, Some(params));
        self.call(call).await.map(drop)
    }

    async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, frankenstein::Error>>,
    ) -> Result<T, Failure> {
        call.await.map_err(|error| self.failure(error))
    }

    /// Says what to do about an error of the library. Its own text is never used whole: it may
    /// hold what we sent.
    fn failure(&self, error: frankenstein::Error) -> Failure {
        use frankenstein::Error;
        match error {
            Error::Api(response) => {
                let code = response.error_code;
                let detail = self.clean(&format!("{code} {}", response.description));
                match code {
                    403 => Failure::Blocked(detail),
                    429 => Failure::Retry {
                        after: response
                            .parameters
                            .and_then(|parameters| parameters.retry_after)
                            .map(|seconds| Duration::from_secs(seconds.into())),
                        maybe_done: false,
                        detail,
                    },
                    // A wrong token: every message would be refused, none of them is at fault.
                    401 | 404 => Failure::retry(false, detail),
                    400..=499 => Failure::Refused(detail),
                    _ => Failure::retry(true, detail),
                }
            }
            Error::HttpReqwest(error) => {
                let what = match (error.is_connect(), error.is_timeout()) {
                    (true, _) => "no connection",
                    (false, true) => "no answer in time",
                    (false, false) => "the connection broke",
                };
                Failure::retry(!error.is_connect(), what.to_owned())
            }
            Error::JsonDecode { .. } => {
                Failure::retry(true, "an answer that isn't Telegram's".to_owned())
            }
            _ => Failure::Refused("the message could not be written".to_owned()),
        }
    }

    fn clean(&self, text: &str) -> String {
        text.replace(self.token.expose_secret(), "***")
            .chars()
            .take(200)
            .collect()
    }
}

impl Failure {
    fn retry(maybe_done: bool, detail: String) -> Self {
        Self::Retry {
            after: None,
            maybe_done,
            detail,
        }
    }
}

/// What is read of `getMe`.
#[derive(Deserialize)]
struct Me {
    #[serde(default)]
    username: String,
}

/// What is read of `getFile`.
#[derive(Deserialize)]
struct File {
    file_path: Option<String>,
}

/// What is read of `getWebhookInfo`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct WebhookInfo {
    url: String,
    has_custom_certificate: bool,
    pending_update_count: u32,
    last_error_date: Option<i64>,
    last_error_message: Option<String>,
}

/// A wrong token is the one refusal of a question that has nothing in it.
fn trouble(failure: &Failure) -> BotTrouble {
    let detail = failure.detail();
    match detail.starts_with("401 ") || detail.starts_with("404 ") {
        true => BotTrouble::TokenRefused,
        false => BotTrouble::Unreachable {
            detail: detail.to_owned(),
        },
    }
}

fn allowed_updates() -> Vec<AllowedUpdate> {
    vec![
        AllowedUpdate::Message,
        AllowedUpdate::CallbackQuery,
        AllowedUpdate::MyChatMember,
    ]
}

fn markup(buttons: &Buttons) -> Option<ReplyMarkup> {
    match buttons {
        Buttons::None => None,
        Buttons::Row(_) | Buttons::Column(_) => {
            inline(buttons).map(ReplyMarkup::InlineKeyboardMarkup)
        }
        Buttons::RemoveKeyboard => Some(ReplyMarkup::ReplyKeyboardRemove(
            ReplyKeyboardRemove::builder().remove_keyboard(true).build(),
        )),
        Buttons::ShareContact(label) => {
            let button = KeyboardButton::builder()
                .text(&**label)
                .request_contact(true)
                .build();
            Some(ReplyMarkup::ReplyKeyboardMarkup(
                ReplyKeyboardMarkup::builder()
                    .keyboard(vec![vec![button]])
                    .resize_keyboard(true)
                    .build(),
            ))
        }
    }
}

fn inline(buttons: &Buttons) -> Option<InlineKeyboardMarkup> {
    let button = |(label, data): &(String, String)| {
        InlineKeyboardButton::builder()
            .text(&**label)
            .callback_data(&**data)
            .build()
    };
    let rows = match buttons {
        Buttons::Row(row) => vec![row.iter().map(button).collect()],
        Buttons::Column(all) => all.iter().map(|one| vec![button(one)]).collect(),
        _ => return None,
    };
    Some(
        InlineKeyboardMarkup::builder()
            .inline_keyboard(rows)
            .build(),
    )
}
