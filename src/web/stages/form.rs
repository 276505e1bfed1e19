//! The form of a stage: its fields as typed, and parsed.

use crate::domain::{Colour, Result, Stage, StageChange, StageName, Status, StuckDays, Wording};
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Contents of a stage form, as typed.
pub(super) struct StageForm {
    pub(super) status: Option<Status>,
    pub(super) name: String,
    pub(super) colour: Colour,
    pub(super) wording: String,
    pub(super) told: bool,
    pub(super) stuck: String,
}

/// Parsed contents of a stage form.
pub(super) struct ParsedStage {
    pub(super) name: StageName,
    pub(super) wording: Wording,
    pub(super) stuck: Option<StuckDays>,
}

impl StageForm {
    pub(super) fn new() -> Self {
        Self {
            status: Some(Status::InProgress),
            name: String::new(),
            colour: Colour::Grey,
            wording: String::new(),
            told: true,
            stuck: String::new(),
        }
    }

    pub(super) fn of(stage: &Stage) -> Self {
        let days = stage.stuck.map(|days| days.get().to_string());
        Self {
            status: Some(stage.status),
            name: stage.name.as_str().to_owned(),
            colour: stage.colour,
            wording: stage.wording.as_str().to_owned(),
            told: stage.told,
            stuck: days.unwrap_or_default(),
        }
    }

    pub(super) fn read(visit: &Visit) -> Self {
        Self {
            status: Status::from_word(visit.typed("status")),
            name: visit.typed("name").to_owned(),
            colour: Colour::from_word(visit.typed("colour")).unwrap_or(Colour::Grey),
            wording: visit.typed("wording").to_owned(),
            told: !visit.typed("told").is_empty(),
            stuck: visit.typed("stuckDays").trim().to_owned(),
        }
    }

    /// Returns the values of all fields of the edit form.
    pub(super) fn values(&self) -> [(&'static str, &str); 5] {
        [
            ("name", &self.name),
            ("colour", self.colour.word()),
            ("wording", &self.wording),
            ("told", if self.told { "1" } else { "" }),
            ("stuckDays", &self.stuck),
        ]
    }

    /// Parses the form; `None` when it has errors.
    pub(super) fn parse(&self, errors: &mut Errors, texts: &Texts) -> Result<Option<ParsedStage>> {
        let stuck = match &*self.stuck {
            "" => Ok(None),
            days => StuckDays::parse("stuckDays", days).map(Some),
        };
        let name = errors.take(StageName::parse("name", &self.name), texts)?;
        let wording = errors.take(Wording::parse("wording", &self.wording), texts)?;
        let stuck = errors.take(stuck, texts)?;
        Ok(match (name, wording, stuck) {
            (Some(name), Some(wording), Some(stuck)) => Some(ParsedStage {
                name,
                wording,
                stuck,
            }),
            _ => None,
        })
    }
}

/// Parses the submitted fields of an edit form.
pub(super) fn change<'f>(
    sent: impl Fn(&str) -> Option<&'f str>,
    errors: &mut Errors,
    texts: &Texts,
) -> Result<StageChange> {
    let stuck = |days: &str| match days.trim() {
        "" => Ok(None),
        days => StuckDays::parse("stuckDays", days).map(Some),
    };
    let name = sent("name").map(|name| StageName::parse("name", name));
    let wording = sent("wording").map(|wording| Wording::parse("wording", wording));
    let stuck = sent("stuckDays").map(stuck);
    Ok(StageChange {
        name: errors.take_some(name, texts)?,
        colour: sent("colour").and_then(Colour::from_word),
        wording: errors.take_some(wording, texts)?,
        told: sent("told").map(|told| !told.is_empty()),
        stuck: errors.take_some(stuck, texts)?,
        ..StageChange::default()
    })
}
