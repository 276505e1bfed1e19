//! Loading and removal of the demo shop.

use warp::http::StatusCode;
use warp::reply::Response;

use super::show_with;
use crate::app::demo_shop;
use crate::domain::Result;
use crate::web::confirm::Confirm;
use crate::web::form::Errors;
use crate::web::visit::Visit;

pub async fn load_demo(visit: &Visit) -> Result<Response> {
    let loaded = demo_shop::load(&visit.desk, visit.owner()?).await;
    answer(visit, loaded).await
}

pub async fn ask_to_remove_demo(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let count = move |c: &_| demo_shop::count_own(c, &owner);
    let own = visit.desk.db.read(count).await?;
    let texts = &visit.texts;
    let page = Confirm {
        visit,
        current: "data",
        title: texts.s("demo-remove-title"),
        about: match own {
            0 => String::new(),
            own => texts.count("demo-remove-own", &own),
        },
        lead: texts.s("demo-remove-lead"),
        action: "/demo/remove".to_owned(),
        fields: Vec::new(),
        button: texts.s("demo-remove"),
        back: "/today".to_owned(),
    };
    page.show()
}

pub async fn remove_demo(visit: &Visit) -> Result<Response> {
    let removed = demo_shop::remove(&visit.desk, visit.owner()?).await;
    answer(visit, removed).await
}

/// Leads to Today, or shows what is wrong on the page of data.
async fn answer(visit: &Visit, done: Result<()>) -> Result<Response> {
    let mut errors = Errors::default();
    match errors.take(done, &visit.texts)? {
        Some(()) => Ok(visit.go("/today")),
        None => show_with(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await,
    }
}
