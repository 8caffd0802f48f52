import { deniedResult } from '@rack-gateway/gateway-api/denied-result'
import { addressOfResult } from './callback.ts'

/** `unknown`: the browser would ask the user for permission before it connects to programs of this computer. */
export type Reach = 'reachable' | 'unreachable' | 'unknown'

/** Milliseconds. A program of the same computer answers or refuses at once. */
const timeout = 3_000

/**
 * Whether a program of this computer listens at the address. A browser that blocks such requests seems to reach no
 * program.
 */
export async function reachCallback(callback: string): Promise<Reach> {
  if (await wouldAskForPermission()) return 'unknown'
  return (await send(callback)) ? 'reachable' : 'unreachable'
}

/** Ends the wait of the program. It prints that the user did not start the request. @returns whether it was reached */
export function sendDenial(callback: string): Promise<boolean> {
  return send(addressOfResult(callback, deniedResult))
}

/** The response is opaque. It arrives only from a program that listens. */
async function send(address: string): Promise<boolean> {
  try {
    await fetch(address, {
      mode: 'no-cors',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(timeout),
    })
    return true
  } catch {
    return false
  }
}

/** The names of the permission in Chromium, newest first. Other browsers reject unknown names. */
const permissionNames = ['loopback-network', 'local-network-access']

async function wouldAskForPermission(): Promise<boolean> {
  for (const name of permissionNames) {
    try {
      const { state } = await navigator.permissions.query({ name: name as PermissionName })
      return state !== 'granted'
    } catch {
      // The browser has no permission with this name.
    }
  }
  return false
}
