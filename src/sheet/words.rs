//! By which words statuses and kinds of work are known: ours in both languages, and those of other
//! programs.

use std::sync::LazyLock;

use super::columns::plain;
use crate::domain::{Category, Language, Status};
use crate::i18n;

/// Parts of the words for statuses elsewhere. The first that is found counts.
const STATUSES: &[(&str, Status)] = &[
    ("закрыт", Status::Closed),
    ("выдан", Status::Closed),
    ("отмен", Status::Closed),
    ("отказ", Status::Closed),
    ("заверш", Status::Closed),
    ("архив", Status::Closed),
    ("closed", Status::Closed),
    ("issued", Status::Closed),
    ("picked up", Status::Closed),
    ("cancel", Status::Closed),
    ("не готов", Status::InProgress),
    ("not ready", Status::InProgress),
    ("готов", Status::Ready),
    ("выдач", Status::Ready),
    ("ready", Status::Ready),
    ("работ", Status::InProgress),
    ("соглас", Status::InProgress),
    ("ожида", Status::InProgress),
    ("ждет", Status::InProgress),
    ("отложен", Status::InProgress),
    ("диагност", Status::InProgress),
    ("ремонт", Status::InProgress),
    ("запчаст", Status::InProgress),
    ("progress", Status::InProgress),
    ("approv", Status::InProgress),
    ("agree", Status::InProgress),
    ("wait", Status::InProgress),
    ("hold", Status::InProgress),
    ("нов", Status::Accepted),
    ("назначен", Status::Accepted),
    ("принят", Status::Accepted),
    ("new", Status::Accepted),
    ("accepted", Status::Accepted),
];

/// The same for kinds of work.
const CATEGORIES: &[(&str, Category)] = &[
    ("консульт", Category::Consulting),
    ("consult", Category::Consulting),
    ("диагност", Category::Diagnosis),
    ("diagnos", Category::Diagnosis),
    ("ремонт", Category::Repair),
    ("repair", Category::Repair),
];

/// What ours are called, in every language and in SQL.
static STATUS_NAMES: LazyLock<Vec<(String, Status)>> =
    LazyLock::new(|| names(Status::ALL, Status::word, i18n::status));
static CATEGORY_NAMES: LazyLock<Vec<(String, Category)>> =
    LazyLock::new(|| names(Category::ALL, Category::word, i18n::category));

pub fn status(text: &str) -> Option<Status> {
    called(text, &STATUS_NAMES, STATUSES)
}

pub fn category(text: &str) -> Option<Category> {
    called(text, &CATEGORY_NAMES, CATEGORIES)
}

fn names<T: Copy>(
    all: &[T],
    word: impl Fn(T) -> &'static str,
    name: impl Fn(Language, T) -> String,
) -> Vec<(String, T)> {
    let mut names = Vec::new();
    for of in all {
        names.push((plain(word(*of)), *of));
        names.extend(Language::ALL.map(|language| (plain(&name(language, *of)), *of)));
    }
    names
}

fn called<T: Copy>(text: &str, names: &[(String, T)], parts: &[(&str, T)]) -> Option<T> {
    let text = plain(text);
    let ours = names.iter().find(|(name, _)| *name == text);
    let part = || parts.iter().find(|(part, _)| text.contains(part));
    ours.map(|(_, of)| *of)
        .or_else(|| part().map(|(_, of)| *of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_of_other_programs_become_ours() {
        for (text, expected) in [
            ("Новый", Some(Status::Accepted)),
            ("Принято", Some(Status::Accepted)),
            ("Мастер назначен", Some(Status::Accepted)),
            ("Согласовано, передано в работу", Some(Status::InProgress)),
            ("Клиент отказался", Some(Status::Closed)),
            ("На выдачу", Some(Status::Ready)),
            ("В работе", Some(Status::InProgress)),
            ("На согласовании", Some(Status::InProgress)),
            ("Ждёт запчасть", Some(Status::InProgress)),
            ("Не готов", Some(Status::InProgress)),
            ("Готов", Some(Status::Ready)),
            ("Ожидает выдачи", Some(Status::Ready)),
            ("Закрыт неуспешно", Some(Status::Closed)),
            ("Выдан", Some(Status::Closed)),
            ("in progress", Some(Status::InProgress)),
            ("IN_PROGRESS", Some(Status::InProgress)),
            ("Где-то", None),
        ] {
            assert_eq!(status(text), expected, "{text}");
        }
    }
}
