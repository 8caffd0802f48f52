import { type Connection, readResponse, requestFor } from '@rack-gateway/gateway-api'
import { parseGatewayError } from '../../gateway/gateway-error.ts'
import { tryGateway } from '../../gateway/gateway-request.ts'
import { requestDeadline } from '../findings/deadlines.ts'
import { type Finding, warning } from '../findings/finding.ts'
import type { CheckSubject } from '../findings/subject.ts'

export type Inspection =
  | { readonly kind: 'seen'; readonly connection: Connection; readonly server: string | null }
  /** The gateway rejects the Host header. `address` is its PUBLIC_URL. */
  | { readonly kind: 'misdirected'; readonly address: string | null; readonly server: string | null }
  | Unknown

interface Unknown {
  readonly kind: 'unknown'
  readonly finding: Finding
}

const inspections = new WeakMap<CheckSubject, Promise<Inspection>>()

/** Asks the gateway how requests reach it. All checks of a subject share the response. @throws BadSetting */
export function inspectConnection(subject: CheckSubject): Promise<Inspection> {
  const inspection = inspections.get(subject) ?? inspect(subject)
  inspections.set(subject, inspection)
  return inspection
}

async function inspect({ target }: CheckSubject): Promise<Inspection> {
  if (target === null) return unknown('Not checked, because it needs a login.')
  const { origin, token, tlsTrust } = target
  const request = { ...requestFor('inspectConnection', {}), token, tlsTrust, deadline: requestDeadline }
  const response = await tryGateway(origin, request)
  if (response.kind === 'unanswered') return unknown('Not checked. See the finding of gateway.')
  const { status, headers, value } = response
  const server = headers.get('server')
  if (status === 421) return { kind: 'misdirected', address: publicAddress(value), server }
  if (status === 401 || status === 403) return unknown('Not checked. See the finding of token.')
  const connection = status === 200 ? readResponse('inspectConnection', value) : null
  if (connection === null) return unknown('Not checked. See the finding of gateway.')
  return { kind: 'seen', connection, server }
}

function unknown(says: string): Unknown {
  return { kind: 'unknown', finding: warning(says, null) }
}

/** The origin of the address that a denial for another host names. */
function publicAddress(value: unknown): string | null {
  const [address = ''] = /https?:\/\/[^\s/]+/.exec(parseGatewayError(value)?.sentence ?? '') ?? []
  return URL.canParse(address) ? new URL(address).origin : null
}
