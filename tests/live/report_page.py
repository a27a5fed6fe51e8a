#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The HTML page of a report in a headless Chromium: what it says, that it is seen in light and dark, in a narrow window
and on paper, that it loads nothing.

    report_page.py VPCJAIL RUN      a recorded run, as `vpcjail report` takes it

77: there is no Chromium; under REQUIRE_LIVE=1 a failure.
"""
import html
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

WIDTH, NARROW, HEIGHT = 1000, 420, 1400
MARGIN = 8  # pixels at both sides in which nothing stands
PAGES = 12
LIGHT, DARK = (255, 255, 255), (0x0d, 0x11, 0x17)
# blink::mojom::PreferredColorScheme
SCHEMES = {'light': (1, LIGHT), 'dark': (0, DARK)}


def check(holds, text):
    if not holds:
        sys.exit(f'FAILED: {text}')


def report(vpcjail, run, form):
    return subprocess.run([vpcjail, 'report', run, form], capture_output=True, check=True, timeout=60).stdout


def chromium(program, folder, *arguments, width=WIDTH):
    command = [program, '--headless', '--disable-gpu', '--hide-scrollbars', '--no-first-run', '--enable-logging=stderr',
               '--disable-background-networking', '--disable-component-update', f'--user-data-dir={folder}/profile',
               f'--window-size={width},{HEIGHT}', '--host-resolver-rules=MAP * ~NOTFOUND', *arguments]
    if os.geteuid() == 0:
        command.insert(1, '--no-sandbox')  # which Chromium refuses to root
    done = subprocess.run(command, capture_output=True, check=False, timeout=120,
                          env={'HOME': folder, 'PATH': os.environ['PATH']})
    check(done.returncode == 0, done.stderr.decode(errors='replace')[-2000:])
    return done


def unfilter(kind, line, before, step):
    """One line of a PNG (W3C PNG 9.2)."""
    for i in range(len(line)):
        left = line[i - step] if i >= step else 0
        up = before[i]
        corner = before[i - step] if i >= step else 0
        if kind == 1:
            add = left
        elif kind == 2:
            add = up
        elif kind == 3:
            add = (left + up) // 2
        elif kind == 4:
            guess = left + up - corner
            add = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
        else:
            add = 0
        line[i] = (line[i] + add) & 255


def pixels(path):
    """Rows of pixels, each its red, green and blue."""
    with open(path, 'rb') as file:
        data = file.read()
    check(data[:8] == b'\x89PNG\r\n\x1a\n', 'the screenshot is no PNG')
    at, packed = 8, b''
    while at < len(data):
        length, kind = struct.unpack('>I4s', data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b'IHDR':
            width, height, depth, colour = struct.unpack('>IIBB', body[:10])
        elif kind == b'IDAT':
            packed += body
        at += 12 + length
    check(depth == 8 and colour in (2, 6), f'a PNG of depth {depth} and colour type {colour}')
    step = 3 if colour == 2 else 4
    raw, before, rows = zlib.decompress(packed), bytearray(width * step), []
    for row in range(height):
        start = row * (width * step + 1)
        line = bytearray(raw[start + 1:start + 1 + width * step])
        unfilter(raw[start], line, before, step)
        rows.append([tuple(line[i:i + 3]) for i in range(0, len(line), step)])
        before = line
    return rows


def seen(rows, background):
    """The background is the one of the scheme, and enough stands on it, in more than one colour and all over the page."""
    check(rows[0][0] == background, f'the background is {rows[0][0]}, not {background}')
    all_colours = {}
    filled_rows = 0
    for row in rows:
        others = [pixel for pixel in row if pixel != background]
        filled_rows += bool(others)
        for pixel in others:
            all_colours[pixel] = all_colours.get(pixel, 0) + 1
    share = sum(all_colours.values()) / (len(rows) * len(rows[0]))
    check(0.02 < share < 0.95, f'{share:.1%} of the page is not background')
    check(filled_rows > len(rows) // 3, f'only {filled_rows} of {len(rows)} rows hold anything')
    check(len(all_colours) > 8, f'only {len(all_colours)} colours')


def fits(rows, background):
    """Nothing is wider than the window: it would stand in the margin at the right."""
    for row in rows:
        check(all(pixel == background for pixel in row[:MARGIN] + row[-MARGIN:]), 'something stands in the margin')


def check_paper(program, folder, page):
    chromium(program, folder, f'--print-to-pdf={folder}/page.pdf', f'file://{page}')
    with open(f'{folder}/page.pdf', 'rb') as file:
        paper = file.read()
    pages = len(re.findall(rb'/Type\s*/Page\b', paper))
    check(paper.startswith(b'%PDF-') and 1 <= pages <= PAGES, f'{pages} sheets of paper')


def wanted_texts(said):
    for group in said['denied']['groups']:
        yield group['what']
        yield group['fix']
        for destination in group['destinations']:
            yield destination['name'] or destination['call'] if destination['kind'] == 'call' else \
                destination['name'] or destination['addresses'][0]


def main():
    vpcjail, run = sys.argv[1:3]
    program = shutil.which('chromium') or shutil.which('chromium-browser')
    if not program:
        print('SKIPPED, missing: chromium', file=sys.stderr)
        return 1 if os.environ.get('REQUIRE_LIVE', '0') == '1' else 77
    said = json.loads(report(vpcjail, run, '--json'))
    with tempfile.TemporaryDirectory() as folder:
        page = f'{folder}/page.html'
        with open(page, 'wb') as file:
            file.write(report(vpcjail, run, '--html'))
        done = chromium(program, folder, '--dump-dom', f'file://{page}')
        dom = done.stdout.decode()
        text = html.unescape(re.sub(r'<[^>]*>', '', dom))
        for words in wanted_texts(said):
            check(words in text, f'the page does not say: {words}')
        check(dom.count('<svg role="img"') == 2 and dom.count('class="bar"') > 0 and dom.count('class="flow"') > 0, 'a drawing is missing')
        check('<script' not in dom and not re.search(r'\s(src|href)=', dom), 'the page names something to load')
        check(b'Content Security Policy' not in done.stderr, done.stderr.decode(errors='replace')[-2000:])
        check(text.index('What to change') < text.index('Who, stopped by what'), 'the fixes do not come first')
        for width in (WIDTH, NARROW):
            for name, (scheme, background) in SCHEMES.items():
                picture = f'{folder}/{name}-{width}.png'
                chromium(program, folder, f'--blink-settings=preferredColorScheme={scheme}', f'--screenshot={picture}',
                         f'file://{page}', width=width)
                rows = pixels(picture)
                seen(rows, background)
                fits(rows, background)
        check_paper(program, folder, page)
    print('the page is seen in light and dark, wide and narrow and on paper, and says what the JSON says')
    return 0


if __name__ == '__main__':
    sys.exit(main())
