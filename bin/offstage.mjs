#!/usr/bin/env node
// The offstage command. On a fresh clone it needs nothing but Node: it installs and builds what it is made of.
// What is imported below may use syntax that an old Node cannot even parse, so the version comes first.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    'Offstage needs Node 20.19 or later; this is ' +
      process.version +
      '. Install a newer one (https://nodejs.org) and start again.',
  );
  process.exit(1);
}
const { prepare } = await import('./prepare.mjs');
const main = await prepare(process.argv[2] === 'start');
if (main === null) process.exitCode = 1;
else await import(main);
