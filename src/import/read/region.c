// SPDX-License-Identifier: GPL-2.0-or-later
// The Region that a zone, an ARN or the name of a service has in it: see reader.h.
#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "import/read/reader.h"

// The length of the Region that text begins with: words of lower case joined by '-', then one digit; 0: none.
static size_t region_length(const char *text)
{
	const char *c = text;
	unsigned words = 0;

	while (islower((unsigned char)*c)) {
		while (islower((unsigned char)*c))
			c++;
		if (*c++ != '-')
			return 0;
		words++;
	}
	return words >= 2 && isdigit((unsigned char)*c) ? (size_t)(c + 1 - text) : 0;
}

// "eu-west-1a", "us-west-2-lax-1a".
char *region_of_zone(const char *zone)
{
	size_t length = zone ? region_length(zone) : 0;

	return length ? memory_copy_bytes(zone, length) : NULL;
}

// "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-1"
char *region_of_arn(const char *arn)
{
	for (int colons = 0; arn && colons < 3; colons++) {
		arn = strchr(arn, ':');
		arn = arn ? arn + 1 : NULL;
	}
	size_t length = arn ? region_length(arn) : 0;
	return length && arn[length] == ':' ? memory_copy_bytes(arn, length) : NULL;
}

// "com.amazonaws.eu-west-1.s3", "cn.com.amazonaws.cn-north-1.sts", "aws.sagemaker.eu-west-1.notebook".
char *region_of_service(const char *service)
{
	for (const char *word = service; word; word = strchr(word, '.')) {
		word += *word == '.';
		size_t length = region_length(word);
		if (length && (word[length] == '.' || !word[length]))
			return memory_copy_bytes(word, length);
	}
	return NULL;
}
