// SPDX-License-Identifier: GPL-2.0-or-later
// Prints the manual's list of keys as the program's table has it.
#include <stdio.h>

#include "profile/keys.h"

int main(void)
{
	struct strbuf out = { 0 };

	keys_print_mdoc(&out);
	int result = fputs(strbuf_text(&out), stdout);
	strbuf_release(&out);
	return result < 0;
}
