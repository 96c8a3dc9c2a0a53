//! A running `forewarn`, which ends with the test at the latest.

use std::{
    io::Read,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::wait::until_some;

/// A process and what it has printed so far.
pub(crate) struct Process {
    child: Child,
    stdout: Printed,
    stderr: Printed,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None`: by a signal.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// From the moment that the end was waited for.
    pub(crate) took: Duration,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            stdout: Printed::of(child.stdout.take().unwrap()),
            stderr: Printed::of(child.stderr.take().unwrap()),
            child,
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn stdout(&self) -> String {
        self.stdout.so_far()
    }

    pub(crate) fn stderr(&self) -> String {
        self.stderr.so_far()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// SIGTERM, then waits for the end.
    pub(crate) fn terminate(self, within: Duration) -> Ended {
        let id = self.id().to_string();
        let sent = Command::new("sh")
            .args(["-c", "kill -TERM \"$1\"", "sh", &id])
            .status();
        assert!(sent.unwrap().success(), "SIGTERM could not be sent");
        self.end(within)
    }

    /// SIGKILL: the process does not get to do anything more.
    pub(crate) fn kill(mut self) -> Ended {
        self.child.kill().unwrap();
        self.end(Duration::from_secs(10))
    }

    /// Waits for it to end by itself.
    pub(crate) fn end(mut self, within: Duration) -> Ended {
        let begun = Instant::now();
        let child = &mut self.child;
        let status = until_some("the process ends", within, || child.try_wait().unwrap());
        let took = begun.elapsed();
        Ended {
            code: status.code(),
            stdout: self.stdout.all(),
            stderr: self.stderr.all(),
            took,
        }
    }
}

impl Drop for Process {
    #[expect(
        clippy::print_stderr,
        reason = "a test that failed tells what its process said"
    )]
    fn drop(&mut self) {
        // one that has ended is no reason to complain
        drop(self.child.kill());
        drop(self.child.wait());
        if thread::panicking() {
            eprintln!("{}{}", self.stdout.all(), self.stderr.all());
        }
    }
}

/// A stream that is read as it comes, so that the process never waits for its reader.
struct Printed {
    text: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Printed {
    fn of(mut stream: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&text);
        let reader = thread::spawn(move || {
            let mut chunk = [0; 8192];
            while let Ok(read @ 1..) = stream.read(&mut chunk) {
                shared.lock().unwrap().extend_from_slice(&chunk[..read]);
            }
        });
        Self {
            text,
            reader: Some(reader),
        }
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }

    /// Everything: the process has ended, so the stream ends too.
    fn all(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            drop(reader.join());
        }
        self.so_far()
    }
}
