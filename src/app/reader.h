/* SPDX-License-Identifier: PostgreSQL */
/*
 * What the parts of the configuration's reader share: config.c reads files
 * and plain settings, config_lists.c what only a file can hold.
 */
#ifndef PGCONNTOP_APP_READER_H
#define PGCONNTOP_APP_READER_H

#include <libconfig.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/settings.h"

struct reader {
	struct settings *settings;
	const char *path;
	bool in_profile;
	struct err *err;
};

/* Fails with file, line and reason; with what and the key's name; with the key's name and why. */
bool reader_refuse(const struct reader *reader, const config_setting_t *at, const char *reason);
bool reader_refuse_key(const struct reader *reader, const config_setting_t *at, const char *what);
bool reader_refuse_value(const struct reader *reader, const config_setting_t *at,
    const struct err *why);

/* A scalar as text, as it would stand on the command line; NULL for a list or group. */
const char *reader_text(const config_setting_t *at, char room[64]);

/* Read a list into the settings. What comes later replaces all pools with their scenarios, or the
 * scenarios, and adds to the others. Scenarios are read when the pools are there. */
bool reader_alerts(const struct reader *reader, const config_setting_t *at);
bool reader_pools(const struct reader *reader, const config_setting_t *at);
bool reader_scenarios(const struct reader *reader, const config_setting_t *at);
bool reader_keys(const struct reader *reader, const config_setting_t *at);
bool reader_colors(const struct reader *reader, const config_setting_t *at);

#endif
