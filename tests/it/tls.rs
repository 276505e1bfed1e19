//! HTTPS on our own listener.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateSigningRequestParams, DnType,
    IsCa, KeyPair,
};
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use tokio_util::sync::CancellationToken;
use warp::Filter;
use warp::http::{Method, StatusCode};
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::doctor;
use zayavka::failure::Failure;
use zayavka::server::Server;
use zayavka::tls_provider;

use crate::cli::works;
use crate::harness::{PASSWORD, Shop, program};
use crate::protection::send_and_wait;

const DOMAIN: &str = "desk.example.com";

/// A certificate authority trusted by these tests only.
pub struct Authority {
    certificate: Certificate,
    key: KeyPair,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Nobody");
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, key }
    }

    /// Returns its own certificate, in PEM.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// Returns what answers by TLS under a name or an address.
    pub fn acceptor(&self, name: &str) -> TlsAcceptor {
        let (chain, key) = self.issue(name);
        let settings = ServerConfig::builder_with_provider(tls_provider::provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![pem(&chain)], private(&key))
            .unwrap();
        TlsAcceptor::from(Arc::new(settings))
    }

    /// Issues a certificate and its key, in PEM.
    pub fn issue(&self, name: &str) -> (String, String) {
        self.issue_until(name, 4096, 1, 1)
    }

    /// Issues a certificate valid from the beginning of 2026 to the end of the day before this.
    fn issue_until(&self, name: &str, year: i32, month: u8, day: u8) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(year, month, day);
        let issued = params
            .signed_by(&key, &self.certificate, &self.key)
            .unwrap();
        (issued.pem(), key.serialize_pem())
    }

    fn sign(&self, request: &[u8]) -> String {
        let request = CertificateSigningRequestParams::from_der(&request.into()).unwrap();
        request
            .signed_by(&self.certificate, &self.key)
            .unwrap()
            .pem()
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).unwrap();
        roots
    }

    /// Builds a browser that trusts this authority and resolves the domain to that address.
    fn browser(&self, address: SocketAddr) -> reqwest::Client {
        let root = reqwest::Certificate::from_der(self.certificate.der()).unwrap();
        let client = reqwest::Client::builder().tls_certs_only([root]);
        let client = client.resolve(DOMAIN, address).redirect(Policy::none());
        client.build().unwrap()
    }

    /// Returns the certificate presented there, and the negotiated protocol.
    async fn shown(&self, address: SocketAddr) -> (CertificateDer<'static>, Option<Vec<u8>>) {
        let mut settings = ClientConfig::builder_with_provider(tls_provider::provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots())
            .with_no_client_auth();
        settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from(DOMAIN).unwrap();
        let stream = TlsConnector::from(Arc::new(settings))
            .connect(name, stream)
            .await
            .unwrap();
        let (_, connection) = stream.get_ref();
        let chain = connection.peer_certificates().unwrap();
        (
            chain[0].clone().into_owned(),
            connection.alpn_protocol().map(<[u8]>::to_vec),
        )
    }
}

fn write(folder: &Path, (certificate, key): &(String, String)) {
    std::fs::write(folder.join("chain.pem"), certificate).unwrap();
    std::fs::write(folder.join("key.pem"), key).unwrap();
}

fn settings(folder: &Path, more: &str) -> String {
    let at = folder.display();
    format!(
        "public_url = 'https://{DOMAIN}'\n[tls]\ncertificate = '{at}/chain.pem'\nkey = '{at}/key.pem'\n{more}"
    )
}

fn address(shop: &Shop) -> SocketAddr {
    shop.url.strip_prefix("http://").unwrap().parse().unwrap()
}

#[tokio::test]
async fn with_a_certificate_the_desk_speaks_https_and_leads_http_there() {
    let (authority, folder) = (Authority::new(), TempDir::new().unwrap());
    write(folder.path(), &authority.issue(DOMAIN));
    let more = "redirect = '127.0.0.1:0'";
    let shop = Shop::open_with(&settings(folder.path(), more), "mode = 'polling'").await;
    let home = format!("https://{DOMAIN}:{}", address(&shop).port());
    let browser = authority.browser(address(&shop));

    let (_, token) = shop.hint.as_ref().unwrap().split_once("/join/").unwrap();
    let form = format!("email=owner%40example.com&password1={PASSWORD}&password2={PASSWORD}");
    let request = browser.post(format!("{home}/join/{token}"));
    let request = request
        .header("origin", format!("https://{DOMAIN}"))
        .header("content-type", "application/x-www-form-urlencoded");
    let joined = request.body(form).send().await.unwrap();
    assert_eq!(joined.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        joined.headers()["strict-transport-security"],
        "max-age=31536000"
    );
    let cookie = joined.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-zayavka=") && cookie.contains("; Secure"),
        "{cookie}"
    );

    assert_eq!(joined.version(), warp::http::Version::HTTP_2);

    let plain = shop.redirect.unwrap();
    let led = browser
        .get(format!("http://{plain}/tasks/1?a=b"))
        .send()
        .await
        .unwrap();
    assert_eq!(led.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(
        led.headers()["location"],
        format!("https://{DOMAIN}/tasks/1?a=b")
    );

    let listen = format!("listen = '{}'\n", address(&shop));
    let config = format!("{listen}{}", settings(folder.path(), ""));
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    let at = folder.path().to_owned();
    let healthy = tokio::task::spawn_blocking(move || works(&at, &["healthcheck"], ""));
    assert!(healthy.await.unwrap().starts_with("ready: https://"));
    shop.close().await;
}

/// Returns the doctor's finding about the certificate with these settings.
async fn doctor_says(settings: &str, day: &str) -> String {
    let config = Config::parse(settings).unwrap();
    let clock = Clock::manual(format!("{day}T09:00:00Z").parse().unwrap());
    let findings = doctor::look_at(&config, &clock).await;
    let mut about = findings.iter().filter(|f| f.about == "certificate");
    about.next().unwrap().to_string()
}

#[tokio::test]
async fn the_doctor_says_how_long_the_certificate_holds_and_what_is_wrong_with_it() {
    crate::time_limit::start();
    let (authority, folder) = (Authority::new(), TempDir::new().unwrap());
    let settings = settings(folder.path(), "");
    let issued = authority.issue_until(DOMAIN, 2026, 4, 1);
    write(folder.path(), &issued);
    for (day, said) in [
        ("2026-02-01", "ok       certificate: valid until 2026-04-01"),
        (
            "2026-03-30",
            "warning  certificate: it expires on 2026-04-01. Renew",
        ),
        (
            "2026-04-02",
            "failure  certificate: it expired on 2026-04-01. Renew",
        ),
    ] {
        let line = doctor_says(&settings, day).await;
        assert!(line.starts_with(said), "{line}");
    }
    let elsewhere = settings.replace(DOMAIN, "shop.example.com");
    let line = doctor_says(&elsewhere, "2026-02-01").await;
    let said = "failure  certificate: it isn't valid for shop.example.com";
    assert!(line.starts_with(said), "{line}");
    std::fs::write(folder.path().join("key.pem"), authority.issue(DOMAIN).1).unwrap();
    let line = doctor_says(&settings, "2026-02-01").await;
    assert!(
        line.starts_with("failure  certificate: tls.key: "),
        "{line}"
    );
    let at = folder.path().display();
    let acme = format!("[tls]\ndomain = '{DOMAIN}'\nemail = 'a@example.com'\ncache = '{at}'");
    let line = doctor_says(&acme, "2026-02-01").await;
    assert!(
        line.starts_with("warning  certificate: no certificate in "),
        "{line}"
    );
}

#[tokio::test]
async fn a_renewed_certificate_is_read_again_and_half_a_renewal_waits_for_the_other_half() {
    let (authority, folder) = (Authority::new(), TempDir::new().unwrap());
    write(folder.path(), &authority.issue(DOMAIN));
    let shop = Shop::open_with(&settings(folder.path(), ""), "mode = 'polling'").await;
    let (first, agreed) = authority.shown(address(&shop)).await;
    assert_eq!(agreed.as_deref(), Some(&b"h2"[..]));
    let renewed = authority.issue(DOMAIN);
    std::fs::write(folder.path().join("chain.pem"), &renewed.0).unwrap();
    for _ in 0..3 {
        shop.clock.advance(Duration::from_secs(61));
        assert_eq!(authority.shown(address(&shop)).await.0, first);
    }
    write(folder.path(), &renewed);
    while authority.shown(address(&shop)).await.0 == first {
        shop.clock.advance(Duration::from_secs(61));
    }
    shop.close().await;
}

#[tokio::test]
async fn clients_that_never_finish_the_handshake_are_disconnected() {
    let (authority, folder) = (Authority::new(), TempDir::new().unwrap());
    write(folder.path(), &authority.issue(DOMAIN));
    let shop = Shop::open_with(&settings(folder.path(), ""), "mode = 'polling'").await;
    for sent in [
        "",
        "\u{16}\u{3}\u{1}",
        "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n",
    ] {
        let (answer, seconds) = send_and_wait(&shop, sent).await;
        assert!(
            !answer.contains("HTTP/1.1") && seconds <= 10,
            "{sent}: {answer} {seconds}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn files_that_do_not_fit_keep_the_server_from_starting() {
    let (authority, folder) = (Authority::new(), TempDir::new().unwrap());
    let (one, other) = (authority.issue(DOMAIN), authority.issue(DOMAIN));
    for (certificate, key, named) in [
        (&*one.0, &*other.1, "tls.key"),
        ("", &*one.1, "tls.certificate"),
        ("nonsense", &*one.1, "tls.certificate"),
        (&*one.0, "nonsense", "tls.key"),
    ] {
        write(folder.path(), &(certificate.into(), key.into()));
        let text = format!("listen = '127.0.0.1:0'\n{}", settings(folder.path(), ""));
        std::fs::write(folder.path().join("config.toml"), text).unwrap();
        let mut program = program();
        let output = program.current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(named), "{said}");
        assert!(!said.contains("PRIVATE"), "{said}");
    }
}

/// A fake ACME server: one account, one order, one domain (RFC 8555).
#[derive(Clone)]
struct Acme {
    url: String,
    /// Requests received, in order.
    asked: Arc<Mutex<Vec<String>>>,
    state: Arc<Mutex<Order>>,
    authority: Arc<Authority>,
}

/// A running desk: its address, the hint about the first account, and what stops it.
type Desk = (
    SocketAddr,
    Option<String>,
    CancellationToken,
    JoinHandle<Result<(), Failure>>,
);

#[derive(Default)]
struct Order {
    proved: bool,
    certificate: Option<String>,
    /// Address of the domain.
    desk: Option<SocketAddr>,
}

impl Acme {
    async fn open(authority: Arc<Authority>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!(
            "https://localhost:{}",
            listener.local_addr().unwrap().port()
        );
        let acme = Self {
            url,
            asked: Arc::default(),
            state: Arc::default(),
            authority,
        };
        let answering = acme.clone();
        let routes = warp::path::full()
            .and(warp::method())
            .and(warp::body::bytes())
            .then(
                move |path: warp::path::FullPath, method, body: bytes::Bytes| {
                    let acme = answering.clone();
                    async move { acme.answer(path.as_str(), &method, &body).await }
                },
            );
        let acceptor = acme.authority.acceptor("localhost");
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let service =
                    hyper_util::service::TowerToHyperService::new(warp::service(routes.clone()));
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let stream = acceptor.accept(stream).await.unwrap();
                    let io = hyper_util::rt::TokioIo::new(stream);
                    let serving = hyper::server::conn::http1::Builder::new();
                    // The client disconnects when it has what it wants.
                    let _ = serving.serve_connection(io, service).await;
                });
            }
        });
        acme
    }

    async fn answer(
        &self,
        path: &str,
        method: &Method,
        body: &[u8],
    ) -> warp::http::Response<String> {
        self.asked.lock().unwrap().push(path.to_owned());
        let at = |path: &str| format!("{}{path}", self.url);
        let payload = || {
            let signed: Value = serde_json::from_slice(body).unwrap();
            decode(signed["payload"].as_str().unwrap())
        };
        let order = || {
            let state = self.state.lock().unwrap();
            let mut order = json!({
                "status": "pending", "authorizations": [at("/authorization")],
                "finalize": at("/finalize"),
            });
            if state.proved {
                order["status"] = "ready".into();
            }
            if state.certificate.is_some() {
                order["status"] = "valid".into();
                order["certificate"] = at("/certificate").into();
            }
            order.to_string()
        };
        let text = match path {
            "/directory" => json!({
                "newNonce": at("/nonce"), "newAccount": at("/account"), "newOrder": at("/orders"),
            })
            .to_string(),
            "/nonce" => String::new(),
            "/account" => {
                let wanted: Value = serde_json::from_slice(&payload()).unwrap();
                assert_eq!(wanted["contact"], json!(["mailto:owner@example.com"]));
                "{}".to_owned()
            }
            "/orders" => {
                let wanted: Value = serde_json::from_slice(&payload()).unwrap();
                let domain = json!([{"type": "dns", "value": DOMAIN}]);
                assert_eq!(wanted["identifiers"], domain);
                order()
            }
            "/order" => order(),
            "/authorization" => {
                let proved = self.state.lock().unwrap().proved;
                json!({
                    "status": if proved { "valid" } else { "pending" },
                    "identifier": {"type": "dns", "value": DOMAIN},
                    "challenges": [{"type": "tls-alpn-01", "url": at("/challenge"), "token": "token"}],
                })
                .to_string()
            }
            "/challenge" => {
                self.look().await;
                "{}".to_owned()
            }
            "/finalize" => {
                let wanted: Value = serde_json::from_slice(&payload()).unwrap();
                let request = decode(wanted["csr"].as_str().unwrap());
                let issued = self.authority.sign(&request);
                self.state.lock().unwrap().certificate = Some(issued);
                order()
            }
            "/certificate" => self.state.lock().unwrap().certificate.clone().unwrap(),
            other => panic!("{method} {other}"),
        };
        let answer = warp::http::Response::builder()
            .header("replay-nonce", "nonce")
            .header(
                "location",
                at(if path == "/account" {
                    "/account/1"
                } else {
                    "/order"
                }),
            );
        answer.body(text).unwrap()
    }

    /// Returns the settings of a desk whose certificate it issues.
    fn settings(&self, folder: &Path) -> String {
        let root = folder.join("root.pem");
        std::fs::write(&root, self.authority.pem()).unwrap();
        format!(
            "[tls]\ndomain = '{DOMAIN}'\nemail = 'owner@example.com'\ncache = '{}'\ndirectory = '{}/directory'\ndirectory_ca = '{}'",
            folder.join("tls").display(),
            self.url,
            root.display(),
        )
    }

    /// Runs that desk, and returns its address, the hint about the first account, and what stops it.
    async fn serve(&self, folder: &Path) -> Desk {
        let mut config = Config::parse(&self.settings(folder)).unwrap();
        config.database = folder.join("shop.db");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let desk = listener.local_addr().unwrap();
        self.state.lock().unwrap().desk = Some(desk);
        let noon = "2026-01-02T09:00:00Z".parse().unwrap();
        let server = Server::build(config, listener, Clock::manual(noon))
            .await
            .unwrap();
        let hint = server.first_account_hint().await.unwrap();
        let stop = CancellationToken::new();
        let running = tokio::spawn(server.run_until(stop.clone()));
        (desk, hint, stop, running)
    }

    /// Waits until the desk has its certificate: before, handshakes fail.
    async fn is_ready(&self, desk: SocketAddr) {
        let browser = self.authority.browser(desk);
        let url = format!("https://{DOMAIN}:{}/readyz", desk.port());
        while browser.get(&url).send().await.is_err() {
            tokio::task::yield_now().await;
        }
    }

    /// Connects to the domain and checks whether it presents the proof (RFC 8737).
    async fn look(&self) {
        let desk = self.state.lock().unwrap().desk.unwrap();
        let mut settings = ClientConfig::builder_with_provider(tls_provider::provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Proof))
            .with_no_client_auth();
        settings.alpn_protocols = vec![b"acme-tls/1".to_vec()];
        let stream = TcpStream::connect(desk).await.unwrap();
        let name = ServerName::try_from(DOMAIN).unwrap();
        let connector = TlsConnector::from(Arc::new(settings));
        let stream = connector.connect(name, stream).await.unwrap();
        let (_, connection) = stream.get_ref();
        assert_eq!(connection.alpn_protocol(), Some(&b"acme-tls/1"[..]));
        // id-pe-acmeIdentifier, 1.3.6.1.5.5.7.1.31, in DER.
        let identifier = [0x2b, 6, 1, 5, 5, 7, 1, 31];
        let shown = connection.peer_certificates().unwrap()[0]
            .as_ref()
            .to_owned();
        assert!(shown.windows(8).any(|bytes| bytes == identifier));
        self.state.lock().unwrap().proved = true;
    }
}

/// Accepts any certificate: the proof is in its content, not its signature.
#[derive(Debug, Default)]
struct Proof;

mod proof {
    use tokio_rustls::rustls::client::danger::{
        HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
    };
    use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use tokio_rustls::rustls::{DigitallySignedStruct, Error, SignatureScheme};

    impl ServerCertVerifier for super::Proof {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            let provider = zayavka::tls_provider::provider();
            provider
                .signature_verification_algorithms
                .supported_schemes()
        }
    }
}

fn decode(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(text)
        .unwrap()
}

fn pem(text: &str) -> CertificateDer<'static> {
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    CertificateDer::from_pem_slice(text.as_bytes()).unwrap()
}

fn private(text: &str) -> tokio_rustls::rustls::pki_types::PrivateKeyDer<'static> {
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    tokio_rustls::rustls::pki_types::PrivateKeyDer::from_pem_slice(text.as_bytes()).unwrap()
}

#[tokio::test]
async fn a_certificate_is_ordered_proved_fetched_and_kept_over_a_restart() {
    let authority = Arc::new(Authority::new());
    let acme = Acme::open(authority.clone()).await;
    let folder = TempDir::new().unwrap();
    let settings = acme.settings(folder.path());
    let ready = async |desk| acme.is_ready(desk).await;
    let (desk, _, stop, running) = acme.serve(folder.path()).await;
    ready(desk).await;
    let (first, _) = authority.shown(desk).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    let line = doctor_says(&settings, "2026-02-01").await;
    assert!(
        line.starts_with("ok       certificate: valid until"),
        "{line}"
    );
    let asked = acme.asked.lock().unwrap().len();
    assert!(
        acme.asked
            .lock()
            .unwrap()
            .contains(&"/challenge".to_owned())
    );

    let (desk, _, stop, running) = acme.serve(folder.path()).await;
    ready(desk).await;
    assert_eq!(authority.shown(desk).await.0, first);
    assert_eq!(
        acme.asked.lock().unwrap().len(),
        asked,
        "nothing was ordered again"
    );
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_phone_proves_a_new_address_over_http_2_which_has_no_host_header() {
    const NEW: &str = "shop.invalid";
    let authority = Arc::new(Authority::new());
    let acme = Acme::open(authority).await;
    let folder = TempDir::new().unwrap();
    let (desk, hint, stop, running) = acme.serve(folder.path()).await;
    acme.is_ready(desk).await;
    // The certificate is for the old name alone; a shop would get another one first.
    let client = reqwest::Client::builder().danger_accept_invalid_certs(true);
    let client = client.resolve(DOMAIN, desk).resolve(NEW, desk);
    let client = client.redirect(Policy::none()).build().unwrap();
    let port = desk.port();
    let home = format!("https://{DOMAIN}:{port}");
    let post = |path: &str, cookie: &str, form: String| {
        let request = client.post(format!("{home}{path}"));
        let request = request
            .header("origin", &home)
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        request.body(form).send()
    };
    let (_, token) = hint.as_ref().unwrap().split_once("/join/").unwrap();
    let form = format!("email=owner%40example.com&password1={PASSWORD}&password2={PASSWORD}");
    let joined = post(&format!("/join/{token}"), "", form).await.unwrap();
    assert_eq!(joined.status(), StatusCode::SEE_OTHER);
    let cookie = joined.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();

    let form = format!("was%3Apublic_url=&public_url=https%3A%2F%2F{NEW}%3A{port}");
    let refused = post("/settings/address", &cookie, form.clone())
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text().await.unwrap();
    let (_, link) = page
        .split_once(&format!("https://{NEW}:{port}/reach/"))
        .unwrap();
    let code = link.split(['"', '<', ' ']).next().unwrap();
    let reached = client
        .get(format!("https://{NEW}:{port}/reach/{code}"))
        .send()
        .await;
    let reached = reached.unwrap();
    assert_eq!(reached.version(), warp::http::Version::HTTP_2);
    assert_eq!(reached.status(), StatusCode::OK);
    let saved = post("/settings/address", &cookie, form).await.unwrap();
    assert_eq!(saved.status(), StatusCode::OK);
    stop.cancel();
    running.await.unwrap().unwrap();
}
