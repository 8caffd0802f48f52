import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { allCommands } from '@rack-gateway/convox-api/commands'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { loadAllCommands } from '../command-line/command-list.ts'
import { optionsOf } from '../command-line/command-module.ts'
import { commandList } from '../commands/index.ts'
import { createDeferred } from '../testing/deferred.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../testing/harness.ts'
import { quietContext } from '../testing/quiet-context.ts'
import { suggestionsAt } from './suggestions.ts'

const apps = (...names: readonly unknown[]) => ({ status: 200, body: names.map((name) => ({ name })) })

let machine: Machine
let gateway: FakeGateway
beforeEach(async () => {
  machine = createMachine()
  gateway = await startFakeGateway(apps('web', 'worker'))
  machine.configure({
    gateways: { staging: { url: gateway.url, rack: 'eu-1' }, production: { url: gateway.url } },
    sessions: { [gateway.url]: { token: 'rgs_x' } },
    current: 'staging',
  })
})
afterEach(async () => {
  await gateway.close()
  machine.remove()
})

const now = Date.now()

/** The suggestions. The last word is being typed. */
async function suggest(
  words: readonly string[],
  { env = {}, at = now }: { readonly env?: NodeJS.ProcessEnv; readonly at?: number } = {},
): Promise<string[]> {
  const { code, stdout, stderr } = await machine.call(['completion', 'words', '--', ...words], env, '', { now: at })
  expect([code, stderr]).toEqual([0, ''])
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (line.startsWith('\t') ? line : (line.split('\t')[0] ?? '')))
}

const appOf = (...words: readonly string[]) => suggest([...words, 'ps', '-a', ''])

describe('suggestions come from the commands', () => {
  test('every own command, word by word, and its flags and choices', async () => {
    for (const { name, module } of await loadAllCommands(commandList)) {
      const words = name.split(' ')
      for (const [at, word] of words.entries()) expect(await suggest(words.slice(0, at + 1))).toContain(word)
      const typed = await suggest([...words, '-'])
      for (const [key, { alias, choices }] of optionsOf(module)) {
        expect(typed).toContain(`--${key}`)
        if (alias !== undefined) expect(typed).toContain(`-${alias}`)
        if (choices !== undefined) expect(await suggest([...words, `--${key}`, ''])).toEqual([...choices])
      }
    }
  })

  test('every command of convox after --, and its flags', async () => {
    const context = quietContext({ cwd: machine.cwd, configPath: machine.configPath })
    const suggested = async (words: readonly string[]) =>
      (await suggestionsAt(context, commandList, words)).words.map(({ word }) => word)
    for (const { name, flags } of allCommands()) {
      const words = ['--', ...name.split(' ')]
      for (let at = 2; at <= words.length; at++) expect(await suggested(words.slice(0, at))).toContain(words[at - 1])
      expect(await suggested([...words, '--'])).toEqual(expect.arrayContaining(flags.map((flag) => `--${flag.name}`)))
    }
  })

  test.each([
    [['swi'], ['switch']],
    [['tokens', 'cr'], ['create']],
    [['tokens', '--ow'], ['--owner']],
    [['help', 'audit', 'pr'], ['prove']],
    [['login', 'x', '--no-b'], ['--no-browser']],
    [['audit', 'export', '--format=o'], ['--format=ocsf']],
    [['--no-precheck', 'rel'], ['releases']],
    [
      ['-'],
      ['--rack', '-r', '--mfa-code', '--mfa-method', '--no-precheck', '--no-relay', '--version', '-v', '--help', '-h'],
    ],
    [
      ['can', '--'],
      ['--as', '--json', '--rack', '--help'],
    ],
    [['-r', 's'], ['staging']],
    [['-r', 'staging', 'tok'], ['tokens']],
    [['--rack=p'], ['--rack=production']],
    [
      ['releases', '-a', 'web', '--rack', ''],
      ['staging', 'production'],
    ],
    [['can', '--as', 'ada', 'releases', 'pro'], ['promote']],
    [
      ['can', 'ps', '--app', ''],
      ['web', 'worker'],
    ],
    [['apps', 'info', 'wo'], ['worker']],
    [['apps', 'create', 'wo'], ['\tfiles']],
    [
      ['bindings', 'create', 'ci', '--apps', ''],
      ['web', 'worker'],
    ],
    [['policy', 'check', ''], ['\tfiles']],
    [['deploy', ''], ['\tfiles']],
    [['switch', 'staging', ''], []],
    [['nothing', 'like', 'it', ''], []],
    [['racks', '--', '--js'], []],
  ])('%j: %j', async (words, expected) => {
    expect(await suggest(words)).toEqual(expected)
  })

  test('a word of both programs is suggested once', async () => {
    const all = await suggest([''])
    expect(all.filter((word, at) => all.indexOf(word) !== at)).toEqual([])
    expect(all).toEqual(expect.arrayContaining(['login', 'racks', 'apps', 'completion']))
  })

  test('any words are completed without an error or a note', async () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '-r',
        '--rack',
        '--rack=',
        '--',
        '-',
        '',
        'can',
        'ps',
        '-a',
        'tokens',
        '__proto__',
        '--=',
        'help',
      ),
    )
    await fc.assert(fc.asyncProperty(fc.array(word), async (words) => void (await suggest(words))))
  })
})

describe('names of racks', () => {
  test('exclude names with control characters or line breaks, and names that look like flags', async () => {
    const names = ['ok', 'a b', '-rf', '', 'x\ny', 'x\u001b[2J', 'x\u202ey', 'x\ty', '\tfiles']
    machine.configure({ gateways: Object.fromEntries(names.map((name) => [name, { url: gateway.url }])) })
    expect(await suggest(['switch', ''])).toEqual(['ok', 'a b'])
  })

  test.each([
    ['empty', () => machine.configure({})],
    ['broken', () => machine.configure('{')],
    ['readable for other users, which the next command corrects', () => chmodSync(machine.configPath, 0o644)],
  ])('are empty if the file is %s, and the file is not changed', async (_, change) => {
    change()
    const before = [readFileSync(machine.configPath, 'utf8'), statSync(machine.configPath).mode]
    expect(await suggest(['switch', ''])).toEqual([])
    expect(await appOf()).toEqual([])
    expect([readFileSync(machine.configPath, 'utf8'), statSync(machine.configPath).mode]).toEqual(before)
    expect(gateway.requests).toEqual([])
  })

  test('do not come from the gateway', async () => {
    const env = { RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgt_x' }
    expect(await suggest(['ps', '-r', ''], { env })).toEqual([])
    expect(gateway.requests).toEqual([])
  })
})

describe('names of apps', () => {
  test('come from the rack of the typed line, which is asked once a minute', async () => {
    expect(await appOf()).toEqual(['web', 'worker'])
    gateway.response = apps('new')
    expect(await appOf()).toEqual(['web', 'worker'])
    expect(await suggest(['ps', '-a', ''], { at: now + 59_999 })).toEqual(['web', 'worker'])
    expect(await suggest(['ps', '-a', ''], { at: now + 60_000 })).toEqual(['new'])
    expect(await suggest(['ps', '-a', ''], { at: now - 1 })).toEqual(['new'])
    expect(await appOf('-r', 'production')).toEqual(['new'])
    expect(gateway.requests.map(({ path }) => path)).toEqual([
      '/rack/eu-1/apps',
      '/rack/eu-1/apps',
      '/rack/eu-1/apps',
      '/rack/production/apps',
    ])
    expect(gateway.requests[0]?.authorization).toBe('Bearer rgs_x')
  })

  test('are cached in files that only the user can read, without the token', async () => {
    await appOf()
    const directory = join(machine.home, 'config', 'completion')
    const [name = ''] = readdirSync(directory)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600)
    expect(`${name} ${readFileSync(join(directory, name), 'utf8')}`).not.toContain('rgs_x')
  })

  test('are cached for each token', async () => {
    await appOf()
    gateway.response = apps('other')
    machine.configure({
      gateways: { staging: { url: gateway.url, rack: 'eu-1' } },
      sessions: { [gateway.url]: { token: 'rgs_y' } },
    })
    expect(await appOf()).toEqual(['other'])
  })

  test.each([
    ['RACK_URL', () => ({ RACK_URL: gateway.url.replace('//', '//convox:rgt_u@') }), '/apps', 'Bearer rgt_u'],
    [
      'the environment',
      () => ({ RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgt_e', GATEWAY_RACK: 'eu-2' }),
      '/rack/eu-2/apps',
      'Bearer rgt_e',
    ],
  ])('come from the gateway of %s', async (_, env, path, authorization) => {
    expect(await suggest(['ps', '-a', ''], { env: env() })).toEqual(['web', 'worker'])
    expect(gateway.requests).toEqual([{ path, authorization }])
  })

  test('exclude invalid names, and are limited to 1,000', async () => {
    gateway.response = apps(
      'ok',
      'a b',
      'a;touch pwned',
      '$(x)',
      '`x`',
      "a'b",
      '-rf',
      'x\ny',
      '',
      7,
      null,
      'x'.repeat(200),
    )
    expect(await appOf()).toEqual(['ok'])
    gateway.response = apps(...Array.from({ length: 2_000 }, (_, index) => `app-${index}`))
    expect(await appOf('-r', 'production')).toHaveLength(1_000)
  })

  test.each([
    ['a rejected token', { status: 401 }],
    ['an error', { status: 503 }],
    ['no list', { status: 200, body: { name: 'x' } }],
    ['no JSON', { status: 200, body: '<html>' }],
    ['invalid entries', { status: 200, body: [null, 7, 'x', []] }],
    ['a response that is too long', { status: 200, body: `[${'{"name":"x"},'.repeat(200_000)}{"name":"x"}]` }],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }],
  ])('are empty after %s, and the gateway is not asked again within a minute', async (_, response) => {
    gateway.response = response
    expect(await appOf()).toEqual([])
    gateway.response = apps('web')
    expect(await appOf()).toEqual([])
    expect(gateway.requests).toHaveLength(1)
  })

  test('need at most a second if the gateway does not answer', async () => {
    const { promise, end } = createDeferred()
    gateway.response = { ...apps('web'), delay: promise }
    const waits = vi.spyOn(AbortSignal, 'timeout')
    expect(await appOf()).toEqual([])
    end()
    const [milliseconds = 0] = waits.mock.calls[0] ?? []
    expect(milliseconds).toBeGreaterThan(0)
    expect(milliseconds).toBeLessThanOrEqual(1_000)
  })

  test('do not use a keychain, because it might ask the user', async () => {
    machine.configure({
      gateways: { staging: { url: gateway.url } },
      sessions: { [gateway.url]: { kept_in: 'keychain' } },
    })
    const tool = join(machine.home, 'bin', 'secret-tool')
    machine.write(tool, `#!/bin/sh\necho asked > ${machine.home}/asked\necho rgs_x\n`)
    chmodSync(tool, 0o755)
    expect(await suggest(['ps', '-a', ''], { env: machine.env })).toEqual([])
    expect([gateway.requests, readdirSync(machine.home).includes('asked')]).toEqual([[], false])
  })

  test('do not renew a session, and do not use an expired one', async () => {
    const session = (more: object) =>
      machine.configure({
        gateways: { staging: { url: gateway.url } },
        sessions: { [gateway.url]: { token: 'rgs_x', ...more } },
      })
    session({ renew_at: '2020-01-01T00:00:00Z', expires_at: new Date(now + 1e9).toISOString() })
    expect(await appOf()).toEqual(['web', 'worker'])
    expect(gateway.requests.map(({ path }) => path)).toEqual(['/rack/staging/apps'])
    session({ expires_at: '2020-01-01T00:00:00Z' })
    expect(await appOf()).toEqual([])
    expect(gateway.requests).toHaveLength(1)
  })
})
