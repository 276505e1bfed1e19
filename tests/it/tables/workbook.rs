//! Excel workbooks, written here part by part.

use std::io::{Cursor, Write};

use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::shop;
use crate::files::counts;
use crate::signed_in::SignedIn;

const SPACES: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
/// Style 1 is a date with its time, style 2 a sum.
const STYLES: &str =
    "<cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/><xf numFmtId=\"4\"/></cellXfs>";

const PACKAGE: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r\" \
    Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";

/// Builds a ZIP file of these parts.
pub(super) fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, part) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(part).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Builds a workbook of sheets, each with its name, whether it is hidden, and its rows.
pub(super) fn workbook(sheets: &[(&str, bool, String)]) -> Vec<u8> {
    let (mut list, mut links) = (String::new(), String::new());
    let mut parts = Vec::new();
    for (at, (name, hidden, rows)) in sheets.iter().enumerate() {
        let state = if *hidden { " state=\"hidden\"" } else { "" };
        list += &format!(
            "<sheet name=\"{name}\" sheetId=\"{}\"{state} r:id=\"r{at}\"/>",
            at + 1
        );
        links += &format!(
            "<Relationship Id=\"r{at}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{at}.xml\"/>"
        );
        let xml = format!("<worksheet {SPACES}><sheetData>{rows}</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/sheet{at}.xml"), xml));
    }
    parts.push((
        "xl/workbook.xml".into(),
        format!("<workbook {SPACES}><sheets>{list}</sheets></workbook>"),
    ));
    parts.push(("_rels/.rels".into(), PACKAGE.into()));
    parts.push((
        "xl/_rels/workbook.xml.rels".into(),
        format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{links}</Relationships>"),
    ));
    parts.push((
        "xl/styles.xml".into(),
        format!("<styleSheet {SPACES}>{STYLES}</styleSheet>"),
    ));
    let parts: Vec<_> = parts
        .iter()
        .map(|(name, xml)| (&**name, xml.as_bytes()))
        .collect();
    zipped(&parts)
}

/// Builds a row of cells: a text, or raw XML if it begins with `<`.
fn row(number: usize, cells: &[&str]) -> String {
    let cells = cells.iter().enumerate().map(|(at, cell)| {
        let column = char::from(b'A' + u8::try_from(at).unwrap());
        match cell.strip_prefix('<') {
            Some(rest) => format!("<c r=\"{column}{number}\" {rest}</c>"),
            None => format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
        }
    });
    format!("<row r=\"{number}\">{}</row>", cells.collect::<String>())
}

pub(super) async fn look(desk: &SignedIn<'_>, file: Vec<u8>) -> (u16, String) {
    let look = desk.upload(file).await;
    let answer = desk.get(&look).await;
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_workbook_is_looked_at_and_taken_like_a_table() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let headings = [
        "Номер заказа",
        "Создан",
        "Клиент",
        "Телефон",
        "Неисправность",
        "Серийный номер",
        "Итого",
        "Крайний срок",
        "Место хранения",
    ];
    let orders = [
        row(1, &headings),
        row(
            2,
            &[
                "A001",
                "<s=\"1\"><v>45321.4166666667</v>",
                "Анна",
                "<><v>79000000001</v>",
                "Разбит &lt;экран&gt;\nи корпус",
                "<><v>490154203237518</v>",
                "<s=\"2\"><v>1500.5</v>",
                "<s=\"1\"><v>45325</v>",
                "<><v>12</v>",
            ],
        ),
        // Row 3 is empty and isn't written.
        row(
            4,
            &[
                "<><v>17</v>",
                "13/02/2024 10:11:12",
                "Борис",
                "8 900 000-00-02",
                "<t=\"b\"><v>1</v>",
                "",
                "<><v>1234.5678</v>",
                "",
                "<s=\"1\"><v>45324</v>",
            ],
        ),
        row(5, &["A003", "вчера", "Вера", "8 900 000-00-03", "x"]),
    ];
    let other = [row(1, &["Отчёт за год"]), row(2, &["<><v>1</v>"])];
    let file = workbook(&[
        ("Скрытый", true, orders.concat()),
        ("Отчёт", false, other.concat()),
        ("Заказы", false, orders.concat()),
    ]);
    let (status, page) = look(&desk, file).await;
    assert_eq!(status, 200, "{page}");
    for part in [
        "<dt>Лист книги</dt><dd>Заказы</dd>",
        "<dt>Прочитано строк</dt><dd>3</dd>",
        "<dt>Новых заявок</dt><dd>2</dd>",
        "<span class=\"unseen\">Строка</span> 5</td>",
        "<b>Создан:</b>",
        "<b>Итого:</b>",
        "<b>Место хранения:</b>",
    ] {
        assert!(page.contains(part), "{part} {page}");
    }
    let right = workbook(&[("Заказы", false, orders[..3].concat())]);
    let look = desk.upload(right).await;
    let page = desk.page(&look).await;
    assert_eq!(desk.confirm(&look, &page).await.status(), 303);
    let query = "{ allTasks { createdTime dueOn description price customer { name phoneE164 } device { serialNumber place } } }";
    assert_eq!(
        shop.ask(query).await["data"]["allTasks"],
        json!([
            {
                "createdTime": "2024-01-30T07:00:00.000Z", "dueOn": "2024-02-03", "description": "Разбит <экран>\nи корпус", "price": 150_050,
                "customer": {"name": "Анна", "phoneE164": "+79000000001"}, "device": {"serialNumber": "490154203237518", "place": "12"},
            },
            {
                "createdTime": "2024-02-13T07:11:12.000Z", "dueOn": null, "description": "true", "price": 123_457,
                "customer": {"name": "Борис", "phoneE164": "+79000000002"}, "device": {"serialNumber": null, "place": "2024-02-02"},
            },
        ])
    );
    let page = desk.page("/data").await;
    assert!(
        page.contains(".xlsx") && page.contains("accept=\".csv,.txt,.xlsx,"),
        "{page}"
    );
    shop.close().await;
}

#[tokio::test]
async fn an_unreadable_workbook_is_rejected_with_advice() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let old = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 600]].concat();
    let open = zipped(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("content.xml", b"<x/>"),
    ]);
    let word = zipped(&[("word/document.xml", b"<x/>")]);
    let binary = zipped(&[("xl/workbook.bin", b"x")]);
    let whole = workbook(&[(
        "a",
        false,
        [row(1, &["Телефон"]), row(2, &["89000000001"])].concat(),
    )]);
    let cut = whole[..whole.len() / 2].to_vec();
    let nothing = workbook(&[("a", false, String::new())]);
    let unknown = workbook(&[(
        "a",
        false,
        [row(1, &["Просто"]), row(2, &["письмо"])].concat(),
    )]);
    let damaged = workbook(&[("a", false, "<row r=\"1\"><c r=\"A1\"><v>1".into())]);
    let backwards = workbook(&[(
        "a",
        false,
        [row(9, &["Телефон"]), row(2, &["89000000001"])].concat(),
    )]);
    for (name, file, why) in [
        ("xls", old, "Сохраните её в Excel как"),
        ("ods", open, "Сохраните её как"),
        ("docx", word, "не удалось прочитать"),
        ("xlsb", binary, "не удалось прочитать"),
        ("cut", cut, "не удалось прочитать"),
        ("PK", b"PK\x03\x04\0\0\x08".to_vec(), "не удалось прочитать"),
        ("damaged", damaged, "не удалось прочитать"),
        ("backwards", backwards, "не удалось прочитать"),
        ("nothing", nothing, "Заполните это поле"),
    ] {
        let (status, page) = look(&desk, file).await;
        assert_eq!(status, 422, "{name} {page}");
        assert!(
            page.contains("id=\"csv-problem\"") && page.contains(why),
            "{name} {page}"
        );
    }
    // Unknown headings are mapped by hand.
    let (status, page) = look(&desk, unknown).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("нет знакомых заголовков"), "{page}");
    assert_eq!(counts(&shop), (0, 0));
    shop.close().await;
}

#[tokio::test]
async fn a_workbook_that_unpacks_to_far_more_is_refused() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let begun = std::time::Instant::now();
    let rows = [row(1, &["Телефон"]), row(2, &["89000000001"])].concat();
    let spaces = format!("{rows}{}", " ".repeat(110 * 1024 * 1024));
    let bomb = workbook(&[("a", false, spaces)]);
    assert!(bomb.len() < 1024 * 1024, "{}", bomb.len());
    let (status, page) = look(&desk, bomb).await;
    assert_eq!(status, 422);
    assert!(
        page.contains("Распакованная книга слишком большая"),
        "{page}"
    );
    // Cells at the far end of a sheet cost nothing.
    let far = rows.clone() + "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
    let (status, page) = look(&desk, workbook(&[("a", false, far)])).await;
    assert_eq!(status, 422);
    assert!(page.contains("столбцов"), "{page}");
    let many: String = (2..=50_002)
        .map(|number| row(number, &["89000000001"]))
        .collect();
    let (status, page) = look(
        &desk,
        workbook(&[("a", false, [row(1, &["Телефон"]), many].concat())]),
    )
    .await;
    assert_eq!(status, 422);
    assert!(page.contains("не больше 50"), "{page}");
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    shop.close().await;
}
