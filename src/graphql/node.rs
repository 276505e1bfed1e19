//! Objects as their global ids find them: the interface `Node`.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaField, MetaType, MetaTypeId, Registry};
use async_graphql::{
    Context, ContextSelectionSet, ID, OutputType, Positioned, ServerResult, Value,
};

use super::RequestContext;
use super::global_id::{self, ARGUMENT, NodeType};
use super::loader;
use super::view::{
    ApprovalView, AuditEventView, CatalogueItemView, CommentView, CustomerView, DeliveryView,
    DrawerView, EventView, InviteView, PaymentView, ShiftView, StageView, TaskLineView, TaskView,
    UserView, WebhookView, stage, user,
};
use crate::app;
use crate::domain::{
    ApprovalId, AuditEventId, CommentId, CustomerId, DeliveryId, DrawerId, EmployeeId, Error,
    EventId, InviteId, ItemId, LineId, PaymentId, Problem, Result, ShiftId, StageId, TaskId,
    WebhookId,
};

/// The name of the interface.
const INTERFACE: &str = "Node";

macro_rules! nodes {
    ($($name:ident($view:ty)),* $(,)?) => {
        /// An object that is found by its global id.
        pub enum NodeView { $($name($view)),* }

        $(
            impl From<$view> for NodeView {
                fn from(view: $view) -> Self {
                    Self::$name(view)
                }
            }
        )*

        impl NodeView {
            /// Registers the types, and that they implement the interface.
            fn register(registry: &mut Registry) {
                $(
                    <$view as OutputType>::create_type_info(registry);
                    registry.add_implements(stringify!($name), INTERFACE);
                )*
            }

            async fn resolve_object(
                &self,
                ctx: &ContextSelectionSet<'_>,
                field: &Positioned<Field>,
            ) -> ServerResult<Value> {
                match self { $(Self::$name(view) => view.resolve(ctx, field).await),* }
            }
        }
    };
}

nodes! {
    Approval(ApprovalView),
    AuditEvent(AuditEventView),
    CatalogueItem(CatalogueItemView),
    Comment(CommentView),
    Customer(CustomerView),
    Drawer(DrawerView),
    Invite(InviteView),
    Payment(PaymentView),
    Shift(ShiftView),
    Stage(StageView),
    Task(TaskView),
    TaskEvent(EventView),
    TaskLine(TaskLineView),
    User(UserView),
    Webhook(WebhookView),
    WebhookDelivery(DeliveryView),
}

impl NodeView {
    /// Finds an object; `None` when there is none, or none any more.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no global id, and [`Error::Forbidden`].
    pub async fn find(ctx: &Context<'_>, text: &str) -> Result<Option<Self>> {
        ctx.actor()?;
        let malformed = || Problem::NodeIdMalformed.at(ARGUMENT);
        let (of, id) = global_id::read(text).ok_or_else(malformed)?;
        match Self::load(ctx, of, &id).await {
            Ok(found) => Ok(found),
            Err(Error::NotFound) => Ok(None),
            Err(Error::Invalid(_)) => Err(malformed().into()),
            Err(error) => Err(error),
        }
    }

    async fn load(ctx: &Context<'_>, of: NodeType, id: &str) -> Result<Option<Self>> {
        let (actor, desk) = (ctx.actor()?, ctx.desk()?);
        let zone = &desk.shop().timezone;
        Ok(Some(match of {
            NodeType::Approval => {
                let id = ApprovalId::parse(ARGUMENT, id)?;
                let get = move |c: &_| app::approvals::get(c, &actor, id);
                ApprovalView::from(desk.db.look_up(get).await?).into()
            }
            NodeType::AuditEvent => {
                let (id, owner) = (AuditEventId::parse(ARGUMENT, id)?, actor.require_owner()?);
                let get = move |c: &_| app::settings::audit_event(c, &owner, id);
                AuditEventView(desk.db.look_up(get).await?).into()
            }
            NodeType::CatalogueItem => {
                let id = ItemId::parse(ARGUMENT, id)?;
                let get = move |c: &_| app::catalogue::get(c, &actor, id);
                CatalogueItemView(desk.db.look_up(get).await?).into()
            }
            NodeType::Comment => {
                let id = CommentId::parse(ARGUMENT, id)?;
                let get = move |c: &_| app::comments::get(c, &actor, id);
                CommentView::from(desk.db.look_up(get).await?).into()
            }
            NodeType::Customer => {
                let id = CustomerId::parse(ARGUMENT, id)?;
                let get = move |c: &_| app::customers::get(c, &actor, id);
                loader::customer(desk.db.look_up(get).await?).into()
            }
            NodeType::Drawer => {
                let id = DrawerId::parse(ARGUMENT, id)?;
                let get = move |c: &_| app::drawers::get(c, &actor, id);
                DrawerView(desk.db.look_up(get).await?).into()
            }
            NodeType::Invite => {
                let (id, owner) = (InviteId::parse(ARGUMENT, id)?, actor.require_owner()?);
                let now = desk.clock.now();
                let get = move |c: &_| app::accounts::open_invite(c, &owner, id, now);
                InviteView(desk.db.look_up(get).await?).into()
            }
            NodeType::Payment => {
                let id = PaymentId::parse(ARGUMENT, id)?;
                let get = move |c: &_| app::payments::get(c, &actor, id);
                PaymentView(desk.db.look_up(get).await?).into()
            }
            NodeType::Shift => {
                let id = ShiftId::parse(ARGUMENT, id)?;
                let get = move |c: &_| app::drawers::shift(c, &actor, id);
                ShiftView(desk.db.look_up(get).await?).into()
            }
            NodeType::Stage => {
                let id = StageId::parse(ARGUMENT, id)?;
                let get = move |c: &_| app::stages::get(c, &actor, id);
                stage(desk.db.look_up(get).await?).into()
            }
            NodeType::Task => {
                let id = TaskId::parse(ARGUMENT, id)?;
                let get = move |c: &_| app::tasks::get(c, &actor, id);
                loader::task(desk.db.look_up(get).await?, zone).into()
            }
            NodeType::TaskEvent => {
                let id = EventId::parse(ARGUMENT, id)?;
                let get = move |c: &_| app::tasks::event(c, &actor, id);
                EventView::from(desk.db.look_up(get).await?).into()
            }
            NodeType::TaskLine => {
                let id = LineId::parse(ARGUMENT, id)?;
                let get = move |c: &_| app::lines::with_task(c, &actor, id);
                let (line, approvals, task) = desk.db.look_up(get).await?;
                let list = loader::task(task, zone).list.clone();
                TaskLineView::new(line, &approvals, list).into()
            }
            NodeType::Webhook => {
                let (id, owner) = (WebhookId::parse(ARGUMENT, id)?, actor.require_owner()?);
                let get = move |c: &_| app::webhooks::standing_of(c, &owner, id);
                WebhookView(desk.db.look_up(get).await?).into()
            }
            NodeType::WebhookDelivery => {
                let (id, owner) = (DeliveryId::parse(ARGUMENT, id)?, actor.require_owner()?);
                let get = move |c: &_| app::webhooks::delivery(c, &owner, id);
                DeliveryView(desk.db.look_up(get).await?).into()
            }
            NodeType::User => {
                let id = EmployeeId::parse(ARGUMENT, id)?;
                let found = app::accounts::employee(desk, &actor, id).await?;
                return Ok(found.map(|found| user(found).into()));
            }
        }))
    }
}

#[async_graphql::async_trait::async_trait]
impl OutputType for NodeView {
    fn type_name() -> Cow<'static, str> {
        INTERFACE.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Interface, |registry| {
            NodeView::register(registry);
            let id = MetaField {
                name: ARGUMENT.to_owned(),
                description: Some(
                    "Global id, unique among all objects; for `node`, and for clients that keep objects by it."
                        .to_owned(),
                ),
                ty: ID::create_type_info(registry),
                args: Default::default(),
                deprecation: Default::default(),
                cache_control: Default::default(),
                external: false,
                requires: None,
                provides: None,
                visible: None,
                shareable: false,
                inaccessible: false,
                tags: Vec::new(),
                override_from: None,
                compute_complexity: None,
                directive_invocations: Vec::new(),
                requires_scopes: Vec::new(),
            };
            MetaType::Interface {
                name: INTERFACE.to_owned(),
                description: Some("An object with a global id.".to_owned()),
                fields: [(ARGUMENT.to_owned(), id)].into_iter().collect(),
                possible_types: NodeType::ALL
                    .iter()
                    .map(|of| of.name().to_owned())
                    .collect(),
                extends: false,
                keys: None,
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                rust_typename: Some(std::any::type_name::<Self>()),
                directive_invocations: Vec::new(),
                requires_scopes: Vec::new(),
            }
        })
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        self.resolve_object(ctx, field).await
    }
}
