import type { RecordedEvent } from '@rack-gateway/audit'
import type { FastifyRequest } from 'fastify'
import type { PreparedAnswer } from './answer.ts'
import type { DecidedCall } from './call.ts'
import { textField } from './rack-question.ts'
import type { Steps } from './steps.ts'

/** How long a run's process may still be executed in and stopped by whoever started it: the longest `sleep` that a run may ask for. */
const runMaxAge = 86_400_000

/** Keeps whose process a run has started, before its starter learns the process's id. */
export async function rememberRun(
  steps: Steps,
  request: FastifyRequest,
  call: DecidedCall,
  prepared: PreparedAnswer,
  intent: RecordedEvent,
): Promise<PreparedAnswer> {
  const { principal } = request
  const { rackCall, rack } = call
  if (prepared.answer.status !== 200 || prepared.body === null || !principal || !rackCall?.app || !rackCall.service)
    return prepared
  const process = textField(parse(prepared.body), 'id')
  if (process === null) return prepared
  await steps.runs.add({
    rack: rack.name,
    app: rackCall.app,
    process,
    principal: principal.id,
    service: rackCall.service,
    intent: intent.event.id,
    expiresAt: new Date(steps.now() + runMaxAge),
  })
  return prepared
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}
