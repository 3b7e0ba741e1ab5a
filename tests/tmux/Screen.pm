# SPDX-License-Identifier: PostgreSQL
# A program on a real terminal: a tmux server of our own, without configuration, in a temporary
# directory. The program runs under a small shell script that tells its process number and exit
# status, and keeps the terminal open, so that what the program left there can be looked at.
#
#   my $screen = Screen->new(command => [$ENV{PGCONNTOP}, $server->connstr], cols => 80, rows => 24);
#   ok($screen->wait_for(qr/Slots/, 10), 'first frame');
#   $screen->keys('/', 'F1', 'C-c');
#   is($screen->wait_exit(5), 0, 'exit status');
#   ok($screen->is_restored, 'the terminal is as it was');
package Screen;
use strict;
use warnings;

use Encode qw(decode encode);
use File::Basename qw(dirname);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use MIME::Base64 qw(decode_base64);
use Scalar::Util qw(weaken);
use Test::More ();
use lib dirname(__FILE__) . '/../server';
use PgServer ();
use Program;

use constant TIMEOUT => 20;

# No status line, so that the program has all rows; Escape is passed on at once.
my $tmux_conf = <<'EOF_CONF';
set -g status off
set -g escape-time 0
set -g remain-on-exit on
set -g history-limit 0
set -g set-clipboard off
set -g allow-passthrough off
EOF_CONF

# $1 is our directory, the rest the program. A signal to the terminal's processes (Ctrl-C, hang-up)
# must not end the script before it has told.
my $wrapper = <<'EOF_SH';
dir=$1
shift
trap : INT QUIT HUP TERM
stty -a >"$dir/stty.before"
sh -c 'echo $$ >"$0/pid"; exec "$@"' "$dir" "$@"
status=$?
stty -a >"$dir/stty.after"
echo $status >"$dir/status.new"
mv "$dir/status.new" "$dir/status"
exec cat
EOF_SH

my %live; # screens to take away at the end, by directory
my $owner = $$;

# True if there is a tmux to run on.
sub available {
	return (run_program(['tmux', '-V']))[0] eq '0';
}

# Ends the test, in sight, where there is no tmux or no server.
sub need {
	my @servers = PgServer::bindirs();
	Test::More::plan(skip_all => 'tmux is missing') if !available();
	Test::More::plan(skip_all => 'no PostgreSQL server found (PG_BINDIRS names where)') if !@servers;
	return;
}

# Starts the monitor on a server. Options: login (those of PgServer::connstr), args (more options of
# the program), and those of new.
sub monitor {
	my ($class, $server, %opt) = @_;
	my $login = delete $opt{login} // {};
	my $args = delete $opt{args} // [];
	return $class->new(%opt, command => [$ENV{PGCONNTOP}, '--config=/dev/null', '--interval=0.2',
		@$args, $server->connstr(%$login)]);
}

# Starts a program. Options: command (list), cols (80), rows (24), env (name => value, undef takes
# the name away), term ('screen-256color'; what TERM says in there). Its
# working directory and that of its state are private.
sub new {
	my ($class, %opt) = @_;
	my $self = bless { dir => tempdir('pgcs-XXXXXX', DIR => '/tmp') }, $class;
	weaken($live{ $self->{dir} } = $self);
	Program::guard_add("dir $self->{dir}");
	open my $out, '>', "$self->{dir}/tmux.conf" or die "tmux.conf: $!";
	print $out $tmux_conf, 'set -g default-terminal ', $opt{term} // 'screen-256color', "\n";
	close $out;
	my %env = (LANG => 'C.UTF-8', XDG_STATE_HOME => $self->{dir}, %{ $opt{env} // {} });
	my @env = map { defined $env{$_} ? "$_=$env{$_}" : "-u$_" } sort { $a cmp $b } keys %env;
	# env(1) wants its options before the assignments.
	@env = sort { ($b =~ /^-u/) <=> ($a =~ /^-u/) } @env;
	$self->tmux('-u', '-f', "$self->{dir}/tmux.conf", 'new-session', '-d', '-s', 'main', '-c',
		$self->{dir}, '-x', $opt{cols} // 80, '-y', $opt{rows} // 24, 'env', @env,
		'sh', '-c', $wrapper, 'sh', $self->{dir},
		map { encode('UTF-8', $_) } @{ $opt{command} });
	$self->{tmux_pid} = $self->format('#{pid}');
	Program::guard_add("pid $self->{tmux_pid}");
	wait_until { -s "$self->{dir}/pid" } TIMEOUT, 'the start of a program in tmux';
	return $self;
}

# A screen where an interactive shell waits for a command, with job control: for suspend and resume.
# Its prompt is `ready$`.
sub shell {
	my ($class, %opt) = @_;
	my $self = $class->new(%opt, command => ['sh', '-i'],
		env => { %{ $opt{env} // {} }, PS1 => 'ready$ ', ENV => undef });
	$self->wait_for(qr/^ready\$/m);
	return $self;
}

# Runs a tmux command; what it prints. Dies if it fails.
sub tmux {
	my ($self, @args) = @_;
	my ($status, $out, $err) = run_program(['tmux', '-S', "$self->{dir}/socket", @args],
		env => { TMUX => undef, TMUX_PANE => undef, TERM => 'xterm' }, timeout => TIMEOUT);
	$status eq '0' or die "tmux @args: status $status\n$err";
	return $out;
}

# The value of a tmux format, such as '#{cursor_flag}'.
sub format {
	my ($self, $format) = @_;
	my $out = $self->tmux(qw(display-message -p -t main:), $format);
	chomp $out;
	return $out;
}

# Presses keys, by tmux's names: 'a', 'Enter', 'Escape', 'F1', 'C-c', 'Up', 'NPage'.
sub keys {
	my ($self, @keys) = @_;
	$self->tmux(qw(send-keys -t main: --), map { $_ eq ';' ? '\\;' : $_ } @keys);
	return;
}

# Types a text as it is.
sub type {
	my ($self, $text) = @_;
	$self->_send(encode('UTF-8', $text));
	return;
}

# Bytes as if the terminal had sent them.
sub _send {
	my ($self, $bytes) = @_;
	$self->tmux(qw(send-keys -t main: -H), map { sprintf '%02x', ord } split //, $bytes);
	return;
}

# Mouse, column and row from 0: press and release; button 0 is the left one, 1 the middle, 2 the
# right. In the coding that the program asked for; false if it asked for no mouse.
sub click {
	my ($self, $col, $row, $button) = @_;
	return $self->_mouse($button // 0, $col, $row, 'press') && $self->_mouse($button // 0, $col, $row);
}

sub wheel_up { return $_[0]->_mouse(64, @_[1, 2], 'press') }
sub wheel_down { return $_[0]->_mouse(65, @_[1, 2], 'press') }

sub _mouse {
	my ($self, $button, $col, $row, $press) = @_;
	my ($any, $sgr) = split / /, $self->format('#{mouse_any_flag} #{mouse_sgr_flag}');
	return 0 if !$any;
	if ($sgr) {
		$self->_send(sprintf "\e[<%d;%d;%d%s", $button, $col + 1, $row + 1, $press ? 'M' : 'm');
	} else {
		$self->_send("\e[M" . join '', map { chr(32 + $_) } $press ? $button : 3, $col + 1, $row + 1);
	}
	return 1;
}

# What is on the screen: lines without trailing blanks. With styles => 1 escape sequences show
# colours and attributes.
sub capture {
	my ($self, %opt) = @_;
	my $out = decode('UTF-8', $self->tmux(qw(capture-pane -p -t main:), $opt{styles} ? '-e' : ()));
	return $out =~ s/[ \t]+$//gmr;
}

# True as soon as the regular expression matches the screen; else false, and shows the screen.
sub wait_for {
	my ($self, $regex, $seconds) = @_;
	my $screen;
	return 1 if wait_until { ($screen = $self->capture) =~ $regex } $seconds // TIMEOUT, $regex;
	$self->show($screen);
	return 0;
}

# The same for what must go away.
sub wait_gone {
	my ($self, $regex, $seconds) = @_;
	my $screen;
	return 1 if wait_until { ($screen = $self->capture) !~ $regex } $seconds // TIMEOUT,
	    "the end of $regex";
	$self->show($screen);
	return 0;
}

# Puts the screen into the test's output.
sub show {
	my ($self, $screen) = @_;
	$screen //= $self->capture;
	Test::More::diag(encode('UTF-8', join '', map { "|$_\n" } split /\n/, $screen));
	return;
}

sub resize {
	my ($self, $cols, $rows) = @_;
	$self->tmux(qw(resize-window -t main:), '-x', $cols, '-y', $rows);
	return;
}

# All bytes that the program sends to the terminal from now on go to this file as well.
sub record {
	my ($self, $file) = @_;
	$self->tmux(qw(pipe-pane -t main:), "exec cat >> '$file'");
	return;
}

# Presses y; what went into the clipboard with it, which must be the same for the terminal and for
# the one around tmux. The file is what the terminal was sent.
sub copied {
	my ($self, $file) = @_;
	my $before = length slurp($file);
	my @texts;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$self->keys('y');
	wait_ok {
		@texts = substr(slurp($file), $before) =~ /\e\]52;c;([A-Za-z0-9+\/=]*)\a/g;
		@texts == 2
	} 20, 'y sends it twice';
	Test::More::is($texts[0], $texts[1], 'the same');
	Test::More::like(substr(slurp($file), $before), qr/\ePtmux;\e\e\]52;c;\Q$texts[0]\E\a\e\\/,
		'once wrapped for tmux');
	return decode('UTF-8', decode_base64($texts[0]));
}

# The process number of the program, and signals for it.
sub pid {
	my ($self) = @_;
	chomp(my $pid = slurp("$self->{dir}/pid"));
	return $pid;
}

sub signal {
	my ($self, $name) = @_;
	return !defined $self->status && kill $name, $self->pid;
}

# The terminal goes away, as when an SSH session drops, and the program gets the SIGHUP that a login
# shell passes on. With signal => 0 it does not.
sub hang_up {
	my ($self, %opt) = @_;
	my $pid = defined $self->status ? undef : $self->pid;
	$self->tmux('kill-server');
	kill 'HUP', $pid if $pid && ($opt{signal} // 1);
	return;
}

# The exit status of the program, 128 + N after signal N; undef while it runs.
sub status {
	my ($self) = @_;
	chomp(my $status = slurp("$self->{dir}/status"));
	return length $status ? $status : undef;
}

# Waits for the end of the program; its exit status, or 'timeout', and then shows the screen.
sub wait_exit {
	my ($self, $seconds) = @_;
	return $self->status
	    if wait_until { defined $self->status } $seconds // TIMEOUT, 'the end of the program';
	eval { $self->show };
	return 'timeout';
}

# After the end: true if the program gave the terminal back as it had got it; else says what not.
sub is_restored {
	my ($self) = @_;
	my %modes = (alternate_on => 0, cursor_flag => 1, insert_flag => 0, keypad_cursor_flag => 0,
		keypad_flag => 0, mouse_any_flag => 0, mouse_sgr_flag => 0, wrap_flag => 1);
	my @wrong = grep { $self->format("#{$_}") ne $modes{$_} } sort { $a cmp $b } CORE::keys %modes;
	my ($before, $after) = map { slurp("$self->{dir}/stty.$_") } qw(before after);
	s/rows \d+; columns \d+;// for $before, $after;
	push @wrong, "stty:\n$before$after" if $before ne $after;
	Test::More::diag("not restored: @wrong") if @wrong;
	return !@wrong;
}

sub _clean {
	my ($self) = @_;
	return if !delete $live{ $self->{dir} };
	my $pid = defined $self->status ? undef : $self->pid;
	eval { $self->hang_up if -S "$self->{dir}/socket" };
	if ($pid && !wait_until { defined $self->status } 5, 'the end of a program after a hang-up') {
		kill 'KILL', $pid;
		wait_until { defined $self->status } 5, 'the end of a killed program';
	}
	Program::guard_forget("pid $self->{tmux_pid}") if $self->{tmux_pid};
	remove_tree($self->{dir});
	Program::guard_forget("dir $self->{dir}");
	return;
}

sub DESTROY {
	my ($self) = @_;
	local ($?, $@, $!);
	$self->_clean if $$ == $owner && $self->{dir};
	return;
}

END {
	if ($$ == $owner) {
		local $?;
		$_->_clean for grep { defined } values %live;
	}
}

1;
