//! Bad input through the pages, in both languages: each is refused beside its field, and nothing
//! changes.

use super::bad_input::shop;
use crate::harness::Shop;
use crate::pages::{Browser, goes_to};

/// A form that is right, and its fields that are put wrong, one at a time.
struct Form {
    path: &'static str,
    right: &'static [(&'static str, &'static str)],
    wrong: &'static [(&'static str, Kind)],
}

#[derive(Clone, Copy)]
enum Kind {
    /// A sum that may be zero.
    Sum,
    /// A sum that may not.
    Positive,
    /// A sum or a percentage; may be empty.
    Discount,
    Quantity,
    Days,
    /// A text that may be empty.
    Text,
    /// A text that may not.
    Name,
    Drawer,
    Employee,
}

impl Kind {
    fn values(self) -> Vec<String> {
        const SUMS: &[&str] = &[
            "-1",
            "-0,01",
            "90071992547409,93",
            "99999999999999999999999999",
            "1,005",
            "0,001",
            "1.5.5",
            "1e3",
            "12 долларов",
            "много",
            "1\u{0}",
        ];
        let own = |values: &[&str]| -> Vec<String> {
            values.iter().map(|value| (*value).to_owned()).collect()
        };
        let texts = || vec!["a\u{0}b".to_owned(), "я".repeat(10_000)];
        match self {
            Self::Sum => own(SUMS),
            Self::Positive => [own(SUMS), own(&["0", "0,00", ""])].concat(),
            Self::Discount => [own(SUMS), own(&["101 %", "-1 %", "9999999"])].concat(),
            Self::Quantity => own(&["0", "-1", "0,0001", "1000000,001", "1e3", "два", "1\u{0}"]),
            Self::Days => own(&["-1", "3651", "1,5", "год", "99999999999999999999"]),
            Self::Text => texts(),
            Self::Name => [texts(), own(&["", " "])].concat(),
            Self::Drawer => own(&["2", "9", "x", "-1"]),
            Self::Employee => own(&["9", "x"]),
        }
    }
}

const LINE: &[(&str, &str)] = &[
    ("kind", "WORK"),
    ("name", "Чистка"),
    ("quantity", "1"),
    ("unitPrice", "100"),
];

const LINE_FIELDS: &[(&str, Kind)] = &[
    ("name", Kind::Name),
    ("quantity", Kind::Quantity),
    ("unitPrice", Kind::Sum),
    ("discount", Kind::Discount),
    ("cost", Kind::Sum),
    ("warrantyDays", Kind::Days),
    ("doneById", Kind::Employee),
];

const ITEM: &[(&str, &str)] = &[("kind", "PART"), ("name", "Display"), ("price", "1")];

const ITEM_FIELDS: &[(&str, Kind)] = &[
    ("name", Kind::Name),
    ("article", Kind::Text),
    ("barcode", Kind::Text),
    ("price", Kind::Sum),
    ("cost", Kind::Sum),
    ("warrantyDays", Kind::Days),
];

const PAYMENT: &[(&str, &str)] = &[("sum", "1"), ("method", "CASH"), ("drawerId", "1")];

const PAYMENT_FIELDS: &[(&str, Kind)] = &[
    ("sum", Kind::Positive),
    ("note", Kind::Text),
    ("fiscalNumber", Kind::Text),
    ("drawerId", Kind::Drawer),
];

const FORMS: &[Form] = &[
    Form {
        path: "/tasks/1/lines",
        right: LINE,
        wrong: LINE_FIELDS,
    },
    Form {
        path: "/tasks/1/lines/1",
        right: LINE,
        wrong: LINE_FIELDS,
    },
    Form {
        path: "/tasks/1/discount",
        right: &[],
        wrong: &[("discount", Kind::Discount)],
    },
    Form {
        path: "/tasks/1/agree",
        right: &[],
        wrong: &[("agreeNote", Kind::Text)],
    },
    Form {
        path: "/tasks/1/pay",
        right: PAYMENT,
        wrong: PAYMENT_FIELDS,
    },
    Form {
        path: "/tasks/1/checkout",
        right: &[("sum", "4474"), ("method", "CASH"), ("drawerId", "1")],
        wrong: &[
            ("note", Kind::Text),
            ("fiscalNumber", Kind::Text),
            ("drawerId", Kind::Drawer),
        ],
    },
    Form {
        path: "/tasks/1/payments/2/refund",
        right: PAYMENT,
        wrong: &[
            ("sum", Kind::Positive),
            ("note", Kind::Text),
            ("drawerId", Kind::Drawer),
        ],
    },
    Form {
        path: "/tasks/1/payments/2/reverse",
        right: &[],
        wrong: &[("note", Kind::Text)],
    },
    Form {
        path: "/drawers/1/move",
        right: &[("kind", "CASH_IN"), ("sum", "1")],
        wrong: &[("sum", Kind::Positive), ("note", Kind::Text)],
    },
    Form {
        path: "/drawers/1/move",
        right: &[("kind", "CASH_OUT"), ("sum", "1")],
        wrong: &[("sum", Kind::Positive)],
    },
    Form {
        path: "/cash-moves/6/reverse",
        right: &[],
        wrong: &[("note", Kind::Text)],
    },
    Form {
        path: "/drawers/1/open",
        right: &[],
        wrong: &[("counted", Kind::Sum)],
    },
    Form {
        path: "/shifts/2/close",
        right: &[("counted", "1"), ("reason", "a")],
        wrong: &[("counted", Kind::Sum), ("reason", Kind::Text)],
    },
    Form {
        path: "/new-drawer",
        right: &[],
        wrong: &[("name", Kind::Name)],
    },
    Form {
        path: "/drawers/1/edit",
        right: &[],
        wrong: &[("name", Kind::Name)],
    },
    Form {
        path: "/catalogue",
        right: ITEM,
        wrong: ITEM_FIELDS,
    },
    Form {
        path: "/catalogue/1",
        right: ITEM,
        wrong: ITEM_FIELDS,
    },
    Form {
        path: "/new-task",
        right: &[
            ("phone", "+79000000002"),
            ("description", "a lamp"),
            ("prepaymentMethod", "CARD"),
        ],
        // An empty deposit is none.
        wrong: &[("estimate", Kind::Sum), ("prepayment", Kind::Sum)],
    },
];

/// Path, form, status, and what the page says in Russian and in English.
type Case = (
    &'static str,
    &'static [(&'static str, &'static str)],
    u16,
    [&'static str; 2],
);

/// Forms whose values are fine, but for what is there.
const CASES: &[Case] = &[
    (
        "/tasks/1/lines",
        &[("itemId", "2")],
        422,
        ["Позиция в архиве", "The item is archived"],
    ),
    (
        "/tasks/1/lines",
        &[("itemId", "9")],
        422,
        ["Такой позиции", "no such item"],
    ),
    // The line of another task, and one that isn't there.
    (
        "/tasks/1/lines/3",
        LINE,
        404,
        ["Страница не найдена", "Page not found"],
    ),
    (
        "/tasks/1/lines/99",
        LINE,
        404,
        ["Страница не найдена", "Page not found"],
    ),
    (
        "/tasks/1/lines/3/remove",
        &[],
        404,
        ["Страница не найдена", "Page not found"],
    ),
    (
        "/tasks/1/lines/3/move",
        &[("position", "1")],
        404,
        ["Страница не найдена", "Page not found"],
    ),
    // A closed task.
    (
        "/tasks/4/lines",
        LINE,
        422,
        ["Заявка закрыта. Сначала откройте её снова.", "is closed"],
    ),
    (
        "/tasks/4/discount",
        &[("discount", "1")],
        422,
        ["Заявка закрыта. Сначала откройте её снова.", "is closed"],
    ),
    // More than was paid, and what was reversed or refunded already.
    (
        "/tasks/1/payments/2/refund",
        &[("sum", "20,01"), ("method", "CARD")],
        422,
        ["больше, чем осталось от платежа", "left of the payment"],
    ),
    (
        "/tasks/1/payments/1/refund",
        &[("sum", "6,01"), ("method", "CASH"), ("drawerId", "1")],
        422,
        ["больше, чем осталось от платежа", "left of the payment"],
    ),
    (
        "/tasks/1/payments/3/refund",
        &[("sum", "1"), ("method", "CARD")],
        422,
        ["Вернуть можно только", "can be refunded"],
    ),
    (
        "/tasks/1/payments/1/reverse",
        &[],
        422,
        ["Сторно", "reverse"],
    ),
    (
        "/tasks/2/payments/4/reverse",
        &[],
        409,
        ["уже сторнирована", "reversed already"],
    ),
    // The payment of another task.
    (
        "/tasks/2/payments/1/refund",
        PAYMENT,
        404,
        ["Страница не найдена", "Page not found"],
    ),
    (
        "/cash-moves/1/reverse",
        &[],
        404,
        ["Страница не найдена", "Page not found"],
    ),
    (
        "/cash-moves/99/reverse",
        &[],
        404,
        ["Страница не найдена", "Page not found"],
    ),
    // A deleted task.
    (
        "/tasks/3/pay",
        PAYMENT,
        404,
        ["Страница не найдена", "Page not found"],
    ),
    (
        "/tasks/3/checkout",
        PAYMENT,
        404,
        ["Страница не найдена", "Page not found"],
    ),
    (
        "/tasks/3/lines",
        LINE,
        404,
        ["Страница не найдена", "Page not found"],
    ),
    (
        "/tasks/3/discount",
        &[("discount", "1")],
        404,
        ["Страница не найдена", "Page not found"],
    ),
    // Drawers and shifts.
    (
        "/drawers/2/move",
        &[("kind", "CASH_IN"), ("sum", "1")],
        422,
        ["Смена кассы закрыта. Сначала откройте смену.", "shift"],
    ),
    (
        "/drawers/3/open",
        &[("counted", "1")],
        409,
        ["уже открыта", "open"],
    ),
    (
        "/shifts/1/close",
        &[("counted", "1")],
        409,
        ["уже закрыта", "closed already"],
    ),
    (
        "/shifts/2/close",
        &[("counted", "1"), ("reason", "")],
        422,
        ["Расхождение", "Difference"],
    ),
    (
        "/new-drawer",
        &[("name", "SECOND")],
        422,
        ["уже есть", "already"],
    ),
    (
        "/catalogue",
        &[
            ("kind", "PART"),
            ("name", "a"),
            ("article", "d-12"),
            ("price", "1"),
        ],
        422,
        ["артикул", "article"],
    ),
];

/// Returns what is wrong with the answer to a form, if anything.
async fn unexpected(
    browser: &mut Browser<'_>,
    path: &str,
    form: &[(&str, &str)],
    status: u16,
    said: &str,
) -> Option<String> {
    let field = |(name, value): &(&str, &str)| {
        let value: String = value.chars().take(40).collect();
        format!("{name}={value:?}")
    };
    let form_text: Vec<String> = form.iter().map(field).collect();
    let answer = browser.post(path, form).await;
    let got = answer.status().as_u16();
    let page = answer.text().await.unwrap().replace('\u{a0}', " ");
    let is_fine = got == status && page.contains(said) && !page.contains("Unknown localization");
    let main = page.split_once("<main").map_or("", |(_, main)| main);
    let main: String = main.chars().take(1_500).collect();
    (!is_fine).then(|| format!("{path} {form_text:?}: {got} without {said:?}\n{main}\n"))
}

async fn expect_all_refused(shop: &Shop, browser: &mut Browser<'_>, language: usize) {
    let before = shop.dump();
    let mut wrongs = Vec::new();
    for Form { path, right, wrong } in FORMS {
        for (field, kind) in *wrong {
            for value in kind.values() {
                let mut form: Vec<(&str, &str)> = right.to_vec();
                form.retain(|(name, _)| name != field);
                form.push((field, &value));
                let problem = format!("id=\"{field}-problem\"");
                wrongs.extend(unexpected(browser, path, &form, 422, &problem).await);
                assert!(
                    shop.dump() == before,
                    "{path} {form:?} has changed something"
                );
            }
        }
    }
    for (path, form, status, said) in CASES {
        wrongs.extend(unexpected(browser, path, form, *status, said[language]).await);
        assert!(
            shop.dump() == before,
            "{path} {form:?} has changed something"
        );
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

#[tokio::test]
async fn each_page_refuses_bad_input_beside_its_field_in_russian() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    expect_all_refused(&shop, &mut browser, 0).await;
    shop.close().await;
}

#[tokio::test]
async fn each_page_refuses_bad_input_beside_its_field_in_english() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let english = browser.post("/profile/language", &[("language", "en")]);
    goes_to(&english.await);
    expect_all_refused(&shop, &mut browser, 1).await;
    shop.close().await;
}

#[tokio::test]
async fn a_form_of_a_mebibyte_is_refused_and_sums_as_people_write_them_are_read() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let before = shop.dump();
    let huge = "я".repeat(1_048_576);
    for path in [
        "/tasks/1/pay",
        "/tasks/1/lines",
        "/drawers/1/move",
        "/catalogue",
    ] {
        let form = [("sum", "1"), ("note", &*huge), ("name", &*huge)];
        assert_eq!(browser.post(path, &form).await.status(), 413, "{path}");
    }
    assert!(shop.dump() == before);
    for (at, typed) in ["1 000,50 ₽", "1000.5", "1\u{a0}000,50", "1000,50 руб."]
        .into_iter()
        .enumerate()
    {
        let form = [("kind", "CASH_IN"), ("sum", typed)];
        let answer = browser.post("/drawers/1/move", &form).await;
        assert_eq!(goes_to(&answer), "/cash", "{typed}");
        let drawers = super::data(&shop, "{ drawers { balance } }").await;
        let balance = drawers["drawers"][0]["balance"].as_i64().unwrap();
        let moved = i64::try_from(at + 1).unwrap() * 100_050;
        assert_eq!(balance, 700 + moved, "{typed}");
    }
    shop.close().await;
}
