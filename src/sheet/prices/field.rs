//! The columns of a price list, and their headings.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::domain::Language;
use crate::i18n;
use crate::sheet::known::key;

/// Meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PriceField {
    Kind,
    Name,
    Article,
    Barcode,
    Price,
    Cost,
    Warranty,
    Archived,
    /// Not imported.
    LeftOut,
}

/// Columns of our file, with the message ids of their headings.
pub(super) const OURS: &[(PriceField, &str)] = &[
    (PriceField::Kind, "catalogue-kind"),
    (PriceField::Name, "catalogue-name"),
    (PriceField::Article, "catalogue-article"),
    (PriceField::Barcode, "catalogue-barcode"),
    (PriceField::Price, "catalogue-price"),
    (PriceField::Cost, "catalogue-cost"),
    (PriceField::Warranty, "catalogue-warranty-days"),
    (PriceField::Archived, "catalogue-in-archive"),
];

impl PriceField {
    /// Every meaning that can be chosen, with its form word and the message id of its name, in the
    /// order of the selector.
    pub const ALL: [(Self, &str, &str); 9] = [
        (Self::LeftOut, "left-out", "column-left-out"),
        (Self::Name, "name", "catalogue-name"),
        (Self::Kind, "kind", "catalogue-kind"),
        (Self::Article, "article", "catalogue-article"),
        (Self::Barcode, "barcode", "catalogue-barcode"),
        (Self::Price, "price", "catalogue-price"),
        (Self::Cost, "cost", "catalogue-cost"),
        (Self::Warranty, "warranty", "catalogue-warranty-days"),
        (Self::Archived, "archived", "catalogue-in-archive"),
    ];

    /// Returns the meaning with that form word.
    pub fn from_word(word: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, of, _)| *of == word);
        found.map(|(field, ..)| *field)
    }

    /// Returns the form word of the meaning.
    pub fn word(self) -> &'static str {
        let found = Self::ALL.iter().find(|(field, ..)| *field == self);
        found.map_or("", |(_, word, _)| word)
    }

    /// Returns whether the reader of a price list may see and set the field.
    pub fn is_shown(self, sees_costs: bool) -> bool {
        sees_costs || self != Self::Cost
    }
}

/// Headings of other programs and suppliers.
#[rustfmt::skip]
const THEIRS: &[(PriceField, &[&str])] = &[
    (PriceField::Kind, &["вид", "тип", "kind", "type"]),
    (PriceField::Name, &["название", "наименование", "наименование товара", "наименование услуги", "товар", "услуга", "работа",
        "запчасть", "номенклатура", "name", "item", "item name", "title", "product", "product name", "service", "description"]),
    (PriceField::Article, &["артикул", "артикул товара", "код", "код товара", "sku", "article", "article number", "part number",
        "part no", "item code", "code"]),
    (PriceField::Barcode, &["штрихкод", "штрих код", "ean", "ean13", "ean 13", "barcode", "bar code", "upc", "gtin"]),
    (PriceField::Price, &["цена", "розничная цена", "цена розничная", "цена продажи", "стоимость", "price", "retail price",
        "sale price", "selling price", "unit price"]),
    (PriceField::Cost, &["себестоимость", "закупочная цена", "цена закупки", "закупка", "входная цена", "cost", "cost price",
        "purchase price", "buying price"]),
    (PriceField::Warranty, &["гарантия", "гарантия дней", "гарантия в днях", "warranty", "warranty days", "warranty in days"]),
    (PriceField::Archived, &["архив", "в архиве", "archive", "archived"]),
];

pub(super) static HEADINGS: LazyLock<HashMap<String, PriceField>> = LazyLock::new(|| {
    let ours = OURS.iter().flat_map(|(field, id)| {
        Language::ALL.map(|language| (key(&i18n::text(language, id)).join(" "), *field))
    });
    let theirs = THEIRS.iter().flat_map(|(field, names)| {
        let names = names.iter();
        names.map(|name| (key(name).join(" "), *field))
    });
    theirs.chain(ours).collect()
});
