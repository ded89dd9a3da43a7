#!/bin/sh
# Makes .venv beside README.md and installs nacdesk in it. Can be run again: what is there is left alone.
#   sh resources/setup.sh           the program
#   sh resources/setup.sh --test    the program and what its tests need
set -eu

say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

extras=""
case "${1:-}" in
    "") ;;
    --test) extras="[test]" ;;
    *) printf '%s\n' "Usage: sh resources/setup.sh [--test]" >&2; exit 2 ;;
esac

cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin:/sbin" # ldconfig, for an ordinary user of Debian

# --- What the system lacks -------------------------------------------------------------------

# The first Python that is new enough; `old` names one that is not.
python="" old=""
find_python() {
    python="" old=""
    for candidate in python3.13 python3.12 python3.11 python3; do
        version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            python=$candidate
            return
        fi
        old="$(command -v "$candidate") is Python $version"
    done
}

# Prints the package of each library that the system lacks.
lacking() {
    for pair in "$@"; do
        case "$libraries" in
            *"${pair#*=} "*) ;;
            *) printf ' %s' "${pair%%=*}" ;;
        esac
    done
}

made() { .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python
if [ -z "$python" ] && [ -n "$old" ] && ! made; then
    stop "nacdesk needs Python 3.11 or newer; $old. Nothing was changed. Install a newer Python beside it and run this again."
fi

needed="" wished=""
if made; then
    : # Python and venv are there
elif [ -z "$python" ]; then
    needed=" python3 python3-venv"
elif ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    if [ "$python" = python3 ]; then needed=" python3-venv"; else needed=" $python-venv"; fi
fi
if [ "$(uname -s)" = Linux ] && command -v ldconfig >/dev/null; then
    libraries=$(ldconfig -p | awk '{ printf "%s ", $1 }')
    needed="$needed$(lacking libgl1=libGL.so.1 libegl1=libEGL.so.1 libfontconfig1=libfontconfig.so.1 libdbus-1-3=libdbus-1.so.3 \
        libglib2.0-0=libglib-2.0.so.0 libxkbcommon0=libxkbcommon.so.0)"
    # Only for a window on a real display; pictures and handouts do without.
    wished="$(lacking libxkbcommon-x11-0=libxkbcommon-x11.so.0 libxcb-cursor0=libxcb-cursor.so.0 libxcb-icccm4=libxcb-icccm.so.4 \
        libxcb-keysyms1=libxcb-keysyms.so.1 libxcb-shape0=libxcb-shape.so.0)"
fi

if [ -n "$needed$wished" ]; then
    root=""
    [ "$(id -u)" -eq 0 ] || root="sudo "
    # shellcheck disable=SC2086 # a list of words
    if command -v apt-get >/dev/null && { [ -z "$root" ] || sudo -n true 2>/dev/null; }; then
        say "Installing$needed$wished"
        ${root}apt-get update -q
        ${root}env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $needed$wished
    elif [ -n "$needed" ]; then
        say "The system lacks$needed. Nothing was installed. Run this once, then this script again:" >&2
        stop "    sudo apt-get install$needed$wished"
    else
        say "For a window on this display the system lacks$wished. Run this once:"
        say "    sudo apt-get install$wished"
    fi
    find_python
    [ -n "$python" ] || made || stop "nacdesk needs Python 3.11 or newer; ${old:-none was found}."
fi

# --- The environment -------------------------------------------------------------------------

made || "$python" -m venv --clear .venv

# What was installed last; equal means that there is nothing to do and no network is needed.
stamp=.venv/nacdesk-setup
wanted="$extras $(cat pyproject.toml resources/constraints.txt | cksum)"
if [ ! -f "$stamp" ] || ! grep -qxF -e "$wanted" "$stamp" || ! .venv/bin/python -c 'import nacdesk' 2>/dev/null; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint resources/constraints.txt --editable ".$extras"
    say "$wanted" > "$stamp"
    [ -z "$extras" ] || say "${wanted#"$extras"}" >> "$stamp" # the tests' environment is the program's too
fi
say "nacdesk is ready: .venv/bin/nacdesk"
