//! Somebody else is told how the rounds went, at an address that nobody else learns.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
};

use crate::{
    config::{EVERY_SECOND, receivers},
    wait::{SOON, until},
    world::{World, crowd},
};

/// Who knows it can keep the switch from falling.
const SECRET: &str = "3c1b0a99-beat-4e0d";

/// What watches: it notes the first line of each request, and answers as it is told.
struct Switch {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    status: Arc<Mutex<&'static str>>,
}

impl Switch {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let status = Arc::new(Mutex::new("200 OK"));
        let (notes, answer) = (Arc::clone(&asked), Arc::clone(&status));
        // it serves until the test's process ends
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 2_048];
                let length = stream.read(&mut request).unwrap_or_default();
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                let line = request.lines().next().unwrap_or_default().to_owned();
                notes.lock().unwrap().push(line);
                let status = *answer.lock().unwrap();
                let answer =
                    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self {
            address,
            asked,
            status,
        }
    }

    fn was_asked(&self, line: &str) -> bool {
        self.asked.lock().unwrap().iter().any(|asked| asked == line)
    }
}

#[test]
fn a_heartbeat_says_how_the_rounds_went_and_its_own_failure_is_only_a_warning() {
    let switch = Switch::start();
    let world = World::new(&crowd(50));
    let heartbeat = "[heartbeat]\nurl = { file = \"beat.txt\" }\n";
    let url = format!("http://{}/ping/{SECRET}?rid=1", switch.address);
    world.write("beat.txt", &url);
    world.configure(EVERY_SECOND, &(receivers(&world.sandbox) + heartbeat));
    let check = world.forewarn(&["check"]);
    assert!(!check.stdout.contains("heartbeat"), "{}", check.stdout);

    let daemon = world.run();
    let well = format!("GET /ping/{SECRET}?rid=1 HTTP/1.1");
    until("it beats", SOON, || switch.was_asked(&well));
    world.refuse_sign_in(7_000_222);
    let fail = format!("GET /ping/{SECRET}/fail?rid=1 HTTP/1.1");
    until("it says that something is wrong", SOON, || {
        switch.was_asked(&fail)
    });
    world.all_is_well();
    *switch.status.lock().unwrap() = "500 Internal Server Error";
    let lost = r#"forewarn_heartbeats_total{outcome="lost"}"#;
    until("a beat is lost", SOON, || daemon.metric(lost) >= Some(1.0));
    assert_eq!(daemon.get("/healthz").status, 200);
    let ended = daemon.stop();
    assert!(
        ended
            .stderr
            .contains("the heartbeat did not arrive: 127.0.0.1 answered 500")
    );
    assert!(!ended.stderr.contains(SECRET));
}
