import { onlyTheRackKnows, type Source } from '../invocation.ts'
import { ask, mayAsk, type Step } from '../step.ts'

/** Waits for an app to run: logs and processes are only shown, the app's state counts. */
export const rollout = (): readonly Step[] => [
  mayAsk('WS /apps/{app}/logs', { headers: ['Prefix', 'Since'] }),
  mayAsk('GET /apps/{app}/processes'),
  ask('GET /apps/{app}'),
]

/** Promotes a release and waits for it. */
export function promotion(id: Source = onlyTheRackKnows): Step[] {
  return [
    ask('GET /apps/{app}'),
    ask('POST /apps/{app}/releases/{id}/promote', { at: { id }, form: ['force'] }),
    ...rollout(),
    ask('GET /apps/{app}'),
  ]
}
