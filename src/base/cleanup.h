// SPDX-License-Identifier: GPL-2.0-or-later
// Scope-bound release of local variables.
#ifndef VPCJAIL_BASE_CLEANUP_H
#define VPCJAIL_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// CLEANUP(f) runs f(&variable) when the variable leaves its scope.
#define CLEANUP(function) __attribute__((cleanup(function)))

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void cleanup_closedir(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

#define AUTO_FREE CLEANUP(cleanup_free)
#define AUTO_CLOSE CLEANUP(cleanup_close)
#define AUTO_FCLOSE CLEANUP(cleanup_fclose)
#define AUTO_CLOSEDIR CLEANUP(cleanup_closedir)

// STEAL(p) hands a pointer over: the value of p, which becomes NULL.
#define STEAL(pointer)                                                                                                 \
	__extension__({                                                                                                \
		__typeof__(pointer) *steal_at = &(pointer);                                                            \
		__typeof__(pointer) steal_value = *steal_at;                                                           \
		*steal_at = NULL;                                                                                      \
		steal_value;                                                                                           \
	})

// steal_fd(&fd) hands a descriptor over: the value of fd, which becomes -1.
static inline int steal_fd(int *fd)
{
	int value = *fd;
	*fd = -1;
	return value;
}

#endif
