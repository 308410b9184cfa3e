#!/usr/bin/env bash
# Run as root by the launcher: installs the tools $@ (java, jdk, maven, etcd) with apt-get, without starting a daemon.
#
# Debian's etcd-server starts a system etcd on port 2379 as it is installed, and at every boot. A policy-rc.d that denies that stands for
# the time of the installation; an administrator's own is respected and left alone. What was started all the same is stopped, and the
# service that came with our installation is disabled; a package that was there before is not touched.
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

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

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

# Prints the packages for the tools $@; fails when the lists of packages know none for one of them.
packages_for() {
    local tool
    for tool in "$@"; do
        case $tool in
            java) first_candidate openjdk-25-jre-headless openjdk-21-jre-headless openjdk-17-jre-headless || return 1 ;;
            jdk) first_candidate openjdk-25-jdk-headless openjdk-21-jdk-headless openjdk-17-jdk-headless || return 1 ;;
            maven) first_candidate maven || return 1 ;;
            etcd) first_candidate etcd-server etcd || return 1 ;;
        esac
    done
}

# The service that our installation brought: not running, and not at the next start of the machine either.
put_etcd_to_rest() {
    if command -v systemctl >/dev/null; then
        systemctl disable etcd.service || :
        if [ -d /run/systemd/system ]; then systemctl stop etcd.service || :; fi
    fi
    if [ -x /etc/init.d/etcd ]; then
        if command -v update-rc.d >/dev/null; then update-rc.d etcd disable || :; fi
        /etc/init.d/etcd stop || :
    fi
    echo "leasegate: the system service etcd is left stopped and disabled (sudo systemctl enable --now etcd starts it)"
}

main() {
    local packages=() list had_etcd=
    trap restore_policy EXIT
    trap 'exit 143' TERM
    if ! list=$(packages_for "$@"); then
        "${APT[@]}" update
        list=$(packages_for "$@") || { echo "E: no package for one of: $*"; exit 100; }
    fi
    # shellcheck disable=SC2206 # one package a line
    packages=($list)
    if installed etcd-server || installed etcd; then had_etcd=yes; fi
    deny_daemons
    if ! "${APT[@]}" install --no-install-recommends "${packages[@]}"; then
        # The lists may be older than what the mirror has now.
        "${APT[@]}" update
        "${APT[@]}" install --no-install-recommends "${packages[@]}"
    fi
    case " $* " in *" etcd "*) if [ ! "$had_etcd" ]; then put_etcd_to_rest; fi ;; esac
}

main "$@"
