//! Writes the catalogue as a table, and the rows that an import refuses.

use super::PriceTable;
use super::field::{OURS, PriceField};
use crate::domain::{CatalogueItem, LineKind, PriceOutcome, PriceReport, Result};
use crate::i18n;
use crate::sheet::cell::{self, guard};
use crate::sheet::write::{MARK, Writing};

impl Writing {
    fn fields(sees_costs: bool) -> impl Iterator<Item = &'static (PriceField, &'static str)> {
        let is_shown = move |(field, _): &&(PriceField, &str)| field.is_shown(sees_costs);
        OURS.iter().filter(is_shown)
    }

    /// Writes the rows that the import of a price list refuses, with the reasons.
    ///
    /// # Errors
    /// As for [`Writing::head_of_tasks`].
    pub fn refused_prices(&self, table: &PriceTable, report: &PriceReport) -> Result<Vec<u8>> {
        let headings = table.columns.iter().map(|of| of.heading.clone());
        let rows = report.rows.iter().zip(&table.records);
        let refused = rows.filter(|(row, _)| row.outcome == PriceOutcome::Refused);
        let refused = refused.map(|(row, record)| {
            let cells = record.cells.iter().map(cell::unguard);
            (cells.map(str::to_owned).collect(), &*row.remarks)
        });
        self.refused_rows(headings.collect(), refused.collect())
    }

    /// Returns the header of a price list.
    ///
    /// # Errors
    /// As for [`Writing::head_of_tasks`].
    pub fn head_of_prices(&self, sees_costs: bool) -> Result<Vec<u8>> {
        let headings =
            Self::fields(sees_costs).map(|(_, id)| guard(&i18n::text(self.language, id)));
        let headings: Vec<_> = headings.collect();
        Ok([MARK, &self.lines(std::iter::once(headings))?].concat())
    }

    /// # Errors
    /// As for [`Writing::head_of_tasks`].
    pub fn prices(&self, items: &[CatalogueItem], sees_costs: bool) -> Result<Vec<u8>> {
        self.lines(items.iter().map(|item| {
            let cells = Self::fields(sees_costs);
            let cells = cells.map(|(field, _)| self.of_item(*field, item));
            cells.collect::<Vec<_>>()
        }))
    }

    fn of_item(&self, field: PriceField, item: &CatalogueItem) -> String {
        let (item, text) = (&item.content, |id| i18n::text(self.language, id));
        match field {
            PriceField::Kind => text(match item.kind {
                LineKind::Work => "line-kind-work",
                LineKind::Part => "line-kind-part",
            }),
            PriceField::Name => guard(item.name.as_str()),
            PriceField::Article => guard(item.article.as_str()),
            PriceField::Barcode => guard(item.barcode.as_str()),
            PriceField::Price => self.sum(Some(item.price)),
            PriceField::Cost => self.sum(item.cost),
            PriceField::Warranty => item
                .warranty
                .map(|days| days.get().to_string())
                .unwrap_or_default(),
            PriceField::Archived => text(if item.archived { "word-yes" } else { "word-no" }),
            PriceField::LeftOut => String::new(),
        }
    }
}
