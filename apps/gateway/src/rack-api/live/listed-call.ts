import { type RecordedEvent, uuidv7, visibleText } from '@rack-gateway/audit'
import { redactTokens } from '@rack-gateway/errors/redact-tokens'
import type { RackCall } from '@rack-gateway/rbac-policy'
import type { FastifyRequest } from 'fastify'
import type { DecidedCall } from '../../calls/call.ts'

/** A live call as `gateway.live_calls` stores it. Its texts are shown in pages and terminals. */
export interface ListedCall {
  readonly id: string
  readonly started_at: Date
  readonly request: string
  /** The ID of the `opened` event; null if the call has none. */
  readonly opened: string | null
  readonly recording: string | null
  readonly principal: string
  readonly principal_kind: string
  readonly principal_name: string
  readonly owner: string | null
  readonly rack: string
  readonly app: string | null
  readonly service: string | null
  readonly process: string | null
  readonly route: string
  readonly path: string
  readonly kind: LiveCallKind
  readonly command: string | null
}

type LiveCallKind = 'exec' | 'run' | 'console' | 'shell' | 'logs' | 'proxy' | 'transfer'

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
    started_at: new Date(startedAt),
    request: request.id,
    opened: openedEvent?.id ?? null,
    recording,
    principal: principal.id,
    principal_kind: principal.kind,
    principal_name: shownText(principal.name),
    owner: principal.owner?.kind === 'user' ? principal.owner.id : null,
    rack: rackCall.rack,
    app: app ?? resource?.app ?? null,
    service: textOrNull(service ?? process?.service),
    process: textOrNull(process?.id ?? rackCall.params.pid),
    route: route.id,
    path: shownText(call.parsedRequest.receivedTarget.path),
    kind: kindOf(rackCall),
    command: textOrNull(command?.words.join(' ')),
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
