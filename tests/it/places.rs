//! Servers that keep copies: one of WebDAV and one of S3, over folders, with faults put between.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dav_server::body::Body;
use dav_server::fakels::FakeLs;
use dav_server::localfs::LocalFs;
use dav_server::{DavConfig, DavHandler};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use warp::http::Method;

/// Who may use the places.
pub const USER: &str = "shop";
pub const PASSWORD: &str = "a secret of the place";
/// The bucket of the S3 server.
pub const BUCKET: &str = "copies";

/// What a place does wrong.
#[derive(Debug, Clone, Default)]
pub enum Fault {
    #[default]
    None,
    /// A status for all requests of a method.
    Status(Method, u16),
    /// A web page for all requests, as a network that asks for a sign-in sends.
    Page,
    Redirect(String),
    /// The connection breaks when so much of a file was received, in percent.
    Cut(u64),
    /// A byte of a file is another one after it was received.
    Spoil,
    /// The last bytes of a file are lost after it was received.
    Shorten,
    /// A file isn't taken until the fault is another one.
    Hold,
}

/// A request that was received.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: Method,
    pub has_password: bool,
}

struct State {
    root: PathBuf,
    fault: watch::Sender<Fault>,
    asked: Mutex<Vec<Asked>>,
}

/// A WebDAV server, on a thread of its own: tests that wait for a command block theirs.
pub struct Dav {
    /// The address as a person types it, of a folder that isn't there yet.
    pub address: String,
    pub port: u16,
    folder: TempDir,
    state: Arc<State>,
}

impl Dav {
    pub fn start() -> Self {
        Self::run("webdav", None)
    }

    /// Starts it with TLS.
    pub fn start_secure(acceptor: TlsAcceptor) -> Self {
        Self::run("webdavs", Some(acceptor))
    }

    fn run(scheme: &str, acceptor: Option<TlsAcceptor>) -> Self {
        let folder = TempDir::new().unwrap();
        let state = Arc::new(State {
            root: folder.path().to_owned(),
            fault: watch::Sender::default(),
            asked: Mutex::default(),
        });
        let (served, handler) = (state.clone(), handler(folder.path()));
        let address = serve(move |socket| {
            let (state, handler, acceptor) = (served.clone(), handler.clone(), acceptor.clone());
            async move {
                match acceptor {
                    Some(acceptor) => {
                        if let Ok(socket) = acceptor.accept(socket).await {
                            converse(socket, state, handler).await;
                        }
                    }
                    None => converse(socket, state, handler).await,
                }
            }
        });
        Self {
            address: format!("{scheme}://{address}/my%20copies"),
            port: address.port(),
            folder,
            state,
        }
    }

    pub fn set(&self, fault: Fault) {
        self.state.fault.send_replace(fault);
    }

    /// Returns the folder of the copies.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("my copies")
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.state.asked.lock().unwrap().clone()
    }

    /// Returns the names of the files, sorted.
    pub fn names(&self) -> Vec<String> {
        names(&self.folder())
    }
}

pub fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn handler(root: &Path) -> DavHandler {
    let handler = DavHandler::builder()
        .filesystem(LocalFs::new(root, false, false, false))
        .locksystem(FakeLs::new());
    let handler: DavConfig = handler;
    handler.build_handler()
}

/// Serves each connection by a task, on a thread that ends with the test's process.
fn serve<F, C>(conversation: F) -> SocketAddr
where
    F: Fn(tokio::net::TcpStream) -> C + Send + 'static,
    C: Future<Output = ()> + Send + 'static,
{
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(conversation(socket));
            }
        });
    });
    address
}

async fn converse<S>(socket: S, state: Arc<State>, handler: DavHandler)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| answer(state.clone(), handler.clone(), request));
    let connection = hyper::server::conn::http1::Builder::new();
    // A client that goes away is no failure of this server.
    let _ = connection
        .serve_connection(TokioIo::new(socket), service)
        .await;
}

async fn answer(
    state: Arc<State>,
    handler: DavHandler,
    request: Request<Incoming>,
) -> io::Result<Response<Body>> {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let sent = request.headers().get("authorization");
    let expected = format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")));
    let may = sent.is_some_and(|sent| sent.as_bytes() == expected.as_bytes());
    state.asked.lock().unwrap().push(Asked {
        method: method.clone(),
        has_password: sent.is_some(),
    });
    let fault = state.fault.borrow().clone();
    match fault {
        Fault::Page => {
            let page = plain(200, "<html>Please sign in</html>");
            return Ok(with(page, "content-type", "text/html"));
        }
        Fault::Redirect(to) => return Ok(with(plain(302, ""), "location", &to)),
        Fault::Status(of, status) if of == method => return Ok(plain(status, "no")),
        _ if !may => return Ok(plain(401, "who are you?")),
        Fault::Cut(percent) if method == Method::PUT => return cut(request, percent).await,
        Fault::Hold if method == Method::PUT => {
            let is_free = |fault: &Fault| !matches!(fault, Fault::Hold);
            let _ = state.fault.subscribe().wait_for(is_free).await;
        }
        _ => {}
    }
    let answer = handler.handle(request).await;
    // What a copy is described by is checked as well, but not here.
    if method == Method::PUT && path.contains(".age") && answer.status().is_success() {
        let name = percent_encoding::percent_decode_str(&path).decode_utf8_lossy();
        let file = state.root.join(name.trim_start_matches('/'));
        match *state.fault.borrow() {
            Fault::Spoil => spoil(&file),
            Fault::Shorten => shorten(&file),
            _ => {}
        }
    }
    Ok(answer)
}

/// Receives so much of a file, and breaks the connection.
async fn cut(request: Request<Incoming>, percent: u64) -> io::Result<Response<Body>> {
    use hyper::body::Body as _;
    let mut body = request.into_body();
    let most = body.size_hint().exact().unwrap_or(0) * percent / 100;
    let mut received = 0;
    while received < most {
        let frame =
            std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context));
        match frame.await {
            Some(Ok(frame)) => received += frame.data_ref().map_or(0, |data| data.len() as u64),
            _ => break,
        }
    }
    Err(io::Error::other("cut"))
}

/// Changes a byte in the middle of a file.
pub fn spoil(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(file, bytes).unwrap();
}

/// Removes the end of a file.
pub fn shorten(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    bytes.truncate(bytes.len().saturating_sub(100));
    std::fs::write(file, bytes).unwrap();
}

fn plain(status: u16, text: &'static str) -> Response<Body> {
    let answer = Response::builder().status(status);
    answer.body(Body::from(text)).unwrap()
}

fn with(mut answer: Response<Body>, name: &'static str, value: &str) -> Response<Body> {
    answer.headers_mut().insert(name, value.parse().unwrap());
    answer
}

/// An S3 server with one bucket.
pub struct S3 {
    pub endpoint: String,
    folder: TempDir,
}

impl S3 {
    pub fn start() -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let store = s3s_fs::FileSystem::new(folder.path()).unwrap();
        let mut service = S3ServiceBuilder::new(store);
        service.set_auth(SimpleAuth::from_single(USER, PASSWORD));
        let service = service.build();
        let address = serve(move |socket| {
            let service = service.clone();
            async move {
                let service = service_fn(move |request: Request<Incoming>| {
                    let service = service.clone();
                    async move {
                        let answer = service.call(request.map(s3s::Body::from)).await;
                        Ok::<_, Infallible>(answer.unwrap())
                    }
                });
                let connection = Builder::new(TokioExecutor::new());
                let socket = TokioIo::new(socket);
                let _ = connection.serve_connection(socket, service).await;
            }
        });
        Self {
            endpoint: format!("http://{address}"),
            folder,
        }
    }

    /// Returns the names of the parts that make no file yet.
    pub fn parts(&self) -> Vec<String> {
        let names = names(self.folder.path());
        let is_part = |name: &String| name.starts_with(".upload_id");
        names.into_iter().filter(is_part).collect()
    }

    /// Returns the folder of a prefix in the bucket.
    pub fn folder(&self, prefix: &str) -> PathBuf {
        self.folder.path().join(BUCKET).join(prefix)
    }
}
