import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import postgres from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import { sharedFixture } from '../testing/index.ts'
import { temporaryDirectory } from '../testing/server.ts'
import { findBinaries, reachableBinaries } from './binaries.ts'
import { attachEmbeddedPostgres, type EmbeddedPostgres, startEmbeddedPostgres } from './index.ts'
import { runningPostmaster } from './postmaster.ts'

const asRoot = process.getuid?.() === 0

async function dataDirectory() {
  const parent = await temporaryDirectory()
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  return join(parent, 'data')
}

/** Two directories in which tests start servers one after another: to make a cluster takes ten times as long as to start one. */
const sharedDirectories = sharedFixture(async (onEnd) => {
  const parent = await temporaryDirectory()
  onEnd(() => rm(parent, { recursive: true, force: true }))
  return [join(parent, 'one'), join(parent, 'other')] as const
})

const sharedDirectory = () => sharedDirectories()[0]

async function start(dataDir: string): Promise<EmbeddedPostgres & { log: string[] }> {
  const log: string[] = []
  const server = await startEmbeddedPostgres({ dataDir, log: (line) => log.push(line) })
  onTestFinished(() => server.stop())
  return { ...server, log }
}

async function query(url: string, statement: string) {
  const sql = postgres(url, { max: 1 })
  try {
    return await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}

test('a second start keeps the data and the passwords, which only the owner can read', async () => {
  const dataDir = sharedDirectory()
  const first = await start(dataDir)
  await query(first.ownerUrl, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await first.stop()
  const second = await start(dataDir)
  expect(await query(second.ownerUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  expect(new URL(second.runtimeUrl).password).toBe(new URL(first.runtimeUrl).password)
  expect((await stat(join(dataDir, 'passwords.json'))).mode & 0o777).toBe(0o600)
  expect(await readdir(dataDir)).not.toContain('initdb-password')
})

test('it is a real server: fsync on, loopback only, passwords needed, no secrets of the gateway in its environment', async () => {
  process.env.RGW_TEST_SECRET = 'do-not-pass-on'
  const { ownerUrl, runtimeUrl, adminUrl } = await start(sharedDirectory())
  Reflect.deleteProperty(process.env, 'RGW_TEST_SECRET')
  const [settings] = await query(
    adminUrl,
    `SELECT current_setting('fsync') AS fsync, current_setting('listen_addresses') AS listens,
     current_setting('unix_socket_directories') AS sockets, current_setting('data_checksums') AS checksums`,
  )
  expect(settings).toEqual({ fsync: 'on', listens: '127.0.0.1', sockets: '', checksums: 'on' })
  const url = new URL(ownerUrl)
  url.password = ''
  await expect(query(url.href, 'SELECT 1')).rejects.toThrow()
  for (const login of [ownerUrl, runtimeUrl]) {
    const [role] = await query(
      login,
      'SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user',
    )
    expect(role).toEqual({ rolsuper: false, rolcreaterole: false, rolcreatedb: false })
  }
  if (process.platform !== 'linux') return
  const [environment] = await query(
    adminUrl,
    `SELECT encode(pg_read_binary_file('/proc/self/environ'), 'escape') AS text`,
  )
  expect(environment?.text).not.toContain('do-not-pass-on')
})

test('a second process on the same directory gets an error, and can attach instead', async () => {
  const dataDir = sharedDirectory()
  const server = await start(dataDir)
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
    code: 'RGW_EMBEDDED_IN_USE',
    message: expect.stringContaining(dataDir),
  })
  const attached = await attachEmbeddedPostgres(dataDir)
  expect(attached?.ownerUrl).toBe(server.ownerUrl)
  await server.stop()
  expect(await attachEmbeddedPostgres(dataDir)).toBeNull()
})

test('the lock file of a dead server does not prevent a start, even if another program has its process ID', async () => {
  const dataDir = sharedDirectory()
  const first = await start(dataDir)
  await first.stop()
  await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n${dataDir}\n0\n5432\n`)
  const second = await start(dataDir)
  expect(await query(second.ownerUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('stop resolves when the process has ended and all data is on disk, and can be called twice', async () => {
  const dataDir = sharedDirectory()
  const { log, stop, ownerUrl } = await start(dataDir)
  const sql = postgres(ownerUrl, { max: 1, idle_timeout: 0 })
  await sql`select 1`
  await Promise.all([stop(), stop()])
  expect(log.at(-1)).toContain('database system is shut down')
  expect(await runningPostmaster(join(dataDir, 'postgres'))).toBeNull()
  await sql.end({ timeout: 0 })
})

test('no setting turns fsync off or opens the server to the network', async () => {
  const dataDir = sharedDirectory()
  const server = await startEmbeddedPostgres({
    dataDir,
    settings: { fsync: 'off', listen_addresses: '*', max_connections: '33' },
  })
  onTestFinished(() => server.stop())
  const [settings] = await query(
    server.adminUrl,
    `SELECT current_setting('fsync') AS fsync, current_setting('listen_addresses') AS listens, current_setting('max_connections') AS max`,
  )
  expect(settings).toEqual({ fsync: 'on', listens: '127.0.0.1', max: '33' })
})

test('Ctrl-C in the terminal reaches only the process that started the server; kill -9 of this process ends the server', async () => {
  const dataDir = sharedDirectory()
  const program = `
    process.on('SIGINT', () => console.log('interrupted'))
    const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('../../dist/embedded/index.js', import.meta.url).href)})
    const { ownerUrl } = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} })
    console.log(ownerUrl)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const group = child.pid
  if (!group) throw new Error('no child')
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ownerUrl: string = (await lines.next()).value
  process.kill(-group, 'SIGINT')
  expect((await lines.next()).value).toBe('interrupted')
  expect(await query(ownerUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  child.kill('SIGKILL')
  await once(child, 'exit')
  while (await runningPostmaster(join(dataDir, 'postgres'))) await wait(20)
  await expect(query(ownerUrl, 'SELECT 1')).rejects.toThrow()
})

test('a lost passwords file is named instead of making a second database', async () => {
  const dataDir = sharedDirectory()
  const server = await start(dataDir)
  await server.stop()
  const passwords = await readFile(join(dataDir, 'passwords.json'))
  onTestFinished(() => writeFile(join(dataDir, 'passwords.json'), passwords))
  await writeFile(join(dataDir, 'passwords.json'), 'not json')
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ code: 'RGW_EMBEDDED_PASSWORDS_LOST' })
})

test('a port in use is reported with the message of the server', async () => {
  const [one, other] = sharedDirectories()
  const server = await start(one)
  const port = Number(new URL(server.ownerUrl).port)
  await expect(startEmbeddedPostgres({ dataDir: other, port })).rejects.toThrow(/Address already in use/)
})

test('two servers on directories of their own live side by side', async () => {
  const [one, other] = await Promise.all(sharedDirectories().map(start))
  expect(new URL(one?.ownerUrl ?? '').port).not.toBe(new URL(other?.ownerUrl ?? '').port)
})

test('a platform without a binary asks for DATABASE_URL', async () => {
  for (const [platform, arch] of [
    ['win32', 'x64'],
    ['sunos', 'x64'],
    ['linux', 'mips'],
  ]) {
    await expect(findBinaries(platform, arch)).rejects.toMatchObject({
      code: 'RGW_EMBEDDED_UNSUPPORTED',
      message: expect.stringMatching(`${platform}-${arch}.*DATABASE_URL`),
    })
  }
})

test.runIf(asRoot)('as root, the error names a parent directory that the postgres user has no access to', async () => {
  const parent = await dataDirectory()
  await mkdir(join(parent, 'private', 'below'), { recursive: true })
  await chmod(join(parent, 'private'), 0o700)
  await chmod(parent, 0o755)
  await expect(startEmbeddedPostgres({ dataDir: join(parent, 'private', 'below', 'data') })).rejects.toMatchObject({
    code: 'RGW_EMBEDDED_UNREACHABLE',
    message: expect.stringContaining(`${join(parent, 'private')} (mode 0700)`),
  })
})

test.runIf(asRoot)(
  'as root, programs that the postgres user cannot reach are run from a copy in the data directory',
  async () => {
    const dataDir = await dataDirectory()
    await mkdir(dataDir, { mode: 0o711 })
    const binaries = await findBinaries()
    const systemUser = { name: 'nobody', uid: 65534, gid: 65534 }
    const hidden = join(dataDir, 'hidden', 'native', 'bin')
    await mkdir(hidden, { recursive: true })
    await chmod(join(dataDir, 'hidden'), 0o700)
    for (const name of ['postgres', 'initdb']) await writeFile(join(hidden, name), name, { mode: 0o700 })
    const moved = await reachableBinaries(
      { postgres: join(hidden, 'postgres'), initdb: join(hidden, 'initdb') },
      systemUser,
      dataDir,
    )
    expect(moved.postgres).toBe(join(dataDir, 'software', 'bin', 'postgres'))
    expect((await stat(moved.postgres)).uid).toBe(65534)
    expect(await reachableBinaries(binaries, systemUser, dataDir)).toBe(binaries)
  },
)
