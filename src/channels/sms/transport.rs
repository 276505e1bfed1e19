//! Sending by a gateway.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::Quota;

use super::gateway;
use super::{Client, Text};
use crate::channels::{Failure, Outbound, Pauses, Sent, Transport};
use crate::domain::Channel;

/// An account at a gateway by which messages are sent.
#[derive(Clone)]
pub struct Texts {
    client: Client,
    pauses: Arc<Pauses>,
}

impl Texts {
    pub fn new(client: Client) -> Self {
        Self {
            client,
            pauses: Arc::default(),
        }
    }
}

impl Transport for Texts {
    const CHANNEL: Channel = Channel::Sms;
    const PER_PERSON: Quota = Quota::per_second(NonZeroU32::MIN);
    /// No gateway documents a lower limit than ten a second.
    const OVERALL: Quota =
        Quota::per_second(NonZeroU32::new(5).unwrap()).allow_burst(NonZeroU32::MIN);
    /// Each message is paid for.
    const REPEATS: bool = false;

    fn pauses(&self) -> &Pauses {
        &self.pauses
    }

    async fn send(&self, message: &Outbound) -> Result<Sent, Failure> {
        let Outbound::Text { phone, text, id } = message else {
            return Err(Failure::Refused("not a message for a phone".to_owned()));
        };
        let phone = phone.e164();
        let gateway::Sent { id, cost, .. } = self.client.send(&Text { phone, text, id }).await?;
        Ok(Sent {
            cost,
            external_id: Some(id),
            ..Sent::default()
        })
    }
}
