import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rootCertificate as root } from '@rack-gateway/testing/certificates'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { suggestBeforeStart } from '../commands/did-you-mean.ts'
import { convoxFirstWords } from '../completion/convox-words.ts'
import { effectivePolicy } from '../testing/effective-policy.ts'
import { writeFakeConvox } from '../testing/fake-convox.ts'
import { commandLine, createMachine, type Machine } from '../testing/harness.ts'
import { startTlsGateway } from './relay/testing/tls-gateway.ts'

const config = {
  gateways: {
    staging: { url: 'http://127.0.0.1:1' },
    production: { url: 'http://127.0.0.1:2', rack: 'prod' },
  },
  tokens: { staging: { token: 'rgs_staging' }, production: { token: 'rgs_production' } },
  current: 'staging',
}
const staging = 'http://convox:rgs_staging@127.0.0.1:1/rack/staging'
const production = 'http://convox:rgs_production@127.0.0.1:2/rack/prod'

let machine: Machine
beforeEach(() => {
  machine = createMachine()
})
afterEach(() => machine.remove())

describe('the rack', () => {
  test.each([
    ['the current rack', ['apps'], {}, '', staging],
    ['--rack', ['ps', '-a', 'web', '--rack', 'production'], { GATEWAY_RACK: 'staging' }, 'staging', production],
    ['GATEWAY_RACK', ['apps'], { GATEWAY_RACK: 'production' }, 'staging', production],
    ['.convox/rack', ['apps'], {}, 'production\n', production],
    [
      'RACK_URL',
      ['apps', '--rack', 'production'],
      { RACK_URL: 'https://convox:other@elsewhere/x?y', GATEWAY_RACK: 'nope' },
      'nope',
      'https://convox:other@elsewhere/x?y',
    ],
  ])('is chosen by %s, and the arguments are unchanged', async (_, words, env, project, rackUrl) => {
    machine.configure(config)
    if (project !== '') machine.write(join(machine.cwd, '.convox', 'rack'), project)
    const outcome = await machine.callConvox(words, env)
    expect(outcome).toMatchObject({ code: 0, stderr: '', convox: { argv: words, rackUrl } })
  })

  test('needs no choice if there is only one', async () => {
    machine.configure({ gateways: { staging: config.gateways.staging }, tokens: config.tokens })
    expect((await machine.callConvox(['apps'])).convox?.rackUrl).toBe(staging)
  })

  test('is not guessed among several', async () => {
    machine.configure({ ...config, current: undefined })
    const outcome = await machine.callConvox(['apps'])
    expect(outcome).toMatchObject({ code: 2, convox: null })
    expect(outcome.stderr).toBe(
      'rack-gateway: No rack is chosen. Pass --rack with one of staging, production, or choose the current rack with: rack-gateway switch NAME\n',
    )
  })

  test.each([
    ['with a rack', ['apps', '-r', 'staging'], {}, 'http://convox:rgt_ci@127.0.0.1:1/rack/staging'],
    ['with GATEWAY_RACK', ['apps'], { GATEWAY_RACK: 'eu' }, 'http://convox:rgt_ci@127.0.0.1:1/rack/eu'],
  ])('comes from the environment in automation (%s), and no file is read', async (_, words, env, rackUrl) => {
    machine.configure('broken')
    const automation = { RACK_GATEWAY_URL: 'http://127.0.0.1:1/', RACK_GATEWAY_TOKEN: 'rgt_ci', ...env }
    expect((await machine.callConvox(words, automation)).convox).toMatchObject({ argv: words, rackUrl })
  })

  test('a token cannot become another part of the address', async () => {
    machine.configure({
      gateways: { staging: { url: 'https://gateway.example.com', rack: '../x@evil', relay: false } },
      tokens: { staging: { token: 'a@evil.example.com/#:%' } },
    })
    const { convox } = await machine.callConvox(['apps'])
    const url = new URL(convox?.rackUrl ?? '')
    expect(url.host).toBe('gateway.example.com')
    expect(decodeURIComponent(url.password)).toBe('a@evil.example.com/#:%')
    expect(url.pathname).toBe('/rack/..%2Fx%40evil')
  })

  test('no token is among the arguments or on stderr', async () => {
    machine.configure(config)
    const outcome = await machine.callConvox(['run', 'web', 'ls', '-r', 'production'])
    expect(JSON.stringify(outcome.convox?.argv)).not.toContain('rgs_')
    expect(outcome.stderr).toBe('')
  })
})

describe('convox', () => {
  test.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['exit 255', 255],
    ['die SIGKILL', 137],
    ['die SIGTERM', 143],
  ])('determines the exit code: "%s" is %i', async (behavior, code) => {
    machine.configure(config)
    expect(await machine.callConvox(['apps'], { FAKE_CONVOX: behavior })).toMatchObject({ code })
  })

  test('gets stdin unchanged, runs in the same directory, and determines the exit code', async () => {
    machine.configure(config)
    const read = await machine.run(['env', 'set'], { FAKE_CONVOX: 'read' }, 'A=1\n\u0000B')
    expect(read.stdout.split('\n').slice(1).join('\n')).toBe('A=1\n\u0000B')
    const killed = await machine.run(['apps'], { FAKE_CONVOX: 'die SIGKILL' })
    expect(killed).toMatchObject({ code: 137, signal: null, convox: { argv: ['apps'], cwd: machine.cwd } })
  })

  test('gets every signal once, and the program waits for it', async () => {
    machine.configure(config)
    const { child, ended, saw } = machine.start(['logs'], { FAKE_CONVOX: 'wait' })
    await saw('"argv"')
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGTERM'] as const) {
      child.kill(signal)
      await saw(`{"signal":"${signal}"}`)
    }
    const outcome = await ended
    expect(outcome).toMatchObject({ code: 9, signal: null })
    expect(outcome.stdout.match(/"signal"/g)).toHaveLength(4)
  })

  test('causes exit code 127 if it is not installed', async () => {
    machine.configure(config)
    const outcome = await machine.callConvox(['apps'], { CONVOX_BIN: join(machine.home, 'nowhere', 'convox') })
    expect(outcome).toMatchObject({ code: 127, stdout: '' })
    expect(outcome.stderr).toMatch(
      /^rack-gateway: \S+convox was not found, and rack-gateway needs it\. Install .* or set CONVOX_BIN to its path\.\n$/,
    )
  })

  test('causes exit code 127, without a process loop, if CONVOX_BIN runs rack-gateway', async () => {
    machine.configure(config)
    const file = join(machine.home, 'itself')
    const itself = commandLine([])
      .map((word) => `'${word}'`)
      .join(' ')
    writeFileSync(file, `#!/bin/sh\nexec ${itself} "$@"\n`, { mode: 0o755 })
    const outcome = await machine.run(['--no-precheck', 'apps'], { CONVOX_BIN: file })
    expect(outcome).toMatchObject({
      code: 127,
      stdout: '',
      stderr: `rack-gateway: ${file} runs rack-gateway again instead of convox. Set CONVOX_BIN to the path of the Convox CLI.\n`,
    })
  })

  test('causes exit code 126 if the file is not executable', async () => {
    machine.configure(config)
    const file = join(machine.home, 'plain')
    writeFileSync(file, 'text')
    chmodSync(file, 0o644)
    const outcome = await machine.callConvox(['apps'], { CONVOX_BIN: file })
    expect(outcome.code).toBe(126)
    expect(outcome.stderr).toContain('cannot be executed (EACCES). Check its permissions, or set CONVOX_BIN')
  })

  test('without its interpreter is an error with exit code 126', async () => {
    machine.configure(config)
    const file = join(machine.home, 'script')
    writeFileSync(file, '#!/nowhere/interpreter\n', { mode: 0o755 })
    const outcome = await machine.callConvox(['--no-precheck', 'apps'], { CONVOX_BIN: file })
    expect(outcome).toMatchObject({
      code: 126,
      stderr: `rack-gateway: ${file} cannot be executed (ENOENT). Install the interpreter that the first line of the file names, or set CONVOX_BIN to another path.\n`,
    })
  })

  test('gets commands with the same name as own commands after --', async () => {
    machine.configure(config)
    expect((await machine.callConvox(['--', 'racks', '--json'])).convox?.argv).toEqual(['racks', '--json'])
  })
})

describe('an error before convox starts is one line with a remedy', () => {
  test.each([
    [
      'nothing is configured',
      {},
      ['apps'],
      {},
      4,
      /^You are not logged in to any gateway\. Log in with: rack-gateway login NAME URL$/,
    ],
    [
      'not logged in',
      { gateways: config.gateways, tokens: {}, current: 'staging' },
      ['apps'],
      {},
      4,
      /^You are not logged in to staging\. Log in with: rack-gateway login staging$/,
    ],
    [
      'an unknown rack with a similar name',
      config,
      ['apps', '-r', 'prodution'],
      {},
      78,
      /^The rack prodution \(from --rack\) is not in \S+config\.json\. Did you mean production\?$/,
    ],
    [
      'an unknown rack',
      config,
      ['apps'],
      { GATEWAY_RACK: 'zzz' },
      78,
      /^The rack zzz \(from GATEWAY_RACK\) is not in \S+\. Log in with: rack-gateway login zzz URL$/,
    ],
    [
      'a rack named like a property of every object',
      config,
      ['apps', '-r', 'constructor'],
      {},
      78,
      /^The rack constructor \(from --rack\) is not in/,
    ],
    [
      'an invalid address',
      { gateways: { staging: { url: 'https://x/path' } }, tokens: config.tokens },
      ['apps'],
      {},
      78,
      /^The address of staging in \S+ cannot be used: nothing may follow/,
    ],
    [
      'an invalid token',
      { gateways: { staging: { url: 'https://x' } }, tokens: { staging: { token: 'a\nb' } } },
      ['apps'],
      {},
      78,
      /^The token of staging in \S+ has characters that tokens cannot have/,
    ],
    ['a flag without its value', config, ['apps', '--rack'], {}, 2, /^--rack needs the name of a rack/],
    [
      'automation without a URL',
      config,
      ['apps'],
      { RACK_GATEWAY_TOKEN: 'x' },
      78,
      /^RACK_GATEWAY_TOKEN is set without RACK_GATEWAY_URL/,
    ],
    [
      'automation without a token',
      config,
      ['apps'],
      { RACK_GATEWAY_URL: 'https://x' },
      78,
      /^RACK_GATEWAY_URL is set without RACK_GATEWAY_TOKEN/,
    ],
    [
      'automation in plain text',
      config,
      ['apps'],
      { RACK_GATEWAY_URL: 'http://gateway.example.com', RACK_GATEWAY_TOKEN: 'x' },
      78,
      /^RACK_GATEWAY_URL begins with http:\/\//,
    ],
    [
      'automation with a dot segment as the rack',
      config,
      ['apps', '-r', '../x'],
      { RACK_GATEWAY_URL: 'https://x', RACK_GATEWAY_TOKEN: 'x' },
      78,
      /^\.\.\/x \(from --rack\) is not the name of a rack/,
    ],
  ])('%s', async (_, file, words, env, code, sentence) => {
    machine.configure(file)
    const outcome = await machine.call(words, env)
    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toMatch(/^rack-gateway: [^\n]*\n$/)
    expect(outcome.stderr.slice('rack-gateway: '.length).trimEnd()).toMatch(sentence)
  })

  test('a token that has expired by the file', async () => {
    machine.configure({ ...config, tokens: { staging: { token: 'rgs_staging', expires_at: '2024-02-01T00:00:00Z' } } })
    const outcome = await machine.call(['apps'])
    expect(outcome).toMatchObject({ code: 4 })
    expect(outcome.stderr).toMatch(
      /^rack-gateway: Your token for staging expired \d+ days ago, at 2024-02-01T00:00:00\.000Z\. Log in again with: rack-gateway login staging\n$/,
    )
  })

  test('a broken file, with the position of the error and without its token', async () => {
    const content = '{\n  "tokens": {"staging": {"token": rgs_secret}}\n}'
    machine.configure(content)
    const outcome = await machine.call(['apps'])
    expect(outcome).toMatchObject({ code: 78 })
    expect(outcome.stderr).toContain(`${machine.configPath} is invalid: it is not JSON at line 2, column 35`)
    expect(outcome.stderr).not.toContain('rgs_secret')
  })

  test('a name in a repository, which cannot control the terminal', async () => {
    machine.configure(config)
    machine.write(join(machine.cwd, '.convox', 'rack'), 'x\u001b]0;owned\u0007')
    const outcome = await machine.call(['apps'])
    expect(outcome.code).toBe(78)
    expect(outcome.stderr).not.toMatch(/[\u001b\u0007]/)
  })
})

test('a warning shows that the token expires within three days, and the command runs', async () => {
  const soon = new Date(Date.now() + 60 * 60 * 1000 * 47).toISOString()
  machine.configure({ ...config, tokens: { staging: { token: 'rgs_staging', expires_at: soon } } })
  const outcome = await machine.callConvox(['apps'])
  expect(outcome).toMatchObject({ code: 0, convox: { rackUrl: staging } })
  expect(outcome.stderr).toMatch(
    /^rack-gateway: Your token for staging expires in 1 day, at .*\. Log in again with: rack-gateway login staging\n$/,
  )
})

test('a warning shows that a remote gateway has no TLS', async () => {
  machine.configure({ ...config, gateways: { staging: { url: 'http://gateway.example.com' } } })
  const outcome = await machine.callConvox(['--no-precheck', 'apps'])
  expect(outcome).toMatchObject({
    code: 0,
    stderr:
      'rack-gateway: convox sends your token to http://gateway.example.com in plain text, so the network can read it.\n',
  })
})

test.each([
  ['sesions', 'sessions'],
  ['tokns', 'tokens'],
  ['whoami2', 'whoami'],
  ['recordings', 'audit recordings'],
])('after convox has rejected %s, rack-gateway suggests %s', async (word, suggestion) => {
  machine.configure(config)
  const failing = { FAKE_CONVOX: 'exit 3' }
  const outcome = await machine.callConvox(['--no-precheck', word, 'list'], failing)
  expect(outcome).toMatchObject({
    code: 3,
    convox: { argv: [word, 'list'] },
    stderr: `rack-gateway: There is no command ${word}. Did you mean: rack-gateway ${suggestion}?\n`,
  })
  expect((await machine.callConvox(['--no-precheck', word])).stderr).toBe('')
})

test.each([
  ['tokns', 'tokens'],
  ['appz', 'apps'],
  ['buidl', 'build'],
])('%s is refused before convox starts, and %s is suggested', async (word, suggestion) => {
  machine.configure(config)
  expect(await machine.callConvox([word])).toMatchObject({
    code: 2,
    convox: null,
    stderr: `rack-gateway: There is no command ${word}. Did you mean: rack-gateway ${suggestion}? If convox has this command, use --no-precheck.\n`,
  })
  expect(await machine.callConvox(['--no-precheck', word])).toMatchObject({ code: 0, convox: { argv: [word] } })
})

test('each command of convox starts convox, however similar it is to another command', async () => {
  for (const { word } of convoxFirstWords()) expect(await suggestBeforeStart([word]), word).toBeNull()
})

test.each([
  [
    ['logn'],
    'There is no command logn. Did you mean: rack-gateway login? If convox has this command, use --no-precheck.',
  ],
  [['help', 'logn'], 'There is no command logn. Did you mean: rack-gateway help login?'],
  [['recordings'], 'There is no command recordings. Did you mean: rack-gateway audit recordings?'],
  [['transcript', 'x'], 'There is no command transcript. Did you mean: rack-gateway audit transcript?'],
])('without a login, the only answer to %j is a suggestion', async (words, sentence) => {
  expect(await machine.callConvox(words)).toMatchObject({
    code: 2,
    convox: null,
    stderr: `rack-gateway: ${sentence}\n`,
  })
})

test('without a login, the response to a command of convox is how to log in', async () => {
  for (const words of [['apps'], ['zzzzzz'], ['help', 'apps']])
    expect(await machine.callConvox(words)).toMatchObject({
      code: 4,
      convox: null,
      stderr: expect.stringMatching(/not logged in/),
    })
})

describe('a gateway that does not answer', () => {
  const silent = 'http://127.0.0.1:1'
  const sentence = `rack-gateway: The gateway at ${silent} does not answer. Run: rack-gateway doctor\n`
  const failing = { FAKE_CONVOX: 'exit 1' }

  test('is noted after convox has failed', async () => {
    machine.configure({ ...config, gateways: { staging: { url: silent } } })
    expect(await machine.callConvox(['--no-precheck', 'apps'], failing)).toMatchObject({ code: 1, stderr: sentence })
  })

  test('is noted for RACK_URL, too, without the token', async () => {
    const env = { RACK_URL: `http://convox:rgs_secret@127.0.0.1:1/rack/staging`, ...failing }
    expect(await machine.callConvox(['apps'], env)).toMatchObject({ code: 1, stderr: sentence })
  })

  test('is not checked if convox succeeds', async () => {
    machine.configure({ ...config, gateways: { staging: { url: silent } } })
    expect(await machine.callConvox(['--no-precheck', 'apps'])).toMatchObject({ code: 0, stderr: '' })
  })
})

test('there is no suggestion for a command of convox, or without a similar command', async () => {
  machine.configure(config)
  for (const word of ['rack', 'apps', 'zzzzzz'])
    expect([word, (await machine.callConvox(['--no-precheck', word], { FAKE_CONVOX: 'exit 3' })).stderr]).toEqual([
      word,
      '',
    ])
})

test('a denied command shows no warning about the connection', async () => {
  const { status, body, headers } = effectivePolicy({ role: 'viewer' })
  const text = JSON.stringify(body)
  const head = Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`)
  const gateway = await startTlsGateway({
    onConnection: (socket) =>
      socket.once(
        'data',
        () =>
          void socket.end(
            `HTTP/1.1 ${status} OK\r\n${head.join('')}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
          ),
      ),
  })
  machine.configure({
    ...config,
    gateways: { staging: { url: gateway.origin, ca: root, relay: false } },
  })
  const denied = await machine.callConvox(['apps', 'delete', 'web'])
  expect(denied).toMatchObject({ code: 5, convox: null, stderr: expect.stringContaining('app:delete') })
  expect(denied.stderr).not.toContain('unverified')
  expect((await machine.callConvox(['apps'])).stderr).toContain('unverified')
})

test.each(['.', ''])('a convox in the working directory does not run, even with %j on the PATH', async (entry) => {
  machine.configure(config)
  writeFakeConvox(join(machine.cwd, 'convox'))
  const PATH = `${entry}:${dirname(process.execPath)}`
  expect(await machine.callConvox(['--no-precheck', 'apps'], { PATH })).toMatchObject({
    code: 127,
    convox: null,
    stderr: expect.stringContaining('convox was not found'),
  })
  rmSync(join(machine.cwd, 'convox'))
})

test('a directory at .convox/rack chooses no rack', async () => {
  machine.configure(config)
  machine.write(join(machine.cwd, '.convox', 'rack', 'x'), '')
  expect((await machine.callConvox(['apps'])).convox?.rackUrl).toBe(staging)
  rmSync(join(machine.cwd, '.convox'), { recursive: true })
})

describe('.convox/rack of a malicious project', () => {
  const rackFile = () => join(machine.cwd, '.convox', 'rack')
  beforeEach(() => {
    machine.configure(config)
    machine.write(join(machine.cwd, '.convox', 'x'), '')
  })

  async function expectRejected(): Promise<string> {
    // In its own process, because a file without an end could block it forever.
    const { code, stdout, stderr, convox } = await machine.run(['apps'])
    expect({ code, stdout, convox }).toEqual({ code: 78, stdout: '', convox: null })
    expect(stderr).toContain('.convox/rack cannot be read, or does not contain the name of a rack')
    return stderr
  }

  test('does not reveal a file of the user through a link', async () => {
    symlinkSync(machine.configPath, rackFile())
    expect(await expectRejected()).not.toContain('rgs_')
    rmSync(rackFile())
    machine.write(rackFile(), `rgs_${'a'.repeat(63)}`)
    expect(await expectRejected()).not.toContain('rgs_')
  })

  test('blocks no command, and does not fill the memory', async () => {
    execFileSync('mkfifo', [rackFile()])
    await expectRejected()
    rmSync(rackFile())
    symlinkSync('/dev/zero', rackFile())
    await expectRejected()
  })

  test('never causes the command to run on another rack if it cannot be read', async () => {
    symlinkSync('rack', rackFile())
    await expectRejected()
    rmSync(rackFile())
    symlinkSync('gone', rackFile())
    expect((await machine.callConvox(['apps'])).convox?.rackUrl).toBe(staging)
  })
})

test("with the workspace's script, the rack and convox use the directory in which the command was typed", async () => {
  machine.configure(config)
  const typedIn = join(machine.home, 'typed')
  machine.write(join(typedIn, '.convox', 'rack'), 'production')
  const env = { npm_lifecycle_event: 'rack-gateway', npm_package_name: 'rack-gateway-workspace', INIT_CWD: typedIn }
  expect((await machine.run(['apps'], env)).convox).toMatchObject({ rackUrl: production, cwd: typedIn })
})
