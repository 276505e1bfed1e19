//! A fake mail server, which takes letters as a real one does, and can be told to refuse, to be silent and to break off.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What happens with the next letter.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The reply to `RCPT`.
    Recipient(&'static str),
    /// The reply after the letter.
    Letter(&'static str),
    /// The connection breaks after the whole letter, which was taken.
    CutAfterLetter,
    /// The same before the letter.
    CutBeforeLetter,
    /// No reply after the letter.
    Silence,
}

/// A letter that was taken.
#[derive(Debug, Clone)]
pub struct Taken {
    pub from: String,
    pub to: String,
    /// Head and body, as sent.
    pub wire: String,
}

#[derive(Clone)]
pub struct FakeSmtp(Arc<Inner>);

struct Inner {
    port: u16,
    letters: watch::Sender<Vec<Taken>>,
    answers: Mutex<VecDeque<Answer>>,
    /// Number of connections so far.
    connections: Mutex<usize>,
    /// Login and password that are accepted.
    login: Option<(&'static str, &'static str)>,
}

impl FakeSmtp {
    /// Starts a server that asks for no login.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    pub async fn start_with(login: Option<(&'static str, &'static str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self(Arc::new(Inner {
            port: listener.local_addr().unwrap().port(),
            letters: watch::Sender::default(),
            answers: Mutex::default(),
            connections: Mutex::default(),
            login,
        }));
        let serving = fake.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                *serving.0.connections.lock().unwrap() += 1;
                let fake = serving.clone();
                tokio::spawn(async move { fake.serve(stream).await });
            }
        });
        fake
    }

    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// Decides what happens with the next letter only.
    pub fn then(&self, answer: Answer) {
        self.0.answers.lock().unwrap().push_back(answer);
    }

    pub fn letters_now(&self) -> Vec<Taken> {
        self.0.letters.borrow().clone()
    }

    pub fn connections(&self) -> usize {
        *self.0.connections.lock().unwrap()
    }

    /// Talks to one client until it leaves.
    async fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        say(&mut stream, "220 fake ESMTP").await?;
        let (mut from, mut to) = (String::new(), String::new());
        loop {
            let line = read_line(&mut stream).await?;
            let (verb, rest) = line.split_once([' ', ':']).unwrap_or((&line, ""));
            match &*verb.to_ascii_uppercase() {
                "EHLO" => {
                    let offers = "250-fake\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN";
                    say(&mut stream, offers).await?;
                }
                "AUTH" => {
                    let reply = match self.accepts(rest) {
                        true => "235 2.7.0 ok",
                        false => "535 5.7.8 authentication failed",
                    };
                    say(&mut stream, reply).await?;
                }
                "MAIL" => {
                    from = address(rest);
                    say(&mut stream, "250 2.1.0 ok").await?;
                }
                "RCPT" => {
                    to = address(rest);
                    let reply = match self.next(|answer| matches!(answer, Answer::Recipient(_))) {
                        Some(Answer::Recipient(reply)) => reply,
                        _ => "250 2.1.5 ok",
                    };
                    say(&mut stream, reply).await?;
                }
                "DATA" => {
                    let is_cut = |answer: &Answer| matches!(answer, Answer::CutBeforeLetter);
                    if self.next(is_cut).is_some() {
                        return None;
                    }
                    say(&mut stream, "354 go on").await?;
                    let wire = read_letter(&mut stream).await?;
                    let taken = Taken {
                        from: from.clone(),
                        to: to.clone(),
                        wire,
                    };
                    self.end(&mut stream, taken).await?;
                }
                "NOOP" | "RSET" => say(&mut stream, "250 ok").await?,
                "QUIT" => {
                    say(&mut stream, "221 bye").await?;
                    return Some(());
                }
                _ => say(&mut stream, "500 what").await?,
            }
        }
    }

    async fn end(&self, stream: &mut BufReader<TcpStream>, taken: Taken) -> Option<()> {
        let keep = |taken| self.0.letters.send_modify(|all| all.push(taken));
        match self.next(|_| true) {
            Some(Answer::Letter(reply)) => say(stream, reply).await,
            Some(Answer::CutAfterLetter) => {
                keep(taken);
                None
            }
            Some(Answer::Silence) => std::future::pending().await,
            _ => {
                keep(taken);
                say(stream, "250 2.0.0 queued").await
            }
        }
    }

    fn next(&self, is_now: impl Fn(&Answer) -> bool) -> Option<Answer> {
        let mut answers = self.0.answers.lock().unwrap();
        match answers.front().is_some_and(is_now) {
            true => answers.pop_front(),
            false => None,
        }
    }

    /// Checks the credentials of `AUTH PLAIN` (RFC 4616).
    fn accepts(&self, rest: &str) -> bool {
        use base64::Engine;
        let Some((user, password)) = self.0.login else {
            return true;
        };
        let encoded = rest.split_whitespace().nth(1).unwrap_or_default();
        let sent = base64::engine::general_purpose::STANDARD.decode(encoded);
        sent.unwrap() == format!("\0{user}\0{password}").into_bytes()
    }
}

async fn say(stream: &mut BufReader<TcpStream>, reply: &str) -> Option<()> {
    let line = format!("{reply}\r\n");
    stream.get_mut().write_all(line.as_bytes()).await.ok()
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

async fn read_letter(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut wire = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == ".\r\n" {
            return Some(wire);
        }
        wire += line.strip_prefix('.').unwrap_or(&line);
    }
}

fn address(rest: &str) -> String {
    let (_, rest) = rest.split_once('<').unwrap_or(("", rest));
    rest.split_once('>')
        .map_or(rest, |(address, _)| address)
        .to_owned()
}
