/* Leaks on purpose: the sanitized test run must go red for it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "lantik/bytes.h"

Test(planted, leak)
{
	struct lantik_buffer buffer = {0};
	lantik_buffer_append(&buffer, "lost", 4);
	cr_assert_eq(buffer.len, 4);
	buffer.data = NULL;
}
