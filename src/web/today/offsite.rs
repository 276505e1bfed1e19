//! How the last copy on another machine went, for owners.

use crate::app::offsite;
use crate::domain::Result;
use crate::i18n;
use crate::web::visit::Visit;

/// The last good copy, or that there is none.
pub struct OffsiteLine {
    pub text: String,
    pub is_bad: bool,
}

impl OffsiteLine {
    /// Returns the line; `None` for employees, and while no copies are to be made.
    pub async fn of(visit: &Visit) -> Result<Option<Self>> {
        let Ok(owner) = visit.owner() else {
            return Ok(None);
        };
        let state = offsite::state(&visit.desk, &owner).await?;
        if !state.is_ready {
            return Ok(None);
        }
        let texts = &visit.texts;
        let good = state.good.as_ref().zip(state.good_place.as_ref());
        let newest = good.map(|((made, copy), place)| {
            let bytes = i64::try_from(copy.bytes).unwrap_or(i64::MAX);
            let (ago, size) = (texts.ago(made), i18n::size(texts.language, bytes));
            let args = [("ago", &ago), ("size", &size), ("place", place)];
            let args = args.map(|(name, value)| (name, value.as_str().into()));
            texts.with("offsite-today", args)
        });
        let why = state.trouble.filter(|_| state.is_late);
        let why = why.map(|(_, trouble)| i18n::offsite(texts.language, &trouble));
        let late = state.is_late.then(|| texts.s("offsite-late"));
        let parts = [late, why, newest].into_iter().flatten();
        let text = parts.collect::<Vec<_>>().join(" ");
        let line = Self {
            text,
            is_bad: state.is_late,
        };
        Ok(Some(line).filter(|line| !line.text.is_empty()))
    }
}
