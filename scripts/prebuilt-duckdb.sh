#!/bin/sh
# Puts a prebuilt libduckdb into .duckdb/lib, where .cargo/config.toml points the linker: linking takes
# seconds, compiling DuckDB takes 15 to 40 minutes. Sources, first one wins: the caller's DUCKDB_LIB_DIR,
# the npm package of DuckDB's Node client, the official release archive.
#
# Exits 0 with the library in place and .duckdb/stamp beside it; exits 0 without either when there is no
# library to be had (the Makefile then compiles DuckDB); exits 1 when what came is not what was pinned.
set -eu

version=1.5.6
package_version=1.5.6-r.1

# Per platform: the release archive, and the sha256 of the npm package and of the library in it. A dash: not
# pinned yet, so npm's own integrity check and the library's version must do, and the sum to pin is printed.
pins() {
    case $1 in
    linux-x64)
        echo linux-amd64 \
            1b9f82478539bb9a1d1df44bd103121a12ae52142c07158dc52b97d2ec1d69ff \
            3f4962cdd266eab2b479a5b5a4a6d063d279b2954ae814ed00385d553b747633
        ;;
    linux-arm64) echo linux-arm64 - - ;;
    darwin-arm64) echo osx-universal - - ;;
    darwin-x64) echo osx-universal - - ;;
    esac
}

root=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
home=$root/.duckdb
stamp=$home/stamp

say() { echo "duckdb: $*" >&2; }

fail() {
    say "$@"
    exit 1
}

platform() {
    case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    *) return 0 ;;
    esac
    case $(uname -m) in
    x86_64 | amd64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) return 0 ;;
    esac
    # A library built for glibc does not load on musl.
    if [ "$system" = linux ] && (ldd --version 2>&1 || true) | grep -qi musl; then return 0; fi
    echo "$system-$machine"
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# The library also names the releases whose files it can read, so its own version is the highest one in it.
version_in() {
    LC_ALL=C grep -aoE 'v1\.[0-9]+\.[0-9]+' "$1" | sort -t . -k 2,2n -k 3,3n | tail -n 1 | cut -c 2-
}

require_sum() { # file, expected or a dash, what the file is
    [ "$2" != - ] || return 0
    actual=$(sha256 "$1")
    [ "$actual" = "$2" ] && return 0
    rm -f "$1"
    say "the sha256 of $3 is wrong; the file is deleted"
    say "  expected $2"
    say "  found    $actual"
    fail "run \`make duckdb\` again; if the sums differ again, do not use that source"
}

require_version() { # file, where it comes from
    found=$(version_in "$1")
    [ "$found" = "$version" ] || fail "$2 is DuckDB ${found:-of no known version}, wavetank needs $version;" \
        "point DUCKDB_LIB_DIR at a $version or unset it, then run \`make duckdb\` again"
}

# Moves a checked library to its place in one step, then writes the stamp: sum, version, where it came from.
install_library() { # file, origin
    # Spelled out because `set -e` is off inside `from_npm || from_release`.
    { mkdir -p "$home/lib" && touch "$1" && mv -f "$1" "$library" && write_stamp "$2"; } ||
        fail "could not write to $home; make room or mend its permissions, then run \`make duckdb\` again"
    say "DuckDB $version from $2 is in ${library#"$root"/}"
}

write_stamp() {
    printf '%s\n%s\n%s\n' "$(sha256 "$library")" "$version" "$1" >"$stamp"
}

stamp_line() { if [ -f "$stamp" ]; then sed -n "$1p" "$stamp"; fi; }

# Whether the library in place is the one checked before. Reads its bytes only if it changed since.
in_place() {
    if [ ! -f "$library" ]; then
        rm -f "$stamp"
        return 1
    fi
    expected=$library_sum
    [ "$(stamp_line 2)" = "$version" ] && expected=$(stamp_line 1)
    if [ "$(stamp_line 2)" != "$version" ] || [ -n "$(find "$library" -newer "$stamp")" ]; then
        actual=$(sha256 "$library")
        if [ "$actual" != "$expected" ]; then
            say "${library#"$root"/} is not what was put there (expected $expected, found $actual):" \
                "it is deleted and fetched anew"
            rm -f "$library" "$stamp"
            return 1
        fi
        origin=$(stamp_line 3)
        write_stamp "${origin:-a library found in place}"
    fi
    if [ -n "$callers" ]; then
        [ "$(stamp_line 3)" = "$callers" ] && [ -z "$(find -L "$callers" -newer "$stamp")" ]
    fi
}

from_caller() {
    cp "$callers" "$work/$name"
    require_version "$work/$name" "$callers"
    install_library "$work/$name" "$callers"
}

from_npm() {
    package=@duckdb/node-bindings-$platform@$package_version
    if ! command -v npm >/dev/null; then
        say "npm is not installed, so $package is not tried"
        return 1
    fi
    say "fetching $package with npm"
    # One quick retry: without a network npm would else wait for more than a minute.
    if ! (cd "$work" && npm pack --loglevel=error --prefer-offline --fetch-retries=1 --fetch-retry-mintimeout=1000 \
        --fetch-retry-maxtimeout=2000 "$package" >npm.log 2>&1 </dev/null); then
        say "npm could not fetch $package: $(grep -m 1 -i error "$work/npm.log" || echo 'no reason given')"
        return 1
    fi
    archive=$(find "$work" -name '*.tgz')
    require_sum "$archive" "$package_sum" "$package"
    tar -xzf "$archive" -C "$work" "package/$name"
    require_sum "$work/package/$name" "$library_sum" "$name in $package"
    require_version "$work/package/$name" "$package"
    [ "$library_sum" != - ] || say "no checksum is pinned for $platform; to pin: package $(sha256 "$archive")," \
        "library $(sha256 "$work/package/$name")"
    install_library "$work/package/$name" "$package"
}

from_release() {
    url=https://github.com/duckdb/duckdb/releases/download/v$version/libduckdb-$release.zip
    if ! command -v curl >/dev/null || ! command -v unzip >/dev/null; then
        say "curl or unzip is not installed, so $url is not tried"
        return 1
    fi
    say "fetching $url with curl"
    if ! curl --fail --location --silent --show-error --connect-timeout 15 --max-time 900 \
        --output "$work/release.zip" "$url" >&2; then
        say "curl could not fetch $url"
        return 1
    fi
    unzip -q "$work/release.zip" "$name" -d "$work" >&2 || fail "$url holds no $name"
    require_version "$work/$name" "$url"
    say "the release archive has no pinned checksum: it is checked by the version it names, $version, alone"
    install_library "$work/$name" "$url"
}

platform=$(platform)
case $platform in
darwin-*) name=libduckdb.dylib ;;
*) name=libduckdb.so ;;
esac
library=$home/lib/$name
# shellcheck disable=SC2046 # three words
set -- $(pins "$platform")
release=${1:-} package_sum=${2:--} library_sum=${3:--}

# The caller's own library, unless it is the one this script looks after.
callers=
if [ -n "${DUCKDB_LIB_DIR:-}" ]; then
    callers=$DUCKDB_LIB_DIR/$name
    if [ ! -f "$callers" ]; then
        say "DUCKDB_LIB_DIR is set, but there is no $callers; going on without it"
        callers=
    elif [ "$callers" -ef "$library" ]; then
        callers=
    fi
fi

if in_place; then exit 0; fi

mkdir -p "$home"
work=$(mktemp -d "$home/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

if [ -n "$callers" ]; then
    from_caller
elif [ -n "$platform" ] && { from_npm || from_release; }; then
    :
else
    say "no prebuilt DuckDB $version for ${platform:-$(uname -s) $(uname -m)} could be had"
    say "DuckDB will be compiled instead: the first build takes 15 to 40 minutes, with a C++ compiler"
    say "to avoid that, set DUCKDB_LIB_DIR to a folder that holds $name $version, or install npm, and run again"
fi
