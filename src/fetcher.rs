//! Pictures from Telegram into the database, one after the other, with no transaction open while one
//! is on its way. Telegram keeps a file for whoever asks again.

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::{Image, PhotoId, Result, Wanted, backoff, is_given_up};
use crate::store::{self, Db};
use crate::telegram::{Client, Failure, Scope};

/// The worker that fetches.
pub struct Fetcher {
    db: Db,
    clock: Clock,
    client: Client,
}

impl Fetcher {
    pub fn new(db: Db, clock: Clock, client: Client) -> Self {
        Self { db, clock, client }
    }

    /// Fetches until `stop`.
    pub async fn run(&self, stop: &CancellationToken) {
        let mut changes = self.db.outbox_changes();
        loop {
            changes.mark_unchanged();
            let next = tokio::select! {
                () = stop.cancelled() => return,
                next = self.step() => next,
            };
            let wake = match next {
                Ok(wake) => wake,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "the pictures can't be read or written");
                    Some(self.after(Duration::from_secs(1)))
                }
            };
            let alarm = async {
                match wake {
                    Some(wake) => self.clock.sleep_until(wake).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                _ = changes.changed() => {}
                () = alarm => {}
            }
        }
    }

    /// Fetches what is due; returns when there is more, unless something is written down before.
    async fn step(&self) -> Result<Option<Timestamp>> {
        while let Some((wanted, at)) = self.db.read(store::photos::next).await? {
            if at > self.clock.now() {
                return Ok(Some(at));
            }
            let pauses = self.client.pauses();
            if let Some(left) = pauses.left_of(Scope::Files, self.clock.elapsed()) {
                return Ok(Some(self.after(left)));
            }
            let fetched = self.client.file(&wanted.file, Image::MAX).await;
            self.settle(wanted, fetched).await?;
        }
        Ok(None)
    }

    async fn settle(&self, wanted: Wanted, fetched: Result<Vec<u8>, Failure>) -> Result<()> {
        let id = wanted.id;
        let image = match fetched {
            Ok(bytes) => Image::parse(bytes),
            Err(Failure::Retry { after, detail, .. })
                if !is_given_up(wanted.created, self.clock.now()) =>
            {
                self.say(id, &detail);
                if let Some(wait) = after {
                    let now = self.clock.elapsed();
                    self.client.pauses().note(Scope::Files, now, wait);
                }
                let at = self.after(backoff(wanted.attempts));
                let retry = move |tx: &store::Transaction<'_>| store::photos::set_retry(tx, id, at);
                return self.db.write(retry).await;
            }
            Err(failure) => {
                self.say(id, failure.detail());
                None
            }
        };
        let now = self.clock.now();
        let keep = move |tx: &store::Transaction<'_>| {
            match &image {
                Some(image) => store::photos::set_here(tx, id, image)?,
                None => store::photos::set_lost(tx, id)?,
            }
            match store::comments::get(tx, wanted.comment)? {
                Some(comment) => store::tasks::touch(tx, comment.task, now),
                None => Ok(()),
            }
        };
        self.db.write(keep).await
    }

    fn say(&self, photo: PhotoId, why: &str) {
        tracing::warn!(photo = photo.get(), why, "a picture was not fetched");
    }

    fn after(&self, wait: Duration) -> Timestamp {
        let now = self.clock.now();
        now.saturating_add(wait).unwrap_or(Timestamp::MAX)
    }
}
