import { NotPermitted, ruled } from '../errors.ts'
import type { OwnCall } from './call.ts'

/** What answers with a token for the rack API isn't done by a browser's session: no stolen cookie leads to one. @throws NotPermitted */
export function refuseCookie({ csrfToken }: Pick<OwnCall, 'csrfToken'>, instead: string): void {
  if (csrfToken === null) return
  throw ruled(new NotPermitted(`a browser’s session gets no token for programs: ${instead}`), 'cookie-credential')
}
