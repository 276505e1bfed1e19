//! A printed paper: its size and language, and the status link on it.

use super::link::CustomerLink;
use crate::domain::{Language, Result, TaskId};
use crate::web::qr::Qr;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Paper sizes by their names in the URL and the stylesheet, with their message ids.
pub(super) const SIZES: [(&str, &str); 2] = [("a4", "paper-a4"), ("roll", "paper-roll")];
const LABEL: &str = "label";
/// The parameter with the size, which the browser remembers.
pub(super) const PAPER: &str = "paper";

/// A paper and the controls around it.
pub(super) struct Paper {
    /// Message id of its title, which takes the task's number.
    pub(super) name: &'static str,
    pub(super) number: i64,
    /// Texts of the paper, whose language may differ from the page's.
    pub(super) texts: Texts,
    pub(super) size: &'static str,
    pub(super) choices: Vec<PaperOption>,
    /// Whether the paper should show a status link that isn't created yet.
    pub(super) lacks_link: bool,
    /// Whether the paper's link leads to this machine itself.
    pub(super) is_local: bool,
}

/// Another size or language.
pub(super) struct PaperOption {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) chosen: bool,
}

impl Paper {
    pub(super) fn new(
        visit: &Visit,
        name: &'static str,
        id: TaskId,
        sizes: &[(&'static str, &str)],
    ) -> Self {
        let asked = visit.parameter("language").and_then(Language::parse);
        let language = asked.unwrap_or(visit.texts.language);
        let wanted = visit.parameter(PAPER).or_else(|| visit.choice(PAPER));
        let size = sizes.iter().find(|(size, _)| wanted == Some(size));
        let size = size.or(sizes.first()).map_or(LABEL, |(size, _)| size);
        let choice = |name: &str, of: &str, tongue: Language| PaperOption {
            name: visit.texts.s(name),
            address: format!("?paper={of}&language={}", tongue.tag()),
            chosen: (of, tongue) == (size, language),
        };
        let tongues = [
            (Language::Russian, "profile-language-ru"),
            (Language::English, "profile-language-en"),
        ];
        let of_size = sizes.iter().map(|(of, name)| choice(name, of, language));
        let in_tongue = tongues.map(|(tongue, name)| choice(name, size, tongue));
        Self {
            name,
            number: id.get(),
            texts: Texts::new(language, &visit.desk.shop(), visit.desk.clock.now()),
            size,
            choices: of_size.chain(in_tongue).collect(),
            lacks_link: false,
            is_local: false,
        }
    }

    /// Returns the paper with what is to be said about its link.
    pub(super) fn with_link(self, visit: &Visit, link: &CustomerLink) -> Self {
        Self {
            lacks_link: link.is_missing(),
            is_local: visit.desk.public_url().is_local(),
            ..self
        }
    }
}

/// The status link as a QR code and as text.
pub(super) struct PrintedLink {
    pub(super) url: String,
    pub(super) qr: Qr,
}

impl PrintedLink {
    /// Returns `None` when there is no link or it has expired.
    pub(super) fn of(link: CustomerLink) -> Result<Option<Self>> {
        let printed = |url: String| {
            Ok(Self {
                qr: Qr::of(&url)?,
                url,
            })
        };
        link.url.map(printed).transpose()
    }
}
