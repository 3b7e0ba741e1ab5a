# SPDX-License-Identifier: PostgreSQL
# No way in, and no server needed for that: libpq's words, what to try, status 2.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use Cli;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket;
use Test::More;
use Time::HiRes qw(time);

my $try_host = qr/check host and port, and that the server runs and listens there/;
my $try_silent = qr/the server is stopped, frozen or overloaded, or something else listens there: look at its host/;

# One line with all of it.
sub no_way_in {
	my ($name, $arguments, $reason) = @_;
	my $start = time;
	refused($name, $arguments, $reason, 2);
	cmp_ok(time - $start, '<', 15, "$name: not for long");
	return;
}

# A port of 127.0.0.1 where nobody answers as long as it is held.
sub closed_port {
	socket my $socket, PF_INET, SOCK_STREAM, 0 or die "socket: $!";
	bind $socket, pack_sockaddr_in(0, inet_aton('127.0.0.1')) or die "bind: $!";
	my ($port) = unpack_sockaddr_in(getsockname $socket);
	return ($port, $socket);
}

# A port where the kernel takes logins that nobody reads.
sub silent_port {
	my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "listen: $!";
	return ($socket->sockport, $socket);
}

sub check_hosts {
	my $unknown = qr/could not translate host name "nosuch\.invalid" to address: .+/;
	no_way_in('an unknown host', ['-h', 'nosuch.invalid'], qr/.*server not reached: $unknown; $try_host/);
	no_way_in('one in a URI', ['postgresql://nosuch.invalid/shop'], qr/nosuch\.invalid.*: $unknown; $try_host/);
	my ($port, $socket) = closed_port();
	my $closed = qr/.*server not reached: .*port $port.*Connection refused.*; $try_host/;
	no_way_in('a closed port', ['-h', '127.0.0.1', '-p', $port], $closed);
	no_way_in('two of them', ["host=127.0.0.1,127.0.0.1 port=$port"], $closed);
	no_way_in('no socket', ['-h', "$home/nowhere"],
		qr/.*server not reached: .*\Q$home\E\/nowhere\/\.s\.PGSQL\.5432": No such file or directory.*; $try_host/);
	my $path = "$home/.s.PGSQL.5433";
	my $listen = IO::Socket::UNIX->new(Local => $path, Listen => 1) or die "$path: $!";
	close $listen;
	no_way_in('a socket that a server left behind', ['-h', $home, '-p', 5433], qr/.*server not reached: .*Connection refused.*; $try_host/);
	return;
}

sub check_silence {
	my ($port, $socket) = silent_port();
	my $start = time;
	no_way_in('a server that says nothing', ['-h', '127.0.0.1', '-p', $port, '--connect-timeout=0.3s'],
		qr/.*connected, but no answer: nothing within 300 ms; $try_silent/);
	cmp_ok(time - $start, '>=', 0.3, 'it had its time');
	return;
}

# Each sample is said in the place of its report.
sub check_reports {
	my ($port, $socket) = closed_port();
	my @arguments = ('-h', '127.0.0.1', '-p', $port, '--watch', '--count=2', '--interval=0.1');
	my ($status, $out, $err) = pgconntop(@arguments);
	is("$status$err", '2', 'two reports');
	is(() = $out =~ /^--- \d{4}-\d\d-\d\dT[\d:.]+Z  no sample: .*Connection refused.*; $try_host$/mg, 2, 'as text');
	($status, $out, $err) = pgconntop(@arguments, '--format=json');
	is("$status$err", '2', 'two objects');
	is(() = $out =~ /^\{"version":1,"time":"[^"]+","error":"[^"\\]*(?:\\.[^"\\]*)*"\}$/mg, 2, 'as JSON');
	return;
}

check_hosts();
check_silence();
check_reports();
done_testing();
