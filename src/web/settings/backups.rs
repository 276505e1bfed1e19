//! What the page of backups has besides settings.

use warp::http::StatusCode;
use warp::reply::Response;

use super::parts::BACKUPS;
use super::{part, render};
use crate::app::backups;
use crate::domain::Result;
use crate::i18n;
use crate::web::form::Errors;
use crate::web::visit::Visit;

/// The newest backup, and whether it is too old.
pub(super) struct BackupsBox {
    pub(super) newest: Option<String>,
    pub(super) size: String,
    pub(super) is_late: bool,
    pub(super) suggested: String,
}

/// Makes a backup at once.
pub async fn make_backup(visit: &Visit) -> Result<Response> {
    let made = backups::make_now(&visit.desk, visit.owner()?).await;
    let mut errors = Errors::default();
    match errors.take(made, &visit.texts)? {
        Some(_) => Ok(visit.go("/settings/backups?made=1")),
        None => {
            render(
                visit,
                part(BACKUPS)?,
                StatusCode::UNPROCESSABLE_ENTITY,
                errors,
            )
            .await
        }
    }
}

/// Sends a backup to be kept elsewhere.
pub async fn take_backup(visit: &Visit) -> Result<Response> {
    let packed = backups::take_away(&visit.desk, visit.owner()?).await?;
    let parts = crate::web::data::streamed(packed.bytes());
    Ok(crate::web::data::file(
        visit,
        "backup",
        "db",
        "application/vnd.sqlite3",
        parts,
    ))
}

pub(super) async fn backups_box(visit: &Visit) -> Result<BackupsBox> {
    let state = backups::state(&visit.desk, visit.owner()?).await?;
    let (texts, newest) = (&visit.texts, state.newest);
    Ok(BackupsBox {
        newest: newest.map(|(made, _)| texts.exact(&made)),
        size: newest.map_or_else(String::new, |(_, bytes)| {
            i18n::size(texts.language, i64::try_from(bytes).unwrap_or(i64::MAX))
        }),
        is_late: state.is_late,
        suggested: state.suggested.display().to_string(),
    })
}
