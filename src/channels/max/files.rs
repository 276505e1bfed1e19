//! Download of files sent to the bot. MAX names a file by a URL that expires.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::RETRY_AFTER;

use super::Client;
use super::client::{DOWNLOAD, broken};
use crate::channels::{Failure, Pauses, RemoteFiles};
use crate::domain::{LONGEST_WAIT, Messenger};
use crate::https::{self, Refused, Unread, is_own_literal};

impl RemoteFiles for Client {
    const MESSENGER: Messenger = Messenger::Max;

    fn pauses(&self) -> &Pauses {
        self.pauses()
    }

    /// The request has no token. Outside the API's own server, which the owner has named, it leads to public addresses
    /// over https only.
    async fn download(&self, url: &str, max: usize) -> Result<Vec<u8>, Failure> {
        let refused = |why: &str| Failure::Refused(why.to_owned());
        let url = Url::parse(url).map_err(|_| refused("no such file"))?;
        let api = Url::parse(&self.url).ok();
        let request = match api.is_some_and(|api| api.origin() == url.origin()) {
            true => self.bot.get(url).timeout(DOWNLOAD),
            false if url.scheme() != "https" => return Err(refused("not over https")),
            false if is_own_literal(&url) => return Err(Failure::Refused(Refused.to_string())),
            false => self.files.get(url),
        };
        let answer = request.send().await.map_err(|error| unreachable(&error))?;
        let status = answer.status();
        if !status.is_success() {
            let after = answer.headers().get(RETRY_AFTER);
            let after = after.and_then(|value| value.to_str().ok()?.parse().ok());
            let after = after.map(|seconds| Duration::from_secs(seconds).min(LONGEST_WAIT));
            let detail = format!("{} for a file", status.as_u16());
            return Err(match status.as_u16() {
                408 | 429 | 500.. => Failure::Retry {
                    after,
                    maybe_done: false,
                    detail,
                },
                // Also a redirect, which isn't followed.
                _ => Failure::Refused(detail),
            });
        }
        https::read(answer, max)
            .await
            .map_err(|unread| match unread {
                Unread::Broken(error) => unreachable(&error),
                Unread::TooLong => refused("too long"),
            })
    }
}

fn unreachable(error: &reqwest::Error) -> Failure {
    match Refused::is_cause_of(error) {
        true => Failure::Refused(Refused.to_string()),
        false => Failure::retry(false, broken(error).detail().to_owned()),
    }
}
