//! What columns there are, and by which headings they are known: ours in both languages, and those
//! of RemOnline.

use crate::domain::{Language, fold};
use crate::i18n;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Number,
    Status,
    Stage,
    Category,
    Created,
    Closed,
    Due,
    Name,
    Phone,
    Kind,
    Brand,
    Model,
    Serial,
    Accessories,
    Appearance,
    Place,
    Description,
    Estimate,
    Price,
    Prepayment,
    WarrantyUntil,
    WarrantyOf,
    Employee,
    /// Written by our export: by it a task is known again, whatever became of the rest.
    Key,
    /// Since when it was ready to be collected.
    Ready,
    /// Without a field of ours: it goes into the description, under its heading.
    Described,
    /// Not for the customer, who reads the description: it goes into a note for colleagues.
    Noted,
    /// Not taken at all.
    LeftOut,
}

/// The columns of our export of tasks, with the sentences that are their headings.
pub const TASKS: [(Column, &str); 25] = [
    (Column::Number, "tasks-number"),
    (Column::Status, "tasks-status"),
    (Column::Stage, "task-stage"),
    (Column::Category, "tasks-category"),
    (Column::Created, "tasks-created"),
    (Column::Ready, "status-ready"),
    (Column::Closed, "status-closed"),
    (Column::Due, "task-due"),
    (Column::Name, "tasks-customer"),
    (Column::Phone, "customers-phone"),
    (Column::Kind, "device-kind"),
    (Column::Brand, "device-brand"),
    (Column::Model, "device-model"),
    (Column::Serial, "device-serial"),
    (Column::Accessories, "device-accessories"),
    (Column::Appearance, "device-appearance"),
    (Column::Place, "device-place"),
    (Column::Description, "tasks-description"),
    (Column::Estimate, "task-estimate"),
    (Column::Price, "task-price"),
    (Column::Prepayment, "task-prepayment"),
    (Column::WarrantyUntil, "task-warranty"),
    (Column::WarrantyOf, "task-warranty-of"),
    (Column::Employee, "tasks-employee"),
    (Column::Key, "tasks-key"),
];

/// The same for the export of customers.
pub const CUSTOMERS: [(Column, &str); 2] = [
    (Column::Name, "customers-name"),
    (Column::Phone, "customers-phone"),
];

/// Headings of RemOnline's export of orders, as [`plain`] writes them, in the two languages and the
/// spellings that it has had. Whatever isn't here goes into the description.
const REMONLINE: &[(Column, &[&str])] = &[
    (
        Column::Number,
        &[
            "номер заказа",
            "№ заказа",
            "заказ",
            "order number",
            "order #",
            "order",
        ],
    ),
    (Column::Category, &["тип заказа", "order type"]),
    (Column::Status, &["статус заказа", "order status"]),
    (
        Column::Created,
        &[
            "создан",
            "принят",
            "дата создания",
            "создано",
            "created at",
            "creation date",
        ],
    ),
    (
        Column::Closed,
        &[
            "закрыт",
            "выдан",
            "дата закрытия",
            "closed at",
            "closing date",
        ],
    ),
    (Column::Ready, &["готов"]),
    (
        Column::Due,
        &[
            "крайний срок",
            "срок исполнения",
            "дедлайн",
            "due date",
            "deadline",
        ],
    ),
    (
        Column::Name,
        &[
            "имя клиента",
            "фио клиента",
            "client",
            "client name",
            "customer name",
        ],
    ),
    (
        Column::Phone,
        &[
            "телефон клиента",
            "телефоны",
            "phone number",
            "client phone",
        ],
    ),
    (
        Column::Kind,
        &[
            "тип устройства",
            "группа",
            "изделие",
            "устройство",
            "device type",
            "group",
            "device",
        ],
    ),
    (Column::Brand, &["бренд"]),
    (
        Column::Serial,
        &[
            "серийный номер",
            "imei",
            "серийный номер/imei",
            "imei/серийный номер",
            "serial number",
            "serial number/imei",
            "imei/serial number",
        ],
    ),
    (Column::Accessories, &["комплектация", "package contents"]),
    (
        Column::Place,
        &["место хранения", "ячейка", "storage location"],
    ),
    (
        Column::Description,
        &[
            "неисправность",
            "неисправность со слов заказчика",
            "malfunction",
            "fault",
            "defect",
        ],
    ),
    (
        Column::Estimate,
        &[
            "ориентировочная стоимость",
            "ориентировочная цена",
            "estimated cost",
            "estimated price",
        ],
    ),
    (
        Column::Price,
        &["сумма", "итого", "стоимость", "к оплате", "total", "amount"],
    ),
    (Column::Prepayment, &["аванс", "deposit"]),
    (Column::WarrantyUntil, &["гарантия", "warranty"]),
    (
        Column::Noted,
        &[
            "заметки приемщика",
            "заметки исполнителя",
            "manager notes",
            "engineer notes",
        ],
    ),
    // The description is printed for the customer, whom these don't concern.
    (
        Column::LeftOut,
        &[
            "себестоимость",
            "себестоимость запчастей",
            "прибыль",
            "маржа",
            "cost price",
            "cost",
            "profit",
            "margin",
        ],
    ),
];

/// A heading without what people change in it: spelling, space, and signs at its end.
pub fn plain(heading: &str) -> String {
    let text = fold(heading);
    let text = text.trim_end_matches([':', '*', ' ']);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The column of a heading, and whether it is one of ours.
pub fn known(heading: &str) -> Option<(Column, bool)> {
    let heading = plain(heading);
    let ours = || {
        let named = |id: &str| {
            Language::ALL
                .iter()
                .any(|l| plain(&i18n::text(*l, id)) == heading)
        };
        let all = TASKS.iter().chain(&CUSTOMERS);
        all.copied()
            .find_map(|(column, id)| named(id).then_some((column, true)))
    };
    let theirs = || {
        let found = REMONLINE.iter().find(|(_, all)| all.contains(&&*heading));
        found.map(|(column, _)| (*column, false))
    };
    ours().or_else(theirs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_known_in_any_case_and_in_both_languages() {
        for (heading, column) in [
            ("НОМЕР ЗАКАЗА:", Column::Number),
            ("Телефон", Column::Phone),
            ("phone", Column::Phone),
            ("Сумма", Column::Price),
            ("  Серийный   номер ", Column::Serial),
            ("\u{feff}№\u{a0}заказа\u{200b} *", Column::Number),
            ("Ｐｈｏｎｅ", Column::Phone),
            ("Прибыль", Column::LeftOut),
        ] {
            assert_eq!(
                known(heading).map(|known| known.0),
                Some(column),
                "{heading}"
            );
        }
        assert_eq!(known("Любимый цвет"), None);
    }
}
