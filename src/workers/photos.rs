//! Downloads files from a messenger into the database, one at a time, without an open transaction.
//! The messenger keeps a file for later attempts.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::channels::{self, RemoteFiles, Scope, html};
use crate::clock::Clock;
use crate::domain::{
    AttachmentId, Author, Buttons, Comment, Contents, Customer, Reply, Result, Wanted, backoff,
    is_given_up,
};
use crate::failure::Failure;
use crate::i18n;
use crate::store::{self, Db};
use crate::workers::worker::{self, Claim, Queue, Step, Wake, Worker};

/// The worker that downloads from one messenger.
pub struct Fetcher<F: RemoteFiles> {
    db: Db,
    clock: Clock,
    client: F,
}

/// Outcome of a download.
#[derive(Clone)]
pub enum Fetched {
    Here(Arc<Contents>),
    /// The file no longer exists, is too large, or has been retried for too long.
    Lost,
    /// To be retried at that instant.
    Later(Timestamp),
}

impl<F: RemoteFiles> Fetcher<F> {
    pub fn new(db: Db, clock: Clock, client: F) -> Self {
        Self { db, clock, client }
    }

    /// Returns the outcome of a failed attempt.
    fn outcome_of(&self, wanted: &Wanted, failure: &channels::Failure) -> Fetched {
        tracing::warn!(why = failure.detail(), "failed to download file");
        let now = self.clock.now();
        let retry = matches!(failure, channels::Failure::Retry { .. });
        if !retry || is_given_up(wanted.created, now) {
            return Fetched::Lost;
        }
        if let Some(wait) = failure.after() {
            let now = self.clock.elapsed();
            self.client.pauses().note(Scope::Files, now, wait);
        }
        let at = now.saturating_add(backoff(wanted.attempts));
        Fetched::Later(at.unwrap_or(Timestamp::MAX))
    }
}

impl<F: RemoteFiles> Worker for Fetcher<F> {
    /// A download is safe to abort: the messenger keeps the file.
    const GRACE: Duration = Duration::ZERO;

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(error, "failed to read or write attachments");
    }

    fn changes(&self) -> Option<watch::Receiver<()>> {
        Some(self.db.outbox_changes())
    }

    async fn step(&self) -> Result<Step, Failure> {
        worker::next_job(self).await
    }
}

impl<F: RemoteFiles> Queue for Fetcher<F> {
    const NAME: &'static str = "photos";
    type Job = Wanted;
    type Outcome = Fetched;

    async fn claim(&self) -> Result<Claim<Wanted>> {
        let next = |c: &store::Connection| store::attachments::next(c, F::MESSENGER);
        let Some((wanted, at)) = self.db.read(next).await? else {
            return Ok(Claim::Wait(Wake::OnChange));
        };
        if at > self.clock.now() {
            return Ok(Claim::Wait(Wake::At(at)));
        }
        let pauses = self.client.pauses();
        Ok(match pauses.left_of(&Scope::Files, self.clock.elapsed()) {
            Some(left) => Claim::Wait(Wake::After(left)),
            None => Claim::Run(wanted),
        })
    }

    async fn run(&self, wanted: &Wanted) -> Fetched {
        match self.client.download(&wanted.file, Contents::MAX).await {
            Ok(bytes) => match Contents::parse(bytes) {
                Some(contents) => Fetched::Here(Arc::new(contents)),
                None => Fetched::Lost,
            },
            Err(failure) => self.outcome_of(wanted, &failure),
        }
    }

    async fn settle(&self, wanted: &Wanted, fetched: &Fetched) -> Result<()> {
        let (wanted, fetched, now) = (wanted.clone(), fetched.clone(), self.clock.now());
        let work = move |tx: &store::Transaction<'_>| settle(tx, &wanted, &fetched, now);
        self.db.write(work).await
    }

    fn id(wanted: &Wanted) -> i64 {
        wanted.id.get()
    }
}

fn settle(
    tx: &store::Transaction,
    wanted: &Wanted,
    fetched: &Fetched,
    now: Timestamp,
) -> Result<()> {
    match fetched {
        Fetched::Later(at) => return store::attachments::set_retry(tx, wanted.id, *at),
        Fetched::Here(contents) => {
            let kind = wanted.kind_of(contents);
            store::attachments::set_here(tx, wanted.id, kind, contents)?;
        }
        Fetched::Lost => store::attachments::set_lost(tx, wanted.id)?,
    }
    let Some(comment) = store::comments::get(tx, wanted.comment)? else {
        return Ok(());
    };
    if matches!(fetched, Fetched::Lost) {
        tell_of_loss(tx, &comment, wanted.id, now)?;
    }
    store::tasks::touch(tx, comment.task, now)
}

/// Informs the customer that the shop did not receive a file after all: its type could not be known
/// when the message was confirmed.
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
    // The message came by this messenger.
    let links = customer.iter().flat_map(Customer::links);
    let mut links = links.filter(|link| Some(link.chat.messenger.channel()) == comment.channel);
    let Some(link) = links.next().filter(|link| link.reachable()) else {
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
    store::outbox::push_reply_once(tx, link.chat, &reply, now)
}
