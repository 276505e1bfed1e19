use std::sync::Arc;

use async_graphql::{Enum, ID, Object};
use serde::Serialize;

use super::StatusEnum;
use super::written::{Written, fields};
use crate::domain::{Colour, Stage, StuckDays};

/// The colours that stages have.
#[derive(Enum, Serialize, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "StageColour", remote = "Colour")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ColourEnum {
    Grey,
    Blue,
    Green,
    Orange,
    Red,
    Violet,
    Teal,
    Pink,
}

pub type StageView = Written<StageFields>;

pub struct StageFields(Arc<Stage>);

pub fn stage(stage: impl Into<Arc<Stage>>) -> StageView {
    Written(StageFields(stage.into()))
}

fields! {
    #[Object(name = "Stage", serial)]
    /// A step inside a status, as the shop calls it.
    StageFields, wants ();

    held {
        "id" id: ID = |stage| stage.0.id.get().into();

        /// The status that a task in it has.
        "status" status: StatusEnum = |stage| stage.0.status.into();

        /// What staff call it; no two stages have the same name.
        "name" name: &str = |stage| stage.0.name.as_str();

        /// Of its pill on the pages.
        "colour" colour: ColourEnum = |stage| stage.0.colour.into();

        /// Its place among those of its status, from 1 on. In the first one are the tasks of which only
        /// the status is set.
        "position" position: usize = |stage| stage.0.position;

        /// What the customer reads; empty for the status's own words.
        "wording" wording: &str = |stage| stage.0.wording.as_str();

        /// Whether the customer is told when a task comes here.
        "told" told: bool = |stage| stage.0.told;

        /// After how many days here a task is stuck; null for never.
        "stuckDays" stuck_days: Option<i64> = |stage| stage.0.stuck.map(StuckDays::get);
    }

    fetched {}
}
