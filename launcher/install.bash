# Sourced by the launcher: finds what is missing of the tools that are not part of Leasegate (a JDK, Maven, etcd), and installs it with
# apt on Debian and Ubuntu where that is allowed (as root, or with a sudo that asks for no password). Elsewhere it says what to install.

OLDEST_MAVEN="3.8.1"

has() { command -v "$1" >/dev/null 2>&1; }

# Fills the array `missing` with those of the tools $@ (java, jdk, maven, etcd; haproxy, nginx, nghttpx, venv) that are not there.
find_missing() {
    local tool
    missing=()
    for tool in "$@"; do
        case $tool in
            java) find_java any; [ -n "$java_home" ] || missing+=(java) ;;
            jdk) find_java jdk; [ -n "$java_home" ] || missing+=(jdk) ;;
            maven) has mvn || missing+=(maven) ;;
            etcd) has "${LEASEGATE_ETCD:-etcd}" || missing+=(etcd) ;;
            haproxy | nginx | nghttpx) has "$tool" || [ -x "/usr/sbin/$tool" ] || missing+=("$tool") ;;
            venv) find_python || missing+=(venv) ;;
        esac
    done
}

# Sets `python` to a Python that can make a virtual environment.
find_python() {
    for python in /usr/bin/python3 python3; do
        if has "$python" && "$python" -c 'import ensurepip, venv' 2>/dev/null; then return 0; fi
    done
    python=
    return 1
}

# Sees to it that the tools $@ are there, or ends with exit code 1.
install_missing() {
    find_missing "$@"
    if [ ${#missing[@]} -eq 0 ]; then return 0; fi
    if [ -n "${LEASEGATE_ETCD:-}" ]; then
        case " ${missing[*]} " in *" etcd "*) die "LEASEGATE_ETCD is $LEASEGATE_ETCD, which cannot be run: let it name an etcd binary, or unset it" ;; esac
    fi
    if has apt-get && has dpkg && can_be_root; then
        apt_install "${missing[@]}"
        find_missing "$@"
        if [ ${#missing[@]} -eq 0 ]; then return 0; fi
    fi
    tell_what_to_install "${missing[@]}"
    exit 1
}

# What dev needs: a JDK and Maven when it must build, a Java in any case, and etcd unless its arguments say that it runs without.
install_for_dev() {
    local argument needs=(java) before=
    if [ "$checkout" ]; then
        part build
        if build_needed; then needs=(jdk maven); fi
    fi
    for argument in "$@"; do
        case $before$argument in *--help | *-h | --registrystatic | --registry=static) install_missing "${needs[@]}"; return 0 ;; esac
        before=
        if [ "$argument" = --registry ]; then before=$argument; fi
    done
    install_missing "${needs[@]}" etcd
}

can_be_root() { [ "$(id -u)" -eq 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }

apt_install() {
    local log status=0
    log=$(mktemp "${TMPDIR:-/tmp}/leasegate-install-XXXXXX")
    say "installing what is missing with apt-get: $*"
    part progress
    with_progress "$log" apt_status apt_as_root "$@" || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 15 "$log" >&2
        rm -f "$log"
        say "apt-get failed (its last lines are above)"
        return 0
    fi
    grep '^leasegate: ' "$log" >&2 || :
    rm -f "$log"
}

# Run in a process of its own, which it becomes.
apt_as_root() {
    if [ "$(id -u)" -eq 0 ]; then exec bash "$home/launcher/apt.bash" "$@"; else exec sudo -n bash "$home/launcher/apt.bash" "$@"; fi
}

apt_status() {
    local line
    line=$(grep -E '^(Get:|Unpacking |Setting up |Processing triggers for |Hit:)' "$1" | tail -n 1)
    case $line in
        '') printf 'asking for packages' ;;
        Get:* | Hit:*) printf 'downloading packages (%d so far)' "$(grep -c '^Get:' "$1")" ;;
        *) printf '%s' "$line" | sed 's/ (.*//; s/ \.\.\.$//; s/^\(.\)/\1/' ;;
    esac
}

tell_what_to_install() {
    local tool id=
    say "missing, and not installed by this command on this system:"
    for tool in "$@"; do
        case $tool in
            java) printf '  Java %s or newer (%s is best): a runtime is enough\n' "$OLDEST_JAVA" "$TUNED_JAVA" ;;
            jdk) printf '  a JDK, version %s or newer (%s is best)\n' "$OLDEST_JAVA" "$TUNED_JAVA" ;;
            maven) printf '  Maven %s or newer (the command mvn)\n' "$OLDEST_MAVEN" ;;
            etcd) printf '  etcd 3.4 or newer (the command etcd; or let LEASEGATE_ETCD name the binary)\n' ;;
            venv) printf '  Python 3 with its module venv\n' ;;
            *) printf '  %s\n' "$tool" ;;
        esac
    done >&2
    if [ -r /etc/os-release ]; then id=$(. /etc/os-release && printf '%s %s' "${ID:-}" "${ID_LIKE:-}"); fi
    if [ "$(uname -s)" = Darwin ]; then id=darwin; fi
    case " $* " in *" haproxy "* | *" nginx "* | *" nghttpx "* | *" venv "*) return 0 ;; esac
    printf 'Install it with:\n  %s\n' "$(install_line "$id" "$@")" >&2
    case " $* " in
        *" etcd "*) printf 'Without etcd, the same stack runs on the built-in static registry: ./leasegate dev --registry static\n' >&2 ;;
    esac
}

# Prints the command that installs the tools $2… on the system with the identifiers $1.
install_line() {
    local id=" $1 " names
    shift
    names=" $* "
    case $id in
        *" darwin "*) printf 'brew install%s' "$(package_names openjdk openjdk maven etcd "$names")" ;;
        *" debian "* | *" ubuntu "*)
            printf 'sudo apt-get update && sudo apt-get install --no-install-recommends%s' "$(package_names default-jre-headless default-jdk-headless maven etcd-server "$names")"
            case $names in *" etcd "*) printf '\n  sudo systemctl disable --now etcd    # the package starts a system etcd, which Leasegate does not need' ;; esac
            ;;
        *" fedora "* | *" rhel "* | *" centos "*) printf 'sudo dnf install%s' "$(package_names java-21-openjdk-headless java-21-openjdk-devel maven etcd "$names")" ;;
        *" suse "* | *" opensuse "*) printf 'sudo zypper install%s' "$(package_names java-21-openjdk-headless java-21-openjdk-devel maven etcd "$names")" ;;
        *" alpine "*) printf 'sudo apk add%s' "$(package_names openjdk21-jre-headless openjdk21-jdk maven etcd "$names")" ;;
        *" arch "*) printf 'sudo pacman -S%s' "$(package_names jre21-openjdk-headless jdk21-openjdk maven etcd "$names")" ;;
        *) printf '(the package manager of this system, or the downloads at https://adoptium.net, https://maven.apache.org and https://etcd.io)' ;;
    esac
}

# Prints " NAME" for each of the tools java, jdk, maven and etcd (packages $1 to $4) that is in the list $5.
package_names() {
    case $5 in *" java "*) printf ' %s' "$1" ;; esac
    case $5 in *" jdk "*) printf ' %s' "$2" ;; esac
    case $5 in *" maven "*) printf ' %s' "$3" ;; esac
    case $5 in *" etcd "*) printf ' %s' "$4" ;; esac
}
