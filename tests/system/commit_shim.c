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
#include <time.h>
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

/* The clock that goes on while the machine sleeps, for as long as the file is there. */
int clock_gettime(clockid_t clock, struct timespec *ret)
{
	int (*real)(clockid_t, struct timespec *);
	char path[512];
	int result;

	*(void **)&real = next_of("clock_gettime");
	result = real(clock, ret);
	snprintf(path, sizeof path, "%s/hour-later", getenv("LANTIK_SHIM"));
	if (clock == CLOCK_BOOTTIME && access(path, F_OK) == 0)
		ret->tv_sec += 3600;
	return result;
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

static int is_commit(const char *statement)
{
	return strcmp(statement, "commit") == 0;
}

PGresult *PQexecPrepared(PGconn *connection, const char *statement, int count, const char *const *values,
	const int *lengths, const int *formats, int result_format)
{
	PGresult *(*real)(PGconn *, const char *, int, const char *const *, const int *, const int *, int);

	*(void **)&real = next_of("PQexecPrepared");
	if (!is_commit(statement))
		return real(connection, statement, count, values, lengths, formats, result_format);
	if (asked("lose-before-commit"))
		shutdown(PQsocket(connection), SHUT_RDWR);
	return answered(connection, real(connection, statement, count, values, lengths, formats, result_format));
}

/* In a pipeline the COMMIT is sent here, */
int PQsendQueryPrepared(PGconn *connection, const char *statement, int count, const char *const *values,
	const int *lengths, const int *formats, int result_format)
{
	int (*real)(PGconn *, const char *, int, const char *const *, const int *, const int *, int);

	*(void **)&real = next_of("PQsendQueryPrepared");
	if (is_commit(statement) && asked("lose-before-commit"))
		shutdown(PQsocket(connection), SHUT_RDWR);
	return real(connection, statement, count, values, lengths, formats, result_format);
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
