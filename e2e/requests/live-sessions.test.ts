import { type ClientSocket, openWebSocket } from '@rack-gateway/testing/websocket'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fakeTimers, meanwhile, realTimers } from '../support/gateway/fake-time.ts'
import { beginOutage } from '../support/gateway/outage.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { approve, ask, createPerson, type Person, writeRequestsPolicy } from './people.ts'

const policy = `version: 1
roles:
  shell:
    permissions: [app:list, app:read, log:read, process:read, process:exec-any]
commands:
  rules:
    shell: { run: bash, roles: [shell], modes: [exec], services: ["*"] }
requests:
  shell:
    from: [group:engineering]
    role: shell
    racks: [staging]
    longest: 4h
    reviewers: [group:leads]
`
const second = 1_000
const minute = 60 * second
const halfHour = { role: 'shell', racks: ['staging'], seconds: 1_800, reason: 'a test' }
const terminal = { Command: 'bash', Width: '80', Height: '24' }
const path = '/apps/myapp/processes/web/exec'

let ahead: number
let system: System
let replica: Awaited<ReturnType<System['replica']>>
let ann: Person
let lead: Person

beforeEach(async () => {
  ahead = 0
  fakeTimers()
  system = await meanwhile(startSystem({ policyFile: writeRequestsPolicy(policy), now: () => Date.now() + ahead }))
  replica = await meanwhile(system.replica())
  ann = await meanwhile(createPerson(system, 'ann@example.com', ['engineering']))
  lead = await meanwhile(createPerson(system, 'lead@example.com', ['leads']))
})
afterEach(async () => {
  await meanwhile(system.stop())
  realTimers()
})

async function grantFor(terms: object = halfHour): Promise<string> {
  const id = await meanwhile(ask(ann, terms))
  await meanwhile(approve(lead, id))
  return id
}

const open = (headers: Record<string, string> = terminal, url = system.url): Promise<ClientSocket> =>
  meanwhile(openWebSocket(`${url}${path}`, ann.token, headers))

async function passTo(at: number): Promise<void> {
  ahead = at - Date.now()
  await vi.advanceTimersByTimeAsync(2 * second)
}

async function endOf(id: string): Promise<number> {
  const { json } = await meanwhile(ann.call('GET', `/access-requests/${id}`))
  return Date.parse((json as { grant: { until: string } }).grant.until)
}

const textOf = async (socket: ClientSocket) => (await meanwhile(socket.readToEnd())).join('')
const timeOf = (at: number) => `${new Date(at).toISOString().slice(11, 16)} UTC`
const eventsOf = async (kind: string) => (await system.events()).filter((event) => event.kind === kind)
const endsIn = (id: string, left: string, end: number) =>
  `\r\nrack-gateway: your access (request ${id}) ends in ${left}, at ${timeOf(end)}. To extend it: rack-gateway request --extend ${id}\r\n`

test('a session is told five minutes and one minute before its grant ends, and ends with it', async () => {
  const id = await grantFor()
  const end = await endOf(id)
  const [shell, output] = [await open(), await open({ Command: 'bash' })]
  const logs = await meanwhile(openWebSocket(`${system.url}/apps/myapp/logs`, ann.token, { Width: '80' }))
  for (const left of [6 * minute, 5 * minute, 3 * minute, minute, 30 * second]) await passTo(end - left)
  await passTo(end)
  const text = await textOf(shell)
  expect(text.match(/rack-gateway: your access/g)).toHaveLength(2)
  expect(text).toContain(endsIn(id, '5 minutes', end))
  expect(text).toContain(endsIn(id, '1 minute', end))
  expect(text).toContain(`ERROR: Your access by the request ${id} ended at ${timeOf(end)}.\n`)
  expect(text).toMatch(/:1\n$/)
  expect(await textOf(output)).not.toContain('rack-gateway: your access')
  await meanwhile(logs.closed())
  await expect.poll(() => eventsOf('closed')).toHaveLength(3)
})

test('a revocation at another replica ends a session with the note of the reviewer', async () => {
  const id = await grantFor()
  const shell = await open(terminal, replica.url)
  const note = 'done "now", 100% [2J'
  expect((await meanwhile(lead.call('POST', `/access-requests/${id}/revoke`, { note }))).status).toBe(200)
  expect(await textOf(shell)).toContain(
    `ERROR: Your access by the request ${id} was revoked by lead@example.com: "done 'now', 100percent [2J".\n`,
  )
})

test('a session continues under the grant of an extension, whose history has it', async () => {
  const first = await grantFor()
  const shell = await open()
  const next = await grantFor({ ...halfHour, seconds: 3_000, extends: first })
  const [end, nextEnd] = [await endOf(first), await endOf(next)]
  for (const left of [5 * minute, minute, 0]) await passTo(end - left)
  await expect.poll(() => eventsOf('access-request.continued')).toHaveLength(1)
  const [[opened], [continued]] = [await eventsOf('opened'), await eventsOf('access-request.continued')]
  expect(opened?.decision).toMatchObject({ grant: first })
  expect(continued).toMatchObject({
    of: opened?.id,
    decision: { effect: 'allow', grant: next },
    detail: { previous: first },
  })
  const live = async () =>
    ((await meanwhile(lead.call('GET', `/access-requests/${next}`))).json as { live: object[] }).live
  await vi.advanceTimersByTimeAsync(second)
  await expect.poll(live).toHaveLength(1)
  await passTo(nextEnd)
  const text = await textOf(shell)
  expect(text).not.toContain(first)
  expect(text).toContain(`Your access by the request ${next} ended at`)
  await expect.poll(() => eventsOf('closed')).toMatchObject([{ decision: { grant: next } }])
})

test('a session ends with its grant while the database does not respond', async () => {
  const id = await grantFor()
  const end = await endOf(id)
  const shell = await open()
  await passTo(end - 10 * second)
  const endOutage = await beginOutage(system.database, 'paused')
  try {
    await passTo(end)
    expect(await textOf(shell)).toContain(`Your access by the request ${id} ended at`)
  } finally {
    await endOutage()
  }
})
