import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { collectLicenses } from './licenses.mjs'
import { nativePackages, packageDirectory } from './options.mjs'

const workspace = join(packageDirectory, '..', '..')

/**
 * The npm package `rack-gateway` depends only on packages with native modules.
 *
 * @returns {[name: string, content: Buffer][]}
 */
export function packageFiles(metafiles) {
  const { version, description, license } = readJson(join(packageDirectory, 'package.json'))
  const { engines } = readJson(join(workspace, 'package.json'))
  const manifest = {
    name: 'rack-gateway',
    version,
    description,
    license,
    type: 'commonjs',
    bin: { 'rack-gateway': 'rack-gateway.js' },
    man: 'rack-gateway.1',
    engines,
    optionalDependencies: Object.fromEntries(nativePackages.map((name) => [name, installedVersion(name)])),
  }
  return [
    ['package.json', Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)],
    ['rack-gateway.1', readFileSync(join(packageDirectory, 'man', 'rack-gateway.1'))],
    ['LICENSE', readFileSync(join(workspace, 'LICENSE'))],
    ['LICENSES-OF-OTHERS.txt', Buffer.from(collectLicenses(metafiles))],
    ['README.md', Buffer.from(readme)],
  ]
}

function installedVersion(name) {
  return readJson(join(packageDirectory, 'node_modules', name, 'package.json')).version
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

const readme = `# rack-gateway

The command that you run instead of \`convox\`: it stores the addresses and tokens of your gateways, and runs \`convox\` through them.

    rack-gateway login staging https://gateway.example.com
    rack-gateway apps
    rack-gateway ps -a myapp --rack staging

It needs Node 20.19 or newer, and \`convox\` in the PATH. For all commands, run \`rack-gateway help\`.
`
