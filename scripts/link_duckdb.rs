//! Writes the place of the prebuilt DuckDB into what is linked, so that binaries and tests started directly find
//! it. Linking itself is the business of libduckdb-sys, which reads the same `DUCKDB_LIB_DIR`.

use std::{env, path::PathBuf};

/// The whole build script of a package that links DuckDB and has the feature `bundled-duckdb`.
pub fn main() {
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    let bundled = env::var_os("CARGO_FEATURE_BUNDLED_DUCKDB").is_some();
    let unix = env::var_os("CARGO_CFG_UNIX").is_some();
    // Unset when cargo is called from outside the checkout: then the system's library is taken, if there is one.
    let Some(folder) = env::var_os("DUCKDB_LIB_DIR").map(PathBuf::from).filter(|_| unix && !bundled) else {
        return;
    };
    let apple = env::var("CARGO_CFG_TARGET_VENDOR").is_ok_and(|vendor| vendor == "apple");
    let library = folder.join(if apple { "libduckdb.dylib" } else { "libduckdb.so" });
    println!("cargo::rerun-if-changed={}", library.display());
    if library.exists() {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display());
    } else {
        println!("cargo::error=there is no {}", library.display());
        println!("cargo::error=run `make duckdb`, or leave out `--no-default-features` to compile DuckDB");
    }
}
