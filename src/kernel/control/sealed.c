// SPDX-License-Identifier: GPL-2.0-or-later
// Texts that go over a socket as sealed memory: see sealed.h.
#include "kernel/control/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"

enum { TEXT_MAXIMUM = 16 << 20, WANTED = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

int sealed_write(const char *name, const struct strbuf *text, struct error *err)
{
	AUTO_CLOSE int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return error_set_errno(err, -errno, "cannot make memory for the %s", name);
	int result = io_write_all(fd, strbuf_text(text), text->length);
	if (result < 0 || fcntl(fd, F_ADD_SEALS, WANTED | F_SEAL_SEAL) < 0)
		return error_set_errno(err, result < 0 ? result : -errno, "cannot write the %s", name);
	return steal_fd(&fd);
}

int sealed_read(int fd, char **text, struct error *err)
{
	struct stat status;
	int seals = fcntl(fd, F_GET_SEALS);

	if (seals < 0 || (seals & WANTED) != WANTED || fstat(fd, &status) < 0 || status.st_size > TEXT_MAXIMUM)
		return error_set(err, -EBADMSG, "the profile must come in sealed memory of at most %d bytes",
				 TEXT_MAXIMUM);
	AUTO_FREE char *read = memory_new((size_t)status.st_size + 1, 1);
	for (off_t done = 0; done < status.st_size;) {
		ssize_t got = pread(fd, read + done, (size_t)(status.st_size - done), done);
		if (got <= 0)
			return error_set_errno(err, got < 0 ? -errno : -EIO, "cannot read the profile");
		done += got;
	}
	*text = STEAL(read);
	return 0;
}
