// SPDX-License-Identifier: GPL-2.0-or-later
// Ids of AWS as a profile writes them: see assembly.h.
#include <string.h>

#include "import/assembly/parts.h"
#include "profile/form.h"

enum { LONGEST = 64 };

// FNV-1a: keeps apart what is equal once its odd characters are gone.
static unsigned hash(const char *text)
{
	unsigned value = 2166136261U;

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 16777619U;
	return value;
}

char *assembly_id(const char *kind, const char *id)
{
	size_t length = strlen(kind);
	bool has_kind = strncmp(id, kind, length) == 0 && id[length] == '-';
	const char *colon = strrchr(id, ':'), *rest = has_kind ? id + length + 1 : colon ? colon + 1 : id;
	char *text = memory_format("%s-%.*s", kind, LONGEST, rest);

	if (strlen(rest) <= LONGEST && *rest && !form_id(rest))
		return text;
	for (char *c = text; *c; c++) {
		char one[] = { *c, 0 };

		if (form_id(one))
			*c = '-';
	}
	char *distinct = memory_format("%s-%08x", text, hash(id));
	free(text);
	return distinct;
}

const char *service_of_name(const char *name, const char *region)
{
	static const char *const heads[] = { "com.amazonaws.", "cn.com.amazonaws.", "aws.sagemaker.", "aws.api." };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		size_t length = strlen(heads[i]);
		const char *rest = name && strncmp(name, heads[i], length) == 0 ? name + length : NULL;
		const char *dot = rest ? strchr(rest, '.') : NULL;

		if (!dot)
			continue;
		char *of = memory_copy_bytes(rest, (size_t)(dot - rest));
		bool fits = !form_region(of) && region_fits(of, region) && !form_service(dot + 1);
		free(of);
		return fits ? dot + 1 : NULL;
	}
	return NULL;
}
