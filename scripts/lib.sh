# Shell functions that scripts/run, scripts/test and scripts/lint share: packages, build, private cluster, processes.
# SPDX-License-Identifier: Apache-2.0
# Sourced by bash, never run. Expects `set -euo pipefail`.

LANTIK_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
PG_BIN=/usr/lib/postgresql/15/bin

say() {
	printf '\n== %s\n' "$*"
}

fail() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# --- packages -------------------------------------------------------------------------------------------------------

# packages SET...: the packages of these sets that are not installed, one a line
missing_packages() {
	local set package rest wanted=" $* "
	while read -r set package rest; do
		[[ $set != '#' && $wanted == *" $set "* ]] || continue
		[[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) == installed ]] || echo "$package"
	done <"$LANTIK_ROOT/scripts/packages"
}

# as_root COMMAND...: directly, or with sudo; fails when there is neither
as_root() {
	if [[ $(id -u) -eq 0 ]]; then
		"$@"
	else
		sudo -- "$@"
	fi
}

can_be_root() {
	[[ $(id -u) -eq 0 ]] && return 0
	command -v sudo >/dev/null || return 1
	sudo -n true 2>/dev/null || [[ -t 0 ]]
}

# Debian's server package makes and starts a cluster of its own; we want its programs only.
forbid_system_cluster() {
	local file=/etc/postgresql-common/createcluster.conf
	[[ -e $file ]] && return 0
	as_root sh -c "mkdir -p ${file%/*} && echo 'create_main_cluster = false' > $file"
}

# A policy that lets no installed package start a service, unless the machine has one of its own.
without_services() {
	local policy=/usr/sbin/policy-rc.d status=0
	if [[ -e $policy ]]; then
		"$@"
		return
	fi
	as_root sh -c "printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy"
	"$@" || status=$?
	as_root rm -f "$policy"
	return "$status"
}

apt_get() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
		-o Dpkg::Options::=--force-confold "$@"
}

# install_packages SET...: installs what is missing, or prints the one line that would and stops
install_packages() {
	local missing
	read -r -d '' -a missing <<<"$(missing_packages "$@")" || true
	[[ ${#missing[@]} -eq 0 ]] && return 0
	if ! can_be_root; then
		printf 'Missing packages. As root, run:\n\n  apt-get install --no-install-recommends %s\n\n' "${missing[*]}" >&2
		printf 'and start %s again.\n' "$0" >&2
		exit 1
	fi
	say "installing ${missing[*]}"
	forbid_system_cluster
	apt_get update
	without_services apt_get install --no-install-recommends "${missing[@]}"
}

# --- build ----------------------------------------------------------------------------------------------------------

# build PRESET [TARGET...]; TESTS=OFF leaves out the tests and what they need
build() {
	local preset=$1
	shift
	say "building ($preset)"
	(
		cd "$LANTIK_ROOT"
		cmake --preset "$preset" -D "LANTIK_TESTS=${TESTS:-ON}" >"/tmp/lantik-cmake.$$" 2>&1 || {
			cat "/tmp/lantik-cmake.$$"
			rm -f "/tmp/lantik-cmake.$$"
			exit 1
		}
		rm -f "/tmp/lantik-cmake.$$"
		cmake --build "build/$preset" ${1:+--target "$@"}
	)
}

# --- a private PostgreSQL cluster -----------------------------------------------------------------------------------

# PostgreSQL refuses to run as root: then the user of Debian's package runs it.
cluster_user() {
	if [[ $(id -u) -eq 0 ]]; then
		echo postgres
	else
		id -un
	fi
}

as_cluster_user() {
	if [[ $(id -u) -eq 0 ]]; then
		setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
	else
		"$@"
	fi
}

# cluster_directory VAR: where the data of the cluster stands. VAR/cluster, or, when the user of the cluster cannot
# reach it (a clone below /root), a directory of its own that VAR/cluster then points to.
cluster_directory() {
	local var=$1 directory
	directory=$var/cluster
	if [[ ! -e $directory ]]; then
		rm -f "$directory"
		if (cd / && as_cluster_user test -x "$var"); then
			mkdir -m 0700 "$directory"
		else
			local elsewhere
			elsewhere=$(mktemp -d /var/tmp/lantik-cluster.XXXXXX)
			ln -sfn "$elsewhere" "$directory"
		fi
		[[ $(id -u) -ne 0 ]] || chown postgres:postgres "$directory/."
	fi
	realpath "$directory"
}

# make_cluster DIRECTORY: initdb, unless it is there already
make_cluster() {
	[[ -e $1/PG_VERSION ]] && return 0
	[[ -z $(ls -A "$1") ]] || as_cluster_user find "$1" -mindepth 1 -delete
	say "making a private PostgreSQL cluster"
	(cd / && as_cluster_user "$PG_BIN/initdb" --pgdata="$1" --username=postgres --encoding=UTF8 --locale=C.UTF-8 \
		--data-checksums --auth-local=trust --auth-host=reject --no-instructions >/dev/null)
}

# start_cluster DIRECTORY SOCKET_DIRECTORY LOG: sets CLUSTER_PID; the server is a child of this shell, in a session of
# its own, so that Ctrl-C reaches us alone and we stop things in order
start_cluster() {
	local before
	before=$(head -n 1 "$1/postmaster.pid" 2>/dev/null || true)
	if [[ -n $before && $(tr '\0' ' ' <"/proc/$before/cmdline" 2>/dev/null || true) == *" -D $1 "* ]]; then
		fail "a PostgreSQL server of an earlier run still uses $1; end it with: kill -INT $before"
	fi
	[[ $(id -u) -ne 0 ]] || chown postgres:postgres "$2"
	(
		cd /
		exec setsid $([[ $(id -u) -ne 0 ]] || echo setpriv --reuid=postgres --regid=postgres --clear-groups) \
			"$PG_BIN/postgres" -D "$1" -k "$2" -c listen_addresses= -c fsync=on -c synchronous_commit=on \
			-c log_parameter_max_length=0 -c log_parameter_max_length_on_error=0 -c log_min_error_statement=panic \
			-c log_error_verbosity=terse
	) >>"$3" 2>&1 9>&- </dev/null &
	CLUSTER_PID=$!
	wait_until 60 "PostgreSQL (log: $3)" "$CLUSTER_PID" "$PG_BIN/pg_isready" -q -h "$2" -U postgres -d postgres
}

# --- processes ------------------------------------------------------------------------------------------------------

# wait_until SECONDS WHAT PID COMMAND...: polls until COMMAND succeeds; gives up at the deadline or when PID ends
wait_until() {
	local deadline=$((SECONDS + $1)) what=$2 pid=$3
	shift 3
	until "$@"; do
		kill -0 "$pid" 2>/dev/null || fail "$what ended before it was ready"
		((SECONDS < deadline)) || fail "$what was not ready in time"
		sleep 0.1
	done
}

# stop_process PID SIGNAL SECONDS: a child of this shell; KILL after the deadline
stop_process() {
	local pid=$1 deadline=$((SECONDS + $3))
	kill -0 "$pid" 2>/dev/null || return 0
	kill -s "$2" "$pid" 2>/dev/null || true
	while kill -0 "$pid" 2>/dev/null; do
		if ((SECONDS >= deadline)); then
			kill -s KILL "$pid" 2>/dev/null || true
			break
		fi
		sleep 0.1
	done
	wait "$pid" 2>/dev/null || true
}

# free_port [PREFERRED]: a TCP port on the loopback that nobody listens on
free_port() {
	python3 - "${1:-0}" <<'PYTHON'
import socket
import sys

for port in (int(sys.argv[1]), 0):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(probe.getsockname()[1])
        break
PYTHON
}
