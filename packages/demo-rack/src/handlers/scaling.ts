import type { Call } from '../calls/call.ts'
import { RackError } from '../errors/rack-error.ts'
import { findService } from '../state/app.ts'
import { findApp } from '../state/rack.ts'
import type { RackResponse } from '../wire/response.ts'
import { ok } from '../wire/responses.ts'

/** Has no effect, because the demo rack has no autoscaling. */
export function overrideScale(call: Call): RackResponse {
  requireService(call)
  const { active } = call.parameters
  if (active !== 'true' && active !== 'false') throw new RackError(400, 'active must be true or false')
  return ok()
}

/** The options are JSON in a string. */
export function enableTriggers(call: Call): RackResponse {
  requireService(call)
  const { opts = '' } = call.parameters
  if (opts !== '' && !isJsonObject(opts)) throw new RackError(400, 'opts must be a JSON object')
  return ok()
}

export function disableTriggers(call: Call): RackResponse {
  requireService(call)
  return ok()
}

export function setTriggerThreshold(call: Call): RackResponse {
  requireService(call)
  const { type = '', threshold = '' } = call.parameters
  if (type === '') throw new RackError(400, 'type is required')
  if (!/^\d+(?:\.\d+)?$/.test(threshold)) throw new RackError(400, 'threshold must be a number')
  return ok()
}

function requireService({ rack, variables }: Call): void {
  findService(findApp(rack, variables.app), variables.service)
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
