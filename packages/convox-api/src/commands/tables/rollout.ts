import { type Source, unknownToCli } from '../definition/invocation.ts'
import { essentialCall, optionalCall, type Step } from '../definition/step.ts'

/**
 * The calls with which convox waits until an app is running. Only the call for the state of the app is essential. The
 * other calls get the logs and processes that convox shows.
 */
export const rollout = (): readonly Step[] => [
  optionalCall('WS /apps/{app}/logs', { headers: ['Prefix', 'Since'] }),
  optionalCall('GET /apps/{app}/processes'),
  essentialCall('GET /apps/{app}'),
]

export function promotion(id: Source = unknownToCli): Step[] {
  return [
    essentialCall('GET /apps/{app}'),
    essentialCall('POST /apps/{app}/releases/{id}/promote', { params: { id }, form: ['force'] }),
    ...rollout(),
    essentialCall('GET /apps/{app}'),
  ]
}
