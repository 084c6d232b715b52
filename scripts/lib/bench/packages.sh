# shellcheck shell=bash
# Sourced by scripts/bench: installs what the benchmark needs and the machine does not have.

# bench_need COMMAND:PACKAGE...
# Installs the packages of the commands that are missing. A service that comes with a package is not started: the
# benchmark starts its own, in its own namespaces.
bench_need() {
    local pair missing=()
    for pair in "$@"; do
        if ! PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null; then
            missing+=("${pair#*:}")
        fi
    done
    if [[ ${#missing[@]} -eq 0 ]]; then
        return 0
    fi
    if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
        echo "scripts/bench: missing: ${missing[*]} (Debian package names); install them and start again" >&2
        return 1
    fi
    echo "scripts/bench: installing ${missing[*]}" >&2
    (
        # Debian's own switch against starting services at installation; one that is there already is left as it is.
        policy=/usr/sbin/policy-rc.d
        if [[ ! -e $policy ]]; then
            trap 'rm -f "$policy"' EXIT
            printf '#!/bin/sh\nexit 101\n' >"$policy"
            chmod +x "$policy"
        fi
        export DEBIAN_FRONTEND=noninteractive
        if ! apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
            apt-get update -qq >&2
            apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
        fi
    )
}
