//! TLS with a certificate of our own for this machine's names, made once and kept.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What the certificate is good for. Many clients take no `*` right before the last label: so services by name too.
const NAMES: &[&str] = &[
    "localhost",
    "*.localhost",
    "kinesis.localhost",
    "glue.localhost",
    "sts.localhost",
    "s3.localhost",
    "*.s3.localhost",
    "127.0.0.1",
    "::1",
];
const CERTIFICATE: &str = "localhost.pem";
const KEY: &str = "localhost-key.pem";

/// What encrypts connections, with the certificate in `folder`; makes both where they are not there.
///
/// The certificate is for clients to trust: `localhost.pem` in the folder.
pub(super) fn acceptor(folder: &Path) -> io::Result<TlsAcceptor> {
    let named = |error: io::Error| {
        io::Error::other(format!("the certificate in '{}' cannot be used: {error}", folder.display()))
    };
    read_or_make(folder).map_err(named)
}

fn read_or_make(folder: &Path) -> io::Result<TlsAcceptor> {
    if !folder.join(CERTIFICATE).exists() || !folder.join(KEY).exists() {
        make(folder)?;
    }
    let certificate = CertificateDer::from_pem_file(folder.join(CERTIFICATE)).map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_file(folder.join(KEY)).map_err(io::Error::other)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The key first, so that a certificate without its key is never left behind.
fn make(folder: &Path) -> io::Result<()> {
    let names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).map_err(io::Error::other)?;
    fs::create_dir_all(folder)?;
    write_secret(&folder.join(KEY), &made.signing_key.serialize_pem())?;
    fs::write(folder.join(CERTIFICATE), made.cert.pem())
}

fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificate_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("tls");
        acceptor(&inside).unwrap();
        let first = fs::read(inside.join(CERTIFICATE)).unwrap();
        acceptor(&inside).unwrap();
        assert_eq!(fs::read(inside.join(CERTIFICATE)).unwrap(), first);
        fs::write(inside.join(CERTIFICATE), "spoiled").unwrap();
        let error = acceptor(&inside).err().unwrap().to_string();
        assert!(error.contains(&inside.display().to_string()), "{error}");
    }
}
