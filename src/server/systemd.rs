//! Notifications to systemd for a service with `Type=notify`. Without systemd nothing is sent.

use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

use crate::domain::chain;
use crate::failure::Failure;

/// Reports readiness, sends the watchdog's keep-alives, and reports the stop.
pub(super) async fn keep_alive(stop: CancellationToken) -> Result<(), Failure> {
    notify(NotifyState::Ready);
    match sd_notify::watchdog_enabled() {
        None => stop.cancelled().await,
        Some(limit) => {
            let mut ticks = tokio::time::interval(limit / 2);
            loop {
                tokio::select! {
                    () = stop.cancelled() => break,
                    _ = ticks.tick() => notify(NotifyState::Watchdog),
                }
            }
        }
    }
    notify(NotifyState::Stopping);
    Ok(())
}

fn notify(state: NotifyState) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(
            error = %chain(&error),
            "failed to notify systemd"
        );
    }
}
