//! The program of Seatrial's pod images, static and without dependencies.
//!
//! `pause` waits for SIGTERM. `serve PORT` answers HTTP/1.1 with the pod's name and the request's path, one thread per connection.
//! `get ADDRESS PATH` prints the body of a response.
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let arg = |index: usize| args.get(index).map(String::as_str);
    match (arg(1), arg(2), arg(3)) {
        (Some("serve"), Some(port), None) => serve(port),
        (Some("get"), Some(address), Some(path)) => get(address, path),
        (None | Some("pause"), None, None) => loop {
            std::thread::park();
        },
        _ => {
            eprintln!("usage: pod pause | serve PORT | get ADDRESS:PORT PATH");
            std::process::exit(2);
        }
    }
}

fn serve(port: &str) {
    let listener = TcpListener::bind(format!("0.0.0.0:{port}")).expect("the port is free");
    let name = std::env::var("HOSTNAME").unwrap_or_default();
    for stream in listener.incoming().flatten() {
        let name = name.clone();
        std::thread::spawn(move || answer(stream, &name));
    }
}

/// Answers requests until the client closes or asks to close.
fn answer(stream: TcpStream, name: &str) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request)? == 0 {
            return Ok(());
        }
        let (mut close, mut length) = (false, 0);
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let header = header.trim().to_ascii_lowercase();
            close |= header == "connection: close";
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if header.is_empty() {
                break;
            }
        }
        std::io::copy(&mut (&mut reader).take(length), &mut std::io::sink())?;
        let path = request.split(' ').nth(1).unwrap_or("/");
        let body = format!("{name} {path}\n");
        let connection = if close { "close" } else { "keep-alive" };
        write!(
            writer,
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: {connection}\r\n\r\n{body}",
            body.len()
        )?;
        if close {
            return Ok(());
        }
    }
}

fn get(address: &str, path: &str) {
    let mut stream = TcpStream::connect(address).expect("the address answers");
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").expect("the connection stays open");
    let mut response = String::new();
    stream.read_to_string(&mut response).expect("the response is text");
    print!("{}", response.split_once("\r\n\r\n").map_or("", |(_, body)| body));
}
