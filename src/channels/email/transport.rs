//! Sending by a mail server.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::Quota;

use super::Mailer;
use crate::channels::{Failure, Outbound, Pauses, Sent, Transport};
use crate::domain::Channel;

/// An account at a mail server by which letters are sent.
#[derive(Clone)]
pub struct Letters {
    mailer: Mailer,
    pauses: Arc<Pauses>,
}

impl Letters {
    pub fn new(mailer: Mailer) -> Self {
        Self {
            mailer,
            pauses: Arc::default(),
        }
    }
}

impl Transport for Letters {
    const CHANNEL: Channel = Channel::Email;
    const PER_PERSON: Quota = Quota::per_second(NonZeroU32::MIN);
    /// Providers count by hours and days rather; a burst looks like unwanted mail.
    const OVERALL: Quota =
        Quota::per_second(NonZeroU32::new(2).unwrap()).allow_burst(NonZeroU32::MIN);

    fn pauses(&self) -> &Pauses {
        &self.pauses
    }

    async fn send(&self, message: &Outbound) -> Result<Sent, Failure> {
        let Outbound::Letter(letter) = message else {
            return Err(Failure::Refused("not a letter".to_owned()));
        };
        self.mailer.send(letter).await?;
        Ok(Sent::default())
    }
}
