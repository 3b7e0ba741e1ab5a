# SPDX-License-Identifier: PostgreSQL
# Our own session: one connection that is kept, with settings of its own whatever role and database
# want, over the simple protocol; no process beside ours is left.
use strict;
use warnings;

use FindBin;
use IO::Socket::INET;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;
use Time::HiRes qw(time);

# Settings that would stop a monitor, as well meant as they are.
my %hostile = (
	client_min_messages => 'debug5',
	DateStyle => 'SQL, DMY',
	IntervalStyle => 'iso_8601',
	TimeZone => 'Asia/Kathmandu',
	bytea_output => 'hex',
	default_transaction_isolation => 'serializable',
	default_transaction_read_only => 'on',
	idle_in_transaction_session_timeout => '1ms',
	lock_timeout => '1ms',
	search_path => 'evil, public, pg_catalog',
	statement_timeout => '5ms', # enough to get rid of it
);
my %later = (idle_session_timeout => 140000, transaction_timeout => 170000);

# Looks over the shoulder of each session that reads the view on the settings: what its own are.
sub make_spy {
	my ($server) = @_;
	my $columns = $server->psql("select string_agg(attname, ', ' order by attnum) from pg_attribute"
		. " where attrelid = 'pg_settings'::regclass and attnum > 0");
	$server->psql("create table public.seen (name text, setting text);
		create function public.spy() returns boolean language sql as \$\$
			insert into public.seen select name, setting from pg_show_all_settings(); select true
		\$\$;
		set allow_system_table_mods = on;
		create or replace view pg_catalog.pg_settings as
			select $columns from pg_show_all_settings() where (select public.spy())");
	return;
}

sub check_settings {
	my ($server, $version) = @_;
	make_spy($server);
	my $wanted = {
		application_name => 'pgconntop',
		bytea_output => 'escape',
		client_encoding => 'SQL_ASCII',
		DateStyle => qr/^ISO/,
		TimeZone => 'UTC',
		idle_in_transaction_session_timeout => qr/^[1-9]\d{3,}$/,
		lock_timeout => qr/^[1-9]\d\d?$/,
		search_path => 'pg_catalog',
		statement_timeout => qr/^[1-9]\d{3,}$/,
		map { $version >= $later{$_} ? ($_ => '0') : () } keys %later,
	};
	report($server, show => 'summary');
	my %seen = map { split /\|/, $_, 2 } split /\n/, $server->psql('select name, setting from public.seen');
	for my $name (sort keys %$wanted) {
		my $pattern = ref $wanted->{$name} ? $wanted->{$name} : qr/^\Q$wanted->{$name}\E$/;
		like($seen{$name}, $pattern, "our session's $name");
	}
	$server->psql('set allow_system_table_mods = on; alter function public.spy() rename to retired;
		create or replace function public.retired() returns boolean language sql as $$ select true $$');
	return;
}

# Functions of the same names as those we call, in a schema that comes first.
sub make_hostile {
	my ($server, $version) = @_;
	$server->psql('create schema evil; grant usage on schema evil to public;
		create function evil.int4ne(int, int) returns boolean language sql as $$ select 1 / 0 = 1 $$;
		create function evil.set_config(text, text, boolean) returns text language sql as $$ select null::text $$;
		create function evil.substr(bytea, int, int) returns bytea language sql as $$ select null::bytea $$;
		create view evil.pg_database as select 1; create table evil.pg_roles (oid oid)');
	my %all = (%hostile, map { $version >= $later{$_} ? ($_ => '5ms') : () } keys %later);
	$all{standard_conforming_strings} = 'off' if $version < 190000;
	$server->psql('create role victim login; grant pg_monitor to victim');
	$server->psql("alter role victim set $_ = " . ($_ eq 'search_path' ? $all{$_} : "'$all{$_}'")) for keys %all;
	return;
}

sub check_hostile {
	my ($server, $version) = @_;
	make_hostile($server, $version);
	my $client = PgClient->new($server, application_name => 'web\\\'');
	$client->query("select '\\101' -- \xc3\xa9");
	my $watch = Report->watch($server, login => { user => 'victim' }, interval => 0.3);
	my $first = $watch->wait_for(sub { $_[0]{slots} }, 'hostile settings: a sample');
	my @later = map { $watch->next_report } 1 .. 3;
	is($watch->stop, 0, 'exit status');
	is(scalar(grep { $_->{error} } @later), 0, 'no other failed');
	my ($own) = grep { $_->{own} } @{ $first->{sessions} };
	my ($still) = grep { $_->{own} } @{ $later[2]{sessions} };
	is($still->{pid}, $own->{pid}, 'the session lives on');
	is(named($first->{sessions}, $client->pid)->{query}, "select '\\101' -- \xe9", 'a query as it is');
	is(named($first->{users}, 'victim')->{total}, 1, 'the name of the role');
	like($own->{backend_start}, qr/^\d{4}-\d\d-\d\dT/, 'times are times');
	sums_ok($later[2]);
	return;
}

# While it runs: one connection, simple statements only, and not a second one beside one that runs.
sub check_one {
	my ($server) = @_;
	my $observer = PgClient->new($server);
	my $log = length $server->log;
	$server->reload(log_connections => 'on', log_disconnections => 'on', log_statement => 'all',
		log_line_prefix => '%a|%p|');
	wait_ok { $observer->query('show log_statement') eq 'all' } 20, 'the log tells more';
	$observer->wait_for_sessions(1);
	my $watch = Report->watch($server, show => 'sessions', interval => 0.1,
		login => { host => 'localhost' });
	my (%pids, %counts);
	for (1 .. 6) {
		my $report = $watch->next_report;
		$pids{$_->{pid}}++ for grep { $_->{own} } @{ $report->{sessions} };
		$counts{ $observer->query("select count(*) from pg_stat_activity
			where application_name = 'pgconntop'") }++;
	}
	is_deeply([keys %counts], [1], 'one connection at a time');
	is(scalar keys %pids, 1, 'and always the same');
	is_deeply([children($watch->pid)], [], 'no process is left of the look-up of the name');
	is($watch->stop, 0, 'exit status');
	my ($pid) = keys %pids;
	wait_ok { $server->log =~ /\|$pid\|.*disconnection/ } 20, 'it is closed';
	my @lines = grep { /^\Qpgconntop\E\|/ } split /\n/, substr $server->log, $log;
	my $logins = () = substr($server->log, $log) =~ /connection authorized: .*application_name=pgconntop/g;
	is($logins, 1, 'one login in all');
	my $statements = grep { /statement: / } @lines;
	my $samples = () = $watch->reports;
	cmp_ok($statements, '>=', $samples, 'a statement for each sample');
	cmp_ok($statements, '<=', $samples + 4, 'hardly more: for settings and names, and one that came too late');
	is(scalar(grep { /\bexecute\b|\bparse\b|\bbind\b|ERROR|FATAL/ } @lines), 0, 'by the simple protocol');
	return;
}

# Processes that a program has started, zombies included; none where there is no /proc.
sub children {
	my ($pid) = @_;
	return map { slurp($_) =~ /^(\d+) \(.*\) \S $pid /s ? $1 : () } glob '/proc/[0-9]*/stat';
}

# Reads what a client says first.
sub read_startup {
	my ($listener) = @_;
	my $socket = $listener->accept or die "accept: $!";
	sysread $socket, my $packet, 4096;
	my ($length, $protocol, $rest) = unpack 'NNa*', $packet;
	return ($protocol, { split /\0/, $rest });
}

# No server at all: what comes over the wire, and how often.
sub check_knocking {
	my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 20, Timeout => 20) or die $@;
	my $start = time;
	my $login = 'host=127.0.0.1 port=' . $listener->sockport . ' user=app sslmode=disable gssencmode=disable';
	my $watch = Report->watch(undef, args => [$login]);
	my ($protocol, $packet) = read_startup($listener);
	is($protocol, PgClient::PROTOCOL, 'version of the protocol');
	is_deeply($packet, { user => 'app', database => 'postgres', application_name => 'pgconntop',
		client_encoding => 'SQL_ASCII' }, 'startup packet');
	read_startup($listener) for 1 .. 2;
	cmp_ok(time - $start, '>', 0.6, 'pauses between logins grow');
	read_startup($listener);
	cmp_ok(time - $start, '>', 1.5, 'and grow');
	is($watch->stop, 0, 'it can be ended all the same');
	like(($watch->reports)[0]{error}, qr/connection lost: .*closed the connection/, 'what it says');
	return;
}

PgServer::each_version(sub {
	my ($bindir, $version) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 20 });
	check_settings($server, $version);
	check_hostile($server, $version);
	check_one($server);
});
subtest 'no server' => \&check_knocking;
done_testing();
