import type { StepUp } from '@rack-gateway/gateway-api'
import { openCallbackServer } from '../browser-login/callback-server.ts'
import { withInterruptibleTimeout } from '../browser-login/with-interruptible-timeout.ts'
import { GatewayUnreachable, StepUpNeeded } from '../errors/errors.ts'
import type { Context } from '../invocation/context.ts'
import type { InterruptibleGateway, ProvingGateway } from './proofs/request-proofs.ts'
import { type Proof, redeemStepUp } from './step-up-api.ts'

/** Milliseconds. The gateway discards a step-up after the same time. */
const timeout = 300_000

/**
 * The page sends the result to a loopback port. The result is useless without the token of this session.
 *
 * @throws StepUpNeeded after five minutes; Interrupted at Ctrl-C
 */
export async function proveInBrowser(context: Context, gateway: InterruptibleGateway, stepUp: StepUp): Promise<Proof> {
  const callback = await openCallbackServer(resultIn)
  try {
    const address = pageAddress(gateway, stepUp, `http://127.0.0.1:${callback.port}/${callback.path}`)
    context.note(`Waiting for your browser … If it does not open, open this address on this machine: ${address}`)
    const [result] = await Promise.all([
      withInterruptibleTimeout(
        { interruption: gateway.signal, milliseconds: timeout, timeoutError: proofTimedOut },
        (signal) => callback.waitForResult(signal),
      ),
      context.openBrowser(address).catch(() => context.note('No browser could be opened.')),
    ])
    return await redeemStepUp(gateway, stepUp.id, result)
  } finally {
    await callback.close()
  }
}

/** The page sends the result of the proof as `data`, in base64. Null if the query has no result. */
function resultIn(query: URLSearchParams): { readonly response: string; readonly page: string } | null {
  const data = query.get('data') ?? ''
  if (!/^[A-Za-z0-9+/_-]{8,400}={0,2}$/.test(data)) return null
  const response = Buffer.from(data, 'base64').toString('latin1')
  return /^[\x21-\x7e]{8,100}$/.test(response) ? { response, page: acceptedPage } : null
}

const acceptedPage = 'Your second factor is proved. You can close this page. Go back to the terminal.'

/** The user trusts this address, so it must be a page of the gateway itself. */
function pageAddress({ origin }: ProvingGateway, { id, page }: StepUp, callback: string): string {
  if (!URL.canParse(page, origin) || new URL(page, origin).origin !== origin)
    throw new GatewayUnreachable(
      `The page that ${origin} gives for the proof is at another address.`,
      'Use the address in the setting PUBLIC_URL of the gateway.',
    )
  const address = new URL('/gateway/step-up', origin)
  address.search = new URLSearchParams({ id, callback }).toString()
  return address.href
}

function proofTimedOut(): Error {
  return new StepUpNeeded('No proof arrived from the browser within five minutes.', 'Run the command again.')
}
