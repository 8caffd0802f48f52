/** What it costs to know a caller: a token that is known, tokens that are forged, and what remembered sessions hold in memory. */
import { randomBytes, randomUUID } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { crc32 } from 'node:zlib'
import { type CredentialRecord, createIdentities, createRevision, createTokenMint, isRefusal } from '@rack-gateway/auth'
import { machine } from './machine.ts'
import { findCores } from './processes/cores.ts'

const sessions = 100_000
const rounds = 5
const hour = 3_600_000
// Of a token; see docs/decisions/0004-token-format.md.
const checkWidth = 6
const changedWidth = 4
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')

const mint = createTokenMint([randomBytes(32)])
const stranger = createTokenMint([randomBytes(32)])
const revision = createRevision(Date)
revision.seen('1', Date.now())
let lookUps = 0
const identities = createIdentities({
  directory: { find: async () => sessionOf(++lookUps) },
  revision,
  clock: Date,
  capacity: sessions,
  maxStale: Number.POSITIVE_INFINITY,
})
const issue = (from = mint) => from.issue('session', Date.now() + 720 * hour).token

console.log(JSON.stringify(machine(findCores())))
await report('a known token', [issue()], 200_000)
await report('a forged signature, each another one', forged(), 100_000)
await report('of another gateway', [issue(stranger)], 200_000)
await report('mistyped', [`${issue().slice(0, -1)}!`], 200_000)
await reportMemory()

/** Tokens whose check digits are right and whose signature is not, each of them new. */
function forged(): string[] {
  const own = issue()
  return Array.from({ length: 100_000 }, (_, index) => {
    const body = own.slice(0, -checkWidth - changedWidth) + base62(index, changedWidth)
    return body + base62(crc32(body), checkWidth)
  })
}

function base62(number: number, width: number): string {
  let text = ''
  for (let left = number; text.length < width; left = Math.floor(left / 62)) text = (digits[left % 62] ?? '') + text
  return text
}

async function report(name: string, tokens: readonly string[], times: number): Promise<void> {
  await ask(tokens, times)
  const before = lookUps
  const micros: number[] = []
  for (let round = 0; round < rounds; round++) micros.push(await ask(tokens, times))
  const reasons = new Set(tokens.slice(0, 100).map(ruleOf))
  micros.sort((a, b) => a - b)
  const shown = [micros[rounds >> 1], micros[0], micros.at(-1)].map((one) => one?.toFixed(2))
  console.log(
    `${name} (${[...reasons].join(', ')}): ${shown[0]} µs (${shown[1]}–${shown[2]}), ${lookUps - before} look-ups`,
  )
}

function ruleOf(token: string): string {
  const reading = mint.read(token, Date.now())
  return isRefusal(reading) ? reading.rule : 'known'
}

/** @returns microseconds a token */
async function ask(tokens: readonly string[], times: number): Promise<number> {
  const started = performance.now()
  for (let time = 0; time < times; time++) {
    const reading = mint.read(tokens[time % tokens.length] ?? '', Date.now())
    if (!isRefusal(reading)) await identities.find(reading)
  }
  return ((performance.now() - started) * 1_000) / times
}

async function reportMemory(): Promise<void> {
  const tokens = Array.from({ length: sessions }, () => issue())
  const before = heap()
  for (const token of tokens) {
    const reading = mint.read(token, Date.now())
    if (!isRefusal(reading)) await identities.find(reading)
  }
  const grown = heap() - before
  console.log(
    `${sessions} sessions in the cache: ${(grown / 1024 / 1024).toFixed(1)} MiB, ${(grown / sessions).toFixed(0)} bytes each`,
  )
}

function heap(): number {
  if (typeof collectGarbage === 'function') for (let time = 0; time < 3; time++) collectGarbage()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + external + arrayBuffers
}

/** One string in memory, as the database's driver gives it; Node puts its own together from pieces. */
function uuid(): string {
  return Buffer.from(randomUUID()).toString('latin1')
}

function sessionOf(number: number): CredentialRecord {
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
      id: uuid(),
      email: Buffer.from(`person-${number}@example.com`).toString('latin1'),
      lockedAt: null,
      groups: [],
      bindings: ['viewer', 'deployer'].map((role) => ({
        id: uuid(),
        role,
        racks: '*',
        apps: 'web-*',
        expiresAt: null,
      })),
    },
  }
}
