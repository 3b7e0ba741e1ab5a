# SPDX-License-Identifier: PostgreSQL
# A full server behind a PgBouncer. One that passes replication on, 1.23 or later: in by a walsender
# slot. An older one: that is said, and that /proc is for the server's own port. PG_BOUNCER names
# the program, else it is looked for.
use strict;
use warnings;

use FindBin;
use IO::Socket::INET;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;

my ($pooler) = grep { -x } $ENV{PG_BOUNCER} // (), map { "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin';
plan skip_all => 'no PgBouncer found' if !$pooler;
my ($minor) = (run_program([$pooler, '-V']))[1] =~ /PgBouncer 1\.(\d+)/;
my ($bindir) = reverse PgServer::bindirs();
plan skip_all => 'no PostgreSQL server found (PG_BINDIRS names where)' if !$bindir;

my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 10 });
my $observer = PgClient->new($server);
my $dir = $server->host;
my $port = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)->sockport;
my %files = (
	users => qq("postgres" ""\n),
	'pooler.ini' => join("\n", '[databases]', "* = host=$dir port=" . $server->port, '[pgbouncer]',
		'listen_addr = 127.0.0.1', "listen_port = $port", 'unix_socket_dir =', 'auth_type = trust',
		"auth_file = $dir/users", 'server_login_retry = 1', 'verbose = 1', 'log_stats = 0', ''),
);
for my $name (keys %files) {
	open my $out, '>', "$dir/$name" or die "$name: $!";
	print $out $files{$name};
	close $out;
}
my $program = Program->start([$pooler, "$dir/pooler.ini"], account => $server->{account},
	log => "$dir/pooler.log");
wait_until { IO::Socket::INET->new("127.0.0.1:$port") } 20, 'the pooler' or die slurp("$dir/pooler.log");
my %login = (login => { tcp => 1, port => $port }, show => 'summary');

# Before it was ever in it passes the refusal on; later it says that it has failed.
sub check_old {
	my @sessions = PgClient->fill($server);
	my $why = qr/(?:all slots in use|the pooler gets no login to the server) \(08P01\): [^\n]+/;
	complaint([monitor($server, %login)], 2,
		qr/$why; no way in by a walsender slot: the pooler passes no replication logins \(08P01\); no way in by \/proc: no server here has a Unix socket for port $port;/,
		'no way in, and why');
	SKIP: {
		skip 'there is no /proc/PID/stat here', 1 if !-r '/proc/self/stat';
		complaint([monitor($server, %login, pgdata => $server->data)], 2,
			qr/no way in by \/proc: --pgdata=\S+ is the server of port \d+, but the connection goes to \S+:$port: for that server give -h \Q$dir\E/,
			'nor by the data directory of a server that may not be the one behind it');
	}
	# Where it lets us wait then, nobody thinks of locks.
	complaint([monitor($server, %login, 'connect-timeout' => '1s')], 2,
		qr/: (?:the pooler lets us wait for a connection to the server: nothing within 1 s|$why); /, 'the next time');
	my $watch = Report->watch($server, %login);
	$watch->wait_for(sub { $_[0]{error} }, 'it waits');
	@sessions = ();
	$watch->wait_for(sub { ($_[0]{via} // '') eq 'client' }, 'in when there is a slot', 40);
	is($watch->stop, 0, 'exit status');
	return;
}

if (($minor // 0) < 23) {
	check_old();
	$program->signal('TERM');
	$program->wait(10);
	done_testing();
	exit;
}
is(report($server, %login)->{via}, 'client', 'in through the pooler');
# Its own connections have gone, and others have taken all slots.
$observer->query("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
	. " and backend_type = 'client backend'");
$observer->wait_for_sessions(1);
my @sessions = PgClient->fill($server);
my $watch = Report->watch($server, %login);
my $report = $watch->wait_for(sub { $_[0]{slots} }, 'in by a walsender slot, through the pooler');
is($report->{via}, 'walsender', 'which is named');
@sessions = @sessions[4 .. $#sessions];
$watch->wait_for(sub { ($_[0]{via} // '') eq 'client' }, 'in by an ordinary slot at last', 40);
is($watch->stop, 0, 'exit status');
$program->signal('TERM');
$program->wait(10);
done_testing();
