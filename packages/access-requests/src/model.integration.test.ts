import { sharedFixture } from '@rack-gateway/database/testing'
import type { RequestRule } from '@rack-gateway/rbac-policy'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hour, minute, type Person, type RequestsOfTest, ruleOf, startRequests } from './testing/start-requests.ts'

const shared = sharedFixture(startRequests)

const rules: readonly RequestRule[] = [
  ruleOf({ id: 'one-review' }),
  ruleOf({ id: 'two-reviews', reviews: 2 }),
  ruleOf({ id: 'on-use', workStarts: 'firstUse', longest: 2 * hour }),
  ruleOf({ id: 'automatic', reviews: 0, reviewers: [] }),
]

/** A naive model: it has no table, and moves every request on each step of its clock. */
interface ModelRequest {
  readonly rule: RequestRule
  readonly wantedStart: number | null
  readonly wantedSeconds: number
  readonly lapsesAt: number
  state: string
  approvals: { readonly by: string; readonly seconds: number }[]
  from: number
  until: number
  seconds: number
}

interface Model {
  now: number
  readonly requests: ModelRequest[]
}

interface Real {
  readonly requests: RequestsOfTest
  readonly ann: Person
  readonly others: readonly Person[]
  readonly ids: string[]
  readonly grantsOfAnn: () => Promise<readonly { readonly id: string }[]>
}

function settle({ requests, now }: Model): void {
  for (const request of requests) {
    const isOnUse = request.rule.workStarts === 'firstUse'
    if (request.state === 'pending' && request.lapsesAt <= now) request.state = 'lapsed'
    if (request.state === 'approved' && isOnUse && request.until <= now) request.state = 'lapsed'
    if (request.state === 'approved' && !isOnUse && request.from <= now) request.state = 'active'
    if (request.state === 'active' && request.until <= now) request.state = 'ended'
  }
}

function approveInModel(request: ModelRequest, now: number): void {
  const { wantedStart, rule } = request
  request.seconds = Math.min(request.wantedSeconds, ...request.approvals.map(({ seconds }) => seconds))
  request.from = wantedStart === null || wantedStart < now ? now : wantedStart
  request.state = 'approved'
  if (rule.workStarts === 'firstUse') request.until = request.from + rule.longest
  else if (wantedStart === null) request.until = request.from + request.seconds * 1_000
  else request.until = Math.min(request.from + request.seconds * 1_000, wantedStart + request.seconds * 1_000)
}

/** Whether an approval now would leave any time. */
function leavesTime({ wantedStart, rule, wantedSeconds, approvals }: ModelRequest, seconds: number, now: number) {
  if (rule.workStarts === 'firstUse' || wantedStart === null) return true
  const end = wantedStart + Math.min(wantedSeconds, seconds, ...approvals.map((one) => one.seconds)) * 1_000
  return end - Math.max(now, wantedStart) >= 1_000
}

type Step = (model: Model, real: Real) => Promise<void>

class Command implements fc.AsyncCommand<Model, Real> {
  readonly #name: string
  readonly #step: Step
  constructor(name: string, step: Step) {
    this.#name = name
    this.#step = step
  }
  check = () => true
  toString = () => this.#name
  async run(model: Model, real: Real): Promise<void> {
    await this.#step(model, real)
    settle(model)
    await expectSame(model, real)
  }
}

async function expectSame(model: Model, { requests: { lists }, ids, ann, others, grantsOfAnn }: Real): Promise<void> {
  const live: string[] = []
  const { items } = await lists.page({ limit: 100 }, { user: ann.id })
  const reviews = await lists.reviews(ids)
  for (const [at, id] of ids.entries()) {
    const expected = model.requests[at]
    const actual = items.find((item) => item.id === id)
    if (expected === undefined || actual === undefined) throw new Error('The request is missing.')
    expect(actual.state).toBe(expected.state)
    if (expected.state !== 'approved' && expected.state !== 'active') continue
    live.push(id)
    expect([actual.grantFrom, actual.grantUntil]).toEqual([new Date(expected.from), new Date(expected.until)])
    const approvers = new Set(reviews.get(id)?.map(({ approved, reviewer }) => (approved ? reviewer.id : null)))
    expect(approvers.size).toBeGreaterThanOrEqual(expected.rule.reviews)
    for (const approver of approvers) expect(others.map((one) => one.id)).toContain(approver)
  }
  expect((await grantsOfAnn()).map(({ id }) => id).toSorted()).toEqual(live.toSorted())
}

/** Acts on one of the requests, and expects success exactly if `isAllowed`. */
function act(
  name: string,
  pick: number,
  isAllowed: (request: ModelRequest, now: number) => boolean,
  run: (real: Real, id: string, rule: RequestRule) => Promise<unknown>,
  apply: (request: ModelRequest, now: number) => void,
): Command {
  return new Command(`${name}(${pick})`, async (model, real) => {
    if (real.ids.length === 0) return
    const at = pick % real.ids.length
    const request = model.requests[at]
    if (request === undefined) return
    const isDone = await run(real, real.ids[at] ?? '', request.rule).then(
      () => true,
      (error: { readonly code?: string }) => {
        if (!error.code?.startsWith('RGW_')) throw error
        return false
      },
    )
    expect(isDone).toBe(isAllowed(request, model.now))
    if (isDone) apply(request, model.now)
  })
}

const pick = fc.nat({ max: 9 })
const seconds = fc.constantFrom(60, 600, 3_600)
const isPending = ({ state }: ModelRequest) => state === 'pending'
const person = (real: Real, at: number): Person => {
  const found = [...real.others, real.ann][at]
  if (found === undefined) throw new Error('There is no such person.')
  return found
}

const commands = [
  fc.record({ rule: fc.constantFrom(...rules), seconds, startIn: fc.constantFrom(null, 0, minute, 40 * minute) }).map(
    ({ rule, seconds: wantedSeconds, startIn }) =>
      new Command(`ask(${rule.id}, ${wantedSeconds}, ${startIn})`, async (model, { requests: { ask }, ann, ids }) => {
        const start = startIn === null ? null : model.now + startIn
        const asked = ask(ann, { seconds: wantedSeconds, startsAt: start }, rule)
        const open = model.requests.filter(({ state }) => ['pending', 'approved', 'active'].includes(state))
        if (open.length >= 10) return expect(asked).rejects.toMatchObject({ code: 'RGW_TOO_MANY_OPEN_REQUESTS' })
        ids.push(await asked)
        const wantedStart = start === null || start <= model.now ? null : start
        const end = wantedStart === null ? Number.POSITIVE_INFINITY : wantedStart + wantedSeconds * 1_000
        const request: ModelRequest = {
          rule,
          wantedStart,
          wantedSeconds,
          lapsesAt: Math.min(model.now + rule.answerWithin, end),
          state: 'pending',
          approvals: [],
          from: 0,
          until: 0,
          seconds: 0,
        }
        model.requests.push(request)
        if (rule.reviews === 0) approveInModel(request, model.now)
      }),
  ),
  fc.record({ pick, by: fc.nat({ max: 3 }), seconds }).map(({ pick: at, by, seconds: granted }) =>
    act(
      `approve by ${by} for ${granted}`,
      at,
      (request, now) =>
        isPending(request) &&
        by < 3 &&
        !request.approvals.some((one) => one.by === `${by}`) &&
        granted <= request.wantedSeconds &&
        leavesTime(request, granted, now),
      (real, id, rule) => real.requests.approve(person(real, by), id, { seconds: granted }, { rule }),
      (request, now) => {
        request.approvals.push({ by: `${by}`, seconds: granted })
        if (request.approvals.length >= request.rule.reviews) approveInModel(request, now)
      },
    ),
  ),
  fc.record({ pick, by: fc.nat({ max: 3 }) }).map(({ pick: at, by }) =>
    act(
      `deny by ${by}`,
      at,
      (request) => isPending(request) && by < 3 && !request.approvals.some((one) => one.by === `${by}`),
      (real, id, rule) => real.requests.deny(person(real, by), id, { rule }),
      (request) => {
        request.state = 'denied'
      },
    ),
  ),
  fc.record({ pick, by: fc.constantFrom(0, 3) }).map(({ pick: at, by }) =>
    act(
      `cancel by ${by}`,
      at,
      (request) => isPending(request) && by === 3,
      (real, id) => real.requests.cancel(person(real, by), id),
      (request) => {
        request.state = 'canceled'
      },
    ),
  ),
  pick.map((at) =>
    act(
      'revoke',
      at,
      ({ state }) => state === 'approved' || state === 'active',
      (real, id) => real.requests.revoke(real.ann, id),
      (request) => {
        request.state = 'revoked'
      },
    ),
  ),
  pick.map((at) =>
    act(
      'use',
      at,
      ({ state, rule, from }, now) =>
        state === 'active' || (state === 'approved' && rule.workStarts === 'firstUse' && from <= now),
      (real, id) => real.requests.use(real.ann, id),
      (request, now) => {
        if (request.state === 'active') return
        request.state = 'active'
        request.from = now
        request.until = now + request.seconds * 1_000
      },
    ),
  ),
  fc.constantFrom(1, 59_999, minute, 10 * minute, hour, 2 * hour).map(
    (time) =>
      new Command(`wait(${time})`, async (model, { requests: { clock } }) => {
        model.now += time
        clock.time = model.now
      }),
  ),
  fc.constant(new Command('sweep', async (_, { requests }) => requests.createSweep().sweep())),
]

const runs = Math.max(25, Number(process.env.PROPERTY_RUNS ?? 0))
let run = 0

test('the store and a naive model agree after any sequence of commands', async () => {
  const requests = shared()
  const property = fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: 'max' }), async (sequence) => {
    run++
    const ann = await requests.user(`ann-${run}@example.com`)
    const others: Person[] = []
    for (const name of ['bob', 'carol', 'dave']) others.push(await requests.user(`${name}-${run}@example.com`))
    const readPrincipal = await requests.principalReader(ann, 'session')
    const grantsOfAnn = async () => (await readPrincipal()).grants ?? []
    const setup = () => ({
      model: { now: requests.clock.time, requests: [] },
      real: { requests, ann, others, ids: [], grantsOfAnn },
    })
    await fc.asyncModelRun(setup, sequence)
  })
  await fc.assert(property, { numRuns: runs })
})
