import type { Database } from '@rack-gateway/database'
import { sharedFixture } from '@rack-gateway/database/testing'
import type { Principal } from '@rack-gateway/rbac-policy'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRequestLists } from './request-lists.ts'
import { type Transition, transitions } from './states.ts'
import type { Sweep } from './sweep.ts'
import {
  type Account,
  isOpen,
  type ModelRequest,
  type ModelRule,
  type ModelTerms,
  RequestModel,
} from './testing/request-model.ts'
import { day, hour, minute, type Person, ruleOf, startOfTest, startRequests } from './testing/start-requests.ts'

const shared = sharedFixture(startRequests)
const names = ['ann', 'annSameEmail', 'annSameSubject', 'bob', 'bobSameEmail', 'carol', 'dave'] as const
type Name = (typeof names)[number]
const endOfTest = startOfTest + 30 * day
let count = 0

interface Process {
  readonly database: Database
  readonly sweep: Sweep
}

interface Real {
  readonly accounts: Readonly<Record<Name, Account>>
  readonly principals: ReadonlyMap<Account, () => Promise<Principal>>
  readonly processes: readonly [Process, Process]
}

/** Fresh users, so that runs share one database. */
async function newAccounts(): Promise<Real['accounts']> {
  const { user, admin } = shared()
  count++
  const known = async (name: string): Promise<Account> => ({
    ...(await user(`${name}-${count}@example.com`)),
    human: name,
  })
  async function otherAccount(human: string, subject: string, email: string): Promise<Account> {
    const [person] = await admin<Person[]>`
      insert into gateway.users (id, issuer, subject, email)
      values (gen_random_uuid(), 'https://id.example.com', ${subject}, ${email}) returning id, email`
    if (person === undefined) throw new Error('A user is missing.')
    return { ...person, human }
  }
  const [ann, bob, carol, dave] = [await known('ann'), await known('bob'), await known('carol'), await known('dave')]
  return {
    ann,
    annSameEmail: await otherAccount('ann', `ann-${count}`, ann.email.toUpperCase()),
    annSameSubject: await otherAccount('ann', ann.email, `ann-too-${count}@example.com`),
    bob,
    bobSameEmail: await otherAccount('bob', `bob-${count}`, bob.email),
    carol,
    dave,
  }
}

function storeRule({ reviews, startsWithUse }: ModelRule) {
  return ruleOf({ reviews, workStarts: startsWithUse ? 'firstUse' : 'approval' })
}

/** Starts are relative to the clock when the command runs. */
function termsAt<T extends Partial<ModelTerms>>(terms: T, now: number): T {
  const { startsAt } = terms
  return typeof startsAt === 'number' ? { ...terms, startsAt: now + startsAt } : terms
}

function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: { readonly code?: string }) => error.code ?? String(error),
  )
}

type ModelCommand = fc.AsyncCommand<RequestModel, Real>

/** A command about one of the requests made so far, mostly one that is not over. */
function onRequest(
  name: string,
  nth: number,
  run: (request: ModelRequest, model: RequestModel, real: Real) => Promise<void>,
): ModelCommand {
  return {
    check: ({ requests }) => requests.length > 0,
    async run(model, real) {
      const open = model.requests.filter(isOpen)
      const requests = nth > 0 && open.length > 0 ? open : model.requests
      const request = requests.at(-1 - (nth % requests.length))
      if (request === undefined) throw new Error('A request is missing.')
      await run(request, model, real)
      await compare(model, real)
    },
    toString: () => `request ${nth}: ${name}`,
  }
}

function ask(name: 'ann' | 'bob', rule: ModelRule, relative: ModelTerms, at: number): ModelCommand {
  return {
    check: () => true,
    async run(model, real) {
      const requester = real.accounts[name]
      const terms = termsAt(relative, model.now)
      const expected = model.ask(requester, rule, terms)
      let id = ''
      const outcome = await outcomeOf(
        shared()
          .ask(requester, terms, storeRule(rule), real.processes[at]?.database)
          .then((made) => {
            id = made
          }),
      )
      expect(outcome).toBe(expected)
      const made = model.requests.at(-1)
      if (expected === 'done' && made !== undefined) made.id = id
      await compare(model, real)
    },
    toString: () => `${name} asks ${JSON.stringify({ rule, ...relative })}, process ${at}`,
  }
}

function approve(nth: number, by: Name, relative: Partial<ModelTerms>, gone: Name | null, at: number): ModelCommand {
  const description = `${by} approves ${JSON.stringify(relative)} without ${gone}, process ${at}`
  return onRequest(description, nth, async (request, model, real) => {
    const account = real.accounts[by]
    const less = termsAt(relative, model.now)
    const goneAccount = gone === null ? null : real.accounts[gone]
    const expected = model.approve(account, request, less, goneAccount)
    const outcome = shared().approve(account, request.id, less, {
      rule: storeRule(request.rule),
      isStillReviewer: (id) => id !== goneAccount?.id,
      ...processOf(real, at),
    })
    expect(await outcomeOf(outcome)).toBe(expected)
  })
}

function deny(nth: number, by: Name, at: number): ModelCommand {
  return onRequest(`${by} denies, process ${at}`, nth, async (request, model, real) => {
    const account = real.accounts[by]
    const expected = model.deny(account, request)
    const options = { rule: storeRule(request.rule), ...processOf(real, at) }
    expect(await outcomeOf(shared().deny(account, request.id, options))).toBe(expected)
  })
}

/** @param by null: the user who asked */
function cancel(nth: number, by: Name | null, at: number): ModelCommand {
  return onRequest(`${by ?? 'its user'} cancels, process ${at}`, nth, async (request, model, real) => {
    const account = by === null ? request.requester : real.accounts[by]
    const expected = model.cancel(account, request)
    expect(await outcomeOf(shared().cancel(account, request.id, real.processes[at]?.database))).toBe(expected)
  })
}

function revoke(nth: number, by: Name, at: number): ModelCommand {
  return onRequest(`${by} revokes, process ${at}`, nth, async (request, model, real) => {
    const account = real.accounts[by]
    const expected = model.revoke(account, request)
    expect(await outcomeOf(shared().revoke(account, request.id, null, real.processes[at]?.database))).toBe(expected)
  })
}

/** @param by null: the user who asked */
function use(nth: number, by: Name | null, at: number): ModelCommand {
  return onRequest(`${by ?? 'its user'} uses it, process ${at}`, nth, async (request, model, real) => {
    const account = by === null ? request.requester : real.accounts[by]
    const expected = model.use(account, request)
    const used = shared().use(account, request.id, real.processes[at]?.database)
    expect(await outcomeOf(used)).toBe(expected)
    if (expected === 'done') expect(await used).toEqual({ until: request.grant?.until })
  })
}

/** Goes to a coming deadline, a millisecond before it, or a millisecond after it. */
function advance(nth: number, offset: number): ModelCommand {
  return {
    check: (model) => model.deadlines().length > 0,
    async run(model, real) {
      const deadlines = model.deadlines()
      model.advanceTo((deadlines[nth % deadlines.length] ?? model.now) + offset)
      shared().clock.time = model.now
      await compare(model, real)
    },
    toString: () => `the clock goes to deadline ${nth} ${offset < 0 ? '- 1' : `+ ${offset}`}`,
  }
}

function sweep(at: number): ModelCommand {
  return {
    check: () => true,
    async run(model, real) {
      await real.processes[at]?.sweep.sweep()
      await compare(model, real)
      expectAllEvents(model)
    },
    toString: () => `process ${at} sweeps`,
  }
}

function processOf(real: Real, at: number): { readonly process?: Database } {
  const database = real.processes[at]?.database
  return database === undefined ? {} : { process: database }
}

/** Each request, its reviews, and the grants of its user's session are what the model says at this time. */
async function compare(model: RequestModel, { accounts, principals, processes }: Real): Promise<void> {
  const [first, second] = processes.map(({ database }) => createRequestLists(database, shared().clock))
  if (first === undefined || second === undefined) throw new Error('A process is missing.')
  const [rows, reviews] = await Promise.all([
    Promise.all(model.requests.map(({ id }, at) => (at % 2 === 0 ? first : second).one(id))),
    first.reviews(model.requests.map(({ id }) => id)),
  ])
  const seen = rows.map(
    ({ id, state, answerBy, grantedRacks, grantedApps, grantedSeconds, grantFrom, grantUntil }) => ({
      id,
      state,
      answerBy: answerBy.getTime(),
      grant: grantFrom && {
        racks: grantedRacks,
        apps: grantedApps,
        seconds: grantedSeconds,
        from: grantFrom.getTime(),
        until: grantUntil?.getTime(),
      },
    }),
  )
  expect(seen).toEqual(model.requests.map(({ id, state, answerBy, grant }) => ({ id, state, answerBy, grant })))

  const humans = new Map(Object.values(accounts).map(({ id, human }) => [id, human]))
  for (const { id, rule, requester, grant, reviews: expected } of model.requests) {
    const approvals = (reviews.get(id) ?? []).filter(({ approved }) => approved)
    expect(approvals.map(({ reviewer }) => reviewer.id).sort()).toEqual(expected.map((one) => one.account.id).sort())
    const others = new Set(approvals.map(({ reviewer }) => humans.get(reviewer.id)))
    others.delete(requester.human)
    if (grant !== null) expect(others.size).toBeGreaterThanOrEqual(rule.reviews)
  }

  const read = await Promise.all(
    [...principals].map(async ([account, readPrincipal]) => ({ account, principal: await readPrincipal() })),
  )
  for (const { account, principal } of read) {
    const { grants = [] } = principal
    const live = grants.filter(({ startsAt, expiresAt }) => startsAt <= model.now && model.now < expiresAt)
    const expected = model.requests.flatMap((request) => {
      const { id, requester, grant, state } = request
      if (requester !== account || grant === null || !model.isLive(request)) return []
      const { racks, apps, from, until } = grant
      return [{ id, racks, apps, startsAt: from, expiresAt: until, startsWithUse: state === 'approved' }]
    })
    const byId = (one: { readonly id: string }, other: { readonly id: string }) => one.id.localeCompare(other.id)
    expect(
      live
        .map(({ id, racks, apps, startsAt, expiresAt, startsWithUse }) => {
          return { id, racks, apps, startsAt, expiresAt, startsWithUse }
        })
        .sort(byId),
    ).toEqual(expected.sort(byId))
  }
}

/** After a sweep, each transition has exactly one event, and is a row of the table. */
function expectAllEvents(model: RequestModel): void {
  const events = shared().events()
  expect(events).toHaveLength(model.requests.reduce((sum, request) => sum + request.events.length, 0))
  for (const request of model.requests) {
    const own = events.filter(({ detail }) => detail?.accessRequest === request.id)
    const kinds = own.map(({ kind, principal }) => `${kind.replace('access-request.', '')} by ${principal?.id}`)
    expect(kinds).toEqual(request.events)
    let state: Transition['from'] = null
    for (const { kind } of own) {
      const made: Transition | undefined = Object.values(transitions).find(
        (one) => one.from === state && one.event === kind,
      )
      expect(made, `${kind} of a request that is ${state}`).toBeDefined()
      state = made?.to ?? null
    }
    expect(state).toBe(request.state)
  }
}

const nth = fc.nat({ max: 6 })
const process = fc.constantFrom(0, 1)
const anyone = fc.constantFrom(...names)
const reviewer = fc.constantFrom<Name>('bob', 'carol', 'dave')
const rule = fc.record({ reviews: fc.constantFrom(1, 2, 1, 2, 0), startsWithUse: fc.boolean() })
const racks = fc.subarray(['production-eu', 'production-us'], { minLength: 1 })
const apps = fc.subarray(['web', 'api', 'worker'], { minLength: 1 })
const seconds = fc.constantFrom(3_600, 600, 1, 4 * 3_600)
const startsAt = fc.constantFrom(null, null, -minute, 1, 10 * minute, hour, 5 * hour, 7 * day + 1)
const wanted = fc.oneof(
  fc.constant({ racks: ['production-eu', 'production-us'], apps: ['web', 'api'], seconds: 3_600, startsAt: null }),
  fc.record({ racks, apps, seconds, startsAt }),
)
const granted = fc.oneof(
  fc.constant({}),
  fc.record(
    { racks, apps, seconds, startsAt: fc.constantFrom(-1, 1, 5 * minute, hour, 7 * day + 1) },
    { requiredKeys: [] },
  ),
)
const asking = fc
  .tuple(fc.constantFrom('ann', 'ann', 'ann', 'bob'), rule, wanted, process)
  .map((values) => ask(...values))
const approving = fc
  .tuple(nth, reviewer, fc.constant({}), fc.constant(null), process)
  .map((values) => approve(...values))
const approvingPart = fc.tuple(nth, anyone, granted, fc.option(reviewer), process).map((values) => approve(...values))
const using = fc.tuple(nth, fc.constant(null), process).map((values) => use(...values))
const advancing = fc.tuple(fc.constant(0), fc.constantFrom(-1, 0, 1)).map((values) => advance(...values))
/** The most useful commands are listed several times, so that they are drawn more often. */
const commands = [
  ...[asking, asking, asking],
  ...[approving, approving, approving, approving],
  ...[approvingPart, approvingPart],
  ...[using, using],
  ...[advancing, advancing],
  fc.tuple(nth, anyone, process).map((values) => deny(...values)),
  fc.tuple(nth, fc.option(anyone, { freq: 1 }), process).map((values) => cancel(...values)),
  fc.tuple(nth, anyone, process).map((values) => revoke(...values)),
  fc.tuple(nth, anyone, process).map((values) => use(...values)),
  fc.tuple(nth, fc.constantFrom(-1, 0, 1)).map((values) => advance(...values)),
  process.map(sweep),
]

/** Each run makes hundreds of queries. */
const runs = Math.ceil((fc.readConfigureGlobal().numRuns ?? 100) / 3)

test('whatever people, first uses, sweeps, and the clock do, requests and grants are what a plain model says', async () => {
  const { database, otherDatabase, clock, record, createSweep, principalReader } = shared()
  const processes = [
    { database, sweep: createSweep() },
    { database: otherDatabase, sweep: createSweep(undefined, otherDatabase) },
  ] as const
  /** Ends all requests, so that a run sweeps no requests of other runs. */
  async function end(): Promise<void> {
    clock.time = endOfTest
    await processes[0].sweep.sweep()
  }
  const property = fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: 'max' }), async (cmds) => {
    await end()
    clock.time = startOfTest
    const accounts = await newAccounts()
    const principals = new Map<Account, () => Promise<Principal>>()
    for (const account of [accounts.ann, accounts.bob]) {
      principals.set(account, await principalReader(account, 'session'))
    }
    record.mockClear()
    const model = new RequestModel()
    const real: Real = { accounts, principals, processes }
    await fc.asyncModelRun(() => ({ model, real }), cmds)
    await processes[0].sweep.sweep()
    await compare(model, real)
    expectAllEvents(model)
    model.advanceTo(endOfTest)
    await end()
    expectAllEvents(model)
    expect(model.requests.filter(isOpen)).toEqual([])
  })
  await fc.assert(property, { numRuns: runs })
})
