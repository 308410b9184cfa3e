# Sourced by the launcher: the side-by-side load test, and the installation of the proxies that it compares with.

bench() {
    local argument before='' needs=(etcd) stderr=none
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
    exec "$java_home/bin/java" "${options[@]}" "-Dleasegate.home=$home" "-Dleasegate.peers=$peers" "-Dleasegate.stderr=$stderr" \
        -cp "$loadtest_jar" io.leasegate.loadtest.cli.BenchMain "$@"
}
