import { timingSafeEqual } from 'node:crypto'
import type { Secret } from '@rack-gateway/config/client'
import { Refusal } from './http/refusal.ts'
import { type Field, onlyValue } from './http/request-head.ts'

/** What a request must show, and what stands in its place behind. */
export interface Admission {
  /** Of the listener: `127.0.0.1:PORT`. */
  readonly host: string
  /** Of this run. */
  readonly password: Secret
  /** What every target begins with: `/rack/NAME/`. */
  readonly path: string
  /** The gateway's. */
  readonly origin: string
  /** The newest one that is known. */
  token(): Secret
}

/**
 * Header fields as convox would have sent them to the gateway itself: with the gateway's Host (and, of a websocket, Origin)
 * and the token; otherwise byte for byte.
 *
 * @param isHandshake whether they ask for a websocket: convox gives those an Origin
 * @returns their lines, each with its end
 * @throws Refusal for what doesn't come from the program that was given the password
 */
export function admittedFields(fields: readonly Field[], isHandshake: boolean, admission: Admission): string {
  if (onlyValue(fields, 'host') !== admission.host)
    throw new Refusal(421, 'this address is for one program alone: its Host is another')
  refuseBrowsers(fields, isHandshake, admission)
  if (!isPassword(onlyValue(fields, 'authorization'), admission))
    throw new Refusal(401, 'this address is for one program alone: it has a password')
  return fields.map((field) => `${replaced(field, admission)}\r\n`).join('')
}

/** @throws Refusal for what leaves the rack, or could when a server in between folds it */
export function admitTarget(target: string, { path }: Admission): void {
  if (!target.startsWith(path) || dotSegment.test(target))
    throw new Refusal(403, 'this address is for one rack alone, whose name is in its path')
}

const dotSegment = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i

/** A page may have a name that leads here, and credentials that a browser keeps: no request of one passes. */
function refuseBrowsers(fields: readonly Field[], isHandshake: boolean, { host }: Admission): void {
  const origin = onlyValue(fields, 'origin')
  const isOwn = isHandshake && origin === `http://${host}`
  if ((origin !== null && !isOwn) || fields.some(({ name }) => name.startsWith('sec-fetch-')))
    throw new Refusal(403, 'this address takes no requests from browsers')
}

/** Takes as long for every value of the right length. */
function isPassword(value: string | null, { password }: Admission): boolean {
  const given = Buffer.from(value ?? '', 'latin1')
  const wanted = Buffer.from(basic(password))
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

function replaced({ name, line }: Field, { origin, token }: Admission): string {
  if (name === 'host') return withValue(line, new URL(origin).host)
  if (name === 'origin') return withValue(line, origin)
  return name === 'authorization' ? withValue(line, basic(token())) : line
}

/** Its name as it was spelled. */
function withValue(line: string, value: string): string {
  return `${line.slice(0, line.indexOf(':'))}: ${value}`
}

function basic(secret: Secret): string {
  return `Basic ${Buffer.from(`convox:${secret.reveal()}`).toString('base64')}`
}
