/* Loaded into lantikd before libpq: something happens to a COMMIT or to the state directory when a test puts a file of
 * its name into a folder. SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <errno.h>
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

static void *next_of(const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (!found)
		abort();
	return found;
}

/* The state directory's disk, for as long as the file is there. */
int fdatasync(int file)
{
	int (*real)(int);
	char path[512];

	*(void **)&real = next_of("fdatasync");
	snprintf(path, sizeof path, "%s/fail-fdatasync", getenv("LANTIK_SHIM"));
	if (access(path, F_OK) != 0)
		return real(file);
	errno = EIO;
	return -1;
}

/* What becomes of a COMMIT that the server has answered. */
static PGresult *answered(PGconn *connection, PGresult *result)
{
	if (asked("kill-after-commit"))
		kill(getpid(), SIGKILL);
	if (!asked("lose-after-commit"))
		return result;
	PQclear(result);
	shutdown(PQsocket(connection), SHUT_RDWR);
	return PQmakeEmptyPGresult(connection, PGRES_FATAL_ERROR);
}

PGresult *PQexec(PGconn *connection, const char *query)
{
	PGresult *(*real)(PGconn *, const char *);

	*(void **)&real = next_of("PQexec");
	if (strcmp(query, "COMMIT") != 0)
		return real(connection, query);
	if (asked("lose-before-commit"))
		shutdown(PQsocket(connection), SHUT_RDWR);
	return answered(connection, real(connection, query));
}

/* In a pipeline the COMMIT is sent here, */
int PQsendQueryParams(PGconn *connection, const char *query, int count, const Oid *types, const char *const *values,
	const int *lengths, const int *formats, int result_format)
{
	int (*real)(PGconn *, const char *, int, const Oid *, const char *const *, const int *, const int *, int);

	*(void **)&real = next_of("PQsendQueryParams");
	if (strcmp(query, "COMMIT") == 0 && asked("lose-before-commit"))
		shutdown(PQsocket(connection), SHUT_RDWR);
	return real(connection, query, count, types, values, lengths, formats, result_format);
}

/* and its answer read here. */
PGresult *PQgetResult(PGconn *connection)
{
	PGresult *(*real)(PGconn *);

	*(void **)&real = next_of("PQgetResult");
	PGresult *result = real(connection);
	if (!result || PQpipelineStatus(connection) == PQ_PIPELINE_OFF || strcmp(PQcmdStatus(result), "COMMIT") != 0)
		return result;
	return answered(connection, result);
}
