import { type Source, unknownToCli } from '../invocation.ts'
import { essentialCall, optionalCall, type Step } from '../step.ts'

/** Waits until an app is running. Convox needs only the app's state, and shows logs and processes. */
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
