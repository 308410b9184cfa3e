# Sourced by the launcher: makes the cache of loaded classes that `serve` starts from (JEP 483 and 514; before Java 25 an archive of
# application class-data sharing). A Java process takes a cache only if it is of the same build of Java and the same jars, so it is made
# where the gateway is to run.

cache() {
    case ${1:-} in
        '') ;;
        -h | --help)
            cat <<'EOT'
Usage: ./leasegate cache

Starts the whole stack once on free ports (see dev; with etcd if it is installed), calls it, and keeps what the gateway's Java has loaded
and linked in a file beside the jars, so that serve starts in a third of the time. A checkout does that whenever it builds. In an unpacked
release archive run it once, and again after an update of Java; without the file everything works all the same.
EOT
            return 0
            ;;
        *) say "cache: $1 (expected no arguments)"; return 2 ;;
    esac
    find_java any
    [ -n "$java_home" ] || die "cache: no Java $OLDEST_JAVA or newer found"
    make_cache || die "cache: the gateway's start could not be recorded (its last lines are above); serve works without, and starts slower"
}

# Makes the cache if it is missing or older than the jars. The caller has found a Java.
make_cache() (
    local registry=etcd folder began=$SECONDS
    find_cache
    if [ -z "$cache" ]; then say "cache: $java_home/release does not tell the version of that Java, so there is no cache for it"; return 0; fi
    # The JVM compares the path of a jar with the escaped one of its URL, and takes no class from the archive if they differ (so does 17; 25 does not).
    if [ "$java_version" -lt 25 ] && [[ ${gateway_jar%/*} == *[!A-Za-z0-9/._~+=,@:-]* ]]; then
        say "cache: Java $java_version uses none for jars in a folder like '${gateway_jar%/*}' (expected a path of letters, digits and /._~+=,@:- alone, or Java 25)"
        return 0
    fi
    if cache_fits; then return 0; fi
    [ -w "${cache%/*}" ] || { say "cache: ${cache%/*} cannot be written"; return 1; }
    if ! has "${LEASEGATE_ETCD:-etcd}" && [ ! -x "${LEASEGATE_ETCD:-etcd}" ]; then registry=static; fi
    folder=$(mktemp -d "${TMPDIR:-/tmp}/leasegate-cache-XXXXXX")
    trap 'rm -rf "$folder"' EXIT
    # Each line is a call; with the last one the stack stops, and the gateway writes the file before it ends.
    printf '\nAda\nAda, Grace\n' | JAVA_HOME=$java_home LEASEGATE_SKIP_BUILD=yes LEASEGATE_JAVA_OPTS= LEASEGATE_RECORD=$folder/cache \
        "$home/leasegate" dev --registry "$registry" --port 0 --admin-port 0 --etcd-port 0 --stop-limit 120 >"$folder/log" 2>&1 \
        && [ -s "$folder/cache" ] || { tail -n 15 "$folder/log" >&2; return 1; }
    # A file system of its own for temporary files is usual: first the copy, then the name.
    cp "$folder/cache" "$cache.new" && mv "$cache.new" "$cache"
    say "the gateway's start is recorded for Java $java_version ($((SECONDS - began)) s)"
)
