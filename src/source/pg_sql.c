/* SPDX-License-Identifier: PostgreSQL */
/*
 * The statements. Rules for all of them: ASCII; one SELECT each, beginning
 * with that word, so that the grammar of replication connections takes it;
 * every name qualified; no text function on what a session may have put
 * there, for such a function fails on bytes of another encoding.
 */
#include "source/pg_sql.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"

struct statement {
	enum pg_sql id;
	int version; /* the lowest one for this text; later rows win */
	const char *text;
};

/*
 * Texts of queries are cut at 320 bytes, which fills the list on the widest
 * screens; the whole comes on demand. textsend() gives the bytes as they are.
 */
#define QUERY_BYTES "320"

/*
 * The set-returning function and not the view on it: the view also reads
 * pg_authid and pg_database, and hangs while one of them is locked.
 */
#define ACTIVITY(last_columns)                                                                \
	"SELECT pid, datid, usesysid, application_name, client_addr, client_port,"            \
	" backend_start, xact_start, query_start, state_change, wait_event_type, wait_event," \
	" state, backend_xid, backend_xmin, backend_type,"                                    \
	" pg_catalog.substr(pg_catalog.textsend(query), 1, " QUERY_BYTES ")," last_columns    \
	" FROM pg_catalog.pg_stat_get_activity(NULL)"

/* Whoever tuned the server for its applications did not think of a monitor: no other timeouts. */
#define SESSION(more)                                                                     \
	"SELECT pg_catalog.set_config(name, value, $1) FROM (VALUES"                      \
	" ('statement_timeout', '10s'), ('lock_timeout', '200ms'),"                       \
	" ('idle_in_transaction_session_timeout', '10s'), ('search_path', 'pg_catalog')," \
	" ('timezone', 'UTC'), ('datestyle', 'ISO'), ('bytea_output', 'escape')" more     \
	") AS s (name, value)"

/* Functions and not the view, which reads pg_database, and hangs while that is locked. */
#define COUNTS                                                           \
	"(SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', d, "    \
	"pg_catalog.pg_stat_get_db_sessions(d), "                        \
	"pg_catalog.pg_stat_get_db_sessions_abandoned(d), "              \
	"pg_catalog.pg_stat_get_db_sessions_fatal(d), "                  \
	"pg_catalog.pg_stat_get_db_sessions_killed(d)), ',' ORDER BY d)" \
	" FROM pg_catalog.unnest(ARRAY[$2]::pg_catalog.oid[]) AS d)"

#define SERVER(reserved, counts)                                                          \
	"SELECT pg_catalog.clock_timestamp(), pg_catalog.pg_backend_pid(),"               \
	" pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('max_connections')," \
	" pg_catalog.current_setting('superuser_reserved_connections'), " reserved ","    \
	" pg_catalog.current_setting('max_wal_senders'), " counts "$1"

/*
 * Acts on $1, the pid, start, state and start of the state of a session, and
 * gives the word of the outcome. The function with the pid reads what that
 * process shows at this instant, and only what is judged by that is
 * signalled. Neither joins nor names of roles: their catalogs can be locked.
 * What may not be seen has no start: it cannot be told from another session.
 */
#define ACT(function)                                                                 \
	"SELECT CASE WHEN a.pid IS NULL THEN 'gone'"                                  \
	" WHEN a.backend_start IS DISTINCT FROM t.start THEN 'reused'"                \
	" WHEN a.backend_start IS NULL THEN 'denied'"                                 \
	" WHEN a.backend_type IS DISTINCT FROM 'client backend'"                      \
	" OR a.pid = pg_catalog.pg_backend_pid() OR a.state IS DISTINCT FROM t.state" \
	" OR a.state_change IS DISTINCT FROM t.change THEN 'changed'"                 \
	" WHEN " function "(a.pid) THEN 'signalled' ELSE 'gone' END"                  \
	" FROM (VALUES ($1)) AS t (pid, start, state, change)"                        \
	" LEFT JOIN LATERAL pg_catalog.pg_stat_get_activity(t.pid) AS a ON true"

/* With a limit there can be very many: the first of them, and those that occur. */
#define LIMITED_DATABASES                                                            \
	" OR oid IN (SELECT oid FROM pg_catalog.pg_database WHERE datconnlimit >= 0" \
	" ORDER BY oid LIMIT 1000)"
#define LIMITED_ROLES                                                             \
	" OR oid IN (SELECT oid FROM pg_catalog.pg_roles WHERE rolconnlimit >= 0" \
	" ORDER BY oid LIMIT 1000)"

#define NAMES(databases)                                                                         \
	"SELECT 'd', oid, datname, datconnlimit, false, true FROM pg_catalog.pg_database"        \
	" WHERE oid IN ($1)" LIMITED_DATABASES databases                                         \
	" UNION ALL SELECT 'r', oid, rolname, CASE WHEN rolsuper THEN -1 ELSE rolconnlimit END," \
	" rolsuper, pg_catalog.pg_has_role(oid, 'USAGE')"                                        \
	" FROM pg_catalog.pg_roles WHERE oid IN ($2)" LIMITED_ROLES                              \
	" UNION ALL SELECT 's', oid, rolname,"                                                   \
	" CASE WHEN pg_catalog.pg_has_role(oid, 'USAGE') THEN 1 ELSE 0 END,"                     \
	" pg_catalog.current_setting('is_superuser') = 'on', true"                               \
	" FROM pg_catalog.pg_roles WHERE rolname = 'pg_signal_backend'"

/* By id, then by version. */
static const struct statement statements[] = {
	{ PG_SQL_SESSION, 100000, SESSION("") },
	/* 14: idle_session_timeout. */
	{ PG_SQL_SESSION, 140000, SESSION(", ('idle_session_timeout', '0')") },
	/* 17: transaction_timeout. */
	{ PG_SQL_SESSION, 170000,
	    SESSION(", ('idle_session_timeout', '0'), ('transaction_timeout', '0')") },

	/* Settings of providers that keep slots for themselves, such as rds.rds_superuser_... */
	{ PG_SQL_IDENTITY, 100000,
	    "SELECT pg_catalog.pg_backend_pid(), pg_catalog.pg_postmaster_start_time(),"
	    " (SELECT pg_catalog.string_agg(name, ',' ORDER BY name) FROM pg_catalog.pg_settings"
	    " WHERE name LIKE '%reserved_connections%' AND vartype = 'integer'"
	    " AND name NOT IN ('superuser_reserved_connections', 'reserved_connections'))" },

	{ PG_SQL_SERVER, 100000, SERVER("0", "NULL") },
	/* 14: counts of sessions. */
	{ PG_SQL_SERVER, 140000, SERVER("0", COUNTS) },
	/* 16: reserved_connections, for pg_use_reserved_connections. */
	{ PG_SQL_SERVER, 160000,
	    SERVER("pg_catalog.current_setting('reserved_connections')", COUNTS) },

	{ PG_SQL_ACTIVITY, 100000, ACTIVITY(" NULL, NULL") },
	/* 13: leader_pid. */
	{ PG_SQL_ACTIVITY, 130000, ACTIVITY(" leader_pid, NULL") },
	/* 14: query_id. */
	{ PG_SQL_ACTIVITY, 140000, ACTIVITY(" leader_pid, query_id") },

	/* Superusers are under no limit of their role. */
	{ PG_SQL_NAMES, 100000, NAMES("") },
	/* 14: databases whose sessions are counted, though none may stand in a sample. */
	{ PG_SQL_NAMES, 140000,
	    NAMES(" OR oid IN (SELECT oid FROM pg_catalog.pg_database WHERE datallowconn"
	          " ORDER BY oid LIMIT 100)") },

	{ PG_SQL_PARAMS, 100000,
	    "SELECT name, setting, reset_val, pending_restart, source"
	    " FROM pg_catalog.pg_settings WHERE name IN ($1)" },

	/* One more than are kept, to tell that there are more. */
	{ PG_SQL_OVERRIDES, 100000,
	    "SELECT d.datname, r.rolname, c FROM pg_catalog.pg_db_role_setting AS s"
	    " CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c"
	    " LEFT JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase"
	    " LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole"
	    " WHERE c LIKE ANY (ARRAY[$1]) AND (s.setdatabase = 0 OR d.oid IS NOT NULL)"
	    " AND (s.setrole = 0 OR r.oid IS NOT NULL)"
	    " ORDER BY s.setdatabase, s.setrole LIMIT $2" },

	/* Only for sessions known to wait: it stops all others from locking for a moment. */
	{ PG_SQL_BLOCKERS, 100000,
	    "SELECT p, pg_catalog.pg_blocking_pids(p) FROM pg_catalog.unnest(ARRAY[$1]) AS p" },

	/* A backend is in a transaction while it authenticates, but shows only after that. */
	{ PG_SQL_STARTING, 100000,
	    "SELECT pid FROM pg_catalog.pg_locks"
	    " WHERE locktype = 'virtualxid' AND granted AND mode = 'ExclusiveLock'"
	    " AND pid IS NOT NULL" },

	/* $2 is the pid when it is only one, which spares the server the others. */
	{ PG_SQL_QUERIES, 100000,
	    "SELECT pid, backend_start, pg_catalog.textsend(query)"
	    " FROM pg_catalog.pg_stat_get_activity($2) WHERE pid IN ($1) ORDER BY pid" },

	{ PG_SQL_CANCEL, 100000, ACT("pg_catalog.pg_cancel_backend") },
	{ PG_SQL_TERMINATE, 100000, ACT("pg_catalog.pg_terminate_backend") },
};

/* The text for that version, or the oldest one. */
static const char *
find_text(enum pg_sql id, int version)
{
	const char *text = "";

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (statements[i].id == id && (text[0] == '\0' || statements[i].version <= version))
			text = statements[i].text;
	return text;
}

void
pg_sql_add(struct buf *buf, enum pg_sql id, int version, const char *arg1, const char *arg2)
{
	const char *text = find_text(id, version);
	const char *mark;

	while ((mark = strchr(text, '$')) != NULL) {
		const char *arg = mark[1] == '1' ? arg1 : arg2;

		buf_add(buf, text, (size_t)(mark - text));
		if (arg != NULL)
			buf_adds(buf, arg);
		text = mark + 2;
	}
	buf_adds(buf, text);
}
