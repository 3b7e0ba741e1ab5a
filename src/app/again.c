/* SPDX-License-Identifier: PostgreSQL */
/*
 * The command line for the same server, to be pasted into a shell. A
 * password never gets there, not even one that was given on the command line.
 */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/buf.h"

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,=-"

/* Appends a word as the shell takes it. */
static void
add_word(struct buf *out, const char *word)
{
	if (word[0] != '\0' && word[strspn(word, PLAIN)] == '\0') {
		buf_adds(out, word);
		return;
	}
	buf_addc(out, '\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, *word);
	}
	buf_addc(out, '\'');
}

static void
add_option(struct buf *out, const char *option, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	buf_addf(out, " %s", option);
	add_word(out, value);
}

/* The length of "key = 'value'" at the beginning, as libpq reads it. */
static size_t
pair_length(const char *text)
{
	const char *at = text + strcspn(text, "=");
	bool quoted;

	if (*at == '\0')
		return strlen(text);
	at++;
	at += strspn(at, " \t\n\r\f\v");
	quoted = *at == '\'';
	for (at += quoted; *at != '\0'; at++) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		else if (quoted ? *at == '\'' : strchr(" \t\n\r\f\v", *at) != NULL)
			break;
	}
	return (size_t)(at - text) + (quoted && *at == '\'');
}

/* Appends the pairs of a connection string but for those that are secret. */
static void
add_pairs(struct buf *out, const char *text)
{
	for (text += strspn(text, " \t\n\r\f\v"); *text != '\0';
	     text += strspn(text, " \t\n\r\f\v")) {
		size_t n = pair_length(text), key = strcspn(text, "= \t\n\r\f\v");
		bool secret = key >= 8 && memcmp(text + key - 8, "password", 8) == 0;

		secret = secret || (key >= 6 && memcmp(text + key - 6, "secret", 6) == 0);
		if (!secret && out->len > 0)
			buf_addc(out, ' ');
		if (!secret)
			buf_add(out, text, n);
		text += n;
	}
}

/* Appends a URI without the password before the host; false when its parameters may have one. */
static bool
add_uri(struct buf *out, const char *uri)
{
	const char *from = strstr(uri, "://") + 3;
	size_t all = strcspn(from, "/?"), user = all;

	while (user > 0 && from[user] != '@')
		user--;
	buf_add(out, uri, (size_t)(from - uri) + strcspn(from, from[user] == '@' ? ":@" : ""));
	if (from[user] != '@')
		return strstr(from, "password") == NULL && strstr(from, "secret") == NULL;
	buf_adds(out, from + user);
	return strstr(from + user, "password") == NULL && strstr(from + user, "secret") == NULL;
}

/* What to connect to, as it was given; false when it cannot be told without a password. */
static bool
add_place(struct buf *out, const char *given)
{
	struct buf place = { 0 };
	bool good = true;

	if (given == NULL)
		return true;
	if (strncmp(given, "postgresql://", 13) == 0 || strncmp(given, "postgres://", 11) == 0)
		good = add_uri(&place, given);
	else if (strchr(given, '=') != NULL)
		add_pairs(&place, given);
	else
		buf_adds(&place, given);
	add_option(out, "-d ", buf_str(&place));
	buf_clear(&place);
	return good;
}

/* Another account has not our configuration: what that protects is given as it was read. */
static void
add_protection(struct buf *out, const struct settings *settings, bool ours)
{
	if (ours) {
		add_option(out, "--config=", settings->config);
		add_option(out, "--profile=", settings->profile);
	}
	for (size_t i = ours ? settings->protect_from : 0; i < settings->protect.count; i++)
		add_option(out, "--protect=", settings->protect.items[i]);
}

/* What leads to the server; false as add_place(). */
static bool
add_way(struct buf *out, const struct settings *settings)
{
	const struct setting_row *via = settings_find("via");
	struct buf way = { 0 };
	bool good;

	add_option(out, "-h ", settings->host);
	add_option(out, "-p ", settings->port);
	add_option(out, "-U ", settings->username);
	good = add_place(out, settings->dbname);
	if (settings->via != 0 && settings_get(settings, via, 0, &way))
		add_option(out, "--via=", buf_str(&way));
	add_option(out, "--pgdata=", settings->pgdata);
	buf_clear(&way);
	return good;
}

bool
again_command(const struct settings *settings, const char *account, char out[ADVICE_COMMAND_MAX])
{
	struct buf way = { 0 }, protection = { 0 };
	bool good = add_way(&way, settings), fits;
	int room;

	add_protection(&protection, settings, account == NULL);
	room = ADVICE_COMMAND_MAX - (int)strlen("sudo -u  pgconntop ...") -
	    (account != NULL ? (int)strlen(account) : 0) - (int)protection.len;
	fits = room > 0;
	if (fits)
		snprintf(out, ADVICE_COMMAND_MAX, "%s%s%spgconntop%s%s",
		    account != NULL ? "sudo -u " : "", account != NULL ? account : "",
		    account != NULL ? " " : "",
		    good && way.len < (size_t)room ? buf_str(&way) : " ...", buf_str(&protection));
	buf_clear(&way);
	buf_clear(&protection);
	return fits;
}
