// SPDX-License-Identifier: GPL-2.0-or-later
// The one error idiom: int f(..., struct error *err) returns 0 or a negative errno.
//
// An error is a caller-owned value of fixed size without pointers into the heap, so that a
// child process can send it to its parent over a socket byte for byte. Callers add context
// with error_prefix on the way up; only src/cmd prints. Outputs are untouched on failure.
#ifndef VPCJAIL_BASE_ERROR_H
#define VPCJAIL_BASE_ERROR_H

enum { ERROR_MESSAGE_SIZE = 960, ERROR_STEP_SIZE = 64 };

struct error {
	int code;                          // negative errno; 0 while nothing failed
	int line;                          // where in our source
	const char *file;                  // a literal: also valid in a child cloned from this process
	char step[ERROR_STEP_SIZE];        // the launch step that failed, or empty
	char message[ERROR_MESSAGE_SIZE];  // one sentence for the user, no newline; what, where, what to do next
};

// Sets *err (which may be NULL) and returns code, a negative errno.
#define error_set(err, code, ...) error_set_at((err), __FILE__, __LINE__, (code), __VA_ARGS__)

// The same with ": strerror(-code)" appended.
#define error_set_errno(err, code, ...) error_set_errno_at((err), __FILE__, __LINE__, (code), __VA_ARGS__)

int error_set_at(struct error *err, const char *file, int line, int code, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
int error_set_errno_at(struct error *err, const char *file, int line, int code, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

// Puts "context: " before the message; returns err->code (or -EIO when err is NULL).
int error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The analyser sees one file at a time: it is told that what comes back is a failure.
#ifdef __clang_analyzer__
#undef error_set
#undef error_set_errno
#define error_set(err, code, ...) ((void)error_set_at((err), __FILE__, __LINE__, (code), __VA_ARGS__), -1)
#define error_set_errno(err, code, ...) ((void)error_set_errno_at((err), __FILE__, __LINE__, (code), __VA_ARGS__), -1)
#define error_prefix(err, ...) ((void)error_prefix((err), __VA_ARGS__), -1)
#endif

#endif
