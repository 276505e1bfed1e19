//! Recognition of columns by their headings: ours in both languages, and those of other programs.
//! The owner sees each guess with sample values and can change it.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::columns::{CUSTOMERS, Column, REFUSED, TASKS, plain};
use crate::domain::{CardField, DeviceField, Language};
use crate::i18n;

/// Headings of other programs, in all known spellings. Unknown columns go into the description.
#[rustfmt::skip]
const THEIRS: &[(Column, &[&str])] = &[
    (Column::Number, &["номер заказа", "№ заказа", "заказ", "номер", "№", "номер заявки", "номер заказ-наряда",
        "заказ-наряд", "номер квитанции", "квитанция", "id", "id заказа", "код заказа", "order number",
        "order #", "order", "order id", "order no", "number", "#", "no", "ticket", "ticket number",
        "ticket id", "job number", "job", "work order", "invoice number"]),
    (Column::Category, &["тип заказа", "тип заявки", "тип ремонта", "вид ремонта", "вид работ", "вид услуги",
        "тип обращения", "order type", "job type", "service type", "type of service", "repair type"]),
    (Column::Status, &["статус", "статус заказа", "состояние заказа", "состояние ремонта", "стадия",
        "order status", "status", "repair status", "ticket status"]),
    (Column::Created, &["создан", "принят", "принято", "создано", "дата", "дата создания", "дата приема",
        "дата приемки", "дата принятия", "дата поступления", "дата обращения", "дата оформления",
        "дата регистрации", "дата открытия", "дата и время приема", "дата и время создания", "created",
        "created at", "created on", "creation date", "date created", "date", "date received", "received at",
        "received on", "received", "date in", "intake date", "opened at", "order date"]),
    (Column::Closed, &["закрыт", "закрыто", "выдан", "выдано", "дата закрытия", "дата выдачи",
        "дата и время выдачи", "closed", "closed at", "closed on", "closing date", "date closed", "date out",
        "picked up at", "pickup date", "issued at"]),
    (Column::Ready, &["готов", "ready at", "ready since"]),
    (Column::Due, &["крайний срок", "срок", "срок исполнения", "срок готовности", "срок ремонта",
        "срок выполнения", "дедлайн", "плановая дата", "плановая дата выдачи", "плановая дата готовности",
        "due", "due date", "due on", "deadline", "promised", "promised date", "promise date", "expected date",
        "estimated completion"]),
    (Column::Name, &["имя", "фио", "ф.и.о.", "ф. и. о.", "клиент", "заказчик", "покупатель", "контакт",
        "контактное лицо", "имя клиента", "имя и фамилия", "фамилия и имя", "фамилия имя", "имя фамилия",
        "фамилия имя отчество", "полное имя", "name", "full name", "client", "client name", "customer",
        "customer name", "contact", "contact name", "contact person", "first name", "given name"]),
    (Column::Surname, &["фамилия", "surname", "last name", "family name"]),
    (Column::Patronymic, &["отчество", "patronymic", "middle name"]),
    (Column::Phone, &["телефон", "телефоны", "тел", "номер телефона", "телефон клиента", "телефон для связи",
        "мобильный", "мобильный телефон", "мобильный номер", "мобильный тел", "моб", "моб телефон", "моб тел",
        "сотовый", "сотовый телефон", "рабочий телефон", "раб телефон", "домашний телефон", "дом телефон",
        "контактный телефон", "контактные телефоны", "контактный номер", "основной телефон",
        "дополнительный телефон", "доп телефон", "другой телефон", "второй телефон", "городской телефон",
        "phone", "phones", "phone number", "client phone", "mobile", "mobile phone", "mobile number", "cell",
        "cell phone", "work phone", "home phone", "other phone", "business phone", "contact phone",
        "contact number", "primary phone", "secondary phone", "telephone", "telephone number", "tel"]),
    (Column::Device(DeviceField::Kind), &["тип устройства", "вид устройства", "группа", "изделие", "устройство",
        "принятое устройство", "наименование устройства", "тип техники", "вид техники", "техника",
        "наименование техники", "оборудование", "тип оборудования", "наименование оборудования", "аппарат",
        "device type", "group", "device", "device name", "equipment", "equipment type", "item", "item type",
        "asset", "asset type", "product type", "что это", "what it is"]),
    (Column::Device(DeviceField::Brand), &["бренд", "марка", "производитель", "brand", "manufacturer", "make", "vendor"]),
    (Column::Device(DeviceField::Model), &["модель", "марка и модель", "бренд и модель", "model", "make and model"]),
    (Column::Device(DeviceField::Serial), &["серийный номер", "серийный №", "сер номер", "серийник", "заводской номер", "imei",
        "imei1", "s/n", "sn", "серийный номер/imei", "imei/серийный номер", "imei или серийный номер",
        "серийный номер или imei", "sn/imei", "imei/sn", "s/n/imei", "imei/s/n", "serial", "serial number",
        "serial no", "serial number/imei", "imei/serial number", "serial/imei", "imei/serial"]),
    (Column::Device(DeviceField::Accessories), &["комплектация", "комплект", "комплектность", "package contents", "accessories",
        "included accessories", "left with it"]),
    (Column::Device(DeviceField::Appearance), &["внешний вид", "внешнее состояние", "appearance", "condition", "cosmetic condition",
        "external condition"]),
    (Column::Device(DeviceField::Place), &["место хранения", "ячейка", "полка", "где лежит", "storage location", "shelf", "bin",
        "where it lies"]),
    (Column::Description, &["неисправность", "неисправность со слов", "заявленная неисправность",
        "неисправности", "описание", "описание неисправности", "описание проблемы", "описание поломки",
        "причина обращения", "проблема", "поломка", "дефект", "заявленный дефект", "жалоба", "malfunction",
        "fault", "defect", "description", "issue", "issue description", "problem", "problem description",
        "reported problem", "complaint", "symptom", "symptoms"]),
    (Column::Estimate, &["ориентировочная стоимость", "ориентировочная цена", "предварительная стоимость",
        "предварительная цена", "примерная стоимость", "примерная цена", "estimated cost", "estimated price",
        "estimate", "quote"]),
    (Column::Works, &["стоимость работ", "стоимость услуг", "сумма работ", "работы, сумма", "cost of works",
        "works total", "labor total", "labour total", "labor cost", "labour cost", "service cost"]),
    (Column::Parts, &["стоимость материалов", "стоимость запчастей", "сумма запчастей", "сумма материалов",
        "cost of materials", "materials total", "parts total", "parts price"]),
    (Column::Discount, &["скидка", "сумма скидки", "discount", "discount amount"]),
    (Column::Paid, &["оплачено", "оплачено всего", "сумма оплаты", "paid", "amount paid", "total paid", "paid total"]),
    (Column::Price, &["сумма", "сумма заказа", "итого", "итог", "цена", "стоимость", "общая стоимость",
        "общая сумма", "итоговая стоимость", "итоговая сумма", "к оплате", "total", "total price",
        "total amount", "grand total", "amount", "price"]),
    (Column::Prepayment, &["предоплата", "аванс", "задаток", "внесенная предоплата", "deposit", "prepayment",
        "prepaid", "advance", "advance payment", "down payment"]),
    (Column::WarrantyUntil, &["гарантия", "гарантия до", "warranty", "warranty until"]),
    (Column::Noted, &["заметки приемщика", "заметки исполнителя", "заметки мастера", "заметка", "заметки",
        "комментарий", "комментарии", "комментарий мастера", "комментарий приемщика", "внутренний комментарий",
        "внутренние заметки", "служебный комментарий", "примечание", "примечания", "пароль",
        "код разблокировки", "код блокировки", "пин-код", "графический ключ", "manager notes",
        "engineer notes", "technician notes", "staff notes", "internal notes", "internal comment",
        "private notes", "comment", "comments", "note", "notes", "password", "passcode", "pin code",
        "unlock code"]),
    // The description is printed for the customer, who must not see these.
    (Column::LeftOut, &["себестоимость", "себестоимость запчастей", "себестоимость работ", "закупочная цена",
        "закупка", "прибыль", "маржа", "наценка", "cost price", "cost", "cost of parts", "purchase price",
        "profit", "gross profit", "margin"]),
];

/// Columns of the exports of earlier versions.
const EARLIER: &[(Column, &str)] = &[(Column::Prepayment, "task-prepayment")];

/// For these, a group column alone proves nothing: customers have groups as well.
const GROUPS: &[&str] = &["группа", "group"];

/// Words that may accompany a heading's main word, saying whose or what it is.
const PEOPLE: &[&str] = &[
    "клиента",
    "заказчика",
    "покупателя",
    "client",
    "clients",
    "customer",
    "customers",
];
const WORK: &[&str] = &[
    "заказа",
    "заявки",
    "ремонта",
    "устройства",
    "аппарата",
    "техники",
    "изделия",
    "телефона",
    "order",
    "ticket",
    "repair",
    "job",
    "device",
    "the",
    "of",
    "s",
];
/// Currencies that may follow a sum's heading.
const CURRENCIES: &[&str] = &[
    "руб",
    "р",
    "rub",
    "грн",
    "uah",
    "тг",
    "тенге",
    "kzt",
    "сом",
    "usd",
    "eur",
];

/// The guess for a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownHeading {
    pub column: Column,
    /// Whether the heading is one of our own exports.
    pub is_ours: bool,
    /// Whether a table with this heading contains tasks.
    pub makes_tasks: bool,
}

/// Our headings, in every language.
static OURS: LazyLock<HashMap<String, Column>> = LazyLock::new(|| {
    let mut all = HashMap::new();
    for (column, id) in TASKS.iter().chain(CUSTOMERS).chain(REFUSED).chain(EARLIER) {
        for language in Language::ALL {
            let heading = plain(&i18n::text(language, id));
            let read = match column {
                // It follows from the others.
                Column::ToPay => Column::LeftOut,
                // Read as a phone it would make a second card.
                Column::Card(CardField::SecondPhone) => Column::LeftOut,
                // Other programs have columns of these names, which are kept as unknown ones are.
                Column::Card(_) => continue,
                column => *column,
            };
            all.entry(heading).or_insert(read);
        }
    }
    all
});
/// Headings of other programs, by their normalised words.
static BY_WORDS: LazyLock<HashMap<String, Column>> = LazyLock::new(|| {
    let all = THEIRS.iter().flat_map(|(column, names)| {
        let named = names.iter().map(|name| (key(name).join(" "), *column));
        named.collect::<Vec<_>>()
    });
    all.collect()
});

/// Returns the guess for a heading; `None` when it is unknown.
pub fn known(heading: &str) -> Option<KnownHeading> {
    let text = plain(heading);
    let ours = OURS.get(&text);
    let column = match ours {
        Some(column) => *column,
        None => theirs(&text)?,
    };
    let is_ours = ours.is_some();
    let of_orders = column == Column::Number && (is_ours || is_of_orders(&text));
    Some(KnownHeading {
        column,
        is_ours,
        makes_tasks: of_orders || (column.is_of_tasks() && !GROUPS.contains(&&*text)),
    })
}

/// Returns whether a number column names what it numbers, since customers have numbers as well.
fn is_of_orders(heading: &str) -> bool {
    let stems = ["заказ", "заявк", "квитанц", "order", "ticket", "job"];
    stems.iter().any(|stem| heading.contains(stem))
}

fn theirs(heading: &str) -> Option<Column> {
    let words = key(heading);
    let without = |others: &[&str]| {
        let stays = |word: &&String| !others.contains(&word.as_str());
        words.iter().filter(stays).cloned().collect::<Vec<_>>()
    };
    let find = |words: &[String]| BY_WORDS.get(&words.join(" ")).copied();
    // A customer's status is no status of a task, nor is their birthday a date of it.
    let of_people = |column: &Column| {
        matches!(
            column,
            Column::Name
                | Column::Surname
                | Column::Patronymic
                | Column::Phone
                | Column::Description
                | Column::Noted
        )
    };
    let alone = without(&[WORK, PEOPLE].concat());
    let is_number = |word: &String| word.chars().all(|c| c.is_ascii_digit());
    let unnumbered: Vec<_> = alone
        .iter()
        .filter(|word| !is_number(word))
        .cloned()
        .collect();
    find(&words)
        .or_else(|| find(&without(WORK)))
        .or_else(|| find(&alone).filter(of_people))
        // "Телефон 2".
        .or_else(|| find(&unnumbered).filter(|column| *column == Column::Phone))
}

/// Splits a heading into its words, without bracketed text and currencies.
pub(super) fn key(heading: &str) -> Vec<String> {
    let text = plain(heading)
        .replace('№', " номер ")
        .replace('#', " number ");
    let outside = match text.split_once('(') {
        Some((before, _)) if !before.trim().is_empty() => before.to_owned(),
        _ => text,
    };
    let words = outside.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty() && !CURRENCIES.contains(word));
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::columns::ALL;

    #[test]
    fn a_heading_is_known_in_any_case_and_in_both_languages() {
        for (heading, column) in [
            ("НОМЕР ЗАКАЗА:", Column::Number),
            ("Телефон", Column::Phone),
            ("phone", Column::Phone),
            ("Сумма", Column::Price),
            ("  Серийный   номер ", Column::Device(DeviceField::Serial)),
            ("Прибыль", Column::LeftOut),
            ("Телефон\nклиента", Column::Phone),
            ("Телефон 2", Column::Phone),
            ("Phone (work)", Column::Phone),
            ("Ф.И.О. заказчика", Column::Name),
            ("Контактный телефон заказчикa", Column::Phone),
            ("Сумма, руб.", Column::Price),
            ("Стоимость ремонта", Column::Price),
            ("Модель устройства", Column::Device(DeviceField::Model)),
            ("Customer's phone", Column::Phone),
            ("Рhone", Column::Phone),
            ("Почему не загружена", Column::LeftOut),
        ] {
            let known = known(heading).map(|known| known.column);
            assert_eq!(known, Some(column), "{heading}");
        }
        for heading in [
            "Любимый цвет",
            "Телефон мастера",
            "ФИО инженера",
            "Статус клиента",
            "Дата рождения клиента",
            "Номер клиента",
            "",
        ] {
            assert_eq!(known(heading), None, "{heading}");
        }
    }

    #[test]
    fn every_column_can_be_chosen_by_its_word_and_stands_in_one_list() {
        for (column, word, _) in ALL.iter() {
            assert_eq!(
                (Column::from_word(word), column.word()),
                (Some(*column), *word)
            );
        }
        for (column, names) in THEIRS {
            for name in *names {
                assert_eq!(theirs(name), Some(*column), "{name}");
            }
        }
    }
}
