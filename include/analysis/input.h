/* SPDX-License-Identifier: PostgreSQL */
/* What the analysis of one sample starts from. */
#ifndef PGCONNTOP_ANALYSIS_INPUT_H
#define PGCONNTOP_ANALYSIS_INPUT_H

struct history;
struct session;
struct settings;
struct snapshot;

/* Which pool a session belongs to: the index of the first plan from `from` on that matches, or -1.
 */
struct pool_matcher {
	int (*match)(const void *context, const struct snapshot *snap,
	    const struct session *session, int from);
	const void *context;
	/* The same, or of the first that may match: what it asks for is not shown of this session.
	   NULL where all is shown. */
	int (*may)(const void *context, const struct snapshot *snap, const struct session *session,
	    int from);
};

/* What keeps the user from ending a session. */
enum bar {
	BAR_NONE,
	BAR_PROTECTED, /* acts in bulk spare it */
	BAR_RIGHT,     /* our role or account may not signal it */
};

struct barrier {
	enum bar (*judge)(const void *context, const struct snapshot *snap,
	    const struct session *session);
	const void *context;
};

struct input {
	const struct snapshot *snap;
	const struct snapshot *previous; /* NULL for the first sample */
	const struct history *history;   /* already has the point of snap */
	const struct settings *settings; /* pools and their sizes */
	const struct pool_matcher
	    *matcher;                  /* NULL when no pool is configured, or nothing observed */
	const struct barrier *barrier; /* NULL when nothing keeps from anything */
	const int *pool_peaks; /* as pools_keep_peaks() left them; NULL when nothing was kept */
};

/* What keeps from ending that session of the input's snapshot; it may be NULL. */
enum bar input_bar(const struct input *input, const struct session *session);

#endif
