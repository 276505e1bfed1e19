use std::collections::BTreeSet;

use zayavka::config::{Config, Sources, Stored};
use zayavka::domain::{BotMode, BotToken, ChannelSecret, MaxToken, SettingKey};

use crate::harness::program;

#[test]
fn the_shipped_file_holds_the_defaults() {
    let shipped = Config::parse(include_str!("../../config.toml")).unwrap();
    assert_eq!(
        format!("{shipped:?}"),
        format!("{:?}", Config::parse("").unwrap())
    );
}

#[test]
fn what_owners_change_in_the_browser_is_commented_out_with_its_default() {
    let text = include_str!("../../config.toml");
    let plain = Config::parse("").unwrap().settings;
    for setting in &plain.all {
        assert_eq!(setting.given, None);
        let key = setting.key.word();
        let (section, name) = key.split_once('.').unwrap_or(("", key));
        let of_section = match section {
            "" => text,
            _ => text.split_once(&format!("\n[{section}]\n")).unwrap().1,
        };
        let line = of_section.lines().take_while(|line| !line.starts_with('['));
        let line = line.filter_map(|line| line.strip_prefix(&format!("# {name} = ")));
        let shown = line
            .last()
            .unwrap_or_else(|| panic!("{key} isn't in the file"));
        let shown = shown.trim_matches(['"', '[', ']']);
        let is_example = setting.value.is_empty();
        assert!(
            is_example || shown == setting.value,
            "{key}: {shown}, not {}",
            setting.value
        );
    }
}

#[test]
fn an_empty_file_for_the_token_is_no_bot_yet() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("telegram_token");
    let settings = format!("[telegram]\ntoken_file = '{}'", file.display());
    std::fs::write(&file, "\n").unwrap();
    let telegram = |text: &str| Config::parse(text).unwrap().telegram;
    assert!(telegram(&settings).token.is_none());
    // Owners paste the token in the browser, also where the file sets the mode.
    assert!(
        telegram(&format!("{settings}\nmode = 'polling'"))
            .token
            .is_none()
    );
    std::fs::remove_file(&file).unwrap();
    let error = Config::parse(&settings).unwrap_err().to_string();
    assert!(error.contains("telegram.token_file"), "{error}");
}

#[test]
fn what_cannot_be_used_is_named() {
    for (text, key) in [
        ("listen = 'here'", "listen"),
        ("lisen = '127.0.0.1:8000'", "lisen"),
        ("timezone = 'Europe/Mosow'", "timezone"),
        ("country = 'Russia'", "country"),
        ("language = 'de'", "language"),
        ("[shop]\ncurrency = 'RUR'", "shop.currency"),
        ("[shop]\ncurency = 'RUB'", "curency"),
        ("[shop]\nphone = 'ask inside'", "shop.phone"),
        ("[shop]\nname = \"two\\nlines\"", "shop.name"),
        ("[shop]\nstatus_days = -1", "status_days"),
        ("public_url = 'desk.example.com'", "public_url"),
        ("public_url = 'https://example.com/desk'", "public_url"),
        ("public_url = 'https://example.com/desk/'", "public_url"),
        ("public_url = 'https://example.com//'", "public_url"),
        ("public_url = 'https://example.com/?a'", "public_url"),
        ("public_url = 'https://example.com/#a'", "public_url"),
        ("public_url = 'https://a:b@example.com'", "public_url"),
        ("public_url = 'ftp://example.com'", "public_url"),
        ("[auth]\nregistration = 'maybe'", "auth.registration"),
        ("[auth]\ntoken_ttl = 'long'", "auth.token_ttl"),
        ("[auth]\njwt_secret = 'short'", "auth.jwt_secret"),
        ("[graphql]\nintrospection = 'yes'", "graphql.introspection"),
        ("[http]\nhosts = ['desk.lan:8000']", "http.hosts"),
        ("[http]\nhosts = ['https://desk.lan']", "http.hosts"),
        (
            "[http]\ncors_origins = ['example.com']",
            "http.cors_origins",
        ),
        (
            "[http]\ncors_origins = ['https://example.com/']",
            "http.cors_origins",
        ),
        ("[tls]\ncertificate = 'a'", "tls.key"),
        ("[tls]\nemail = 'a@example.com'", "tls.domain"),
        (
            "[tls]\ndomain = 'a'\ncertificate = 'b'\nkey = 'c'",
            "tls.domain",
        ),
        ("[tls]\ndomain = 'a'\ncache = 'b'", "tls.email"),
        (
            "[tls]\ncertificate = 'b'\nkey = 'c'\nemail = 'd'",
            "tls.email",
        ),
        (
            "[tls]\ncertificate = 'b'\nkey = 'c'\ndirectory_ca = 'd'",
            "tls.directory_ca",
        ),
        ("[tls]\ndomain = 'a'\nemail = 'b'", "tls.cache"),
        ("[tls]\ncertificate = 'b'\nkey = 'c'", "public_url"),
        (
            "public_url = 'http://a'\n[tls]\ndomain = 'a'\nemail = 'b'\ncache = 'c'",
            "public_url",
        ),
        ("[metrics]\nlisten = '9100'", "metrics.listen"),
        ("[reminders]\ndays = [3, 0]", "reminders.days"),
        ("[reminders]\ndays = [366]", "reminders.days"),
        ("[reminders]\ndays = [-3]", "reminders.days"),
        ("[reminders]\ndays = 'soon'", "reminders.days"),
        ("[reminders]\nhour = 24", "reminders.hour"),
        ("[reminders]\nhours = 9", "hours"),
        ("[[webhooks]]\nurl = 'https://a.example'", "webhooks.secret"),
        (
            "[[webhooks]]\nsecret = '0123456789abcdef0123456789abcdef'",
            "webhooks.url",
        ),
        (
            "[[webhooks]]\nurl = 'https://a.example'\nsecret = '0123456789abcdef0123456789abcdef'",
            "webhooks.events",
        ),
        (
            "[[webhooks]]\nurl = 'https://a.example'\nsecret = '0123456789abcdef0123456789abcdef'\nevents = ['task.opened']",
            "webhooks.events: there is no \"task.opened\"",
        ),
        (
            "[[webhooks]]\nurl = 'https://a.example'\nsecret = 'short'\nevents = ['task.created']",
            "webhooks.secret",
        ),
        (
            "[[webhooks]]\nurl = 'https://a.example'\nsecret = 'a'\nsecret_file = 'b'\nevents = ['task.created']",
            "webhooks.secret_file",
        ),
        ("[[webhooks]]\nurl = 'http://a.example'", "webhooks.url"),
        (
            "[[webhooks]]\nurl = 'https://a:b@a.example'",
            "webhooks.url",
        ),
        ("[[webhooks]]\nurl = 'ftp://localhost'", "webhooks.url"),
        ("[[webhooks]]\nurl = 'a.example'", "webhooks.url"),
        ("[[webhooks]]\naddress = 'a.example'", "address"),
        ("[http]\nconnections = 0", "http.connections"),
        ("[http]\nrequests_per_second = -1", "requests_per_second"),
        ("[telegram]\nmode = 'maybe'", "telegram.mode"),
        (
            "[telegram]\ntoken = 'a'\ntoken_file = 'b'",
            "telegram.token_file",
        ),
        (
            "[telegram]\napi_url = 'http://example.com'",
            "telegram.api_url",
        ),
        (
            "[telegram]\nproxy = 'proxy.example:3128'",
            "telegram.proxy: ",
        ),
        (
            "[telegram]\nproxy = 'ftp://proxy.example'",
            "telegram.proxy: ",
        ),
        (
            "[telegram]\nproxy = 'http://a'\nproxy_file = 'b'",
            "telegram.proxy_file: ",
        ),
        ("[telegram]\nproxy_file = '/none'", "telegram.proxy_file: "),
        (
            "[telegram]\napi_url = 'http://127.0.0.1:8081'\nproxy = 'socks5://proxy.example'",
            "telegram.proxy: telegram.api_url leads to this machine",
        ),
        ("[telegram]\napi_dir = 'bots'", "telegram.api_dir: "),
        ("[sms]\nprovider = 'pigeon'", "sms.provider"),
        ("[sms]\nkey = 'a'", "sms.provider"),
        (
            "[sms]\nprovider = 'smsc'\nkey = 'a'\nkey_file = 'b'",
            "sms.key_file",
        ),
        ("[sms]\nprovider = 'smsaero'", "sms.login"),
        ("[sms]\napi_url = 'http://example.com'", "sms.api_url"),
        ("[email]\npassword = 'a'", "email.host"),
        ("[email]\nhost = 'smtp.example.com'", "email.from"),
        (
            "[email]\nhost = 'smtp.example.com'\nfrom = 'a@b.ru'\nsecurity = 'none'",
            "email.security",
        ),
        ("[backup]\ndir = 'backups'", "backup.every"),
        ("[backup]\ndir = 'backups'\nevery = '1d'", "backup.keep"),
        ("[backup]\nevery = '1d'\nkeep = 3", "backup.dir"),
        (
            "[backup]\ndir = 'x'\nevery = '5s'\nkeep = 3",
            "backup.every",
        ),
        (
            "[backup]\ndir = 'x'\nevery = 'daily'\nkeep = 3",
            "backup.every",
        ),
        ("[backup]\ndir = 'x'\nevery = '1d'\nkeep = 0", "backup.keep"),
        ("[backup]\ndir = 'x'\nevery = '1d'\nkeep = -1", "keep"),
        (
            "public_url = 'http://example.com'\n[telegram]\ntoken = 'a'\nmode = 'webhook'",
            "public_url",
        ),
    ] {
        let error = Config::parse(text).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string);
        let said = format!("{error} {}", source.unwrap_or_default());
        assert!(said.contains(key), "{text}: {said}");
    }
}

#[test]
fn an_address_is_told_once_and_not_everybody_is() {
    let webhook = |number: usize| {
        format!(
            "[[webhooks]]\nurl = 'https://a.example/{number}'\nsecret = '0123456789abcdef0123456789abcdef'\nevents = ['task.created']\n"
        )
    };
    assert!(Config::parse(&(1..=5).map(webhook).collect::<String>()).is_ok());
    for (all, key) in [
        ((1..=6).map(webhook).collect::<String>(), "webhooks: "),
        ([1, 1].map(webhook).concat(), "webhooks.url: "),
    ] {
        let error = Config::parse(&all).unwrap_err().to_string();
        assert!(error.contains(key), "{error}");
    }
}

#[test]
fn an_address_is_what_a_browser_calls_it_and_has_no_path() {
    for (text, expected) in [
        ("https://desk.example.com", "https://desk.example.com"),
        ("https://desk.example.com/", "https://desk.example.com"),
        ("HTTPS://Desk.Example.COM:443/", "https://desk.example.com"),
        ("http://192.168.1.5:80", "http://192.168.1.5"),
        ("http://192.168.1.5:8000/", "http://192.168.1.5:8000"),
        (
            "https://desk.example.com:8443",
            "https://desk.example.com:8443",
        ),
        ("https://Ремонт.рф", "https://xn--e1aoddhq.xn--p1ai"),
        ("https://[::1]:443", "https://[::1]"),
    ] {
        let config = Config::parse(&format!("public_url = '{text}'")).unwrap();
        let url = config.settings.public_url.unwrap();
        assert_eq!(url.as_str(), expected, "{text}");
    }
    let error = Config::parse("public_url = 'https://example.com/desk'").unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("no path") && error.contains("/desk"),
        "{error}"
    );
    // The domain of a certificate is a public URL as well.
    let tls = "[tls]\ndomain = 'Ремонт.рф'\nemail = 'a@example.com'\ncache = 'c'";
    let config = Config::parse(tls).unwrap();
    let url = config.settings.public_url.unwrap();
    assert_eq!(url.as_str(), "https://xn--e1aoddhq.xn--p1ai");
}

#[test]
fn each_key_is_in_the_browser_or_the_documents_say_why_not() {
    let folder = tempfile::TempDir::new().unwrap();
    let said = program().arg("config").current_dir(folder.path()).output();
    let all = String::from_utf8(said.unwrap().stdout).unwrap();
    let all = all.lines().map(|line| line.split_once(" = ").unwrap().0);
    let is_stored = |key: &&str| {
        let is_token = [BotToken::KEY, MaxToken::KEY].contains(key);
        let is_secret = is_token || ChannelSecret::from_word(key).is_some();
        SettingKey::from_word(key).is_some() || is_secret
    };
    let others: BTreeSet<&str> = all.filter(|key| !is_stored(key)).collect();
    for (document, begin) in [
        (
            include_str!("../../docs/configuration.md"),
            "These are not in the browser:",
        ),
        (
            include_str!("../../docs/ru/configuration.md"),
            "В браузере нет этих настроек:",
        ),
    ] {
        let (_, table) = document.split_once(begin).unwrap();
        let (table, _) = table.split_once("\n## ").unwrap();
        let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
        let named = rows.flat_map(|row| row.split_once(" |").unwrap().0.split(", "));
        let named: BTreeSet<&str> = named.map(|key| key.trim_matches('`')).collect();
        assert_eq!(named, others);
    }
}

#[test]
fn the_demo_runs_no_bot_whatever_is_set_or_stored() {
    let sources = Sources::parse("[telegram]\nmode = 'polling'\ntoken = '1:secret'").unwrap();
    let sources = sources.without_bot().unwrap();
    let stored = [(SettingKey::BotMode, "webhook".to_owned())].into();
    for settings in [
        sources.settings(&Stored::new()).unwrap(),
        sources.settings(&stored).unwrap(),
    ] {
        assert_eq!(settings.bot_mode, BotMode::Off);
        assert!(!settings.is_open(SettingKey::BotMode));
    }
}
