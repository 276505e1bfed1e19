//! Files from Telegram into the database, one after the other, with no transaction open while one
//! is on its way. Telegram keeps a file for whoever asks again.

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::channels::telegram::{Client, Failure, Scope, html};
use crate::clock::Clock;
use crate::domain::{
    AttachmentId, Author, Buttons, Comment, Contents, Reply, Result, TelegramLink, Wanted, backoff,
    is_given_up,
};
use crate::i18n;
use crate::store::{self, Db};

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
                    tracing::error!(
                        error,
                        "the files that customers sent can't be read or written"
                    );
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
        while let Some((wanted, at)) = self.db.read(store::attachments::next).await? {
            if at > self.clock.now() {
                return Ok(Some(at));
            }
            let pauses = self.client.pauses();
            if let Some(left) = pauses.left_of(Scope::Files, self.clock.elapsed()) {
                return Ok(Some(self.after(left)));
            }
            let fetched = self.client.file(&wanted.file, Contents::MAX).await;
            self.settle(wanted, fetched).await?;
        }
        Ok(None)
    }

    async fn settle(&self, wanted: Wanted, fetched: Result<Vec<u8>, Failure>) -> Result<()> {
        let id = wanted.id;
        let contents = match fetched {
            Ok(bytes) => Contents::parse(bytes),
            Err(Failure::Retry { after, detail, .. })
                if !is_given_up(wanted.created, self.clock.now()) =>
            {
                self.say(id, &detail);
                if let Some(wait) = after {
                    let now = self.clock.elapsed();
                    self.client.pauses().note(Scope::Files, now, wait);
                }
                let at = self.after(backoff(wanted.attempts));
                let retry =
                    move |tx: &store::Transaction<'_>| store::attachments::set_retry(tx, id, at);
                return self.db.write(retry).await;
            }
            Err(failure) => {
                self.say(id, failure.detail());
                None
            }
        };
        let now = self.clock.now();
        let keep = move |tx: &store::Transaction<'_>| {
            match &contents {
                Some(contents) => {
                    let kind = wanted.kind_of(contents);
                    store::attachments::set_here(tx, id, kind, contents)?;
                }
                None => store::attachments::set_lost(tx, id)?,
            }
            let Some(comment) = store::comments::get(tx, wanted.comment)? else {
                return Ok(());
            };
            if contents.is_none() {
                tell_of_loss(tx, &comment, id, now)?;
            }
            store::tasks::touch(tx, comment.task, now)
        };
        self.db.write(keep).await
    }

    fn say(&self, attachment: AttachmentId, why: &str) {
        tracing::warn!(attachment = attachment.get(), why, "fetch a file");
    }

    fn after(&self, wait: Duration) -> Timestamp {
        let now = self.clock.now();
        now.saturating_add(wait).unwrap_or(Timestamp::MAX)
    }
}

/// Tells the customer that the shop has not got a file after all: when it was passed on, nobody could
/// know what it is.
fn tell_of_loss(
    tx: &store::Transaction,
    comment: &Comment,
    id: AttachmentId,
    now: Timestamp,
) -> Result<()> {
    let customer = match comment.author {
        Author::Customer(Some(customer)) => store::customers::get(tx, customer)?,
        _ => None,
    };
    let link = customer.and_then(|customer| customer.telegram);
    let Some(link) = link.filter(TelegramLink::reachable) else {
        return Ok(());
    };
    let mut attachments = comment.attachments.iter();
    let Some(lost) = attachments.find(|attachment| attachment.id == id) else {
        return Ok(());
    };
    let what = html(&i18n::attachment(link.language, lost));
    let bound = Contents::MAX / (1024 * 1024);
    let args = [
        ("number", comment.task.to_string().into()),
        ("what", what.into()),
        ("bound", bound.into()),
    ];
    let text = i18n::text_with(link.language, "bot-file-lost", args);
    let reply = Reply::new(text, Buttons::None).about(comment.task);
    store::outbox::push_reply_once(tx, link.id, &reply, now)
}
