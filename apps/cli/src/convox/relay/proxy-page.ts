import { tryGateway, unreachableError } from '../../gateway/gateway-request.ts'
import { explainProxyPage } from '../../gateway/proxy-page.ts'
import type { Target } from '../../rack-choice/local/target.ts'

/** Milliseconds. */
const deadline = 4_500

/** The text for convox, and the text for the user. */
export interface ProxyPageMessages {
  readonly convoxMessage: string
  readonly message: string
}

/**
 * Explains an error page. It could also come from the rack, and then the gateway itself answers. So this asks the
 * gateway.
 *
 * @returns null if no proxy answers in place of the gateway
 */
export async function explainPage({
  origin,
  tlsTrust,
}: Pick<Target, 'origin' | 'tlsTrust'>): Promise<ProxyPageMessages | null> {
  const response = await tryGateway(origin, { path: '/check', tlsTrust, deadline })
  const page = response.kind === 'answered' ? explainProxyPage(response) : null
  return (
    page && {
      convoxMessage: `The request to the gateway failed: ${page.reason}.`,
      message: unreachableError(origin, { ...page, untrusted: null }).message,
    }
  )
}
