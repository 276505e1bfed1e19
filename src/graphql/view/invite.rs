use async_graphql::{Context, ID, Object};

use super::{RoleEnum, UserView, user};
use crate::app;
use crate::domain::{Email, Result};
use crate::graphql::RequestContext;
use crate::graphql::global_id::{NodeType, node_id};
use crate::graphql::scalars::InstantValue;
use crate::store::invites::Invite;

/// An invite, without its token, which is returned only once.
pub struct InviteView(pub Invite);

/// An open invite.
#[Object(name = "Invite")]
impl InviteView {
    /// Global id of the object, for `node`.
    async fn node_id(&self) -> ID {
        node_id(NodeType::Invite, self.0.id.get())
    }

    /// Id of the invite, unique among invites.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// E-mail of the invited person; null for an invite from the command line that names none.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_ref().map(Email::as_str)
    }

    /// Role of the new account.
    async fn role(&self) -> RoleEnum {
        self.0.role.into()
    }

    /// The owner who made it; null for one from the command line.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<UserView>> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let maker = match self.0.by {
            Some(id) => app::accounts::employee(desk, &actor, id).await?,
            None => None,
        };
        Ok(maker.map(user))
    }

    /// Time of creation.
    async fn created_time(&self) -> InstantValue {
        InstantValue(self.0.created)
    }

    /// Time of expiry.
    async fn expires_time(&self) -> InstantValue {
        InstantValue(self.0.expires)
    }
}
