/* SPDX-License-Identifier: PostgreSQL */
/* The scenarios as a configuration file has them. */
#include <stdbool.h>

#include "analysis/whatif.h"
#include "app.h"
#include "base/buf.h"

/* The numbers that differ from those of the pool. */
static void
dump_pool(const struct pool_plan *pool, const struct pool_plan *plan, bool *first, struct buf *out)
{
	bool open = false;

	for (int n = 0; n < WHATIF_NUMBERS; n++) {
		enum whatif_number number = (enum whatif_number)n;

		if (whatif_get(plan, number) == whatif_get(pool, number))
			continue;
		if (!open) {
			buf_adds(out, *first ? " pools = (\n\t\t{ name = " : ",\n\t\t{ name = ");
			docs_string(out, pool->name);
			buf_addc(out, ';');
		}
		open = true;
		*first = false;
		buf_addf(out, " %s = %lld;", whatif_name(plan, number),
		    (long long)whatif_get(plan, number));
	}
	buf_adds(out, open ? " }" : "");
}

static void
dump_scenario(const struct settings *settings, const struct scenario *scenario, struct buf *out)
{
	bool first = true;

	buf_adds(out, "\n\t{ name = ");
	docs_string(out, scenario->name);
	buf_addc(out, ';');
	if (scenario->max_connections >= 0)
		buf_addf(out, " max_connections = %lld;", (long long)scenario->max_connections);
	for (size_t i = 0; i < settings->pool_count; i++)
		dump_pool(&settings->pools[i], &scenario->plans[i], &first, out);
	buf_adds(out, first ? " }" : " ); }");
}

void
docs_scenarios(const struct settings *settings, struct buf *out)
{
	if (settings->scenario_count == 0)
		return;
	buf_adds(out, "scenarios = (");
	for (size_t i = 0; i < settings->scenario_count; i++) {
		buf_adds(out, i > 0 ? "," : "");
		dump_scenario(settings, &settings->scenarios[i], out);
	}
	buf_adds(out, "\n);\n");
}

void
docs_sample_scenarios(struct buf *out)
{
	buf_adds(out,
	    "\n# Scenarios: other numbers for some of these pools, to be compared on the page of\n"
	    "# what if. What is left out is as in the pools, and as the server has it.\n"
	    "#scenarios = (\n"
	    "#\t{ name = \"conservative\"; pools = ( { name = \"api\"; pool_size = 2; } ); },\n"
	    "#\t{ name = \"balanced\"; pools = ( { name = \"api\"; pool_size = 4; } ); },\n"
	    "#\t{ name = \"high-performance\"; max_connections = 200;\n"
	    "#\t  pools = ( { name = \"api\"; pool_size = 10; max_overflow = 5; } ); }\n"
	    "#);\n");
}
