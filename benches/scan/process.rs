//! One process from its start to its end, and what it cost.

use std::{
    fs,
    io::{self, Read as _},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;

/// A tick of `/proc/PID/stat`: `USER_HZ` is 100 wherever Linux runs on what Rust builds for in earnest.
const TICK: Duration = Duration::from_millis(10);

/// As much as a pipe holds.
const CHUNK: usize = 64 << 10;

/// A process that has ended.
pub(crate) struct Finished {
    /// From the start until it was gone.
    pub(crate) wall: Duration,
    /// User and system time of all its threads.
    pub(crate) cpu: Duration,
    /// The most memory it had at once (`VmHWM`), in bytes.
    pub(crate) peak: u64,
    /// What it wrote to stdout.
    pub(crate) output: Vec<u8>,
    /// Was its exit code 0?
    pub(crate) succeeded: bool,
}

/// Runs it to its end. No other child may end meanwhile: processor time is what the system has added to ours as a parent.
///
/// The peak is read before each piece of output is taken from the pipe, and a pipe holds no more than one piece: what is not
/// seen is how the last 64 KiB were written.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<Finished> {
    let name = command.get_program().to_string_lossy().into_owned();
    let cpu_before = cpu_of_children()?;
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    let (output, peak) = watch(&mut child).with_context(|| format!("cannot watch {name}"))?;
    let status = child.wait()?;
    let wall = started.elapsed();
    Ok(Finished {
        wall,
        cpu: cpu_of_children()?.saturating_sub(cpu_before),
        peak,
        output,
        succeeded: status.success(),
    })
}

fn watch(child: &mut Child) -> io::Result<(Vec<u8>, u64)> {
    let pid = child.id();
    let Some(mut stdout) = child.stdout.take() else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let (mut output, mut peak) = (Vec::new(), 0);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = stdout.read(&mut chunk)?;
        // gone once it has ended
        peak = memory(pid, "VmHWM").unwrap_or(peak);
        match chunk.get(..read) {
            None | Some([]) => return Ok((output, peak)),
            Some(piece) => output.extend_from_slice(piece),
        }
    }
}

/// A line of `/proc/PID/status`, in bytes.
pub(crate) fn memory(pid: u32, line: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let value = status
        .lines()
        .find_map(|text| text.strip_prefix(line)?.strip_prefix(':'))?;
    let kibibytes: u64 = value.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}

/// User and system time of all children that have ended (`cutime` and `cstime`, `proc_pid_stat(5)`).
fn cpu_of_children() -> anyhow::Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").context("this needs Linux's /proc")?;
    // the name, in brackets, may hold anything; the field after it is the third
    let (_, fields) = stat.rsplit_once(") ").context("/proc/self/stat")?;
    let ticks: u32 = fields
        .split(' ')
        .skip(16 - 3)
        .take(2)
        .map(|ticks| ticks.parse::<u32>().unwrap_or_default())
        .sum();
    Ok(TICK * ticks)
}
