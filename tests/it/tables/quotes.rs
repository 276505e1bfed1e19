use serde_json::json;

use super::{assert_said, assert_silent, imported, refusal, shop};
use crate::files::{counts, import, preview};
use crate::harness::code;
use crate::signed_in::SignedIn;

const UNCLOSED: &str = "№ заказа;Телефон;Имя;Статус;Описание
1;8 900 000 00 01;Клиент 1;Готов;не включается
2;8 900 000 00 02;Клиент 2;Готов;\"Экран 15 дюймов не горит
3;8 900 000 00 03;Клиент 3;Готов;не включается
4;8 900 000 00 04;Клиент 4;Готов;не включается
";

#[tokio::test]
async fn an_unclosed_quote_is_an_error_of_its_row_and_takes_no_other_row() {
    let shop = shop().await;
    let report = preview(&shop, UNCLOSED).await;
    assert_eq!(report["rows"].as_array().unwrap().len(), 4, "{report}");
    assert_eq!(
        (&report["refused"], &report["newTasks"]),
        (&json!(1), &json!(3))
    );
    assert_said(&report, 3, "", "quotation mark", true);
    for row in [2, 4, 5] {
        assert_silent(&report, row);
    }
    assert_eq!(code(&import(&shop, UNCLOSED).await), "BAD_USER_INPUT");
    assert_eq!(counts(&shop), (0, 0));
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let look = desk.upload(UNCLOSED).await;
    let page = desk.page(&look).await;
    assert!(page.contains("Прочитано строк</dt><dd>4</dd>"), "{page}");
    assert!(page.contains("Кавычка"), "{page}");
    shop.close().await;
}

/// A quote that is closed only in another row: the cell between would contain a whole row.
#[tokio::test]
async fn a_quote_that_another_row_closes_is_an_error_of_its_row() {
    let shop = shop().await;
    for (file, wrong, silent) in [
        // The next quoted cell closes it, in the middle of something.
        (
            "Телефон;Имя;Описание\n89000000001;А;\"Экран\n89000000002;Б;\"не горит\"\n89000000003;В;x\n",
            2,
            vec![3, 4],
        ),
        // An inch sign at the end of a cell closes it seemingly correctly.
        (
            "Телефон;Описание;Имя\n89000000001;\"Экран;А\n89000000002;Монитор 27\";Б\n89000000003;x;В\n",
            2,
            vec![3, 4],
        ),
        // Two of them, with whole rows between.
        (
            "№;Телефон;Описание;Имя\n1;89000000001;\"a;А\n2;89000000002;b;Б\n3;89000000003;27\";В\n4;89000000004;x;Г\n",
            2,
            vec![3, 4, 5],
        ),
        // The last cell of the file, without a line end.
        (
            "Телефон;Описание\n89000000001;x\n89000000002;\"не включается",
            3,
            vec![2],
        ),
    ] {
        let report = preview(&shop, file).await;
        assert_eq!(report["refused"], 1, "{file} {report}");
        assert_said(&report, wrong, "", "quotation mark", true);
        for row in silent {
            assert_silent(&report, row);
        }
    }
    let heading = refusal(&shop, "\"Телефон;Имя\n89000000001;Анна\n").await;
    assert!(heading.contains("quotation mark"), "{heading}");
    shop.close().await;
}

#[tokio::test]
async fn quotes_that_do_no_harm_are_text() {
    let shop = shop().await;
    let file = "Телефон;Описание;Имя
8 900 000 00 01;Экран 15\" матрица;А
8 900 000 00 01;\"27\" монитор\";Б
8 900 000 00 01;\"Сказал \"\"да\"\"; ждёт
две строки, и запятая\" ;В
8 900 000 00 01;24\";Г
8 900 000 00 01;\"24\" без ножки;Д
8 900 000 00 01;\"\";Е
";
    let tasks = imported(&shop, file, "description").await;
    assert_eq!(
        tasks,
        json!([
            {"description": "Экран 15\" матрица"},
            {"description": "27\" монитор"},
            {"description": "Сказал \"да\"; ждёт\nдве строки, и запятая"},
            {"description": "24\""},
            {"description": "\"24\" без ножки"},
            {"description": ""},
        ])
    );
    // Commas in a multi-line text are no row, however few columns there are.
    let prose =
        "Phone,Description\n89000000001,\"Broken screen,\nboard, cable\"\n89000000001,\"a\n, b\"\n";
    assert_eq!(preview(&shop, prose).await["newTasks"], 2);
    shop.close().await;
}

#[tokio::test]
async fn rows_are_counted_as_a_spreadsheet_counts_them() {
    let shop = shop().await;
    let file = "\n\nТелефон;Описание\n89000000001;\"две\nстроки\"\n\n;\nпозвоните;x\n";
    let report = preview(&shop, file).await;
    assert_eq!(report["rows"][0]["row"], 4, "{report}");
    assert_said(&report, 7, "Телефон", "", true);
    // A cell of very many lines is reported, though it is valid.
    let long = format!(
        "Телефон;Описание\n89000000001;\"{}\"\n89000000002;x\n",
        "строка\n".repeat(40)
    );
    let report = preview(&shop, &long).await;
    assert_said(&report, 2, "", "41 lines", false);
    assert_silent(&report, 3);
    shop.close().await;
}

/// Each line opens a quote that the next one closes: parsing must stay linear.
#[tokio::test]
async fn a_file_full_of_broken_quotes_is_read_in_one_go() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let begun = std::time::Instant::now();
    for line in ["x\";\"", "\"\"\"", "\";\"", "89000000001;\"a\"\"b"] {
        let file = format!("Телефон;Описание\n{}", format!("{line}\n").repeat(40_000));
        let look = desk.upload(file).await;
        assert!(desk.page(&look).await.contains("С ошибками"), "{line}");
    }
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    shop.close().await;
}
