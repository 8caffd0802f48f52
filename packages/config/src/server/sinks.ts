import { fileURLToPath } from 'node:url'
import { Value } from 'typebox/value'
import { readCertificateFile } from '../certificates/certificate-files.ts'
import { certificatesIn } from '../certificates/rack-certificates.ts'
import { SinkEnvironment } from '../schema/sink-schema.ts'
import { headerOf, sinkKeysOf } from '../schema/sink-values.ts'
import { splitAtCommas } from '../values/comma-lists.ts'
import { Secret } from '../values/secret.ts'
import { readSmallSize } from '../values/size.ts'
import { collectNamed, hasPrefix, type NamedKind, variableOf } from '../variables/named-variables.ts'
import { problemsOf } from '../variables/problems.ts'

export type SinkTarget =
  | { readonly kind: 'stdout' }
  /** `rotateAt` is in bytes, or null for no rotation. `keep` is the number of rotated files. */
  | { readonly kind: 'file'; readonly path: string; readonly rotateAt: number | null; readonly keep: number }
  /** `limit` is the maximum size of a message in bytes. */
  | {
      readonly kind: 'syslog'
      readonly host: string
      readonly port: number
      readonly tls: boolean
      readonly limit: number
    }
  /**
   * The URL is secret, because some receivers authenticate requests only by the URL. The keys sign the requests. They
   * are in hex, newest first.
   */
  | { readonly kind: 'webhook'; readonly url: Secret; readonly keys: readonly Secret[] }
  | { readonly kind: 'otlp'; readonly url: Secret }
  /** Contains the bucket, prefix, region, and endpoint. */
  | { readonly kind: 's3'; readonly address: string }

export interface SinkConfig {
  readonly name: string
  readonly target: SinkTarget
  /** A header with a credential for the receiver. */
  readonly header: { readonly name: string; readonly value: Secret } | null
  /** The only authorities to trust for this sink, in PEM form, or null for Node's default. */
  readonly ca: string | null
  /** The kinds of events to send. An entry such as `login.*` matches every kind that begins with `login.`. Empty: all. */
  readonly kinds: readonly string[]
}

const sinks: NamedKind = {
  prefixes: ['AUDIT_SINK_CA_', 'AUDIT_SINK_HEADER_', 'AUDIT_SINK_KINDS_', 'AUDIT_SINK_SECRET_', 'AUDIT_SINK_URL_'],
  noun: 'sink',
  example: 'SIEM',
}

const certificate = { kind: sinks, schema: SinkEnvironment, property: 'AUDIT_SINK_CA' }

export function isSinkVariable(variable: string): boolean {
  return hasPrefix(sinks, variable)
}

/** Sorted by name. `AUDIT_SINK_URL_SIEM` belongs to the sink `siem`. Adds every problem to `problems`. */
export function readSinks(env: NodeJS.ProcessEnv, problems: string[]): SinkConfig[] {
  const configs: SinkConfig[] = []
  for (const [name, sink] of [...collectNamed(sinks, env, problems)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const property of Object.keys(sink.values)) if (sink.values[property] === '') delete sink.values[property]
    if (Object.keys(sink.values).length === 0) continue
    readCertificateFile(certificate, sink, problems)
    const variable = (property: string) => variableOf(sinks, sink, property)
    if (Value.Check(SinkEnvironment, sink.values)) {
      problems.push(...contradictions(sink.values, variable))
      configs.push(configOf(name, sink.values))
    } else problems.push(...problemsOf(SinkEnvironment, sink.values, { variable, missing: () => '' }))
  }
  return configs
}

const supportedSchemes: Readonly<Record<string, RegExp>> = {
  AUDIT_SINK_SECRET: /^https?:/i,
  AUDIT_SINK_HEADER: /^(otlp\+)?https?:/i,
  AUDIT_SINK_CA: /^(https:|otlp\+https:|syslog\+tls:)/i,
}

/** The problems of settings that would have no effect. */
function contradictions(values: SinkEnvironment, variable: (property: string) => string): string[] {
  return Object.entries(supportedSchemes).flatMap(([property, schemes]) =>
    property in values && !schemes.test(values.AUDIT_SINK_URL)
      ? `${variable(property)} is set although ${variable('AUDIT_SINK_URL')} does not use it; remove it`
      : [],
  )
}

function configOf(name: string, values: SinkEnvironment): SinkConfig {
  const header = values.AUDIT_SINK_HEADER === undefined ? null : headerOf(values.AUDIT_SINK_HEADER)
  return Object.freeze({
    name,
    target: Object.freeze(targetOf(new URL(values.AUDIT_SINK_URL), values)),
    header: header && Object.freeze({ name: header.name, value: new Secret(header.value) }),
    ca: values.AUDIT_SINK_CA === undefined ? null : certificatesIn(values.AUDIT_SINK_CA),
    kinds: Object.freeze(values.AUDIT_SINK_KINDS === undefined ? [] : splitAtCommas(values.AUDIT_SINK_KINDS)),
  })
}

const defaultMessageLimit = 8192

function targetOf(url: URL, { AUDIT_SINK_SECRET: keys }: SinkEnvironment): SinkTarget {
  const parameter = (name: string) => url.searchParams.get(name)
  switch (url.protocol) {
    case 'stdout:':
      return { kind: 'stdout' }
    case 'file:':
      return {
        kind: 'file',
        path: fileURLToPath(`file://${url.pathname}`),
        rotateAt: readSmallSize(parameter('rotate') ?? ''),
        keep: Number(parameter('keep') ?? 10),
      }
    case 'syslog+tls:':
    case 'syslog+tcp:':
      return {
        kind: 'syslog',
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: Number(url.port || 6514),
        tls: url.protocol === 'syslog+tls:',
        limit: readSmallSize(parameter('limit') ?? '') ?? defaultMessageLimit,
      }
    case 's3:':
      return { kind: 's3', address: url.href }
    case 'otlp+https:':
    case 'otlp+http:':
      return { kind: 'otlp', url: new Secret(logsAddress(url.href.slice('otlp+'.length))) }
    default:
      return {
        kind: 'webhook',
        url: new Secret(url.href),
        keys: Object.freeze(keys === undefined ? [] : sinkKeysOf(keys).map((key) => new Secret(key.toString('hex')))),
      }
  }
}

/** `/v1/logs` is the default path of OTLP over HTTP. */
function logsAddress(text: string): string {
  const url = new URL(text)
  if (url.pathname === '/') url.pathname = '/v1/logs'
  return url.href
}
