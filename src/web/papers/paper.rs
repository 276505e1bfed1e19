//! The page around a printed paper: choices of size and language, and the status link on it.

use super::PAPER;
use super::frame::PaperFrame;
use crate::domain::{Language, PaperBlock, PaperSize, Result, TaskId};
use crate::web::qr::Qr;
use crate::web::tasks::link::CustomerLink;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Sizes of paper with their message ids.
pub const SIZES: &[(&str, &str)] = &[
    (PaperSize::A4.word(), "paper-a4"),
    (PaperSize::A5.word(), "paper-a5"),
    (PaperSize::Roll.word(), "paper-roll"),
    (PaperSize::NarrowRoll.word(), "paper-roll58"),
];

/// Name and controls of a paper.
pub(super) struct Paper {
    /// Message id of its title, which takes the task's number.
    pub(super) name: &'static str,
    pub(super) number: i64,
    pub(super) choices: Vec<PaperOption>,
    /// Whether the paper should show a status link that isn't created yet.
    pub(super) lacks_link: bool,
    /// Whether its link leads to this machine itself.
    pub(super) is_local: bool,
}

/// Another size or language.
pub(super) struct PaperOption {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) chosen: bool,
}

impl Paper {
    /// Offers these sizes; none for a label, whose size is a setting.
    pub(super) fn new(
        visit: &Visit,
        name: &'static str,
        id: TaskId,
        sizes: &[(&str, &str)],
    ) -> Self {
        let (size, language) = (size(visit).word(), language(visit));
        let of_size = sizes.iter().map(|(of, name)| PaperOption {
            name: visit.texts.s(name),
            address: format!("?{PAPER}={of}&language={}", language.tag()),
            chosen: *of == size,
        });
        let kept = match sizes {
            [] => String::new(),
            _ => format!("{PAPER}={size}&"),
        };
        let tongues = [
            (Language::Russian, "profile-language-ru"),
            (Language::English, "profile-language-en"),
        ];
        let in_tongue = tongues.map(|(tongue, name)| PaperOption {
            name: visit.texts.s(name),
            address: format!("?{kept}language={}", tongue.tag()),
            chosen: tongue == language,
        });
        Self {
            name,
            number: id.get(),
            choices: of_size.chain(in_tongue).collect(),
            lacks_link: false,
            is_local: false,
        }
    }

    /// Notes what is to be said about the code that the paper shows.
    pub(super) fn with_link(self, visit: &Visit, link: &CustomerLink, frame: &PaperFrame) -> Self {
        let shows_code = frame.papers.shows(PaperBlock::Qr);
        Self {
            lacks_link: link.is_missing() && shows_code,
            is_local: visit.desk.public_url().is_local() && shows_code,
            ..self
        }
    }
}

/// Returns the size that was chosen now or last, or else that of the settings.
pub(super) fn size(visit: &Visit) -> PaperSize {
    let chosen = visit.parameter(PAPER).or_else(|| visit.choice(PAPER));
    let usual = || visit.desk.settings.now().papers.size;
    chosen.and_then(PaperSize::from_word).unwrap_or_else(usual)
}

fn language(visit: &Visit) -> Language {
    let asked = visit.parameter("language").and_then(Language::parse);
    asked.unwrap_or(visit.texts.language)
}

/// Returns the texts of a paper, whose language may differ from the page's.
pub(super) fn texts(visit: &Visit) -> Texts {
    let shop = visit.desk.shop();
    Texts::new(language(visit), &shop, visit.desk.clock.now())
}

/// The status link as a QR code and as text.
pub struct PrintedLink {
    pub url: String,
    pub qr: Qr,
}

impl PrintedLink {
    pub(super) fn new(url: String) -> Result<Self> {
        let qr = Qr::of(&url)?;
        Ok(Self { url, qr })
    }

    /// Returns `None` when there is no link or it has expired.
    pub(super) fn of(link: CustomerLink) -> Result<Option<Self>> {
        link.url.map(Self::new).transpose()
    }
}
