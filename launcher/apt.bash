#!/usr/bin/env bash
# Run as root by the launcher: installs the tools $@ (java, jdk, maven, etcd, and for bench haproxy, nginx, nghttpx, venv) with apt-get,
# without starting a daemon.
#
# Debian's etcd-server starts a system etcd on port 2379 as it is installed, and at every boot; the packages of the proxies do the same. A
# policy-rc.d that denies that stands for the time of the installation; an administrator's own is respected and left alone. What was started
# all the same is stopped, and the services that came with our installation are disabled; a package that was there before is not touched.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

POLICY=/usr/sbin/policy-rc.d
MARK='# Put here by leasegate for the time of an installation; safe to delete.'
APT=(apt-get -o DPkg::Lock::Timeout=300 -y)

made_policy=
exec 8</usr/sbin
if command -v flock >/dev/null; then flock 8; fi # two installations at once would remove each other's policy

deny_daemons() {
    # One with our mark was left by an installation that was killed.
    if [ ! -e "$POLICY" ] || grep -qxF "$MARK" "$POLICY"; then
        made_policy=yes
        printf '#!/bin/sh\n%s\nexit 101\n' "$MARK" >"$POLICY"
        chmod 755 "$POLICY"
    fi
}

restore_policy() { if [ "$made_policy" ]; then rm -f "$POLICY"; fi; }

# Whether there is a version of package $1 that can be installed.
candidate() {
    case $(apt-cache policy "$1" 2>/dev/null) in
        *'Candidate: ('*) return 1 ;;
        *'Candidate: '*) return 0 ;;
        *) return 1 ;;
    esac
}

first_candidate() {
    local name
    for name in "$@"; do
        if candidate "$name"; then printf '%s\n' "$name"; return 0; fi
    done
    return 1
}

# Whether the machine has the service $1 before we install anything.
had_service() { [ -e "/etc/init.d/$1" ] || [ -e "/lib/systemd/system/$1.service" ] || [ -e "/etc/systemd/system/$1.service" ]; }

# Prints the packages for the tools $@; fails when the lists of packages know none for one of them.
packages_for() {
    local tool
    for tool in "$@"; do
        case $tool in
            java) first_candidate openjdk-25-jre-headless openjdk-21-jre-headless openjdk-17-jre-headless || return 1 ;;
            jdk) first_candidate openjdk-25-jdk-headless openjdk-21-jdk-headless openjdk-17-jdk-headless || return 1 ;;
            maven) first_candidate maven || return 1 ;;
            etcd) first_candidate etcd-server etcd || return 1 ;;
            haproxy) first_candidate haproxy || return 1 ;;
            nginx) first_candidate nginx-light nginx || return 1 ;;
            nghttpx) first_candidate nghttp2-proxy || return 1 ;;
            venv) first_candidate python3-venv || return 1 ;;
        esac
    done
}

# Prints the system service that comes with tool $1, if there is one.
service_of() {
    case $1 in etcd | haproxy | nginx | nghttpx) printf '%s\n' "$1" ;; esac
}

# The service $1, which our installation brought: not running, and not at the next start of the machine either.
put_to_rest() {
    if command -v systemctl >/dev/null; then
        systemctl disable "$1.service" || :
        if [ -d /run/systemd/system ]; then systemctl stop "$1.service" || :; fi
    fi
    if [ -x "/etc/init.d/$1" ]; then
        if command -v update-rc.d >/dev/null; then update-rc.d "$1" disable || :; fi
        "/etc/init.d/$1" stop || :
    fi
    echo "leasegate: the system service $1 is left stopped and disabled (sudo systemctl enable --now $1 starts it)"
}

main() {
    local packages=() list tool service had=' '
    trap restore_policy EXIT
    trap 'exit 143' TERM
    if ! list=$(packages_for "$@"); then
        "${APT[@]}" update
        list=$(packages_for "$@") || { echo "E: no package for one of: $*"; exit 100; }
    fi
    # shellcheck disable=SC2206 # one package a line
    packages=($list)
    for tool in "$@"; do
        service=$(service_of "$tool")
        if [ "$service" ] && had_service "$service"; then had="$had$service "; fi
    done
    deny_daemons
    if ! "${APT[@]}" install --no-install-recommends "${packages[@]}"; then
        # The lists may be older than what the mirror has now.
        "${APT[@]}" update
        "${APT[@]}" install --no-install-recommends "${packages[@]}"
    fi
    for tool in "$@"; do
        service=$(service_of "$tool")
        case $had in *" ${service:-none} "*) continue ;; esac
        if [ "$service" ]; then put_to_rest "$service"; fi
    done
}

main "$@"
