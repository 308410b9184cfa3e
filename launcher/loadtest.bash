# Sourced by the launcher: the drills and the soak test, which start a private stack of their own.

# Runs the command $1 of the load test with the arguments $2….
run_loadtest() {
    local argument needs=(etcd)
    make_ready bench
    for argument in "$@"; do
        case $argument in --help | -h | --version | -V | --schedule) needs=() ;; esac
    done
    if [ ${#needs[@]} -gt 0 ]; then
        part install
        install_missing "${needs[@]}"
    fi
    run_java tool "$loadtest_jar" io.leasegate.loadtest.cli.LoadtestMain "$@"
}
