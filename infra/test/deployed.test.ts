import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTestDatabase, type TestDatabase } from '@rack-gateway/database/testing'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const workspace = fileURLToPath(new URL('../..', import.meta.url))
const infra = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const passwords = { owner: "owner's-password", runtime: 'runtime-password' }
const isRoot = process.getuid?.() === 0
const gatewayUid = 65_532

/** The build commands of the Dockerfile, and its start command. */
const dockerfile = readFileSync(infra('Dockerfile'), 'utf8').replaceAll(/\\\n\s*/g, '')
const [, ...buildCommands] = /^RUN (pnpm install .*)$/m.exec(dockerfile)?.[1]?.split(' && ') ?? []
const start: string[] = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? '[]')
const healthCheck: string[] = JSON.parse(/^HEALTHCHECK .* CMD (.*)$/m.exec(dockerfile)?.[1] ?? '[]')

let directory: string
let database: TestDatabase

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rack-gateway-deployed-'))
  chmodSync(directory, 0o755)
  const deployed = join(directory, 'gateway')
  for (const command of buildCommands) {
    const [, ...words] = command.split(' ').map((word) => (word === '/gateway' ? deployed : word))
    const args = words.flatMap((word) => (word === 'deploy' ? ['--prefer-offline', word] : [word]))
    await run('npx', ['-y', 'pnpm@12.4.2', ...args], { cwd: workspace })
  }
  database = await createTestDatabase()
  await dropLogins()
  await createLogins()
}, 300_000)

afterAll(async () => {
  await dropLogins()
  await database.drop()
  rmSync(directory, { recursive: true, force: true })
})

/** Executes the statements of `compose/logins.sh` with the driver instead of psql. */
async function createLogins(): Promise<void> {
  const script = /<<'SQL'\n([\s\S]*)\nSQL$/m.exec(readFileSync(infra('compose/logins.sh'), 'utf8'))?.[1] ?? ''
  const statements = script
    .replaceAll(/^\\getenv.*$/gm, '')
    .replaceAll(/:'(owner|runtime)_password'/g, (_, login) =>
      login === 'owner' ? quoted(passwords.owner) : quoted(passwords.runtime),
    )
  await asSuperuser(statements.split(';'))
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

async function dropLogins(): Promise<void> {
  await asSuperuser([
    'DROP DATABASE IF EXISTS gateway WITH (FORCE)',
    'DROP ROLE IF EXISTS gateway_owner',
    'DROP ROLE IF EXISTS gateway_runtime',
  ])
}

async function asSuperuser(statements: readonly string[]): Promise<void> {
  const sql = postgres(database.adminUrl, { max: 1, fetch_types: false, onnotice() {} })
  try {
    for (const statement of statements.filter((one) => one.trim() !== '')) await sql.unsafe(statement)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

function loginUrl(login: 'owner' | 'runtime'): string {
  const url = new URL(database.adminUrl)
  Object.assign(url, {
    username: `gateway_${login}`,
    password: encodeURIComponent(passwords[login]),
    pathname: '/gateway',
  })
  return url.href
}

function environment(): NodeJS.ProcessEnv {
  const fallback = join(directory, 'fallback')
  mkdirSync(fallback, { recursive: true, mode: 0o700 })
  if (isRoot) chownSync(fallback, gatewayUid, gatewayUid)
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    HOST: '0.0.0.0',
    PORT: '0',
    APP_SECRET_KEY: 'a key of at least thirty-two bytes for the tests',
    AUDIT_FALLBACK_DIR: fallback,
    DATABASE_URL: loginUrl('runtime'),
    DATABASE_OWNER_URL: loginUrl('owner'),
    RACK_URL_STAGING: 'http://127.0.0.1:1',
    RACK_TOKEN_STAGING: 'the-password-of-staging',
    // What a rack puts into each of its apps.
    RACK: 'staging',
    RACK_URL: 'https://convox:the-password-of-staging@api.rack.svc.cluster.local:5443',
    APP: 'rack-gateway',
    RELEASE: 'RABC',
    BUILD: 'BABC',
    SERVICE: 'gateway',
  }
}

/** Starts the gateway like the image: its command, its directory, and, if possible, its user. */
function startAsImage(command: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const [program = '', ...words] = command
  const user = isRoot ? { uid: gatewayUid, gid: gatewayUid } : {}
  return spawn(program, words, { cwd: join(directory, 'gateway'), env, stdio: ['ignore', 'pipe', 'pipe'], ...user })
}

async function outputAsImage(command: readonly string[]): Promise<string> {
  const child = startAsImage(command, environment())
  let output = ''
  child.stdout?.on('data', (data) => {
    output += data
  })
  expect(await once(child, 'close')).toEqual([0, null])
  return output
}

interface Line {
  readonly event?: string
  readonly url?: string
}

async function waitUntilListening(child: ChildProcess): Promise<URL> {
  const { stdout } = child
  if (stdout === null) throw new Error('it has no output')
  const output: string[] = []
  for await (const line of createInterface({ input: stdout })) {
    output.push(line)
    const { event, url } = JSON.parse(line) as Line
    if (event !== 'gateway.listening' || url === undefined) continue
    stdout.resume()
    return new URL(url.replace('0.0.0.0', '127.0.0.1'))
  }
  throw new Error(`it never listened: ${output.join('\n')}`)
}

test('the files of the image start with its command, and stop at a signal', async () => {
  expect(start).toEqual(['node', 'dist/main.js'])
  const child = startAsImage(start, environment())
  const closed = once(child, 'close')
  try {
    const url = await waitUntilListening(child)
    expect(await (await fetch(new URL('/check', url))).text()).toContain('ok')
    const ready = await (await fetch(new URL('/gateway/health/ready', url))).text()
    expect(ready).toContain('the runtime login cannot change events')
    expect(ready).not.toContain('password')
    const { status } = await fetch(new URL('/apps', url))
    expect(status).toBe(401)
    const healthy = startAsImage(healthCheck, { ...environment(), PORT: url.port })
    expect(await once(healthy, 'close')).toEqual([0, null])
    const unhealthy = startAsImage(healthCheck, { ...environment(), PORT: '1' })
    expect(await once(unhealthy, 'close')).toEqual([1, null])
  } finally {
    child.kill('SIGTERM')
  }
  expect(await closed).toEqual([0, null])
})

test('the image has the built web console', () => {
  const built = join(directory, 'gateway/node_modules/@rack-gateway/web/dist')
  expect(readFileSync(join(built, 'index.html'), 'utf8')).toContain('<script type="module"')
  expect(readdirSync(join(built, 'assets')).some((name) => name.endsWith('.js.br'))).toBe(true)
})

test('each command of the package is a program that the user of the image can execute', async () => {
  const gateway = join(directory, 'gateway')
  const { bin, version } = JSON.parse(readFileSync(join(gateway, 'package.json'), 'utf8'))
  const [, linked] = /ln -s (\/gateway\/\S+) \/usr\/local\/bin\/rack-gateway-server/.exec(dockerfile) ?? []
  expect(linked).toBe(join('/gateway', bin['rack-gateway-server']))
  for (const file of Object.values<string>(bin))
    expect(await outputAsImage([join(gateway, file), '--version'])).toBe(`${version}\n`)
})

test('the server command creates the first administrator', async () => {
  const issue = ['token', 'issue', '--user', 'ada@example.com', '--role', 'admin']
  expect(await outputAsImage(['./dist/rack-gateway-server.js', ...issue])).toMatch(/^rgs_\S+\n$/)
})

test('without a database it says what to do, since PostgreSQL is not in the image', async () => {
  const { DATABASE_URL: _, DATABASE_OWNER_URL: __, ...without } = environment()
  const child = startAsImage(start, { ...without, DATA_DIR: join(directory, 'data') })
  let output = ''
  child.stderr?.on('data', (data) => {
    output += data
  })
  child.stdout?.resume()
  expect(await once(child, 'close')).toEqual([1, null])
  expect(output).toContain('Set DATABASE_URL')
})

test('psql creates the logins, with passwords that are not in its arguments', async ({ skip }) => {
  try {
    execFileSync('psql', ['--version'])
  } catch {
    skip('psql is not installed')
  }
  await dropLogins()
  const { hostname, port, username, password } = new URL(database.adminUrl)
  await run('sh', [infra('compose/logins.sh')], {
    env: {
      PATH: process.env.PATH,
      PGHOST: hostname,
      PGPORT: port,
      PGPASSWORD: decodeURIComponent(password),
      POSTGRES_USER: username,
      GATEWAY_OWNER_PASSWORD: passwords.owner,
      GATEWAY_RUNTIME_PASSWORD: passwords.runtime,
    },
  })
  for (const login of ['owner', 'runtime'] as const) {
    const sql = postgres(loginUrl(login), { max: 1, fetch_types: false })
    expect(await sql`SELECT current_user AS name`).toMatchObject([{ name: `gateway_${login}` }])
    await sql.end({ timeout: 5 })
  }
})
