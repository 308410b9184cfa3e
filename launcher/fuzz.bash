# Sourced by the launcher in a checkout: runs the fuzzer (Jazzer) on the targets in gateway-core's tests.

FUZZ_TARGETS='frames hpack server client'

run_fuzz() {
    local build=yes target=all time=60 seconds name
    while [ $# -gt 0 ]; do
        case $1 in
            --built) build= ;; # `test` has built what is there
            -h | --help) fuzz_help; return 0 ;;
            -*) say "fuzz: unknown option $1 (fuzz --help tells what there is)"; exit 2 ;;
            *) break ;;
        esac
        shift
    done
    target=${1:-all} time=${2:-60}
    case " all $FUZZ_TARGETS " in *" $target "*) ;; *) say "fuzz: no target $target (expected all, ${FUZZ_TARGETS// /, })"; exit 2 ;; esac
    case $time in
        *[!0-9smh]* | [smh]* | '') say "fuzz: TIME $time (expected seconds, or a number with s, m or h)"; exit 2 ;;
        *h) seconds=$((${time%h} * 3600)) ;;
        *m) seconds=$((${time%m} * 60)) ;;
        *) seconds=${time%s} ;;
    esac
    find_java jdk
    cd "$home"
    if [ "$build" ]; then build_fuzz; fi
    if [ "$target" = all ]; then target=$FUZZ_TARGETS; fi
    for name in $target; do fuzz_one "$name" "$seconds"; done
}

build_fuzz() {
    local log=target/leasegate-build.log status=0
    part install
    part progress
    part build
    install_missing jdk maven
    mkdir -p target
    JAVA_HOME=$java_home with_progress "$log" build_status mvn -B -DskipTests package -pl gateway-core || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 30 "$log" >&2
        die "the build failed; the whole of it is in $home/$log"
    fi
}

# Inputs that reach something new are collected in target/fuzz/NAME, so a later run goes on from there; those that are kept are read too.
fuzz_one() {
    local name=$1 seconds=$2 class kept=gateway-core/src/test/fuzz/$1 work=target/fuzz/$1 log=target/fuzz/$1.log status=0
    case $name in
        frames) class=io.leasegate.h2.codec.FramesFuzz ;;
        hpack) class=io.leasegate.h2.hpack.HpackFuzz ;;
        server) class=io.leasegate.h2.codec.ServerFuzz ;;
        client) class=io.leasegate.h2.codec.ClientFuzz ;;
    esac
    mkdir -p "$work"
    "$java_home/bin/java" -Xmx1g -XX:+EnableDynamicAgentLoading \
        -cp "gateway-core/target/test-classes:gateway-core/target/classes:$(cat gateway-core/target/fuzz.classpath)" \
        com.code_intelligence.jazzer.Jazzer "--target_class=$class" '--instrumentation_includes=io.leasegate.h2.**' \
        '--custom_hook_includes=none.**' "--reproducer_path=$work" "-artifact_prefix=$work/" "-max_total_time=$seconds" \
        -max_len=3000 -len_control=0 -timeout=60 -rss_limit_mb=4096 "$work" "$kept" >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        grep -A 15 '^== Java Exception' "$log" >&2 || tail -n 20 "$log" >&2
        die "fuzz $name found something; the input is named at the end of $home/$log. Copy it to $kept, and a test plays it again"
    fi
    say "fuzz $name: $(sed -n 's/^Done \(.*\)/\1/p' "$log"), $(find "$work" "$kept" -type f | wc -l | tr -d ' ') inputs known"
}

fuzz_help() {
    cat <<'EOF'
Usage: ./leasegate fuzz [TARGET [TIME]]

Tries inputs on the HTTP/2 codec with Jazzer for TIME (60 s; 10m, 2h, …) and stops at the first that breaks a rule.

  frames   the frame parser: any bytes mean the same, wherever they are cut
  hpack    header compression, against Netty's decoder and back through our encoder
  server   a whole connection with a client at its other end: frames legal, rude and wild, cuts, full sockets
  client   the same with an instance
  all      one after the other, TIME for each (the default)

What it collects stays in target/fuzz, and the next run goes on from there. Inputs worth keeping are in gateway-core/src/test/fuzz/TARGET;
CodecInputsTest plays them in every build.
EOF
}
