//! What goes out: messages with their buttons.

use frankenstein::ParseMode;
use frankenstein::methods::{AnswerCallbackQueryParams, EditMessageTextParams, SendMessageParams};
use frankenstein::types::{
    InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup,
    ReplyKeyboardRemove, ReplyMarkup,
};

use super::{Client, Failure};
use crate::domain::{Buttons, Reply, TelegramId};

/// A text that people typed, for a message (<https://core.telegram.org/bots/api#html-style>).
pub fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

impl Client {
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
        self.tell("sendMessage", &params).await
    }

    async fn edit(&self, chat: TelegramId, message: i32, reply: &Reply) -> Result<(), Failure> {
        let params = EditMessageTextParams::builder()
            .chat_id(chat.get())
            .message_id(message)
            .text(&*reply.text)
            .parse_mode(ParseMode::Html)
            .maybe_reply_markup(inline(&reply.buttons))
            .build();
        match self.tell("editMessageText", &params).await {
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
        if let Err(failure) = self.tell("answerCallbackQuery", &params).await {
            tracing::debug!(why = failure.detail(), "a button press stayed unanswered");
        }
    }
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
