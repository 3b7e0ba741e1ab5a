/* SPDX-License-Identifier: PostgreSQL */
/*
 * Error messages, and the one way out of what cannot be handled. The restore
 * hook is here because whoever fails, in whatever layer, must give the
 * terminal back before the message can be read.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*restore_hook)(void); /* gives the terminal back; NULL for none */

bool
err_set(struct err *err, const char *fmt, ...)
{
	char msg[sizeof(err->msg)]; /* for an argument may be the old message */
	va_list args;

	va_start(args, fmt);
	if (vsnprintf(msg, sizeof(msg), fmt, args) < 0)
		msg[0] = '\0';
	va_end(args);
	memcpy(err->msg, msg, strlen(msg) + 1);
	return false;
}

void
die(const char *fmt, ...)
{
	void (*restore)(void) = restore_hook;
	va_list args;

	restore_hook = NULL; /* should the hook itself die */
	if (restore)
		restore();
	va_start(args, fmt);
	fputs("pgconntop: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

void
err_set_restore(void (*restore)(void))
{
	restore_hook = restore;
}
