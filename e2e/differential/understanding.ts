import { isUtf8 } from 'node:buffer'
import { readParameters } from '@rack-gateway/convox-api'
import { type ReceivedRequest, splitCommand } from '@rack-gateway/demo-rack'
import type { Decision, RackCall } from '@rack-gateway/rbac-policy'
import type {} from '@rack-gateway/rbac-policy/plugin'
import type { FastifyInstance } from 'fastify'
import { headersOf, type WireCall } from './wire-call.ts'

/** One decision with all that it was made from. */
export interface DecidedCall {
  readonly call: RackCall
  readonly decision: Decision
}

/**
 * Records each new decision of this gateway, but not the repeated decisions about live streams.
 *
 * @returns a function that returns the decisions since its previous call
 */
export function watchDecisions({ policy }: FastifyInstance): () => DecidedCall[] {
  const evaluated: DecidedCall[] = []
  const seen = new WeakSet<RackCall['params']>()
  const { decide } = policy
  policy.decide = (principal, call) => {
    const decision = decide(principal, call)
    if (!seen.has(call.params)) evaluated.push({ call, decision })
    seen.add(call.params)
    return decision
  }
  return () => evaluated.splice(0)
}

/** What a call means, in words that the gateway and the rack share: their names for a path's parameters differ. */
export interface Understanding {
  readonly route: string
  /** The path's parameters, in order. */
  readonly path: readonly string[]
  readonly app: string | null
  readonly service: string | null
  readonly process: string | null
  readonly command: readonly string[] | string | null
  /** By lower-case name. Go reads an empty parameter and none alike, so neither is here. */
  readonly parameters: Readonly<Record<string, string>>
}

export function judgedMeaning(
  { route, params, app, service, process, command }: RackCall,
  sent: WireCall,
): Understanding {
  const { query, form, headers } = parametersOf(route, sent)
  const asBytes = !isUtf8(Buffer.from(headers.get('command') ?? '', 'latin1'))
  const printed = (word: string) => (asBytes ? textOf(word) : word)
  return {
    route: sharedRoute(route.id),
    path: Object.values(params),
    app,
    service,
    process: process?.id ?? params.pid ?? null,
    command: command === null ? null : (command.argv?.map(printed) ?? `not split: ${command.error}`),
    parameters: named([...query, ...form, ...[...headers].map(([name, value]) => [name, textOf(value)] as const)]),
  }
}

export function rackMeaning(received: ReceivedRequest): Understanding {
  const { route, variables, app, service, process, parameters, rawHeaders } = received
  const shared = sharedRoute(route ?? 'none')
  const command = parameters.command ?? parameters.Command ?? ''
  const starts = shared.endsWith('/exec') || shared === 'POST /apps/{}/services/{}/processes'
  return {
    route: shared,
    path: Object.values(variables),
    app,
    service,
    process,
    command: starts ? splitAtRack(command, headerOf(rawHeaders, 'command') ?? '') : null,
    parameters: named(Object.entries(parameters)),
  }
}

/** Names that the decision was made with must be those whose values are compared. */
export function judgedNames({ parameters }: RackCall): string[] {
  return [...parameters.query, ...parameters.form, ...parameters.headers].map((name) => name.toLowerCase()).sort()
}

/** What the gateway's reader makes of the bytes that were sent; a pure function, so it read the same before it decided. */
function parametersOf(route: RackCall['route'], sent: WireCall) {
  const mark = sent.target.indexOf('?')
  const headers = headersOf(sent)
  const read = readParameters(route, {
    method: sent.method,
    search: mark === -1 ? '' : sent.target.slice(mark),
    contentType: headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '',
    body: route.body === 'form' && sent.body !== '' ? Buffer.from(sent.body, 'latin1') : null,
    rawHeaders: headers.flatMap(([name, value]) => [name, trimmed(value)]),
  })
  if ('rule' in read) throw new Error(`it was decided on, and is refused when read again: ${read.reason}`)
  return read
}

/** As text where it is UTF-8, else byte for byte, as the rack does. */
function splitAtRack(command: string, bytes: string): readonly string[] | string {
  try {
    return textOf(bytes) === command && command.includes('\ufffd')
      ? splitCommand(bytes).map(textOf)
      : splitCommand(command)
  } catch (error) {
    return `not split: ${error instanceof Error ? error.message : ''}`
  }
}

function sharedRoute(id: string): string {
  return id.replaceAll(/\{\w+(:\.\*)?\}/g, '{$1}')
}

function named(pairs: Iterable<readonly [name: string, value: string]>): Record<string, string> {
  return Object.fromEntries(
    [...pairs].filter(([, value]) => value !== '').map(([name, value]) => [name.toLowerCase(), value]),
  )
}

function textOf(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}

export function trimmed(value: string): string {
  return value.replaceAll(/^[ \t]+|[ \t]+$/g, '')
}

export function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  return rawHeaders.find((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name)
}
