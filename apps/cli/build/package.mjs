import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { licencesOf } from './licences.mjs'
import { here, nativePackages } from './options.mjs'

const workspace = join(here, '..', '..')

/**
 * What makes built files the npm package `rack-gateway`: what it needs is in those files, save packages with native modules.
 *
 * @returns {[name: string, content: Buffer][]}
 */
export function packageFiles(metafiles) {
  const { version, description, license } = readJson(join(here, 'package.json'))
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
    ['rack-gateway.1', readFileSync(join(here, 'man', 'rack-gateway.1'))],
    ['LICENSE', readFileSync(join(workspace, 'LICENSE'))],
    ['LICENCES-OF-OTHERS.txt', Buffer.from(licencesOf(metafiles))],
    ['README.md', Buffer.from(readme)],
  ]
}

function installedVersion(name) {
  return readJson(join(here, 'node_modules', name, 'package.json')).version
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

const readme = `# rack-gateway

The command that people type instead of \`convox\`: it knows your gateways, holds your tokens, and runs the real \`convox\` through them.

    rack-gateway login staging https://gateway.example.com
    rack-gateway apps
    rack-gateway ps -a myapp --rack staging

\`rack-gateway help\` has the rest. It needs Node 20.19 or newer, and \`convox\` in the PATH.
`
