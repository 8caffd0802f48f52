import { hostname } from 'node:os'
import { SinkMisconfigured } from '../errors/errors.ts'
import { eventKinds } from '../events/event.ts'
import type { Sink } from './sink.ts'
import type { SinkTransport } from './transports/transport.ts'

export type SinkTargetSettings =
  | { readonly kind: 'stdout' }
  /** `rotateAt`: bytes; null for no rotation. `keep`: number of renamed files. */
  | { readonly kind: 'file'; readonly path: string; readonly rotateAt: number | null; readonly keep: number }
  /** `limit`: bytes of a message. */
  | {
      readonly kind: 'syslog'
      readonly host: string
      readonly port: number
      readonly tls: boolean
      readonly limit: number
    }
  /** `keys` sign the requests; empty for no signature. */
  | { readonly kind: 'webhook'; readonly url: string; readonly keys: readonly Buffer[] }
  | { readonly kind: 'otlp'; readonly url: string }
  /** An address for `readObjectStoreAddress`. */
  | { readonly kind: 's3'; readonly address: string }

export interface SinkSettings {
  readonly name: string
  readonly target: SinkTargetSettings
  /** May contain a credential for the receiver. */
  readonly headers: Readonly<Record<string, string>>
  /** PEM of the only trusted authorities; null for Node's own list. */
  readonly ca: string | null
  /** Event kinds; `*` at the end matches any suffix. Empty for all kinds. */
  readonly kinds: readonly string[]
}

/** Loads only the transport of this sink. @throws SinkMisconfigured, ObjectStoreAddressInvalid */
export async function createSink(settings: SinkSettings, clock: { now(): number }): Promise<Sink> {
  const { name, target, kinds } = settings
  return { name, kind: target.kind, wants: filterOf(name, kinds), transport: await transportOf(settings, clock) }
}

async function transportOf(settings: SinkSettings, clock: { now(): number }): Promise<SinkTransport> {
  const { name, target, headers, ca } = settings
  switch (target.kind) {
    case 'stdout':
      return (await import('./transports/stdout.ts')).createStdoutTransport()
    case 'file':
      return (await import('./transports/file.ts')).createFileTransport(target)
    case 'syslog':
      return (await import('./transports/syslog.ts')).createSyslogTransport({ ...target, ca, from: hostname() })
    case 'webhook':
      return (await import('./transports/webhook.ts')).createWebhookTransport({ ...target, name, headers, ca, clock })
    case 'otlp':
      return (await import('./transports/otlp.ts')).createOtlpTransport({ ...target, headers, ca })
    case 's3':
      return s3Transport(target.address)
  }
}

async function s3Transport(address: string): Promise<SinkTransport> {
  const { openObjectStore, readObjectStoreAddress } = await import('@rack-gateway/object-store')
  const { createS3Transport } = await import('./transports/s3.ts')
  return createS3Transport({ store: await openObjectStore(readObjectStoreAddress(address)) })
}

function filterOf(name: string, patterns: readonly string[]): (kind: string) => boolean {
  const matches = (pattern: string, kind: string) =>
    pattern.endsWith('*') ? kind.startsWith(pattern.slice(0, -1)) : kind === pattern
  const unknown = patterns.find((pattern) => !eventKinds.some((kind) => matches(pattern, kind)))
  if (unknown !== undefined)
    throw new SinkMisconfigured(
      `The sink ${name} selects the kind ${unknown}, but there are no such events.`,
      'Choose kinds from docs/reference/events.md.',
    )
  return patterns.length === 0 ? () => true : (kind) => patterns.some((pattern) => matches(pattern, kind))
}
