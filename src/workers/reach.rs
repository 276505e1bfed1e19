//! The request by which the server tests its own public URL; see `app::reach`.

use std::error::Error as _;
use std::time::Duration;

use crate::domain::Problem;
use crate::https;

/// Maximum time for the answer.
const WAIT: Duration = Duration::from_secs(10);

/// Requests a link of this server by its public URL.
///
/// # Errors
/// The reason why nothing answers there.
pub async fn ask(link: String) -> Result<(), Problem> {
    let client = https::client().redirect(reqwest::redirect::Policy::none());
    let client = client.timeout(WAIT).build();
    let client = client.map_err(|_| Problem::AddressCertificate)?;
    let sent = client.get(link).send().await;
    sent.map(drop).map_err(|error| reason(&error))
}

/// Returns the reason in words for people. The library has no types for the reasons below it.
fn reason(error: &reqwest::Error) -> Problem {
    if error.is_timeout() {
        return Problem::AddressTimeout;
    }
    let mut next = error.source();
    while let Some(cause) = next {
        next = cause.source();
        let text = cause.to_string();
        if text.contains("dns error") {
            return Problem::AddressNameUnknown;
        }
        if let Some(io) = cause.downcast_ref::<std::io::Error>()
            && io.kind() == std::io::ErrorKind::ConnectionRefused
        {
            return Problem::AddressRefused;
        }
        if text.contains("certificate") {
            return Problem::AddressCertificate;
        }
    }
    match error.is_connect() {
        true => Problem::AddressRefused,
        false => Problem::AddressForeign,
    }
}
