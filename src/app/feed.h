/* SPDX-License-Identifier: PostgreSQL */
/* Samples on a grid of the interval, for all that runs without a screen: see feed.c. */
#ifndef PGCONNTOP_APP_FEED_H
#define PGCONNTOP_APP_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/report.h"
#include "source/source.h"

struct app;

enum feed_type {
	FEED_SAMPLE,  /* a sample that was due was taken over: it is in the app */
	FEED_FAILURE, /* a sample that was due could not be had */
	FEED_EVENT,   /* something else came from the source */
	FEED_INPUT,   /* fd is ready to be read, or at its end */
	FEED_QUIT,    /* a signal came; a sample that was under way has been given before, unless it
	                 took longer than 2 s, or there was a second signal */
};

struct feed_news {
	enum feed_type type;
	size_t skipped;  /* SAMPLE, FAILURE: how many were left out before it */
	enum gap gap;    /* why, when there are some */
	const char *why; /* FAILURE: in words, raw bytes of a server may be in it; valid until the
	                    next news */
	int status;      /* FAILURE: the exit status that says so */
	struct source_event event; /* what it came from; SOURCE_NOTHING where it was the clock */
};

struct feed {
	struct app *app;
	int fd;             /* to be watched for input, -1 for none */
	int64_t timeout_us; /* an answer that takes longer is a failure */
	int64_t next_us;    /* when to ask for the next sample */
	int64_t asked_us;
	int64_t soon_us; /* when to ask outside of the grid; INT64_MAX for never */
	int64_t quit_us; /* when a signal was seen; INT64_MAX for not yet */
	size_t skipped;  /* since the last sample or failure */
	enum gap gap;    /* like it */
	bool asked;      /* a sample that was due is on its way */
	bool begun;      /* there was a first one: only then is another left out */
	bool quiet;      /* no diagnostics on stderr: they are among the messages of the app */
	char why[1024];
};

/* The first sample is due at once. */
void feed_open(struct feed *feed, struct app *app);

/* Waits for news. Diagnostics of the source go to stderr meanwhile, unless quiet. */
void feed_next(struct feed *feed, struct feed_news *news);

/* Asks for a sample outside of the grid, after this time; it comes as an EVENT. */
void feed_soon(struct feed *feed, int64_t after_us);

/* Asks for one now that counts as due: it comes as a SAMPLE, or as a FAILURE. */
void feed_now(struct feed *feed);

/* Asks the user for the password and gives it to the source. */
void feed_password(struct app *app);

/* "pgconntop: ..." on stderr, cleaned, for what comes from a server. */
void complain(const char *text);

#endif
