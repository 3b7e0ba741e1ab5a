# SPDX-License-Identifier: PostgreSQL
# Roles that may not do all: superusers' sessions are denied and the rest ends all the same; whoever
# may signal nobody is told what to grant; read-only, as an option or
# in the configuration file, takes every acting key away.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use Acting;
use PgClient;
use PgServer;
use Screen;
use Test::More;

Screen::need();

sub check_signaller {
	my ($server) = @_;
	my $screen = acting($server, login => { user => 'signaller' });
	my @boss = clients($server, 2, 'boss');
	my @app = clients($server, 6, 'web', user => 'app');
	ok($screen->wait_for(qr/Sessions \(9\)/), 'all are listed');
	press($screen, ['3', '*'], qr/\b9 tagged\b/, 'and tagged');
	press($screen, 'K', qr/Terminate 6 sessions\?/, 'all that we may end');
	like($screen->capture, qr/Left alone: 1 our own connection, 2 not permitted to this role/, 'who is left alone');
	like($screen->capture, qr/2 left alone for want of a right: only a superuser may, or postgres or root/, 'and who may end those');
	answer($screen, 6);
	like($screen->capture, qr/\b6 ended\b/, 'they are ended');
	press_gone($screen, 'Escape', qr/Over\b/, 'closed');
	only($screen, 'pid=' . $boss[0]->pid, $boss[0]);
	$screen->keys('U');
	press($screen, 'K', qr/Terminate 1 session\?/, 'one that we may not end');
	like($screen->capture, qr/of superusers, will be denied, for only a superuser may: \d+ boss of postgres/,
		'which is said before');
	like($screen->capture, qr/no slot comes free/, 'and that it frees nothing');
	answer($screen, 1);
	like($screen->capture, qr/\b1 denied\b.*superuser/, 'it is denied, and who would be allowed is said');
	is_deeply([alive($server, @boss, @app)], [@boss], 'by the server too');
	my @log = entries(kill_log($server));
	is_deeply(outcomes(@log), { ended => [sort { $a <=> $b } map { $_->pid } @app],
		denied => [$boss[0]->pid] }, 'and by the log');
	like($_->{note}, qr/superuser/, 'with a note') for grep { ($_->{outcome} // '') eq 'denied' } @log;
	is($log[0]{role}, 'signaller', 'the role is in the log');
	return;
}

# pg_monitor sees all and may signal its own role alone.
sub check_watcher {
	my ($server) = @_;
	my $screen = acting($server, login => { user => 'watcher' });
	my @app = clients($server, 2, 'web', user => 'app');
	my @own = clients($server, 2, 'mine', user => 'watcher');
	only($screen, 'application=web|mine', @app, @own);
	press($screen, ['*', 'K'], qr/GRANT pg_signal_backend TO watcher/, 'what to grant is said before');
	answer($screen, 2);
	like($screen->capture, qr/\b2 ended\b/, 'its own are ended');
	is_deeply([alive($server, @app, @own)], [@app], 'by the server too');
	return;
}

# A role without any right sees nothing of others, and what is not seen is not touched.
sub check_guest {
	my ($server) = @_;
	my $screen = acting($server, login => { user => 'guest' });
	my @app = clients($server, 1, 'web', user => 'app');
	my @own = clients($server, 1, 'mine', user => 'guest');
	only($screen, 'application=web', @app);
	press($screen, 'K', qr/nothing to terminate: .*of unknown state/, 'K on what is not seen');
	only($screen, 'application=mine', @own);
	press($screen, 'K', qr/Terminate 1 session\?/, 'K on one of its own');
	answer($screen, 1);
	is_deeply([alive($server, @app, @own)], [@app], 'that one is ended');
	return;
}

# The right can be lost while the question stands: the server has the last word.
sub check_revoked {
	my ($server) = @_;
	my $screen = acting($server, login => { user => 'signaller' });
	my @app = clients($server, 1, 'web', user => 'app');
	only($screen, 'application=web', @app);
	press($screen, 'K', qr/Terminate 1 session\?/, 'K');
	$server->psql('revoke pg_signal_backend from signaller');
	answer($screen, 1);
	like($screen->capture, qr/\b1 denied\b.*a member of app or pg_signal_backend/, 'denied');
	is(alive($server, @app), 1, 'it lives');
	$server->psql('grant pg_signal_backend to signaller');
	return;
}

sub check_read_only {
	my ($server, $arg) = @_;
	unlink kill_log($server);
	my $screen = acting($server, args => [$arg]);
	my @app = clients($server, 1, 'web', user => 'app');
	only($screen, 'application=web', @app);
	like($screen->capture, qr/read-only/i, 'it is in sight');
	for my $key (qw(K C X F9)) {
		press($screen, $key, qr/read-only: no action is possible/, "$key refuses");
		press_gone($screen, 'Escape', qr/no action is possible/, 'nothing else came');
	}
	press($screen, 'Enter', qr/Session \d+/, 'the details');
	press($screen, 'K', qr/read-only: no action is possible/, 'K refuses there too');
	unlike($screen->capture, qr/Terminate \d/, 'and asks nothing');
	is(alive($server, @app), 1, 'it lives');
	ok(!-e kill_log($server), 'no log was begun');
	send_home($server, @app);
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 40 });
	$server->psql('create role app login; create role guest login; create role watcher login;'
		. ' create role signaller login; grant pg_monitor to watcher, signaller;'
		. ' grant pg_signal_backend to signaller');
	subtest 'pg_signal_backend' => sub { check_signaller($server) };
	subtest 'pg_monitor' => sub { check_watcher($server) };
	subtest 'no right' => sub { check_guest($server) };
	subtest 'a right that is lost' => sub { check_revoked($server) };
	subtest 'read-only' => sub { check_read_only($server, '--read-only') };
	my $conf = $server->host . '/read-only.conf';
	open my $out, '>', $conf or die "$conf: $!";
	print $out "read_only = true;\n";
	close $out or die "$conf: $!";
	subtest 'read-only by the configuration' => sub { check_read_only($server, "--config=$conf") };
});
done_testing();
