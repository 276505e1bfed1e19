//! What the shop's papers show, and their sizes.

use super::{About, Description, ShortText};

words! {
    /// Size of a receipt or a slip. A roll is as long as what is printed on it.
    PaperSize { A4 = "a4", A5 = "a5", Roll = "roll", NarrowRoll = "roll58" }
}
words! {
    /// Size of a label, in millimetres.
    LabelSize { L58x40 = "58x40", L58x30 = "58x30", L43x25 = "43x25", L40x30 = "40x30" }
}
words! {
    /// A part of the papers that owners may leave out.
    PaperBlock {
        /// Registered name, tax number and company number.
        Legal = "legal",
        /// The customer's copy of the receipt, below the shop's on the same A4 sheet.
        CustomerCopy = "customer_copy",
        /// Appearance and accessories of the device.
        Condition = "condition",
        /// The estimated price.
        Estimate = "estimate",
        /// The QR code of the status link.
        Qr = "qr",
        Signatures = "signatures",
    }
}

/// Texts, parts and sizes of the papers.
#[derive(Debug, Clone)]
pub struct Papers {
    /// Terms of the warranty, on the hand-over slip.
    pub warranty: Description,
    /// The last line of every receipt and slip.
    pub footer: ShortText<{ About::LINE }>,
    pub blocks: Vec<PaperBlock>,
    /// The size where the browser remembers no other.
    pub size: PaperSize,
    pub label: LabelSize,
}

impl Papers {
    pub fn shows(&self, block: PaperBlock) -> bool {
        self.blocks.contains(&block)
    }
}
