import type { Impact, RequestOf } from '@rack-gateway/gateway-api'
import { type Asker, callGateway } from '../../gateway/gateway-api.ts'

/** Longer than the gateway takes at most. */
const deadline = 120_000

/** Asks the gateway which recorded calls a document would decide differently. @throws the errors of the request */
export function askImpact(target: Asker, body: RequestOf<'studyPolicy'>['body']): Promise<Impact> {
  return callGateway(target, 'studyPolicy', { body }, { deadline })
}
