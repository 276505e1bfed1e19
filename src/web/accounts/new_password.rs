//! The page behind a link for a new password.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::join::new_password;
use crate::app::accounts;
use crate::domain::{Email, Employee, PASSWORD_LENGTH, Result};
use crate::web::form::Errors;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "new-password.html")]
struct NewPasswordPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    min: usize,
    /// The employee; `None` for a link that can't be used.
    employee: Option<Employee>,
    /// Whether the password was just changed.
    done: bool,
}

impl<'a> NewPasswordPage<'a> {
    async fn of(visit: &'a Visit, token: &str) -> Result<Self> {
        let (token, now) = (token.to_owned(), visit.desk.clock.now());
        let find = move |c: &_| accounts::linked_employee(c, &token, now);
        Ok(Self {
            visit,
            current: "",
            errors: Errors::default(),
            min: *PASSWORD_LENGTH.start(),
            employee: visit.desk.db.read(find).await?,
            done: false,
        })
    }

    fn show(&self, status: StatusCode) -> Result<Response> {
        let status = match self.employee {
            Some(_) => status,
            None => StatusCode::NOT_FOUND,
        };
        self.visit.page_as(status, self)
    }
}

pub async fn ask_new_password(visit: &Visit, token: &str) -> Result<Response> {
    let page = NewPasswordPage::of(visit, token).await?;
    page.show(StatusCode::OK)
}

pub async fn set_new_password(visit: &Visit, token: &str) -> Result<Response> {
    let (desk, texts) = (&visit.desk, &visit.texts);
    let mut page = NewPasswordPage::of(visit, token).await?;
    let attempt = page
        .errors
        .take(desk.limits.attempt(visit.address), texts)?;
    if let (Some(attempt), Some(_)) = (attempt, &page.employee) {
        let new = |email: &Email| new_password(visit, email);
        let set = accounts::use_password_link(desk, attempt, token.to_owned(), new).await;
        page.done = page.errors.take(set, texts)?.is_some();
    }
    page.show(match page.done {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    })
}
