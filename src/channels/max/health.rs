//! Who the bot is.

use reqwest::Method;
use serde::Deserialize;

use super::Client;
use super::client::{Call, foreign};
use super::refusal::UNTRUSTED;
use crate::channels::Failure;
use crate::domain::one_line;

/// The bot's own account, as far as it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    pub id: i64,
    /// Name in links to the bot; empty when MAX returned none.
    pub username: String,
}

impl Client {
    /// Returns the bot's account.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn me(&self) -> Result<Me, Failure> {
        #[derive(Deserialize)]
        struct Answer {
            user_id: i64,
            #[serde(default)]
            username: Option<String>,
        }
        let answer = self.call(Call::new(Method::GET, "/me")).await?;
        let answer: Answer = serde_json::from_slice(&answer).map_err(|_| foreign())?;
        Ok(Me {
            id: answer.user_id,
            username: one_line(&answer.username.unwrap_or_default()),
        })
    }

    /// Returns whether a failure means that MAX knows no bot with the token.
    pub fn is_token_refused(failure: &Failure) -> bool {
        let detail = failure.detail();
        detail.starts_with("401 ") || detail.contains("verify.token")
    }

    /// Returns whether a failure means that MAX doesn't let the bot do this, whoever it is for.
    pub fn is_forbidden(failure: &Failure) -> bool {
        failure.detail().starts_with("403 ") && !Self::is_token_refused(failure)
    }

    /// Returns whether a failure means that the authority of MAX's certificate isn't trusted.
    pub fn is_untrusted(failure: &Failure) -> bool {
        failure.detail() == UNTRUSTED
    }
}
