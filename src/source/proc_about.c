/* SPDX-License-Identifier: PostgreSQL */
/*
 * An earlier connection knows best, as long as the server was not restarted;
 * then its command line, then its files, which may have changed meanwhile.
 */
#include "source/proc_about.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/units.h"
#include "source/proc_conf.h"
#include "source/proc_control.h"
#include "source/proc_fs.h"
#include "source/proc_scan.h"

#define SAME_START_US (5 * UNITS_US_PER_SECOND) /* the server's own idea of its start is later */
#define MAJOR_LEAST 10

void
proc_known_take(struct proc_known *known, const struct snapshot *snap)
{
	const struct server *server = &snap->server;

	if (snap->via == VIA_PROC || snap->max_connections < 0 ||
	    server->started_us == TIME_UNKNOWN)
		return;
	*known = (struct proc_known){
		.known = true,
		.started_us = server->started_us,
		.version_num = server->version_num,
		.max_connections = snap->max_connections,
		.superuser_reserved = snap->superuser_reserved,
		.reserved = snap->reserved,
		.max_wal_senders = snap->max_wal_senders,
	};
	if (server->version != NULL)
		snprintf(known->version, sizeof(known->version), "%s", server->version);
	for (size_t i = 0; i < snap->reserve_count; i++)
		known->reserved += snap->reserves[i].slots;
	for (int id = 0; id < PARAM_COUNT; id++)
		known->params[id] = snap->params.items[id].value;
}

/* That connection was to this server, and not to one before it was restarted. */
static bool
is_same(const struct proc_scan *scan, const struct proc_known *known)
{
	int64_t start_us = proc_scan_start_us(scan, scan->server.start_ticks);

	return known->known && known->started_us - start_us < SAME_START_US &&
	    start_us - known->started_us < SAME_START_US;
}

static void
take_known(struct proc_about *about, struct arena *arena, const struct proc_known *known)
{
	if (known->version[0] != '\0')
		about->version = arena_printf(arena, "%s", known->version);
	about->version_num = known->version_num;
	about->major = about->version_num / 10000;
	about->max_connections = known->max_connections;
	about->superuser_reserved = known->superuser_reserved;
	about->reserved = known->reserved;
	about->max_wal_senders = known->max_wal_senders;
	about->limits_from = LIMITS_BEFORE;
	memcpy(about->params, known->params, sizeof(about->params));
}

static void
take_conf(struct proc_about *about, const struct proc_conf *conf)
{
	about->max_connections = conf->limits[PROC_MAX_CONNECTIONS];
	about->superuser_reserved = conf->limits[PROC_SUPERUSER_RESERVED];
	about->reserved = conf->limits[PROC_RESERVED];
	about->max_wal_senders = conf->limits[PROC_MAX_WAL_SENDERS];
	about->limits_from = LIMITS_FILES;
	for (int id = 0; id < PARAM_COUNT; id++)
		about->params[id] =
		    about->major >= param_rows[id].version / 10000 ? conf->params[id] : -1;
}

/* What files say is for the next start: what the server runs with is in its own. */
static void
take_control(struct proc_about *about, const char *data_dir)
{
	struct buf path = { 0 }, data = { 0 };
	struct proc_control control;

	buf_addf(&path, "%s/" PROC_CONTROL_PATH, data_dir);
	if (data_dir[0] != '\0' && proc_fs_read_file(buf_str(&path), &data) &&
	    proc_control_read(&control, buf_str(&data), data.len)) {
		about->pending = about->max_connections >= 0 &&
		    about->max_connections != control.max_connections;
		about->max_connections = control.max_connections;
		about->max_wal_senders = control.max_wal_senders;
		about->limits_from = LIMITS_CONTROL;
		about->params[PARAM_MAX_CONNECTIONS] = control.max_connections;
	}
	buf_clear(&path);
	buf_clear(&data);
}

/* The major version, which is in a file of the data directory. */
static void
read_version(struct proc_about *about, struct arena *arena, const char *data_dir)
{
	struct buf path = { 0 }, text = { 0 };

	buf_addf(&path, "%s/PG_VERSION", data_dir);
	if (data_dir[0] != '\0' && proc_fs_read_file(buf_str(&path), &text)) {
		long major = strtol(buf_str(&text), NULL, 10);

		if (major >= MAJOR_LEAST && major < INT32_MAX) {
			about->major = (int)major;
			about->version = arena_printf(arena, "%ld", major);
		}
	}
	buf_clear(&path);
	buf_clear(&text);
}

void
proc_about_learn(struct proc_about *about, struct arena *arena, const struct proc_scan *scan,
    const struct proc_known *known)
{
	struct proc_conf conf;
	const char *data_dir = scan->server.data_dir;
	struct buf text = { 0 };

	if (is_same(scan, known)) {
		take_known(about, arena, known);
		return;
	}
	proc_conf_init(&conf);
	if (proc_fs_read(scan->server.pid, "cmdline", &text))
		proc_conf_arguments(&conf, buf_str(&text), text.len);
	if (data_dir[0] == '\0')
		data_dir = conf.data_dir;
	read_version(about, arena, data_dir);
	proc_conf_files(&conf, data_dir);
	take_conf(about, &conf);
	take_control(about, data_dir);
	buf_clear(&text);
}
