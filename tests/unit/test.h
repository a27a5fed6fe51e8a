// SPDX-License-Identifier: GPL-2.0-or-later
// cmocka with the headers it wants before it.
#ifndef VPCJAIL_TEST_H
#define VPCJAIL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
