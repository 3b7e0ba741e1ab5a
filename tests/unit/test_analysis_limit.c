/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of the limits of alerts: as text both ways, and what is past them.
 */
#include "analysis/alert_limit.h"
#include "analysis/alerts.h"
#include "base/buf.h"
#include "base/err.h"
#include "fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct alert_limit
parse(enum value_type unit, const char *text)
{
	struct alert_limit limit = { 0 };
	struct err err = { "" };

	if (!alert_limit_parse(unit, text, &limit, &err))
		fail_msg("%s: %s", text, err.msg);
	return limit;
}

/* What is written is what was meant, and reads back as the same. */
static void
test_text(void **state)
{
	static const struct {
		enum value_type unit;
		const char *given, *written;
		enum limit_kind kind;
		double low, high;
	} cases[] = {
		{ VALUE_SHARE, "85", "85", LIMIT_PLAIN, 0, 0.85 },
		{ VALUE_SHARE, "85%", "85", LIMIT_PLAIN, 0, 0.85 },
		{ VALUE_SHARE, "7", "7", LIMIT_PLAIN, 0, 0.07 },
		{ VALUE_SHARE, "29", "29", LIMIT_PLAIN, 0, 0.29 },
		{ VALUE_SHARE, "12.5", "12.5", LIMIT_PLAIN, 0, 0.125 },
		{ VALUE_SHARE, "0", "0", LIMIT_PLAIN, 0, 0 },
		{ VALUE_DURATION, "90", "90s", LIMIT_PLAIN, 0, 90e6 },
		{ VALUE_DURATION, "1h30min", "90min", LIMIT_PLAIN, 0, 5400e6 },
		{ VALUE_DURATION, "1.5", "1500ms", LIMIT_PLAIN, 0, 1.5e6 },
		{ VALUE_INT, "20", "20", LIMIT_PLAIN, 0, 20 },
		{ VALUE_REAL, "1e3", "1000", LIMIT_PLAIN, 0, 1000 },
		{ VALUE_INT, "10:20", "10:20", LIMIT_OUTSIDE, 10, 20 },
		{ VALUE_INT, "10:", "10:", LIMIT_OUTSIDE, 10, INFINITY },
		{ VALUE_INT, ":20", "0:20", LIMIT_OUTSIDE, 0, 20 },
		{ VALUE_INT, "~:20", "~:20", LIMIT_OUTSIDE, -INFINITY, 20 },
		{ VALUE_INT, "-5:5", "-5:5", LIMIT_OUTSIDE, -5, 5 },
		{ VALUE_INT, "3:3", "3:3", LIMIT_OUTSIDE, 3, 3 },
		{ VALUE_INT, "@10:20", "@10:20", LIMIT_INSIDE, 10, 20 },
		{ VALUE_INT, "@20", "@0:20", LIMIT_INSIDE, 0, 20 },
		{ VALUE_INT, "@10:", "@10:", LIMIT_INSIDE, 10, INFINITY },
		{ VALUE_SHARE, "10:80%", "10:80", LIMIT_OUTSIDE, 0.1, 0.8 },
		{ VALUE_DURATION, "@10:5min", "@10s:5min", LIMIT_INSIDE, 10e6, 300e6 },
		{ VALUE_INT, "off", "off", LIMIT_OFF, 0, 0 },
		{ VALUE_DURATION, "off", "off", LIMIT_OFF, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct alert_limit limit = parse(cases[i].unit, cases[i].given);
		struct buf text = { 0 };

		assert_int_equal(limit.kind, cases[i].kind);
		assert_true(limit.low == cases[i].low);
		assert_true(limit.high == cases[i].high);
		alert_limit_format(cases[i].unit, &limit, &text);
		assert_string_equal(buf_str(&text), cases[i].written);
		limit = parse(cases[i].unit, buf_str(&text));
		assert_int_equal(limit.kind, cases[i].kind);
		assert_true(limit.low == cases[i].low && limit.high == cases[i].high);
		buf_clear(&text);
	}
}

static void
test_wrong_text(void **state)
{
	static const struct {
		enum value_type unit;
		const char *text, *reason;
	} cases[] = {
		{ VALUE_SHARE, "many", "\"many\" is no number" },
		{ VALUE_SHARE, "%", "\"\" is no number" },
		{ VALUE_INT, "85%", "\"85%\" is no number" },
		{ VALUE_INT, "", "no limit is given, and only \"off\" switches it off" },
		{ VALUE_INT, "-5", "a limit is a number from 0 on, not \"-5\"" },
		{ VALUE_INT, "OFF", "\"OFF\" is no number" },
		{ VALUE_INT, "20:10", "range \"20:10\" begins above its end" },
		{ VALUE_INT, ":-1", "range \":-1\" begins above its end" },
		{ VALUE_INT, ":", "\":\" is no range such as 10:20, 10:, ~:20 or @10:20" },
		{ VALUE_INT, "@", "\"\" is no range such as 10:20, 10:, ~:20 or @10:20" },
		{ VALUE_INT, "~:", "range \"~:\" has no end" },
		{ VALUE_INT, "~5:9", "\"~5\" is no lower end of a range: ~ stands alone" },
		{ VALUE_INT, "~", "\"~\" is no number" },
		{ VALUE_INT, "5:~", "\"~\" is no number" },
		{ VALUE_INT, "1:2:3", "\"2:3\" is no number" },
		{ VALUE_INT, "1:x", "\"x\" is no number" },
		{ VALUE_INT, "x:1", "\"x\" is no number" },
		{ VALUE_INT, "nan", "\"nan\" is no number" },
		{ VALUE_DURATION, "-1:5",
		    "\"-1\" is no duration such as 90s, 5min, 1h30min or 500ms" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct alert_limit limit = { .kind = LIMIT_PLAIN, .high = 7 };
		struct err err = { "" };

		assert_false(alert_limit_parse(cases[i].unit, cases[i].text, &limit, &err));
		assert_string_equal(err.msg, cases[i].reason);
		assert_true(limit.kind == LIMIT_PLAIN && limit.high == 7);
	}
}

/* Whether a value is past the limit of that rule, when it stood or did not. */
static void
expect(const char *name, const char *text, double value, bool fresh, bool stands)
{
	const struct alert_rule *rule = alert_find(name);
	struct alert_limit limit = parse(rule->unit, text);

	if (alert_limit_past(rule->sense, &limit, value, false) != fresh ||
	    alert_limit_past(rule->sense, &limit, value, true) != stands)
		fail_msg("%s %s: %g", name, text, value);
}

static void
test_past(void **state)
{
	(void)state;
	expect("blocked", "100", 100, true, true);
	expect("blocked", "100", 96, false, true);
	expect("blocked", "100", 94, false, false);
	expect("exhaustion", "100s", 100e6, true, true);
	expect("exhaustion", "100s", 104e6, false, true);
	expect("exhaustion", "100s", 106e6, false, false);
	expect("pool_plan", "100", 1, false, true);
	expect("blocked", "10:20", 10, false, false);
	expect("blocked", "10:20", 20, false, false);
	expect("blocked", "10:20", 9, true, true);
	expect("blocked", "10:20", 21, true, true);
	expect("blocked", "10:", 1e9, false, false);
	expect("blocked", "~:20", 0, false, false);
	expect("blocked", "~:20", 21, true, true);
	expect("blocked", "@10:20", 9, false, false);
	expect("blocked", "@10:20", 10, true, true);
	expect("blocked", "@10:20", 20, true, true);
	expect("blocked", "@10:20", 21, false, false);
	expect("exhaustion", "10:", 9e6, true, true);
	expect("blocked", "off", 1e9, false, false);
	expect("blocked", "@0:20", NAN, false, false);
	expect("blocked", "5:20", NAN, false, false);
}

static void
test_perfdata(void **state)
{
	static const char *const cases[][3] = {
		{ "utilization", "70", "70" },
		{ "utilization", "5:7", "5:7" },
		{ "utilization", "@10:20", "@10:20" },
		{ "long_query", "5min", "300" },
		{ "long_query", "500ms:", "0.5:" },
		{ "exhaustion", "15min", "@0:900" },
		{ "exhaustion", "15min:", "900:" },
		{ "blocked", "~:20", "~:20" },
		{ "blocked", "off", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct alert_rule *rule = alert_find(cases[i][0]);
		char out[ALERT_LIMIT_TEXT_MAX];
		struct alert_limit limit;

		limit = parse(rule->unit, cases[i][1]);
		alert_limit_perfdata(out, rule->unit, rule->sense, &limit);
		assert_string_equal(out, cases[i][2]);
	}
}

static void
test_words(void **state)
{
	static const struct {
		enum value_type unit;
		const char *text;
		double value;
		const char *words;
	} cases[] = {
		{ VALUE_SHARE, "85", 0.9, "limit 85.0 %" },
		{ VALUE_SHARE, "10:20", 0.05, "below 10.0 %" },
		{ VALUE_SHARE, "10:20", 0.25, "over 20.0 %" },
		{ VALUE_DURATION, "5min:", 1e6, "below 5 min" },
		{ VALUE_INT, "~:20", 21, "over 20" },
		{ VALUE_REAL, "@5:7", 6, "from 5.0/s to 7.0/s" },
		{ VALUE_INT, "@5:", 6, "from 5 on" },
		{ VALUE_INT, "@~:5", 4, "up to 5" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct alert_limit limit = parse(cases[i].unit, cases[i].text);
		char out[ALERT_LIMIT_TEXT_MAX];

		alert_limit_words(out, cases[i].unit, &limit, cases[i].value);
		assert_string_equal(out, cases[i].words);
	}
}

/* One figure for what has room for no more. */
static void
test_number(void **state)
{
	static const struct {
		const char *text;
		double number;
	} cases[] = { { "7", 7 }, { "5:7", 7 }, { "5:", 5 }, { "@5:7", 7 }, { "~:7", 7 } };
	struct alert_limit off = { .kind = LIMIT_OFF };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct alert_limit limit = parse(VALUE_INT, cases[i].text);

		assert_true(alert_limit_number(&limit) == cases[i].number);
	}
	assert_true(isnan(alert_limit_number(&off)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_wrong_text),
		cmocka_unit_test(test_past),
		cmocka_unit_test(test_perfdata),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_number),
	};

	return cmocka_run_group_tests_name("limit", tests, NULL, NULL);
}
