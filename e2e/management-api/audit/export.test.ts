import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { managementApi as prefix } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { responseTo } from '../../support/callers/caller.ts'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, type TestUser } from '../callers.ts'

const hostileAgent = '=cmd|"/C calc"!A1\u001b[31m'

describe('an export of the audit log', () => {
  let system: System
  let auditor: TestUser
  let deployer: TestUser
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own' })
    auditor = await createUser(system, 'auditor')
    deployer = await createUser(system, 'deployer')
    for (const app of ['web', 'api', 'web'])
      await system.send('GET', `/apps/${app}`, deployer.token, '', ['User-Agent: =cmd|"/C calc"!A1'])
    await system.app.audit.record({
      kind: 'call',
      app: 'hostile',
      principal: { kind: 'user', id: deployer.id, name: '\r\n+1' },
      source: { address: '192.0.2.1', client: hostileAgent },
      command: ['a', '\u0000\u202e"'],
    })
  })
  afterAll(() => system.stop())

  const exported = (query: string) =>
    fetch(`${system.url}${prefix}/audit/export?${query}`, { headers: { authorization: `Bearer ${auditor.token}` } })
  const theirs = () => `principal=${deployer.id}`

  test('as NDJSON is exactly what the filters say, in the bytes that were hashed', async () => {
    const response = await exported(theirs())
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="audit-[\dT-]+\.ndjson"$/)
    const rows = await system.sql`
      select canonical, encode(hash, 'hex') as hash, encode(prev, 'hex') as prev from audit.events
      where principal = ${deployer.id} order by at, stream, seq`
    expect(rows.length).toBeGreaterThan(3)
    expect(await response.text()).toBe(
      rows.map(({ canonical, hash, prev }) => `{"event":${canonical},"hash":"${hash}","prev":"${prev}"}\n`).join(''),
    )
  })

  test('is recorded before its last part, with filters, count and digest', async () => {
    const response = await exported(`${theirs()}&app=web&format=csv`)
    const text = await response.text()
    const events = await system.events()
    expect(events.slice(-2)).toMatchObject([
      { kind: 'audit.read', principal: { id: auditor.id }, detail: { app: 'web', page: 'export', format: 'csv' } },
      {
        kind: 'audit.exported',
        principal: { id: auditor.id, name: auditor.email },
        route: 'GET /gateway/api/v1/audit/export',
        detail: {
          principal: deployer.id,
          app: 'web',
          format: 'csv',
          count: 2,
          complete: true,
          sha256: createHash('sha256').update(text).digest('hex'),
        },
      },
    ])
    expect(text.split('\r\n')).toHaveLength(4)
  })

  test('as CSV has one line an event and no formula, whatever a client sent', async () => {
    const text = await (await exported(`${theirs()}&kind=call&format=csv`)).text()
    const lines = text.split('\r\n')
    expect(lines).toHaveLength(6)
    expect(text).toContain(`"'=cmd|""/C calc""!A1`)
    expect(text).not.toMatch(/(?:^|,|\n)"?[=+@]/m)
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
  })

  test('as OCSF is one object a line', async () => {
    const text = await (await exported(`${theirs()}&kind=call&format=ocsf`)).text()
    const objects = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(objects).toHaveLength(4)
    expect(objects[0]).toMatchObject({ class_uid: 6003, metadata: { version: '1.8.0' } })
  })

  test('is empty if no event matches, and is recorded', async () => {
    expect(await (await exported('app=no-such-app')).text()).toBe('')
    expect(await system.lastEvent()).toMatchObject({ kind: 'audit.exported', detail: { count: 0, complete: true } })
  })

  test.each(['format=xml', 'kind=x', 'limit=5', 'from=x', 'text=*'])(
    'is rejected before any data is sent: %s',
    async (query) => {
      expect((await exported(query)).status).toBe(400)
    },
  )

  describe('with many events', () => {
    beforeAll(async () => {
      const filler = 'x'.repeat(900)
      for (let part = 0; part < 25; part++)
        await Promise.all(
          Array.from({ length: 1_000 }, (_, n) =>
            system.app.audit.recordSoon({ kind: 'call', app: 'many', close: `${filler}${n}` }),
          ),
        )
    })

    async function begun(): Promise<IncomingMessage> {
      const headers = { authorization: `Bearer ${auditor.token}` }
      const asked = get(`${system.url}${prefix}/audit/export?app=many`, { headers, agent: false })
      const response = await responseTo(asked)
      return response
    }
    const last = async () => (await system.events()).filter(({ kind }) => kind === 'audit.exported').at(-1)

    /** Exports whose connection is open. */
    async function reading(): Promise<number> {
      const [open] = await system.sql`
        select count(*)::int as count from pg_stat_activity
        where application_name = 'rack-gateway audit export' and datname = current_database()`
      return open?.count
    }

    test('is complete for a slow reader, and the gateway reads only as fast as the reader does', async () => {
      const response = await begun()
      response.pause()
      await expect.poll(() => reading()).toBe(1)
      expect((await last())?.detail?.app).not.toBe('many')
      let bytes = 0
      for await (const chunk of response) bytes += chunk.length
      expect(bytes).toBeGreaterThan(25_000 * 900)
      expect(await last()).toMatchObject({ detail: { app: 'many', count: 25_000, complete: true } })
    })

    test('is recorded as incomplete if the reader disconnects, and leaves no database connection', async () => {
      const response = await begun()
      await once(response, 'data')
      response.destroy()
      await expect.poll(() => last()).toMatchObject({ detail: { app: 'many', complete: false } })
      const { count } = (await last())?.detail ?? {}
      expect(Number(count)).toBeLessThan(25_000)
      await expect.poll(() => reading()).toBe(0)
    })

    test('is cut when its reader loses the session', async () => {
      const reader = await createUser(system, 'auditor')
      const headers = { authorization: `Bearer ${reader.token}` }
      const asked = get(`${system.url}${prefix}/audit/export?app=many`, { headers, agent: false })
      const response = await responseTo(asked)
      response.pause()
      const admin = await createUser(system, 'admin')
      await system.send('DELETE', `${prefix}/sessions/${reader.session}`, admin.token)
      await vi.waitFor(async () => {
        const made = (await system.events()).filter(
          ({ kind, principal }) => kind === 'audit.exported' && principal?.id === reader.id,
        )
        expect(made).toMatchObject([{ detail: { complete: false } }])
      }, 60_000)
      response.destroy()
    })
  })
})
