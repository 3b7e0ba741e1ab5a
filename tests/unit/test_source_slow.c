/* SPDX-License-Identifier: PostgreSQL */
/*
 * Tests of logins that take long. The clock is the test's, the connection a
 * real one, for another one beside it tells whether the server lives.
 */
#include "base/settings.h"
#include "base/units.h"
#include "source/source.h"
#include "test_source_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND UNITS_US_PER_SECOND

static void
test_login_deadline(void **state)
{
	(void)state;
	fake_get()->login = PG_WAIT;
	step(0);
	assert_int_equal(source_deadline(source), now + 9 * SECOND); /* does the server live? */
	step(10 * SECOND - 1);
	assert_int_equal(source_deadline(source), now + 1);
	assert_int_equal(source_link(source)->state, LINK_CONNECTING);
	step(1);
	assert_int_equal(source_link(source)->state, LINK_DOWN);
	assert_int_equal(source_link(source)->refusal, REFUSAL_TIMEOUT);
	assert_int_equal(fake_get()->open, 0);
}

/* A server: takes connections, and says nothing. Gives a connection to it, and its own end. */
static int
listen_to(int *listener)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(addr);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	*listener = socket(AF_UNIX, SOCK_STREAM, 0);
	/* Linux gives a name when there is none. */
	assert_int_equal(bind(*listener, (struct sockaddr *)&addr, sizeof(sa_family_t)), 0);
	assert_int_equal(listen(*listener, 5), 0);
	assert_int_equal(getsockname(*listener, (struct sockaddr *)&addr, &len), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, len), 0);
	assert_int_equal(close(accept(*listener, NULL, NULL)), 0);
	return fd;
}

/* The next connection is served as a server does with a request that it cannot meet. */
static void
answer_probe(int listener, const char *answer, size_t len)
{
	char request[16];
	int fd = accept(listener, NULL, NULL);

	assert_true(read(fd, request, sizeof(request)) > 0);
	assert_int_equal(write(fd, answer, len), len);
	assert_int_equal(close(fd), 0);
}

/* What the server has taken is waited for: another login beside it would only hang as well. */
static void
test_hanging_login(void **state)
{
	const struct link *link = source_link(source);
	int listener, fd = listen_to(&listener);

	(void)state;
	fake_get()->login = PG_WAIT;
	fake_get()->made = true;
	fake_get()->socket = fd;
	step(0);
	step(9 * SECOND);
	answer_probe(listener, "", 0);
	step(SECOND);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(link->state, LINK_DOWN);
		assert_int_equal(link->refusal, REFUSAL_HANGS);
		assert_true(link->pending);
		assert_int_equal(link->tries, 1);
		assert_int_equal(fake_get()->logins, 1);
		source_retry(source);
		step(9 * SECOND);
		answer_probe(listener, "", 0);
		step(SECOND);
	}
	fake_get()->login = PG_DONE;
	step(0);
	fake_hello();
	step(0);
	assert_int_equal(link->state, LINK_UP);
	assert_false(link->pending);
	assert_int_equal(fake_get()->logins, 1);
	close(listener);
	close(fd);
}

/* A pooler waits for the server in our place. */
static void
test_pooler(void **state)
{
	static const char no_server[] = "E\0\0\0\x29SFATAL\0C08P01\0Mbad packet header";
	const struct link *link = source_link(source);
	int listener, fd = listen_to(&listener);

	(void)state;
	fake_get()->login = PG_WAIT;
	fake_get()->made = true;
	fake_get()->socket = fd;
	step(0);
	step(9 * SECOND);
	answer_probe(listener, no_server, sizeof(no_server));
	step(SECOND);
	assert_int_equal(link->refusal, REFUSAL_POOL_WAITS);
	/* It is asked once who it is. */
	step(9 * SECOND);
	answer_probe(listener, "", 0);
	step(SECOND);
	assert_int_equal(link->refusal, REFUSAL_POOL_WAITS);
	assert_int_equal(fake_get()->logins, 1);
	close(listener);
	close(fd);
}

/* Nobody proves that there is a server: at last another login is tried. */
static void
test_silent_login(void **state)
{
	const struct link *link = source_link(source);
	int listener, fd = listen_to(&listener);

	(void)state;
	fake_get()->login = PG_WAIT;
	fake_get()->made = true;
	fake_get()->socket = fd;
	step(0);
	for (int i = 1; i < 6; i++) {
		step(10 * SECOND);
		assert_true(link->pending);
		assert_int_equal(link->refusal, REFUSAL_SILENT);
	}
	step(10 * SECOND);
	assert_int_equal(link->state, LINK_DOWN);
	assert_int_equal(link->refusal, REFUSAL_SILENT);
	assert_false(link->pending);
	assert_int_equal(fake_get()->open, 0);
	close(listener);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_login_deadline, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_hanging_login, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_pooler, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(test_silent_login, fake_setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("source/pg_slow", tests, NULL, NULL);
}
