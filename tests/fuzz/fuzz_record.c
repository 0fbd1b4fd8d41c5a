/* libFuzzer's way into the record decoder: any bytes, read as protobuf-c and the scanner read them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "record_reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len > LANTIK_MAX_RECORD)
		return 0;
	const char *difference = record_difference((struct lantik_span){.data = data, .len = len});
	if (difference)
		fprintf(stderr, "%s\n", difference);
	LANTIK_ASSERT(!difference);
	return 0;
}
