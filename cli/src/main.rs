//! `seatrial`: an emulated AWS, a Kubernetes and the controllers, by one command.

mod status;
mod up;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Try EKS load balancers without AWS: emulated AWS, a real Kubernetes, the controllers, an example that answers.
#[derive(Parser)]
#[command(version, about)]
struct Args {
    /// Name of the instance; several can run side by side.
    #[arg(long, env = "SEATRIAL_NAME", default_value = "main", value_parser = name, global = true)]
    name: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start everything, apply the example, say how to reach it. It runs on until `seatrial down`.
    Up,
    /// Show load balancers, listeners, target health and URLs.
    Status {
        /// Form of the answer.
        #[arg(short, long, value_enum, default_value_t = Form::Text)]
        output: Form,
    },
    /// Stop and remove all that `up` made.
    Down,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Text,
    Json,
}

fn name(text: &str) -> Result<String, String> {
    let fits = (1..=8).contains(&text.len()) && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    fits.then(|| text.to_owned())
        .ok_or_else(|| "use 1 to 8 of a-z and 0-9: link names have to hold it".to_owned())
}

/// Where an instance keeps its state. The path is short, since sockets are in it.
fn state(name: &str) -> PathBuf {
    PathBuf::from("/var/lib/seatrial").join(name)
}

fn main() -> Result<()> {
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .ok()
        .context("crypto provider was set before")?;
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match args.command {
            Command::Up => up::up(&args.name).await,
            Command::Status { output } => status::status(&args.name, matches!(output, Form::Json)).await,
            Command::Down => up::down(&args.name).await,
        }
    })
}
