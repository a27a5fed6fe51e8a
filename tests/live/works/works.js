// SPDX-License-Identifier: GPL-2.0-or-later
// Node: worker threads, the thread pool of its files, sockets and children. Prints what it found as JSON.
'use strict';
const { Worker, isMainThread, parentPort } = require('worker_threads');
const childProcess = require('child_process');
const crypto = require('crypto');
const dns = require('dns').promises;
const fs = require('fs');
const http = require('http');
const net = require('net');
const os = require('os');

function work() {
  parentPort.on('message', (shared) => {
    const numbers = new Int32Array(shared);
    for (let i = 0; i < 1000; i++) Atomics.add(numbers, 0, 1);
    parentPort.close();
  });
}

async function threads() {
  const shared = new SharedArrayBuffer(4);
  await Promise.all([0, 1, 2, 3].map(() => new Promise((resolve, reject) => {
    const worker = new Worker(__filename);
    worker.on('error', reject);
    worker.on('exit', resolve);
    worker.postMessage(shared);
  })));
  return new Int32Array(shared)[0];
}

function garbage() {
  let kept = [];
  for (let i = 0; i < 200; i++) {
    kept.push(new Array(10000).fill(i));
    if (kept.length > 20) kept = [];
  }
  const before = process.memoryUsage().heapUsed;
  kept = null;
  global.gc();
  return process.memoryUsage().heapUsed < before;
}

function serve(host) {
  return new Promise((resolve, reject) => {
    const server = http.createServer((request, response) => response.end('served ' + request.url));
    server.listen(0, host, () => http.get({ host, port: server.address().port, path: '/page', agent: false }, (response) => {
      let text = '';
      response.on('data', (part) => { text += part; });
      response.on('end', () => { server.close(); resolve(text); });
    }).on('error', reject));
  });
}

function overUnixSocket() {
  return new Promise((resolve, reject) => {
    const server = net.createServer((peer) => peer.end('over a file'));
    server.listen('node.socket', () => net.connect('node.socket').on('error', reject).on('data', (data) => {
      server.close();
      resolve(data.toString());
    }));
  });
}

async function files() {
  const seen = new Promise((resolve) => {
    const watcher = fs.watch('.', (event, name) => {
      if (name === 'node.out') { watcher.close(); resolve(name); }
    });
  });
  await Promise.all([...Array(20).keys()].map((i) => fs.promises.writeFile('node.' + i, 'x'.repeat(i))));
  await fs.promises.writeFile('node.out', 'text');
  const sizes = await Promise.all([...Array(20).keys()].map(async (i) => (await fs.promises.stat('node.' + i)).size));
  await Promise.all([...Array(20).keys()].map((i) => fs.promises.unlink('node.' + i)));
  return [sizes.reduce((sum, size) => sum + size), await seen];
}

function child() {
  return new Promise((resolve, reject) => {
    const other = childProcess.fork(__filename, ['child'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    other.on('error', reject);
    other.on('message', resolve);
    other.send(20);
  });
}

function ownSignal() {
  return new Promise((resolve) => {
    process.once('SIGUSR2', resolve);
    process.kill(process.pid, 'SIGUSR2');
  });
}

async function main() {
  const [size, watched] = await files();
  const lo = os.networkInterfaces().lo.map((entry) => entry.address).sort();
  const derived = await new Promise((resolve) => crypto.pbkdf2('word', 'salt', 1000, 8, 'sha256', (error, key) => resolve(key.toString('hex'))));
  console.log(JSON.stringify({
    threads: await threads(), collected: garbage(), tcp4: await serve('127.0.0.1'), tcp6: await serve('::1'), name: await serve('localhost'),
    unix: await overUnixSocket(), size, watched, lo: lo.includes('127.0.0.1') && lo.includes('::1'), child: await child(),
    shell: childProcess.execSync('echo $((6*7))').toString().trim(), signal: await ownSignal(), pool: derived.length,
    localhost: ['127.0.0.1', '::1'].includes((await dns.lookup('localhost')).address), user: os.userInfo().username,
  }));
}

if (!isMainThread) work();
else if (process.argv[2] === 'child') process.once('message', (number) => { process.send(number * 2); process.disconnect(); });
else main().catch((error) => { console.error(error); process.exit(1); });
