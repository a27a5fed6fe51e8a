# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests and descriptions of SageMaker's jobs made from the shapes of its API, with what they say, and broken ones.

Draw(shapes, random).document(operation, part) walks a shape: required members always, others by chance, in any order,
with nulls for some that are left out and members that no shape has. What it says is noted on the way, by shape.
Written(value, random) is it as JSON text in one of several layouts, with the line and column of every value.
"""
import json
import string

ID_LETTERS = '-' + string.digits + string.ascii_letters
# Texts that hurt who prints them, or who takes them for something else.
HOSTILE = ['', ' ', '~', 'null', 'true', '"', '\\', '# no comment', ': ', '- ', '{{ x }}', '$ROLE', '<YOUR ROLE>', '&a *a !a',
           'line\nbreak', '\r', '\t', '\x1b[2J\x1b]0;owned\x07', '\u0085', '\u2028\u2029', '\u202egnp.sh', 'ä€𝄞', 'x' * 500]
SHOWN = {'Subnets': 'subnets', 'VpcSecurityGroupIds': 'groups'}


class Draw:
    def __init__(self, shapes, random):
        self.shapes, self.random = shapes, random
        self.said = None

    def document(self, shape):
        """(value, what it says). Of VpcConfig and the flags exactly what was put in."""
        self.said = {'uris': set(), 'image': None, 'in_file_system': False, 'kms_key': False}
        value = self.value(shape, shape)
        return value, self.said

    def chance(self, share):
        return self.random.random() < share

    def text(self):
        return self.random.choice(HOSTILE) if self.chance(0.4) else f'text-{self.random.randrange(1000)}'

    def identifier(self, prefix):
        if self.chance(0.5):
            return f'{prefix}-{self.random.getrandbits(68):017x}'
        return ''.join(self.random.choices(ID_LETTERS, k=self.random.choice([1, 2, 31, 32])))

    def value(self, name, member):
        shape = self.shapes[name]
        made = getattr(self, 'draw_' + shape['type'])(name, shape, member)
        return made

    def draw_structure(self, name, shape, _):
        members = list(shape['members'])
        self.random.shuffle(members)
        made = {}
        if name == 'FileSystemDataSource':
            self.said['in_file_system'] = True
        for key in members:
            likely = 0.7 if name.endswith(('Request', 'Response')) else 0.4
            if key in shape.get('required', ()) or self.chance(likely):
                made[key] = self.value(shape['members'][key]['shape'], key)
            elif self.chance(0.2):
                made[key] = None
        for _ in range(self.random.choice([0, 0, 0, 1, 2])):
            made[f'Unknown{self.random.randrange(100)}'] = self.random.choice(
                [1, None, 'x', [], {}, {'VpcConfig': {'Subnets': 5}}, [[['s3://not-a-member/']]]])
        return made

    def draw_list(self, name, shape, _):
        least = shape.get('min', 0)
        most = min(shape.get('max', 3), 16 if name in SHOWN else 3)
        return [self.value(shape['member']['shape'], name) for _ in range(self.random.randint(least, most))]

    def draw_map(self, name, shape, _):
        made = {}
        for _ in range(self.random.choice([0, 1, 2, 5])):
            text = self.text()
            if self.chance(0.2):
                text = f's3://of-a-map/{self.random.randrange(1000)}'
            made[f'KEY_{self.random.randrange(1000)}'] = text
        if name in ('HyperParameters', 'TrainingEnvironmentMap', 'ProcessingEnvironmentMap'):
            self.said['uris'].update(text for text in made.values() if text.startswith('s3://'))
        return made

    def draw_string(self, name, shape, member):
        if 'enum' in shape:
            return self.random.choice(shape['enum'])
        if name == 'S3Uri':
            uri = self.random.choice(['s3://', 's3://', 's3://', 'https://']) + f'bucket-{self.random.randrange(1000)}/a b'
            if uri.startswith('s3://'):
                self.said['uris'].add(uri)
            return uri
        if name in ('SubnetId', 'SecurityGroupId'):
            return self.identifier('subnet' if name == 'SubnetId' else 'sg')
        if name in ('TrainingJobArn', 'ProcessingJobArn'):
            return f'arn:aws:sagemaker:eu-west-{self.random.randint(1, 3)}:123456789012:training-job/{self.random.randrange(9)}'
        if member in ('TrainingImage', 'ImageUri'):
            self.said['image'] = f'image-{self.random.randrange(1000)}'
            return self.said['image']
        if name == 'KmsKeyId':
            key = self.text()
            self.said['kms_key'] |= key != ''
            return key
        return (self.text() or 'x') if name in ('TrainingJobName', 'ProcessingJobName') else self.text()

    def draw_integer(self, _, shape, member):
        least = max(shape.get('min', 0), 0)
        return self.random.randint(least, min(shape.get('max', 50), 2 ** 31) if member == 'InstanceCount' else least + 50)

    draw_long = draw_integer

    def draw_boolean(self, *_):
        return self.chance(0.5)

    def draw_float(self, *_):
        return self.random.random()

    def draw_double(self, *_):
        return self.random.random()

    def draw_timestamp(self, *_):
        return 1700000000.5


class Written:
    """text, and places: {path: (line, column)}, a path being the keys and indices that lead to a value."""

    def __init__(self, value, random, start='', escape=None):
        self.random, self.places = random, {}
        self.line, self.column, self.parts = 1, 1, []
        self.escape = random.random() < 0.5 if escape is None else escape
        self.indent = random.choice([None, 1, 4])
        self.add(start)
        self.write(value, ())
        self.add('\n')
        self.text = ''.join(self.parts)

    def add(self, text):
        self.parts.append(text)
        lines = text.split('\n')
        self.line += len(lines) - 1
        self.column = len(lines[-1]) + (self.column if len(lines) == 1 else 1)

    def gap(self, depth):
        self.add('\n' + ' ' * (self.indent * depth + 1) if self.indent else self.random.choice(['', ' ']))

    def write(self, value, path):
        self.places[path] = self.line, self.column
        if isinstance(value, dict) and value:
            self.inside('{', '}', [(json.dumps(key, ensure_ascii=self.escape) + ': ', key, one)
                                   for key, one in value.items()], path)
        elif isinstance(value, list) and value:
            self.inside('[', ']', [('', index, one) for index, one in enumerate(value)], path)
        else:
            self.add(json.dumps(value, ensure_ascii=self.escape))

    def inside(self, opening, closing, rows, path):
        self.add(opening)
        for number, (head, key, value) in enumerate(rows):
            self.add(',' if number else '')
            self.gap(len(path) + 1)
            self.add(head)
            self.write(value, path + (key,))
        self.gap(len(path))
        self.add(closing)


def replaced(value, path, new):
    """A copy with another value at a path; a function is given the old one."""
    if not path:
        return new(value) if callable(new) else new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def present(value, path):
    for key in path:
        if not isinstance(value, dict) or value.get(key) is None:
            return False
        value = value[key]
    return True


NO_LISTS = ['subnet-1', 5, True, {}, {'Subnets': []}]
NO_IDS = ['', 'subnet_1', 'subnet 1', 'subnet-ä', 'subnet-1\n', 'x' * 33, 'x' * 5000, '$SUBNET', '<YOUR SUBNET>', 'a\x1b[2J',
          'subnet-\u202e1', 5, 1.5, True, None, [], ['subnet-1'], {'Ref': 'Subnet'}]
NO_FLAGS = ['true', 'false', '', 'yes', 0, 1, [], {}, '$ISOLATION']
NO_OBJECTS = ['x', 5, False, [], [{}]]
NO_COUNTS = ['1', -1, 1.5, 10 ** 7, 10 ** 15, [], {}, True]
NO_MAPS = ['x', 5, [], [{'Name': 'x'}], True]


def mistaken(document, vpc, network, resources, random):
    """One value of a document made wrong: (kind, document, path of what is to be blamed), or None if it has none such.

    vpc, network, resources: the paths of VpcConfig, of what has the flags, and of what has InstanceCount.
    """
    kind = random.choice(['no item', 'too many', 'missing list', 'no list', 'no id', 'no flag', 'no object', 'no count',
                          'no map', 'no text'])
    lists = [('Subnets', 16), ('SecurityGroupIds', 5)]
    name, most = random.choice(lists)
    flag = random.choice(['EnableNetworkIsolation', 'EnableInterContainerTrafficEncryption'])
    if kind in ('no item', 'too many', 'missing list', 'no list', 'no id') and not present(document, vpc):
        return None
    if kind == 'no item':
        return kind, replaced(document, vpc + (name,), []), vpc + (name,)
    if kind == 'too many':
        ids = [f'id-{number}' for number in range(random.choice([most + 1, most + 2, 3 * most]))]
        return kind, replaced(document, vpc + (name,), ids), vpc + (name, most)
    if kind == 'missing list':
        lacking = random.choice([None, 'null'])
        return kind, replaced(document, vpc, lambda old: {key: None if key == name else one for key, one in old.items()
                                                          if key != name or lacking}), vpc
    if kind == 'no list':
        return kind, replaced(document, vpc + (name,), random.choice(NO_LISTS)), vpc + (name,)
    if kind == 'no id':
        ids = document
        for key in vpc + (name,):
            ids = ids[key]
        at = random.randrange(len(ids))
        return kind, replaced(document, vpc + (name, at), random.choice(NO_IDS)), vpc + (name, at)
    if kind == 'no flag' and present(document, network + (flag,)):
        return kind, replaced(document, network + (flag,), random.choice(NO_FLAGS)), network + (flag,)
    if kind == 'no object':
        path = random.choice([path for path in (vpc, network, resources) if path])
        if present(document, path):
            return kind, replaced(document, path, random.choice(NO_OBJECTS)), path
    if kind == 'no count' and present(document, resources + ('InstanceCount',)):
        return kind, replaced(document, resources + ('InstanceCount',), random.choice(NO_COUNTS)), resources + ('InstanceCount',)
    if kind == 'no map' and present(document, ('Environment',)):
        return kind, replaced(document, ('Environment',), random.choice(NO_MAPS)), ('Environment',)
    if kind == 'no text' and document.get('Environment'):
        path = 'Environment', random.choice(list(document['Environment']))
        return kind, replaced(document, path, random.choice([5, True, 0.5, [], {}])), path
    return None
