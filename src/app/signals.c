/* SPDX-License-Identifier: PostgreSQL */
/*
 * Signals: handlers set a flag and nothing else, and they are let in only
 * while the loop waits. A crash gives the terminal back and then goes its
 * way.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "app.h"

static volatile sig_atomic_t quit_flag, resized_flag, continued_flag;
static void (*volatile crash_restore)(void);
static sigset_t inside; /* the mask while waiting */

static void
on_signal(int number)
{
	if (number == SIGWINCH)
		resized_flag = 1;
	else if (number == SIGCONT)
		continued_flag = 1;
	else if (quit_flag < 2)
		quit_flag++;
}

static void
on_crash(int number)
{
	if (crash_restore != NULL)
		crash_restore();
	raise(number); /* the handler was for one time: now the default */
}

static void
handle(int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

void
signals_init(void)
{
	static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof handled / sizeof handled[0]; i++) {
		sigaddset(&blocked, handled[i]);
		handle(handled[i], on_signal, 0);
	}
	handle(SIGPIPE, SIG_IGN, 0);
	handle(SIGXFSZ, SIG_IGN, 0); /* a kill log at its limit is an error to tell, not an end */
	sigprocmask(SIG_BLOCK, &blocked, &inside);
	for (size_t i = 0; i < sizeof handled / sizeof handled[0]; i++)
		sigdelset(&inside, handled[i]);
}

const sigset_t *
signals_mask(void)
{
	return &inside;
}

static bool
take(volatile sig_atomic_t *flag)
{
	bool came = *flag != 0;

	*flag = 0;
	return came;
}

bool
signals_quit(void)
{
	return quit_flag != 0;
}

bool
signals_hurry(void)
{
	return quit_flag > 1;
}

bool
signals_resized(void)
{
	return take(&resized_flag);
}

bool
signals_continued(void)
{
	return take(&continued_flag);
}

void
signals_on_crash(void (*restore)(void))
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

	crash_restore = restore;
	for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
		handle(crashes[i], on_crash, (int)SA_RESETHAND | SA_NODEFER);
}

void
signals_suspend(void)
{
	sigset_t set;
	int number;

	kill(0, SIGTSTP);
	/* The SIGCONT that ended it is no news. */
	if (sigpending(&set) != 0 || sigismember(&set, SIGCONT) != 1)
		return;
	sigemptyset(&set);
	sigaddset(&set, SIGCONT);
	sigwait(&set, &number);
}
