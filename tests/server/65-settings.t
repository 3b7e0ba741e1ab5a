# SPDX-License-Identifier: PostgreSQL
# The server's settings: values are the server's, those of roles and databases are there, whatever
# their names, and every statement runs and does what it says.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgServer;
use Report;
use Test::More;

use constant MOST => 100; # values of roles and databases that are listed

my %since = (reserved_connections => 16, idle_session_timeout => 14, transaction_timeout => 17,
	client_connection_check_interval => 14, tcp_user_timeout => 12);
my @names = qw(max_connections superuser_reserved_connections reserved_connections
	idle_in_transaction_session_timeout idle_session_timeout statement_timeout transaction_timeout
	tcp_keepalives_idle tcp_keepalives_interval tcp_keepalives_count tcp_user_timeout
	client_connection_check_interval authentication_timeout);

sub settings {
	my ($server, %opt) = @_;
	return @{ report($server, show => 'settings', %opt)->{settings} };
}

# The server's own ones, by name.
sub whole {
	return map { $_->{name} => $_ } grep { $_->{scope} eq 'server' } settings(@_);
}

sub whole_row {
	my ($server, $name) = @_;
	my %rows = whole($server);
	return $rows{$name};
}

sub check_values {
	my ($server) = @_;
	my @expected = grep { ($since{$_} // 0) <= $server->major } @names;
	my %rows = whole($server);
	is(join(' ', sort keys %rows), join(' ', sort @expected), 'those that this version has');
	for my $name (@expected) {
		is($rows{$name}{value}, $server->psql("show $name"), $name);
		ok(!$rows{$name}{pending}, "nothing waits for a restart");
		ok($rows{$name}{meaning} && $rows{$name}{reason}, 'it says what it is, and why');
	}
	my %local = map { $_ => $rows{$_}{value} } @expected;
	%rows = whole($server, login => { tcp => 1 });
	is_deeply({ map { $_ => $rows{$_}{value} } @expected }, \%local, 'the same by TCP');
	%rows = whole($server, args => ['--via=walsender']) if $server->major >= 12;
	is_deeply({ map { $_ => $rows{$_}{value} } @expected }, \%local, 'and in a walsender slot');
	# What our own session was told to have is not the server's.
	%rows = whole($server, env => { PGOPTIONS => '-c Statement_timeout=7s --tcp-keepalives-idle=9' });
	my @hidden = grep { !defined $rows{$_}{value} } sort keys %rows;
	is("@hidden", 'statement_timeout tcp_keepalives_idle', 'options of the login');
	return;
}

# Each statement for the whole server runs; then nothing is recommended, or waits for a restart.
sub check_statements {
	my ($server) = @_;
	my %rows = whole($server);
	my @advised = grep { defined $rows{$_}{recommendation} } sort keys %rows;
	ok(@advised >= 3, scalar @advised . ' of them had better be changed');
	for my $name (@advised) {
		my ($status, undef, $err) = $server->psql_rc($rows{$name}{statement});
		is("$status$err", '0', $rows{$name}{statement});
	}
	for my $name (@advised) {
		if ($rows{$name}{takes_effect} eq 'restart') {
			wait_ok { whole_row($server, $name)->{pending} } 20, "$name waits for a restart";
		} else {
			wait_ok { whole_row($server, $name)->{value} eq $rows{$name}{recommendation} } 20, $name;
		}
	}
	$server->restart;
	my %after = whole($server);
	for my $name (@advised) {
		is($after{$name}{value}, $rows{$name}{recommendation}, "$name after a restart");
		ok(!defined $after{$name}{recommendation} && !$after{$name}{pending}, 'it may stay');
	}
	return;
}

sub check_proc {
	my ($server) = @_;
	my %expected = whole($server);
	my %rows = whole($server, args => ['--via=proc']);
	is_deeply({ map { $_ => $rows{$_}{value} } keys %rows },
		{ map { $_ => $expected{$_}{value} } keys %expected }, 'the files say the same');
	is($rows{max_connections}{source}, $server->major >= 13 ? 'pg_control' : 'configuration files', 'where it is from');
	is($rows{superuser_reserved_connections}{source}, 'configuration files', 'where others are from');
	return;
}

# All values of roles and databases for a setting, by scope.
sub overrides {
	my ($server, $name) = @_;
	return map { $_->{scope} => $_ } grep { $_->{name} eq $name && $_->{scope} ne 'server' } settings($server);
}

sub check_overrides {
	my ($server) = @_;
	my $end = $server->major < 19 ? "\n" : "\t"; # then line ends were forbidden
	my ($role, $database) = ("o'n\"eil$end\\x", "d\"b \tx");
	my ($r, $d) = map { '"' . s/"/""/gr . '"' } $role, $database;
	my $name = 'idle_in_transaction_session_timeout';
	$server->psql("create role $r login; create database $d; alter role $r set $name = 0;
		alter role $r in database $d set $name = '2h'; alter database $d set $name = 0;
		alter role all set $name = '90min'; alter role $r set search_path = 'x';
		alter role $r set statement_timeout = '1.5min'");
	my %rows = overrides($server, $name);
	my %values = ("role $role" => '0', "role $role in $database" => '2h', "database $database" => '0',
		'all roles' => '90min');
	is_deeply({ map { $_ => $rows{$_}{value} } keys %rows }, \%values, 'all values, with their scopes');
	is($rows{"role $role in $database"}{role}, $role, 'the role');
	is($rows{"role $role in $database"}{database}, $database, 'and the database');
	my %timeouts = overrides($server, 'statement_timeout');
	is($timeouts{"role $role"}{value}, '90s', 'in a unit of ours');
	for my $scope (sort keys %values) {
		is($rows{$scope}{recommendation}, '5min', 'it had better be less');
		my ($status, undef, $err) = $server->psql_rc($rows{$scope}{statement});
		is("$status$err", '0', $rows{$scope}{statement});
	}
	is($server->psql("select count(*) from pg_db_role_setting s, unnest(setconfig) c where c = '$name=5min'"),
		4, 'all statements did so');
	# Our own role has one of them: what the server has cannot be told any more.
	is(whole_row($server, $name)->{value}, undef, "the server's own value is not shown");
	$server->psql("alter role all reset $name");
	isnt(whole_row($server, $name)->{value}, undef, 'until it can be told again');
	return;
}

# What is not of interest is not even read; of the rest no more than so many.
sub check_many {
	my ($server) = @_;
	$server->psql(join '', map { "create role many_$_; alter role many_$_ set work_mem = '1MB';" } 1 .. 120);
	ok(!grep({ $_->{name} eq '(more)' } settings($server)), 'others do not count');
	$server->psql(join '', map { "alter role many_$_ set statement_timeout = '${_}s';" } 1 .. 120);
	my @rows = settings($server);
	is(scalar grep({ $_->{scope} ne 'server' } @rows), MOST + 1, 'so many, and a row that says so');
	is($rows[-1]{name}, '(more)', 'the last one');
	like($rows[-1]{reason}, qr/pg_db_role_setting/, 'and where they are');
	return;
}

# Where roles have no right to see them, all else is there, and it is said once.
sub check_denied {
	my ($server) = @_;
	$server->psql('create role little login; revoke select on pg_db_role_setting from public');
	my ($status, $out, $err) = monitor($server, login => { user => 'little' }, show => 'settings,users');
	is($status, 0, 'a report all the same');
	my $report = Report::decode($out);
	my @said = $err =~ /names and settings: permission denied/g;
	is(scalar @said, 1, 'why some are missing');
	my %rows = map { $_->{name} => $_ } @{ $report->{settings} };
	is($rows{max_connections}{value}, 25, 'what cannot be hidden is there');
	is($rows{statement_timeout}{value}, undef, 'what may be is not');
	ok(grep({ $_->{name} eq 'little' } @{ $report->{users} }), 'names are there');
	$server->psql('grant select on pg_db_role_setting to public');
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 25 });
	check_values($server);
	check_statements($server);
	check_proc($server) if -r '/proc/self/stat';
	check_overrides($server);
	check_denied($server);
	check_many($server);
});
done_testing();
