use serde_json::json;

use super::{imported, shop};
use crate::files::preview;
use crate::signed_in::SignedIn;

const TEXT: &str = "Телефон;Имя;Описание\r\n89000000001;Анна;лампа\r\n89000000002;Борис;шнур\r\n";

async fn page(desk: &SignedIn<'_>, file: Vec<u8>) -> String {
    let look = desk.upload(file).await;
    desk.get(&look).await.text().await.unwrap()
}

#[tokio::test]
async fn letters_are_known_with_a_mark_and_without() {
    let shop = shop().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let wide = |of: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
        format!("{mark}{TEXT}")
            .encode_utf16()
            .flat_map(of)
            .collect()
    };
    let (windows, _, _) = encoding_rs::WINDOWS_1251.encode(TEXT);
    for (name, file) in [
        ("UTF-8", TEXT.into()),
        ("UTF-8 with a mark", format!("\u{feff}{TEXT}").into_bytes()),
        ("Windows-1251", windows.into_owned()),
        ("UTF-16LE with a mark", wide(u16::to_le_bytes, "\u{feff}")),
        ("UTF-16BE with a mark", wide(u16::to_be_bytes, "\u{feff}")),
        ("UTF-16LE", wide(u16::to_le_bytes, "")),
        ("UTF-16BE", wide(u16::to_be_bytes, "")),
        ("CR alone", TEXT.replace("\r\n", "\r").into_bytes()),
        ("LF alone", TEXT.replace("\r\n", "\n").into_bytes()),
    ] {
        let page = page(&desk, file).await;
        assert!(
            page.contains("<dt>Новых заявок</dt><dd>2</dd>"),
            "{name} {page}"
        );
    }
    // A missing byte of UTF-8 doesn't make the rest Windows-1251.
    let mut broken = "Phone;Name;Description\n89000000001;Анна Петровна;лампа\n"
        .to_owned()
        .into_bytes();
    broken.remove(36);
    let page = page(&desk, broken).await;
    assert!(page.contains("Буквы в файле повреждены"), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn marks_inside_and_lines_of_excel_are_no_text() {
    let shop = shop().await;
    // Two concatenated files: the byte order mark of the second precedes its heading.
    let inside = "Имя;\u{feff}Телефон;\u{feff}Описание\nАнна;\u{feff}89000000001;лампа\n";
    let tasks = imported(&shop, inside, "description customer { phone name }").await;
    assert_eq!(
        tasks,
        json!([{"description": "лампа", "customer": {"phone": "89000000001", "name": "Анна"}}])
    );
    for first in ["sep=;", "SEP=;", "\"sep=;\"", "\u{feff}sep=;"] {
        let file = format!("{first}\r\nТелефон;Имя;Описание\r\n8 900 000 00 05;Вера;Не греет\r\n");
        let report = preview(&shop, &file).await;
        assert_eq!(report["newTasks"], 1, "{first} {report}");
        assert_eq!(report["rows"][0]["row"], 2, "Excel doesn't show that line");
    }
    // It is honoured even where another separator is more frequent in the headings.
    for (file, name) in [
        (
            "sep=|\nТелефон|Имя, отчество и фамилия; клиент|Описание\n89000000006|x|y\n",
            "|",
        ),
        (
            "sep=\t\nТелефон\tОписание\tИмя; вид; срок\n89000000006\tx\n",
            "tab",
        ),
        ("Телефон|Описание\n89000000006|x\n", "a bar"),
    ] {
        let report = preview(&shop, file).await;
        assert_eq!(report["newTasks"], 1, "{name} {report}");
    }
    // Separators and line ends in quoted headings don't separate.
    let quoted = "\"Телефон\nклиента\",\"Имя; отчество; фамилия; род\",Описание\n8 900 000 00 05,Вера,Не греет\n";
    let report = preview(&shop, quoted).await;
    assert_eq!(report["newTasks"], 1, "{report}");
    assert_eq!(
        report["described"],
        json!(["Имя; отчество; фамилия; род"]),
        "{report}"
    );
    shop.close().await;
}
