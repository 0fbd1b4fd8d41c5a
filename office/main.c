/* lantik, the office's tool.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/crypto.h"
#include "verbs.h"

int main(int argc, char **argv)
{
	lantik_crypto_start();
	return lantik_cli_main(&lantik_office_program, argc, argv);
}
