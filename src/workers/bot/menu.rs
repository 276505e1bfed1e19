//! The bot's menu of commands. Nothing waits for it, and only failed parts are retried: it is a
//! convenience.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Pace;
use crate::app::Desk;
use crate::channels::telegram::Client;
use crate::clock::Clock;
use crate::domain::Language;
use crate::failure::Failure;
use crate::i18n;
use crate::workers::worker::{Step, Wake, Worker};

/// A part of the menu: its language, and for which language of Telegram it is; `None` for all
/// others.
type Part = (Language, Option<&'static str>);

/// The worker that sets the menu once.
pub struct Menu {
    desk: Arc<Desk>,
    pace: Pace<Client>,
    client: Client,
    parts: Mutex<Parts>,
}

#[derive(Default)]
struct Parts {
    left: VecDeque<Part>,
    /// Parts to be retried when all were attempted.
    failed: VecDeque<Part>,
}

impl Menu {
    pub fn new(desk: Arc<Desk>, pace: Pace<Client>, client: Client) -> Self {
        let mut parts = Parts::default();
        for language in Language::ALL {
            parts.left.push_back((language, Some(language.tag())));
            if language == desk.shop().language {
                parts.left.push_back((language, None));
            }
        }
        Self {
            desk,
            pace,
            client,
            parts: Mutex::new(parts),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Parts) -> T) -> T {
        work(&mut self.parts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Parts {
    fn next(&mut self) -> Option<Part> {
        if self.left.is_empty() {
            std::mem::swap(&mut self.left, &mut self.failed);
        }
        self.left.pop_front()
    }
}

impl Worker for Menu {
    const GRACE: Duration = Duration::ZERO;

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::warn!(error, "failed to set the bot's menu");
    }

    async fn step(&self) -> Result<Step, Failure> {
        if let Some(left) = self.pace.left() {
            return Ok(Step::Idle(Wake::After(left)));
        }
        let Some((language, tag)) = self.with(Parts::next) else {
            return Ok(Step::Idle(Wake::OnChange));
        };
        let text = |name| i18n::text(language, &format!("bot-command-{name}"));
        let commands = ["start", "help"].map(|name| (name, text(name)));
        if let Err(failure) = self.client.set_my_commands(&commands, tag).await {
            tracing::warn!(why = failure.detail(), tag, "failed to set the bot's menu");
            let all_tried = self.with(|parts| {
                parts.failed.push_back((language, tag));
                parts.left.is_empty()
            });
            if all_tried || failure.after().is_some() {
                self.pace.failed(&failure);
            }
        }
        Ok(Step::Worked)
    }
}
