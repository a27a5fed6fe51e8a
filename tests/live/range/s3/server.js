// SPDX-License-Identifier: GPL-2.0-or-later
// The S3 server of the test range: node server.js MODULES FOLDER CERTIFICATE KEY BUCKET…
'use strict';
const fs = require('fs');
const [modules, directory, certificate, key, ...buckets] = process.argv.slice(2);
const S3rver = require(`${modules}/s3rver`);

new S3rver({
  address: '0.0.0.0',
  port: 443,
  silent: true,
  serviceEndpoint: 'amazonaws.com', // s3.us-east-1.amazonaws.com and s3.amazonaws.com, buckets in front of them
  directory,
  cert: fs.readFileSync(certificate),
  key: fs.readFileSync(key),
  configureBuckets: buckets.map((name) => ({ name })),
}).run((error) => {
  if (error) {
    console.error(String(error));
    process.exit(1);
  }
});
