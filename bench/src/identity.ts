/** Measures authentication: a known token, forged tokens, and the memory of cached sessions. */
import { randomBytes, randomUUID } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { crc32 } from 'node:zlib'
import { type CredentialRecord, createIdentities, createRevision, createTokenMint, isDenial } from '@rack-gateway/auth'
import { machine } from './machine.ts'
import { findCores } from './processes/cores.ts'

const sessions = 100_000
const maxMemory = 64 * 1_024 * 1_024
const rounds = 5
const hour = 3_600_000
// Parts of a token; see docs/decisions/0004-token-format.md.
const checkWidth = 6
const changedWidth = 4
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')

const mint = createTokenMint([randomBytes(32)])
const otherGateway = createTokenMint([randomBytes(32)])
const revision = createRevision(Date)
revision.update('1', Date.now())
let lookUps = 0
const identities = createIdentities({
  directory: { find: async () => sessionOf(++lookUps) },
  revision,
  clock: Date,
  maxStale: Number.POSITIVE_INFINITY,
})
const issue = (from = mint) => from.issue('session', Date.now() + 720 * hour).token

console.log(JSON.stringify(machine(findCores())))
const missedTargets: string[] = []
await report('a known token', [issue()], { times: 200_000, maxMicros: 20 })
await report('forged signatures, all different', forgedTokens(), { times: 100_000, maxMicros: 10 })
await report('of another gateway', [issue(otherGateway)], { times: 200_000, maxMicros: 10 })
await report('mistyped', [`${issue().slice(0, -1)}!`], { times: 200_000, maxMicros: 10 })
await reportMemory('without groups', { groups: 0, users: sessions, minSessions: sessions })
await reportMemory('of 20,000 people in 40 groups each', { groups: 40, users: 20_000, minSessions: 0.75 * sessions })
await reportMemory('of 100,000 people in 40 groups each', { groups: 40, users: sessions, minSessions: 0.4 * sessions })
for (const target of missedTargets) console.error(`missed: ${target}`)
process.exitCode = missedTargets.length === 0 ? 0 : 1

/** Different tokens with valid check digits and an invalid signature. */
function forgedTokens(): string[] {
  const validToken = issue()
  return Array.from({ length: 100_000 }, (_, index) => {
    const body = validToken.slice(0, -checkWidth - changedWidth) + base62(index, changedWidth)
    return body + base62(crc32(body), checkWidth)
  })
}

function base62(number: number, width: number): string {
  let text = ''
  for (let left = number; text.length < width; left = Math.floor(left / 62)) text = (digits[left % 62] ?? '') + text
  return text
}

function check(isMet: boolean, target: string): void {
  if (!isMet) missedTargets.push(target)
}

/** @param target the number of calls, and the maximum for the median of the rounds, in microseconds */
async function report(
  name: string,
  tokens: readonly string[],
  { times, maxMicros }: { readonly times: number; readonly maxMicros: number },
): Promise<void> {
  await ask(tokens, times)
  const before = lookUps
  const micros: number[] = []
  for (let round = 0; round < rounds; round++) micros.push(await ask(tokens, times))
  const reasons = new Set(tokens.slice(0, 100).map(ruleOf))
  micros.sort((a, b) => a - b)
  check((micros[rounds >> 1] ?? Number.POSITIVE_INFINITY) <= maxMicros, `${name}: at most ${maxMicros} µs`)
  check(lookUps === before, `${name}: no look-up`)
  const formatted = [micros[rounds >> 1], micros[0], micros.at(-1)].map((one) => one?.toFixed(2))
  console.log(
    `${name} (${[...reasons].join(', ')}): ${formatted[0]} µs (${formatted[1]}–${formatted[2]}), ${lookUps - before} look-ups`,
  )
}

function ruleOf(token: string): string {
  const reading = mint.verify(token, Date.now())
  return isDenial(reading) ? reading.rule : 'known'
}

/** @returns microseconds per token */
async function ask(tokens: readonly string[], times: number): Promise<number> {
  const started = performance.now()
  for (let time = 0; time < times; time++) {
    const reading = mint.verify(tokens[time % tokens.length] ?? '', Date.now())
    if (!isDenial(reading)) await identities.find(reading)
  }
  return ((performance.now() - started) * 1_000) / times
}

interface CacheMeasurement {
  readonly groups: number
  readonly users: number
  /** The minimum number of sessions in the cache. */
  readonly minSessions: number
}

/** Measures the memory of a new cache, because the cache of `identities` is not empty. */
async function reportMemory(name: string, { groups, users, minSessions }: CacheMeasurement): Promise<void> {
  const mint = createTokenMint([randomBytes(32)])
  const issue = () => mint.issue('session', Date.now() + 720 * hour).token
  let number = 0
  const find = async () => sessionOf(number++ % users, groups)
  const identities = createIdentities({
    directory: { find },
    revision,
    clock: Date,
    maxStale: Number.POSITIVE_INFINITY,
  })
  const tokens = Array.from({ length: sessions }, () => issue())
  const before = heap()
  for (const token of tokens) {
    const reading = mint.verify(token, Date.now())
    if (!isDenial(reading)) await identities.find(reading)
  }
  const grownBytes = heap() - before
  const cachedSessions = identities.cached()
  check(cachedSessions >= minSessions, `sessions ${name}: at least ${minSessions} in the cache`)
  check(grownBytes <= maxMemory, `sessions ${name}: at most 64 MiB`)
  console.log(
    `${cachedSessions} sessions ${name} in the cache: ${(grownBytes / 1024 / 1024).toFixed(1)} MiB, ${(grownBytes / cachedSessions).toFixed(0)} bytes each`,
  )
}

function heap(): number {
  if (typeof collectGarbage === 'function') for (let time = 0; time < 3; time++) collectGarbage()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + external + arrayBuffers
}

/** Returns a new flat string each time, like the database's driver. */
function fromDriver(text: string): string {
  return Buffer.from(text).toString('latin1')
}

function uuid(): string {
  return fromDriver(randomUUID())
}

/** A session of a person. The same number always gives the same person. */
function sessionOf(number: number, groups = 0): CredentialRecord {
  const id = uuid()
  return {
    kind: 'session',
    id,
    rack: null,
    expiresAt: new Date(Date.now() + 720 * hour),
    endedAt: null,
    superseded: null,
    user: {
      kind: 'user',
      id: fromDriver(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`),
      email: fromDriver(`person-${number}@example.com`),
      lockedAt: null,
      hasSecondFactor: false,
      groups: Array.from({ length: groups }, (_, at) =>
        fromDriver(`team-${(number * 7 + at * 13) % 2_000}@example.com`),
      ),
      bindings: ['viewer', 'deployer'].map((role) => ({
        id: uuid(),
        role: fromDriver(role),
        racks: '*',
        apps: fromDriver('web-*'),
        expiresAt: null,
      })),
    },
  }
}
