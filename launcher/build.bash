# Sourced by the launcher in a checkout: builds the jars when they are missing or older than what they are made from.

STAMP=target/leasegate.built # when the sources were read for the last build that this launcher made

# Whether anything below the folders and files $2… is newer than the jar $1 and than our last build.
older_than() {
    local jar=$1 newer
    shift
    [ -f "$jar" ] || return 0
    if [ -f "$home/$STAMP" ]; then
        newer=$(find "$@" -newer "$jar" -newer "$home/$STAMP" -print 2>/dev/null | head -n 1)
    else
        newer=$(find "$@" -newer "$jar" -print 2>/dev/null | head -n 1)
    fi
    [ -n "$newer" ]
}

build_needed() (
    cd "$home"
    older_than "$gateway_jar" pom.xml gateway-{core,server}/pom.xml gateway-{core,server}/src/main conf/leasegate.reference.conf \
        || older_than "$examples_jar" gateway-registrar/pom.xml examples/pom.xml gateway-registrar/src/main examples/src/main
)

# With the load test, too.
bench_build_needed() (
    cd "$home"
    older_than "$loadtest_jar" loadtest/pom.xml loadtest/src/main || build_needed
)

# Builds what the commands need; with argument bench, what the load test needs.
build_if_needed() {
    case ${1:-} in
        bench) build_where_needed bench_build_needed gateway-server,examples,loadtest ;;
        *) build_where_needed build_needed gateway-server,examples ;;
    esac
}

# Builds the modules $2 with what they depend on, if the function $1 says that it is needed.
build_where_needed() {
    local needed=$1 modules=$2
    if "$needed"; then
        part install
        install_missing jdk maven
        if has flock; then
            # The second of two that start at once waits here and then finds everything built.
            exec 9<"$home/pom.xml"
            if ! flock -n 9; then
                say "waiting for another build of this checkout"
                flock 9
            fi
            if "$needed"; then build "$modules"; fi
            exec 9<&-
        else
            build "$modules"
        fi
    fi
}

# Builds the modules $1. In a process of its own, so that the caller's folder and environment stay as they are.
build() (
    # To run something needs no tests; but the runner of the conformance suites is made of some of their parts.
    local log=target/leasegate-build.log began=$SECONDS status=0 skip=-Dmaven.test.skip=true
    case $1 in conformance) skip=-DskipTests ;; esac
    part progress
    find_java jdk
    export JAVA_HOME=$java_home # Maven uses this one, whatever it would choose by itself
    cd "$home"
    mkdir -p target
    say "building with JDK $java_version ($home/$log)"
    touch target/leasegate.began
    with_progress "$log" build_status mvn -B "$skip" package -pl "$1" -am || status=$?
    if [ "$status" -ne 0 ]; then
        grep -E '^\[(ERROR|FATAL)\]|^\[WARNING\] /' "$log" | awk "!seen[\$0]++" | head -n 20 >&2 || tail -n 30 "$log" >&2
        die "the build failed; the whole of it is in $home/$log"
    fi
    mv target/leasegate.began "$STAMP"
    say "built in $((SECONDS - began)) s"
    case $1 in
        gateway-server,*)
            part cache
            find_java any
            make_cache || say "the gateway will start more slowly than it could (./leasegate cache tries again)"
            ;;
    esac
)

build_status() {
    local module goal files
    module=$(sed -n 's/^\[INFO\] Building \([^ ]*\) .*\[\([0-9]*\/[0-9]*\)\]$/\1 (\2)/p' "$1" | tail -n 1)
    goal=$(sed -n 's/^\[INFO\] --- \([^ ]*\) .*/\1/p' "$1" | tail -n 1)
    files=$(grep -c '^Downloaded from\|^\[INFO\] Downloaded from' "$1" || :)
    case $goal in
        *:compile) goal='compiling' ;;
        *:testCompile) goal='compiling tests' ;;
        *:generate) goal='generating code' ;;
        *:jar | *:test-jar) goal='packing' ;;
        *:copy-dependencies) goal='collecting libraries' ;;
        '') goal= ;;
        *) goal='preparing' ;;
    esac
    printf '%s' "${module:-reading the project}${goal:+: $goal}"
    if [ "${files:-0}" -gt 0 ]; then printf ', %d files downloaded' "$files"; fi
}
