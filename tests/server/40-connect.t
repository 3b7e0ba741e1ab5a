# SPDX-License-Identifier: PostgreSQL
# The ways to say where to log in are psql's: options, environment, services, connection strings,
# password files; and what goes wrong on the way.
use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use IO::Socket::INET;
use lib $FindBin::Bin;
use PgServer;
use Report;
use Test::More;
use Time::HiRes qw(time);

my $dir = tempdir(CLEANUP => 1);

# A file in a directory of ours; its name.
sub write_file {
	my ($name, $text) = @_;
	open my $out, '>', "$dir/$name" or die "$dir/$name: $!";
	print $out $text;
	close $out;
	chmod 0600, "$dir/$name";
	return "$dir/$name";
}

# Where it got: (user, database, host, port), or the complaint.
sub where {
	my ($env, @args) = @_;
	my ($status, $out, $err) = monitor(undef, args => [@args], env => { HOME => $dir, %$env },
		show => 'summary');
	return $err if $status ne '0';
	my $report = JSON::PP->new->utf8->decode($out);
	return [@{ $report->{server} }{qw(user database host port)}];
}

sub check_options {
	my ($server) = @_;
	my ($dir, $port) = ($server->host, $server->port);
	my $socket = $dir =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ger;
	my $service = write_file('services', "[shop]\nhost=127.0.0.1\nport=$port\nuser=app\ndbname=shop\n");
	my %env = (PGHOST => $dir, PGPORT => $port, PGUSER => 'app', PGDATABASE => 'shop');
	my $no_database = { %env };
	delete $no_database->{PGDATABASE};
	my ($local, $tcp) = map { ['app', 'shop', $_, $port] } $dir, '127.0.0.1';
	my $default = ['app', 'postgres', $dir, $port];
	my @cases = (
		['letters', $local, {}, '-h', $dir, '-p', $port, '-U', 'app', '-d', 'shop'],
		['words', $local, {}, "--host=$dir", '--port', $port, '--username=app', '--dbname=shop'],
		['without blanks', $local, {}, "-h$dir", "-p$port", '-Uapp', '-dshop'],
		['operands', $local, {}, '-h', $dir, '-p', $port, 'shop', 'app'],
		['environment', $local, \%env],
		['options before environment', $tcp, { %env, PGUSER => 'nobody', PGHOST => '/nowhere' },
			'-h', '127.0.0.1', '-U', 'app'],
		['the database postgres by default', $default, $no_database],
		['connection string', $tcp, {}, "host=127.0.0.1 port=$port user=app dbname=shop"],
		['behind -d', $tcp, {}, '-d', "host=127.0.0.1 port=$port user=app dbname=shop"],
		['one without a database', $default, $no_database, 'user=app'],
		['it is stronger than options', $tcp, {}, '-h', '/nowhere', '-U', 'nobody',
			"host=127.0.0.1 port=$port user=app dbname=shop"],
		['URI', $tcp, {}, "postgresql://app\@127.0.0.1:$port/shop"],
		['URI of a socket', $local, {}, "postgres://app\@$socket:$port/shop"],
		['service of the environment', $tcp, { PGSERVICEFILE => $service, PGSERVICE => 'shop' }],
		['service of a string', $tcp, { PGSERVICEFILE => $service }, 'service=shop'],
		['service and a database', ['app', 'postgres', '127.0.0.1', $port],
			{ PGSERVICEFILE => $service }, 'service=shop dbname=postgres'],
		['a list of hosts', $tcp, {}, '-h', '127.0.0.2,127.0.0.1', '-p', $port, '-U', 'app', 'shop'],
		['a host name', ['app', 'shop', 'localhost', $port], {},
			'-h', 'localhost', '-p', $port, '-U', 'app', 'shop'],
	);
	is_deeply(where(@$_[2 .. $#$_]), $_->[1], $_->[0]) for @cases;
	return;
}

sub check_passwords {
	my ($server) = @_;
	my $port = $server->port;
	my @login = ('-h', '127.0.0.1', '-p', $port, '-U', 'shy', '-d', 'shop');
	my $in = ['shy', 'shop', '127.0.0.1', $port];
	my $file = write_file('passwords', "127.0.0.1:$port:shop:shy:wrong\n127.0.0.1:$port:*:*:right\n");
	my $other = write_file('wrong', "*:*:*:*:wrong\n");
	is_deeply(where({ PGPASSFILE => $file }, @login[0 .. 5], '-d', 'postgres'),
		['shy', 'postgres', '127.0.0.1', $port], 'password file of the environment');
	is_deeply(where({}, "passfile=$file host=127.0.0.1 port=$port user=shy dbname=postgres"),
		['shy', 'postgres', '127.0.0.1', $port], 'of a connection string');
	write_file('.pgpass', "*:*:*:shy:right\n");
	is_deeply(where({}, @login), $in, '~/.pgpass');
	unlink "$dir/.pgpass";
	is_deeply(where({ PGPASSWORD => 'right' }, @login), $in, 'password of the environment');
	is_deeply(where({ PGPASSWORD => 'wrong' }, "postgresql://shy:right\@127.0.0.1:$port/shop"), $in, 'of a URI');
	my @cases = (
		['a wrong password', { PGPASSWORD => 'wrong' }],
		['one of a file', { PGPASSFILE => $other }],
		['no password, nor a terminal to ask on', {}],
		['never ask', {}, '-w'],
		['ask first, without a terminal', {}, '-W'],
	);
	for my $case (@cases) {
		my ($what, $env, @args) = @$case;
		my $start = time;
		complaint([monitor(undef, env => { HOME => $dir, %$env }, args => [@args, @login], stdin => "right\n",
			timeout => 20)], 2, qr/password refused or missing.*; give the right one with -W/, $what);
		cmp_ok(time - $start, '<', 8, "$what: at once");
	}
	return;
}

# Servers that are none, at least not for us.
sub check_failures {
	my ($server) = @_;
	my ($host, $port) = ($server->host, $server->port);
	my $silent = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "no port: $@";
	my $free = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)->sockport;
	my $unreached = qr/server not reached: .*; check host and port/;
	my @cases = (
		['a port where nobody listens', qr/Connection refused/, '-h', '127.0.0.1', '-p', $free],
		['whose advice', $unreached, '-h', '127.0.0.1', '-p', $free],
		['a socket that is not there', $unreached, '-h', $dir, '-p', $free],
		['a host without address', qr/server not reached: could not translate host name "no\.such\.host\.invalid"/,
			'-h', 'no.such.host.invalid'],
		['a server that says nothing', qr/: connected, but no answer: nothing within 300 ms; .*something else listens/,
			'-h', '127.0.0.1', '-p', $silent->sockport, '--connect-timeout=0.3s'],
		['a missing database', qr/no such database, or .* \(3D000, \w+\): .*"nowhere".*; give another one with -d/,
			'-h', $host, '-p', $port, '-U', 'app', '-d', 'nowhere'],
		['a database that takes no connections', qr/no such database, or it takes no connections \(55000/,
			'-h', $host, '-p', $port, '-U', 'app', '-d', 'closed'],
		['a missing role', qr/login not allowed \(28000, \w+\): .*"nobody here".*; check the role/,
			'-h', $host, '-p', $port, '-U', 'nobody here'],
		['a role without login', qr/login not allowed \(28000, \w+\): .*; check the role/,
			'-h', $host, '-p', $port, '-U', 'pg_monitor'],
		['no CONNECT right', qr/login not allowed \(42501, \w+\): .*; check the role/,
			'-h', $host, '-p', $port, '-U', 'app', '-d', 'private'],
	);
	for my $case (@cases) {
		my ($what, $pattern, @args) = @$case;
		complaint([monitor(undef, args => \@args, env => { HOME => $dir }, timeout => 20)], 2, $pattern, $what);
	}
	return;
}

# A host that has no network.
sub check_no_route {
	my @unshare = qw(unshare -rn);
	SKIP: {
		skip 'no network namespaces for us', 3 if (run_program([@unshare, 'true']))[0] ne '0';
		my ($status, $out, $err) = run_program([@unshare, $ENV{PGCONNTOP}, '--config=/dev/null',
			'--check', '-h', '192.0.2.1'], env => { HOME => $dir }, timeout => 20);
		is("$status$err", '2', 'no route');
		like($out, qr/\APGCONNTOP CRITICAL - server not reached: "?192\.0\.2\.1"?, port \d+: Network is unreachable \|/, 'is what it is');
		unlike($out, qr/full|slots in use/, 'and not full');
	}
	return;
}

# What is wrong by itself: nothing is tried.
sub check_usage {
	my ($server) = @_;
	my $before = () = $server->log =~ /connection received/g;
	my @cases = (
		['option', qr/--nonsense/, '--nonsense'],
		['filter', qr/at 1: there is no column nonsense/, '--filter=nonsense=1'],
		['table', qr/no table "nonsense"/, '--show=nonsense'],
		['interval', qr/bad value "soon" for interval/, '--interval=soon'],
		['count', qr/bad value "-1" for count/, '--count=-1'],
		['format', qr/bad value "xml" for format/, '--format=xml'],
		['port', qr/invalid port number: "70000"/, '-p', '70000'],
		['connection string', qr/"=" after "nonsense"/, 'host=x nonsense'],
		['service', qr/definition of service "nonsense" not found/, 'service=nonsense'],
		['mode of encryption', qr/invalid sslmode value: "nonsense"/, 'sslmode=nonsense'],
		['number of arguments', qr/too many arguments: "c"/, 'a', 'b', 'c'],
		['configuration', qr/nowhere/, '--config=/nowhere/file'],
	);
	for my $case (@cases) {
		my ($what, $pattern, @args) = @$case;
		complaint([run_program([$ENV{PGCONNTOP}, '--watch', @args], session => 1,
			env => { HOME => $dir, $server->env }, timeout => 20)], 1, $pattern, "wrong $what");
	}
	my $after = () = $server->log =~ /connection received/g;
	is($after, $before, 'nobody has called the server');
	return;
}

# Runs openssl on files in our directory; dies if that fails.
sub openssl {
	my ($command, @args) = @_;
	my ($status, $out, $err) = run_program(['openssl', $command, '-config', "$dir/ca.cnf", @args], dir => $dir);
	$status eq '0' or die "openssl $command: status $status $err\n";
	return;
}

# An authority, and a key for the server that it can sign.
sub make_authority {
	my ($server) = @_;
	write_file('ca.cnf', "[ca]\ndefault_ca=d\n[d]\ndatabase=index\nnew_certs_dir=.\nserial=serial\n"
		. "default_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n"
		. "[req]\ndistinguished_name=n\n[n]\n");
	write_file('index', '');
	write_file('serial', "01\n");
	openssl('req', qw(-x509 -newkey rsa:2048 -nodes -days 3 -subj /CN=ca -keyout ca.key -out ca.crt));
	openssl('req', qw(-new -newkey rsa:2048 -nodes -subj /CN=localhost -out server.csr -keyout),
		$server->data . '/server.key');
	return;
}

# Gives the server a certificate from 2020 to that year.
sub sign {
	my ($server, $year) = @_;
	my $data = $server->data;
	openssl('ca', qw(-batch -notext -cert ca.crt -keyfile ca.key -in server.csr),
		'-startdate', '20200101000000Z', '-enddate', "${year}0101000000Z", '-out', "$data/server.crt");
	chmod 0600, "$data/server.key";
	my ($uid, $gid) = (stat $data)[4, 5];
	chown $uid, $gid, "$data/server.key", "$data/server.crt";
	return;
}

sub check_certificates {
	my ($server) = @_;
	my $tests = 4;
	SKIP: {
		skip "no certificate: $@", $tests if !eval { make_authority($server); sign($server, 2099); 1 };
		skip "the server cannot encrypt: $@", $tests if !eval { $server->restart('fast', ssl => 'on'); 1 };
		my $login = 'host=localhost hostaddr=127.0.0.1 port=' . $server->port . ' user=app dbname=shop';
		my $full = "$login sslmode=verify-full sslrootcert=$dir/ca.crt";
		my $where = where({}, $full);
		skip 'libpq cannot encrypt', $tests if !ref $where && $where =~ /not compiled in/;
		is_deeply($where, ['app', 'shop', 'localhost', $server->port], 'a certificate that is valid');
		sign($server, 2021);
		$server->restart('fast');
		complaint([monitor(undef, args => [$full])], 2,
			qr/no agreement on encryption: .*certificate verify failed.*; check sslmode, sslrootcert/,
			'one that expired');
		is(where({}, "$login sslmode=require")->[0], 'app', 'is good where nobody looks');
		complaint([monitor(undef, args => ["$login sslmode=verify-full sslrootcert=$dir/none.crt"])], 2,
			qr/no agreement on encryption: .*none\.crt/, 'no root certificate');
	}
	return;
}

my ($bindir) = reverse PgServer::bindirs();
plan skip_all => 'no PostgreSQL server found (PG_BINDIRS names where)' if !$bindir;
my $server = PgServer->new(bindir => $bindir, start => 0,
	conf => { log_connections => 'on', password_encryption => 'scram-sha-256' });
my $hba = $server->data . '/pg_hba.conf';
my $rest = slurp($hba);
open my $out, '>', $hba or die "$hba: $!";
print $out "host all shy 127.0.0.1/32 scram-sha-256\n$rest";
close $out;
$server->start;
$server->psql($_) for "create role app login; create role shy login password 'right'",
	'create database shop', 'create database closed allow_connections false', 'create database private',
	'revoke connect on database private from public';
check_options($server);
check_passwords($server);
check_failures($server);
check_no_route();
check_usage($server);
check_certificates($server);
done_testing();
