import type { Duplex } from 'node:stream'
import type { EventDraft, RecordedEvent } from '@rack-gateway/audit'
import type { RackRoute } from '@rack-gateway/convox-api'
import { reasonOf } from '@rack-gateway/errors'
import type { LiveCallKind } from '@rack-gateway/gateway-api'
import {
  createTokenRedactor,
  type Rack,
  RackRejectsGateway,
  type Relay,
  type RelayEnd,
  type RelayOptions,
  type RelayRefusal,
  relay,
  TextClient,
  type UpstreamRequest,
  type UpstreamUpgrade,
  writeUpgrade,
} from '@rack-gateway/rack-registry'
import { isOnlyObserved } from '@rack-gateway/rbac-policy'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { callEventOf } from '../../audit/call-event.ts'
import { recordLater } from '../../audit/record-later.ts'
import type { DecidedCall } from '../../calls/call.ts'
import { closingFrames, takeSocket } from '../../error-responses/command-stream.ts'
import { responseStatus } from '../../error-responses/error-response.ts'
import type { SessionRecording } from '../../recordings/session-recorder.ts'
import { sentCost } from '../../resource-account/costs.ts'
import { type Payer, principalPayer } from '../../resource-account/payer.ts'
import { askSystem } from '../console/rack-statuses.ts'
import { countCall } from '../contacts/count-calls.ts'
import { assertStillAllowed } from '../decide.ts'
import { grantChangeEvent } from '../live/grant-change-event.ts'
import { type ListedCall, listedCall } from '../live/listed-call.ts'
import type { LiveCall } from '../live/live-call.ts'
import { managementHeaders } from '../responses/management-headers.ts'
import { deliver, prepareResponse } from '../responses/prepare-response.ts'
import { upstreamRequest } from '../upstream-request.ts'

/** A WebSocket close code. @see RFC 6455, section 7.4.1 */
const policyViolation = 1008

/**
 * The event `opened` is durable before the rack gets the handshake, which contains the command.
 * If the rack refuses the handshake, the caller gets the response of the rack.
 */
export async function openWebsocket(request: FastifyRequest, reply: FastifyReply, call: DecidedCall): Promise<void> {
  const { server } = request
  const draft = callEventOf(request)
  const upstream = upstreamRequest(request, call)
  const recording = await server.sessionRecorder.begin(request, call, draft)
  let openedEvent: RecordedEvent
  try {
    // The permission may have ended while the rack listed the secrets that the recording redacts.
    await assertStillAllowed(server, call)
    openedEvent = await server.audit.record({ ...draft, kind: 'opened', ...recording.eventFields })
  } catch (error) {
    recording.finish(null)
    throw error
  }
  recording.onOpened(openedEvent)
  call.recorded = true
  const session: Session = {
    log: request.log,
    logFields: logFieldsOf(request, call),
    closedDraft: { ...draft, kind: 'closed', of: openedEvent.id },
    recording,
  }
  const attempt = await connect(request, call, upstream).catch((error: unknown) => {
    const close = reasonOf(error, 'the rack could not be reached')
    recordEnd(server, session, null, { status: responseStatus(error), close })
    throw error
  })
  if (!attempt.upgraded) {
    const { response: received } = attempt
    recordEnd(server, session, null, { status: received.status, close: 'the rack refused the websocket' })
    const prepared = await prepareResponse(server, request, call, received)
    return deliver(request, reply, call, prepared, { draft, of: null })
  }
  const { client, clientHead } = acceptCaller(request, reply, call)
  countCall(request, reply, call.parsedRequest.api === 'management' ? 200 : 101)
  const live = relay({
    client,
    clientHead,
    rack: attempt.socket,
    rackHead: attempt.head,
    redactor: createTokenRedactor(call.rack.token),
    clock: { now: server.clock.now },
    ...(recording.onPayload && { onPayload: recording.onPayload }),
    onBytes: chargeBytes(server, principalPayer(call.principal)),
    onRejection: createRejectionCheck(call.rack, call.match.route),
  })
  const { credential, rackCall, decision } = call
  const isObserved = isOnlyObserved(decision)
  const grant = decision.grant ?? null
  const listed = listedCall(request, call, openedEvent, recording.eventFields.recording?.id ?? null)
  const notify = hasTerminal(request, listed) ? live.notify : null
  followSession(server, session, { credential, rackCall, isObserved, grant, listed, notify }, live, client)
}

/** @throws RackRejectsGateway before the handshake only if the rack rejected an earlier request of the gateway */
async function connect(
  { server }: FastifyRequest,
  { rack, signal }: DecidedCall,
  upstream: UpstreamRequest,
): Promise<UpstreamUpgrade> {
  const isRejected = server.rackContacts.of(rack.name).rejectedSince !== null
  const error = isRejected ? await rejectionOf(rack) : null
  if (error !== null) throw error
  return rack.upgrade(upstream, signal)
}

/** A separate function, so that its closure keeps nothing else in memory. */
function createRejectionCheck(rack: Rack, route: RackRoute): () => Promise<RelayRefusal | null> {
  return async function checkRejection() {
    const reason = (await rejectionOf(rack))?.message
    return reason === undefined ? null : { reason, text: closingText(route, reason), code: policyViolation }
  }
}

/** Null if the rack accepts the gateway's password, or does not answer. */
async function rejectionOf(rack: Rack): Promise<Error | null> {
  try {
    await askSystem(rack)
    return null
  } catch (error) {
    return error instanceof RackRejectsGateway ? error : null
  }
}

/** A separate function, so that its closure keeps nothing else in memory. */
function chargeBytes({ bufferSweep, costs }: FastifyInstance, payer: Payer): (bytes: number) => void {
  return function chargeBytes(bytes) {
    bufferSweep(bytes)
    costs.charge(payer, (bytes / 1_024) * sentCost)
  }
}

/** Does not contain the request, because a live WebSocket can keep the session in memory for hours. */
interface Session {
  readonly log: FastifyBaseLogger
  readonly logFields: ReturnType<typeof logFieldsOf>
  /** The last event of the session, without the fields about its end. */
  closedDraft: EventDraft
  readonly recording: SessionRecording
}

/** A separate function, so that its closures keep nothing else in memory. */
function followSession(
  server: FastifyInstance,
  session: Session,
  call: Pick<LiveCall, 'credential' | 'rackCall' | 'isObserved' | 'grant' | 'listed' | 'notify'>,
  live: Relay,
  client: Duplex,
): void {
  const { log, logFields, recording } = session
  const { route } = call.rackCall
  const end = (reason: string) => live.end(reason, { text: closingText(route, reason), code: policyViolation })
  recording.attach(live, end)
  const removeCall = server.liveCalls.add({
    ...call,
    kind: 'websocket',
    endsWithGrant: false,
    end,
    onGrantChange(decision, previous) {
      const event = grantChangeEvent(session.closedDraft, decision, previous)
      recordLater(server, log, event)
      session.closedDraft = { ...session.closedDraft, decision: event.decision }
    },
    ping() {
      live.ping()
      if (client instanceof TextClient) client.ping()
    },
  })
  log.info({ event: 'websocket.opened', ...logFields })
  async function finish(): Promise<void> {
    const end = await live.ended
    removeCall()
    log.info({ event: 'websocket.closed', ...logFields, ...endOf(end) })
    recordEnd(server, session, end, { status: 101, ...endOf(end) })
  }
  server.liveCalls.trackEnd(finish())
}

function recordEnd(
  server: FastifyInstance,
  { log, closedDraft, recording }: Session,
  relayEnd: RelayEnd | null,
  end: Partial<EventDraft>,
): void {
  recordLater(server, log, { ...closedDraft, ...end, ...recording.finish(relayEnd) })
}

const kindsWithTerminal: readonly LiveCallKind[] = ['exec', 'run', 'console', 'shell']

/** The stock CLI sends the width only if its output is a terminal. A text must not get into a file or another program. */
function hasTerminal({ headers }: FastifyRequest, { kind }: ListedCall): boolean {
  return headers.width !== undefined && kindsWithTerminal.includes(kind)
}

/** A caller of the management API gets the data as the text of an ordinary response. */
function acceptCaller(
  request: FastifyRequest,
  reply: FastifyReply,
  { parsedRequest }: DecidedCall,
): Pick<RelayOptions, 'client' | 'clientHead'> {
  if (parsedRequest.api === 'management') {
    reply.hijack()
    reply.raw.writeHead(200, managementHeaders('text/plain; charset=utf-8'))
    reply.raw.flushHeaders()
    return { client: new TextClient(reply.raw), clientHead: Buffer.alloc(0) }
  }
  const { pendingUpgrade: pending } = request.raw
  if (!pending) throw new Error('a websocket route of the rack API is reached by an upgrade only')
  const client = takeSocket(reply, request)
  writeUpgrade(client, request.headers['sec-websocket-key'] ?? '')
  return { client, clientHead: pending.head }
}

function closingText({ path, changes }: RackRoute, reason: string): string {
  const words = closingFrames(path, reason).join('')
  return changes ? `\n${words}` : words
}

function logFieldsOf({ method }: FastifyRequest, { parsedRequest, principal, rack, decision }: DecidedCall) {
  return {
    method,
    path: parsedRequest.receivedTarget.path,
    principal: principal.name,
    rack: rack.name,
    rule: decision.rule,
  }
}

function endOf({ by, reason, code, bytesIn, bytesOut, durationMs }: RelayEnd) {
  return { bytesIn, bytesOut, durationMs, close: `${by}: ${reason}${code === null ? '' : ` (${code})`}` }
}
