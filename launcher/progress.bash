# Sourced by the launcher: runs a long command with its output in a log, and says on standard error how far it is.

# with_progress LOG STATUS COMMAND [ARGUMENT…]: the function STATUS prints in a few words what LOG says is going on. The exit code is
# COMMAND's. On a terminal one line is rewritten; elsewhere a line is written for each change, and after 30 s without one.
with_progress() {
    local log=$1 status=$2 pid rc=0 began=$SECONDS said='' said_at=$SECONDS now
    shift 2
    : >"$log"
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    # A command in the background does not hear Ctrl-C by itself.
    trap 'stop_progress INT '"$pid" INT
    trap 'stop_progress TERM '"$pid" TERM
    trap 'stop_progress HUP '"$pid" HUP
    while kill -0 "$pid" 2>/dev/null; do
        now=$("$status" "$log" 2>/dev/null || :)
        if [ -t 2 ]; then
            printf '\r\033[K  %s … %d s' "${now:-starting}" $((SECONDS - began)) >&2
        elif [ -n "$now" ] && { [ "$now" != "$said" ] && [ $((SECONDS - said_at)) -ge 2 ] || [ $((SECONDS - said_at)) -ge 30 ]; }; then
            printf '  %s … %d s\n' "$now" $((SECONDS - began)) >&2
            said=$now said_at=$SECONDS
        fi
        sleep 0.3
    done
    if [ -t 2 ]; then printf '\r\033[K' >&2; fi
    wait "$pid" || rc=$?
    trap - INT TERM HUP
    return $rc
}

stop_progress() {
    local signal=$1 pid=$2
    trap '' INT TERM HUP
    if [ -t 2 ]; then printf '\n' >&2; fi
    say "stopping"
    kill -TERM "$pid" 2>/dev/null || :
    wait "$pid" 2>/dev/null || :
    trap - "$signal"
    kill -"$signal" $$
}
