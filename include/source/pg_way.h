/* SPDX-License-Identifier: PostgreSQL */
/*
 * The inside of a login as a way in, shared by the files that log in
 * (pg_login.c, pg_slow.c), refresh (pg_refresh.c), fetch whole queries (pg_queries.c),
 * act (pg_act.c), send and receive for all of them (pg_message.c) and drive
 * all that (pg_way.c).
 */
#ifndef PGCONNTOP_SOURCE_PG_WAY_H
#define PGCONNTOP_SOURCE_PG_WAY_H

#include "base/buf.h"
#include "source/conninfo.h"
#include "source/pg_conn.h"
#include "source/pg_params.h"
#include "source/pg_sample.h"
#include "source/pg_sql.h"
#include "source/source.h"
#include "source/way.h"

struct pg_names;
struct probe;
struct resolve;

#define PG_MESSAGES 16
#define PG_SPARES 3

enum phase {
	PHASE_PAUSE,    /* not connected; a login at link.retry_mono_us */
	PHASE_PASSWORD, /* not connected; the application is asked for the password */
	PHASE_RESOLVE,  /* looks up host names */
	PHASE_LOGIN,
	PHASE_IDLE,  /* logged in, nothing runs */
	PHASE_HELLO, /* a message of statements runs, as in all that follow */
	PHASE_SAMPLE,
	PHASE_NAMES,
	PHASE_FOLLOW, /* looks closer at the sample */
	PHASE_DETAIL,
	PHASE_QUERIES,
	PHASE_ACT,
};

/* How far something is that was asked for once. */
enum wish {
	WISH_NONE,
	WISH_WAITS, /* until the connection is free */
	WISH_SENT,
	WISH_DONE, /* its events wait to be taken */
};

/* The whole queries of some sessions. */
struct pg_queries {
	enum wish state;
	struct identity *ids; /* owned */
	size_t count, room;
	size_t next;          /* the first one whose event was not taken */
	struct pg_rows *rows; /* NULL when there are none, as after a failure */
};

/* An act on one session. */
struct pg_act {
	enum wish state;
	enum action action;
	const struct target *target; /* the caller's */
	enum outcome outcome;        /* UNKNOWN until there is one */
	struct buf note;
};

struct pg_message {
	enum level level;
	char *text; /* owned */
};

struct pg {
	/* What was asked for. */
	struct conninfo info;
	bool no_password; /* never ask */
	char *password;   /* from the application, wiped when freed; NULL for none */
	bool ask_first;   /* ask for the password before the next login */
	bool declined;    /* the application had none to give */
	bool want_sample;
	struct pg_queries detail;  /* of the one session that is shown */
	struct pg_queries queries; /* of many */
	struct pg_act act;

	/* The connection. */
	enum phase phase;
	int64_t mono_us, wall_us; /* of this step */
	struct link link;
	struct arena arena;      /* of one login: the hosts found */
	struct conn_host *hosts; /* in arena or in info */
	size_t host_count;
	size_t first_host; /* counts logins that hung, to begin at another host */
	struct resolve *resolve;
	int64_t deadline_us; /* of the login, or of a follow-up */
	int64_t begun_us;    /* the login */
	struct pg_conn *conn;
	struct probe *probe; /* of a login that takes long; NULL for none */
	bool asked_who;      /* by a probe of this login */
	bool at_pooler;      /* that was the answer */
	struct pg_about about;
	bool pooled;         /* each message may go to another server process */
	int64_t started_us;  /* the server's start */
	struct buf reserves; /* the provider's settings, comma separated */
	struct buf target;

	/* The message of statements that runs. */
	struct buf sql; /* a NUL between statements that go one by one */
	size_t sent;    /* bytes of it */
	int64_t sent_us;
	int64_t late_us; /* when to say again that the answer is late */
	int result;      /* number of the next result, from 0; negative ones are not of interest */
	bool failed;

	/* The sample that is being built; sample.snap is NULL for none. */
	struct pg_sample sample;
	struct pg_names *names;
	struct pg_params params;
	struct pg_starting starting;       /* of the last closer look */
	int64_t starting_us;               /* when it was last looked for these */
	struct pg_rows *blockers;          /* of the last closer look; NULL for none */
	bool asks_blockers, asks_starting; /* what the closer look asks for */
	int64_t looked_us;                 /* time of the last closer look */
	int64_t refused_us;                /* the last login refused for want of a slot */

	/* Events not yet taken. */
	struct pg_message messages[PG_MESSAGES];
	size_t message_count;
	char *given; /* text of the message taken last */
	bool link_changed;
	bool password_wanted;
	struct snapshot *ready; /* NULL for none */
	struct buf query;       /* text of the query taken last */
	struct snapshot *spares[PG_SPARES];
};

/* Changes the phase; asserts that it may. */
void pg_set_phase(struct pg *pg, enum phase phase);

/* Changes the state of the link and notes the event. */
void pg_set_link(struct pg *pg, enum link_state state);

/* Notes a message event; text is copied. */
void pg_say(struct pg *pg, enum level level, const char *text);

/* struct way's recycle: keeps a snapshot to be used again, or frees it. */
void pg_recycle(void *state, struct snapshot *snapshot);

/* A snapshot to fill, used or new. */
struct snapshot *pg_spare(struct pg *pg);

/* The name of what is connected to; uses about when there is a connection. */
void pg_name_target(struct pg *pg);

/* Logged in and ready for wishes. */
bool pg_is_open(const struct pg *pg);

/* Steps of the phases that log in. */
void login_pause(struct pg *pg);
void login_resolve(struct pg *pg);
void login_connect(struct pg *pg);

/* When login_resolve() or login_connect() has something to do even when nothing comes. */
int64_t login_deadline(const struct pg *pg);

/* The login has not got any further. */
void login_wait(struct pg *pg);

/* Ends a login that takes too long, for that reason. On whom, "" for nobody, and what helps. */
void login_give_up(struct pg *pg, enum refusal refusal, const char *whom, const char *help);

/* The login is over without success; the words are libpq's. */
void login_failed(struct pg *pg, const char *words);

/* The connection is gone; the words are in it. */
void login_lost(struct pg *pg);

/* Wipes the password. */
void login_forget(struct pg *pg);

/* The first message of a connection: its rows, which are freed; and its end. */
void login_hello_rows(struct pg *pg, struct pg_rows *rows);
void login_hello_done(struct pg *pg);

/* Something waits for its turn. */
bool refresh_wanted(const struct pg *pg);

/* Nothing runs: sends the next message that is wanted. */
void refresh_idle(struct pg *pg);

/* A sample waits for too long for what comes after it. */
void refresh_overdue(struct pg *pg);

/* The messages of a refresh: each result with rows, which are freed; and the end of all. */
void refresh_sample_rows(struct pg *pg, struct pg_rows *rows);
void refresh_sample_done(struct pg *pg);
void refresh_names_rows(struct pg *pg, struct pg_rows *rows);
void refresh_names_done(struct pg *pg);
void refresh_follow_rows(struct pg *pg, struct pg_rows *rows);
void refresh_follow_done(struct pg *pg);

/* struct way's ask_query and ask_queries. */
void queries_ask_one(void *state, const struct identity *id);
void queries_ask(void *state, const struct identity *ids, size_t count);

/* Asks for the queries. */
void queries_send(struct pg *pg, struct pg_queries *queries, enum phase phase);

/* Their rows, which are kept, and the end of the message of either phase. */
void queries_rows(struct pg *pg, struct pg_rows *rows);
void queries_done(struct pg *pg);

/* The connection is gone: nobody is kept waiting. */
void queries_lost(struct pg *pg);

/* The next event; false for none. */
bool queries_next(struct pg *pg, struct source_event *event);

void queries_clear(struct pg_queries *queries);

/* struct way's act. */
void act_ask(void *state, enum action action, const struct target *target);

/* Sends the act that waits. */
void act_send(struct pg *pg);

/* Its row, which is freed; how it failed; a notice about it; the end of the message. */
void act_rows(struct pg *pg, struct pg_rows *rows);
void act_failed(struct pg *pg, const struct link *error);
void act_notice(struct pg *pg, const char *words);
void act_done(struct pg *pg);

/* The connection is gone: what was not sent never will be. */
void act_lost(struct pg *pg);

/* The outcome; false for none. */
bool act_next(struct pg *pg, struct source_event *event);

/* Begins a message of statements, for message_add(). */
void message_begin(struct pg *pg);

/* Adds a statement with its arguments (see pg_sql_add). */
void message_add(struct pg *pg, enum pg_sql id, const char *arg1, const char *arg2);

/* Sends it: that phase begins, or the connection is lost. */
void message_send(struct pg *pg, enum phase phase);

/* The step while a message runs: takes in what has come of its results. */
void message_receive(struct pg *pg);

/* The time at which message_receive() has something to do even when nothing comes. */
int64_t message_deadline(const struct pg *pg);

#endif
