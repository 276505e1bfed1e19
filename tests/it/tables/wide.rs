//! Tables that are too wide, and workbooks that are too large: rejected at once, with a clear
//! message.

use super::{refusal, shop, workbook};
use crate::signed_in::SignedIn;

/// Builds a line of this many cells.
fn line(cells: usize, cell: &str) -> String {
    let mut line = vec![cell; cells].join(";");
    line.push('\n');
    line
}

/// Builds headings of this many columns, the first of which is the phone.
fn headings(columns: usize) -> String {
    let others = (2..=columns).map(|at| format!(";Поле {at}"));
    format!("Телефон{}\n", others.collect::<String>())
}

#[tokio::test]
async fn a_table_has_at_most_300_columns() {
    let shop = shop().await;
    let taken = format!("{}79000000001{}\n", headings(300), ";x".repeat(299));
    let report = crate::files::preview(&shop, &taken).await;
    assert_eq!(report["newCustomers"], 1, "{report}");
    for wide in [
        headings(301) + "79000000001\n",
        headings(100_000 / 10) + "79000000001\n",
        // One row is wider than the headings.
        headings(3) + "79000000001\n" + &*line(301, "x"),
        headings(3) + "79000000001\n" + &*line(100_000, "x"),
        headings(3) + "79000000001\n" + &*line(30_000, "\"x\""),
    ] {
        let said = refusal(&shop, &wide).await;
        assert!(
            said.starts_with("csv: Too many columns: at most 300"),
            "{said}"
        );
    }
    shop.close().await;
}

/// Ten megabytes, the page's limit, in one row.
#[tokio::test]
async fn a_table_of_a_million_columns_is_refused_on_the_page() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    for wide in [
        headings(3) + "79000000001\n" + &*line(5_000_000, "x"),
        line(5_000_000, "x") + "79000000001\n",
        headings(3) + &*line(1_000_000, "\"x\ny\""),
    ] {
        let (status, page) = workbook::look(&desk, wide.into_bytes()).await;
        assert_eq!(status, 422, "{page}");
        assert!(
            page.contains("Слишком много столбцов: не больше 300"),
            "{page}"
        );
    }
    shop.close().await;
}

/// Builds a workbook row with this many cells, from column A on.
fn row(number: usize, cells: usize, cell: &str) -> String {
    let cells = (0..cells).map(|_| format!("<c t=\"inlineStr\"><is><t>{cell}</t></is></c>"));
    format!("<row r=\"{number}\">{}</row>", cells.collect::<String>())
}

#[tokio::test]
async fn a_workbook_has_bounds_of_its_own() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let sheet = |rows: String| workbook::workbook(&[("Лист", false, rows)]);
    let parts = |count: usize| {
        let names: Vec<String> = (0..count).map(|at| format!("part{at}")).collect();
        let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &b""[..])).collect();
        workbook::zipped(&parts)
    };
    let strings = format!("<sst>{}</sst>", "<si/>".repeat(2_000_001));
    let sheets: Vec<_> = (0..101)
        .map(|at| (format!("Лист {at}"), false, String::new()))
        .collect();
    let sheets: Vec<_> = sheets
        .iter()
        .map(|(name, hidden, rows)| (&**name, *hidden, rows.clone()))
        .collect();
    for (file, why) in [
        (sheet(row(1, 301, "x")), "не больше 300"),
        (
            sheet(row(1, 1, "Телефон") + &*row(2, 301, "x")),
            "не больше 300",
        ),
        (parts(2_001), "больше 2000"),
        (
            workbook::zipped(&[("xl/sharedStrings.xml", strings.as_bytes())]),
            "больше 2000000",
        ),
        (workbook::workbook(&sheets), "больше 100"),
    ] {
        let (status, page) = workbook::look(&desk, file).await;
        assert_eq!(status, 422, "{why}: {page}");
        let page = page.replace(['\u{a0}', '\u{202f}'], "");
        assert!(page.contains(why), "{why}: {page}");
    }
    let headings = (1..=300).map(|at| match at {
        1 => "Телефон".to_owned(),
        _ => format!("Поле {at}"),
    });
    let cells = headings.map(|text| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>"));
    let rows = format!("<row r=\"1\">{}</row>", cells.collect::<String>());
    let answer = desk.upload(sheet(rows + &*row(2, 1, "79000000001"))).await;
    assert!(answer.starts_with("/data/import"), "{answer}");
    shop.close().await;
}
