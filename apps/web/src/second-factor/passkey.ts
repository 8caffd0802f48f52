import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'
import { startAuthentication, startRegistration } from '@simplewebauthn/browser'

class NoPasskey extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'NoPasskey'
  }
}

/** @param options as the gateway sent them @throws NoPasskey */
export async function provePasskey(options: object): Promise<object> {
  try {
    return await startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON })
  } catch (error) {
    throw new NoPasskey(explain(error, 'The browser did not use a passkey.'))
  }
}

/** @param options as the gateway sent them @throws NoPasskey */
export async function makePasskey(options: object): Promise<object> {
  try {
    return await startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON })
  } catch (error) {
    if (nameOf(error) === 'InvalidStateError')
      throw new NoPasskey(
        'No passkey was added. This device or security key already has a passkey for your account. Use another device or security key.',
      )
    throw new NoPasskey(explain(error, 'The browser did not make a passkey.'))
  }
}

/** Browsers do not say whether the person canceled, so that pages cannot learn which passkeys exist. */
function explain(error: unknown, what: string): string {
  switch (nameOf(error)) {
    case 'NotAllowedError':
      return `${what} You canceled, or the time ran out. Try again.`
    case 'SecurityError':
      return `${what} The address of this page is not the one that the gateway is set up for. Open the gateway at its own address.`
    case 'NotSupportedError':
      return `${what} This device cannot check a PIN or a fingerprint. Use another device or an authenticator app.`
    default:
      return `${what} This browser may not support passkeys. Use another browser or an authenticator app.`
  }
}

/** `@simplewebauthn/browser` wraps some errors of the browser, and keeps the original error as the cause. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  return error.cause instanceof Error ? error.cause.name : error.name
}
