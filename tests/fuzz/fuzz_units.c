/* SPDX-License-Identifier: PostgreSQL */
/*
 * Fuzz target of base/units: the input as a text for each parser, and its
 * first bytes as a number for each text. What is read and written again must
 * be the same, and no text may be longer than promised.
 */
#include "base/err.h"
#include "base/mem.h"
#include "base/units.h"

#include <math.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

#define DURATION_END (UNITS_US_PER_SECOND * 3600 * 24 * 36525)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_duration(const char *s)
{
	struct err err;
	int64_t us;

	if (units_parse_duration(s, &us, &err))
		assert(us >= 0 && us < DURATION_END);
}

static void
check_int(const char *s)
{
	struct arena arena = { 0 };
	struct err err;
	int64_t n, again;

	if (units_parse_int(s, INT64_MIN, INT64_MAX, &n, &err)) {
		const char *text = arena_printf(&arena, "%lld", (long long)n);

		assert(units_parse_int(text, n, n, &again, &err));
		assert(again == n);
		arena_clear(&arena);
	}
	if (units_parse_int(s, -5, 5, &n, &err))
		assert(n >= -5 && n <= 5);
}

static void
check_exact(double number)
{
	char text[UNITS_TEXT_MAX];
	struct err err;
	double again;

	units_number_exact(text, number);
	assert(units_parse_number(text, &again, &err));
	assert(again == number);
}

static void
check_number(const char *s)
{
	struct err err;
	double number;

	if (!units_parse_number(s, &number, &err))
		return;
	assert(isfinite(number));
	check_exact(number);
}

static void
check_timestamp(const char *s, size_t n)
{
	char iso[UNITS_TEXT_MAX];
	int64_t us, again;

	if (!units_parse_timestamp(s, n, &us))
		return;
	units_time_iso(iso, us);
	assert(strlen(iso) == 27);
	assert(memcmp(iso, s, 10) == 0 && memcmp(iso + 11, s + 11, 8) == 0);
	iso[10] = ' ';
	memcpy(iso + 26, "+00", 4);
	assert(units_parse_timestamp(iso, 29, &again));
	assert(again == us);
}

static void
check_texts(int64_t us, double number)
{
	char out[UNITS_TEXT_MAX];

	assert(strlen(units_duration(out, us)) <= 6);
	assert(strcmp(out, "60s") != 0 && strcmp(out, "1000ms") != 0 && !strstr(out, "m60"));
	assert(strlen(units_duration_long(out, us)) < 24);
	assert(strlen(units_time_iso(out, us)) < UNITS_TEXT_MAX);
	assert(strlen(units_time_of_day(out, us, (int)(us % 100000))) == 8);
	assert(strlen(units_share(out, number)) < 24);
	assert(!strchr(out, ','));
	assert(strlen(units_number(out, number)) < 24);
	assert(!strchr(out, ','));
	if (isfinite(number))
		check_exact(number);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	const char *s = arena_strndup(&arena, (const char *)data, size);
	double number;
	int64_t us;

	check_duration(s);
	check_int(s);
	check_number(s);
	check_timestamp((const char *)data, size);
	if (size >= sizeof(us)) {
		memcpy(&us, data, sizeof(us));
		memcpy(&number, data, sizeof(number));
		check_texts(us, number);
		check_texts(us % DURATION_END, (double)us);
	}
	arena_clear(&arena);
	return 0;
}
