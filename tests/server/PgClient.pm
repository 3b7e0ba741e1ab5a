# SPDX-License-Identifier: PostgreSQL
# A client without libpq, which can do what a decent client does not: stall while it logs in, call
# a function over the fast path, send any bytes. It speaks the protocol's version 3, without
# passwords and encryption; text is bytes. A session ends with its object.
#
#   my $client = PgClient->new($server, user => 'app', application_name => 'web');
#   is($client->query('select 6 * 7'), 42);
#   $client->send_query('select pg_sleep(1000)');
#   my $refused = PgClient->try($server)->error; # { C => '53300', R => 'InitProcess', ... }
package PgClient;
use strict;
use warnings;

use File::Basename qw(dirname);
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Time::HiRes qw(time);
use lib dirname(__FILE__);
use Program;

use constant {
	PROTOCOL => 3 << 16,
	TIMEOUT => 30,
};

# Logs in, or dies. Options: tcp (true: not over the Unix socket), and what the startup packet
# shall hold (user postgres, database postgres).
sub new {
	my ($class, $server, %opt) = @_;
	my $self = $class->try($server, %opt);
	die "login: $self->{error}{C} $self->{error}{M}\n" if $self->{error};
	return $self;
}

# The same, but a refusal is kept in error.
sub try {
	my ($class, $server, %opt) = @_;
	my $self = $class->stall($server, %opt);
	$self->_read_until('Z');
	return $self;
}

# Sessions until one is refused: no slot of that kind is left. Options as above.
sub fill {
	my ($class, $server, %opt) = @_;
	my ($session, @sessions);
	push @sessions, $session while !($session = $class->try($server, %opt))->error;
	return @sessions;
}

# Sends the startup packet and no more.
sub stall {
	my ($class, $server, %opt) = @_;
	my $self = $class->knock($server, tcp => delete $opt{tcp});
	my %params = (user => 'postgres', database => 'postgres', %opt);
	my $packet = pack('N', PROTOCOL) . join('', map { "$_\0$params{$_}\0" } sort keys %params) . "\0";
	$self->_send(pack('N', 4 + length $packet) . $packet);
	return $self;
}

# Connects and sends nothing at all.
sub knock {
	my ($class, $server, %opt) = @_;
	my ($host, $port) = ($server->host, $server->port);
	my $socket = $opt{tcp} ? IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port")
		: IO::Socket::UNIX->new(Peer => "$host/.s.PGSQL.$port");
	die "connect: $!\n" if !$socket;
	return bless { socket => $socket, buffer => '', params => {} }, $class;
}

# What it was told: the process of the server, a setting, the fields of an error by their letters.
sub pid { return $_[0]{pid} }
sub param { return $_[0]{params}{ $_[1] } }
sub error { return $_[0]{error} }

# Runs statements: the rows that they gave, values with bars between, as a list, or as one text.
# Dies if one fails.
sub query {
	my ($self, $sql) = @_;
	$self->send_query($sql);
	return $self->finish;
}

# The same, but it does not wait.
sub send_query {
	my ($self, $sql) = @_;
	$self->_message('Q', "$sql\0");
	return;
}

# Calls a function over the fast path, with one argument in binary form; does not wait.
sub send_call {
	my ($self, $oid, $argument) = @_;
	$self->_message('F', pack('NnnnN/a*n', $oid, 1, 1, 1, $argument, 1));
	return;
}

# Waits for what was sent.
sub finish {
	my ($self) = @_;
	$self->{rows} = [];
	delete $self->{error};
	$self->_read_until('Z');
	die "$self->{error}{C} $self->{error}{M}\n" if $self->{error};
	return wantarray ? @{ $self->{rows} } : join "\n", @{ $self->{rows} };
}

# Waits until the server has so many sessions of clients, this one included, and no more: those that
# were closed a moment ago may take a while to go. Dies if that does not come true.
sub wait_for_sessions {
	my ($self, $count) = @_;
	my $seen;
	wait_until {
		$seen = $self->query("select count(*) from pg_stat_activity where backend_type = 'client backend'");
		$seen == $count
	} TIMEOUT, "$count sessions" or die "there are $seen sessions and not $count\n";
	return;
}

# Waits for a message of that type: 'R' is a question about who we are.
sub wait_for {
	my ($self, $type) = @_;
	$self->_read_until($type);
	die "no $type: $self->{error}{C} $self->{error}{M}\n" if $self->{error};
	return;
}

sub close {
	my ($self) = @_;
	my $socket = delete $self->{socket} or return;
	local $SIG{PIPE} = 'IGNORE';
	syswrite $socket, 'X' . pack('N', 4) if $self->{pid};
	$socket->close;
	return;
}

sub DESTROY {
	my ($self) = @_;
	local ($?, $@, $!);
	$self->close;
	return;
}

sub _message {
	my ($self, $type, $body) = @_;
	return $self->_send($type . pack('N', 4 + length $body) . $body);
}

sub _send {
	my ($self, $bytes) = @_;
	local $SIG{PIPE} = 'IGNORE';
	while (length $bytes) {
		my $n = syswrite $self->{socket}, $bytes;
		die "send: $!\n" if !defined $n;
		substr $bytes, 0, $n, '';
	}
	return;
}

# Reads messages up to one of that type, or to the end of the connection, which must have a reason.
sub _read_until {
	my ($self, $wanted) = @_;
	my $end = time + TIMEOUT;
	while (1) {
		while (my ($type, $body) = $self->_next_message) {
			$self->_take($type, $body);
			return if $type eq $wanted;
		}
		IO::Select->new($self->{socket})->can_read($end - time) or die "the server does not answer\n";
		my $n = sysread $self->{socket}, $self->{buffer}, 65536, length $self->{buffer};
		next if $n;
		$self->{error} ||= { C => '', M => "the server closed the connection: $!" };
		return;
	}
}

# Takes a whole message off the buffer; nothing if there is none yet.
sub _next_message {
	my ($self) = @_;
	return if length $self->{buffer} < 5;
	my ($type, $length) = unpack 'aN', $self->{buffer};
	return if length $self->{buffer} < 1 + $length;
	my $body = substr $self->{buffer}, 5, $length - 4;
	substr $self->{buffer}, 0, 1 + $length, '';
	return ($type, $body);
}

sub _take {
	my ($self, $type, $body) = @_;
	if ($type eq 'E') {
		my %fields = map { substr($_, 0, 1) => substr($_, 1) } split /\0/, $body;
		$self->{error} = \%fields;
	} elsif ($type eq 'S') {
		my ($name, $value) = split /\0/, $body;
		$self->{params}{$name} = $value;
	} elsif ($type eq 'K') {
		$self->{pid} = unpack 'N', $body;
	} elsif ($type eq 'D') {
		my ($count, $rest) = unpack 'na*', $body;
		my @values;
		for (1 .. $count) {
			(my $length, $rest) = unpack 'Na*', $rest;
			push @values, $length == 0xffffffff ? '' : substr $rest, 0, $length, '';
		}
		push @{ $self->{rows} }, join '|', @values;
	}
	return;
}

1;
