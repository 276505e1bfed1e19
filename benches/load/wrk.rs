//! One run of wrk (<https://github.com/wg/wrk>) against a server, and what it cost the server.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::Failure;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/load/wrk.lua");
/// The unit of processor time in /proc, in microseconds: Linux counts hundredths of a second.
const TICK: f64 = 10_000.0;

/// A server, and how to send it requests.
pub struct Target<'a> {
    pub process: u32,
    pub url: String,
    pub token: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    pub requests: f64,
    /// Requests per second.
    pub rate: f64,
    /// Latency in milliseconds.
    pub p50: f64,
    pub p99: f64,
    /// Processor time of the server per request, in microseconds.
    pub cpu: f64,
    /// Peak memory of the server, in megabytes.
    pub peak: f64,
}

impl Figures {
    /// Returns the median of each figure.
    pub fn medians(all: &[Self]) -> Self {
        let median = |figure: fn(&Self) -> f64| {
            let mut values: Vec<f64> = all.iter().map(figure).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or_default()
        };
        Self {
            requests: median(|figures| figures.requests),
            rate: median(|figures| figures.rate),
            p50: median(|figures| figures.p50),
            p99: median(|figures| figures.p99),
            cpu: median(|figures| figures.cpu),
            peak: median(|figures| figures.peak),
        }
    }
}

/// A run in progress.
pub struct Run {
    wrk: Child,
    process: u32,
    ticks: f64,
}

/// Checks that wrk is installed.
///
/// # Errors
/// When it isn't; the text says how to install it.
pub fn check() -> Result<(), Failure> {
    let found = Command::new("wrk").arg("-v").stdout(Stdio::null()).status();
    match found {
        Ok(_) => Ok(()),
        Err(_) => Err("wrk is missing: install it (Debian: apt-get install wrk)".into()),
    }
}

/// Starts a run that sends the lines of `bodies` in turn; with `look`, every response is searched
/// for errors.
pub fn start(
    target: &Target<'_>,
    bodies: &Path,
    connections: u32,
    seconds: u32,
    look: bool,
) -> Result<Run, Failure> {
    // From here on VmHWM is the peak of this run.
    fs::write(format!("/proc/{}/clear_refs", target.process), "5")?;
    let ticks = ticks(target.process)?;
    let wrk = Command::new("wrk")
        .args(["--timeout", "60", "--script", SCRIPT])
        .arg(format!("--threads={}", connections.min(2)))
        .arg(format!("--connections={connections}"))
        .arg(format!("--duration={seconds}"))
        .arg(&target.url)
        .arg("--")
        .arg(bodies)
        .arg(target.token.unwrap_or("-"))
        .arg(if look { "look" } else { "trust" })
        .stdout(Stdio::piped())
        .spawn()?;
    Ok(Run {
        wrk,
        process: target.process,
        ticks,
    })
}

impl Run {
    /// Waits for the end of the run.
    ///
    /// # Errors
    /// When any response failed.
    pub fn finish(self) -> Result<Figures, Failure> {
        let said = String::from_utf8(self.wrk.wait_with_output()?.stdout)?;
        let line = said.lines().find_map(|line| line.strip_prefix("RESULT "));
        let line = line.ok_or_else(|| format!("wrk gave no result: {said}"))?;
        let numbers: Vec<f64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let [requests, time, p50, p99, failed] = numbers[..] else {
            return Err(format!("wrk gave another result: {line}").into());
        };
        if failed > 0.0 || requests < 1.0 {
            return Err(format!("{failed} of {requests} answers were errors").into());
        }
        Ok(Figures {
            requests,
            rate: requests / time * 1e6,
            p50: p50 / 1e3,
            p99: p99 / 1e3,
            cpu: (ticks(self.process)? - self.ticks) * TICK / requests,
            peak: memory(self.process, "VmHWM")?,
        })
    }
}

/// Returns the processor time of a process (proc(5): fields 14 and 15, counted from the end of the
/// name, which may contain spaces).
fn ticks(process: u32) -> Result<f64, Failure> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    let of_both: Vec<f64> = fields
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    Ok(of_both.iter().sum())
}

/// Returns a line of /proc/PID/status, in megabytes.
pub fn memory(process: u32, name: &str) -> Result<f64, Failure> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with(name));
    let kilobytes = line
        .and_then(|line| line.split_whitespace().nth(1))
        .ok_or("no such line")?;
    Ok(kilobytes.parse::<f64>()? * 1024.0 / 1e6)
}
