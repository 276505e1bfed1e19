//! Mutations of stages.

use async_graphql::{Context, ID, Object, SimpleObject};

use crate::app;
use crate::domain::{Result, Stage, StageId, Together};
use crate::graphql::input::{CreateStageInput, UpdateStageInput};
use crate::graphql::view::{StageView, stage};
use crate::graphql::{RequestContext, idempotency};
use crate::store::Transaction;

/// Result of `createStage` and `updateStage`.
#[derive(SimpleObject)]
pub struct StagePayload {
    /// The created or changed stage.
    stage: StageView,
}

impl From<Stage> for StagePayload {
    fn from(made: Stage) -> Self {
        Self { stage: stage(made) }
    }
}

/// Result of `deleteStage`.
#[derive(SimpleObject)]
pub struct DeleteStagePayload {
    /// Id of the deleted stage.
    id: ID,
}

#[derive(Default)]
pub struct StageMutation;

#[Object]
impl StageMutation {
    /// Creates a stage at the end of its status. Owner only; CONFLICT when the name is taken.
    async fn create_stage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Fields of the new stage.")] stage_data: CreateStageInput,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<StagePayload> {
        let owner = ctx.actor()?.require_owner()?;
        let request = idempotency::request(ctx, idempotency_key)?;
        let new = stage_data.read()?;
        let work = move |tx: &Transaction<'_>| {
            request.once(tx, || app::stages::create(tx, &owner, &new, request.now))
        };
        Ok(ctx.desk()?.db.write(work).await?.into())
    }

    /// Changes a stage; omitted fields are kept. Owner only; CONFLICT when the name is taken.
    async fn update_stage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Changes to the stage; omitted fields are kept.")]
        stage_data: UpdateStageInput,
    ) -> Result<StagePayload> {
        let owner = ctx.actor()?.require_owner()?;
        let (id, change) = stage_data.read()?;
        let now = ctx.desk()?.clock.now();
        let work = move |tx: &Transaction<'_>| app::stages::update(tx, &owner, id, &change, now);
        Ok(ctx.desk()?.db.write(work).await?.into())
    }

    /// Deletes a stage. Its tasks move to `replacementId`, another stage of the same status, without
    /// notices. Owner only; CONFLICT for the last stage of a status.
    async fn delete_stage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the stage.")] id: ID,
        #[graphql(
            desc = "Id of another stage of the same status, which gets the tasks; required when there are any."
        )]
        replacement_id: Option<ID>,
    ) -> Result<DeleteStagePayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let to = replacement_id.map(|id| StageId::parse("replacementId", &id));
        let (stage, to) = (StageId::parse("id", &id), to.transpose()).together()?;
        let now = desk.clock.now();
        desk.db
            .write(move |tx| app::stages::delete(tx, &owner, stage, to, now))
            .await?;
        Ok(DeleteStagePayload { id })
    }
}
