import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expiredIdentity, rootCertificate as root, serverIdentity } from '@rack-gateway/testing/certificates'
import { build, type Metafile } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTlsGateway } from '../convox/relay/testing/tls-gateway.ts'
import { effectivePolicy } from '../testing/effective-policy.ts'
import { startFakeGateway } from '../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../testing/harness.ts'
import { version } from './version.ts'

const run = promisify(execFile)
const cli = fileURLToPath(new URL('../..', import.meta.url))

let machine: Machine
beforeAll(() => {
  machine = createMachine()
})
afterAll(() => machine.remove())

function shipped(...words: readonly string[]): Promise<string> {
  return shippedWith({}, words)
}

async function shippedWith(more: NodeJS.ProcessEnv, words: readonly string[]): Promise<string> {
  const env = {
    ...more,
    HOME: machine.home,
    RACK_GATEWAY_CONFIG_DIR: join(machine.home, 'config'),
    CONVOX_BIN: join(machine.home, 'bin', 'convox'),
    PATH: process.env.PATH,
  }
  const { stdout } = await run(process.execPath, [join(cli, 'dist', 'rack-gateway.js'), ...words], { env })
  return stdout
}

test('the bundle runs each kind of command', async () => {
  machine.configure({
    gateways: { staging: { url: 'http://127.0.0.1:1', rack: 'staging' } },
    tokens: { staging: { token: 'rgs_x' } },
  })
  expect(await shipped('version')).toMatch(/^rack-gateway \d/)
  expect(await shipped('racks', '--json')).toContain('"name": "staging"')
  expect(await shipped('help', 'can')).toContain('--as')
  expect(await shipped('can', 'help')).toMatch(/^Allowed: convox help/)
  const policy = join(cli, '..', '..', 'examples', 'policy-tests')
  expect(await shipped('policy', 'check', join(policy, 'policy.yaml'))).toContain('is valid')
  expect(await shipped('policy', 'test', policy, '--strict')).toContain('all passed')
  expect(await shipped('help', 'policy', 'diff')).toContain('@in-force')
  expect(await shipped('apps')).toContain('"argv":["apps"]')
  expect(await shipped('--no-precheck', 'apps')).toContain('"argv":["apps"]')
})

test('the bundle checks commands before convox, and stores no code', async () => {
  const gateway = await startFakeGateway(effectivePolicy({ role: 'deployer' }))
  try {
    machine.configure({
      gateways: { staging: { url: gateway.url, rack: 'staging' } },
      tokens: { staging: { token: 'rgs_x' } },
    })
    const set = ['env', 'set', 'A=b', '-a', 'web']
    for (let time = 0; time < 2; time++) expect(await shipped(...set)).toContain('"argv":["env","set"')
    expect(gateway.requests).toHaveLength(1)
    await expect(shipped('apps', 'delete', 'web')).rejects.toMatchObject({ code: 5 })
    expect(readdirSync(join(machine.home, 'config')).sort()).toEqual(['config.json', 'policy'])
    expect(existsSync(join(machine.home, '.cache'))).toBe(false)
  } finally {
    await gateway.close()
  }
})

test('the npm package installs without other packages and without a network', async () => {
  const place = join(machine.home, 'elsewhere')
  mkdirSync(place)
  await run('npm', ['pack', join(cli, 'dist'), '--pack-destination', place])
  writeFileSync(join(place, 'package.json'), '{ "private": true }')
  const [packed = ''] = readdirSync(place).filter((name) => name.endsWith('.tgz'))
  expect(packed).toMatch(/^rack-gateway-\d+\.\d+\.\d+.*\.tgz$/)
  const cache = join(machine.home, 'empty-cache')
  await run('npm', ['install', '--offline', '--no-audit', '--cache', cache, join(place, packed)], { cwd: place })
  expect(readdirSync(join(place, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['rack-gateway'])
  const { stdout } = await run(join(place, 'node_modules', '.bin', 'rack-gateway'), ['version'], { cwd: place })
  expect(stdout).toBe(`rack-gateway ${version()}\n`)
  const installed = (file: string) => readFileSync(join(place, 'node_modules', 'rack-gateway', file), 'utf8')
  expect(installed('LICENSE')).toContain('Apache License')
  for (const name of ['open', 'cross-spawn', 'typebox'])
    expect(installed('LICENSES-OF-OTHERS.txt')).toMatch(new RegExp(`^${name} \\d.* \\(MIT\\)$`, 'm'))
})

test('the bundle connects to an https gateway through the relay, and says why it cannot trust one', async () => {
  for (const [identity, code] of [
    [serverIdentity, 0],
    [expiredIdentity, 7],
  ] as const) {
    const gateway = await startTlsGateway({
      identity,
      onConnection: (socket) =>
        socket.on('data', () => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')),
    })
    machine.configure({
      gateways: { staging: { url: gateway.origin, rack: 'staging', ca: root } },
      tokens: { staging: { token: 'rgs_x' } },
    })
    const outcome = shippedWith({ FAKE_CONVOX: 'ask' }, ['--no-precheck', 'apps'])
    if (code === 0) expect(await outcome).toContain('"status":200,"body":"ok"')
    else await expect(outcome).rejects.toMatchObject({ code, stderr: expect.stringContaining('has expired') })
  }
})

/** Modules that can be large, because most commands of convox do not wait for them. */
const mayBeLarge = new Set([
  // Only for own commands.
  'src/own-command.ts',
  // Only if the environment names a gateway without a rack.
  'src/rack-choice/default-rack.ts',
  // Usually while convox runs.
  'src/session/renewal.ts',
  // Only for a command that needs a step-up.
  'src/step-up/prove-planned-command.ts',
  // Only after convox has failed, to suggest a command.
  'src/commands/index.ts',
  // Only to explain a broken configuration file.
  '../../packages/config/src/client/client-schema.ts',
])

test('a convox command does not wait for a large package', async () => {
  const { inputs, outputs } = await bundled()
  const entries = ['src/main.ts', ...new Set(loadedLater(inputs, 'src/main.ts'))]
  for (const file of ['precheck/precheck', 'precheck/evaluate-online', 'relay/gateway-dial'])
    expect(entries).toContain(`src/convox/${file}.ts`)
  for (const entry of entries) {
    const [first = 'none'] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === entry) ?? []
    expect(outputs).toHaveProperty([first])
    expect([entry, [...packagesOf(outputs, first)].filter((name) => !small.has(name))]).toEqual([entry, []])
  }
})

/** Bundles with one file for each dynamically imported module. */
async function bundled(): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: cli,
    entryPoints: ['src/main.ts'],
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    outdir: 'never-written',
    write: false,
    metafile: true,
    conditions: ['@rack-gateway/source'],
    external: ['@napi-rs/keyring'],
  })
  return metafile
}

/** All our files that are imported dynamically, directly or indirectly, from a file. */
function loadedLater(inputs: Metafile['inputs'], from: string, seen = new Set<string>()): string[] {
  if (seen.has(from) || mayBeLarge.has(from)) return []
  seen.add(from)
  return (inputs[from]?.imports ?? []).flatMap(({ path, kind }) => {
    if (path.includes('node_modules') || inputs[path] === undefined) return []
    const isNew = kind === 'dynamic-import' && !mayBeLarge.has(path) && !seen.has(path)
    return [...(isNew ? [path] : []), ...loadedLater(inputs, path, seen)]
  })
}

const small = new Set([
  '@fastify/error',
  'cross-spawn',
  'isexe',
  'path-key',
  'shebang-command',
  'shebang-regex',
  'which',
])

/** The packages in a file and in its static imports. */
function packagesOf(outputs: Metafile['outputs'], file: string, seen = new Set<string>()): Set<string> {
  const output = outputs[file]
  if (output === undefined || seen.has(file)) return new Set()
  seen.add(file)
  const own = Object.keys(output.inputs).flatMap(
    (input) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? [],
  )
  const imported = output.imports
    .filter(({ kind }) => kind === 'import-statement')
    .flatMap(({ path }) => [...packagesOf(outputs, path, seen)])
  return new Set([...own, ...imported])
}
