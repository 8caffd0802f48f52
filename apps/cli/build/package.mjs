import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { licencesOf } from './licences.mjs'
import { here, nativePackages } from './options.mjs'

const workspace = join(here, '..', '..')

/** Makes a directory of built files the npm package `rack-gateway`: what it needs is in those files, save packages with native modules. */
export function writePackage(directory, metafiles) {
  const { version, description, license } = read(join(here, 'package.json'))
  const { engines } = read(join(workspace, 'package.json'))
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
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  copyFileSync(join(here, 'man', 'rack-gateway.1'), join(directory, 'rack-gateway.1'))
  copyFileSync(join(workspace, 'LICENSE'), join(directory, 'LICENSE'))
  writeFileSync(join(directory, 'LICENCES-OF-OTHERS.txt'), licencesOf(metafiles))
  writeFileSync(join(directory, 'README.md'), readme)
}

function installedVersion(name) {
  return read(join(here, 'node_modules', name, 'package.json')).version
}

function read(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

const readme = `# rack-gateway

The command that people type instead of \`convox\`: it knows your gateways, holds your tokens, and runs the real \`convox\` through them.

    rack-gateway login staging https://gateway.example.com
    rack-gateway apps
    rack-gateway ps -a myapp --rack staging

\`rack-gateway help\` has the rest. It needs Node 20.19 or newer, and \`convox\` in the PATH.
`
