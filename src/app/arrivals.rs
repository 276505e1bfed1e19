//! Arrival of SMS, which a gateway reports later: when it is asked, or by itself to an address that contains a secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;
use jiff::Timestamp;
use subtle::ConstantTimeEq;

use super::Desk;
use super::security::link_key::LinkKey;
use crate::domain::{Money, Result, SmsDelivery, SmsProvider};
use crate::store::{self, Transaction};

/// Length of the secret in the address, in bytes.
const SECRET: usize = 24;

/// Records what a gateway reports of a message. One that isn't on its way is left as it is, so that a repeated report
/// changes nothing.
pub fn settle(
    tx: &Transaction,
    external_id: &str,
    delivery: &SmsDelivery,
    cost: Option<Money>,
    now: Timestamp,
) -> Result<()> {
    let Some(id) = store::outbox::on_the_way(tx, external_id)? else {
        return Ok(());
    };
    store::outbox::set_cost(tx, id, cost)?;
    match delivery {
        SmsDelivery::OnTheWay | SmsDelivery::Unknown => Ok(()),
        SmsDelivery::Delivered => store::outbox::set_arrived(tx, id),
        SmsDelivery::Failed(code) => store::outbox::set_lost(tx, id, code, now),
    }
}

impl Desk {
    /// Returns the address to which a gateway reports.
    pub fn sms_reports_url(&self, provider: SmsProvider) -> String {
        let (url, word) = (self.public_url(), provider.word());
        format!("{url}/sms/{word}/{}", secret(&self.links, provider))
    }

    /// Returns whether a secret is that of a gateway's address. The comparison takes the same time wherever the two differ.
    pub fn is_sms_secret(&self, provider: SmsProvider, given: &str) -> bool {
        let expected = secret(&self.links, provider);
        expected.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

/// Returns the secret of a gateway's address.
fn secret(key: &LinkKey, provider: SmsProvider) -> String {
    let mut mac = key.mac();
    mac.update(b"sms reports");
    mac.update(&[0]);
    mac.update(provider.word().as_bytes());
    let whole = mac.finalize().into_bytes();
    URL_SAFE_NO_PAD.encode(&whole[..SECRET])
}
