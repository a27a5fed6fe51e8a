// SPDX-License-Identifier: GPL-2.0-or-later
// The SageMaker Python SDK's config.yaml where it stands as JSON, which is YAML, too.
#include "base/cleanup.h"
#include "import/job/job.h"
#include "import/read/reader.h"

void read_sdk_configuration(struct import_reader *reader, const json_t *document)
{
	AUTO_FREE char *copy =
	    memory_copy_bytes(reader->text, reader->length);  // the YAML parser wants '\0' at its end

	(void)document;
	job_read_yaml(reader->account, reader->file, copy, reader->length, reader->mistakes);
}
