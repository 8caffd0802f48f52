import type { Call } from '../calls/call.ts'
import { RackError } from '../errors/rack-error.ts'
import { readPairs } from '../wire/form.ts'
import type { RackResponse } from '../wire/response.ts'
import { ok } from '../wire/responses.ts'

const maxEvents = 1000

/** Accepts every event that has an action, because a rack can't tell who sent it. */
export function sendEvent({ rack, parameters }: Call): RackResponse {
  const { action = '', data = '', error = '', status = '' } = parameters
  if (action === '') throw new RackError(400, 'action is required')
  rack.events.push({ action, data: Object.fromEntries(readPairs(data)), error, status })
  if (rack.events.length > maxEvents) rack.events.shift()
  return ok()
}
