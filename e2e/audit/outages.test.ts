import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { gatewayEnvironment } from '../support/gateway/gateway-environment.ts'
import { beginOutage } from '../support/gateway/outage.ts'
import {
  changesApplied,
  type System,
  type SystemOptions,
  startSystem,
  verifyStreams,
} from '../support/gateway/system.ts'
import { dataDirectory, leaveNothing, startCommand } from '../support/processes.ts'

const limit = 120_000
let system: System
let admin: string
let directory: string

beforeEach(() => {
  directory = join(dataDirectory(), 'audit')
})
afterEach(() => system.stop())
afterAll(leaveNothing)

async function begin(options?: SystemOptions) {
  system = await startSystem(options)
  admin = await system.token('admin')
  // A change that it applies later would make it look up the principal during an outage.
  await changesApplied(system)
}

/** A gateway in its own process, for tests that send signals to it. */
async function startGateway(env: Record<string, string>) {
  const program = startCommand('gateway', [], { ...gatewayEnvironment(system, system.rack), ...env })
  const [, url = ''] = await program.saw(/"url":"([^"]+)"/)
  return { program, url }
}

/** Callers that read and change, and remember each response of the rack that they saw. */
function startCallers(url: string, count = 6) {
  const seen: string[] = []
  let stopped = false
  async function call(index: number) {
    for (let turn = index; !stopped; turn++) {
      const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/x-www-form-urlencoded' }
      const request = turn % 2 === 0 ? { method: 'PUT', headers, body: 'lock=true' } : { method: 'GET', headers }
      const response = await fetch(`${url}/apps/myapp`, request).catch(() => null)
      const upstream = response?.headers.get('request-id')
      if (upstream) seen.push(upstream)
      // Leaves the processor to the gateway: more calls would prove nothing more.
      await pause(5)
    }
  }
  const calls = Array.from({ length: count }, (_, index) => call(index))
  return {
    seen,
    async more(responses: number) {
      const before = seen.length
      await expect.poll(() => seen.length - before).toBeGreaterThan(responses)
    },
    async stop() {
      stopped = true
      await Promise.all(calls)
    },
  }
}

async function expectAllRecorded(seen: readonly string[]) {
  const events = await system.events()
  const recorded = new Set(
    events.filter(({ kind }) => kind === 'call' || kind === 'outcome').map(({ upstream }) => upstream),
  )
  expect(seen.filter((id) => !recorded.has(id))).toEqual([])
  const intents = events.filter(({ kind, route }) => kind === 'intent' && route === 'PUT /apps/{app}').length
  expect(intents).toBeGreaterThanOrEqual(system.rack.received.filter(({ method }) => method === 'PUT').length)
  expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
}

const filesLeft = () => readdirSync(directory)

describe('while the database is away, records go to a file and calls continue', () => {
  test(
    'after a stopped, full, or paused database, every response that a client received is in the log',
    async () => {
      await begin({ auditFallbackDir: directory })
      const callers = startCallers(system.url)
      for (const [index, outage] of (['stopped', 'out of connections', 'paused'] as const).entries()) {
        await callers.more(50)
        const end = await beginOutage(system.database, outage)
        await callers.more(150)
        expect(filesLeft(), outage).not.toEqual([])
        await end()
        await callers.more(50)
        await expect.poll(filesLeft).toEqual([])
        await callers.more(25)
        const recovered = (await system.events()).filter(({ kind }) => kind === 'stream.recovered')
        expect(recovered.length, outage).toBeGreaterThan(index)
      }
      await callers.stop()
      await system.app.close()
      await expectAllRecorded(callers.seen)
    },
    limit,
  )

  test(
    'after a kill at any moment around an outage, the next process completes the log, and records which calls were open',
    async () => {
      await begin()
      const env = { AUDIT_FALLBACK_DIR: directory }
      const seen: string[] = []
      const killed: string[] = []
      for (const moment of ['before', 'in', 'after'] as const) {
        const { program, url } = await startGateway(env)
        const callers = startCallers(url)
        await callers.more(50 + Math.floor(Math.random() * 50))
        const end = moment === 'before' ? async () => {} : await beginOutage(system.database, 'stopped')
        if (moment !== 'before') await callers.more(Math.floor(Math.random() * 200))
        if (moment === 'after') await end()
        program.signal('SIGKILL')
        await program.ended
        await callers.stop()
        if (moment !== 'after') await end()
        seen.push(...callers.seen)
        await system.sql`update audit.streams set lease_until = now() - interval '1 minute'
          where pid = ${program.pid} and closed_at is null and adopted_by is null`
        killed.push(
          ...(await system.sql`select id from audit.streams where pid = ${program.pid}`).map(({ id }) => String(id)),
        )
      }
      const last = await system.replica({ auditFallbackDir: directory, tuning: { adoptionInterval: 250 } })
      await expect.poll(filesLeft).toEqual([])
      const unaccounted = () =>
        system.sql`select id from audit.streams where id in ${system.sql(killed)} and accounted_at is null`
      await expect.poll(unaccounted).toEqual([])
      await last.stop()
      await expectAllRecorded(seen)
      const events = await system.events()
      const abandoned = events.filter(({ kind }) => kind === 'stream.abandoned').map(({ detail }) => detail?.stream)
      expect(abandoned.sort()).toEqual(killed.sort())
      const unknown = events.filter(({ kind }) => kind === 'outcome.unknown').map(({ of }) => of)
      expect(new Set(unknown).size).toBe(unknown.length)
      // The gateway of the test has no such directory: it may adopt a stream whose file is still to come.
      const ends = new Set(events.map(({ of }) => of))
      const begun = events.filter(({ kind }) => kind === 'intent' || kind === 'opened')
      expect(begun.filter(({ id }) => !ends.has(id))).toEqual([])
    },
    3 * limit,
  )

  test(
    'with a full disk, calls are denied; with free space again, they continue',
    async ({ skip }) => {
      mkdirSync(directory)
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=80m,mode=0700', 'none', directory], { stdio: 'ignore' })
      } catch {
        skip('mounting a file system is not allowed here')
      }
      onTestFinished(() => void execFileSync('umount', ['-l', directory]))
      await begin({ auditFallbackDir: directory, tuning: { auditLimits: { deadline: 3_000 } } })
      const { url } = system
      const callers = startCallers(url, 3)
      await callers.more(20)
      const end = await beginOutage(system.database, 'stopped')
      await callers.more(20)
      const ballast = join(directory, 'ballast')
      execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=1M', 'count=30'], { stdio: 'ignore' })
      await callers.stop()
      system.rack.clearReceived()
      const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/x-www-form-urlencoded' }
      const change = () => fetch(`${url}/apps/myapp`, { method: 'PUT', headers, body: 'lock=true' })
      const responses = await Promise.all([change(), change(), fetch(`${url}/apps/myapp`, { headers })])
      expect(responses.map(({ status }) => status)).toEqual([503, 503, 503])
      expect(system.rack.received.filter(({ method }) => method === 'PUT')).toEqual([])
      rmSync(ballast)
      await expect.poll(async () => (await change()).status).toBe(200)
      await end()
      await expect.poll(filesLeft).toEqual([])
      await system.app.close()
      expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
    },
    limit,
  )

  test('a directory with access for other users stops the start, and the error has the remedy', async () => {
    mkdirSync(directory, { mode: 0o755 })
    await begin()
    await expect(system.replica({ auditFallbackDir: directory })).rejects.toThrow('set its mode to 0700')
  })
})

test(
  'a gateway that is suspended and adopted confirms no event in its old stream',
  async () => {
    await begin()
    const { program, url } = await startGateway({})
    const fault = system.rack.failNext(/^PUT/, { kind: 'hang' })
    const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/x-www-form-urlencoded' }
    const response = fetch(`${url}/apps/myapp`, { method: 'PUT', headers, body: 'lock=true' })
    await fault.reached
    program.signal('SIGSTOP')
    await system.sql`update audit.streams set lease_until = now() - interval '1 minute' where pid = ${program.pid}`
    const [row] = await system.sql`select id from audit.streams where pid = ${program.pid}`
    const replica = await system.replica({ tuning: { adoptionInterval: 250 } })
    await expect
      .poll(async () => (await system.events()).filter(({ kind }) => kind === 'outcome.unknown'))
      .toHaveLength(1)
    program.signal('SIGCONT')
    fault.release()
    expect([200, 503]).toContain((await response).status)
    await expect.poll(async () => (await fetch(`${url}/apps/myapp`, { headers })).status).toBe(200)
    const events = await system.events()
    const abandoned = events.find(({ kind }) => kind === 'stream.abandoned')
    const old = events.filter(({ stream }) => stream === row?.id)
    expect(old.at(-1)?.seq).toBe(abandoned?.detail?.seq)
    const reopened = events.find(({ kind, detail }) => kind === 'stream.opened' && detail?.follows === row?.id)
    expect(reopened?.detail?.because).toContain('adopted')
    expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
    await replica.stop()
  },
  limit,
)
