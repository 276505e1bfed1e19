//! Sending a file while it is being made.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use hyper::Method;
use opendal::Operator;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, StatusCode};
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use super::answer::{judge, unanswered};
use super::transport::trouble;
use crate::domain::{OffsiteAccount, OffsiteFault, OffsiteTrouble};

type Result<T> = std::result::Result<T, OffsiteTrouble>;

/// Size of a part where files are sent in parts, in bytes; S3 takes 10,000 of them.
const PART: usize = 16 * 1024 * 1024;
/// Maximum time in which nothing more is taken.
const STALL: Duration = Duration::from_secs(180);
/// Maximum time in which the place says that it has everything: some check a file before.
const DONE: Duration = Duration::from_secs(900);

/// How a place takes a large file.
#[derive(Debug, Clone)]
pub(super) enum Upload {
    /// By one request. It is ours, since the library would hold all of the file in memory.
    Put {
        client: reqwest::Client,
        url: String,
        account: Box<OffsiteAccount>,
    },
    /// In parts, which make a file when all are there.
    Parts,
}

/// Pieces of a file of known length.
pub type Pieces = BoxStream<'static, Result<Bytes>>;

impl Upload {
    /// Sends a file of `length` bytes, unless `stop` is cancelled meanwhile.
    pub async fn send(
        &self,
        operator: &Operator,
        name: &str,
        length: u64,
        pieces: Pieces,
        stop: &CancellationToken,
    ) -> Result<()> {
        match self {
            Self::Parts => send_parts(operator, name, pieces, stop).await,
            Self::Put {
                client,
                url,
                account,
            } => {
                let made = operator.create_dir("/").await;
                made.map_err(|error| trouble(&error))?;
                let request = client
                    .put(format!("{url}/{name}"))
                    .header(CONTENT_TYPE, "application/octet-stream")
                    .header(CONTENT_LENGTH, length);
                let request = match account.user.is_empty() {
                    true => request,
                    false => {
                        let password = account.password.as_ref();
                        let password = password.map(ExposeSecret::expose_secret);
                        request.basic_auth(&account.user, password)
                    }
                };
                let sent = stop.run_until_cancelled(put(request, length, pieces));
                sent.await.unwrap_or(Err(OffsiteFault::Cut.into()))
            }
        }
    }
}

async fn send_parts(
    operator: &Operator,
    name: &str,
    mut pieces: Pieces,
    stop: &CancellationToken,
) -> Result<()> {
    let writer = operator.writer_with(name).chunk(PART).await;
    let mut writer = writer.map_err(|error| trouble(&error))?;
    let sent = async {
        while let Some(piece) = pieces.next().await {
            let taken = writer.write(piece?).await;
            taken.map_err(|error| trouble(&error))?;
        }
        let closed = writer.close().await;
        closed.map(drop).map_err(|error| trouble(&error))
    };
    let sent = stop.run_until_cancelled(sent).await;
    let sent = sent.unwrap_or(Err(OffsiteFault::Cut.into()));
    if sent.is_err() {
        // Parts that make no file would be paid for. The reason of the failure matters more than that of this one.
        let _ = writer.abort().await;
    }
    sent
}

async fn put(request: reqwest::RequestBuilder, length: u64, pieces: Pieces) -> Result<()> {
    let taken = Arc::new(AtomicU64::new(0));
    let counted = taken.clone();
    // Why the pieces ended; the client's own error would say only that they did.
    let failure = Arc::new(std::sync::Mutex::new(None));
    let noted = failure.clone();
    let pieces = pieces.map(move |piece| {
        let piece = piece.inspect_err(|trouble| {
            if let Ok(mut noted) = noted.lock() {
                *noted = Some(trouble.clone());
            }
        })?;
        counted.fetch_add(piece.len() as u64, Ordering::Relaxed);
        Ok::<_, OffsiteTrouble>(piece)
    });
    let request = request.body(Body::wrap_stream(pieces)).send();
    let answer = tokio::select! {
        answer = request => answer,
        () = stalled(&taken, length) => return Err(OffsiteFault::Unreachable.into()),
    };
    let own = failure.lock().ok().and_then(|mut failure| failure.take());
    let answer = match (answer, own) {
        (_, Some(trouble)) => return Err(trouble),
        (Err(error), None) => return Err(unanswered(&error).trouble),
        (Ok(answer), None) => answer,
    };
    let answer = judge(&Method::PUT, answer).await;
    let status = answer.map_err(|judged| judged.trouble)?.status();
    match status {
        _ if status.is_success() => Ok(()),
        StatusCode::NOT_FOUND | StatusCode::CONFLICT => Err(OffsiteFault::NoPlace.into()),
        _ => Err(OffsiteFault::Refused.with(format!("HTTP {}", status.as_u16()))),
    }
}

/// Ends when nothing more was taken for long.
async fn stalled(taken: &AtomicU64, length: u64) {
    let mut before = taken.load(Ordering::Relaxed);
    loop {
        let wait = if before < length { STALL } else { DONE };
        tokio::time::sleep(wait).await;
        let now = taken.load(Ordering::Relaxed);
        if now == before {
            return;
        }
        before = now;
    }
}
