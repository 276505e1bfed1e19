//! What all papers of a shop have in common.

use std::sync::Arc;

use crate::domain::{About, PaperBlock, Papers, Phone, Settings};
use crate::web::text::Texts;

/// The shop, the texts and the settings.
pub struct PaperFrame {
    pub texts: Texts,
    pub about: Arc<About>,
    pub papers: Papers,
    /// Address of the logo.
    pub logo: Option<String>,
}

impl PaperFrame {
    pub fn new(settings: &Settings, texts: Texts, logo: Option<String>) -> Self {
        Self {
            texts,
            about: settings.shop.about.clone(),
            papers: settings.papers.clone(),
            logo,
        }
    }

    pub(super) fn shows(&self, block: PaperBlock) -> bool {
        self.papers.shows(block)
    }

    /// Returns whether there is anything above the title.
    pub fn has_head(&self) -> bool {
        let texts = [
            self.about.name.as_str().to_owned(),
            self.legal(),
            self.contacts(),
        ];
        self.logo.is_some() || texts.iter().any(|text| !text.is_empty())
    }

    /// Returns the registered name and numbers on one line; empty when none is set.
    pub fn legal(&self) -> String {
        let (about, texts) = (&self.about, &self.texts);
        if !self.shows(PaperBlock::Legal) {
            return String::new();
        }
        let number = |id, number: &str| match number {
            "" => String::new(),
            number => texts.fill(id, "number", number),
        };
        joined([
            about.legal_name.as_str().to_owned(),
            number("paper-tax-id", about.tax_id.as_str()),
            number("paper-registration-id", about.registration_id.as_str()),
        ])
    }

    /// Returns address, hours and phone on one line; empty when none is set.
    pub fn contacts(&self) -> String {
        let about = &self.about;
        joined([
            about.address.as_str().to_owned(),
            about.hours.as_str().to_owned(),
            about
                .phone
                .as_ref()
                .map_or_else(String::new, Phone::formatted),
        ])
    }

    pub fn footer(&self) -> &str {
        self.papers.footer.as_str()
    }
}

fn joined(parts: impl IntoIterator<Item = String>) -> String {
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" · ")
}
