#!/usr/bin/env bash
# Starts wavetank (in memory, and with a data directory), kinesalite and moto_server one after the other, and measures
# all with peers.py. Arguments go to peers.py. The numbers mean something only on a machine that does nothing else.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
checkout kinesalite kinesalite v3.3.3 "${KINESALITE_GIT:-https://github.com/mhart/kinesalite.git}"
[ -d "$kinesalite/node_modules/mocha" ] || (cd "$kinesalite" && npm install --silent --no-audit --no-fund --ignore-scripts >&2)
python_env moto

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# peer NAME COMMAND… starts a server that is given its port as the last argument.
peer() {
    local name=$1 port tries=0
    shift
    port=$(free_port)
    "$@" "$port" >"$scratch/$name.log" 2>&1 </dev/null &
    servers+=("$!")
    until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || die "$name does not answer: $(cat "$scratch/$name.log")"
        sleep 0.1
    done
    measured+=("$name=http://127.0.0.1:$port@$!")
}

measured=()
if [ -z "${PEERS_ONLY:-}" ]; then
    ours=""
    serve ours
    measured+=("wavetank=$ours@${servers[-1]}")
    serve ours --data-dir "$scratch/data"
    measured+=("wavetank-on-disk=$ours@${servers[-1]}")
fi
peer kinesalite node "$kinesalite/cli.js" --shardLimit 50 --createStreamMs 0 --port
peer moto "$(dirname "$python")/moto_server" -H 127.0.0.1 -p
python3 "$clients/peers.py" "$@" "${measured[@]}"
