//! A fake proxy, of HTTP and of SOCKS 5 (RFC 1928, RFC 1929), that records where it was asked to lead.

use std::io::{Error, Result};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What the proxy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Leads everybody.
    Open,
    /// Leads whoever has the password.
    Locked,
    /// Leads nobody.
    Closed,
    /// Never answers.
    Silent,
}

pub const USER: &str = "desk";
/// A password with characters that a URL must encode.
pub const PASSWORD: &str = "p@ss:word";
/// Both as they stand in a URL.
pub const IN_URL: &str = "desk:p%40ss%3Aword";

/// A proxy of both kinds, told apart by the first byte. It leads everywhere to this machine, whatever the name.
#[derive(Clone)]
pub struct FakeProxy {
    pub port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl FakeProxy {
    pub async fn start(manner: Manner) -> Self {
        Self::start_with(manner, None).await
    }

    /// Starts one that is reached by TLS.
    pub async fn start_with(manner: Manner, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            asked: Arc::default(),
        };
        let asked = proxy.asked.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (asked, tls) = (asked.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => lead(stream, manner, &asked).await,
                        Some(tls) => lead(tls.accept(stream).await?, manner, &asked).await,
                    }
                });
            }
        });
        proxy
    }

    /// Returns its URL with that scheme, and a user before the host.
    pub fn url(&self, scheme: &str, user: &str) -> String {
        let at = if user.is_empty() { "" } else { "@" };
        format!("{scheme}://{user}{at}127.0.0.1:{}", self.port)
    }

    /// Returns the hosts and ports to which it was asked to lead.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

trait Stream: AsyncReadExt + AsyncWriteExt + Unpin {}

impl<T: AsyncReadExt + AsyncWriteExt + Unpin> Stream for T {}

async fn lead(mut stream: impl Stream, manner: Manner, asked: &Mutex<Vec<String>>) -> Result<()> {
    if manner == Manner::Silent {
        return std::future::pending().await;
    }
    match stream.read_u8().await? {
        5 => socks(stream, manner, asked).await,
        first => http(stream, first, manner, asked).await,
    }
}

async fn socks(mut stream: impl Stream, manner: Manner, asked: &Mutex<Vec<String>>) -> Result<()> {
    let methods = stream.read_u8().await?;
    let mut offered = vec![0; methods.into()];
    stream.read_exact(&mut offered).await?;
    let method = if manner == Manner::Locked { 2 } else { 0 };
    if !offered.contains(&method) {
        return stream.write_all(&[5, 0xff]).await;
    }
    stream.write_all(&[5, method]).await?;
    if method == 2 {
        stream.read_u8().await?;
        let user = text(&mut stream).await?;
        let password = text(&mut stream).await?;
        let is_right = (&*user, &*password) == (USER, PASSWORD);
        stream.write_all(&[1, u8::from(!is_right)]).await?;
        if !is_right {
            return Ok(());
        }
    }
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let host = match head[3] {
        1 => Ipv4Addr::from(stream.read_u32().await?).to_string(),
        _ => text(&mut stream).await?,
    };
    let port = stream.read_u16().await?;
    asked.lock().unwrap().push(format!("{host}:{port}"));
    // "Connection not allowed by ruleset".
    let reply = if manner == Manner::Closed { 2 } else { 0 };
    stream
        .write_all(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0])
        .await?;
    join(stream, port, &[]).await
}

async fn text(stream: &mut impl Stream) -> Result<String> {
    let length = stream.read_u8().await?;
    let mut bytes = vec![0; length.into()];
    stream.read_exact(&mut bytes).await?;
    String::from_utf8(bytes).map_err(Error::other)
}

async fn http(
    mut stream: impl Stream,
    first: u8,
    manner: Manner,
    asked: &Mutex<Vec<String>>,
) -> Result<()> {
    let mut bytes = vec![first];
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(bytes.clone()).map_err(Error::other)?;
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let place = target.strip_prefix("http://").unwrap_or(target);
    let place = place.split('/').next().unwrap().to_owned();
    let port: u16 = place.rsplit_once(':').unwrap().1.parse().unwrap();
    asked.lock().unwrap().push(place);
    let password = STANDARD.encode(format!("{USER}:{PASSWORD}"));
    let password = format!("proxy-authorization: basic {password}").to_lowercase();
    let is_right = head.to_lowercase().contains(&password);
    let refusal = match manner {
        Manner::Locked if !is_right => "407 Proxy Authentication Required",
        Manner::Closed => "403 Forbidden",
        _ => {
            if method == "CONNECT" {
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
                return join(stream, port, &[]).await;
            }
            // The server understands the absolute form, and the proxy's client its response.
            return join(stream, port, &bytes).await;
        }
    };
    let answer = format!("HTTP/1.1 {refusal}\r\ncontent-length: 0\r\n\r\n");
    stream.write_all(answer.as_bytes()).await
}

/// Joins the client with a port of this machine, to which some bytes go first.
async fn join(mut stream: impl Stream, port: u16, first: &[u8]) -> Result<()> {
    let mut to = TcpStream::connect(("127.0.0.1", port)).await?;
    to.write_all(first).await?;
    copy_bidirectional(&mut stream, &mut to).await.map(drop)
}
