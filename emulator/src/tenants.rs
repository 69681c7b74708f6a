//! The emulators of all accounts and regions that clients name: each has an [`Emulator`] of its own, made when it is
//! first named, as nothing of one account or region is seen in another.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::athena::SqlRunner;
use crate::emulator::{Emulator, Identity};
use crate::error::ApiError;
use crate::settings::Settings;
use crate::store::{OpenError, Storage};

/// So many are kept beside the one that clients usually mean.
const TENANTS_MAX: usize = 256;
/// Characters of a region's name, at most.
const REGION_LENGTH_MAX: usize = 32;

/// All accounts and regions behind one port.
pub struct Tenants {
    home: Arc<Emulator>,
    storage: Storage,
    settings: Settings,
    sql: Option<Arc<dyn SqlRunner>>,
    others: Mutex<BTreeMap<Identity, Arc<Emulator>>>,
}

/// Why an account or region has no emulator.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// Its name cannot be one.
    #[error("'{}' in '{}' is no account in a region", .0.account, .0.region)]
    Name(Identity),
    /// There are too many.
    #[error("{TENANTS_MAX} accounts and regions are in use already; name fewer, or start anew")]
    TooMany,
    /// Its storage does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl Tenants {
    /// Opens `storage` for `home`, whom clients mean that say nothing else.
    ///
    /// # Errors
    /// As [`Emulator::open`].
    pub fn open(storage: Storage, home: Identity, settings: Settings) -> Result<Self, OpenError> {
        Self::assemble(storage, home, settings, None)
    }

    /// The same, with what runs the queries of Athena in every account and region.
    ///
    /// # Errors
    /// As [`Emulator::open`].
    pub fn with_sql(
        storage: Storage,
        home: Identity,
        settings: Settings,
        runner: Arc<dyn SqlRunner>,
    ) -> Result<Self, OpenError> {
        Self::assemble(storage, home, settings, Some(runner))
    }

    fn assemble(
        storage: Storage,
        home: Identity,
        settings: Settings,
        sql: Option<Arc<dyn SqlRunner>>,
    ) -> Result<Self, OpenError> {
        let home = Emulator::with_settings(storage.clone(), home, settings)?;
        let home = match &sql {
            Some(runner) => home.with_sql(Arc::clone(runner)),
            None => home,
        };
        Ok(Self { home: Arc::new(home), storage, settings, sql, others: Mutex::default() })
    }

    /// The emulator that clients mean who name no account or region.
    pub fn home(&self) -> &Arc<Emulator> {
        &self.home
    }

    /// The emulator of an account in a region.
    ///
    /// # Errors
    /// When there can be none.
    pub fn of(&self, identity: &Identity) -> Result<Arc<Emulator>, TenantError> {
        if identity == self.home.identity() {
            return Ok(Arc::clone(&self.home));
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(emulator) = others.get(identity) {
            return Ok(Arc::clone(emulator));
        }
        if !is_name(identity) {
            return Err(TenantError::Name(identity.clone()));
        }
        if others.len() >= TENANTS_MAX {
            return Err(TenantError::TooMany);
        }
        let storage = self.storage_of(identity);
        let emulator = Emulator::with_settings(storage, identity.clone(), self.settings)?;
        let emulator = emulator.with_buckets_of(Arc::clone(&self.home));
        let emulator = Arc::new(match &self.sql {
            Some(runner) => emulator.with_sql(Arc::clone(runner)),
            None => emulator,
        });
        others.insert(identity.clone(), Arc::clone(&emulator));
        Ok(emulator)
    }

    /// All that there are now, the one at home first.
    pub fn all(&self) -> Vec<Arc<Emulator>> {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::once(&self.home).chain(others.values()).cloned().collect()
    }

    /// Removes everything that clients have made.
    ///
    /// # Errors
    /// As [`Emulator::clear`].
    pub fn clear(&self) -> Result<(), ApiError> {
        self.all().iter().try_for_each(|emulator| emulator.clear())
    }

    /// Beside that of the one at home, in a folder of its own.
    fn storage_of(&self, identity: &Identity) -> Storage {
        let Identity { account, region } = identity;
        let folder = |root: &PathBuf| root.join("tenants").join(account).join(region);
        match &self.storage {
            Storage::Memory => Storage::Memory,
            Storage::Directory(root) => Storage::Directory(folder(root)),
            Storage::Scratch(root) => Storage::Scratch(folder(root)),
            Storage::SmallScratch(root) => Storage::SmallScratch(folder(root)),
        }
    }
}

/// Whether an account and a region can be names of folders and parts of ARNs.
fn is_name(Identity { account, region }: &Identity) -> bool {
    let of_region = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let account_fits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    account_fits && (1..=REGION_LENGTH_MAX).contains(&region.len()) && region.bytes().all(of_region)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::kinesis::{CreateStream, CreateStreamRequest, ListStreams, ListStreamsRequest};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn identity(account: &str, region: &str) -> Identity {
        Identity { account: account.to_owned(), region: region.to_owned() }
    }

    fn streams(emulator: &Emulator) -> Vec<String> {
        emulator.call::<ListStreams>(NOW, ListStreamsRequest::default()).unwrap().stream_names
    }

    #[test]
    fn what_one_makes_another_does_not_see_and_all_find_theirs_again() {
        let folder = tempfile::tempdir().unwrap();
        let open = || {
            let storage = Storage::Directory(folder.path().to_owned());
            Tenants::open(storage, Identity::default(), Settings::default()).unwrap()
        };
        let tenants = open();
        let names = ["us-east-1", "eu-west-1"];
        for region in names {
            let emulator = tenants.of(&identity("123456789012", region)).unwrap();
            emulator.call::<CreateStream>(NOW, CreateStreamRequest::new(region, 1)).unwrap();
            assert_eq!(streams(&emulator), [region]);
        }
        assert_eq!(streams(tenants.home()), ["us-east-1"]);
        assert!(streams(&tenants.of(&identity("000000000000", "us-east-1")).unwrap()).is_empty());
        drop(tenants);
        let tenants = open();
        let europe = tenants.of(&identity("123456789012", "eu-west-1")).unwrap();
        assert_eq!(streams(&europe), ["eu-west-1"]);
        tenants.clear().unwrap();
        assert!(streams(&europe).is_empty() && streams(tenants.home()).is_empty());
    }

    #[test]
    fn what_is_no_name_and_what_is_too_much_is_refused() {
        let tenants = Tenants::open(Storage::Memory, Identity::default(), Settings::default()).unwrap();
        for (account, region) in [("1", "us-east-1"), ("123456789012", "../x"), ("123456789012", "")] {
            assert!(matches!(tenants.of(&identity(account, region)), Err(TenantError::Name(_))));
        }
        for number in 0..TENANTS_MAX {
            tenants.of(&identity("123456789012", &format!("region-{number}"))).unwrap();
        }
        let error = tenants.of(&identity("123456789012", "one-more")).err().unwrap();
        assert!(matches!(error, TenantError::TooMany));
        assert!(tenants.of(&identity("123456789012", "region-7")).is_ok());
    }
}
