//! Failures of requests to other servers.

words! {
    /// Why a request to another server failed, spelled as in the log, the API and the database.
    NetworkFailure {
        /// The name server doesn't know the name, or doesn't answer.
        NameUnknown = "the name can't be resolved",
        NoConnection = "no connection",
        ConnectTimeout = "no connection in time",
        /// The certificate isn't trusted, or the handshake broke off.
        Tls = "no TLS connection",
        NoAnswer = "no answer in time",
        Broken = "the connection broke",
        TooLong = "an answer that is too long",
        /// What answers is no Bot API server.
        NotTelegram = "an answer that isn't Telegram's",
        ProxyUnreachable = "no connection to the proxy",
        /// Neither the proxy nor the server behind it can be told from the other then.
        ProxyTimeout = "no connection through the proxy in time",
        ProxyPassword = "the proxy doesn't accept the user name and the password",
        ProxyRefused = "the proxy refused the connection",
    }
}

impl NetworkFailure {
    /// Returns whether the proxy is to blame, or may be.
    pub fn is_of_proxy(self) -> bool {
        matches!(
            self,
            Self::ProxyUnreachable | Self::ProxyTimeout | Self::ProxyPassword | Self::ProxyRefused
        )
    }

    /// Returns whether nothing came back, as when a provider blocks the server.
    pub fn is_silence(self) -> bool {
        match self {
            Self::NameUnknown
            | Self::NoConnection
            | Self::ConnectTimeout
            | Self::Tls
            | Self::NoAnswer
            | Self::Broken => true,
            Self::TooLong
            | Self::NotTelegram
            | Self::ProxyUnreachable
            | Self::ProxyTimeout
            | Self::ProxyPassword
            | Self::ProxyRefused => false,
        }
    }
}
