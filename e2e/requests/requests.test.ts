import { callManagementApi } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { changesApplied, type System, startSystem } from '../support/gateway/system.ts'
import { approve, ask, createPerson, deploy, type Person, setGroups, writeRequestsPolicy } from './people.ts'

let system: System
let replica: Awaited<ReturnType<System['replica']>>
let ann: Person
let lead: Person
let made = 0
beforeAll(async () => {
  system = await startSystem({ policyFile: writeRequestsPolicy() })
  replica = await system.replica()
})
afterAll(() => system.stop())
beforeEach(async () => {
  made += 1
  ann = await createPerson(system, `ann-${made}@example.com`, ['engineering'])
  lead = await createPerson(system, `lead-${made}@example.com`, ['leads'])
})

const restart = (token: string, url = system.url) => {
  const target = url === system.url ? system.send : sendTo(url)
  return target('POST', '/apps/myapp/services/web/restart', token)
}
const sendTo = (url: string) => async (method: string, path: string, token: string) => {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Basic ${Buffer.from(`convox:${token}`).toString('base64')}` },
  })
  return { status: response.status, text: await response.text() }
}

describe('an access request', () => {
  test('is approved, its grant allows and is attributed, and its revocation ends both on the other replica', async () => {
    expect((await restart(ann.token)).status).toBe(403)
    const id = await ask(ann)
    expect((await lead.call('GET', '/access-requests?view=waiting')).texts('id')).toContain(id)
    const shown = await lead.call('GET', `/access-requests/${id}`)
    expect(shown.json).toMatchObject({ state: 'pending', may: ['review'], user: { email: ann.email } })
    await approve(lead, id)

    expect((await restart(ann.token)).status).toBe(200)
    const events = await ann.call('GET', `/access-requests/${id}/events`)
    expect(events.texts('event.kind')).toEqual(['intent', 'outcome'])
    expect(events.json).toMatchObject({ items: [{ event: { decision: { grant: id, rule: 'role:deployer' } } }, {}] })

    expect((await ann.call('GET', '/me')).json).toMatchObject({
      grants: [{ id, role: 'deployer' }],
      racks: ['staging'],
    })
    const socket = await openWebSocket(`${replica.url}/apps/myapp/logs`, ann.token, {})
    await expect.poll(() => live(id)).toBe(1)
    expect((await lead.call('POST', `/access-requests/${id}/revoke`, { note: 'done' })).status).toBe(200)
    await socket.closed()
    await expect.poll(async () => (await restart(ann.token, replica.url)).status).toBe(403)
    expect((await ann.call('GET', `/access-requests/${id}`)).json).toMatchObject({
      state: 'revoked',
      ended: { by: { name: lead.email }, note: 'done' },
      may: [],
    })
  })

  async function live(id: string): Promise<number> {
    const { json } = await ann.call('GET', `/access-requests/${id}`)
    return (json as { live: unknown[] }).live.length
  }

  test('shows its reviewers before it is sent', async () => {
    const preview = await ann.call('POST', '/access-requests/preview', deploy)
    expect(preview.json).toMatchObject({ rule: 'deploy', reviews: 1 })
    expect((preview.json as { reviewers: unknown[] }).reviewers).toContainEqual({
      id: lead.id,
      email: lead.email,
      because: 'group:leads',
    })
  })

  test('without any reviewer is an error at once', async () => {
    const terms = { ...deploy, role: 'viewer' }
    for (const path of ['/access-requests/preview', '/access-requests']) {
      const refused = await ann.call('POST', path, terms)
      expect([refused.status, refused.text('code')]).toEqual([409, 'RGW_NO_REVIEWERS'])
    }
    expect((await ann.call('GET', '/access-requests')).texts('id')).toEqual([])
  })

  test('names reviewers that have no second factor, if the rule requires one', async () => {
    const refused = await ann.call('POST', '/access-requests', { ...deploy, role: 'ci' })
    expect(refused.status).toBe(409)
    expect(refused.text('error')).toMatch(/has no second factor/)
  })

  test('names only racks that exist', async () => {
    const refused = await ann.call('POST', '/access-requests', { ...deploy, racks: ['stagin'] })
    expect([refused.status, refused.text('error')]).toEqual([400, expect.stringContaining('does not exist')])
  })

  test('is invisible to others', async () => {
    const id = await ask(ann)
    const other = await createPerson(system, `other-${made}@example.com`, ['engineering'])
    for (const path of ['', '/events'])
      expect((await other.call('GET', `/access-requests/${id}${path}`)).status).toBe(404)
    for (const action of ['approve', 'cancel', 'revoke'])
      expect((await other.call('POST', `/access-requests/${id}/${action}`, {})).status).toBe(404)
    expect((await other.call('POST', `/access-requests/${id}/deny`, { note: 'no' })).status).toBe(404)
    expect((await other.call('GET', '/access-requests?view=all')).status).toBe(403)
  })

  test('is read by auditors, and each read of its events by another user is recorded', async () => {
    const id = await ask(ann)
    const auditor = await system.token('auditor')
    expect((await callManagementApi(system, auditor, 'GET', `/access-requests/${id}/events`)).status).toBe(200)
    expect(await system.lastEvent()).toMatchObject({ kind: 'access-request.read', detail: { accessRequest: id } })
  })

  test('is neither reviewed nor revoked by who only sees it, and revoked by an administrator', async () => {
    const id = await ask(ann)
    const as = (token: string, action: string, body: object = {}) =>
      callManagementApi(system, token, 'POST', `/access-requests/${id}/${action}`, body)
    const [auditor, admin] = [await system.token('auditor'), await system.token('admin')]
    for (const token of [auditor, admin])
      for (const [action, body] of [
        ['approve', {}],
        ['deny', { note: 'no' }],
      ] as const) {
        const refused = await as(token, action, body)
        expect([refused.status, refused.text('rule')]).toEqual([403, 'not-reviewer'])
      }
    await approve(lead, id)
    expect((await as(auditor, 'revoke')).status).toBe(403)
    expect((await as(admin, 'revoke')).json).toMatchObject({ state: 'revoked' })
  })

  test('cannot be reviewed by who asked, also with another account', async () => {
    await setGroups(system, ann.id, ['engineering', 'leads'])
    const id = await ask(ann)
    const own = await ann.call('POST', `/access-requests/${id}/approve`, {})
    expect([own.status, own.text('code')]).toEqual([403, 'RGW_OWN_REQUEST'])
    const twin = await createPerson(system, `twin-${made}@example.com`, ['leads'])
    await system.sql`update gateway.users set email = ${ann.email}, issuer = 'https://other.example.com' where id = ${twin.id}`
    const other = await twin.call('POST', `/access-requests/${id}/approve`, {})
    expect(other.status).toBe(404)
    expect((await ann.call('GET', `/access-requests/${id}`)).json).toMatchObject({ state: 'pending', reviews: [] })
  })

  test('cannot be reviewed by who lost the group after the page was read', async () => {
    const id = await ask(ann)
    expect((await lead.call('GET', `/access-requests/${id}`)).json).toMatchObject({ may: ['review'] })
    await setGroups(system, lead.id, [])
    expect((await lead.call('POST', `/access-requests/${id}/approve`, {})).status).toBe(404)
    expect((await ann.call('GET', `/access-requests/${id}`)).json).toMatchObject({ state: 'pending' })
  })

  test('is decided once', async () => {
    const id = await ask(ann)
    const other = await createPerson(system, `lead2-${made}@example.com`, ['leads'])
    await approve(lead, id)
    for (const [action, body] of [
      ['approve', {}],
      ['deny', { note: 'no' }],
    ] as const) {
      const again = await other.call('POST', `/access-requests/${id}/${action}`, body)
      expect([again.status, again.text('code')]).toEqual([409, 'RGW_REQUEST_DECIDED'])
      expect(again.text('error')).toContain(lead.email)
    }
    const canceled = await ann.call('POST', `/access-requests/${id}/cancel`, {})
    expect(canceled.status).toBe(409)
  })

  test('is approved once by two reviewers at two replicas at the same time', async () => {
    const id = await ask(ann)
    const other = await createPerson(system, `lead2-${made}@example.com`, ['leads'], replica.url)
    const results = await Promise.all(
      [lead, other].map((one) => one.call('POST', `/access-requests/${id}/approve`, {})),
    )
    expect(results.map(({ status }) => status).sort()).toEqual([200, 409])
    const approvals = (await system.events()).filter(
      ({ kind, detail }) => kind === 'access-request.approved' && detail?.accessRequest === id,
    )
    expect(approvals).toHaveLength(1)
  })

  test('is granted in part, and never more than was asked for', async () => {
    const id = await ask(ann)
    const more = await lead.call('POST', `/access-requests/${id}/approve`, { seconds: 7_200 })
    expect([more.status, more.text('code')]).toEqual([400, 'RGW_APPROVAL_TOO_WIDE'])
    await approve(lead, id, { apps: ['other'], seconds: 60, note: 'only this' })
    expect((await ann.call('GET', `/access-requests/${id}`)).json).toMatchObject({
      state: 'active',
      grant: { apps: ['other'], seconds: 60 },
      reviews: [{ note: 'only this', because: 'group:leads' }],
    })
    expect((await restart(ann.token)).status).toBe(403)
  })

  test('serves no API token', async () => {
    const id = await ask(ann)
    await approve(lead, id)
    const owner = { kind: 'user', email: ann.email } as const
    const { token } = await system.issuer.issueApiToken({
      name: 'x',
      owner,
      role: 'deployer',
      expiresAt: Date.now() + 3_600_000,
    })
    expect((await restart(token)).status).toBe(403)
  })
})

describe('a grant that its first use starts', () => {
  const ops = { role: 'ops', racks: ['staging'], seconds: 600, reason: 'look' }

  test('starts with the first call, before the call is recorded', async () => {
    const id = await ask(ann, ops)
    await approve(lead, id)
    expect((await ann.call('GET', `/access-requests/${id}`)).json).toMatchObject({
      state: 'approved',
      grant: { startedAt: null },
    })
    expect((await restart(ann.token)).status).toBe(200)
    const { json } = await ann.call('GET', `/access-requests/${id}`)
    expect(json).toMatchObject({ state: 'active', grant: { startedAt: expect.any(String) } })
    const kinds = (await system.events()).filter(
      ({ detail, decision }) => detail?.accessRequest === id || decision?.grant === id,
    )
    const started = kinds.findIndex(({ kind }) => kind === 'access-request.started')
    expect(started).toBeGreaterThan(0)
    expect(kinds.findIndex(({ kind }) => kind === 'intent')).toBeGreaterThan(started)
  })

  test('starts once, with two first calls at two replicas', async () => {
    const id = await ask(ann, ops)
    await approve(lead, id)
    await expect
      .poll(async () => (await sendTo(replica.url)('GET', '/gateway/api/v1/me', ann.token)).text)
      .toContain(id)
    const results = await Promise.all([restart(ann.token), restart(ann.token, replica.url)])
    expect(results.map(({ status }) => status)).toEqual([200, 200])
    const starts = (await system.events()).filter(
      ({ kind, detail }) => kind === 'access-request.started' && detail?.accessRequest === id,
    )
    expect(starts).toHaveLength(1)
  })

  test('starts with a read of the management API', async () => {
    const id = await ask(ann, { role: 'auditor', racks: ['*'], seconds: 600, reason: 'look' })
    await approve(lead, id)
    expect((await ann.call('GET', '/audit/events?limit=1')).status).toBe(200)
    expect((await ann.call('GET', `/access-requests/${id}`)).json).toMatchObject({ state: 'active' })
    const read = (await system.events()).findLast(({ kind }) => kind === 'audit.read')
    expect(read).toMatchObject({ decision: { grant: id, rule: 'role:auditor' } })
  })

  test.each(['/live-calls', '/access-requests?view=all'])('starts with a list of what others own: %s', async (path) => {
    const id = await ask(ann, { role: 'auditor', racks: ['*'], seconds: 600, reason: 'look' })
    await approve(lead, id)
    await expect.poll(async () => (await ann.call('GET', '/me')).json).toMatchObject({ grants: [{ id }] })
    expect((await ann.call('GET', path)).status).toBe(200)
    expect((await ann.call('GET', `/access-requests/${id}`)).json).toMatchObject({ state: 'active' })
  })

  test('starts when a response shows values that only the grant shows', async () => {
    await system.issuer.addBinding({ kind: 'user', id: ann.id }, { role: 'viewer', racks: '*', apps: '*' })
    await changesApplied(system)
    const listed = JSON.parse((await system.get('/apps/myapp/releases', ann.token)).body) as { id: string }[]
    const release = async () => (await system.get(`/apps/myapp/releases/${listed[0]?.id}`, ann.token)).body
    const masked = await release()
    const id = await ask(ann, { role: 'reader', racks: ['staging'], seconds: 600, reason: 'look' })
    await approve(lead, id)
    await expect.poll(async () => (await ann.call('GET', '/me')).json).toMatchObject({ grants: [{ id }] })
    expect((await system.get('/apps/myapp/services', ann.token)).status).toBe(200)
    expect((await ann.call('GET', `/access-requests/${id}`)).json).toMatchObject({ state: 'approved' })
    expect(await release()).not.toBe(masked)
    expect(await system.lastEvent()).toMatchObject({ kind: 'call', decision: { grant: id } })
    expect((await ann.call('GET', `/access-requests/${id}`)).json).toMatchObject({ state: 'active' })
    await ann.call('POST', `/access-requests/${id}/revoke`, {})
    expect(await release()).toBe(masked)
  })

  test('does not start after its revocation', async () => {
    const id = await ask(ann, ops)
    await approve(lead, id)
    expect((await ann.call('POST', `/access-requests/${id}/revoke`, {})).status).toBe(200)
    expect((await restart(ann.token)).status).toBe(403)
    expect((await ann.call('GET', `/access-requests/${id}`)).json).toMatchObject({ state: 'revoked' })
  })
})
