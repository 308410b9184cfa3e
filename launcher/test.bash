# Sourced by the launcher in a checkout: builds everything and runs every test, as CI does.

run_tests() {
    local jdks=all home_of names=() began total_began=$SECONDS
    while [ $# -gt 0 ]; do
        case $1 in
            --jdk) jdks=${2:-}; shift ;;
            --jdk=*) jdks=${1#--jdk=} ;;
            -h | --help) test_help; return 0 ;;
            *) break ;;
        esac
        shift
    done
    case $jdks in all | newest | [1-9]*) ;; *) say "test: --jdk $jdks (expected all, newest or a version such as 17)"; exit 2 ;; esac
    part install
    install_missing jdk maven etcd
    if [ -n "${LEASEGATE_ETCD:-}" ]; then export LEASEGATE_ETCD; fi
    cd "$home"
    choose_jdks "$jdks"
    began=$SECONDS
    export JAVA_HOME=${chosen[0]}
    java_major "$JAVA_HOME"
    say "building and testing with JDK $major ($JAVA_HOME)"
    verify "$@"
    names+=("JDK $major in $((SECONDS - began)) s")
    for home_of in "${chosen[@]:1}"; do
        began=$SECONDS
        java_major "$home_of"
        say "testing on JDK $major ($home_of)"
        # The classes are there already and stay as they are; only the JVM that runs the tests is another one.
        verify -Dspotless.check.skip=true "-Djvm=$home_of/bin/java" "$@"
        names+=("JDK $major in $((SECONDS - began)) s")
    done
    if [ $# -eq 0 ]; then
        fuzz_shortly
        run_suites
    fi
    printf -v home_of ', %s' "${names[@]}"
    say "all tests passed: ${home_of#, } ($((SECONDS - total_began)) s in all)"
}

# Some new inputs for the codec; those that are kept have been played by the tests (gateway-core/src/test/fuzz).
fuzz_shortly() {
    local began=$SECONDS
    say "trying new inputs on the codec (./leasegate fuzz --help)"
    part fuzz
    (run_fuzz --built all 7) || exit 1
    names+=("new inputs in $((SECONDS - began)) s")
}

# The suites that others wrote. Their tools come with Go; the library of some clients with Python and Node.
run_suites() {
    local began=$SECONDS
    if ! has go; then
        say "Go is not here, so the suites of others are left out (./leasegate conformance tells more)"
        return 0
    fi
    say "running the suites of others (docs/conformance.md)"
    part conformance
    (LEASEGATE_SKIP_BUILD=yes run_conformance --skip-missing) || die "a suite of others failed (./leasegate conformance SUITE runs one alone)"
    names+=("the suites of others in $((SECONDS - began)) s")
}

verify() {
    rm -rf ./*/target/surefire-reports
    mvn -B --no-transfer-progress verify "$@" || die "mvn verify failed; the tests' own output is in MODULE/target/surefire-reports"
}

# Sets the array `chosen`: the JDK that builds and tests, then the one that the tests run on again: the oldest supported one, if it is here
# too and is not the same. What works on the two ends works between them, and a third run would cost as much time again.
choose_jdks() {
    local dir oldest='' oldest_major=9999
    if [ "$1" != all ] && [ "$1" != newest ]; then
        find_jdk_of "$1"
        return 0
    fi
    find_java jdk
    chosen=("$java_home")
    if [ "$1" = newest ] || [ -n "${JAVA_HOME:-}" ]; then return 0; fi
    while IFS= read -r dir; do
        java_major "$dir"
        if [ -x "$dir/bin/javac" ] && [ "$major" -ge "$OLDEST_JAVA" ] && [ "$major" -lt "$oldest_major" ]; then
            oldest=$dir oldest_major=$major
        fi
    done < <(java_places)
    if [ -n "$oldest" ] && [ "$oldest_major" -ne "$java_version" ]; then chosen+=("$oldest"); fi
}

find_jdk_of() {
    local dir
    while IFS= read -r dir; do
        java_major "$dir"
        if [ "$major" = "$1" ] && [ -x "$dir/bin/javac" ]; then chosen=("$dir"); return 0; fi
    done < <(java_places)
    die "test: no JDK $1 found (a JDK that is not in a usual place can be named with JAVA_HOME)"
}

test_help() {
    cat <<'EOF'
Usage: ./leasegate test [--jdk all|newest|VERSION] [MAVEN ARGUMENT…]

Builds everything and runs every test and check (mvn verify), after installing what is missing of a JDK, Maven and etcd where that can be
done; then half a minute of new inputs for the codec (./leasegate fuzz) and, where Go is present, the suites that others wrote
(./leasegate conformance). With Maven arguments, Maven alone runs.

With --jdk all (the default) the tests run on the newest JDK found and again on the oldest supported one, if it is another; newest or a
version takes one. JAVA_HOME, if set, names the only one.
EOF
}
