import { credentialOf, readClientConfig } from '@rack-gateway/config/client'
import { exitCodeOf, exitCodes } from '../errors/exit-codes.ts'
import { askMe } from '../gateway/gateway-client.ts'
import { identityError } from '../session/require-identity.ts'
import { printable } from '../terminal/terminal.ts'
import { type Expiry, expiryOf } from '../token/expiry.ts'
import { tokenLocation } from '../token-store/stored-token.ts'
import { modeOf } from './check-config.ts'
import { requestDeadline } from './findings/deadlines.ts'
import { type Finding, ok, problemFrom, warning } from './findings/finding.ts'
import type { CheckSubject } from './findings/subject.ts'

/** Never shows the token. */
export async function checkToken({ context, target, fault }: CheckSubject): Promise<Finding> {
  if (target === null)
    return fault !== null && exitCodeOf(fault) === exitCodes.notLoggedIn
      ? problemFrom(fault)
      : warning('Not checked. See the finding of config.', null)
  const [response, location] = await Promise.all([askMe(target, requestDeadline), locationOf(context, target.name)])
  const login = `Log in again with: rack-gateway login ${printable(target.name ?? 'NAME')}`
  if (response.kind === 'rejected') {
    const rejected = problemFrom(identityError(target, response))
    return { ...rejected, says: `${rejected.says} It is stored in ${location}.` }
  }
  if (response.kind === 'unexpected' || response.kind === 'unsupported')
    return problemFrom(identityError(target, response))
  if (response.kind !== 'known')
    return warning(
      `The token ${expiryWords(target.expiry)}. It is stored in ${location}. The gateway did not answer, so its owner is unknown.`,
      null,
    )
  const { name, kind, racks } = response.me
  const expiry = expiryOf(response.expiresAt, context.now)
  const says = `The token of ${printable(name)} (${printable(kind)}) ${expiryWords(expiry)}. It is stored in ${location}.`
  if (racks.length === 0)
    return warning(`${says} It has no role on any rack.`, 'Ask an administrator of the gateway for a role.')
  return expiry.state === 'valid' ? ok(says) : warning(says, login)
}

/** A clause that follows "the token". */
function expiryWords(expiry: Expiry): string {
  return expiry.state === 'unknown' ? 'has an unknown expiry' : `${expiry.words}, at ${expiry.at}`
}

async function locationOf(context: CheckSubject['context'], name: string | null): Promise<string> {
  if (name === null) return context.env.RACK_URL?.trim() ? 'RACK_URL' : 'RACK_GATEWAY_TOKEN'
  const credential = credentialOf((await readClientConfig(context.configPath)).config, name)
  if (credential === null) return 'no file any more'
  const location = printable(await tokenLocation(context, credential.entry))
  return credential.entry.kept_in === 'keychain' ? location : `${location} (${modeOf(context.configPath)})`
}
