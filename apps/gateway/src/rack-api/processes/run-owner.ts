import type { RecordedEvent } from '@rack-gateway/audit'
import { unknownAddress } from '@rack-gateway/auth/step-ups'
import { isOnlyObserved } from '@rack-gateway/rbac-policy'
import type { FastifyRequest } from 'fastify'
import type { DecidedCall } from '../../calls/call.ts'
import { proofAddress } from '../../calls/proof-address.ts'
import { OutcomeNotRecorded } from '../../errors/errors.ts'
import { idIn } from '../events/created-item.ts'
import type { PreparedResponse } from '../responses/prepare-response.ts'
import type { Attach } from './runs.ts'

/** Milliseconds for which the principal that started a run can use the process of the run. */
const runMaxAge = 86_400_000

/** Stores the owner of the process that a run started, before the caller learns the ID of the process. */
export async function rememberRun(
  request: FastifyRequest,
  call: DecidedCall,
  prepared: PreparedResponse,
  intent: RecordedEvent,
): Promise<PreparedResponse> {
  const { server } = request
  const { principal } = request
  const { rackCall, rack } = call
  if (prepared.response.status !== 200 || prepared.body === null || !principal || !rackCall?.app || !rackCall.service)
    return prepared
  const process = idIn(prepared.body)
  if (process === null) return prepared
  const run = {
    rack: rack.name,
    app: rackCall.app,
    process,
    principal: principal.id,
    attach: attachOf(request, call),
    service: rackCall.service,
    intent: intent.id,
    expiresAt: new Date(server.clock.now() + runMaxAge),
    start: {
      environment: rackCall.command?.options?.environment ?? [],
      newestRelease: rackCall.command?.options?.newestRelease ?? true,
    },
  }
  await server.runs.add(run).catch((cause: unknown) => {
    request.log.error({ event: 'run.not_remembered', err: cause })
    throw outcomeNotRecorded('The rack made the change')
  })
  return prepared
}

/**
 * The stock CLI sends the command of an attached run in its first exec. The proof for the run also covers this exec.
 * `rack-gateway` names the exec in its plan, so the exec uses the proof of the plan.
 */
function attachOf(request: FastifyRequest, { rackCall, decision }: DecidedCall): Attach | null {
  const address = proofAddress(request)
  // Observe mode let the run start without a proof, so there is none that could cover the exec.
  if (isOnlyObserved(decision)) return null
  const isPlanned = request.headers['step-up'] !== undefined
  if (rackCall.command?.mode !== 'attached' || isPlanned || address === unknownAddress || !request.principal)
    return null
  return { credential: request.principal.credential, address }
}

/** @param outcome what the gateway knows about the change, as a clause that begins a sentence */
export function outcomeNotRecorded(outcome: string): Error {
  return new OutcomeNotRecorded(
    `${outcome}, but the outcome could not be recorded, so the response is not sent.`,
    'Check whether the change was made before you try again.',
    { rule: 'outcome-not-recorded' },
  )
}
