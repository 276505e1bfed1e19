//! The list of what a new shop does on its first day.

words! {
    /// A step of the list, in its order.
    FirstDayStep {
        Shop = "SHOP",
        Repair = "REPAIR",
        Receipt = "RECEIPT",
        Colleague = "COLLEAGUE",
        Bot = "BOT",
        Backup = "BACKUP",
        Address = "ADDRESS",
    }
}

/// The word that stands for the whole list when an owner dismisses it.
pub const DISMISSED: &str = "DISMISSED";
