import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, someId, type TestUser } from '../callers.ts'
import { type Pipelines, startPipelines } from '../pipelines.ts'

let system: System
let pipelines: Pipelines
let admin: TestUser
const clock = { ahead: 0 }
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own', now: () => Date.now() + clock.ahead })
  pipelines = await startPipelines(system)
  admin = await createUser(system, 'admin')
})
afterAll(async () => {
  await pipelines.stop()
  await system.stop()
})
afterEach(() => {
  clock.ahead = 0
})

interface Row {
  readonly subject: { readonly kind: string; readonly id: string; readonly name: string; readonly suspended: boolean }
  readonly binding: string
  readonly role: string
  readonly group: string | null
  readonly lastUsedAt: string | null
}
interface Page {
  readonly items: readonly Row[]
  readonly next: string | null
}

const ask = (method: string, path: string, body?: unknown, by = admin.token) => call(system, by, method, path, body)
const bind = async (kind: string, id: string, terms: object = {}) =>
  (await ask('POST', '/bindings', { subject: { kind, id }, role: 'viewer', ...terms })).text('id')

async function review(limit = 200): Promise<Row[]> {
  const rows: Row[] = []
  for (let query = `limit=${limit}`, next: string | null = ''; next !== null; query = `limit=${limit}&cursor=${next}`) {
    const page = (await ask('GET', `/access-review?${query}`)).json as Page
    rows.push(...page.items)
    next = page.next
  }
  return rows
}

async function rowsOf(binding: string): Promise<Row[]> {
  return (await review()).filter((row) => row.binding === binding)
}

async function putInGroups(user: TestUser, ...groups: readonly string[]): Promise<void> {
  await system.sql`update gateway.users set groups = ${[...groups]} where id = ${user.id}`
}

test('a row has its principal, its binding, and who granted it when and why', async () => {
  const ann = await createUser(system, null)
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
  const terms = { role: 'ops', racks: 'stag*', apps: 'web', expiresAt, reason: 'incident 7' }
  const binding = await bind('user', ann.id, terms)
  expect(await rowsOf(binding)).toEqual([
    {
      subject: { kind: 'user', id: ann.id, name: ann.email, issuer: 'local', owner: null, suspended: false },
      role: 'ops',
      permissions: null,
      racks: 'stag*',
      apps: 'web',
      binding,
      group: null,
      invitation: null,
      grantedBy: { id: admin.id, email: admin.email },
      grantedAt: expect.stringMatching(/Z$/),
      reason: 'incident 7',
      expiresAt,
      lastUsedAt: null,
    },
  ])
})

test('a group has a row for each member, or one row without members', async () => {
  const binding = await bind('group', 'platform team')
  const own = { subject: { kind: 'group', id: 'platform team', name: 'platform team' }, group: 'platform team' }
  expect(await rowsOf(binding)).toMatchObject([own])
  const members = [await createUser(system, null), await createUser(system, null)]
  for (const member of members) await putInGroups(member, 'platform team', 'others')
  const rows = await rowsOf(binding)
  expect(rows.map(({ subject, group }) => [subject.kind, subject.id, group])).toEqual(
    members
      .map(({ id, email }) => ({ id, email }))
      .sort((one, another) => (one.email < another.email ? -1 : 1))
      .map(({ id }) => ['user', id, 'platform team']),
  )
})

test('service accounts, API tokens with their owner, and trusts are listed, with permissions of their own', async () => {
  const { id: account } = (await ask('POST', '/service-accounts', { name: 'deploys' })).json as { id: string }
  await bind('service-account', account, { role: 'deployer' })
  const permissions = ['app:list', 'log:read']
  const made = await ask('POST', '/tokens', { name: 'logs', permissions, serviceAccount: account })
  const { trust } = await pipelines.job('ci')
  const rows = await review()
  const named = (id: string) => rows.filter(({ subject }) => subject.id === id)
  expect(named(account)).toMatchObject([{ subject: { kind: 'service-account', name: 'deploys' }, role: 'deployer' }])
  expect(named(made.text('id'))).toMatchObject([
    { subject: { kind: 'api-token', name: 'logs', owner: 'deploys' }, permissions },
  ])
  expect(named(trust)).toMatchObject([
    {
      subject: { kind: 'trust', issuer: pipelines.issuer.url, owner: null },
      role: 'ci',
      lastUsedAt: expect.any(String),
    },
  ])
  await ask('POST', `/service-accounts/${account}/disable`)
  for (const row of (await review()).filter(({ subject }) => [account, made.text('id')].includes(subject.id)))
    expect(row.subject.suspended).toBe(true)
})

test('expired and revoked access is omitted, and the access of locked users is marked', async () => {
  const ann = await createUser(system, null)
  const ending = await bind('user', ann.id, { expiresAt: new Date(Date.now() + 60_000).toISOString() })
  const staying = await bind('user', ann.id)
  const token = await ask('POST', '/tokens', { name: 'gone', role: 'viewer' })
  const { trust } = await pipelines.job('ci')
  expect(await rowsOf(ending)).toHaveLength(1)
  await ask('DELETE', `/tokens/${token.text('id')}`)
  await ask('DELETE', `/trusts/${trust}`)
  await ask('POST', `/users/${ann.id}/lock`, { reason: 'left' })
  clock.ahead = 61_000
  const rows = await review()
  expect(rows.filter(({ subject }) => [token.text('id'), trust].includes(subject.id))).toEqual([])
  expect(rows.filter(({ subject }) => subject.id === ann.id)).toMatchObject([
    { binding: staying, subject: { suspended: true } },
  ])
})

test('the last use is that of the user’s sessions, and of the token', async () => {
  const ann = await createUser(system, 'viewer')
  const token = await ask('POST', '/tokens', { name: 'nightly', role: 'viewer' }, ann.token)
  const lastUses = async () =>
    (await review())
      .filter(({ subject }) => [ann.id, token.text('id')].includes(subject.id))
      .map(({ subject, lastUsedAt }) => [subject.kind, lastUsedAt !== null])
      .sort()
  await expect.poll(lastUses, { interval: 100 }).toEqual([
    ['api-token', false],
    ['user', true],
  ])
  await system.get('/apps', token.text('token'))
  await expect.poll(lastUses, { interval: 100 }).toEqual([
    ['api-token', true],
    ['user', true],
  ])
})

test('pages have each row exactly once, whatever their size', async () => {
  for (let count = 0; count < 5; count++) {
    const member = await createUser(system, 'viewer')
    await putInGroups(member, 'platform team')
  }
  const all = await review()
  expect(all.length).toBeGreaterThan(10)
  const keys = (rows: readonly Row[]) => rows.map(({ subject, binding }) => `${subject.id} ${binding}`)
  expect(new Set(keys(all)).size).toBe(all.length)
  const names = all.map(({ subject }) => subject.name)
  expect(names).toEqual([...names].sort())
  for (const limit of [1, 3]) expect(keys(await review(limit))).toEqual(keys(all))
})

test.each([
  ['no cursor', 'x'],
  ['another list’s cursor', Buffer.from(`1.${someId()}`).toString('base64url')],
  ['too few texts', Buffer.from('["a","b"]').toString('base64url')],
  ['no texts', Buffer.from(`[1,2,3,"${someId()}"]`).toString('base64url')],
  ['no binding', Buffer.from('["a","b","c","d"]').toString('base64url')],
  ['a null character', Buffer.from(JSON.stringify(['a\0', 'b', 'c', someId()])).toString('base64url')],
  ['another spelling', Buffer.from(`[ "a","b","c","${someId()}"]`).toString('base64url')],
])('%s is no position', async (_what, cursor) => {
  const response = await ask('GET', `/access-review?cursor=${cursor}`)
  expect([response.status, response.text('code')]).toEqual([400, 'RGW_INVALID_CURSOR'])
})

test('a cursor with quotes is a text', async () => {
  const cursor = Buffer.from(JSON.stringify(["'; drop table x --", '"', "'", someId()])).toString('base64url')
  expect((await ask('GET', `/access-review?cursor=${cursor}`)).status).toBe(200)
})

test('the CSV has the same bindings, and no cell is a formula', async () => {
  const ann = await system.issuer.user('=1+1@example.com')
  const binding = await bind('user', ann.id, { reason: '@SUM(A1) "quoted", with a comma' })
  const response = await ask('GET', '/access-review/export')
  expect(response.status).toBe(200)
  expect(response.head).toMatch(/^content-type: text\/csv; charset=utf-8; header=present\r?$/im)
  expect(response.head).toMatch(/^content-disposition: attachment; filename="access-review-[\dT-]+\.csv"\r?$/im)
  const [head, ...lines] = response.body.trimEnd().split('\r\n')
  expect(head).toBe(
    '"subject_kind","subject","subject_id","issuer","owner","suspended","role","permissions","racks","apps","group","binding","invitation","granted_by","granted_by_id","granted_at","reason","expires_at","last_used_at"',
  )
  const rows = await review()
  expect(lines).toHaveLength(rows.length)
  const line = lines.find((one) => one.includes(binding)) ?? ''
  expect(line).toMatch(/^"user","'=1\+1@example\.com","/)
  expect(line).toContain(`,"'@SUM(A1) ""quoted"", with a comma",`)
  for (const one of lines) expect(one).not.toMatch(/(^|,)"?[=+\-@]/)
})

test('each read is recorded', async () => {
  const auditor = await createUser(system, 'auditor')
  const first = (await ask('GET', '/access-review?limit=1', undefined, auditor.token)).json as Page
  await ask('GET', `/access-review?cursor=${first.next}`, undefined, auditor.token)
  await ask('GET', '/access-review/export', undefined, auditor.token)
  const reads = (await system.events()).filter(({ kind, principal }) => {
    return kind === 'access-review.read' && principal?.id === auditor.id
  })
  expect(reads.map(({ detail }) => detail)).toEqual([{ page: 'first' }, { page: 'next' }, { page: 'export' }])
  expect(reads[0]).toMatchObject({ decision: { rule: 'role:auditor' }, permission: 'gateway:audit:read' })
})

test.each(['viewer', 'ops', 'deployer'])('a user with the role %s cannot read it', async (role) => {
  const { token } = await createUser(system, role)
  for (const path of ['/access-review', '/access-review/export']) {
    const response = await ask('GET', path, undefined, token)
    expect([response.status, response.text('rule'), response.text('reason')]).toEqual([
      403,
      'no-permission',
      `Only administrators and auditors can review access. You have the role ${role}.`,
    ])
  }
})
