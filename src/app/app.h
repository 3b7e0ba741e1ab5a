/* SPDX-License-Identifier: PostgreSQL */
/*
 * The one mutable struct of the program, and what its parts do with it. The
 * files of this layer are the only ones that know it.
 */
#ifndef PGCONNTOP_APP_APP_H
#define PGCONNTOP_APP_APP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/advice.h"
#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "analysis/input.h"
#include "analysis/tracks.h"
#include "analysis/verdict.h"
#include "base/settings.h"
#include "model/history.h"
#include "model/messages.h"
#include "table/table.h"
#include "whom.h"

struct buf;
struct err;
struct filter;
struct link;
struct pollfd;
struct snapshot;
struct source;

/* Exit statuses, as the manual lists them. */
enum status {
	STATUS_OK = 0,
	STATUS_USAGE = 1,
	STATUS_NO_WAY_IN = 2,
	STATUS_QUERY_FAILED = 3, /* or the server or the kill log refused all of an act */
	STATUS_NOT_ENDED = 4,    /* some targets of an act are still there */
	STATUS_NO_MATCH = 5,     /* there was nobody to act on */
};

struct app {
	struct settings settings;
	struct source *source;
	struct snapshot *current; /* NULL before the first sample */
	struct facts facts;       /* of current */
	struct history history;
	struct alert_set alerts;
	struct tracks tracks;
	struct verdict verdict;
	struct messages messages;
	struct filter **pool_filters; /* one for each configured pool, owned */
	int *pool_peaks; /* most sessions of each, and of those that none claims, owned */
	struct pool_matcher matcher;
	char again[ADVICE_COMMAND_MAX]; /* how to start it for this server, see again_command(); ""
	                                   when that cannot be said */
	struct whom whom;               /* whom bulk spares */
	struct barrier barrier;
	bool told_rights; /* the message about pg_monitor was given */
};

/* core.c */

/* Compiles the pools' filters and opens the source (nothing is sent yet). */
bool app_open(struct app *app, struct err *err);
void app_close(struct app *app);
/*
 * Takes a snapshot over: history, facts, alerts. The one before goes back to the source.
 * Gives the message about what our role may not see, once; else NULL.
 */
const char *app_take(struct app *app, struct snapshot *snap);
/*
 * What came of ending sessions, once for each application and act: as soon as they come back as
 * fast as they were ended (futile), else after a minute. False when there is nothing to tell.
 */
bool app_tell_act(struct app *app, bool *futile, char out[TRACK_TEXT_MAX]);
/* The link changed: the alert for refused logins, and a message when it is worth one. */
void app_link_changed(struct app *app, int64_t wall_us);
/* What tables are made of; false before the first sample. */
bool app_data(const struct app *app, struct table_data *data);
/* Why no way leads in, in out, which has room for 1024; what to do about it. */
const char *app_reason(const struct app *app, char out[1024]);
/* "db1:5432/postgres: all slots are in use (53300, InitProcess): FATAL: ..., log in as ..." for a
 * failed login. out has room for 1024. */
void app_explain(const struct app *app, char out[1024]);

/* loop.c */

int64_t clock_mono_us(void);
int64_t clock_wall_us(void);
/* Seconds that local time is ahead of UTC at that moment. */
int clock_utc_offset(int64_t wall_us);
/*
 * Waits until a descriptor is ready, a signal came, or the deadline: with
 * the source's descriptors and at most one more (-1 for none). Gives whether
 * that one is ready; *gone is set when it was closed at its other end.
 */
bool loop_wait(struct app *app, int fd, int64_t deadline_us, bool *gone);

/* signals.c */

/* Blocks the signals that are handled, outside of loop_wait(). `mask` is what holds inside. */
void signals_init(void);
const sigset_t *signals_mask(void);
/* Whether SIGINT, SIGTERM or SIGHUP came, ever. */
bool signals_quit(void);
/* Whether there was a second one: what is under way is not finished then. */
bool signals_hurry(void);
/* Each gives whether the signal came, and forgets it. */
bool signals_resized(void);
bool signals_continued(void);
/* Makes a crash give the terminal back before it ends the program. */
void signals_on_crash(void (*restore)(void));
/* Stops the program as ^Z does, until it is continued. */
void signals_suspend(void);

/* password.c */

/*
 * Asks on the terminal, and says first why the last one was not taken, if so; NULL when there is
 * no terminal or the user gave up. user may be NULL. Wipe and free with password_free().
 */
char *password_ask(const char *user, const struct link *link);
void password_free(char *password);

/* options.c */

/* Reads options and configuration files into settings; what is wrong is told in err. */
bool options_read(struct settings *settings, int argc, char *const argv[], struct err *err);

/* config.c */

#define CONFIG_PATHS 2

struct config_paths {
	const char *items[CONFIG_PATHS]; /* later ones on top; NULL ends them */
	bool must;                       /* a file that does not exist is an error */
};

/*
 * Reads configuration files into settings that are the defaults, and on top
 * the profile of that name, NULL for none. Profiles that are not asked for
 * are checked too.
 */
bool config_load(struct settings *settings, const struct config_paths *paths, const char *profile,
    struct err *err);

/* values.c */

/* settings_set() that checks filters and names too, and takes limits of alerts to their list. */
bool value_set(struct settings *settings, const struct setting_row *row, const char *text,
    struct err *err);
/* Whether it is a filter. */
bool value_check_filter(const char *text, struct err *err);

/* again.c */

/*
 * "pgconntop -h db1 -p 5432": how to start it for the same server, for a shell, with all that
 * protects; as that account, or for NULL as our own. Never a password: "pgconntop ..." where it
 * cannot be said without, or has no room. False when what protects has none.
 */
bool again_command(const struct settings *settings, const char *account,
    char out[ADVICE_COMMAND_MAX]);

/* docs.c */

/* Prints a part of the documentation made from the tables; false when there is no such part. */
bool docs_print(const struct settings *settings, const char *part);
/* What --help calls each section of the settings, by enum setting_section. */
extern const char *const docs_sections[];

/* docs_man.c */

/* Appends a part of a manual page; false when there is no such part. */
bool docs_man(const char *part, struct buf *out);

/* docs_config.c: append the configuration in force, and the commented sample, as configuration
 * files */

void docs_config(const struct settings *settings, struct buf *out);
void docs_sample(const struct settings *settings, struct buf *out);

/* Appends a text as libconfig writes it. */
void docs_string(struct buf *out, const char *text);

/* docs_scenarios.c: the scenarios, likewise */

void docs_scenarios(const struct settings *settings, struct buf *out);
void docs_sample_scenarios(struct buf *out);

/* tables.c */

/* Writes all tables as text to a new file in the working directory, else in TMPDIR; name gets its
 * path. */
bool tables_write(struct app *app, char name[256], struct err *err);

/* check.c */

/* Makes settings fit for a check: nobody is there to ask. Call before app_open(). */
void check_settings(struct settings *settings);
/* Takes a sample and answers a monitoring system; gives its exit status. */
int check_run(struct app *app);
/* Answers that the check itself cannot be done, and why; gives the exit status. */
int check_refuse(const char *why);

/* plan.c: the arithmetic of the configured pools, without a server; gives the exit status. */
int plan_run(struct app *app);

/* batch.c, kill.c and live.c: run to the end and give the exit status. */
int batch_run(struct app *app);
int kill_run(struct app *app);
int live_run(struct app *app);

#endif
