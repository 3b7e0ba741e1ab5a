/* SPDX-License-Identifier: PostgreSQL */
/*
 * The kernel's and the server's files that the way by /proc reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "source/proc_conf.h"
#include "source/proc_pidfile.h"
#include "source/proc_stat.h"

#define LEN(s) (sizeof(s) - 1)
#define REST                                                                                  \
	" S 1 9 9 0 -1 4194624 1 2 3 4 100 20 0 0 20 0 1 0 777 9000 800 18446744073709551615" \
	" 10 20 30 40 50 0 0 0 0 1 0 0 17 3 0 0 0 0 0 60 70 80 1000 1100 1100 1300 0\n"

static bool
read_stat(struct proc_stat *stat, const char *text)
{
	return proc_stat_read(stat, text, strlen(text));
}

static void
test_stat(void **state)
{
	struct proc_stat stat;

	(void)state;
	assert_true(read_stat(&stat, "42 (postgres)" REST));
	assert_int_equal(stat.pid, 42);
	assert_int_equal(stat.ppid, 1);
	assert_int_equal(stat.state, 'S');
	assert_string_equal(stat.comm, "postgres");
	assert_int_equal(stat.cpu_ticks, 120);
	assert_int_equal(stat.start_ticks, 777);
	assert_int_equal(stat.processor, 3);
	assert_int_equal(stat.arg_start, 1000);
	assert_int_equal(stat.env_end, 1300);
	/* A name made to mislead. */
	assert_true(read_stat(&stat, "42 (a) R 666 (b c)" REST));
	assert_string_equal(stat.comm, "a) R 666 (b c");
	assert_int_equal(stat.ppid, 1);
	assert_true(read_stat(&stat, "42 ()" REST));
	assert_false(read_stat(&stat, ""));
	assert_false(read_stat(&stat, "42"));
	assert_false(read_stat(&stat, "42 (postgres"));
	assert_false(read_stat(&stat, "42 (postgres) S 1 9"));
	assert_false(read_stat(&stat, "x (postgres)" REST));
	assert_false(read_stat(&stat, "99999999999 (postgres)" REST));
	/* What may not be seen is 0. */
	assert_true(read_stat(&stat, "1 (a) S 1 9 9 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0 0"));
	assert_int_equal(stat.arg_start, 0);
}

static void
test_run(void **state)
{
	struct proc_run run;

	(void)state;
	assert_true(proc_run_read(&run, "1000 20 3\n", 10));
	assert_int_equal(run.cpu_ns, 1000);
	assert_int_equal(run.turns, 3);
	assert_false(proc_run_read(&run, "0 0 0\n", 6)); /* a kernel that does not count */
	assert_false(proc_run_read(&run, "1000 20", 7));
	assert_false(proc_run_read(&run, "", 0));
}

static void
test_status(void **state)
{
	static const char text[] = "Name:\tUid: 7\nUid:\t999\t999\t999\t999\n"
	                           "NSpid:\t4711\nSigCgt:\t0000000000000a07\n";
	static const char inside[] = "Uid:\t0\nNSpid:\t4711\t1\n";
	struct proc_status status;

	(void)state;
	proc_status_read(&status, text, LEN(text));
	assert_int_equal(status.uid, 999);
	assert_false(status.nested);
	assert_true(status.caught_known);
	assert_int_equal(status.caught, 0xa07);
	proc_status_read(&status, inside, LEN(inside));
	assert_int_equal(status.uid, 0);
	assert_true(status.nested);
	assert_false(status.caught_known);
	proc_status_read(&status, "", 0);
	assert_int_equal(status.uid, -1);
	assert_false(status.nested);
}

static void
test_sched(void **state)
{
	static const char text[] = "postgres (42, #threads: 1)\n-----\n"
	                           "se.exec_start                 :      11993105.781679\n"
	                           "se.vruntime : 1\n";

	(void)state;
	assert_true(proc_sched_read(text, LEN(text)) == INT64_C(11993105781679));
	assert_true(proc_sched_read("se.exec_start : 5", 17) == 5000000);
	assert_int_equal(proc_sched_read("se.exec_start : 0.000000\n", 25), -1);
	assert_int_equal(proc_sched_read("se.exec_start", 13), -1);
	assert_int_equal(proc_sched_read("", 0), -1);
}

static void
test_pidfile(void **state)
{
	char text[] = "4711\n/var/lib/postgresql/15/main\n1790000000\n5433\n"
	              "/var/run/postgresql\nlocalhost\n  5432001    98304\nready   \n";
	struct proc_pidfile file;

	(void)state;
	assert_true(proc_pidfile_read(&file, text, LEN(text)));
	assert_int_equal(file.pid, 4711);
	assert_string_equal(file.data_dir, "/var/lib/postgresql/15/main");
	assert_true(file.start_s == 1790000000);
	assert_string_equal(file.port, "5433");
	assert_string_equal(file.socket_dir, "/var/run/postgresql");
	assert_false(file.stopping);
	memcpy(text + LEN(text) - strlen("ready   \n"), "stopping", strlen("stopping"));
	assert_true(proc_pidfile_read(&file, text, LEN(text)));
	assert_true(file.stopping);
	assert_true(proc_pidfile_read(&file, "12", 2)); /* it is being written */
	assert_int_equal(file.pid, 12);
	assert_string_equal(file.data_dir, "");
	assert_true(file.start_s == -1);
	assert_false(proc_pidfile_read(&file, "", 0));
	assert_false(proc_pidfile_read(&file, "-4711\n/data\n", 12)); /* single-user */
	assert_false(proc_pidfile_read(&file, "0\n", 2));
	assert_false(proc_pidfile_read(&file, "4711x\n", 6));
	assert_false(proc_pidfile_read(&file, "99999999999\n", 12));
}

static void
arguments(struct proc_conf *conf, const char *text, size_t len)
{
	proc_conf_init(conf);
	proc_conf_arguments(conf, text, len);
}

static void
test_arguments(void **state)
{
	static const char all[] = "/usr/bin/postgres\0-D\0/data\0-c\0max_connections=50\0-i\0"
	                          "--superuser-reserved-connections=5\0-cconfig_file=/etc/pg.conf";
	static const char other[] = "postgres\0-B\0-N\0-N7\0-p\0max_connections=9";
	static const char cut[] = "postgres\0-N\0"
	                          "12";
	struct proc_conf conf;

	(void)state;
	arguments(&conf, all, sizeof(all));
	assert_int_equal(conf.limits[PROC_MAX_CONNECTIONS], 50);
	assert_int_equal(conf.limits[PROC_SUPERUSER_RESERVED], 5);
	assert_int_equal(conf.limits[PROC_RESERVED], -1);
	assert_string_equal(conf.data_dir, "/data");
	assert_string_equal(conf.config_file, "/etc/pg.conf");
	/* -N is the value of -B here. */
	arguments(&conf, other, sizeof(other));
	assert_int_equal(conf.limits[PROC_MAX_CONNECTIONS], 7);
	arguments(&conf, cut, LEN(cut)); /* perhaps 120 */
	assert_int_equal(conf.limits[PROC_MAX_CONNECTIONS], -1);
	arguments(&conf, "", 0);
	assert_int_equal(conf.limits[PROC_MAX_CONNECTIONS], -1);
}

static void
write_file(const char *dir, const char *name, const char *text)
{
	char path[200];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void
test_files(void **state)
{
	char dir[] = "/tmp/pgct-XXXXXX", path[200];
	static const char *const names[] = { "postgresql.conf", "postgresql.auto.conf", "more.conf",
		"conf.d/1.conf", "conf.d/2.conf", "conf.d/3.txt", "conf.d" };
	struct proc_conf conf;

	(void)state;
	assert_non_null(mkdtemp(dir));
	proc_conf_init(&conf);
	assert_false(proc_conf_files(&conf, dir));
	assert_int_equal(conf.limits[PROC_MAX_CONNECTIONS], -1);
	snprintf(path, sizeof(path), "%s/conf.d", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	write_file(dir, "postgresql.conf",
	    "# max_connections = 1\n\t max_connections=10 # ten\nmax_wal_senders 4\n"
	    "include = 'more.conf'\ninclude_if_exists 'none.conf'\ninclude_dir = 'conf.d'\n");
	proc_conf_init(&conf);
	assert_true(proc_conf_files(&conf, dir));
	assert_int_equal(conf.limits[PROC_MAX_CONNECTIONS], 10);
	assert_int_equal(conf.limits[PROC_MAX_WAL_SENDERS], 4);
	assert_int_equal(conf.limits[PROC_SUPERUSER_RESERVED], 3); /* what servers do without */
	assert_int_equal(conf.limits[PROC_RESERVED], 0);
	write_file(dir, "more.conf",
	    "include 'more.conf'\nMAX_CONNECTIONS = '20'\nreserved_connections = 'x'\n");
	write_file(dir, "conf.d/1.conf", "superuser_reserved_connections = 8");
	write_file(dir, "conf.d/2.conf", "superuser_reserved_connections = 9\n\n'\n= 5\n");
	write_file(dir, "conf.d/3.txt", "superuser_reserved_connections = 10\n");
	proc_conf_init(&conf);
	assert_true(proc_conf_files(&conf, dir));
	assert_int_equal(conf.limits[PROC_MAX_CONNECTIONS], 20);
	assert_int_equal(conf.limits[PROC_SUPERUSER_RESERVED], 9);
	write_file(dir, "postgresql.auto.conf", "max_connections = '30'\n");
	proc_conf_init(&conf);
	assert_true(proc_conf_files(&conf, dir));
	assert_int_equal(conf.limits[PROC_MAX_CONNECTIONS], 30);
	/* The command line overrules them all. */
	arguments(&conf,
	    "postgres\0-N\0"
	    "40",
	    15);
	assert_true(proc_conf_files(&conf, dir));
	assert_int_equal(conf.limits[PROC_MAX_CONNECTIONS], 40);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		assert_int_equal(remove(path), 0);
	}
	assert_int_equal(rmdir(dir), 0);
}

/* Of a kernel that tells anonymous memory from shared memory, and of one that does not. */
static void
test_memory(void **state)
{
	static const char now[] = "1000-2000 ---p 00000000 00:00 0    [rollup]\n"
	                          "Rss:               14684 kB\nPss_Anon:           1112 kB\n"
	                          "Private_Clean:        36 kB\nPrivate_Dirty:      9512 kB\n";
	static const char then[] = "Private_Clean:        36 kB\nPrivate_Dirty:      1512 kB\n";

	static const char status[] = "VmRSS:\t   19012 kB\nRssAnon:\t    3112 kB\n"
	                             "RssFile:\t   10900 kB\nRssShmem:\t    5000 kB\n";
	struct proc_rss rss;

	(void)state;
	assert_int_equal(proc_memory_read(now, LEN(now)), 1112 * 1024);
	assert_int_equal(proc_memory_read(then, LEN(then)), 1548 * 1024);
	assert_int_equal(proc_memory_read(then, LEN(then) / 2 + 4), -1);
	assert_int_equal(proc_memory_read("", 0), -1);
	assert_int_equal(proc_memory_read("Pss_Anon: x kB\n", 15), -1);
	assert_true(proc_rss_read(&rss, status, LEN(status)));
	assert_int_equal(rss.own_bytes, 3112 * 1024);
	assert_int_equal(rss.bytes, 19012 * 1024);
	assert_false(proc_rss_read(&rss, status, LEN(status) / 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stat),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_sched),
		cmocka_unit_test(test_pidfile),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests_name("source/proc files", tests, NULL, NULL);
}
