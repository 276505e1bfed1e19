//! The forms of drawers and shifts: each has a page of its own, so that it works without a script.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::app::drawers::{self, Count};
use crate::app::{self, posts};
use crate::domain::{
    Actor, Conflict, Drawer, DrawerId, DrawerName, Error, Money, PaymentKind, PaymentNote, Result,
    Shift, ShiftId, ShiftReason,
};
use crate::store::Transaction;
use crate::web::form::Errors;
use crate::web::visit::Visit;

/// A field of a form.
struct Field {
    name: &'static str,
    label: String,
    value: String,
    is_sum: bool,
    is_required: bool,
}

/// A form about a drawer.
#[derive(Template)]
#[template(path = "cash-form.html")]
struct FormPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    title: String,
    /// What is known, each with its name.
    facts: Vec<(String, String)>,
    fields: Vec<Field>,
    hidden: Vec<(&'static str, String)>,
    action: String,
    button: &'static str,
}

impl<'a> FormPage<'a> {
    fn new(visit: &'a Visit, title: String, action: String, button: &'static str) -> Self {
        Self {
            visit,
            current: "cash",
            errors: Errors::default()
                .calling("name", "drawer-name")
                .calling("sum", "cash-sum")
                .calling("counted", "cash-counted")
                .calling("reason", "cash-reason")
                .calling("note", "cash-note"),
            title,
            facts: Vec::new(),
            fields: Vec::new(),
            hidden: Vec::new(),
            action,
            button,
        }
    }

    fn field(mut self, name: &'static str, label: &str, is_sum: bool, is_required: bool) -> Self {
        let label = self.visit.texts.s(label);
        self.fields.push(Field {
            name,
            label,
            value: self.visit.typed(name).to_owned(),
            is_sum,
            is_required,
        });
        self
    }

    /// Returns the names of the fields, for the summary of errors.
    fn names(&self) -> Vec<&'static str> {
        self.fields.iter().map(|field| field.name).collect()
    }

    /// Parses a sum; zero is fine.
    fn sum(&mut self, field: &'static str) -> Result<Option<Money>> {
        let currency = self.visit.desk.shop.currency;
        let parsed = Money::parse(field, self.visit.typed(field), currency);
        self.errors.take(parsed, &self.visit.texts)
    }

    fn again(&self) -> Result<Response> {
        self.visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, self)
    }

    /// Makes the change once, and shows the form again when it is refused.
    async fn send(
        mut self,
        make: impl FnOnce(&Transaction<'_>) -> Result<i64> + Send + 'static,
    ) -> Result<Response> {
        let visit = self.visit;
        let (post, now) = (visit.post(), visit.desk.clock.now());
        let work = move |tx: &Transaction<'_>| posts::once(tx, post, now, || make(tx));
        match self
            .errors
            .take(visit.desk.db.write(work).await, &visit.texts)?
        {
            Some(_) => Ok(visit.go("/cash")),
            None => self.again(),
        }
    }
}

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
    page.send(move |tx| Ok(drawers::create(tx, &owner, &name)?.id.get()))
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
    page.send(move |tx| Ok(drawers::rename(tx, &owner, drawer.id, &name)?.id.get()))
        .await
}

/// Returns the form that opens a shift.
fn opening<'a>(visit: &'a Visit, drawer: &Drawer) -> FormPage<'a> {
    let title = texts_about(visit, "cash-open-title", drawer);
    let action = format!("/drawers/{}/open", drawer.id);
    let page = FormPage::new(visit, title, action, "cash-open");
    page.field("counted", "cash-counted", true, true)
}

pub async fn ask_to_open(visit: &Visit, id: &str) -> Result<Response> {
    let drawer = get(visit, drawer_id(id)?).await?;
    visit.page(&opening(visit, &drawer))
}

pub async fn open(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let drawer = get(visit, drawer_id(id)?).await?;
    let mut page = opening(visit, &drawer);
    let Some(counted) = page.sum("counted")? else {
        return page.again();
    };
    let now = visit.desk.clock.now();
    page.send(move |tx| {
        Ok(drawers::open_shift(tx, &actor, drawer.id, counted, now)?
            .id
            .get())
    })
    .await
}

/// Returns the form that closes a shift, with what should be in the drawer.
async fn closing<'a>(visit: &'a Visit, id: ShiftId) -> Result<(FormPage<'a>, Shift, Money)> {
    let actor = visit.actor()?;
    let read = move |c: &_| {
        let shift = drawers::shift(c, &actor, id)?;
        let expected = drawers::expected(c, &shift)?;
        Ok((
            drawers::get(c, &actor, shift.drawer)?.drawer,
            shift,
            expected,
        ))
    };
    let (drawer, shift, expected) = visit.desk.db.read(read).await?;
    expect_closable(&actor, &shift)?;
    let texts = &visit.texts;
    let title = texts_about(visit, "cash-close-title", &drawer);
    let page = FormPage::new(visit, title, format!("/shifts/{id}/close"), "cash-close");
    let mut page = page.field("counted", "cash-counted", true, true).field(
        "reason",
        "cash-reason",
        false,
        false,
    );
    page.facts = vec![
        (texts.s("cash-opened"), texts.exact(&shift.opened)),
        (texts.s("cash-opening"), texts.money(shift.opening)),
        (
            texts.s("cash-moved"),
            texts.money(expected.minus(shift.opening)),
        ),
        (texts.s("cash-expected"), texts.money(expected)),
    ];
    page.hidden = vec![("expected", expected.to_string())];
    Ok((page, shift, expected))
}

fn expect_closable(actor: &Actor, shift: &Shift) -> Result<()> {
    match (&shift.closed, drawers::may_close(actor, shift)) {
        (_, false) => Err(Error::Forbidden),
        (Some(_), true) => Err(Conflict::ShiftOver.into()),
        (None, true) => Ok(()),
    }
}

pub async fn ask_to_close(visit: &Visit, id: &str) -> Result<Response> {
    let (page, ..) = closing(visit, shift_id(id)?).await?;
    visit.page(&page)
}

pub async fn close(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, id) = (visit.actor()?, shift_id(id)?);
    // A repeated submission finds the shift closed by the first one.
    let post = visit.post();
    let made = move |tx: &Transaction<'_>| posts::made(tx, post);
    if visit.desk.db.write(made).await?.is_some() {
        return Ok(visit.go("/cash"));
    }
    let (mut page, shift, expected) = closing(visit, id).await?;
    let reason = ShiftReason::parse("reason", visit.typed("reason"));
    let reason = page.errors.take(reason, &visit.texts)?;
    let (Some(counted), Some(reason)) = (page.sum("counted")?, reason) else {
        return page.again();
    };
    if counted != expected {
        let difference = visit.texts.money(counted.minus(expected));
        let name = visit.texts.s("cash-difference");
        page.facts.push((name, difference));
    }
    let count = Count {
        counted,
        reason,
        expected: visit
            .sent("expected")
            .and_then(|sum| sum.parse().ok())
            .map(Money::from_row),
    };
    let now = visit.desk.clock.now();
    page.send(move |tx| {
        Ok(drawers::close_shift(tx, &actor, shift.id, count, now)?
            .id
            .get())
    })
    .await
}

/// Returns the form that puts cash into a drawer or takes it out.
fn moving<'a>(visit: &'a Visit, drawer: &Drawer, kind: PaymentKind) -> FormPage<'a> {
    let (title, button) = match kind {
        PaymentKind::CashOut => ("cash-out-title", "cash-take-out"),
        _ => ("cash-in-title", "cash-put-in"),
    };
    let title = texts_about(visit, title, drawer);
    let page = FormPage::new(visit, title, format!("/drawers/{}/move", drawer.id), button);
    let mut page =
        page.field("sum", "cash-sum", true, true)
            .field("note", "cash-note", false, false);
    page.hidden = vec![("kind", kind.word().to_owned())];
    page
}

pub async fn ask_to_move(visit: &Visit, id: &str) -> Result<Response> {
    let drawer = get(visit, drawer_id(id)?).await?;
    let kind = kind(visit.parameter("kind"))?;
    visit.page(&moving(visit, &drawer, kind))
}

pub async fn move_cash(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let drawer = get(visit, drawer_id(id)?).await?;
    let kind = kind(visit.sent("kind"))?;
    let mut page = moving(visit, &drawer, kind);
    let note = PaymentNote::parse("note", visit.typed("note"));
    let note = page.errors.take(note, &visit.texts)?;
    let sum = page
        .sum("sum")?
        .map(|sum| Money::positive("sum", sum.minor()));
    let sum = page.errors.take_some(sum, &visit.texts)?;
    let (Some(sum), Some(note)) = (sum, note) else {
        return page.again();
    };
    let now = visit.desk.clock.now();
    page.send(move |tx| {
        let moved = app::payments::move_cash(tx, &actor, drawer.id, kind, sum, note, now)?;
        Ok(moved.id.get())
    })
    .await
}

/// # Errors
/// [`Error::NotFound`] for what isn't a direction of cash.
fn kind(word: Option<&str>) -> Result<PaymentKind> {
    let kinds = [PaymentKind::CashIn, PaymentKind::CashOut];
    let asked = word.and_then(PaymentKind::from_word);
    asked
        .filter(|kind| kinds.contains(kind))
        .ok_or(Error::NotFound)
}

fn texts_about(visit: &Visit, title: &str, drawer: &Drawer) -> String {
    let name = visit.texts.drawer(&drawer.name);
    visit.texts.fill(title, "drawer", name)
}

async fn get(visit: &Visit, id: DrawerId) -> Result<Drawer> {
    let actor = visit.actor()?;
    let get = move |c: &_| drawers::get(c, &actor, id);
    Ok(visit.desk.db.look_up(get).await?.drawer)
}

fn drawer_id(text: &str) -> Result<DrawerId> {
    DrawerId::parse("id", text).map_err(|_| Error::NotFound)
}

fn shift_id(text: &str) -> Result<ShiftId> {
    ShiftId::parse("id", text).map_err(|_| Error::NotFound)
}
