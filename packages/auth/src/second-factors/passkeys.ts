import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { cose, decodeAttestationObject, decodeClientDataJSON, isoCBOR } from '@simplewebauthn/server/helpers'
import type { RelyingParty } from './relying-party.ts'

export interface Passkey {
  readonly credentialId: Buffer
  /** In COSE encoding. */
  readonly publicKey: Buffer
  readonly counter: number
  readonly transports: readonly string[]
}

/** `invalid` is a sentence for the audit log, and can contain text of the caller. */
export interface InvalidResponse {
  readonly invalid: string
}

/** Milliseconds, the same as the lifetime of the challenge. */
const timeout = 300_000
const algorithms = [cose.COSEALG.EdDSA, cose.COSEALG.ES256, cose.COSEALG.RS256]
const knownTransports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const
type Transport = (typeof knownTransports)[number]

interface CreationRequest {
  readonly user: { readonly id: string; readonly email: string }
  readonly challenge: Buffer
  readonly existing: readonly Passkey[]
}

/** The options of `navigator.credentials.create()`. */
export function creationOptions(party: RelyingParty, { user, challenge, existing }: CreationRequest): Promise<object> {
  return generateRegistrationOptions({
    rpName: 'Rack Gateway',
    rpID: party.id,
    userName: user.email,
    userDisplayName: user.email,
    userID: new Uint8Array(Buffer.from(user.id)),
    challenge: new Uint8Array(challenge),
    timeout,
    attestationType: 'none',
    excludeCredentials: existing.map(descriptorOf),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  })
}

/** The options of `navigator.credentials.get()`. */
export function requestOptions(party: RelyingParty, challenge: Buffer, passkeys: readonly Passkey[]): Promise<object> {
  return generateAuthenticationOptions({
    rpID: party.id,
    challenge: new Uint8Array(challenge),
    timeout,
    userVerification: 'required',
    allowCredentials: passkeys.map(descriptorOf),
  })
}

/** @param response untrusted */
export async function readNewPasskey(
  party: RelyingParty,
  challenge: Buffer,
  response: unknown,
): Promise<Passkey | InvalidResponse> {
  try {
    const { fields, transports } = readRegistration(response)
    const { registrationInfo } = await verifyRegistrationResponse({
      response: { ...readCredential(response), response: fields },
      expectedChallenge: challenge.toString('base64url'),
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    })
    if (registrationInfo === undefined) return { invalid: 'The attestation is invalid.' }
    const { id, publicKey, counter } = registrationInfo.credential
    return { credentialId: Buffer.from(id, 'base64url'), publicKey: Buffer.from(publicKey), counter, transports }
  } catch (error) {
    return { invalid: messageOf(error) }
  }
}

/**
 * If an authenticator has a signature counter, the counter must grow; otherwise the authenticator may be a copy.
 * Synchronized passkeys have no counter, and always send 0.
 *
 * @param response untrusted
 * @returns the new signature counter
 */
export async function readAssertion(
  party: RelyingParty,
  {
    challenge,
    passkey,
    response,
  }: { readonly challenge: Buffer; readonly passkey: Passkey; readonly response: unknown },
): Promise<{ readonly counter: number } | InvalidResponse> {
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...readCredential(response), response: readAssertionFields(response) },
      expectedChallenge: challenge.toString('base64url'),
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      credential: {
        id: passkey.credentialId.toString('base64url'),
        publicKey: new Uint8Array(passkey.publicKey),
        counter: passkey.counter,
      },
    })
    return verified ? { counter: authenticationInfo.newCounter } : { invalid: 'The signature is wrong.' }
  } catch (error) {
    return { invalid: messageOf(error) }
  }
}

/** Null if the response names no credential. @param response untrusted */
export function credentialIdOf(response: unknown): Buffer | null {
  try {
    return Buffer.from(readCredential(response).id, 'base64url')
  } catch {
    return null
  }
}

function descriptorOf({ credentialId, transports }: Passkey) {
  return { id: credentialId.toString('base64url'), transports: transports.filter(isTransport) }
}

function isTransport(text: string): text is Transport {
  return knownTransports.some((known) => known === text)
}

function readCredential(response: unknown) {
  const id = textOf(response, 'id')
  if (textOf(response, 'rawId') !== id || textOf(response, 'type') !== 'public-key')
    throw new Error('The response is not for a public key.')
  return { id, rawId: id, type: 'public-key', clientExtensionResults: {} } as const
}

function readRegistration(response: unknown) {
  const inner = fieldOf(response, 'response')
  const transports = fieldOf(inner, 'transports')
  return {
    fields: {
      clientDataJSON: readClientData(inner),
      attestationObject: withoutAttestation(textOf(inner, 'attestationObject')),
    },
    transports: Array.isArray(transports) ? knownTransports.filter((known) => transports.includes(known)) : [],
  }
}

function readAssertionFields(response: unknown) {
  const inner = fieldOf(response, 'response')
  return {
    clientDataJSON: readClientData(inner),
    authenticatorData: textOf(inner, 'authenticatorData'),
    signature: textOf(inner, 'signature'),
  }
}

/**
 * Rejects a response from a frame of another site, so that no other site can embed this origin and ask for a passkey.
 */
function readClientData(inner: unknown): string {
  const text = textOf(inner, 'clientDataJSON')
  if (decodeClientDataJSON(text).crossOrigin) throw new Error('The response was made in a frame of another site.')
  return text
}

/**
 * Removes the attestation, because the gateway does not use it. So no certificate of a caller is parsed, and no
 * revocation list is fetched from an address that a caller chooses.
 */
function withoutAttestation(attestationObject: string): string {
  const authData = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, 'base64url'))).get('authData')
  const entries: [string, unknown][] = [
    ['fmt', 'none'],
    ['attStmt', new Map()],
    ['authData', authData],
  ]
  return Buffer.from(isoCBOR.encode(new Map(entries) as never)).toString('base64url')
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Reflect.get(value, name)
}

function textOf(value: unknown, name: string): string {
  const text = fieldOf(value, name)
  if (typeof text !== 'string' || text === '') throw new Error(`The response has no ${name}.`)
  if (text.length > maxTextLength) throw new Error(`The ${name} of the response is too long.`)
  return text
}

/** Characters. The longest text has the certificates of an authenticator. Texts are parsed as JSON and CBOR. */
const maxTextLength = 16 * 1024

const maxMessage = 200

/** Plain ASCII, because messages of the library repeat texts of the caller. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : 'The response is invalid.'
  return message.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, maxMessage)
}
