/* SPDX-License-Identifier: PostgreSQL */
/* Names that a server gave, in sentences of ours: cleaned, never more than one line. */
#include "action/words.h"

#include <string.h>

#include "action/job.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "model/snapshot.h"

#define NAME_COLS_MOST 30
#define TALLIES_MOST 6

const char *
words_name(const char *name, struct arena *arena)
{
	struct buf text = { 0 };
	size_t n = 0;
	const char *copy;

	if (name == NULL)
		return "(unknown)";
	if (name[0] == '\0')
		return "(none)";
	for (uint32_t code; name[n] != '\0' && n < NAME_COLS_MOST;)
		n += text_decode(name + n, strlen(name + n), &code);
	text_clean(&text, name, n, TEXT_UTF8);
	copy = arena_printf(arena, "%s%s", buf_str(&text), name[n] != '\0' ? "..." : "");
	buf_clear(&text);
	return copy;
}

const char *
words_line(const char *text, struct arena *arena)
{
	struct buf clean = { 0 };
	const char *copy;

	text_clean(&clean, text, strlen(text), TEXT_UTF8);
	copy = arena_strndup(arena, buf_str(&clean), clean.len);
	buf_clear(&clean);
	return copy;
}

/* Whether SQL takes the name without quotes. */
static bool
is_plain(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789");

	return n > 0 && name[n] == '\0' && (name[0] < '0' || name[0] > '9');
}

const char *
words_role(const char *name, struct arena *arena)
{
	struct buf clean = { 0 }, text = { 0 };
	const char *copy;

	if (name == NULL)
		return "ROLE";
	text_clean(&clean, name, strlen(name), TEXT_UTF8);
	if (is_plain(name)) {
		buf_adds(&text, buf_str(&clean));
	} else {
		buf_addc(&text, '"');
		for (const char *s = buf_str(&clean); *s != '\0'; s++) {
			buf_addc(&text, *s);
			if (*s == '"')
				buf_addc(&text, '"');
		}
		buf_addc(&text, '"');
	}
	copy = arena_strndup(arena, buf_str(&text), text.len);
	buf_clear(&clean);
	buf_clear(&text);
	return copy;
}

const char *
words_tallies(const struct tally *tallies, size_t count, struct arena *arena)
{
	const char *text = "";
	size_t shown = count > TALLIES_MOST ? TALLIES_MOST - 1 : count;

	for (size_t i = 0; i < shown; i++)
		text = arena_printf(arena, "%s%s%s %d", text, i > 0 ? ", " : "",
		    words_name(tallies[i].name, arena), tallies[i].targets);
	if (shown < count)
		text = arena_printf(arena, "%s, %zu more", text, count - shown);
	return text;
}

const char *
words_policy(const struct choice *choice, struct arena *arena)
{
	const struct policy_row *row = policy_row(choice->policy);
	const char *place = strstr(row->title, "%s");
	char age[UNITS_TEXT_MAX] = "?";

	if (place == NULL)
		return row->title;
	if (choice->age_us != TIME_UNKNOWN)
		units_duration_long(age, choice->age_us);
	return arena_printf(arena, "%.*s%s%s", (int)(place - row->title), row->title,
	    row->aged ? age : words_name(choice->name, arena), place + strlen("%s"));
}

/* Why so many are left alone, with the limit that keeps them. */
static const char *
spared_words(const struct choice *choice, enum spare why, int count, struct arena *arena)
{
	char share[UNITS_TEXT_MAX];

	if (why == SPARE_MOST)
		return arena_printf(arena, "%d more, kept by the limit of %lld", count,
		    (long long)choice->most);
	if (why == SPARE_UNTIL)
		return arena_printf(arena, "%d not needed to reach %s", count,
		    units_share(share, choice->until));
	return arena_printf(arena, "%d %s", count, spare_name(why));
}

const char *
words_spared(const struct choice *choice, const int spared[SPARE_COUNT], struct arena *arena)
{
	const char *text = NULL;

	for (int why = SPARE_NONE + 1; why < SPARE_COUNT; why++) {
		if (spared[why] == 0)
			continue;
		text = arena_printf(arena, "%s%s%s", text != NULL ? text : "",
		    text != NULL ? ", " : "",
		    spared_words(choice, (enum spare)why, spared[why], arena));
	}
	return text;
}

const char *
words_unseen(const int spared[SPARE_COUNT])
{
	return spared[SPARE_UNSEEN] == 0
	    ? NULL
	    : "by /proc no applications, queries or transactions are known: filter and protect "
	      "by user, database or client, or take one session alone (pid=N)";
}

const char *
words_unnamed(const struct snapshot *snap)
{
	return snap->via != VIA_PROC ? NULL
	                             : "by /proc no application is known: none is spared for its "
	                               "name, such as pg_dump";
}

const char *
words_barred(const struct snapshot *snap, struct arena *arena)
{
	if (snap->via == VIA_PROC)
		return "only root and the server's own account may";
	if (snap->signal_right == SIGNAL_OWN)
		return arena_printf(arena, "GRANT pg_signal_backend TO %s",
		    words_role(snap->server.user, arena));
	return "only a superuser may, or postgres or root on the host: --via=proc";
}

/* Who may see the states that are not known. */
static const char *
words_unjudged(const struct snapshot *snap, struct arena *arena)
{
	if (snap->via == VIA_PROC)
		return "process titles do not show their states: log in by SQL";
	return arena_printf(arena, "GRANT pg_monitor TO %s", words_role(snap->server.user, arena));
}

static const char *
words_young(const struct choice *choice, int64_t young_us, struct arena *arena)
{
	char age[UNITS_TEXT_MAX];

	return arena_printf(arena, "a smaller age: the oldest is %s for %s",
	    choice->policy == POLICY_IDLE ? "idle" : "idle in a transaction",
	    units_duration_long(age, young_us));
}

const char *
words_next(const struct choice *choice, const struct plan *plan, const struct snapshot *snap,
    struct arena *arena)
{
	const char *parts[] = {
		plan->young_us != TIME_UNKNOWN ? words_young(choice, plan->young_us, arena) : NULL,
		plan->barred > 0 ? words_barred(snap, arena) : NULL,
		plan->unjudged > 0 ? words_unjudged(snap, arena) : NULL,
	};
	const char *text = NULL;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i] != NULL)
			text = arena_printf(arena, "%s%s%s", text != NULL ? text : "",
			    text != NULL ? "; " : "", parts[i]);
	return text;
}

const char *
words_outcomes(const struct job *job, struct arena *arena)
{
	const char *text = arena_printf(arena, "%d of %zu %s", job->outcomes[OUTCOME_ENDED],
	    job->count, action_row(job->action)->done);

	for (int i = 0; i < OUTCOME_COUNT; i++)
		if (i != OUTCOME_ENDED && job->outcomes[i] > 0)
			text = arena_printf(arena, "%s, %d %s", text, job->outcomes[i],
			    outcome_name((enum outcome)i));
	return text;
}

const char *
words_where(const char *target, const struct server *server, struct arena *arena)
{
	const char *role = server_role(server);

	return arena_printf(arena, "on %s, %s%sPostgreSQL %s", words_line(target, arena),
	    role != NULL ? role : "", role != NULL ? ", " : "",
	    server->version != NULL ? words_line(server->version, arena) : "(unknown)");
}

const char *
words_utilization(int slots, double before, double after, struct arena *arena)
{
	char was[UNITS_TEXT_MAX], is[UNITS_TEXT_MAX];
	const char *free = arena_printf(arena, "%d %s come%s free.", slots,
	    slots == 1 ? "slot" : "slots", slots == 1 ? "s" : "");

	units_share(was, before);
	units_share(is, after);
	if (before <= 0) /* of an unknown number of slots there is no share */
		return slots > 0 ? free : "No slot comes free.";
	if (slots == 0)
		return arena_printf(arena, "Utilization stays %s: no slot comes free.", was);
	return arena_printf(arena, "Utilization %s -> %s: %s", was, is, free);
}
