/* SPDX-License-Identifier: PostgreSQL */
/*
 * Numbers out of text that ends where its length says, not at a NUL.
 */
#include "source/proc_stat.h"

#include <string.h>

#define NS_PER_MS 1000000

/* Fields of stat after the name, the state being number 3. */
enum {
	FIELD_STATE = 3,
	FIELD_PPID = 4,
	FIELD_UTIME = 14,
	FIELD_STIME = 15,
	FIELD_START = 22,
	FIELD_PROCESSOR = 39,
	FIELD_ARG_START = 48,
	FIELD_ENV_END = 51,
	FIELD_COUNT
};

/* Reads digits; false when there are none or too many. */
static bool
read_number(const char **s, const char *end, uint64_t *out)
{
	const char *from = *s;

	*out = 0;
	while (*s < end && **s >= '0' && **s <= '9') {
		unsigned digit = (unsigned)(**s - '0');

		if (*out > (UINT64_MAX - digit) / 10)
			return false;
		*out = *out * 10 + digit;
		++*s;
	}
	return *s > from;
}

static bool
read_pid(const char **s, const char *end, int32_t *pid)
{
	uint64_t number;

	if (!read_number(s, end, &number) || number > INT32_MAX)
		return false;
	*pid = (int32_t)number;
	return true;
}

/* The last byte of that value, NULL when there is none. */
static const char *
last_byte(const char *s, const char *end, char byte)
{
	while (end > s)
		if (*--end == byte)
			return end;
	return NULL;
}

/* The fields from the state on; those that are not there, or negative, stay 0. */
static void
read_fields(const char *s, const char *end, uint64_t fields[FIELD_COUNT])
{
	for (int field = FIELD_STATE; field < FIELD_COUNT && s < end; field++) {
		while (s < end && *s == ' ')
			s++;
		if (field == FIELD_STATE && s < end)
			fields[field] = (unsigned char)*s;
		else if (!read_number(&s, end, &fields[field]))
			fields[field] = 0;
		while (s < end && *s != ' ')
			s++;
	}
}

bool
proc_stat_read(struct proc_stat *out, const char *text, size_t len)
{
	const char *end = text + len, *s = text;
	const char *close = last_byte(text, end, ')');
	uint64_t fields[FIELD_COUNT] = { 0 };
	size_t name;

	*out = (struct proc_stat){ .processor = -1 };
	if (!read_pid(&s, end, &out->pid) || end - s < 2 || s[0] != ' ' || s[1] != '(' ||
	    close == NULL || close < s + 2)
		return false;
	name = (size_t)(close - (s + 2));
	if (name >= sizeof(out->comm))
		name = sizeof(out->comm) - 1;
	memcpy(out->comm, s + 2, name);
	read_fields(close + 1, end, fields);
	if (fields[FIELD_STATE] == 0 || fields[FIELD_START] == 0 || fields[FIELD_PPID] > INT32_MAX)
		return false;
	out->state = (char)fields[FIELD_STATE];
	out->ppid = (int32_t)fields[FIELD_PPID];
	out->cpu_ticks = fields[FIELD_UTIME] + fields[FIELD_STIME];
	out->start_ticks = fields[FIELD_START];
	if (fields[FIELD_PROCESSOR] <= INT32_MAX)
		out->processor = (int32_t)fields[FIELD_PROCESSOR];
	out->arg_start = fields[FIELD_ARG_START];
	out->env_end = fields[FIELD_ENV_END];
	return true;
}

bool
proc_run_read(struct proc_run *out, const char *text, size_t len)
{
	const char *s = text, *end = text + len;
	uint64_t waited;

	*out = (struct proc_run){ 0 };
	if (!read_number(&s, end, &out->cpu_ns) || s == end || *s++ != ' ' ||
	    !read_number(&s, end, &waited) || s == end || *s++ != ' ' ||
	    !read_number(&s, end, &out->turns))
		return false;
	return out->turns > 0;
}

/* What follows a name at the start of a line, up to its end; NULL when there is no such line. */
static const char *
find_line(const char *text, const char *end, const char *name, const char **line_end)
{
	size_t len = strlen(name);

	while (text < end) {
		const char *next = memchr(text, '\n', (size_t)(end - text));

		*line_end = next != NULL ? next : end;
		if ((size_t)(*line_end - text) >= len && memcmp(text, name, len) == 0)
			return text + len;
		text = *line_end + 1;
	}
	return NULL;
}

static void
skip_blanks(const char **s, const char *end)
{
	while (*s < end && (**s == ' ' || **s == '\t'))
		++*s;
}

static bool
read_hex(const char *s, const char *end, uint64_t *out)
{
	static const char digits[] = "0123456789abcdef";
	const char *from = s;

	for (*out = 0; s < end && *s != '\0' && strchr(digits, *s) != NULL; s++)
		*out = *out << 4 | (uint64_t)(strchr(digits, *s) - digits);
	return s > from && s == end && s - from <= 16;
}

void
proc_status_read(struct proc_status *out, const char *text, size_t len)
{
	const char *end = text + len, *line_end = end;
	const char *s = find_line(text, end, "Uid:", &line_end);
	uint64_t number;

	*out = (struct proc_status){ .uid = -1 };
	if (s != NULL) {
		skip_blanks(&s, line_end);
		if (read_number(&s, line_end, &number) && number <= UINT32_MAX)
			out->uid = (int64_t)number;
	}
	s = find_line(text, end, "NSpid:", &line_end);
	if (s != NULL) {
		skip_blanks(&s, line_end);
		if (read_number(&s, line_end, &number))
			skip_blanks(&s, line_end);
		out->nested = s < line_end;
	}
	s = find_line(text, end, "SigCgt:", &line_end);
	if (s != NULL) {
		skip_blanks(&s, line_end);
		out->caught_known = read_hex(s, line_end, &out->caught);
	}
}

int64_t
proc_sched_read(const char *text, size_t len)
{
	const char *end = text + len, *line_end = end;
	const char *s = find_line(text, end, "se.exec_start", &line_end);
	uint64_t ms, ns = 0, unit = NS_PER_MS;

	if (s == NULL)
		return -1;
	skip_blanks(&s, line_end);
	if (s == line_end || *s++ != ':')
		return -1;
	skip_blanks(&s, line_end);
	if (!read_number(&s, line_end, &ms) || ms == 0 || ms > INT64_MAX / NS_PER_MS - 1)
		return -1;
	if (s < line_end && *s == '.')
		for (s++; s < line_end && *s >= '0' && *s <= '9' && unit > 1; s++)
			ns += (uint64_t)(*s - '0') * (unit /= 10);
	return (int64_t)(ms * NS_PER_MS + ns);
}

/* The kB of a line of a file of a process; false when there is no such line. */
static bool
read_kb(const char *text, const char *end, const char *name, uint64_t *kb)
{
	const char *line_end = end;
	const char *s = find_line(text, end, name, &line_end);

	if (s == NULL)
		return false;
	skip_blanks(&s, line_end);
	return read_number(&s, line_end, kb) && *kb <= INT64_MAX / 4096;
}

int64_t
proc_memory_read(const char *text, size_t len)
{
	const char *end = text + len;
	uint64_t anon, clean, dirty;

	/* What is private may be shared memory that only this process has touched yet. */
	if (read_kb(text, end, "Pss_Anon:", &anon))
		return (int64_t)anon * 1024;
	if (!read_kb(text, end, "Private_Clean:", &clean) ||
	    !read_kb(text, end, "Private_Dirty:", &dirty))
		return -1;
	return (int64_t)(clean + dirty) * 1024;
}

bool
proc_rss_read(struct proc_rss *out, const char *text, size_t len)
{
	const char *end = text + len;
	uint64_t anon, file, shared;

	if (!read_kb(text, end, "RssAnon:", &anon) || !read_kb(text, end, "RssFile:", &file) ||
	    !read_kb(text, end, "RssShmem:", &shared))
		return false;
	out->own_bytes = (int64_t)anon * 1024;
	out->bytes = out->own_bytes + (int64_t)(file + shared) * 1024;
	return true;
}
