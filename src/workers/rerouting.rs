//! Plans waiting messages anew when a channel is set up or turned off, also while the server was not running.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::app::{Desk, routes};
use crate::clock::Clock;
use crate::domain::{Result, Routing};
use crate::failure::Failure;
use crate::store::{self, Connection, Transaction};
use crate::workers::worker::{Step, Wake, Worker};

/// Interval of comparing the channels with those of the last plan: a bot ends some time after its token was removed.
const LOOK: Duration = Duration::from_secs(10);
/// Number of customers in one transaction.
const MOST: usize = 100;

/// The worker that plans.
pub struct Rerouting {
    desk: Arc<Desk>,
    /// The channels for which everything is planned; `None` after a start.
    planned: Mutex<Option<Routing>>,
}

impl Rerouting {
    pub fn new(desk: Arc<Desk>) -> Self {
        Self {
            desk,
            planned: Mutex::default(),
        }
    }

    async fn plan(&self, routing: &Routing) -> Result<()> {
        let db = &self.desk.db;
        let mut last = None;
        loop {
            let read = move |c: &Connection| store::outbox::waited_for(c, last, MOST);
            let customers = db.read(read).await?;
            last = customers.last().copied();
            if last.is_none() {
                break;
            }
            let (shop, now) = (self.desk.shop(), self.desk.clock.now());
            let work = move |tx: &Transaction<'_>| routes::plan_all(tx, &shop, &customers, now);
            db.write(work).await?;
        }
        let (routing, now) = (routing.clone(), self.desk.clock.now());
        let work = move |tx: &Transaction<'_>| routes::give_up_replies(tx, &routing, now);
        db.write(work).await
    }
}

impl Worker for Rerouting {
    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(error, "failed to plan the waiting messages anew");
    }

    fn changes(&self) -> Option<watch::Receiver<()>> {
        Some(self.desk.settings.changes())
    }

    /// Recovers the channels that are turned off, which have no sender to do it.
    async fn recover(&self) -> Result<(), Failure> {
        let routing = self.desk.routing();
        let work = move |tx: &Transaction<'_>| {
            let mut off = routing.turned_off();
            off.try_for_each(|channel| store::outbox::recover(tx, channel).map(drop))
        };
        Ok(self.desk.db.write(work).await?)
    }

    async fn step(&self) -> Result<Step, Failure> {
        let routing = self.desk.routing();
        let is_planned = |planned: &Option<Routing>| planned.as_ref() == Some(&routing);
        if !is_planned(&self.planned.lock().unwrap_or_else(PoisonError::into_inner)) {
            self.plan(&routing).await?;
            *self.planned.lock().unwrap_or_else(PoisonError::into_inner) = Some(routing);
        }
        Ok(Step::Idle(Wake::After(LOOK)))
    }
}
