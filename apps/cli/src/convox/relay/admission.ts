import { timingSafeEqual } from 'node:crypto'
import type { Secret } from '@rack-gateway/config/client'
import { RequestError } from './http/request-error.ts'
import { type Field, onlyValue } from './http/request-head.ts'

/** The values that a request must contain, and the values that replace them. */
export interface Admission {
  /** The address of the relay: `127.0.0.1:PORT`. */
  readonly host: string
  /** The password of this run. */
  readonly password: Secret
  /** The prefix of every request target: `/rack/NAME/`, or `/` for the whole gateway. */
  readonly path: string
  /** The origin of the gateway. */
  readonly origin: string
  /** The newest known token. */
  token(): Secret
  /** The proof of a second factor for this run, if one is needed. */
  proof?(): Secret | null
}

/** The header field with the secret of a proof. */
const proofField = 'step-up'

/**
 * Replaces the Host, the Origin of a websocket, and the password with the values for the gateway. Adds the proof of
 * this run, and drops any other proof. Keeps all other fields byte for byte.
 *
 * @param isHandshake whether the fields are of a websocket handshake, to which convox adds an Origin
 * @returns the header lines for the gateway, each with its CR LF
 * @throws RequestError unless the request comes from the program that has the password
 */
export function admitFields(fields: readonly Field[], isHandshake: boolean, admission: Admission): string {
  if (onlyValue(fields, 'host') !== admission.host)
    throw new RequestError(421, 'The Host header is not the address of this relay.')
  rejectBrowsers(fields, isHandshake, admission)
  if (!hasPassword(onlyValue(fields, 'authorization'), admission))
    throw new RequestError(401, 'The password of this relay is missing or wrong.')
  const proof = admission.proof?.() ?? null
  const forwardedLines = fields.filter(({ name }) => name !== proofField).map((field) => replaceField(field, admission))
  const lines = proof === null ? forwardedLines : [...forwardedLines, `Step-Up: ${proof.reveal()}`]
  return lines.map((line) => `${line}\r\n`).join('')
}

/** @throws RequestError for a path outside the rack, or with a dot segment that could lead out of the rack */
export function admitTarget(target: string, { path }: Admission): void {
  if (!target.startsWith(path) || dotSegment.test(target))
    throw new RequestError(403, 'This relay is for one rack, and the path is not within it.')
}

const dotSegment = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i

/** Rejects requests of web pages, which could use DNS rebinding or credentials that the browser has stored. */
function rejectBrowsers(fields: readonly Field[], isHandshake: boolean, { host }: Admission): void {
  const origin = onlyValue(fields, 'origin')
  const isConvox = isHandshake && origin === `http://${host}`
  if ((origin !== null && !isConvox) || fields.some(({ name }) => name.startsWith('sec-fetch-')))
    throw new RequestError(403, 'This relay accepts no requests from browsers.')
}

function hasPassword(value: string | null, { password }: Admission): boolean {
  const received = Buffer.from(value ?? '', 'latin1')
  const expected = Buffer.from(basic(password))
  return received.length === expected.length && timingSafeEqual(received, expected)
}

function replaceField({ name, line }: Field, { origin, token }: Admission): string {
  if (name === 'host') return withValue(line, new URL(origin).host)
  if (name === 'origin') return withValue(line, origin)
  return name === 'authorization' ? withValue(line, basic(token())) : line
}

/** Keeps the spelling of the field's name. */
function withValue(line: string, value: string): string {
  return `${line.slice(0, line.indexOf(':'))}: ${value}`
}

function basic(secret: Secret): string {
  return `Basic ${Buffer.from(`convox:${secret.reveal()}`).toString('base64')}`
}
