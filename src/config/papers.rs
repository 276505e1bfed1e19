//! Settings of the papers.

use super::Result;
use super::raw::RawPapers;
use super::shop::problem;
use super::values::invalid;
use crate::domain::{
    About, Description, LabelSize, PaperBlock, PaperSize, Papers, Problem, SettingKey, ShortText,
};

impl RawPapers {
    pub fn check(&self) -> Result<Papers> {
        let unknown = |key, words: Vec<&str>| {
            let why = format!("write {}", words.join(", "));
            invalid(key, Problem::ChoiceUnknown, why)
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let warranty = Description::parse("papers.warranty", text(&self.warranty).trim());
        let footer = ShortText::parse("papers.footer", &text(&self.footer));
        let blocks = self.blocks.texts().into_iter().map(|word| {
            let all = || PaperBlock::ALL.iter().map(|block| block.word()).collect();
            PaperBlock::from_word(word).ok_or_else(|| unknown(SettingKey::PapersBlocks, all()))
        });
        Ok(Papers {
            warranty: warranty.map_err(|error| {
                let why = format!("write at most {} characters", Description::MAX);
                invalid(SettingKey::PapersWarranty, problem(error), why)
            })?,
            footer: footer.map_err(|error| {
                let why = format!("write one line, of at most {} characters", About::LINE);
                invalid(SettingKey::PapersFooter, problem(error), why)
            })?,
            blocks: blocks.collect::<Result<_>>()?,
            size: PaperSize::from_word(&self.size).ok_or_else(|| {
                let all = PaperSize::ALL.iter().map(|size| size.word());
                unknown(SettingKey::PapersSize, all.collect())
            })?,
            label: LabelSize::from_word(&self.label).ok_or_else(|| {
                let all = LabelSize::ALL.iter().map(|size| size.word());
                unknown(SettingKey::PapersLabel, all.collect())
            })?,
        })
    }
}
