import type { Rack } from '@rack-gateway/rack-registry'
import { ruled, UpstreamUnclear } from '../errors.ts'

const answerLimit = 4 * 1024 * 1024

/** The gateway's own questions to a rack: reads only, with the gateway's name as the actor. */
export async function askRack(
  rack: Rack,
  target: string,
  signal: AbortSignal,
): Promise<{ status: number; value: unknown }> {
  const headers = ['Accept', 'application/json', 'Convox-Actor', 'rack-gateway']
  const answer = await rack.send({ method: 'GET', target, headers, body: null, length: null }, signal)
  const text = (await answer.collect(answerLimit)).toString('utf8')
  if (answer.status !== 200) return { status: answer.status, value: null }
  try {
    return { status: 200, value: JSON.parse(text) }
  } catch {
    throw ruled(
      new UpstreamUnclear(
        `the rack ${rack.name} answered a question of the gateway with something that is not JSON, so the call can not be decided`,
      ),
      'upstream-unclear',
    )
  }
}

/** A field of an object of unknown shape, if it is a string. */
export function textField(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null
  const field: unknown = Reflect.get(value, name)
  return typeof field === 'string' ? field : null
}
