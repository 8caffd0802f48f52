import { type RecordedEvent, uuidv7, visibleText } from '@rack-gateway/audit'
import type { liveCalls } from '@rack-gateway/database'
import { redactTokens } from '@rack-gateway/errors/redact-tokens'
import type { LiveCallKind } from '@rack-gateway/gateway-api'
import type { RackCall } from '@rack-gateway/rbac-policy'
import type { FastifyRequest } from 'fastify'
import type { DecidedCall } from '../../calls/call.ts'

/** The row of a call, from which every process makes the `LiveCall` of the management API. */
export type ListedCall = Omit<typeof liveCalls.$inferSelect, 'stream' | 'kind'> & { readonly kind: LiveCallKind }

/**
 * @param openedEvent null if the call has none; otherwise, the ID of the event is also the ID of the call
 * @param recording the ID of the recording
 */
export function listedCall(
  request: FastifyRequest,
  call: DecidedCall,
  openedEvent: RecordedEvent | null = null,
  recording: string | null = null,
): ListedCall {
  const { principal, rackCall, startedAt, command } = call
  const { app, process, service, resource, route } = rackCall
  return {
    id: openedEvent?.id ?? uuidv7(startedAt),
    startedAt: new Date(startedAt),
    request: request.id,
    opened: openedEvent?.id ?? null,
    recording,
    principal: principal.id,
    principalKind: principal.kind,
    principalName: shownText(principal.name),
    owner: principal.owner?.kind === 'user' ? principal.owner.id : null,
    rack: rackCall.rack,
    app: app ?? resource?.app ?? null,
    service: textOrNull(service ?? process?.service),
    process: textOrNull(process?.id ?? rackCall.params.pid),
    route: route.id,
    path: shownText(call.parsedRequest.receivedTarget.path),
    kind: kindOf(rackCall),
    command: textOrNull(command?.words.join(' ')),
    grant: call.decision.grant?.id ?? null,
  }
}

const websocketKinds = ['console', 'shell', 'logs', 'exec'] as const

function kindOf({ route, process }: RackCall): LiveCallKind {
  if (route.kind !== 'websocket') return 'transfer'
  const kind = websocketKinds.find((one) => route.path.endsWith(`/${one}`)) ?? 'proxy'
  return kind === 'exec' && process?.own ? 'run' : kind
}

function textOrNull(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : shownText(text)
}

/** Redacts tokens, and escapes characters that PostgreSQL rejects or that control a terminal. */
function shownText(text: string): string {
  return visibleText(redactTokens(text))
}
