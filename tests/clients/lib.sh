# Shared by the scripts of this folder: servers that are started and stopped again, and environments for clients.
# Sourced by run.sh and by the suites; not run by itself.

clients=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$clients/../.." && pwd)
cache="${WAVETANK_CLIENTS_CACHE:-$HOME/.cache/wavetank-clients}"
results="$cache/results"
scratch=$(mktemp -d -t wavetank-clients.XXXXXX)
servers=()
mkdir -p "$cache" "$results"

# What every client needs to reach a server that believes any key.
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_REGION=us-east-1
export AWS_EC2_METADATA_DISABLED=true AWS_PAGER=""
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null

export WAVETANK="${WAVETANK:-${CARGO_TARGET_DIR:-$root/target}/release/wavetank}"
if [ -d "$root/.duckdb/lib" ]; then
    export LD_LIBRARY_PATH="$root/.duckdb/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi

die() {
    echo "$*" >&2
    exit 1
}

# serve VARIABLE [ARGUMENT…] starts `wavetank serve --port 0 ARGUMENT…`, waits for its ready line and puts its
# address into VARIABLE, and the path of its certificate into `certificate` when it has one. With WAVETANK_ENDPOINT set
# no server is started and that address is taken: how the suites are tried against other emulators.
serve() {
    local -n served_address=$1
    shift
    if [ -n "${WAVETANK_ENDPOINT:-}" ]; then
        served_address=$WAVETANK_ENDPOINT
        return
    fi
    [ -x "$WAVETANK" ] || die "no wavetank at $WAVETANK: build it, or set WAVETANK"
    local log
    log=$(mktemp "$scratch/serve.XXXXXX")
    # A certificate is made where the user's data are kept: not where they really are.
    XDG_DATA_HOME="$cache/share" "$WAVETANK" serve --port 0 "$@" >"$log.out" 2>"$log" </dev/null &
    local pid=$!
    servers+=("$pid")
    local tries=0
    until served_address=$(ready_address "$log") && [ -n "$served_address" ]; do
        kill -0 "$pid" 2>/dev/null || die "wavetank serve $* stopped: $(cat "$log")"
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || die "wavetank serve $* was not ready in 10 s: $(cat "$log")"
        sleep 0.05
    done
    if [[ " $* " == *" --tls "* ]]; then
        until certificate=$(sed -n 's/^ *certificate: //p' "$log") && [ -s "$certificate" ]; do
            tries=$((tries + 1))
            [ "$tries" -lt 200 ] || die "wavetank serve $* names no certificate: $(cat "$log")"
            sleep 0.05
        done
    fi
}

# `wavetank serves … on http and https://127.0.0.1:4567 (memory)` → `http://127.0.0.1:4567`: TLS is on the same port.
ready_address() {
    sed -n 's/^wavetank serves .*:\/\/\([^ ]*\).*/http:\/\/\1/p' "$1" | head -n 1
}

# Whether this build of `wavetank serve` has an option.
serve_has() {
    [ -z "${WAVETANK_ENDPOINT:-}" ] && "$WAVETANK" serve --help 2>/dev/null | grep -q -- "$1"
}

# with_transition DURATION sets `transition` to the option that makes every change of a stream take that long.
with_transition() {
    transition=()
    if serve_has --transition; then
        transition=(--transition "$1")
    elif [ -z "${WAVETANK_ENDPOINT:-}" ]; then
        echo "wavetank serve has no --transition: streams are ACTIVE at once, so cases about CREATING will fail" >&2
    fi
}

# Stops what `serve` has started, and nothing else.
stop_servers() {
    local pid
    for pid in ${servers[@]+"${servers[@]}"}; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    servers=()
    rm -rf "$scratch"
}
trap stop_servers EXIT

# python_env NAME installs requirements/NAME.txt into an environment of its own, once per content of that file, and
# sets `python` to its interpreter.
python_env() {
    local home="$cache/$1" pins="$clients/requirements/$1.txt"
    python="$home/bin/python"
    cmp -s "$pins" "$home/installed" && return
    rm -rf "$home"
    python3 -m venv "$home"
    "$python" -m pip install --quiet --disable-pip-version-check -r "$pins" >&2
    cp "$pins" "$home/installed"
}

# node_env NAME installs NAME/package.json, once per content of that file, and sets `node_home` to its folder.
node_env() {
    local pins="$clients/$1/package.json"
    node_home="$cache/$1"
    cmp -s "$pins" "$node_home/installed" && return
    rm -rf "$node_home"
    mkdir -p "$node_home"
    cp "$pins" "$node_home/package.json"
    (cd "$node_home" && npm install --silent --no-audit --no-fund --ignore-scripts >&2)
    cp "$pins" "$node_home/installed"
}

# checkout VARIABLE NAME VERSION ADDRESS fetches a public repository at a tag or a full commit id, once, and puts its
# folder into VARIABLE.
checkout() {
    local -n cloned_folder=$1
    cloned_folder="$cache/$2-$3"
    [ -f "$cloned_folder/.complete" ] && return
    rm -rf "$cloned_folder"
    { if [[ $3 =~ ^[0-9a-f]{40}$ ]]; then
        # A clone cannot begin at a commit, but a fetch can.
        git init --quiet "$cloned_folder" && git -C "$cloned_folder" fetch --quiet --depth 1 "$4" "$3" &&
            git -C "$cloned_folder" -c advice.detachedHead=false checkout --quiet FETCH_HEAD
    else
        git clone --quiet --depth 1 --branch "$3" "$4" "$cloned_folder"
    fi; } 2>"$scratch/git" ||
        die "cannot clone $4 at $3 (${2^^}_GIT names another place to clone from): $(cat "$scratch/git")"
    touch "$cloned_folder/.complete"
}
