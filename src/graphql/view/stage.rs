use std::sync::Arc;

use async_graphql::{Enum, ID, Object};
use serde::Serialize;

use super::written::{Written, fields};
use super::{StatusEnum, known};
use crate::domain::{Colour, Stage, StuckDays};
use crate::graphql::global_id::{NodeType, node_id};

/// Colours of stages and employees.
#[derive(Enum, Serialize, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "StageColour", remote = "Colour")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ColourEnum {
    /// The colour grey, the default of a new stage.
    Grey,
    /// The colour blue.
    Blue,
    /// The colour green.
    Green,
    /// The colour orange.
    Orange,
    /// The colour red.
    Red,
    /// The colour violet.
    Violet,
    /// The colour teal, between blue and green.
    Teal,
    /// The colour pink.
    Pink,
}

pub type StageView = Written<StageFields>;

pub struct StageFields(Arc<Stage>);

pub fn stage(stage: impl Into<Arc<Stage>>) -> StageView {
    Written(StageFields(stage.into()))
}

fields! {
    #[Object(name = "Stage", serial)]
    /// A step within a status, as named by the shop.
    StageFields, wants ();

    held {
        /// Global id of the object, for `node`.
        "nodeId" node_id: ID = |stage| node_id(NodeType::Stage, stage.0.id.get());

        /// Id of the stage, unique among stages.
        "id" id: ID = |stage| stage.0.id.get().into();

        /// The status of tasks in this stage.
        "status" status: StatusEnum = |stage| stage.0.status.into();

        /// Name for staff; unique.
        "name" name: &str = |stage| stage.0.name.as_str();

        /// Colour of the stage's label on the pages.
        "colour" colour: ColourEnum = |stage| stage.0.colour.into();

        /// Position among the stages of its status, from 1. Tasks for which only the status is set
        /// are in the first stage.
        "position" position: usize = |stage| stage.0.position;

        /// Text for the customer; null for the status's own text.
        "wording" wording: Option<&str> = |stage| known(stage.0.wording.as_str());

        /// Whether the customer is notified when a task enters the stage.
        "told" told: bool = |stage| stage.0.told;

        /// Number of days after which a task here is stalled; null for never.
        "stuckDays" stuck_days: Option<i64> = |stage| stage.0.stuck.map(StuckDays::get);
    }

    fetched {}
}
