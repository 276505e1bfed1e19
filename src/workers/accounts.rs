//! Sending by the accounts at an SMS gateway and a mail server, which owners set up, replace and remove while the server
//! runs.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::arrivals::Arrivals;
use super::outbox::Notifier;
use super::parts::Parts;
use crate::app::Desk;
use crate::channels::{email, sms};
use crate::failure::Failure;

/// The part of the server that keeps the senders of these channels running.
pub struct Accounts {
    pub desk: Arc<Desk>,
    /// In place of the usual address of the SMS gateway.
    pub sms_url: Option<String>,
}

impl Accounts {
    /// Runs until `stop`. A change of the settings starts the senders anew, after what is being sent.
    ///
    /// # Errors
    /// When a worker fails or ends unasked.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Failure> {
        let mut changes = self.desk.settings.changes();
        while !stop.is_cancelled() {
            changes.mark_unchanged();
            let mut parts = Parts::new(&stop);
            self.start(&mut parts)?;
            let ended = tokio::select! {
                // A worker that ends because of a stop doesn't end unasked.
                biased;
                () = stop.cancelled() => Ok(()),
                failed = parts.failed() => failed,
                Ok(()) = changes.changed() => Ok(()),
            };
            parts.stopped().await?;
            ended?;
        }
        Ok(())
    }

    fn start(&self, parts: &mut Parts) -> Result<(), Failure> {
        if let Some(account) = self.desk.sms_account() {
            let client = sms::Client::new(account, self.sms_url.as_deref(), sms::TIMEOUT)?;
            parts.add(Notifier::of(
                &self.desk,
                sms::Texts::new(client.clone()),
                self.public_url(),
            ));
            parts.add(Arrivals::new(self.desk.clone(), client));
        }
        if let Some(account) = self.desk.mail_account() {
            let mailer = email::Mailer::new(&account, email::TIMEOUT);
            let mailer = mailer.map_err(|refusal| refusal.fault.detail)?;
            parts.add(Notifier::of(
                &self.desk,
                email::Letters::new(mailer),
                self.public_url(),
            ));
        }
        Ok(())
    }

    fn public_url(&self) -> String {
        self.desk.public_url().to_string()
    }
}
