import type { FoundEvent } from '@rack-gateway/audit/search'
import type { OwnCall } from './call.ts'
import { apiPrefix } from './endpoints.ts'

/** An event of the log, and where it is found again. */
export function shownEvent({ id, writtenAt, event }: FoundEvent, { publicUrl }: Pick<OwnCall, 'publicUrl'>) {
  return {
    id,
    link: `${publicUrl ?? ''}${apiPrefix}/audit/events/${id}`,
    writtenAt: writtenAt.toISOString(),
    event: { ...event },
  }
}
