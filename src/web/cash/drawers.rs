//! Drawers: named, and renamed.

use warp::reply::Response;

use super::form::FormPage;
use crate::app::drawers;
use crate::domain::{Drawer, DrawerId, DrawerName, Error, Result};
use crate::web::visit::Visit;

/// Returns the form that names a new drawer or an existing one.
fn naming<'a>(visit: &'a Visit, drawer: Option<&Drawer>) -> FormPage<'a> {
    let (title, action) = match drawer {
        Some(drawer) => ("drawer-edit-title", format!("/drawers/{}/edit", drawer.id)),
        None => ("drawer-new-title", "/new-drawer".to_owned()),
    };
    let page = FormPage::new(visit, visit.texts.s(title), action, "save");
    page.field("name", "drawer-name", false, true)
}

pub fn make(visit: &Visit) -> Result<Response> {
    visit.owner()?;
    visit.page(&naming(visit, None))
}

pub async fn create(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let mut page = naming(visit, None);
    let name = DrawerName::parse("name", visit.typed("name"));
    let Some(name) = page.errors.take(name, &visit.texts)? else {
        return page.again();
    };
    let now = visit.desk.clock.now();
    page.send(move |tx| Ok(drawers::create(tx, &owner, &name, now)?.id.get()))
        .await
}

pub async fn edit(visit: &Visit, id: &str) -> Result<Response> {
    visit.owner()?;
    let drawer = get(visit, drawer_id(id)?).await?;
    let mut page = naming(visit, Some(&drawer));
    for field in &mut page.fields {
        field.value = visit.texts.drawer(&drawer.name);
    }
    visit.page(&page)
}

pub async fn rename(visit: &Visit, id: &str) -> Result<Response> {
    let owner = visit.owner()?;
    let drawer = get(visit, drawer_id(id)?).await?;
    let mut page = naming(visit, Some(&drawer));
    let name = DrawerName::parse("name", visit.typed("name"));
    let Some(name) = page.errors.take(name, &visit.texts)? else {
        return page.again();
    };
    let now = visit.desk.clock.now();
    page.send(move |tx| Ok(drawers::rename(tx, &owner, drawer.id, &name, now)?.id.get()))
        .await
}

pub(super) fn texts_about(visit: &Visit, title: &str, drawer: &Drawer) -> String {
    let name = visit.texts.drawer(&drawer.name);
    visit.texts.fill(title, "drawer", name)
}

pub(super) async fn get(visit: &Visit, id: DrawerId) -> Result<Drawer> {
    let actor = visit.actor()?;
    let get = move |c: &_| drawers::get(c, &actor, id);
    Ok(visit.desk.db.look_up(get).await?.drawer)
}

pub(super) fn drawer_id(text: &str) -> Result<DrawerId> {
    DrawerId::parse("id", text).map_err(|_| Error::NotFound)
}
