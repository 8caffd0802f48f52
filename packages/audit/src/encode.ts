import { CanonicalWriter } from './canonical-writer.ts'
import type { Actor, EventDraft, EventKind } from './event.ts'
import { fitDetail, fitTruncations, fitValues, limits } from './fit.ts'

/** What is searched by, in the order of the columns of `audit.events`; empty where an event has none. */
export interface SearchTerms {
  readonly kind: EventKind
  readonly request: string
  readonly of: string
  readonly principal: string
  readonly principalName: string
  readonly address: string
  readonly rack: string
  readonly app: string
  readonly route: string
  readonly permission: string
  readonly effect: string
  readonly rule: string
  readonly status: number | undefined
  readonly process: string
  readonly command: readonly string[]
}

/**
 * A draft in its canonical form, whatever its values were: fitted, and independent of the draft. Its five parts are what stands
 * before `at`, `id`, `seq`, `stream` and `v`, which it gets with its place.
 */
export interface EncodedDraft {
  readonly parts: readonly [string, string, string, string, string]
  readonly terms: SearchTerms
  /** About how many characters it holds: what a queue counts. */
  readonly size: number
}

/** Writes a draft once, in the order of RFC 8785, so that neither a copy nor a sorted list of keys is made of it. */
export function encode(draft: EventDraft): EncodedDraft {
  const to = new CanonicalWriter()
  const app = to.text('app', draft.app)
  const beforeAt = to.take()
  body(to, draft.body)
  to.number('bytesIn', draft.bytesIn)
  to.number('bytesOut', draft.bytesOut)
  to.text('close', draft.close, 'close', limits.reason)
  const command = to.names('command', draft.command)
  to.number('count', draft.count)
  const { effect, rule } = decision(to, draft.decision)
  to.value('detail', fitDetail(draft.detail, to.truncated))
  to.number('durationMs', draft.durationMs)
  to.names('environment', draft.environment)
  to.names('hidden', draft.hidden)
  const beforeId = to.take()
  to.text('kind', draft.kind)
  to.text('method', draft.method)
  const of = to.text('of', draft.of)
  parameters(to, draft.parameters)
  to.text('path', draft.path, 'path', limits.path)
  const permission = to.text('permission', draft.permission)
  const who = principal(to, draft.principal)
  const process = to.text('process', draft.process)
  const rack = to.text('rack', draft.rack)
  recording(to, draft.recording)
  to.text('release', draft.release)
  const request = to.text('request', draft.request)
  const route = to.text('route', draft.route)
  const beforeSeq = to.take()
  to.text('service', draft.service)
  const address = source(to, draft.source)
  to.number('status', draft.status)
  const beforeStream = to.take()
  to.value('truncated', fitTruncations([...(draft.truncated ?? []), ...to.truncated]))
  to.text('upstream', draft.upstream)
  const beforeVersion = to.take()
  return {
    parts: [beforeAt, beforeId, beforeSeq, beforeStream, beforeVersion],
    terms: {
      kind: draft.kind,
      request,
      of,
      principal: who.id,
      principalName: who.name,
      address,
      rack,
      app,
      route,
      permission,
      effect,
      rule,
      status: draft.status,
      process,
      command,
    },
    size: to.size,
  }
}

function body(to: CanonicalWriter, value: EventDraft['body']): void {
  if (value === undefined) return
  to.open('body')
  to.text('received', value.received, 'body.received')
  to.text('sent', value.sent, 'body.sent')
  to.close()
}

function decision(to: CanonicalWriter, value: EventDraft['decision']): { effect: string; rule: string } {
  if (value === undefined) return { effect: '', rule: '' }
  to.open('decision')
  const effect = to.text('effect', value.effect, 'decision.effect')
  to.text('next', value.next, 'decision.next', limits.reason)
  to.text('policy', value.policy, 'decision.policy')
  to.text('reason', value.reason, 'decision.reason', limits.reason)
  const rule = to.text('rule', value.rule, 'decision.rule')
  to.text('source', value.source, 'decision.source')
  to.close()
  return { effect, rule }
}

function parameters(to: CanonicalWriter, value: EventDraft['parameters']): void {
  if (value === undefined) return
  to.open('parameters')
  to.names('form', value.form, 'parameters.form')
  to.names('headers', value.headers, 'parameters.headers')
  to.names('query', value.query, 'parameters.query')
  to.value('values', fitValues(value.values, to.truncated))
  to.close()
}

function recording(to: CanonicalWriter, value: EventDraft['recording']): void {
  if (value === undefined) return
  to.open('recording')
  to.number('bytes', value.bytes)
  to.number('chunks', value.chunks)
  to.text('head', value.head, 'recording.head')
  to.text('id', value.id, 'recording.id')
  to.number('lost', value.lost)
  to.text('mode', value.mode, 'recording.mode')
  to.close()
}

function source(to: CanonicalWriter, value: EventDraft['source']): string {
  if (value === undefined) return ''
  to.open('source')
  const address = to.text('address', value.address, 'source.address')
  to.text('client', value.client, 'source.client')
  to.close()
  return address
}

interface EncodedActor {
  readonly id: string
  readonly name: string
  readonly text: string
}

const encodedActors = new WeakMap<Actor, EncodedActor>()

/** An actor who will be in many events: frozen, and encoded once. One whose values must be cut is encoded each time, to say so. */
export function lastingActor(actor: Actor): Actor {
  const to = new CanonicalWriter()
  const { id, name } = members(to, freezeAll(actor))
  if (to.truncated.length === 0) encodedActors.set(actor, { id, name, text: to.take() })
  return actor
}

function freezeAll<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) freezeAll(member)
  return Object.freeze(value)
}

function principal(to: CanonicalWriter, actor: Actor | undefined): { id: string; name: string } {
  if (actor === undefined) return { id: '', name: '' }
  const encoded = encodedActors.get(actor)
  if (encoded !== undefined) {
    to.raw('principal', `{${encoded.text}}`, encoded.text.length)
    return encoded
  }
  to.open('principal')
  const named = members(to, actor)
  to.close()
  return named
}

const jobFields = ['actor', 'attempt', 'commit', 'job', 'ref', 'repository', 'run', 'workflow'] as const

function job(to: CanonicalWriter, value: Actor['job']): void {
  if (value === undefined) return
  to.open('job')
  for (const field of jobFields) to.text(field, value[field], `principal.job.${field}`)
  to.close()
}

function members(to: CanonicalWriter, actor: Actor): { id: string; name: string } {
  to.names('bindings', actor.bindings, 'principal.bindings')
  to.text('boundTo', actor.boundTo, 'principal.boundTo')
  to.text('credential', actor.credential, 'principal.credential')
  to.text('device', actor.device, 'principal.device')
  to.names('groups', actor.groups, 'principal.groups')
  const id = to.text('id', actor.id, 'principal.id')
  job(to, actor.job)
  to.text('kind', actor.kind, 'principal.kind')
  const name = to.text('name', actor.name, 'principal.name')
  if (actor.owner !== undefined) {
    to.open('owner')
    to.text('id', actor.owner.id, 'principal.owner.id')
    to.text('kind', actor.owner.kind, 'principal.owner.kind')
    to.text('name', actor.owner.name, 'principal.owner.name')
    to.close()
  }
  to.names('roles', actor.roles, 'principal.roles')
  if (actor.trust !== undefined) {
    to.open('trust')
    to.text('id', actor.trust.id, 'principal.trust.id')
    to.text('name', actor.trust.name, 'principal.trust.name')
    to.text('subject', actor.trust.subject, 'principal.trust.subject')
    to.close()
  }
  return { id, name }
}
