//! What the page of papers has besides settings: the preview and the logo.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::parts::{Input, PAPERS};
use super::{Part, SettingsForm, changes, part};
use crate::app::{self, settings};
use crate::domain::{Logo, PaperSize, Problem, Result, Settings};
use crate::store::Transaction;
use crate::web::form::Errors;
use crate::web::logo;
use crate::web::papers::{KINDS, PaperFrame, SamplePaper};
use crate::web::visit::Visit;

/// Maximum size of an uploaded logo, in MiB.
pub const LOGO: usize = Logo::MIB;
/// Name of the logo's form field.
const FIELD: &str = "logo";

#[derive(Template)]
#[template(path = "settings-papers.html")]
struct PapersPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'static Part,
    form: SettingsForm<'a>,
    saved: bool,
    /// Address of the logo.
    logo: Option<String>,
    preview: PaperPreview,
}

/// The paper beside the form, for the script.
#[derive(Template)]
#[template(path = "settings-previews.html")]
struct PreviewPart {
    preview: PaperPreview,
}

/// The paper beside the form.
struct PaperPreview {
    kind: &'static str,
    size: &'static str,
    /// `None` for what can't be printed.
    sample: Option<SamplePaper>,
    problem: Option<String>,
}

impl PaperPreview {
    fn new(visit: &Visit, settings: &Settings, logo: Option<String>) -> Result<Self> {
        let mut words = KINDS.iter().map(|(word, _)| *word);
        let kind = words
            .clone()
            .find(|word| visit.sent("preview") == Some(word));
        let kind = kind.or(words.next()).unwrap_or_default();
        let chosen = visit.sent("preview-size").and_then(PaperSize::from_word);
        let size = chosen.unwrap_or(settings.papers.size);
        let frame = PaperFrame::new(settings, visit.texts.clone(), logo);
        let sample = SamplePaper::new(
            frame,
            &settings.shop,
            kind,
            size,
            visit.desk.public_url().as_str(),
        )?;
        Ok(Self {
            kind,
            size: size.word(),
            sample: Some(sample),
            problem: None,
        })
    }
}

/// Shows the page with a preview of these settings.
pub(super) async fn render(
    visit: &Visit,
    part: &'static Part,
    status: StatusCode,
    errors: Errors,
    tried: &Settings,
) -> Result<Response> {
    let logo = logo::address(visit).await?;
    let settings = visit.desk.settings.now();
    let page = PapersPage {
        visit,
        current: "settings",
        part,
        form: SettingsForm::new(visit, part, errors, &settings),
        saved: visit.parameter("saved").is_some(),
        preview: PaperPreview::new(visit, tried, logo.clone())?,
        logo,
    };
    visit.page_as(status, &page)
}

/// Shows a paper with what was typed, and stores nothing.
pub async fn preview(visit: &Visit) -> Result<Response> {
    let (owner, part) = (visit.owner()?, part(PAPERS)?);
    let tried = settings::preview(&visit.desk, &owner, changes(visit, part)).await;
    let mut errors = Errors::default();
    let tried = errors.take(tried, &visit.texts)?;
    let status = match tried {
        Some(_) => StatusCode::OK,
        None => StatusCode::UNPROCESSABLE_ENTITY,
    };
    if !visit.is_scripted() {
        let stored = visit.desk.settings.now();
        let tried = tried.as_ref().unwrap_or(&stored);
        return render(visit, part, status, errors, tried).await;
    }
    let preview = match tried {
        Some(tried) => PaperPreview::new(visit, &tried, logo::address(visit).await?)?,
        None => PaperPreview {
            kind: "",
            size: "",
            sample: None,
            problem: errors.of_form([]).map(str::to_owned),
        },
    };
    visit.page_as(status, &PreviewPart { preview })
}

/// Stores the uploaded picture as the logo.
pub async fn put_logo(visit: &Visit) -> Result<Response> {
    visit.owner()?;
    let file = visit.file(FIELD).await;
    let logo = file.and_then(|file| Logo::parse(FIELD, file.into()));
    let mut errors = Errors::default();
    match errors.take(logo, &visit.texts)? {
        Some(logo) => change_logo(visit, Some(logo)).await,
        None => refused(visit, errors).await,
    }
}

pub async fn remove_logo(visit: &Visit) -> Result<Response> {
    change_logo(visit, None).await
}

/// Rejects an upload that was cut off.
pub async fn logo_too_large(visit: &Visit) -> Result<Response> {
    visit.owner()?;
    let mut errors = Errors::default();
    let problem = Problem::FileTooLarge { mib: LOGO };
    errors.add(problem.at(FIELD).into(), &visit.texts)?;
    refused(visit, errors).await
}

async fn change_logo(visit: &Visit, logo: Option<Logo>) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| app::logo::change(tx, &owner, logo.as_ref(), now);
    visit.desk.db.write(work).await?;
    Ok(visit.go("/settings/papers?saved=1"))
}

async fn refused(visit: &Visit, errors: Errors) -> Result<Response> {
    let stored = visit.desk.settings.now();
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    render(visit, part(PAPERS)?, status, errors, &stored).await
}
