import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { effectivePolicy } from '../testing/effective-policy.ts'
import { startFakeGateway } from '../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../testing/harness.ts'
import { version } from './version.ts'

const run = promisify(execFile)
const workspace = fileURLToPath(new URL('../../../..', import.meta.url))

let machine: Machine
let name: string
beforeAll(async () => {
  machine = createMachine()
  await run(process.execPath, [join(workspace, 'infra', 'build-executables.mjs'), '--out', built()])
  ;[name = ''] = readdirSync(built()).filter((file) => /^rack-gateway-[a-z]+-[a-z0-9]+(?:-musl)?(?:\.exe)?$/.test(file))
}, 180_000)
afterAll(() => machine.remove())

const built = (...path: readonly string[]) => join(machine.home, 'built', ...path)

async function executable(words: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> {
  const env = {
    HOME: machine.home,
    RACK_GATEWAY_CONFIG_DIR: join(machine.home, 'config'),
    CONVOX_BIN: join(machine.home, 'bin', 'convox'),
    PATH: process.env.PATH,
    ...more,
  }
  // A directory without our packages.
  const cwd = join(machine.home, 'elsewhere')
  mkdirSync(cwd, { recursive: true })
  return (await run(built(name), words, { env, cwd })).stdout
}

test('an executable runs each kind of command without other files', async () => {
  machine.configure({
    gateways: { staging: { url: 'http://127.0.0.1:1', rack: 'staging' } },
    tokens: { staging: { token: 'rgs_x' } },
  })
  expect(await executable(['version'])).toBe(`rack-gateway ${version()}\n`)
  expect(await executable(['racks', '--json'])).toContain('"name": "staging"')
  expect(await executable(['help', 'can'])).toContain('--as')
  expect(await executable(['can', 'help'])).toMatch(/^Allowed: convox help/)
  const policy = join(workspace, 'examples', 'policy-tests')
  expect(await executable(['policy', 'test', policy, '--strict'])).toContain('all passed')
  expect(await executable(['apps'])).toContain('"argv":["apps"]')
  expect(await executable(['--no-precheck', 'apps'])).toContain('"argv":["apps"]')
  expect(await executable(['apps'], { RACK_URL: 'https://convox:x@gateway.example.com' })).toContain('"argv":["apps"]')
  await expect(executable(['whoami'])).rejects.toMatchObject({ code: 7 })
})

test.each(['rails', 'django', 'laravel', 'node'])('an executable writes a first policy for %s', async (framework) => {
  const cwd = join(machine.home, 'policies', framework)
  mkdirSync(cwd, { recursive: true })
  const init = async (...words: readonly string[]) =>
    (await run(built(name), ['policy', ...words], { env: { HOME: machine.home }, cwd })).stdout
  expect(await init('init', framework)).toContain('Wrote policy.yaml')
  for (const file of ['policy.yaml', 'policy.cases.yaml'])
    expect(readFileSync(join(cwd, file), 'utf8')).toBe(
      readFileSync(join(workspace, 'examples', 'policies', framework, file), 'utf8'),
    )
  expect(JSON.parse(await init('check', 'policy.yaml', '--json'))).toMatchObject({ valid: true, warnings: [] })
  expect(JSON.parse(await init('test', '.', '--strict', '--json'))).toMatchObject({ failed: 0 })
})

test('an executable prints no warning, at its first run and later', async () => {
  for (const _ of [1, 2, 3]) {
    const { stderr } = await run(built(name), ['help'], { env: { HOME: machine.home }, cwd: machine.home })
    expect(stderr).toBe('')
  }
})

test('an executable checks commands before convox, and stores no code', async () => {
  const gateway = await startFakeGateway(effectivePolicy({ role: 'deployer' }))
  try {
    machine.configure({
      gateways: { staging: { url: gateway.url, rack: 'staging' } },
      tokens: { staging: { token: 'rgs_x' } },
    })
    for (let time = 0; time < 2; time++)
      expect(await executable(['env', 'set', 'A=b', '-a', 'web'])).toContain('"argv":["env","set"')
    expect(gateway.requests).toHaveLength(1)
    await expect(executable(['apps', 'delete', 'web'])).rejects.toMatchObject({ code: 5 })
    expect(existsSync(join(machine.home, '.cache'))).toBe(false)
  } finally {
    await gateway.close()
  }
})

// Executables with an older Node accept NODE_OPTIONS. The executables of a release have Node 24.
test.skipIf(Number.parseInt(process.versions.node, 10) < 24)('an executable ignores NODE_OPTIONS', async () => {
  expect(await executable(['version'], { NODE_OPTIONS: '--require /nonexistent' })).toMatch(/^rack-gateway /)
})

test('the download is the compressed executable, and each file has a checksum', () => {
  expect(gunzipSync(readFileSync(built(`${name}.gz`))).equals(readFileSync(built(name)))).toBe(true)
  const sums = readFileSync(built('SHA256SUMS'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('  '))
  const parts = [name, `${name}.cdx.json`, `${name}.gz`, 'rack-gateway-licenses.txt', 'rack-gateway-npm.cdx.json']
  expect(sums.map(([, file]) => file)).toEqual(parts.sort())
  for (const [sum, file = ''] of sums)
    expect(sum).toBe(
      createHash('sha256')
        .update(readFileSync(built(file)))
        .digest('hex'),
    )
})

test('the licenses of the packages and of Node are included', () => {
  const licenses = readFileSync(built('rack-gateway-licenses.txt'), 'utf8')
  expect(licenses).toMatch(/^open \d.* \(MIT\)$/m)
  const ofNode = licenses.slice(licenses.indexOf(`\nNode ${process.version}\n`))
  expect(ofNode).toContain('Node.js is licensed for use as follows:')
  expect(ofNode).toContain('- OpenSSL, located at deps/openssl, is licensed as follows:')
  const bill = JSON.parse(readFileSync(built(`${name}.cdx.json`), 'utf8')) as Bill
  const text = bill.components.find((component) => component.name === 'node')?.evidence?.licenses[0]?.license.text
  expect(ofNode).toContain(text?.content)
})

test('the bill of materials lists all components with versions and licenses', () => {
  const bill = JSON.parse(readFileSync(built(`${name}.cdx.json`), 'utf8')) as Bill
  expect([bill.bomFormat, bill.specVersion]).toEqual(['CycloneDX', '1.6'])
  const components = new Map(bill.components.map((component) => [component.name, component]))
  expect([...components.keys()]).toEqual(expect.arrayContaining(['open', 'cross-spawn', 'rbac-policy', 'node']))
  const target = name.replace(/^rack-gateway-|\.exe$/g, '')
  const node = components.get('node')
  expect(node).toMatchObject({
    version: process.versions.node,
    purl: `pkg:generic/node@${process.versions.node}?target=${target}`,
    hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(readFileSync(process.execPath)).digest('hex') }],
  })
  expect(node?.components).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'v8', version: process.versions.v8 }),
      expect.objectContaining({ name: 'openssl', version: process.versions.openssl }),
    ]),
  )
  expect(bill.metadata.properties).toContainEqual({ name: 'rack-gateway:target', value: target })
  expect(components.has('vitest') || components.has('esbuild')).toBe(false)
  for (const { name, version, licenses } of bill.components) {
    expect(version, name).toMatch(/^\d/)
    expect(licenses, name).not.toHaveLength(0)
  }
  const forNpm = JSON.parse(readFileSync(built('rack-gateway-npm.cdx.json'), 'utf8')) as Bill
  expect(forNpm.components.map(({ name }) => name).sort()).toEqual(
    bill.components
      .map(({ name }) => name)
      .filter((one) => one !== 'node')
      .sort(),
  )
  // Only --with-empty builds an executable that does nothing.
  expect(existsSync(built('empty'))).toBe(false)
})

interface Bill {
  readonly bomFormat: string
  readonly specVersion: string
  readonly metadata: { readonly properties?: unknown[] }
  readonly components: readonly {
    readonly name: string
    readonly version: string
    readonly licenses: unknown[]
    readonly evidence?: { readonly licenses: readonly { readonly license: { readonly text: { content: string } } }[] }
    readonly components?: unknown[]
  }[]
}
