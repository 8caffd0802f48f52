import { Secret } from '@rack-gateway/config/client'
import { chooseFlow } from '../browser-login/flow.ts'
import { loopbackLogin } from '../browser-login/loopback.ts'
import { LoginFailed } from '../errors/errors.ts'
import { endSession } from '../gateway/gateway-client.ts'
import type { Context } from '../invocation/context.ts'
import type { Target } from '../rack-choice/local/target.ts'
import { requireIdentity } from './require-identity.ts'

/**
 * Logs in with the browser of this machine, and runs a change of second factors with the new session. The token of the
 * session stays in memory, and the session ends after the change.
 *
 * @param browser `true` opens the browser even if there seems to be none
 * @throws LoginFailed without a browser, or if another user logs in
 */
export async function withChangeSession<T>(
  context: Context,
  target: Target,
  { browser, run }: { readonly browser: boolean | undefined; run(target: Target): Promise<T> },
): Promise<T> {
  const page = `${target.origin}/gateway/second-factors`
  const flow = chooseFlow(context, browser || undefined)
  if (flow.kind === 'device')
    throw new LoginFailed(
      `This change needs a new login in a browser on this machine, and none can be opened here${flow.because === null ? '' : ` (${flow.because})`}.`,
      `Make the change in a browser on any device, at ${page}, or pass --browser to open one here anyway.`,
    )
  const { me } = await requireIdentity(target)
  const { origin, tlsTrust } = target
  context.note('A change of your second factors needs a new login.')
  const session = await loopbackLogin(context, { origin, tlsTrust, rack: undefined, purpose: 'second-factors' })
  const changeTarget = { ...target, token: new Secret(session.token) }
  const withProofs = { ...changeTarget, proofs: context.proofs?.forGateway(changeTarget) }
  try {
    const { me: loggedIn } = await requireIdentity(changeTarget)
    if (loggedIn.id !== me.id)
      throw new LoginFailed(
        `You logged in as ${loggedIn.name}, but this rack is used as ${me.name}.`,
        `Run the command again, and log in as ${me.name}.`,
      )
    return await run(withProofs)
  } finally {
    await endSession(changeTarget, session.id)
  }
}
