import type { CDPSession, Page } from 'playwright-core'

export interface VirtualAuthenticator {
  /** Whether the person gives the PIN or fingerprint. If not, the ceremony fails. */
  verify(isVerified: boolean): Promise<void>
  remove(): Promise<void>
}

/** A platform authenticator of Chromium, for one page: it answers every ceremony at once. */
export async function addVirtualAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const session: CDPSession = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    async verify(isUserVerified) {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
    async remove() {
      await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
    },
  }
}
