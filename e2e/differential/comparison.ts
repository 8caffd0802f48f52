import type { ReceivedRequest } from '@rack-gateway/demo-rack'
import { expect } from 'vitest'
import type { System } from '../support/gateway/system.ts'
import {
  type DecidedCall,
  headerOf,
  judgedMeaning,
  judgedNames,
  rackMeaning,
  trimmed,
  type Understanding,
  watchDecisions,
} from './understanding.ts'
import { bytesOfCall, headersOf, statusOf, type WireCall } from './wire-call.ts'

/** What became of a call. */
export interface Outcome {
  readonly tag: string
  readonly status: number
  /** What both understood, where the rack got it. */
  readonly meaning: Understanding | null
}

export interface Caller {
  readonly token: string
  /** As the rack's own audit is to have it. */
  readonly name: string
}

/** What the gateway asks a rack by itself: before it decides, and for the list of racks in console mode. Always with GET. */
const ownQuestion =
  /^\/system$|^\/apps(\/[^/?]+\/(processes\/[^/?]+|builds\/[A-Za-z0-9-]+|services|resources|releases(\/[^/?]+|\?limit=1)))?$/

/** Sends calls one after the other, and compares what was decided on with what the rack got and understood. */
export function createComparison(system: System) {
  const decided = watchDecisions(system.app)
  const { rack } = system
  let sent = 0

  /** @throws when the two differ in anything, or when something that was refused left a trace at the rack */
  async function compare(call: WireCall, caller: Caller): Promise<Outcome> {
    const tag = `differential/${++sent}`
    rack.clearReceived()
    decided()
    const status = await statusOf(system, bytesOfCall(call, caller.token, tag))
    const { heard, questions } = heardOf(rack.received, tag)
    for (const { method, target } of questions)
      expect([method, target]).toEqual(['GET', expect.stringMatching(ownQuestion)])
    const [received, ...more] = heard
    expect(more).toEqual([])
    const [evaluated, ...again] = decided()
    expect(again).toEqual([])
    if (received === undefined) {
      const isServedByGateway = isConsoleLogin(call) && status === 200
      expect(
        status === 0 || (status >= 400 && status < 500) || isRefusedInWords(call, status) || isServedByGateway,
      ).toBe(true)
      return { tag, status, meaning: null }
    }
    if (evaluated === undefined) throw new Error('the rack got what was not decided on')
    expect(evaluated.decision.effect).toBe('allow')
    compareBytes(call, received)
    compareHeaders(call, evaluated, received)
    expect(headerOf(received.rawHeaders, 'convox-actor')).toBe(caller.name)
    return { tag, status, meaning: compareMeanings(call, evaluated, received) }
  }
  return { compare }
}

export type Comparison = ReturnType<typeof createComparison>

function heardOf(received: readonly ReceivedRequest[], tag: string) {
  const isOurs = ({ rawHeaders }: ReceivedRequest) => rawHeaders.includes(tag)
  return { heard: received.filter(isOurs), questions: received.filter((request) => !isOurs(request)) }
}

/** The gateway answers this call of console mode itself. Under `/rack/<name>`, it is the rack's. */
function isConsoleLogin({ method, target, websocket }: WireCall): boolean {
  return method === 'GET' && !websocket && /^\/auth(\?|$)/.test(target)
}

function isRefusedInWords({ websocket }: WireCall, status: number): boolean {
  return websocket && status === 101
}

function compareMeanings(call: WireCall, { call: rackCall }: DecidedCall, received: ReceivedRequest): Understanding {
  const meaning = rackMeaning(received)
  expect(judgedMeaning(rackCall, call)).toEqual(meaning)
  expect(judgedNames(rackCall)).toEqual(expect.arrayContaining(Object.keys(meaning.parameters)))
  return meaning
}

/** The same method, target and body, byte for byte. */
function compareBytes(call: WireCall, { method, target, body }: ReceivedRequest): void {
  expect([method, target]).toEqual([call.method, call.target.replace(/^\/rack\/[^/?]+(?=\/)/, '')])
  expect(body.bytes.toString('latin1')).toBe(call.body)
}

/** What the route allows, each once and byte for byte, and nothing else of the caller's. */
function compareHeaders(call: WireCall, evaluated: DecidedCall, { rawHeaders }: ReceivedRequest): void {
  const allowed = new Set([...always, ...evaluated.call.route.headers.map((name) => name.toLowerCase())])
  const sent = headersOf(call).map(([name, value]) => [name.toLowerCase(), trimmed(value)] as const)
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    if (own.has(name)) continue
    expect([...allowed]).toContain(name)
    expect(sent.filter(([other]) => other === name)).toEqual([[name, rawHeaders[at + 1]]])
  }
}

/** Of the caller, on every route. */
const always = ['accept', 'content-type', 'version']

/** Headers of the gateway's own connection to the rack. */
const own = new Set([
  ...[
    'host',
    'authorization',
    'user-agent',
    'convox-actor',
    'accept-encoding',
    'connection',
    'content-length',
    'transfer-encoding',
  ],
  ...['upgrade', 'sec-websocket-key', 'sec-websocket-version'],
])
