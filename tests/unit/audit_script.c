// SPDX-License-Identifier: GPL-2.0-or-later
// What an interpreter runs, read from its command line.
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "audit/record/event.h"
#include "base/memory.h"

enum { WORDS = 16 };

static const struct row {
	const char *command;  // words, separated by spaces; '_' stands for an empty word
	const char *script;   // NULL: none
} rows[] = {
	// Python.
	{ "python3 -u /x/train.py --lr 1", "train.py" },
	{ "/usr/bin/python3 /usr/bin/pip install x", "pip" },
	{ "python3 -m pip install x", "-m pip" },
	{ "python3 -mpip install x", "-m pip" },
	{ "python3 -Im pip install x", "-m pip" },
	{ "python3 -m", "-m" },
	{ "python3 -c import_os train.py", "-c" },
	{ "python3 -uc import_os", "-c" },
	{ "python3 -W ignore -X dev a/b.py", "b.py" },
	{ "python3 -Wignore b.py", "b.py" },
	{ "python3 -OO b.py -m pip", "b.py" },
	{ "python3 --check-hash-based-pycs never b.py", "b.py" },
	{ "python3 --version", NULL },
	{ "python3", NULL },
	{ "python3 - x", NULL },
	{ "python3 -- -x.py", "-x.py" },
	{ "python3.11 b.py", "b.py" },
	{ "python b.py", "b.py" },
	{ "/opt/conda/bin/python3.13t b.py", "b.py" },
	{ "pypy3.10 b.py", "b.py" },
	{ "python3 dir/", "dir/" },
	{ "python-config x", NULL },
	{ "pythonic x", NULL },
	// Shells.
	{ "bash run.sh", "run.sh" },
	{ "-bash", NULL },
	{ "bash -c curl", "-c" },
	{ "sh -ec curl x", "-c" },
	{ "bash --rcfile x -l run.sh", "run.sh" },
	{ "bash -o pipefail +o nounset +e run.sh", "run.sh" },
	{ "dash -e run.sh", "run.sh" },
	{ "zsh -f run.zsh", "run.zsh" },
	// Perl, Ruby.
	{ "perl -ne print x", "-e" },
	{ "perl -MLWP::Simple -e get", "-e" },
	{ "perl -MExporter get.pl", "get.pl" },
	{ "perl -I lib -w get.pl", "get.pl" },
	{ "perl -Ilib get.pl", "get.pl" },
	{ "perl -i.e get.pl", "get.pl" },
	{ "perl5.36.0 get.pl", "get.pl" },
	{ "ruby -r json -I lib get.rb", "get.rb" },
	{ "ruby -rjson get.rb", "get.rb" },
	{ "ruby -e puts", "-e" },
	// node.
	{ "node --max-old-space-size=4096 /x/index.js a", "index.js" },
	{ "node -r ts-node/register app.ts", "app.ts" },
	{ "node --import x app.ts", "app.ts" },
	{ "nodejs -e 1", "-e" },
	{ "node --eval 1", "--eval" },
	// Java.
	{ "java -Xmx4g -cp a.jar:b.jar org.foo.Main x", "org.foo.Main" },
	{ "java -jar /opt/x/app.jar x", "app.jar" },
	{ "java -jar", NULL },
	{ "java -p mods -m a.b/c.D", "-m a.b/c.D" },
	{ "java --add-opens a/b=ALL Main", "Main" },
	// R, Julia.
	{ "Rscript --vanilla fit.R 1", "fit.R" },
	{ "Rscript -e 1", "-e" },
	{ "/usr/lib/R/bin/exec/R --no-echo --no-restore --file=a/fit.R --args 1", "fit.R" },
	{ "R -f fit.R", "fit.R" },
	{ "julia -t 4 --project=. fit.jl", "fit.jl" },
	{ "julia -t4 fit.jl", "fit.jl" },
	{ "julia -e 1", "-e" },
	// What starts another.
	{ "env A=b -u C python3 -u train.py", "train.py" },
	{ "env -i A=b ./tool x", "tool" },
	{ "uv run train.py", "train.py" },
	{ "uv run --with torch -p 3.12 python -m pip x", "-m pip" },
	{ "uv run -m pytest", "-m pytest" },
	{ "uv run -- pytest x", "pytest" },
	{ "uv pip install x", NULL },
	{ "uv", NULL },
	{ "env env env python3 b.py", "b.py" },
	// None.
	{ "curl https://x", NULL },
	{ "_", NULL },
	{ "- x", NULL },
	{ "/ x", NULL },
	{ "3.11 x", NULL },
	{ "python3 _ x", "" },
};

static size_t split(char *text, char *words[WORDS])
{
	size_t count = 0;

	for (char *word; (word = strsep(&text, " ")) && count < WORDS;)
		words[count++] = strcmp(word, "_") == 0 ? word + 1 : word;
	return count;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = memory_copy_text(rows[i].command);
		char *words[WORDS];
		char *script = event_script(words, split(text, words));

		if (!script != !rows[i].script || (script && strcmp(script, rows[i].script) != 0))
			fail_msg("%s: %s", rows[i].command, script ? script : "(none)");
		free(script);
		free(text);
	}
	assert_null(event_script(NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
