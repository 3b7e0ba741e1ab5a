#!/bin/sh
# SPDX-License-Identifier: PostgreSQL
# `make demo`: pgconntop on a throw-away PostgreSQL server where a small web shop works. One of its
# applications leaks connections, another waits for a lock. Without a terminal: one report.
#
# From the environment: PGCONNTOP and LOAD, the programs; PG_BINDIR or PG_BINDIRS, where initdb is
# (else it is searched for). Whatever is started here ends with this script.
set -u

here=$(cd "$(dirname "$0")" && pwd) || exit 1
: "${PGCONNTOP:=$here/../../src/pgconntop}" "${LOAD:=$here/load}" "${TMPDIR:=/tmp}"
unset PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGPASSWORD PGPASSFILE PGSERVICE PGSERVICEFILE \
	PGOPTIONS PGSSLMODE PGAPPNAME PGCONNECT_TIMEOUT PGCLIENTENCODING

dir='' server='' load='' top=''

fail() {
	echo "demo: $1" >&2
	[ -z "${2-}" ] || tail -n 5 "$2" >&2
	exit 1
}

# The end of all that was started: an immediate shutdown, for nobody needs the data.
clean_up() {
	status=$?
	trap '' INT TERM HUP
	[ -z "$load" ] || kill -TERM "$load" 2>/dev/null
	[ -z "$server" ] || kill -QUIT "$server" 2>/dev/null
	wait
	[ -z "$dir" ] || rm -rf "$dir"
	exit "$status"
}

# Ends pgconntop, which must get the time to restore the terminal; the trap on EXIT does the rest.
stop() {
	trap '' INT TERM HUP
	if [ -n "$top" ]; then
		kill -TERM "$top" 2>/dev/null
		perl -e 'select undef, undef, undef, 3; kill KILL => $ARGV[0]' "$top" &
		watchdog=$!
		wait "$top"
		kill -KILL "$watchdog" 2>/dev/null
	fi
	exit $((128 + $1))
}

trap clean_up EXIT
trap 'stop 1' HUP
trap 'stop 2' INT
trap 'stop 15' TERM

# Sets bindir to where initdb is.
find_server() {
	for bindir in ${PG_BINDIR:+"$PG_BINDIR"} $(echo "${PG_BINDIRS-}" | tr : ' ') \
		"$(pg_config --bindir 2>/dev/null)" "$(dirname "$(command -v initdb)")" \
		/usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
		[ -x "$bindir/initdb" ] && [ -x "$bindir/postgres" ] && return
	done
	fail "no PostgreSQL server found (initdb). Install it (Debian, Ubuntu: postgresql; Fedora:
postgresql-server; Alpine, Arch, Homebrew: postgresql), or say PG_BINDIR=/where/initdb/is"
}

# PostgreSQL does not run as root. Sets uid and gid to the server's account; empty: our own.
find_account() {
	uid='' gid=''
	[ "$(id -u)" -eq 0 ] || return 0
	for account in postgres nobody; do
		uid=$(id -u "$account" 2>/dev/null) && gid=$(id -g "$account") && return
	done
	fail 'started as root, but there is neither an account postgres nor nobody for the server'
}

# Becomes a program in a session of its own, where no Ctrl-C comes, under the server's account.
# shellcheck disable=SC2016 # it is Perl
become='use POSIX;
	my ($dir, $uid, $gid) = splice @ARGV, 0, 3;
	chdir $dir or die "demo: $dir: $!\n";
	setsid();
	if ($uid ne "") {
		$) = "$gid $gid";
		setgid($gid) && setuid($uid) or die "demo: no way to become user $uid: $!\n";
	}
	exec { $ARGV[0] } @ARGV or die "demo: $ARGV[0]: $!\n";'
as_server() {
	exec perl -e "$become" "$dir" "$uid" "$gid" "$@"
}

# wait_for COMMAND: true as soon as it is; false after about 20 seconds or when it says 2.
wait_for() {
	tries=400
	while [ $tries -gt 0 ]; do
		"$@" && return
		[ $? -ne 2 ] || return 1
		perl -e 'select undef, undef, undef, 0.05'
		tries=$((tries - 1))
	done
	return 1
}

server_is_ready() {
	case $(sed -n 8p "$dir/data/postmaster.pid" 2>/dev/null) in
	ready*) return 0 ;;
	esac
	grep -q FATAL "$dir/log" && return 2
	return 1
}

load_is_ready() {
	[ ! -s "$dir/load.log" ] || return 2
	[ -s "$dir/ready" ]
}

# Trust is for who can enter our directory; over TCP only the shop's own users get in.
make_cluster() {
	(as_server "$bindir/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --no-locale --no-sync) \
		>"$dir/log" 2>&1 </dev/null || fail 'initdb failed:' "$dir/log"
	printf '%s\n' 'local all all trust' 'host shop app 127.0.0.1/32 trust' >"$dir/data/pg_hba.conf"
}

start_server() {
	port=$(perl -MIO::Socket::INET \
		-e 'print IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1)->sockport') ||
		fail 'no free port on 127.0.0.1'
	: >"$dir/log"
	as_server "$bindir/postgres" -D "$dir/data" -p "$port" -k "$dir" -h 127.0.0.1 \
		-c max_connections=60 -c shared_buffers=16MB -c max_wal_senders=4 -c fsync=off \
		-c dynamic_shared_memory_type=mmap >>"$dir/log" 2>&1 </dev/null &
	server=$!
	wait_for server_is_ready || fail 'the server did not start:' "$dir/log"
}

make_shop() {
	psql=$bindir/psql
	[ -x "$psql" ] || psql=psql
	"$psql" -X -q -v ON_ERROR_STOP=1 -h "$dir" -p "$port" -U postgres -d postgres \
		>"$dir/log.psql" 2>&1 <<-'EOF_SQL' || fail 'psql failed:' "$dir/log.psql"
		CREATE ROLE app LOGIN;
		CREATE ROLE reporting LOGIN CONNECTION LIMIT 5;
		CREATE ROLE admin LOGIN;
		CREATE DATABASE shop OWNER app;
	EOF_SQL
}

start_load() {
	set -- --ready="$dir/ready"
	# The shop: four workers with five connections each; two with two; a health check.
	set -- "$@" --conninfo="host=127.0.0.1 port=$port dbname=shop" --user=app --web=20 --work=4 \
		--application=healthcheck --churn=1
	# The worker's leak, with a beginning: it is told when it has gone on for a minute and a half,
	# shortly before the slots are full.
	set -- "$@" --application=worker --leak=6,10
	# Transactions that somebody forgot.
	set -- "$@" --application=mailer \
		--query='SELECT id, recipient FROM outbox WHERE sent_at IS NULL LIMIT 50' \
		--idle-in-transaction=1 --query="INSERT INTO outbox VALUES (1, 'customer 1')" --aborted=1 \
		--application= --query=
	# The writer waits for a row that somebody locked by hand, on the server itself.
	set -- "$@" --wait --conninfo="host='$dir' port=$port dbname=shop" --user=reporting --report \
		--user=admin --lock
	"$LOAD" "$@" >"$dir/load.log" 2>&1 </dev/null &
	load=$!
	wait_for load_is_ready || fail 'the load program failed:' "$dir/load.log"
}

# pgconntop in the background, for a shell that waits for a program hears no signal. Its exit
# status is ours.
run_pgconntop() {
	set -- --config="$here/demo.conf" --kill-log="$dir/kill.log" \
		-h "$dir" -p "$port" -U postgres -d postgres
	if ! [ -t 0 ] || ! [ -t 1 ]; then
		set -- "$@" --watch --count=1
	fi
	exec 3<&0 # what is in the background would get an empty standard input
	"$PGCONNTOP" "$@" <&3 3<&- &
	top=$!
	exec 3<&-
	wait "$top"
	status=$?
	top=
	return "$status"
}

for program in "$PGCONNTOP" "$LOAD"; do
	[ -x "$program" ] || fail "$program is not built: run make"
done
command -v perl >/dev/null || fail 'perl is missing: install it'
find_server
find_account
# The path of a socket may have 107 bytes; the server's account must get at it.
[ ${#TMPDIR} -le 70 ] && [ -z "$uid" ] || TMPDIR=/tmp
dir=$(mktemp -d "$TMPDIR/pgconntop-demo.XXXXXX") || fail 'cannot make a temporary directory'
[ -z "$uid" ] || chown "$uid:$gid" "$dir" || fail "cannot give $dir to the server's account"
version=$("$bindir/postgres" -V | sed 's/.*(PostgreSQL) \([^ ]*\).*/\1/')
echo "demo: starting a throw-away PostgreSQL $version with a small web shop in $dir" >&2
make_cluster
start_server
make_shop
start_load
run_pgconntop
