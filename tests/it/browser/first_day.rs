//! The first day of a shop, from an empty folder, in a browser alone: nobody opens a terminal after the program's start.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use super::chromium::{Browser, Driver};
use crate::fake_telegram::FakeTelegram;
use crate::harness::PASSWORD;
use crate::process::Program;

/// The token of a bot, as @BotFather gives it.
const TOKEN: &str = "123456:AAE-first-day-token_of_35_characters";

/// Returns what a download's address gives, by the page's own session.
async fn download(browser: &Browser, path: &str) -> Vec<u8> {
    let script = format!(
        "const done = arguments[0];
        fetch({path:?}).then((answer) => answer.blob()).then((blob) => {{
            const reader = new FileReader();
            reader.onload = () => done(reader.result.split(',')[1]);
            reader.readAsDataURL(blob);
        }}, (error) => done(String(error)))"
    );
    let text = browser.eval_later(&script).await;
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}

async fn register(browser: &Browser, fields: &[(&str, &str)]) {
    for (name, text) in fields {
        browser.fill(&format!("main [name='{name}']"), text).await;
    }
    for name in ["password1", "password2"] {
        browser.fill(&format!("main [name={name}]"), PASSWORD).await;
    }
    browser.click("main .btn.main").await;
    browser.at("/today").await;
}

#[tokio::test]
async fn a_shop_opens_in_an_empty_folder_and_comes_back_from_its_backup_in_another_one() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let (folder, telegram) = (TempDir::new().unwrap(), FakeTelegram::start().await);
    let api = ("ZAYAVKA_TELEGRAM__API_URL", &*telegram.url());
    let program = Program::start_with(&folder, &[api]);
    let owner = driver.open_at(&program.url, "ru").await;
    owner.go("/").await;
    owner.at("/first-run").await;
    let names = [("shop.name", "Мастер на Ленина"), ("email", "owner@example.com")];
    register(&owner, &names).await;

    // The first repair, and its receipt with the shop's own name and address.
    owner.clicks();
    owner.click(".first-day a[href='/settings/shop']").await;
    owner.fill("[name='shop.address']", "Тверь, ул. Ленина, 1").await;
    owner.click("main form .btn.main").await;
    owner.sees_in("[role=status].good", "Сохранено").await;
    let clicks = owner.clicks();
    assert!(clicks <= 2, "{clicks}");
    owner.go("/today").await;
    owner.click(".first-day a[href='/new-task/']").await;
    owner.fill("main [name=phone]", "8 900 000-00-01").await;
    owner.fill("main [name=description]", "Не включается").await;
    owner.click("main .btn.main").await;
    owner.at("/tasks/1").await;
    owner.go("/today").await;
    // Printing would stop the script that watches the page.
    owner.cdp("Page.addScriptToEvaluateOnNewDocument", serde_json::json!({
        "source": "window.print = () => { document.documentElement.dataset.printed = 'yes' }"
    })).await;
    owner.click(".first-day [action='/first-day/receipt'] button").await;
    owner.sees_in(".paper", "Мастер на Ленина").await;
    owner.sees_in(".paper", "Тверь, ул. Ленина, 1").await;
    owner.until("document.documentElement.dataset.printed === 'yes'").await;

    // The bot, by its token.
    owner.go("/today").await;
    owner.clicks();
    owner.click(".first-day a[href='/settings/bot']").await;
    owner.fill("main [name=token]", TOKEN).await;
    owner.click("main [action='/settings/bot'] .btn.main").await;
    owner.sees_in("main", "@desk_bot").await;
    let clicks = owner.clicks();
    assert!(clicks <= 3, "{clicks}");

    // A colleague joins by a link.
    owner.go("/today").await;
    owner.click(".first-day a[href='/staff']").await;
    owner.fill("[action='/staff/invite'] [name=email]", "new@example.com").await;
    owner.click("[action='/staff/invite'] .main").await;
    owner.find(".copy input").await;
    let link = owner.eval("return document.querySelector('.copy input').value").await;
    let path = link.as_str().unwrap().strip_prefix(&*program.url).unwrap();
    let colleague = driver.open_at(&program.url, "ru").await;
    colleague.go(path).await;
    register(&colleague, &[("name", "Марина")]).await;
    colleague.go("/tasks/1").await;
    colleague.sees("Не включается").await;

    // A backup is made and taken away.
    owner.go("/today").await;
    owner.click(".first-day a[href='/settings/backups']").await;
    owner.click("[action='/settings/backups/now'] button").await;
    owner.sees_in("[role=status].good", "Копия сделана").await;
    let backup = download(&owner, "/settings/backups/download").await;
    owner.go("/today").await;
    let left = "[...document.querySelectorAll('.first-day li:not(.done)')].map((e) => e.innerText).join()";
    let left = owner.eval(&format!("return {left}")).await;
    assert!(left.as_str().unwrap().starts_with("Адрес для клиентов"), "{left}");
    drop(program);

    // It becomes a shop in a new folder.
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("zayavka.db"), backup).unwrap();
    let program = Program::start_with(&folder, &[api]);
    let owner = driver.open_at(&program.url, "ru").await;
    owner.go("/tasks/1/receipt").await;
    owner.fill("[name=email]", "owner@example.com").await;
    owner.fill("[name=password]", PASSWORD).await;
    owner.click(".btn.main").await;
    owner.sees_in(".paper", "Мастер на Ленина").await;
    owner.go("/staff").await;
    owner.sees_in(".person", "Марина").await;
    owner.go("/settings/bot").await;
    owner.sees_in("main", "@desk_bot").await;
}
