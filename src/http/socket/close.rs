//! The end of a socket: its code, its reason and the closing handshake (RFC 6455 §7).

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{self, AsyncWriteExt};
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::WebSocket;
use crate::clock::Clock;

/// Maximum wait for a client to take the close frame.
const FAREWELL: Duration = Duration::from_secs(1);
/// Maximum wait for a client to answer the close frame and to end its side of the connection.
const LINGER: Duration = Duration::from_secs(5);
/// The longest reason, in bytes: a control frame has 125, and the code takes two (RFC 6455 §5.5).
const REASON: usize = 123;

/// The reasons to close a socket. Codes from 4400 and the words before the colons are the protocol's, the codes below RFC
/// 6455's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Close {
    GoingAway,
    ProtocolViolated,
    InvalidText,
    TooLarge,
    Internal,
    InvalidMessage(&'static str),
    /// A `subscribe` before `connection_init` was accepted.
    NotSignedIn,
    /// The token of the socket has expired, or its session has ended.
    TokenEnded,
    TokenMissing,
    TokenInvalid,
    SubprotocolNotAcceptable,
    InitTimeout,
    SubscriberExists(String),
    TooManyInits,
    TooManyRequests,
}

impl Close {
    pub fn message(&self) -> Message {
        let (code, reason) = self.code_and_reason();
        let end = reason.floor_char_boundary(REASON);
        Message::Close(Some(CloseFrame {
            code: code.into(),
            reason: reason[..end].into(),
        }))
    }

    fn code_and_reason(&self) -> (u16, String) {
        let (code, reason) = match self {
            Self::GoingAway => (1001, "The server stops"),
            Self::ProtocolViolated => (1002, "Malformed frame"),
            Self::InvalidText => (1007, "Text that is not UTF-8"),
            Self::TooLarge => (1009, "Message over 256 KiB"),
            Self::Internal => (4500, "Internal server error"),
            Self::InvalidMessage(why) => (4400, *why),
            Self::NotSignedIn => (4401, "Unauthorized: send connection_init first"),
            Self::TokenEnded => (4401, "Unauthorized: the token has expired or was revoked"),
            Self::TokenMissing => (4403, "Forbidden: send Authorization with a bearer token"),
            Self::TokenInvalid => (4403, "Forbidden: the token is invalid, expired or revoked"),
            Self::SubprotocolNotAcceptable => (4406, "Subprotocol not acceptable"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::SubscriberExists(id) => {
                return (4409, format!("Subscriber for {id} already exists"));
            }
            Self::TooManyInits => (4429, "Too many initialisation requests"),
            Self::TooManyRequests => (4429, "Too many requests"),
        };
        (code, reason.to_owned())
    }
}

/// The ways in which a conversation ends.
#[derive(Debug)]
pub(super) enum End {
    ByServer(Close),
    ByClient,
    /// The connection is broken, or the client neither reads nor answers.
    Lost,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::ByServer(close)
    }
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        match error {
            Error::Capacity(_) => Close::TooLarge.into(),
            Error::Utf8(_) => Close::InvalidText.into(),
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Self::Lost,
            Error::Protocol(_) => Close::ProtocolViolated.into(),
            _ => Self::Lost,
        }
    }
}

/// Sends the close frame, or the answer to the client's. Returns whether the client took it.
pub(super) async fn tell(socket: &mut WebSocket, end: End, clock: &Clock) -> bool {
    let told = async {
        match end {
            End::ByServer(close) => socket.send(close.message()).await.is_ok(),
            // The library has the answer ready.
            End::ByClient => socket.flush().await.is_ok(),
            End::Lost => false,
        }
    };
    tokio::select! {
        told = told => told,
        () = clock.sleep(FAREWELL) => false,
    }
}

/// Waits until the client has answered and ended its side. A connection that is closed while bytes of the client arrive is
/// reset, and the reset overtakes the close frame.
pub(super) async fn linger(mut socket: WebSocket, clock: &Clock) {
    let ended = async {
        while let Some(Ok(_)) = socket.next().await {}
        let stream = socket.get_mut();
        stream.shutdown().await?;
        io::copy(stream, &mut io::sink()).await
    };
    tokio::select! {
        // A client that has gone without an answer has nothing to lose.
        _ = ended => {}
        () = clock.sleep(LINGER) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(close: &Close) -> CloseFrame {
        match close.message() {
            Message::Close(Some(frame)) => frame,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn a_reason_is_cut_at_a_character_and_fits_into_a_frame() {
        let start = "Subscriber for ".len();
        for (id, length) in [
            ("a".repeat(1_000), REASON),
            ("я".repeat(1_000), REASON),
            (format!("a{}", "я".repeat(1_000)), REASON - 1),
            ("🔧".repeat(1_000), start + (REASON - start) / 4 * 4),
        ] {
            let frame = frame(&Close::SubscriberExists(id.clone()));
            assert_eq!(frame.reason.len(), length, "{}", frame.reason);
            assert!(format!("Subscriber for {id}").starts_with(&*frame.reason));
        }
        let short = frame(&Close::SubscriberExists("1".into()));
        assert_eq!(&*short.reason, "Subscriber for 1 already exists");
    }

    #[test]
    fn a_reason_is_never_empty() {
        for close in [Close::TokenEnded, Close::TokenMissing, Close::TooLarge] {
            assert!(!frame(&close).reason.is_empty(), "{close:?}");
        }
    }
}
