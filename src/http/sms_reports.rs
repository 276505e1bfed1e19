//! `POST /sms/{gateway}/{secret}`: reports of an SMS gateway on the messages that it has taken.

use std::sync::Arc;

use warp::Reply;
use warp::http::StatusCode;
use warp::reply::Response;

use super::{Body, Site};
use crate::app::arrivals;
use crate::channels::sms;
use crate::domain::{SmsProvider, chain};
use crate::store::Transaction;

/// Responds as the gateway wants it once the reports were recorded, or if they are about nothing that is on its way; 503
/// makes the gateway report again.
pub(super) async fn answer(
    provider: String,
    secret: String,
    site: Arc<Site>,
    body: Body,
) -> Response {
    let desk = &site.desk;
    let provider = SmsProvider::from_word(&provider);
    let Some(provider) = provider.filter(|provider| desk.is_sms_secret(*provider, &secret)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let body = match body {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let (reports, now) = (sms::reports(provider, &body), desk.clock.now());
    let settle = move |tx: &Transaction<'_>| {
        let mut reports = reports.iter();
        reports.try_for_each(|report| arrivals::settle(tx, &report.id, &report.delivery, None, now))
    };
    match desk.db.write(settle).await {
        Ok(()) => sms::receipt(provider).into_response(),
        Err(error) => {
            tracing::error!(error = %chain(&error), "failed to record reports of the SMS gateway");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
