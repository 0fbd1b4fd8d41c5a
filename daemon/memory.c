/* Asks the kernel what memory there is.
 * SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "max" is no number, and no limit. */
static size_t read_limit(const char *group, const char *name, size_t limit)
{
	char path[4096 + 64];
	unsigned long long bytes;

	snprintf(path, sizeof path, "/sys/fs/cgroup%s/%s", group, name);
	FILE *file = fopen(path, "re");
	if (!file)
		return limit;
	if (fscanf(file, "%llu", &bytes) == 1 && bytes < limit)
		limit = (size_t)bytes;
	fclose(file);
	return limit;
}

/* The line of version 2 is `0::/path`. False: there is none. */
static bool read_group(char ret[4096])
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	bool found = false;

	while (file && !found && fgets(ret, 4096, file))
		found = strncmp(ret, "0::/", 4) == 0;
	if (file)
		fclose(file);
	if (!found)
		return false;
	memmove(ret, ret + 3, strlen(ret + 3) + 1);
	ret[strcspn(ret, "\n")] = '\0';
	return true;
}

size_t memory_limit(void)
{
	size_t limit = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
	char group[4096];

	/* each group is bound by those above it, too */
	for (char *end = read_group(group) ? group + strlen(group) : NULL; end && end > group;
		end = strrchr(group, '/')) {
		*end = '\0';
		limit = read_limit(group, "memory.max", limit);
		limit = read_limit(group, "memory.high", limit);
	}
	return limit;
}
