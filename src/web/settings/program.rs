//! The page about the program and its database.

use askama::Template;
use warp::reply::Response;

use super::parts::Part;
use crate::app::about_program;
use crate::domain::Result;
use crate::i18n;
use crate::web::visit::Visit;

/// The tab of the page.
const OF_PROGRAM: Part = Part {
    word: "program",
    title: "settings-program",
    fields: &[],
};

#[derive(Template)]
#[template(path = "settings-program.html")]
struct ProgramPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'a Part,
    /// Labels with their values.
    rows: Vec<(String, String)>,
}

/// Shows the version, the schema and the database.
pub async fn program(visit: &Visit) -> Result<Response> {
    let program = about_program::program(&visit.desk, visit.owner()?).await?;
    let texts = &visit.texts;
    let size = i18n::size(
        texts.language,
        i64::try_from(program.bytes).unwrap_or(i64::MAX),
    );
    let rows = [
        ("program-version", program.version.to_owned()),
        ("program-schema", program.schema.to_string()),
        ("program-database", program.database),
        ("program-size", size),
    ];
    visit.page(&ProgramPage {
        visit,
        current: "settings",
        part: &OF_PROGRAM,
        rows: rows.map(|(label, value)| (texts.s(label), value)).into(),
    })
}
