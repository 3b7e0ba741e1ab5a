# SPDX-License-Identifier: PostgreSQL
# A part of bench.pl: a full server. How soon the first screen is there by which way, what a look
# at all processes costs, how soon there is an ordinary login after X, also in a storm of logins.
use strict;
use warnings;

use Time::HiRes qw(time);

use constant {
	HERD => 100,  # idle sessions that X ends
	STORM => 200, # logins a second
};

# CPU per refresh by /proc, with so many sessions.
sub report_scan {
	my ($sessions) = @_;
	my $live = Terminal->new(pgconntop(INTERVAL, 'postgres', '--via=proc'));
	$live->pump_until_text(qr{ ~?\d+/\d+ .* free}s);
	$live->pump_burst;
	my $cpu = cpu_ms($live->pid);
	$live->pump(INTERVAL * REFRESHES);
	report('client CPU per refresh, /proc', $sessions, 'ms', (cpu_ms($live->pid) - $cpu) / REFRESHES,
		limit => 40);
	report('resident memory, /proc', $sessions, 'kB', (memory_kb($live->pid))[0]);
	return;
}

# From exec to the end of the first screen with data, by this way.
sub report_way {
	my ($what, $pattern, $limit) = @_;
	my @times = map {
		my $live = Terminal->new(pgconntop(2, 'postgres'));
		($live->pump_until_text(qr{$pattern.* ~?\d+/\d+ .* free}s) - $live->{start}) * 1000
	} 1 .. FRAMES;
	report("full: first frame, $what", SLOTS, 'ms', median(@times), limit => $limit);
	return;
}

# Logins at a steady rate, over as soon as they are in, for as long as it lives.
sub start_storm {
	my ($server) = @_;
	my $code = 'use PgClient; my $server = bless { host => shift, port => shift }, "main"; my $rate = shift;'
		. 'sub host { $_[0]{host} } sub port { $_[0]{port} }'
		. 'while (1) { PgClient->try($server, application_name => "storm"); select undef, undef, undef, 1 / $rate }';
	return Program->start([$^X, (map { "-I$_" } @INC), '-e', $code, $server->host, $server->port, STORM]);
}

# X, Enter, the number, Enter: from the last one to our session among the ordinary ones.
sub report_free {
	my ($server, $observer, $what, $limit) = @_;
	my @herd = map { PgClient->new($server, application_name => 'herd') } 1 .. HERD;
	my @rest = PgClient->fill($server);
	my $live = Terminal->new(pgconntop(2, 'postgres', '--kill-log=' . $server->host . '/kill.log'));
	$live->pump_until_text(qr{via walsender .* free}s);
	my $storm = $what =~ /storm/ && start_storm($server);
	for my $keys ('3', '/', "application=herd\r", 'X', "\t", '0s', "\r", HERD) {
		syswrite $live->{tty}, $keys;
		$live->pump(SETTLE / 4);
	}
	my $start = time;
	syswrite $live->{tty}, "\r";
	my $in;
	while (!$in && time - $start < 20) {
		$live->pump(0.005);
		$in = $observer->query(q{SELECT count(*) FROM pg_stat_get_activity(NULL)
			WHERE application_name = 'pgconntop' AND backend_type = 'client backend'});
	}
	report($what, HERD, 'ms', (time - $start) * 1000, limit => $limit);
	!$storm || !defined $storm->status or die "the storm is over: ", $storm->err, "\n";
	$storm->kill if $storm;
	return;
}

# On a server that has so many sessions already.
sub report_ways {
	my ($server, $sessions) = @_;
	report_scan($sessions);
	my $observer = PgClient->new($server, replication => 'database');
	report_free($server, $observer, 'X to ordinary login', 1000);
	report_free($server, $observer, 'X to ordinary login, storm', 5000);
	my @rest = PgClient->fill($server);
	report_way('walsender', qr/via walsender/, 150);
	my @senders = PgClient->fill($server, replication => 'database');
	report_way('/proc', qr/via proc/, 250);
	return;
}

1;
