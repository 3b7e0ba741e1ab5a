# SPDX-License-Identifier: PostgreSQL
# Acting when things go wrong: the log cannot be written, the target does not obey, the user stops,
# the connection breaks. What was done is told as done, what was not tried is never done later.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use Acting;
use POSIX qw(mkfifo);
use PgClient;
use PgServer;
use Screen;
use Test::More;

use constant {
	MANY => 300,
	CROWD => 100,
	BLOCK => 512, # bytes, the unit of ulimit -f
};

Screen::need();

# Nothing is done that cannot be written down.
sub check_log {
	my ($server) = @_;
	my ($lamb) = clients($server, 1, 'lamb');
	my ($missing, $pipe) = map { $server->host . "/$_" } 'missing/kill.log', 'pipe';
	mkfifo($pipe, 0600) or die "$pipe: $!";
	my %logs = ('/dev/full' => 'No space left on device', $server->host => 'Is a directory',
		$missing => 'No such file or directory', $pipe => 'No such device or address');
	for my $file (sort keys %logs) {
		my $screen = acting($server, args => ["--kill-log=$file"]);
		only($screen, 'application=lamb', $lamb);
		press($screen, 'K', qr/Terminate 1 session\?/, "K with the log $file");
		answer($screen, 1);
		like(words($screen), qr/0 of 1 had their turn: cannot write the kill log \Q$file: $logs{$file}\E/,
			'refused, with the reason');
		like(words($screen), qr/\b1 not tried\b/, 'and not tried');
		is(alive($server, $lamb), 1, 'it lives');
		press_gone($screen, 'Escape', qr/had their turn/, 'closed');
		press($screen, '7', qr/CRITICAL.*cannot write the kill log/i, 'the messages have it');
		$screen->keys('q');
		is($screen->wait_exit(5), 0, 'it ends as it should');
	}
	send_home($server, $lamb);
	return;
}

# A full disk cut the last line: ours begin on a new one.
sub check_cut_log {
	my ($server) = @_;
	open my $out, '>', kill_log($server) or die "kill log: $!";
	print $out qq({"event":"intent"}\n{"event":"int);
	close $out;
	my $screen = acting($server);
	my ($lamb) = clients($server, 1, 'lamb');
	only($screen, 'application=lamb', $lamb);
	press($screen, 'K', qr/Terminate 1 session\?/, 'K');
	answer($screen, 1);
	my @lines = split /\n/, slurp(kill_log($server));
	is(scalar @lines, 4, 'two lines more');
	is($lines[1], '{"event":"int', 'the cut one is as it was');
	unlink kill_log($server);
	return;
}

# By default it is below the user's state directory; one that was moved away is made anew.
sub check_default_log {
	my ($server) = @_;
	my ($state, $home) = map { $server->host . "/$_" } 'state', 'home';
	mkdir $home;
	my %logs = ("$state/pgconntop/kill.log" => { XDG_STATE_HOME => $state, HOME => $home },
		"$home/.local/state/pgconntop/kill.log" => { XDG_STATE_HOME => undef, HOME => $home });
	for my $file (sort keys %logs) {
		my $screen = Screen->monitor($server, cols => 120, rows => 40, env => $logs{$file});
		$screen->wait_for(qr/Slots \[/);
		for my $round (1, 2) {
			my ($lamb) = clients($server, 1, 'lamb');
			only($screen, 'application=lamb', $lamb);
			press($screen, 'K', qr/Terminate 1 session\?/, 'K');
			answer($screen, 1);
			$screen->keys('Escape');
			is(scalar entries($file), 2, $file =~ s/.*pgct-[^\/]*//r . " has intent and outcome");
			is(sprintf('%o', (stat $file)[2] & 07777), '600', 'nobody else reads it');
			rename $file, "$file.1" or die "rename: $!";
		}
		is(sprintf('%o', (stat $file =~ s/\/[^\/]*\z//r)[2] & 07777), '700', 'nor its directory');
	}
	return;
}

# The log may not grow beyond its intents: the first outcome that must be in it stops the act. The ten
# oldest are signalled, those after them went to work meanwhile, which is known and logged at once.
sub check_full_log {
	my ($server) = @_;
	my ($file, $all) = (kill_log($server), CROWD);
	my ($lamb) = clients($server, 1, 'crowd');
	my $first = acting($server);
	only($first, 'application=crowd', $lamb);
	press($first, 'K', qr/Terminate 1 session\?/, 'K');
	answer($first, 1);
	my ($intent) = split /^/, slurp($file);
	unlink $file;
	$first->keys('C-c');
	is($first->wait_exit(5), 0, 'the length of a line is known');
	# Of lines of about that length all intents have room, and some outcomes at most.
	my $blocks = 8 + int(CROWD * length($intent) / BLOCK);
	my @crowd = clients($server, CROWD, 'crowd'); # before the first sample: they are as it shows them
	my $screen = Screen->new(cols => 120, rows => 40, command => ['sh', '-c',
		"ulimit -f $blocks; exec \"\$@\"", 'sh', $ENV{PGCONNTOP}, '--config=/dev/null',
		'--interval=0.2', "--kill-log=$file", $server->connstr]);
	my $own = own_pid($server);
	only($screen, 'application=crowd', CROWD);
	press($screen, ['*', 'K'], qr/Terminate $all sessions\?/, 'K on all of them');
	hold($server, $own);
	$screen->type("$all\n");
	ok($screen->wait_for(qr/Fetching the whole queries/), 'yes; the server takes its time');
	$_->query('select 2') for @crowd[10 .. CROWD - 11];
	process($own, 'CONT');
	over($screen);
	my $words = words($screen);
	my ($turns) = $words =~ /(\d+) of $all had their turn: cannot write the kill log \Q$file\E: File too large/;
	ok($turns, 'stopped, with the reason') or $screen->show;
	$turns //= 0;
	cmp_ok($turns, '>', 10, 'after the intents');
	cmp_ok($turns, '<', CROWD - 10, 'before those that would have been signalled');
	my ($changed, $left) = ($turns - 10, CROWD - $turns);
	like($words, qr/\b10 ended\b/, 'what was signalled is told as ended');
	like($words, qr/\b$changed changed\b/, 'those that were not as shown');
	like($words, qr/\b$left not tried\b/, 'and the rest as not tried');
	is_deeply([alive($server, @crowd)], [@crowd[10 .. CROWD - 1]], 'as it is on the server');
	is(scalar(() = slurp($file) =~ /"event":\s*"intent".*\n/g), CROWD, 'the log has all intents');
	press_gone($screen, 'Escape', qr/had their turn/, 'closed');
	press($screen, '7', qr/CRITICAL.*cannot write the kill log/i, 'the messages have it');
	$screen->keys('C-c');
	is($screen->wait_exit(5), 0, 'it ends as it should');
	send_home($server, @crowd);
	unlink $file;
	return;
}

# A process that stands still takes no signal: it is told so, and a cancel offers the harder way.
sub check_stopped {
	my ($server) = @_;
	my $screen = acting($server);
	my ($mule) = clients($server, 1, 'mule');
	only($screen, 'application=mule', $mule);
	process($mule->pid, 'STOP');
	press($screen, 'K', qr/Terminate 1 session\?/, 'K');
	answer($screen, 1);
	like($screen->capture, qr/\b1 still there\b.*ClientRead/, 'still there, and what it waits for');
	$screen->keys('Escape');
	is((entries(kill_log($server)))[-1]{outcome}, 'still there', 'the log says so');
	process($mule->pid, 'CONT');
	wait_ok { !alive($server, $mule) } 20, 'it ends when it goes on';
	($mule) = clients($server, 1, 'mule');
	$mule->send_query('select pg_sleep(1000)');
	wait_ok { state_of($server, $mule) eq 'active' } 20, 'another one works';
	only($screen, 'application=mule', $mule);
	process($mule->pid, 'STOP');
	press($screen, 'C', qr/Cancel 1 session\?/, 'C');
	answer($screen, 1);
	like($screen->capture, qr/\b1 still there\b/, 'still there');
	press($screen, 'K', qr/Terminate 1 session\?/, 'K: the harder way');
	answer($screen, 1);
	process($mule->pid, 'CONT');
	wait_ok { !alive($server, $mule) } 20, 'it ends when it goes on';
	$screen->keys('Escape');
	is_deeply([map { $_->{action} } (entries(kill_log($server)))[-4 .. -1]],
		['cancel', 'cancel', 'terminate', 'terminate'], 'the log has both');
	return;
}

# Confirms an act on many and stops our process of the server in the midst of it.
sub halfway {
	my ($server, $screen) = @_;
	my $watcher = PgClient->new($server);
	my $own = own_pid($server);
	my $all = MANY;
	ok($screen->wait_for(qr/Sessions \($all of/), 'many are listed');
	press($screen, ['*', 'K'], qr/Type $all /, 'K on all of them');
	$screen->type("$all\n");
	wait_until {
		$watcher->query("select count(*) from pg_stat_get_activity(null) where application_name = 'flock'") < MANY
	} 30, 'the first ones to end';
	hold($server, $own);
	my $left = $watcher->query("select count(*) from pg_stat_get_activity(null) where application_name = 'flock'");
	cmp_ok($left, '>', 1, "half way: $left are left");
	return $own;
}

sub herd {
	my ($server, $screen) = @_;
	unlink kill_log($server);
	my $load = $server->load('--idle=' . MANY, '--idle-app=flock');
	$screen->keys('3', '\\', 'U', '/', 'C-u');
	$screen->type("application=flock\n");
	return $load;
}

# Log and server agree: each target has one intent and one outcome, and those that were not tried
# live. Gives the outcomes' numbers.
sub check_sums {
	my ($server, $file) = @_;
	my @log = entries($file // kill_log($server));
	is(scalar(grep { $_->{event} eq 'intent' } @log), MANY, 'an intent of each target');
	my $outcomes = outcomes(@log);
	is(scalar(map { @$_ } values %$outcomes), MANY, 'an outcome of each target');
	my $lives = $server->psql("select string_agg(pid::text, ' ' order by pid) from pg_stat_activity"
		. " where application_name = 'flock'");
	my %may = map { $_ => 1 } map { @{ $outcomes->{$_} // [] } } 'not tried', 'unknown', 'failed';
	my %lives = map { $_ => 1 } split / /, $lives;
	my @wrong = grep { $_->{event} eq 'outcome' && $lives{ $_->{pid} } && !$may{ $_->{pid} } } @log;
	is_deeply([map { "$_->{pid} $_->{outcome}" } @wrong], [], 'nobody lives who was told to be ended');
	is(join(' ', grep { !$lives{$_} } @{ $outcomes->{'not tried'} // [] }), '', 'who was not tried lives');
	return { map { $_ => scalar @{ $outcomes->{$_} } } keys %$outcomes };
}

sub check_escape {
	my ($server) = @_;
	my $screen = acting($server);
	my $load = herd($server, $screen);
	my $own = halfway($server, $screen);
	press($screen, 'Escape', qr/\d+ of 300 had their turn: stopped by you/, 'Esc stops it');
	process($own, 'CONT');
	over($screen);
	my $numbers = check_sums($server);
	is_deeply([sort keys %$numbers], ['ended', 'not tried'], 'ended or not tried');
	like($screen->capture, qr/\b$numbers->{ended} ended\b/, 'as on the screen');
	like($screen->capture, qr/\b$numbers->{'not tried'} not tried\b/, 'both');
	return;
}

# The log is rotated away meanwhile: this act goes on in it, the next one makes a new one.
sub check_rotated {
	my ($server) = @_;
	my ($lamb) = clients($server, 1, 'lamb');
	my $screen = acting($server);
	my $load = herd($server, $screen);
	my $own = halfway($server, $screen);
	my ($file, $old) = (kill_log($server), kill_log($server) . '.1');
	rename $file, $old or die "rename: $!";
	process($own, 'CONT');
	over($screen);
	is_deeply(check_sums($server, $old), { ended => MANY }, 'all ended, and the renamed log has it');
	like(words($screen), qr/\b300 ended\b/, 'as on the screen');
	ok(!-e $file, 'there is no other log');
	press_gone($screen, 'Escape', qr/Over\b/, 'closed');
	my $before = slurp($old);
	only($screen, 'application=lamb', $lamb);
	press($screen, 'K', qr/Terminate 1 session\?/, 'K once more');
	answer($screen, 1);
	is_deeply([map { "$_->{event} $_->{pid}" } entries($file)], [map { "$_ " . $lamb->pid } 'intent', 'outcome'],
		'the next act makes a new log');
	is(sprintf('%o', (stat $file)[2] & 07777), '600', 'that nobody else reads');
	ok(slurp($old) eq $before, 'the old one is as it was');
	unlink $old;
	return;
}

# Stopped before the first one's turn, closed, and asked once more, all while the server stands still:
# the first act never happens, the second one as it should.
sub check_fetching {
	my ($server) = @_;
	unlink kill_log($server);
	my $screen = acting($server);
	my ($lamb, $other) = map { clients($server, 1, $_) } 'lamb', 'other';
	only($screen, 'application=lamb', $lamb);
	my $own = own_pid($server);
	press($screen, 'K', qr/Terminate 1 session\?/, 'K');
	hold($server, $own);
	press($screen, 'y', qr/Fetching the whole queries/, 'yes; the server takes its time');
	press($screen, 'Escape', qr/0 of 1 had their turn: stopped by you/, 'Esc stops it');
	press_gone($screen, 'Escape', qr/had their turn/, 'and closes it');
	$screen->keys('\\', '/');
	$screen->type("application=other\n");
	ok($screen->wait_for(qr/Sessions \(1 of \d+\).*filter: application=other /), 'another one');
	press($screen, 'K', qr/Terminate 1 session\?/, 'K');
	press($screen, 'y', qr/Fetching the whole queries/, 'yes');
	process($own, 'CONT');
	over($screen);
	like(words($screen), qr/\b1 ended\b/, 'ended');
	is_deeply([alive($server, $lamb, $other)], [$lamb], 'the second one, not the first');
	my @log = entries(kill_log($server));
	is_deeply([map { "$_->{event} $_->{pid}" } @log], [map { "$_ " . $other->pid } 'intent', 'outcome'],
		'the log knows of that one alone');
	send_home($server, $lamb);
	return;
}

# Somebody ends our session while we end others': it is not taken up again.
sub check_lost {
	my ($server) = @_;
	my $screen = acting($server);
	my $load = herd($server, $screen);
	my $own = halfway($server, $screen);
	$server->psql("select pg_terminate_backend($own)");
	process($own, 'CONT');
	over($screen);
	like(words($screen), qr/\d+ of 300 had their turn: the connection was lost/, 'and said why');
	my $numbers = check_sums($server);
	cmp_ok(($numbers->{unknown} // 0) + ($numbers->{failed} // 0), '<=', 1, 'of one at most the answer is missing');
	cmp_ok($numbers->{'not tried'}, '>', 0, 'others were not tried');
	ok($screen->wait_for(qr/via client/), 'there is a connection again');
	my $lives = $server->psql("select count(*) from pg_stat_activity where application_name = 'flock'");
	press_gone($screen, 'Escape', qr/had their turn/, 'closed');
	press($screen, 'R', qr/Sessions \($lives of/, 'samples come');
	is($server->psql("select count(*) from pg_stat_activity where application_name = 'flock'"), $lives,
		'nobody else was ended');
	return;
}

# The whole server dies, and comes back.
sub check_crash {
	my ($server) = @_;
	my $screen = acting($server);
	my $load = herd($server, $screen);
	halfway($server, $screen);
	$server->kill9;
	ok($screen->wait_for(qr/\d+ of 300 had their turn: the connection was lost/), 'it is said');
	undef $load;
	$server->start;
	my ($new) = clients($server, 1, 'flock');
	over($screen);
	is(alive($server, $new), 1, 'a session of the new server lives');
	my @log = entries(kill_log($server));
	is(scalar(map { @$_ } values %{ outcomes(@log) }), MANY, 'an outcome of each target');
	press_gone($screen, 'Escape', qr/had their turn/, 'closed');
	$screen->keys('U', '\\');
	return;
}

# Without a connection nothing is asked, and nothing is kept for later.
sub check_down {
	my ($server) = @_;
	my $screen = acting($server);
	my ($lamb) = clients($server, 1, 'lamb');
	only($screen, 'application=lamb', $lamb);
	press($screen, 'K', qr/Terminate 1 session\?/, 'K');
	$server->stop('immediate');
	ok($screen->wait_for(qr/^.*(?:down|no connection|refused|lost).*$/mi), 'the server is down');
	press($screen, 'y', qr/not connected: nothing was done/, 'yes comes too late');
	press_gone($screen, 'Escape', qr/Terminate 1 session\?/, 'closed');
	press($screen, 'K', qr/not connected: no action is possible now/, 'K refuses');
	press($screen, 'X', qr/not connected: no action is possible now/, 'X refuses');
	$server->start;
	return;
}

# The program ends in the midst of an act: the log tells how far it got.
sub check_quit {
	my ($server) = @_;
	my $screen = acting($server);
	my $load = herd($server, $screen);
	my $own = halfway($server, $screen);
	$screen->keys('C-c');
	is($screen->wait_exit(10), 0, 'it ends at once');
	process($own, 'CONT');
	wait_ok { !$server->psql("select 1 from pg_stat_activity where pid = $own") } 20, 'and its session';
	my $numbers = check_sums($server);
	cmp_ok($numbers->{'not tried'} // 0, '>', 0, 'others were not tried');
	cmp_ok($numbers->{unknown} // 0, '<=', 1, 'of one at most the answer is missing');
	return;
}

my $server = PgServer->new(conf => { max_connections => MANY + 50 });
subtest 'a log that cannot be written' => sub { check_log($server) };
subtest 'a log that was cut' => sub { check_cut_log($server) };
subtest 'the default log' => sub { check_default_log($server) };
subtest 'a log that is full after the intents' => sub { check_full_log($server) };
subtest 'a process that stands still' => sub { check_stopped($server) };
subtest 'stopped by the user' => sub { check_escape($server) };
subtest 'a log that is rotated meanwhile' => sub { check_rotated($server) };
subtest 'stopped before the first one' => sub { check_fetching($server) };
subtest 'a lost connection' => sub { check_lost($server) };
subtest 'the end of the program' => sub { check_quit($server) };
subtest 'a crash of the server' => sub { check_crash($server) };
subtest 'no server' => sub { check_down($server) };
done_testing();
