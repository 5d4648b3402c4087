# Every recipe is a Node script without dependencies, so that it runs alike
# through an installed just and through npx.

# List the recipes.
_default:
    @"{{ just_executable() }}" --justfile "{{ justfile() }}" --list --unsorted

# Build everything, start the sandbox, the sidecar and Node-RED (or n8n: `demo n8n`), and print three addresses. Ctrl-C ends it all.
demo *options:
    @exec node scripts/demo.mjs {{ options }}

# The demo's whole path headless, in a real browser: link, ask, answer, read the branch.
demo-check *options:
    @exec node scripts/demo-check.mjs {{ options }}

# Everything that CI checks. Stages: lint go node vectors e2e chaos (all of them when none is named).
test *stages:
    @exec node scripts/test.mjs {{ stages }}

# The tests on a real Node-RED, on both versions: all of them, or the files that are named. --on 5.0.7 takes one version.
e2e-node-red *options:
    @exec node scripts/e2e-node-red.mjs {{ options }}

# The tests on a real n8n: all of them, or the files that are named. Installs n8n first (2.9 GB, asks before).
e2e-n8n *files:
    @exec node scripts/e2e-n8n.mjs {{ files }}

# Find or install what is needed (Go modules, npm packages, Node-RED, n8n, staticcheck, Chromium, Python 3).
setup:
    @exec node scripts/setup.mjs

# Generated files, the validator, the JavaScript packages and bin/nodeline.
build:
    @exec node scripts/build.mjs

# Write the generated files anew from schema/.
generate:
    @exec node scripts/generate.mjs

# gofmt, go vet, staticcheck, eslint, tsc, and whether generated files are fresh.
lint:
    @exec node scripts/test.mjs lint

# The product's path against bare whatsmeow, as ratios; writes docs/benchmarks.md.
bench *options:
    @exec node scripts/bench.mjs {{ options }}

# Break everything at once for two minutes, seeded; the phones and the hosts judge. --help lists its options.
chaos *options:
    @exec node scripts/chaos.mjs {{ options }}

# Take the pictures in docs/images anew: the README's by a demo-check, the others by their pages' tests.
pictures:
    @node scripts/demo-check.mjs --pictures
    @exec node scripts/renderings.mjs

# Remove build products and run leftovers; the cache folder stays.
clean:
    @exec node scripts/clean.mjs
