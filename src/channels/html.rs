//! The markup of messages: the subset of HTML that Telegram knows
//! (<https://core.telegram.org/bots/api#html-style>).

/// Escapes a text for a message.
pub fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
