//! Stems of the words that other programs and people use for statuses and kinds of work.
//! [`words`](super::words) defines how they are compared.

use crate::domain::{Category, Status};

/// Phrases that mean one status together, whatever their words mean alone; each word by its stem.
pub const PHRASES: &[(&[&str], Status)] = &[
    (&["принят", "в", "ремонт"], Status::Accepted),
    (&["принят", "на", "ремонт"], Status::Accepted),
    (&["ожида", "выдач"], Status::Ready),
    (&["ожида", "клиент"], Status::Ready),
    (&["ждет", "выдач"], Status::Ready),
    (&["ждет", "клиент"], Status::Ready),
    (&["готов", "к", "выдач"], Status::Ready),
    (&["ready", "for", "pickup"], Status::Ready),
    (&["ready", "to", "collect"], Status::Ready),
    (&["waiting", "for", "pickup"], Status::Ready),
    (&["awaiting", "pickup"], Status::Ready),
    (&["picked", "up"], Status::Closed),
    (&["handed", "over"], Status::Closed),
    (&["in", "work"], Status::InProgress),
    (&["in", "repair"], Status::InProgress),
    (&["under", "repair"], Status::InProgress),
    (&["on", "repair"], Status::InProgress),
];

/// Stems of status words of other programs.
pub const STATUSES: &[(&str, Status)] = &[
    ("закрыт", Status::Closed),
    ("выдан", Status::Closed),
    ("отмен", Status::Closed),
    ("отказ", Status::Closed),
    ("заверш", Status::Closed),
    ("архив", Status::Closed),
    ("closed", Status::Closed),
    ("issued", Status::Closed),
    ("delivered", Status::Closed),
    ("collected", Status::Closed),
    ("cancel", Status::Closed),
    ("archive", Status::Closed),
    ("готов", Status::Ready),
    ("выдач", Status::Ready),
    ("отремонтирован", Status::Ready),
    ("починен", Status::Ready),
    ("ready", Status::Ready),
    ("repaired", Status::Ready),
    ("fixed", Status::Ready),
    ("работ", Status::InProgress),
    ("соглас", Status::InProgress),
    ("ожида", Status::InProgress),
    ("ждет", Status::InProgress),
    ("ждем", Status::InProgress),
    ("отложен", Status::InProgress),
    ("приостан", Status::InProgress),
    ("пауз", Status::InProgress),
    ("диагност", Status::InProgress),
    ("ремонт", Status::InProgress),
    ("ремонтир", Status::InProgress),
    ("запчаст", Status::InProgress),
    ("тест", Status::InProgress),
    ("тестир", Status::InProgress),
    ("progress", Status::InProgress),
    ("working", Status::InProgress),
    ("approv", Status::InProgress),
    ("agree", Status::InProgress),
    ("wait", Status::InProgress),
    ("await", Status::InProgress),
    ("hold", Status::InProgress),
    ("paused", Status::InProgress),
    ("suspend", Status::InProgress),
    ("diagnos", Status::InProgress),
    ("repair", Status::InProgress),
    ("parts", Status::InProgress),
    ("нов", Status::Accepted),
    ("назначен", Status::Accepted),
    ("принят", Status::Accepted),
    ("открыт", Status::Accepted),
    ("new", Status::Accepted),
    ("open", Status::Accepted),
    ("assigned", Status::Accepted),
    ("accepted", Status::Accepted),
    ("received", Status::Accepted),
];

/// Stems that make any status doubtful: "almost", failures of the repair itself, and ambiguous
/// words. "Восстановлен" is a device that works again, or an order that was reopened.
pub const DOUBTS: &[&str] = &[
    "почти",
    "частичн",
    "скоро",
    "едва",
    "невозможн",
    "невозможен",
    "нерентабельн",
    "нерентабелен",
    "нецелесообразн",
    "нецелесообразен",
    "неремонтопригод",
    "непригод",
    "недодел",
    "недо",
    "восстановлен",
    "возобновлен",
    "возвра",
    "переделк",
    "доработк",
    "almost",
    "nearly",
    "partial",
    "partly",
    "half",
    "soon",
    "impossible",
    "unrepairable",
    "irreparable",
    "renew",
    "reopen",
    "restored",
    "return",
    "rework",
    "done",
    "complete",
    "completed",
    "finish",
    "finished",
];

/// Words that negate what follows.
pub const NEGATIONS: &[&str] = &[
    "не", "нет", "ни", "без", "not", "no", "non", "un", "never", "without", "cannot", "cant",
    "isnt", "wasnt", "hasnt", "didnt", "dont", "wont",
];
/// Prefixes that negate the rest of a word: "неготов", "unclosed".
pub const DENYING: &[&str] = &["не", "un", "non"];
/// Words that may stand between a negation and the negated word.
pub const BETWEEN: &[&str] = &[
    "еще", "был", "была", "было", "были", "yet", "been", "to", "be",
];
/// Stems whose negation means "not collected yet", besides those of closed statuses.
pub const NOT_COLLECTED: &[&str] = &[
    "забра",
    "забер",
    "оплач",
    "отдан",
    "получен",
    "picked",
    "paid",
];

/// Stems of words for kinds of work.
pub const CATEGORIES: &[(&str, Category)] = &[
    ("консульт", Category::Consulting),
    ("consult", Category::Consulting),
    ("диагност", Category::Diagnosis),
    ("diagnos", Category::Diagnosis),
    ("ремонт", Category::Repair),
    ("repair", Category::Repair),
];
