import type { FoundEvent } from '@rack-gateway/audit'
import { apiPrefix } from '@rack-gateway/gateway-api'
import type { PrincipalCall } from './call.ts'

export function toEventResponse({ id, writtenAt, event }: FoundEvent, { publicUrl }: Pick<PrincipalCall, 'publicUrl'>) {
  return {
    id,
    link: `${publicUrl ?? ''}${apiPrefix}/audit/events/${id}`,
    writtenAt: writtenAt.toISOString(),
    event,
  }
}
