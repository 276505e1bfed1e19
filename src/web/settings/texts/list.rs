//! The list of the texts.

use askama::Template;
use warp::reply::Response;

use super::{path, title};
use crate::app::message_texts;
use crate::domain::{
    MessageForm, MessageOccasion, MessageTextKey, Result, Stage, StoredMessageText,
};
use crate::i18n;
use crate::web::settings::part;
use crate::web::settings::parts::{Part, TEXTS};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "settings-texts.html")]
struct TextsPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'static Part,
    /// Title of each group, with its occasions.
    groups: [(&'static str, Vec<TextRow>); 2],
}

struct TextRow {
    title: String,
    path: String,
    /// The message about an invented task, in the reader's language.
    example: String,
    is_changed: bool,
}

/// Shows the list.
pub async fn message_texts(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let read = move |c: &_| {
        let occasions = message_texts::occasions(c, &owner)?;
        Ok((occasions, message_texts::changed(c, &owner)?))
    };
    let (occasions, changed) = visit.desk.db.read(read).await?;
    let rows = |is_stage: bool| {
        let of = occasions.iter();
        let of = of.filter(|(occasion, _)| occasion.stage().is_some() == is_stage);
        of.map(|(occasion, stage)| row(visit, *occasion, stage.as_ref(), &changed))
            .collect()
    };
    visit.page(&TextsPage {
        visit,
        current: "settings",
        part: part(TEXTS)?,
        groups: [
            ("texts-of-stages", rows(true)),
            ("texts-of-others", rows(false)),
        ],
    })
}

fn row(
    visit: &Visit,
    occasion: MessageOccasion,
    stage: Option<&Stage>,
    changed: &[StoredMessageText],
) -> TextRow {
    let (desk, texts) = (&visit.desk, &visit.texts);
    let key = MessageTextKey {
        occasion,
        language: texts.language,
        form: MessageForm::Full,
    };
    let shop = desk.shop();
    let own = changed.iter().find(|text| text.key == key);
    let usual = i18n::default_message(key, stage);
    let template = own.map_or(&usual, |own| &own.template);
    let of = (occasion.purpose(), stage.cloned());
    let link = desk.links().sample();
    let facts = i18n::sample_facts(texts.language, &shop, of, texts.today(), link);
    TextRow {
        title: title(texts, occasion, stage),
        path: path(occasion),
        example: i18n::message_preview(key, &shop, template, facts),
        is_changed: changed.iter().any(|text| text.key.occasion == occasion),
    }
}
