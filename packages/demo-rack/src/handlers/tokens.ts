import { createHmac } from 'node:crypto'
import type { Call } from '../calls/call.ts'
import { RackError } from '../errors/rack-error.ts'
import type { RackResponse } from '../wire/response.ts'
import { json, ok } from '../wire/responses.ts'

const roles: ReadonlyMap<string, string> = new Map([
  ['read', 'r'],
  ['write', 'rw'],
  ['admin', 'rwa'],
])
const maxHours = 8760

/** Creates a token in the format of a real rack. The demo rack itself accepts only its password. */
export function createToken({ rack, parameters }: Call): RackResponse {
  const hours = parameters.durationInHour ?? ''
  if (!/^\d+$/.test(hours)) throw new RackError(400, 'invalid duration')
  if (Number(hours) < 1 || Number(hours) > maxHours) {
    throw new RackError(400, `duration must be between 1 and ${maxHours} hours`)
  }
  const role = roles.get(parameters.role ?? '')
  if (role === undefined) throw new RackError(400, 'invalid role: must be read, write, or admin')
  const expiresAt = Math.floor(rack.clock.now() / 1000) + Number(hours) * 3600
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ user: `system-${parameters.role}`, role, expiresAt })}`
  const signature = createHmac('sha256', `demo:${rack.token}`).update(signed).digest('base64url')
  return json({ token: `${signed}.${signature}` })
}

export function rotateSigningKey(): RackResponse {
  return ok()
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
