//! `wavetank serve`: the emulated services on a port.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use wavetank::emulator::http::{Credentials, Server, ServerClock, ServerOptions};
use wavetank::emulator::{Identity, OpenError, Settings, Storage, Tenants, Timestamp};
use wavetank::scenarios::adapters::{Endpoint, NoEndpoint};
use wavetank::scenarios::athena::engine::Engine;
use wavetank::scenarios::athena::session::Limits;
use wavetank::scenarios::scenario::Scenario;

use super::live::{Jobs, Setting};
use super::run::{Folder, cannot_load};
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
    let job = match args.job.as_deref().map(|job| load(job, args, output)).transpose()? {
        Some(Err(exit)) => return Ok(exit),
        Some(Ok(job)) => Some(job),
        None => None,
    };
    let storage = match (&args.data_dir, &job) {
        (Some(folder), _) => Storage::Directory(folder.clone()),
        (None, Some(job)) if args.keep.is_some() => Storage::Directory(job.folder.path().join("emulator")),
        // Checks read objects from files.
        (None, Some(job)) => Storage::SmallScratch(job.folder.path().join("emulator")),
        (None, None) => Storage::Memory,
    };
    let identity = Identity { account: args.account.clone(), region: args.region.clone() };
    let settings = Settings {
        limits: args.limits.into(),
        transition_ms: args.transition.as_millis() as i64,
        shard_limit: args.shard_limit,
    };
    let queries = tempfile::tempdir().context("no folder can be made for queries")?;
    let limits =
        Limits { time: args.query_timeout, memory_bytes: args.query_memory << 20, ..Limits::default() };
    let engine = Arc::new(Engine::new(queries.path(), limits));
    let tenants = match Tenants::with_sql(storage, identity, settings, engine) {
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
        let clock = Arc::new(ServerClock::new(real_time));
        let Some(Loaded { scenario, streams, folder }) = job else {
            say_ready(&server, args, output)?;
            server.serve(tenants, clock, ended).await;
            return Ok(Exit::Passed);
        };
        let emulator = Arc::clone(tenants.home());
        let keep = args.keep.clone();
        let setting = Setting { scenario, emulator, streams, clock: clock.clone(), folder, keep };
        let (jobs, stopped) = Jobs::start(setting, output)?;
        say_ready(&server, args, output)?;
        let either = async {
            tokio::select! {
                () = ended => {}
                _ = stopped => {}
            }
        };
        server.serve(tenants, clock, either).await;
        jobs.finish(output)
    })
}

/// A job that is to run beside the server.
struct Loaded {
    scenario: Scenario,
    streams: Option<Endpoint>,
    folder: Folder,
}

/// Loads the scenario of `--job`; the inner error is the user's to mend and has been told.
fn load(job: &str, args: &ServeArgs, output: &OutputArgs) -> anyhow::Result<Result<Loaded, Exit>> {
    let scenario = match Scenario::load(job) {
        Ok(scenario) => scenario,
        Err(error) => return Ok(Err(cannot_load(&error, output))),
    };
    let streams = args.streams.as_deref().map(|url| endpoint(url, &args.region)).transpose();
    let streams = match streams {
        Ok(streams) => streams,
        Err(error) => return Ok(Err(refused(&error.to_string(), "`--streams` takes another"))),
    };
    let folder = match Folder::prepare(args.keep.as_deref())? {
        Ok(folder) => folder,
        Err(problem) => return Ok(Err(refused(&problem, "`--keep` takes another"))),
    };
    Ok(Ok(Loaded { scenario, streams, folder }))
}

/// Another server, asked with the keys of the environment, or with any.
pub(super) fn endpoint(url: &str, region: &str) -> Result<Endpoint, NoEndpoint> {
    let named = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let credentials = Credentials {
        access_key: named("AWS_ACCESS_KEY_ID").unwrap_or_else(|| "test".to_owned()),
        secret_key: named("AWS_SECRET_ACCESS_KEY").unwrap_or_else(|| "test".to_owned()),
    };
    Endpoint::new(url, credentials, region, Arc::new(real_time))
}

fn address(args: &ServeArgs) -> Option<SocketAddr> {
    (args.host.as_str(), args.port).to_socket_addrs().ok()?.next()
}

fn options(args: &ServeArgs) -> ServerOptions {
    ServerOptions {
        strict_auth: args.strict_auth.clone(),
        tls_folder: args.tls.then(|| tls_folder(args)),
        request_id_seed: since_1970().as_nanos() as u64 ^ u64::from(std::process::id()).rotate_left(32),
        ..ServerOptions::default()
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
    anstream::eprintln!("wavetank serves kinesis, s3, glue, athena on {schemes} ({place})");
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

pub(super) fn real_time() -> Timestamp {
    Timestamp::from_millis(since_1970().as_millis() as i64)
}

/// Nothing for a machine that believes it is earlier.
fn since_1970() -> std::time::Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
