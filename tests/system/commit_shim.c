/* Loaded into lantikd before libpq: something happens to a COMMIT when a test puts a file of its name into a folder.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Whether the test asked for it; once for each file. */
static int asked(const char *what)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", getenv("LANTIK_SHIM"), what);
	return unlink(path) == 0;
}

PGresult *PQexec(PGconn *connection, const char *query)
{
	PGresult *(*real)(PGconn *, const char *);

	*(void **)&real = dlsym(RTLD_NEXT, "PQexec");
	if (strcmp(query, "COMMIT") != 0)
		return real(connection, query);
	if (asked("lose-before-commit"))
		shutdown(PQsocket(connection), SHUT_RDWR);
	PGresult *result = real(connection, query);
	if (asked("kill-after-commit"))
		kill(getpid(), SIGKILL);
	if (!asked("lose-after-commit"))
		return result;
	PQclear(result);
	shutdown(PQsocket(connection), SHUT_RDWR);
	return PQmakeEmptyPGresult(connection, PGRES_FATAL_ERROR);
}
