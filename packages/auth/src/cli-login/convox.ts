import { LoginDenied } from '../login/denial.ts'
import { createConvoxSession } from '../sessions/convox-sessions.ts'
import { freshLoginLife } from '../sessions/fresh-login.ts'
import type { IssuedCredential } from '../sessions/sessions.ts'
import { authenticatedAt, authorOf, type BrowserUser, type RequestContext } from './decision.ts'
import { oldConvoxLogin } from './denial.ts'
import type { CliLoginOptions } from './options.ts'
import { recordedChange } from './recorded-change.ts'

/** Issues sessions for the stock CLI to people who have only a browser. */
export function createConvoxLogins(options: CliLoginOptions) {
  const { clock, mint, terms } = options
  return {
    /** @throws LoginDenied if the login of the browser is not fresh */
    issue(user: BrowserUser, context: RequestContext): Promise<IssuedCredential> {
      return recordedChange(options, authorOf(user), context, async (change) => {
        const now = clock.now()
        const { session: requester } = user
        if ((await authenticatedAt(change.tx, requester)) < now - freshLoginLife) throw new LoginDenied(oldConvoxLogin)
        const { lifetime } = terms
        return createConvoxSession(change, mint, {
          requester,
          device: 'convox of a browser',
          rack: null,
          lifetime,
          now,
        })
      })
    },
  }
}
