// Loaded before node-red-dev: what it would ask the network is answered from here,
// so that a run says the same everywhere. Of Node-RED, what the tests run on; of
// the public list of packages, nothing.
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');

const registry = JSON.parse(readFileSync(process.env.NODELINE_REGISTRY, 'utf8'));

createRequire(process.argv[1])('axios').get = async (url) => {
  if (url.endsWith('/node-red')) return { data: registry };
  if (url.endsWith('/catalogue.json')) return { data: { modules: [] } };
  throw new Error(`node-red-dev asks for ${url}`);
};
