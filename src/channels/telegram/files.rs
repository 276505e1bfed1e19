//! Download of files sent to the bot.

use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use super::Client;
use crate::channels::{Failure, Pauses, RemoteFiles};
use crate::domain::Messenger;
use crate::https::{self, Unread};

impl RemoteFiles for Client {
    const MESSENGER: Messenger = Messenger::Telegram;

    fn pauses(&self) -> &Pauses {
        self.pauses()
    }

    /// Source: <https://core.telegram.org/bots/api#getfile>. A Bot API server that runs with `--local` names a file on its
    /// own disk instead (<https://core.telegram.org/bots/api#using-a-local-bot-api-server>).
    async fn download(&self, file: &str, max: usize) -> Result<Vec<u8>, Failure> {
        let params = json!({ "file_id": file });
        let found: File = self.call(&self.bot, "getFile", &params).await?;
        let path = found
            .file_path
            .ok_or_else(|| Failure::Refused("no such file".to_owned()))?;
        match Path::new(&path).is_absolute() {
            true => self.local.file(path.into(), max).await,
            false => self.fetch(&path, max).await,
        }
    }
}

impl Client {
    async fn fetch(&self, path: &str, max: usize) -> Result<Vec<u8>, Failure> {
        let request = self.files.get(self.url_of("file/bot", path));
        let answer = match self.answered(request).await? {
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
        https::read(answer, max)
            .await
            .map_err(|unread| match unread {
                Unread::Broken(error) => self.broken(&error),
                Unread::TooLong => Failure::Refused("too long".to_owned()),
            })
    }
}

/// The parsed fields of `getFile`.
#[derive(Deserialize)]
struct File {
    file_path: Option<String>,
}
