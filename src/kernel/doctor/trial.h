// SPDX-License-Identifier: GPL-2.0-or-later
// Tries something out in a child with namespaces of its own, which vanish with it.
#ifndef VPCJAIL_KERNEL_DOCTOR_TRIAL_H
#define VPCJAIL_KERNEL_DOCTOR_TRIAL_H

#include <stddef.h>

#include "base/error.h"

// Runs in the child, inside the proven namespaces, as process 1 of its pid namespace. 0 or a negative errno; what it
// writes to answer arrives in the caller's.
typedef int trial_function(void *answer, struct error *err);

// Makes the namespaces of a launch (as another user than root with a user namespace around them), proves that they are
// new and calls function there. answer is size bytes, at most 512, or NULL. The host is left as it was.
// 0, or the first error; err->step says in what: "new namespaces", "map user", "prove namespaces", or is empty when
// the function itself failed.
int trial_run(trial_function *function, void *answer, size_t size, struct error *err);

#endif
