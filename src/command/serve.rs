//! `wavetank serve`: the emulated services on a port.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use wavetank::emulator::http::{Server, ServerClock, ServerOptions};
use wavetank::emulator::{Identity, OpenError, Settings, Storage, Tenants, Timestamp};

use crate::Outcome;
use crate::cli::{OutputArgs, ServeArgs};
use crate::exit::Exit;

/// Serves until the user ends it, which is how it ends well.
pub fn serve(args: &ServeArgs, output: &OutputArgs) -> Outcome {
    let Some(address) = address(args) else {
        return Ok(refused(
            &format!("`{}` is no address of this machine", args.host),
            "`--host` takes another",
        ));
    };
    let storage = args.data_dir.clone().map_or(Storage::Memory, Storage::Directory);
    let identity = Identity { account: args.account.clone(), region: args.region.clone() };
    let settings = Settings {
        limits: args.limits.into(),
        transition_ms: args.transition.as_millis() as i64,
        shard_limit: args.shard_limit,
    };
    let tenants = match Tenants::open(storage, identity, settings) {
        Ok(tenants) => Arc::new(tenants),
        Err(error @ OpenError::Database(_)) => return Err(error.into()),
        Err(error) => {
            let with_causes = format!("{:#}", anyhow::Error::from(error));
            return Ok(refused(&with_causes, "`--data-dir` takes another"));
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = match Server::bind(address, options(args)) {
            Ok(server) => server,
            Err(error) => return not_bound(error, address),
        };
        let ended = ended_by_user().context("cannot listen for Ctrl-C")?;
        say_ready(&server, args, output)?;
        let clock = Arc::new(ServerClock::new(real_time));
        server.serve(tenants, clock, ended).await;
        Ok(Exit::Passed)
    })
}

fn address(args: &ServeArgs) -> Option<SocketAddr> {
    (args.host.as_str(), args.port).to_socket_addrs().ok()?.next()
}

fn options(args: &ServeArgs) -> ServerOptions {
    ServerOptions {
        strict_auth: args.strict_auth.clone(),
        tls_folder: args.tls.then(|| tls_folder(args)),
        request_id_seed: since_1970().as_nanos() as u64 ^ u64::from(std::process::id()).rotate_left(32),
    }
}

/// Beside the data where there are some, else where the user keeps such things: clients are to trust the certificate,
/// so it stays the same.
fn tls_folder(args: &ServeArgs) -> PathBuf {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let of_the_user = || {
        let data = named("XDG_DATA_HOME").or_else(|| Some(named("HOME")?.join(".local/share")));
        data.unwrap_or_else(std::env::temp_dir).join("wavetank")
    };
    args.data_dir.clone().unwrap_or_else(of_the_user).join("tls")
}

fn say_ready(server: &Server, args: &ServeArgs, output: &OutputArgs) -> anyhow::Result<()> {
    let address = server.local_addr()?;
    if !address.ip().is_loopback() {
        anstream::eprintln!(
            "warning: {} is not loopback: whoever reaches this machine can read and change everything",
            address.ip()
        );
    }
    if output.quiet {
        return Ok(());
    }
    let schemes = if args.tls { format!("http and https://{address}") } else { format!("http://{address}") };
    let place = args.data_dir.as_ref().map_or("memory".to_owned(), |folder| folder.display().to_string());
    anstream::eprintln!("wavetank serves kinesis, glue on {schemes} ({place})");
    if args.tls {
        anstream::eprintln!("  certificate: {}", tls_folder(args).join("localhost.pem").display());
    }
    Ok(())
}

fn not_bound(error: io::Error, address: SocketAddr) -> Outcome {
    let port = address.port();
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            Ok(refused(&format!("port {port} is in use"), "`--port` takes another; 0 takes any that is free"))
        }
        io::ErrorKind::PermissionDenied => {
            Ok(refused(&format!("port {port} is not for this user"), "`--port` takes another, above 1023"))
        }
        io::ErrorKind::AddrNotAvailable => {
            Ok(refused(&format!("{} is no address of this machine", address.ip()), "`--host` takes another"))
        }
        _ => Err(anyhow::Error::new(error).context(format!("cannot serve on {address}"))),
    }
}

fn refused(message: &str, help: &str) -> Exit {
    anstream::eprintln!("error: {message}");
    anstream::eprintln!("  help: {help}");
    Exit::Usage
}

/// Ends when Ctrl-C is pressed or the process is asked to terminate; listens from this call on.
#[cfg(unix)]
fn ended_by_user() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends when Ctrl-C is pressed; listens from this call on.
#[cfg(not(unix))]
fn ended_by_user() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        let _ = interrupt.recv().await;
    })
}

fn real_time() -> Timestamp {
    Timestamp::from_millis(since_1970().as_millis() as i64)
}

/// Nothing for a machine that believes it is earlier.
fn since_1970() -> std::time::Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
