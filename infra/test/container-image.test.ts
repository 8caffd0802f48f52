import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createAuditWriter, createPostgresAuditStore } from '@rack-gateway/audit'
import { copyTestDatabase, createTestDatabase, type TestDatabase } from '@rack-gateway/database/testing'
import { freePort } from '@rack-gateway/demo/free-port'
import { createDemoRack, type DemoRack } from '@rack-gateway/demo-rack'
import { startS3Server } from '@rack-gateway/object-store/testing'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { buildImage, makeBaseImages } from './containers/build-image.ts'
import { canRunContainers } from './containers/can-run-containers.ts'
import { type ComposeProject, openComposeProject } from './containers/compose-project.ts'
import { type ContainerEngine, openContainerEngine, writeEnvironment } from './containers/engine.ts'

const image = 'localhost/rack-gateway'
const appSecretKey = 'a key of at least thirty-two bytes for the tests'
/** On a busy machine without any cached download. */
const buildTimeout = 1_200_000

describe.skipIf(!canRunContainers())('in containers', () => {
  let engine: ContainerEngine
  beforeAll(async () => {
    engine = await openContainerEngine(await makeBaseImages())
    await buildImage(engine, image)
  }, buildTimeout)
  afterAll(() => engine?.remove())

  describe('the image', () => {
    /** As a careful operator runs it. */
    const confined = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']
    const volumes = ['checkpoints', 'fallback', 'archive'].flatMap((name) => ['--volume', `${name}:/${name}`])
    let database: TestDatabase
    let backup: TestDatabase
    let rack: DemoRack
    let port: number
    let options: readonly string[]
    /** Commands of `rack-gateway-server` that a container has run, such as `token issue`. */
    const executed = new Set<string>()

    beforeAll(async () => {
      database = await createTestDatabase()
      rack = createDemoRack({ name: 'staging', token: 'the-password-of-staging' })
      await rack.listen()
      port = await freePort()
      const environment = writeEnvironment(engine.directory, 'gateway.env', {
        APP_SECRET_KEY: appSecretKey,
        DATABASE_URL: database.runtimeUrl,
        DATABASE_OWNER_URL: database.ownerUrl,
        RACK_URL_STAGING: rack.url,
        RACK_TOKEN_STAGING: rack.token,
        AUDIT_CHECKPOINT_DIR: '/checkpoints',
        AUDIT_FALLBACK_DIR: '/fallback',
        POLICY_FILE: '/policy/policy.yaml',
        HOST: '127.0.0.1',
        PORT: String(port),
      })
      await engine.run('podman', 'volume', 'create', '--opt', 'o=uid=65532,gid=65532', 'archive')
      const policy = join(engine.directory, 'policy')
      mkdirSync(policy)
      writeFileSync(join(policy, 'policy.yaml'), 'version: 1\n')
      const mounts = [...volumes, '--volume', `${policy}:/policy:ro`]
      options = ['--network', 'host', ...confined, ...mounts, '--env-file', environment]
    })
    afterAll(async () => {
      await engine.attempt('podman', 'rm', '--all', '--force', '--time', '0')
      await rack?.close()
      await database?.drop()
      await backup?.drop()
    })

    function runInContainer(command: readonly string[], more: readonly string[] = []) {
      return engine.attempt('podman', 'run', '--rm', ...options, ...more, image, ...command)
    }
    function server(words: readonly string[], more: readonly string[] = []) {
      executed.add(words.slice(0, 2).join(' '))
      return runInContainer(['rack-gateway-server', ...words], more)
    }
    async function issueToken(...words: readonly string[]): Promise<string> {
      const { code, stdout, stderr } = await server(['token', 'issue', ...words])
      expect(code, stderr).toBe(0)
      return stdout.trim()
    }
    const get = (path: string, token?: string) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        headers: token === undefined ? {} : { authorization: basicAuthorization(token) },
      })

    test('has the web console, and no package manager; its user is not root', async () => {
      const { stdout, stderr } = await runInContainer([
        'sh',
        '-c',
        `id -u; node --version; rack-gateway-server --version; command -v npm npx pnpm psql || echo no others
        ls node_modules/@rack-gateway/web/dist`,
      ])
      const { version } = JSON.parse(readFileSync(new URL('../../apps/gateway/package.json', import.meta.url), 'utf8'))
      const lines = stdout.trim().split('\n')
      expect(lines.slice(0, 4), stderr).toEqual(['65532', expect.stringMatching(/^v24\./), version, 'no others'])
      expect(lines.slice(4)).toContain('index.html')
    })

    test('its server command issues, lists, and revokes tokens before the first start', async () => {
      expect(await issueToken('--user', 'ada@example.com', '--role', 'admin')).toMatch(/^rgs_\S+$/)
      const pipeline = ['--service-account', 'deploy-myapp', '--role', 'ci', '--rack', 'staging', '--expires', '90d']
      expect(await issueToken(...pipeline)).toMatch(/^rgt_\S+$/)
      const lines = (await server(['token', 'list'])).stdout.trim().split('\n')
      expect(lines).toHaveLength(2)
      const [id = ''] = lines.find((line) => line.includes('ada@example.com'))?.split('\t') ?? []
      const revoked = await server(['token', 'revoke', id, '--reason', 'the laptop was lost'])
      expect(revoked.code, revoked.stderr).toBe(0)
      expect((await server(['token', 'list'])).stdout).toMatch(new RegExp(`^${id}\t.*(?:ended|revoked)`, 'm'))
    })

    test('serves without privileges, and with a root that cannot be written', async () => {
      await writeEventsOfOldMonth(database)
      // This backup has no checkpoint, so it lacks all those that the gateway makes from now on.
      backup = await copyTestDatabase(database)
      await engine.run('podman', 'run', '--detach', '--name', 'gateway', ...options, image)
      await expect.poll(async () => (await get('/gateway/health/ready').catch(() => null))?.status).toBe(200)
      expect(await (await get('/gateway/health/ready')).text()).toContain('the runtime login cannot change events')
      expect((await get('/apps')).status).toBe(401)

      const issue = ['rack-gateway-server', 'token', 'issue', '--user', 'ada@example.com', '--role', 'admin']
      const token = (await engine.run('podman', 'exec', 'gateway', ...issue)).trim()
      expect((await get('/apps', token)).status).toBe(200)

      const status = await engine.run('podman', 'exec', 'gateway', 'cat', '/proc/1/status')
      expect(status).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m)
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
        expect(status).toContain(`${set}:\t0000000000000000\n`)
      expect(status).toContain('NoNewPrivs:\t1\n')
      const written = await engine.attempt('podman', 'exec', 'gateway', 'touch', '/gateway-file')
      expect(written.stderr).toContain('Read-only file system')
    })

    test('its health check passes, and fails if nothing listens', async () => {
      await engine.run('podman', 'healthcheck', 'run', 'gateway')
      const [{ Healthcheck: healthCheck }] = JSON.parse(await engine.run('podman', 'image', 'inspect', image))
      const [kind, ...check]: string[] = healthCheck.Test
      expect(kind).toBe('CMD')
      for (const variable of ['PORT=1', 'METRICS_PORT=1'])
        expect((await engine.attempt('podman', 'exec', '--env', variable, 'gateway', ...check)).code).toBe(1)
    })

    test('an archive run moves old months to a directory, and to a bucket with Object Lock', async () => {
      const toDirectory = ['audit', 'archive', '--to', '/archive']
      // The gateway has just started, and signs the month within a minute.
      await expect.poll(async () => (await server(toDirectory)).stdout).toContain(`${oldMonth}\tarchived\t`)
      expect((await runInContainer(['ls', `/archive/${oldMonth}`])).stdout).toContain('manifest.note')

      const bucket = await startS3Server({ bucket: 'example-audit-archive', objectLock: true })
      onTestFinished(() => bucket.close())
      const credentials = ['--env', 'AWS_ACCESS_KEY_ID=key', '--env', 'AWS_SECRET_ACCESS_KEY=secret']
      const to = `s3://example-audit-archive/production?region=eu-central-1&endpoint=${bucket.endpoint}`
      const nightly = ['audit', 'archive', '--to', to, '--lock', '2557d', '--keep', '13', '--drop']
      const { code, stdout, stderr } = await server(nightly, credentials)
      expect([code, stdout], stderr).toEqual([0, expect.stringContaining(`${oldMonth}\tdropped\t`)])
    })

    test('SIGTERM lets a call in progress finish, and the container exits with 0', async () => {
      const token = await issueToken('--user', 'ada@example.com', '--role', 'admin')
      const hanging = rack.failNext('GET /apps', { kind: 'hang' })
      const response = get('/apps', token)
      await hanging.reached
      // After 40 s, podman kills the container, and the exit code is 137.
      const stopped = engine.run('podman', 'stop', '--time', '40', 'gateway')
      await expect.poll(() => engine.run('podman', 'logs', 'gateway')).toContain('gateway.stopping')
      hanging.release()
      expect((await response).status).toBe(200)
      await stopped
      const format = '{{.State.Status}} {{.State.ExitCode}}'
      expect((await engine.run('podman', 'inspect', '--format', format, 'gateway')).trim()).toBe('exited 0')
    })

    test('its server command continues a restored audit log, which lacks checkpoints that have copies', async () => {
      const restored = { DATABASE_URL: backup.runtimeUrl, DATABASE_OWNER_URL: backup.ownerUrl }
      const environment = Object.entries(restored).flatMap(([name, value]) => ['--env', `${name}=${value}`])
      const { code, stderr } = await server(['audit', 'restored', '--reason', 'the disk failed'], environment)
      expect(code, stderr).toBe(0)
    })

    test('every command of rack-gateway-server was run, and so was every documented one', async () => {
      const groups = commandsIn((await server(['--help'])).stdout)
      const commands: string[] = []
      for (const group of groups) commands.push(...commandsIn((await server([group, '--help'])).stdout))
      expect(commands).toContain('token issue')
      expect([...executed]).toEqual(expect.arrayContaining(commands))
      expect(documentedCommands()).toContain('audit archive')
      expect(commands).toEqual(expect.arrayContaining(documentedCommands()))
    })
  })

  describe('compose.yaml', () => {
    let project: ComposeProject
    beforeAll(async () => {
      project = await openComposeProject(engine, {
        images: { gateway: image, database: 'localhost/postgres:debian' },
        environments: {
          '.env': {
            POSTGRES_PASSWORD: 'password-of-postgres',
            GATEWAY_OWNER_PASSWORD: 'password-of-the-owner',
            GATEWAY_RUNTIME_PASSWORD: 'password-of-the-gateway',
          },
          'gateway.env': {
            APP_SECRET_KEY: appSecretKey,
            RACK_URL_STAGING: 'https://rack.example.com',
            RACK_TOKEN_STAGING: 'the-password-of-staging',
          },
        },
      })
    })
    afterAll(() => project?.close())

    const isReady = () => expect.poll(() => project.fetch('/gateway/health/ready')).toContain('"status":"ready"')

    test('the gateway starts with its database, whose events it cannot change', async () => {
      await project.compose('up', '--detach')
      await isReady()
      expect(await project.fetch('/gateway/health/ready')).toContain('the runtime login cannot change events')
    })

    test('both health checks pass', async () => {
      for (const service of ['gateway', 'database'])
        await engine.run('podman', 'healthcheck', 'run', await project.containerOf(service))
    })

    test('the database has no route to other networks', async () => {
      const routes = async (service: string) =>
        engine.run('podman', 'exec', await project.containerOf(service), 'cat', '/proc/net/route')
      const defaultRoute = /^\w+\t00000000\t/m
      expect(await routes('gateway')).toMatch(defaultRoute)
      expect(await routes('database')).not.toMatch(defaultRoute)
    })

    test('new containers continue with the same database', async () => {
      const issue = ['rack-gateway-server', 'token', 'issue', '--user', 'ada@example.com', '--role', 'admin']
      const token = await engine.run('podman', 'exec', await project.containerOf('gateway'), ...issue)
      await project.compose('down')
      await project.compose('up', '--detach')
      await isReady()
      expect(await project.fetch('/gateway/api/v1/me', token.trim())).toContain('ada@example.com')
    })
  })
})

const beginningOf = (monthsAgo: number) => {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - monthsAgo, 2))
}
/** A month that `--keep 13` drops. */
const oldMonth = beginningOf(15).toISOString().slice(0, 7)

/** Writes an event as a gateway in that month did. */
async function writeEventsOfOldMonth({ ownerUrl, runtimeUrl }: TestDatabase): Promise<void> {
  const owner = postgres(ownerUrl, { max: 1, fetch_types: false, onnotice() {} })
  const [ensure] = await owner`select pg_get_functiondef('audit.ensure_partition(date)'::regprocedure) as definition`
  await owner.unsafe(
    String(ensure?.definition).replace("this_month - interval '1 month'", "this_month - interval '9 years'"),
  )
  await owner.end({ timeout: 5 })
  const store = createPostgresAuditStore({ pool: { url: runtimeUrl } })
  const writer = createAuditWriter({ store, clock: { now: () => beginningOf(15).getTime() }, host: 'test', pid: 1 })
  await writer.open()
  await writer.record({ kind: 'call', app: 'myapp' })
  await writer.close()
  await store.close()
}

/** The commands that a text of help lists, without the name of the program. */
function commandsIn(help: string): string[] {
  return [...help.matchAll(/^ +rack-gateway-server ((?:[a-z]+ )*[a-z]+)/gm)].map(([, command = '']) => command)
}

/** The commands after `rack-gateway-server` in the documentation, such as `token issue`. */
function documentedCommands(): string[] {
  const docs = fileURLToPath(new URL('../../docs', import.meta.url))
  const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))
  const texts = pages.map((name) => readFileSync(join(docs, name), 'utf8'))
  const command = /rack-gateway-server(?:",)? "?((?:token|audit)(?: |", ")[a-z]+)|`(token (?:list|revoke|issue))\b/g
  const found = texts.flatMap((text) => [...text.matchAll(command)])
  return [...new Set(found.map(([, shell, prose]) => (shell ?? prose ?? '').replace('", "', ' ')))]
}
