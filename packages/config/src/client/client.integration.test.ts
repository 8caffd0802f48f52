import { fork } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ClientConfig, readClientConfig, readWritableClientConfig, updateClientConfig } from './client.ts'

const asRoot = process.getuid?.() === 0
let root: string
let path: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rack-gateway-config-'))
  path = join(root, 'rack-gateway', 'config.json')
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function given(content: unknown, { directoryMode = 0o700, fileMode = 0o600 } = {}): void {
  mkdirSync(join(root, 'rack-gateway'))
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  chmodSync(path, fileMode)
  chmodSync(join(root, 'rack-gateway'), directoryMode)
}

function modeOf(of: string): string {
  return (statSync(of).mode & 0o777).toString(8)
}

function login(name: string) {
  return (config: ClientConfig): ClientConfig => ({
    ...config,
    tokens: { ...config.tokens, [name]: { token: `token-${name}` } },
  })
}

describe('reading', () => {
  test('a missing file or directory is an empty configuration, and is not created', async () => {
    expect(await readClientConfig(path)).toEqual({ config: {}, notices: [] })
    expect(readdirSync(root)).toEqual([])
  })

  test('a byte order mark, as some editors write it, is no fault', async () => {
    given('\uFEFF{"current":"staging"}')
    expect((await readClientConfig(path)).config).toEqual({ current: 'staging' })
  })

  test.each([
    ['{"gateways": {,}}', 'line 1, column 15'],
    ['{\n  "tokens": {"staging": {"token": "rgs_secret" "email": 1}}\n}', 'line 2, column 48'],
    ['', 'line 1, column 1'],
    ['{"tokens": {"staging": {"token": ["rgs_secret"]}}}', 'tokens.staging.token must be string'],
    ['[]', 'the whole file must be object'],
  ])('%j is reported with its path and position, without its secrets', async (content, where) => {
    given(content)
    const error = await readClientConfig(path).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'RGW_CONFIG_FILE_BROKEN' })
    expect(String(error)).toContain(path)
    expect(String(error)).toContain(where)
    expect(String(error)).not.toContain('rgs_secret')
  })

  test('looser permissions are tightened, with one notice', async () => {
    given({}, { fileMode: 0o644 })
    expect((await readClientConfig(path)).notices).toEqual([`${path} could be read by others; it is 0600 now`])
    expect(modeOf(path)).toBe('600')
    expect((await readClientConfig(path)).notices).toEqual([])
  })

  test('a directory or a pipe instead of the file is rejected at once', async () => {
    mkdirSync(path, { recursive: true })
    await expect(readClientConfig(path)).rejects.toMatchObject({ code: 'RGW_CONFIG_FILE_UNUSABLE' })
  })

  test.runIf(asRoot)('a file of another user is refused: it could send tokens elsewhere', async () => {
    given({ gateways: { staging: { url: 'https://evil.example.com' } } })
    chownSync(path, 12345, 12345)
    await expect(readClientConfig(path)).rejects.toMatchObject({ code: 'RGW_CONFIG_FILE_FOREIGN' })
  })
})

describe('writing', () => {
  test('makes the directory 0700 and the file 0600, whatever the umask', async () => {
    const before = process.umask(0)
    try {
      expect((await updateClientConfig(path, login('staging'))).notices).toEqual([])
    } finally {
      process.umask(before)
    }
    expect(modeOf(join(root, 'rack-gateway'))).toBe('700')
    expect(modeOf(path)).toBe('600')
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ tokens: { staging: { token: 'token-staging' } } })
  })

  test('tightens a directory that others could look into', async () => {
    given({}, { directoryMode: 0o755, fileMode: 0o640 })
    const { notices } = await updateClientConfig(path, login('staging'))
    expect(notices).toEqual([
      `${join(root, 'rack-gateway')} could be read by others; it is 0700 now`,
      `${path} could be read by others; it is 0600 now`,
    ])
    expect(modeOf(join(root, 'rack-gateway'))).toBe('700')
    expect(modeOf(path)).toBe('600')
  })

  test('fields that are not known survive at every level', async () => {
    const file = {
      future: { deep: [1, { two: null }] },
      gateways: { staging: { url: 'https://x', color: 'red' }, other: { url: 'https://y', nested: { a: [] } } },
      tokens: { staging: { token: 't', scopes: ['a'] } },
      current: 'staging',
    }
    given(file)
    await updateClientConfig(path, (config) => ({ ...login('new')(config), current: 'new' }))
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      ...file,
      current: 'new',
      sessions: { 'https://x': file.tokens.staging },
      tokens: { new: { token: 'token-new' } },
    })
  })

  test.each(['{"gateways": {', '', '[]', '{"tokens": 5}'])(
    'a broken file (%j) is never overwritten, and the lock is released',
    async (content) => {
      given(content)
      await expect(updateClientConfig(path, login('staging'))).rejects.toMatchObject({ code: 'RGW_CONFIG_FILE_BROKEN' })
      expect(readFileSync(path, 'utf8')).toBe(content)
      expect(readdirSync(join(root, 'rack-gateway'))).toEqual(['config.json'])
    },
  )

  test('a change that throws leaves the file as it was', async () => {
    given({ current: 'a' })
    const failing = updateClientConfig(path, () => {
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ current: 'a' })
    expect(readdirSync(join(root, 'rack-gateway'))).toEqual(['config.json'])
  })

  test('a link to the file stays a link, and its target is replaced where it is', async () => {
    given({})
    const target = join(root, 'dotfiles.json')
    writeFileSync(target, '{"current":"a"}', { mode: 0o600 })
    rmSync(path)
    symlinkSync(target, path)
    await updateClientConfig(path, login('staging'))
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    expect(JSON.parse(readFileSync(target, 'utf8'))).toEqual({
      current: 'a',
      tokens: { staging: { token: 'token-staging' } },
    })
  })

  test('a link where the lock belongs is not written through', async () => {
    given({})
    const victim = join(root, 'victim')
    symlinkSync(victim, `${path}.lock`)
    await expect(updateClientConfig(path, login('staging'), { waitMs: 0 })).rejects.toMatchObject({
      code: 'RGW_CONFIG_FILE_LOCKED',
    })
    expect(existsSync(victim)).toBe(false)
  })

  test('a directory that other users need, such as /tmp, is refused and not changed', async () => {
    chmodSync(root, 0o1777)
    await expect(updateClientConfig(join(root, 'config.json'), login('staging'))).rejects.toMatchObject({
      code: 'RGW_CONFIG_DIRECTORY_SHARED',
    })
    expect((statSync(root).mode & 0o7777).toString(8)).toBe('1777')
    expect(readdirSync(root)).toEqual([])
  })

  test('a file instead of the directory is reported', async () => {
    writeFileSync(join(root, 'rack-gateway'), '')
    await expect(updateClientConfig(path, login('staging'))).rejects.toMatchObject({ code: 'RGW_CONFIG_FILE_UNUSABLE' })
    await expect(readWritableClientConfig(path)).rejects.toMatchObject({ code: 'RGW_CONFIG_FILE_UNUSABLE' })
  })

  test('can be tried in advance, which leaves no file and no lock', async () => {
    expect(await readWritableClientConfig(path)).toEqual({ config: {}, notices: [] })
    expect(readdirSync(join(root, 'rack-gateway'))).toEqual([])
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: process.pid, host: hostname() }))
    await expect(updateClientConfig(path, login('staging'), { waitMs: 0 })).rejects.toMatchObject({
      code: 'RGW_CONFIG_FILE_LOCKED',
    })
  })
})

describe('two writers', () => {
  test('in one process lose no write', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `rack${index}`)
    await Promise.all(names.map((name) => updateClientConfig(path, login(name))))
    expect(Object.keys((await readClientConfig(path)).config.tokens ?? {}).sort()).toEqual([...names].sort())
  })

  test('in several processes lose no write, and a reader never sees a partial file', async () => {
    const writer = join(root, 'writer.mjs')
    writeFileSync(
      writer,
      `import { updateClientConfig } from ${JSON.stringify(new URL('./client.ts', import.meta.url).href)}
       const [path, name] = process.argv.slice(2)
       for (let turn = 0; turn < 8; turn++) await updateClientConfig(path, (config) => ({ ...config, tokens: { ...config.tokens, [name + turn]: { token: 't'.repeat(5000) } } }))`,
    )
    const execArgv = ['--conditions=@rack-gateway/source', '--import', import.meta.resolve('tsx')]
    const writers = ['a', 'b', 'c'].map((name) => fork(writer, [path, name], { execArgv }))
    const exits = Promise.all(writers.map((child) => once(child, 'exit')))
    let running = true
    const done = exits.then(() => {
      running = false
    })
    while (running) {
      await readClientConfig(path)
      await new Promise(setImmediate)
    }
    await done
    expect((await exits).map(([code]) => code)).toEqual([0, 0, 0])
    expect(Object.keys((await readClientConfig(path)).config.tokens ?? {})).toHaveLength(24)
    expect(readdirSync(join(root, 'rack-gateway'))).toEqual(['config.json'])
  })

  test('a lock of a killed process is replaced', async () => {
    given({})
    const gone = fork(join(root, 'nothing.mjs'), { silent: true })
    await once(gone, 'exit')
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: gone.pid, host: hostname() }))
    await updateClientConfig(path, login('staging'), { waitMs: 1000 })
    expect(readdirSync(join(root, 'rack-gateway'))).toEqual(['config.json'])
  })

  test.each([
    ['a living process', JSON.stringify({ pid: process.pid, host: hostname() }), `process ${process.pid}`],
    [
      'another machine, whose processes we cannot see',
      JSON.stringify({ pid: 2 ** 30, host: 'elsewhere' }),
      'on elsewhere',
    ],
    ['an unknown process', '', 'which one is not known'],
    ['a process group', JSON.stringify({ pid: -1, host: hostname() }), 'which one is not known'],
  ])('a lock of %s is respected, and the message says whose it is and what to remove', async (_, content, slot) => {
    given({})
    writeFileSync(`${path}.lock`, content)
    const error = await updateClientConfig(path, login('staging'), { waitMs: 40 }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'RGW_CONFIG_FILE_LOCKED' })
    expect(String(error)).toContain(slot)
    expect(String(error)).toContain(`remove ${path}.lock`)
    expect(readFileSync(path, 'utf8')).toBe('{}')
  })
})
