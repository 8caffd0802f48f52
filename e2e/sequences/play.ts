import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { type RawResponse, sendRaw } from '@rack-gateway/testing/http'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import type { Sequence, Step } from './sequence.ts'

/** Where calls go: a gateway, or a rack past it. */
export interface SequenceTarget {
  readonly url: string
  readonly token: string
  /** More headers of each request. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What answers have said, by name. */
export type Values = Map<string, string>

export interface Played {
  /** The first request that was refused, as the step has it; null when none was. */
  readonly refusedAt: string | null
  /** Requests that were answered otherwise than the command needs. */
  readonly failures: readonly string[]
}

export interface PlayOptions {
  readonly values: Values
  /** For what others do. */
  readonly past: SequenceTarget
  /** Lets time pass, in milliseconds. */
  readonly wait: (milliseconds: number) => Promise<unknown>
}

/** Makes a command's requests until one is refused, as the CLI does. */
export async function play(
  { steps }: Sequence,
  target: SequenceTarget,
  { values, past, wait }: PlayOptions,
): Promise<Played> {
  const failures: string[] = []
  for (const step of steps) {
    if (step.wait > 0) await wait(step.wait)
    const outcome = await perform(step, step.byOthers ? past : target, values)
    if (outcome.refused) return { refusedAt: nameOf(step), failures }
    if (!isFine(step, outcome.status)) failures.push(`${nameOf(step)}: ${outcome.status} ${outcome.said}`)
  }
  return { refusedAt: null, failures }
}

export function nameOf({ method, target }: Step): string {
  return `${method} ${target.replace(/\?.*$/, '')}`
}

/** @throws for a name without a value */
export function filled(text: string, values: Values): string {
  return text.replaceAll(/\{([a-z]+)\}/g, (name, key: string) => {
    const value = values.get(key)
    if (value === undefined) throw new Error(`nothing has said what ${name} is`)
    return value
  })
}

interface Outcome {
  readonly status: number
  readonly said: string
  /** By a decision of the gateway. */
  readonly refused: boolean
}

function isFine(step: Step, status: number): boolean {
  if (step.status !== null) return status === step.status
  return step.websocket ? status === 101 : status >= 200 && status < 300
}

function perform(step: Step, target: SequenceTarget, values: Values): Promise<Outcome> {
  return step.websocket ? listen(step, target, values) : ask(step, target, values)
}

/** As the SDK of the stock CLI introduces itself. */
const sdkHeaders = { 'User-Agent': 'convox.go/dev', Version: 'dev' }

async function ask(step: Step, { url, token, headers: added }: SequenceTarget, values: Values): Promise<Outcome> {
  const form =
    step.form && Object.entries(step.form).map(([name, value]): [string, string] => [name, filled(value, values)])
  const body = form === null ? (step.file ?? '') : new URLSearchParams(form).toString()
  const chunked = step.headers['Transfer-Encoding'] === 'chunked'
  const headers = {
    Host: new URL(url).host,
    Authorization: basicAuthorization(token),
    Accept: '*/*',
    'Accept-Encoding': 'gzip',
    'Content-Type': form === null ? 'application/octet-stream' : 'application/x-www-form-urlencoded',
    ...sdkHeaders,
    ...added,
    ...step.headers,
    ...(chunked || (step.method === 'GET' && body === '') ? {} : { 'Content-Length': String(body.length) }),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${filled(value, values)}\r\n`)
  const content = chunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body
  const response = await sendRaw(
    url,
    `${step.method} ${filled(step.target, values)} HTTP/1.1\r\n${lines.join('')}\r\n${content}`,
  )
  keep(step, response, values)
  return { status: response.status, said: response.error, refused: isDecision(response) }
}

function isDecision({ status, json }: RawResponse): boolean {
  return status === 403 && typeof json === 'object' && json !== null && 'rule' in json
}

function keep(step: Step, { status, json }: RawResponse, values: Values): void {
  if (status >= 300) return
  const item: unknown = Array.isArray(json) ? json[0] : json
  for (const [name, field] of Object.entries(step.keep)) values.set(name, String(Reflect.get(Object(item), field)))
}

/** Streams that end with their input are read to their end; logs are only opened. */
async function listen(step: Step, { url, token, headers: added }: SequenceTarget, values: Values): Promise<Outcome> {
  const headers = Object.entries(step.headers).map(([name, value]) => [name, filled(value, values)])
  const { protocol, host } = new URL(url)
  const socket = await openWebSocket(`${url}${filled(step.target, values)}`, token, {
    ...sdkHeaders,
    ...added,
    Origin: `${protocol}//${host}`,
    ...Object.fromEntries(headers),
  })
  try {
    const { status, error } = socket
    if (status !== 101) return { status, said: error, refused: status === 403 }
    if (step.target.endsWith('/logs')) return { status, said: '', refused: false }
    socket.sendEndOfInput()
    const [said = ''] = await socket.readToEnd()
    const failed = said.startsWith('ERROR: ')
    const refused = failed && / \(rule [\w:-]+\)\n$/.test(said)
    return { status: failed && !refused ? 500 : status, said, refused }
  } finally {
    socket.close()
  }
}
