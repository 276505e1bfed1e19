//! Settings of the bot: its token, and its secret for updates.

use secrecy::{ExposeSecret, SecretString};

use super::Result;
use super::raw::{RawTelegram, Sources};
use super::values::{check_url, on_this_machine, secret, wrong};
use crate::domain::{BotMode, BotServer, BotToken, Origin, Proxy};

/// The keys of the token.
const TOKEN: [&str; 2] = [BotToken::KEY, "telegram.token_file"];
const PROXY: [&str; 2] = ["telegram.proxy", "telegram.proxy_file"];
/// Proxies of SOCKS, whose port is this by default; with `h` the proxy resolves names.
const SOCKS: [&str; 2] = ["socks5", "socks5h"];
const SOCKS_PORT: u16 = 1080;
/// Variables of the environment by which other programs choose a proxy.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Settings of the bot that owners don't change in the browser.
#[derive(Debug)]
pub struct Telegram {
    /// The token, and where it is set; `None` leaves it to the owners.
    pub token: Option<(BotToken, Origin)>,
    pub server: BotServer,
    pub webhook_secret: Option<SecretString>,
    /// A variable of the environment that names a proxy, which isn't used; `None` where the settings name one.
    pub unused_proxy: Option<&'static str>,
}

impl Telegram {
    pub(super) fn check(raw: RawTelegram, sources: &Sources, secure: bool) -> Result<Self> {
        let token = secret(TOKEN, raw.token, raw.token_file)?;
        // A package installs an empty token file to be filled in.
        let token = token.filter(|token| !token.expose_secret().is_empty());
        let origin = TOKEN.iter().find_map(|key| sources.origin_of(key));
        let keys = ["telegram.webhook_secret", "telegram.webhook_secret_file"];
        let webhook_secret = secret(keys, raw.webhook_secret, raw.webhook_secret_file)?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let proper = |text: &str| (1..=256).contains(&text.len()) && text.chars().all(fits);
        if webhook_secret
            .as_ref()
            .is_some_and(|secret| !proper(secret.expose_secret()))
        {
            return Err(wrong(keys[0], "use 1 to 256 of A-Z a-z 0-9 _ -"));
        }
        let url = check_url("telegram.api_url", &raw.api_url)?;
        if !url.starts_with("https://") && !on_this_machine(&url) {
            return Err(wrong(
                "telegram.api_url",
                "use https; plain http is for this machine only",
            ));
        }
        if raw.mode == BotMode::Webhook.word() && !secure {
            let why =
                "webhook mode needs an https address; without one use telegram.mode = \"polling\"";
            return Err(wrong("public_url", why));
        }
        let proxy = secret(PROXY, raw.proxy, raw.proxy_file)?;
        let proxy = proxy.filter(|proxy| !proxy.expose_secret().is_empty());
        let proxy = proxy.as_ref().map(proxy_of).transpose()?;
        let leads_away =
            |proxy: &Proxy| !on_this_machine(&proxy.address().replace("socks5", "http"));
        if !url.starts_with("https://") && proxy.as_ref().is_some_and(leads_away) {
            let why = "telegram.api_url leads to this machine, over plain http: no proxy elsewhere may see it";
            return Err(wrong(PROXY[0], why));
        }
        if raw.api_dir.as_ref().is_some_and(|dir| !dir.is_absolute()) {
            return Err(wrong(
                "telegram.api_dir",
                "write the whole path of the folder",
            ));
        }
        Ok(Self {
            token: token.map(BotToken::trusted).zip(origin),
            server: BotServer {
                url,
                proxy,
                folder: raw.api_dir,
            },
            webhook_secret,
            unused_proxy: None,
        })
    }

    /// Notes a proxy that the environment names and that isn't used.
    pub(super) fn note_environment(&mut self) {
        let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let named = VARIABLES.into_iter().find(|name| is_set(name));
        self.unused_proxy = named.filter(|_| self.server.proxy.is_none());
    }
}

/// Parses a proxy's URL. No error repeats it, since it may contain a password.
fn proxy_of(text: &SecretString) -> Result<Proxy> {
    let malformed = || {
        let why = "write http://, https://, socks5:// or socks5h:// with host and port, and before them user:password@ if \
                   the proxy wants that, with other characters than letters and digits as %XX; for example \
                   socks5h://127.0.0.1:1080";
        wrong(PROXY[0], why)
    };
    let text = text.expose_secret();
    let (scheme, rest) = text.split_once("://").ok_or_else(malformed)?;
    let is_socks = SOCKS.contains(&scheme);
    if !is_socks && !["http", "https"].contains(&scheme) {
        return Err(malformed());
    }
    // Hosts are read as those of http, whatever the scheme.
    let as_http = if is_socks { "http" } else { scheme };
    let url = reqwest::Url::parse(&format!("{as_http}://{rest}")).map_err(|_| malformed())?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(malformed());
    }
    let host = url.host_str().ok_or_else(malformed)?;
    let port = match is_socks {
        // The default port of http is left out.
        true if rest.ends_with(":80") || rest.ends_with(":80/") => 80,
        true => url.port().unwrap_or(SOCKS_PORT),
        false => url.port_or_known_default().ok_or_else(malformed)?,
    };
    let address = format!("{scheme}://{host}:{port}");
    let user = match (url.username(), url.password()) {
        ("", None) => String::new(),
        (user, None) => format!("{user}@"),
        (user, Some(password)) => format!("{user}:{password}@"),
    };
    let url = format!("{scheme}://{user}{host}:{port}");
    Ok(Proxy::new(url.into(), address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_has_a_scheme_a_host_and_a_port_and_keeps_its_password() {
        for (text, url, address) in [
            (
                "http://10.0.0.1:3128",
                "http://10.0.0.1:3128",
                "http://10.0.0.1:3128",
            ),
            (
                "https://proxy.example/",
                "https://proxy.example:443",
                "https://proxy.example:443",
            ),
            (
                "socks5://[::1]",
                "socks5://[::1]:1080",
                "socks5://[::1]:1080",
            ),
            (
                "socks5h://Proxy.Example:80",
                "socks5h://proxy.example:80",
                "socks5h://proxy.example:80",
            ),
            (
                "socks5h://me:p%40ss@10.0.0.1:9050",
                "socks5h://me:p%40ss@10.0.0.1:9050",
                "socks5h://10.0.0.1:9050",
            ),
            (
                "http://me@прокси.рф:81",
                "http://me@xn--h1adldfi.xn--p1ai:81",
                "http://xn--h1adldfi.xn--p1ai:81",
            ),
        ] {
            let proxy = proxy_of(&text.into()).unwrap();
            assert_eq!(
                (proxy.url().expose_secret(), proxy.address()),
                (url, address)
            );
        }
        for text in [
            "10.0.0.1:3128",
            "proxy.example",
            "socks4://10.0.0.1:1080",
            "ftp://10.0.0.1",
            "http://",
            "http://me:secret@10.0.0.1:3128/path",
            "http://10.0.0.1:3128?secret",
            "socks5h://me:secret@:1080",
            "http://10.0.0.1:secret",
        ] {
            let said = proxy_of(&text.into()).unwrap_err().to_string();
            assert!(
                said.starts_with("configuration: telegram.proxy: "),
                "{said}"
            );
            assert!(!said.contains("secret"), "{said}");
        }
    }
}
