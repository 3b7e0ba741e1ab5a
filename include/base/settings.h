/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the user chose: one typed struct made from settings.def, plus the
 * lists that only the configuration file can hold.
 */
#ifndef PGCONNTOP_BASE_SETTINGS_H
#define PGCONNTOP_BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

enum setting_kind {
	SETTING_FLAG,
	SETTING_INT,
	SETTING_DURATION,
	SETTING_AGE, /* a duration that may be left out behind the option's name; the default is
	                that */
	SETTING_TEXT,
	SETTING_CHOICE,
	SETTING_LIST,
};

#define SETTINGS_SLOTS_MOST 262143 /* that a server takes as max_connections */

/* An AGE that was not asked for. */
#define SETTING_AGE_NONE (-1)

/*
 * Where --help lists it. COMMAND and HIDDEN ones are no keys of the
 * configuration file, and an ORDER is one only of a profile: a file that is
 * always read must not end sessions.
 */
enum setting_section {
	SECTION_CONNECTION,
	SECTION_REPORT,
	SECTION_CHECK,
	SECTION_PLAN,
	SECTION_SCREEN,
	SECTION_ACTION,
	SECTION_ORDER,
	SECTION_COMMAND,
	SECTION_HIDDEN,
};

struct text_list {
	char **items; /* owned, as are the strings */
	size_t count;
};

/*
 * A connection pool as configured: instances x workers x engines x
 * (pool_size + max_overflow), or connections. For PgBouncer workers are the
 * pairs of a database and a user, pool_size is default_pool_size, and
 * max_overflow is reserve_pool_size.
 */
struct pool_plan {
	char *name;
	char *match;          /* filter expression; which sessions are its own */
	int64_t instances;    /* 1 unless given, as the next two */
	int64_t workers;      /* processes of an instance */
	int64_t engines;      /* pools of a process */
	int64_t pool_size;    /* connections that a pool keeps */
	int64_t max_overflow; /* and may open beside */
	int64_t databases;    /* of PgBouncer, over which the pairs are spread; 0 for others */
	int64_t most;         /* max_db_connections of each of them, 0 for no limit */
	int64_t connections;  /* the whole in one number, -1 when not given */
};

#define SCENARIO_CONFIGURED "(configured)" /* stands for a name beside those of scenarios */

/* The pools with other numbers, to be compared with them. */
struct scenario {
	char *name;
	struct pool_plan *plans; /* owned, one for each pool; their texts are those of the pools */
	int64_t max_connections; /* -1 for that of the server */
};

enum limit_kind {
	LIMIT_DEFAULT, /* not given */
	LIMIT_OFF,     /* never reached */
	LIMIT_PLAIN,   /* one figure, in the sense of the alert's rule */
	LIMIT_OUTSIDE, /* below low, or above high */
	LIMIT_INSIDE,  /* from low to high, both included */
};

/* From where on an alert stands, in its unit: a share of 1, us, a count, a rate. */
struct alert_limit {
	enum limit_kind kind;
	double low;  /* of a range, -INFINITY for none */
	double high; /* of a range, INFINITY for none; the figure of a plain one */
};

/* The limits of an alert that the user set. */
struct alert_limits {
	char *name;
	struct alert_limit warning;
	struct alert_limit critical;
	bool given; /* by --warning or --critical: whoever does so wants it judged */
};

/* A name and a text: a key binding or a colour. */
struct binding {
	char *name;
	char *value;
};

#define SETTING_TYPE_FLAG bool
#define SETTING_TYPE_INT int64_t
#define SETTING_TYPE_DURATION int64_t
#define SETTING_TYPE_AGE int64_t
#define SETTING_TYPE_TEXT char *
#define SETTING_TYPE_CHOICE int
#define SETTING_TYPE_LIST struct text_list

struct settings {
#define SETTING(kind, field, option, letter, arg, value, least, most, section, help) \
	SETTING_TYPE_##kind field;
#include "base/settings.def"
#undef SETTING
	struct pool_plan *pools; /* this and the following lists are owned */
	size_t pool_count;
	struct scenario *scenarios; /* of these pools */
	size_t scenario_count;
	struct alert_limits *alerts;
	size_t alert_count;
	struct binding *keys; /* command name -> keys */
	size_t key_count;
	struct binding *colors; /* style name -> colour words */
	size_t color_count;
	size_t protect_from; /* the first of protect that the command line gave */
	bool filter_given;   /* on the command line */
	bool timeout_given;  /* so is --connect-timeout: it is stronger than the connection's own */
};

/* One row of settings.def. */
struct setting_row {
	const char *field; /* also the key of the configuration file */
	const char *option;
	int letter; /* 0 for none */
	enum setting_kind kind;
	const char *arg;   /* what --help calls the argument; a CHOICE's words; NULL for a flag */
	const char *value; /* default as text, NULL for none */
	int64_t least, most;
	enum setting_section section;
	const char *help;
	size_t offset; /* of the field in struct settings */
};

extern const struct setting_row setting_rows[];
extern const size_t setting_count;

/* All defaults. */
void settings_init(struct settings *settings);

/* Frees all that it owns. */
void settings_clear(struct settings *settings);

/* The row of a long option or a key (either spelling of the dash); NULL when there is none. */
const struct setting_row *settings_find(const char *name);

/*
 * Sets a field from text, checking type, words and range. A flag takes true,
 * yes, on, 1 or "" and false, no, off or 0; a LIST gets one item more.
 */
bool settings_set(struct settings *settings, const struct setting_row *row, const char *text,
    struct err *err);

/*
 * Appends the field's value as text that settings_set() reads back; false
 * and nothing appended when it has none. A LIST gives its item n, the others
 * have only n = 0.
 */
bool settings_get(const struct settings *settings, const struct setting_row *row, size_t n,
    struct buf *out);

/*
 * Append an empty plan or limit, a scenario that changes nothing, or a key or
 * colour, of that name; texts are copied. What is given is valid until the
 * next one. Scenarios come after all pools.
 */
struct pool_plan *settings_add_pool(struct settings *settings, const char *name, const char *match);
struct scenario *settings_add_scenario(struct settings *settings, const char *name);
struct alert_limits *settings_add_alert(struct settings *settings, const char *name);
void settings_add_key(struct settings *settings, const char *name, const char *value);
void settings_add_color(struct settings *settings, const char *name, const char *value);

/* Takes all pools away, and the scenarios, which are made of them: a later file's list is to
 * replace them. */
void settings_drop_pools(struct settings *settings);

/* Takes all scenarios away. */
void settings_drop_scenarios(struct settings *settings);

/* Frees all those lists. */
void settings_drop_lists(struct settings *settings);

#endif
