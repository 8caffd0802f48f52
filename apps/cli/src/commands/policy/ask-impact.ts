import type { Impact, RequestOf } from '@rack-gateway/gateway-api'
import { type Asker, callGateway } from '../../gateway/gateway-api.ts'

/** Longer than the gateway takes at most. */
const deadline = 120_000

/** Asks the gateway what a document would change of what was done. @throws what asking it throws */
export function askImpact(target: Asker, body: RequestOf<'studyPolicy'>['body']): Promise<Impact> {
  return callGateway(target, 'studyPolicy', { body }, { deadline })
}
