/* SPDX-License-Identifier: PostgreSQL */
/*
 * A session's title is "PREFIX USER DATABASE CLIENT ACTIVITY". The last word
 * that looks like a client, followed by an activity that the server has, is
 * the client: whatever stands before it are names.
 */
#include "source/proc_title.h"

#include <string.h>

#define PROGRAM "postgres: "
#define LOCAL "[local]"
#define PORT_MOST 65535

static const struct {
	const char *name;
	enum session_state state;
} activities[] = {
	{ "idle", STATE_IDLE },
	{ "idle in transaction", STATE_IDLE_IN_TRANSACTION },
	{ "idle in transaction (aborted)", STATE_ABORTED },
	{ "authentication", STATE_STARTING },
	{ "initializing", STATE_STARTING },
	{ "startup", STATE_STARTING },
	{ "<FASTPATH>", STATE_FASTPATH },
	{ "notify interrupt", STATE_ACTIVE },
};

/* How a worker's title begins, by servers up to 10 and from 11 on; whatever may follow. */
static const struct {
	const char *begin;
	const char *type;
} workers[] = {
	{ "archiver", "archiver" },
	{ "autovacuum launcher", "autovacuum launcher" },
	{ "autovacuum worker", "autovacuum worker" },
	{ "background writer", "background writer" },
	{ "bgworker: ", "background worker" },
	{ "checkpointer", "checkpointer" },
	{ "io worker", "io worker" },
	{ "logger", "logger" },
	{ "logical replication launcher", "logical replication launcher" },
	{ "logical replication ", "logical replication worker" },
	{ "parallel worker", "parallel worker" },
	{ "slotsync worker", "slotsync worker" },
	{ "startup", "startup" },
	{ "stats collector", "stats collector" },
	{ "wal receiver", "walreceiver" },
	{ "wal writer", "walwriter" },
	{ "walreceiver", "walreceiver" },
	{ "walsummarizer", "walsummarizer" },
	{ "walwriter", "walwriter" },
	{ "writer", "background writer" },
};

static const char *const senders[] = { "walsender ", "wal sender process " };

/* May be the server's words as well as a role's name. */
static const char vacuum_worker[] = "autovacuum worker ";

static bool
begins(struct proc_text text, const char *word)
{
	size_t len = strlen(word);

	return text.len >= len && memcmp(text.s, word, len) == 0;
}

static bool
equals(struct proc_text text, const char *word)
{
	return text.len == strlen(word) && begins(text, word);
}

static bool
ends(struct proc_text text, const char *word)
{
	size_t len = strlen(word);

	return text.len >= len && memcmp(text.s + text.len - len, word, len) == 0;
}

static struct proc_text
skip(struct proc_text text, size_t n)
{
	return (struct proc_text){ text.s + n, text.len - n };
}

size_t
proc_title_prefix(const char *title, size_t len)
{
	static const char *const ends_of[] = { "checkpointer ", "checkpointer   ",
		"checkpointer process   " };
	struct proc_text text = { title, len };

	for (size_t i = 0; i < sizeof(ends_of) / sizeof(ends_of[0]); i++) {
		struct proc_text before = text;

		if (!ends(text, ends_of[i]))
			continue;
		before.len -= strlen(ends_of[i]);
		if (begins(before, PROGRAM) && ends(before, ": "))
			return before.len;
	}
	return 0;
}

/* "[local]", or an address or host name and the port: "10.0.0.1(4711)". */
static bool
read_client(struct proc_title *out, struct proc_text word)
{
	const char *open = memchr(word.s, '(', word.len);
	int32_t port = 0;
	size_t digits;

	if (equals(word, LOCAL)) {
		out->client = (struct proc_text){ "local", strlen("local") };
		return true;
	}
	if (open == NULL || open == word.s || word.s[word.len - 1] != ')')
		return false;
	digits = (size_t)(word.s + word.len - 1 - (open + 1));
	for (size_t i = 1; i <= digits; i++) {
		if (open[i] < '0' || open[i] > '9' || port > PORT_MOST)
			return false;
		port = port * 10 + (open[i] - '0');
	}
	if (digits == 0 || port > PORT_MOST)
		return false;
	out->client = (struct proc_text){ word.s, (size_t)(open - word.s) };
	out->client_port = port;
	return true;
}

/*
 * Finds the last word that is a client with a blank on either side: what is
 * before it and what is after it.
 */
static bool
split_client(struct proc_title *out, struct proc_text body, struct proc_text *names,
    struct proc_text *activity)
{
	size_t end = body.len; /* of the word */

	while (end > 0) {
		size_t start = end;

		while (start > 0 && body.s[start - 1] != ' ')
			start--;
		if (start > 1 && end > start && end < body.len &&
		    read_client(out, (struct proc_text){ body.s + start, end - start })) {
			*names = (struct proc_text){ body.s, start - 1 };
			*activity = skip(body, end + 1);
			return true;
		}
		end = start > 0 ? start - 1 : 0;
	}
	return false;
}

/* A command's name: "SELECT", "CREATE TABLE AS", "???". */
static bool
is_command(struct proc_text text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((text.s[i] < 'A' || text.s[i] > 'Z') && text.s[i] != ' ' && text.s[i] != '?')
			return false;
	return text.len > 0 && text.s[0] != ' ';
}

static bool
read_word(struct proc_title *out, struct proc_text text)
{
	for (size_t i = 0; i < sizeof(activities) / sizeof(activities[0]); i++)
		if (equals(text, activities[i].name)) {
			out->state = activities[i].state;
			return true;
		}
	if (is_command(text)) {
		out->state = STATE_ACTIVE;
		return true;
	}
	return text.len == 0; /* update_process_title is off */
}

/* Takes " waiting" off the end, or " waiting for 0/16B3D80": a lock, or a standby. */
static bool
chop_waiting(struct proc_title *out, struct proc_text *text)
{
	static const char lock[] = " waiting", standby[] = " waiting for ";
	size_t n = text->len;

	if (ends(*text, lock)) {
		text->len -= strlen(lock);
		out->waits_for_lock = true;
		return true;
	}
	while (
	    n > 0 && strchr("0123456789ABCDEF/", text->s[n - 1]) != NULL && text->s[n - 1] != '\0')
		n--;
	if (n == text->len || !ends((struct proc_text){ text->s, n }, standby))
		return false;
	text->len = n - strlen(standby);
	return true;
}

static bool
read_activity(struct proc_title *out, struct proc_text text)
{
	return read_word(out, text) || (chop_waiting(out, &text) && read_word(out, text));
}

/* "USER DATABASE", unless there are more blanks: then nobody knows which one is between them. */
static void
split_names(struct proc_title *out, struct proc_text names)
{
	const char *blank = memchr(names.s, ' ', names.len);
	size_t user;

	if (blank == NULL || blank == names.s)
		return;
	user = (size_t)(blank - names.s);
	if (user + 1 == names.len || memchr(blank + 1, ' ', names.len - user - 1) != NULL)
		return;
	out->user = (struct proc_text){ names.s, user };
	out->database = skip(names, user + 1);
}

static bool
is_sender(struct proc_text body)
{
	for (size_t i = 0; i < sizeof(senders) / sizeof(senders[0]); i++)
		if (begins(body, senders[i]))
			return true;
	return false;
}

static void
set_client(struct proc_title *out)
{
	out->kind = PROC_CLIENT;
	out->type = "client backend";
}

/* A walsender, or a client whose role has that name. */
static void
read_sender(struct proc_title *out, struct proc_text body, bool cut)
{
	struct proc_text names, activity;

	out->kind = PROC_WALSENDER;
	out->type = "walsender";
	if (!cut && split_client(out, body, &names, &activity)) {
		out->ambiguous = read_activity(out, activity);
		out->waits_for_lock = false;
	} else {
		out->ambiguous = cut;
	}
}

/* One with a client in it: names and activity are what they are said to be. */
static void
read_session(struct proc_title *out, struct proc_text names, struct proc_text activity,
    const struct proc_titles *titles)
{
	set_client(out);
	if (!read_activity(out, activity) || begins(names, vacuum_worker)) {
		/* New words of a server, or the database of a worker with such a name. */
		out->state = STATE_UNKNOWN;
		out->waits_for_lock = false;
		out->client = (struct proc_text){ 0 };
		out->client_port = -1;
		return;
	}
	if (titles->prefix != NULL)
		split_names(out, names);
}

/* The name, and not only the beginning of one. */
static bool
is_worker(struct proc_text body, const char *begin)
{
	size_t len = strlen(begin);

	return begins(body, begin) &&
	    (begin[len - 1] == ' ' || body.len == len || body.s[len] == ' ');
}

/* Any other; one that is cut off is at least what its beginning says. */
static void
read_other(struct proc_title *out, struct proc_text body, bool cut)
{
	for (size_t i = 0; i < sizeof(workers) / sizeof(workers[0]); i++)
		if (is_worker(body, workers[i].begin)) {
			out->type = workers[i].type;
			return;
		}
	out->type = "background worker";
	if (cut)
		set_client(out);
}

void
proc_title_read(struct proc_title *out, const char *title, size_t len,
    const struct proc_titles *titles)
{
	struct proc_text body = { title, len };
	struct proc_text names, activity;
	bool cut = len >= titles->most; /* "idle" may have gone on as "idle in transaction" */

	*out = (struct proc_title){
		.kind = PROC_WORKER,
		.state = STATE_UNKNOWN,
		.client_port = -1,
	};
	if (!begins(body, PROGRAM)) {
		out->kind = PROC_SILENT;
		return;
	}
	if (titles->prefix != NULL && len >= titles->prefix_len &&
	    memcmp(title, titles->prefix, titles->prefix_len) == 0)
		body = skip(body, titles->prefix_len);
	else
		body = skip(body, strlen(PROGRAM));
	if (is_sender(body) && !titles->no_senders)
		read_sender(out, body, cut);
	else if (!cut && split_client(out, body, &names, &activity))
		read_session(out, names, activity, titles);
	else
		read_other(out, body, cut);
}
