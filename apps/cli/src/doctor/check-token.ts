import { credentialOf, readClientConfig } from '@rack-gateway/config/client'
import { askMe } from '../gateway/gateway-client.ts'
import { exitCodeOf, exitCodes } from '../output/exit-codes.ts'
import { printable } from '../output/terminal.ts'
import { type Expiry, expiryOf } from '../session/expiry.ts'
import { identityError } from '../session/require-identity.ts'
import { tokenLocation } from '../token-store/stored-token.ts'
import { modeOf } from './check-config.ts'
import { askDeadline } from './deadlines.ts'
import { type Finding, ok, refusal, warning } from './finding.ts'
import type { Subject } from './subject.ts'

/** Whose the token is, when it ends and where it is. Never the token. */
export async function checkToken({ context, target, fault }: Subject): Promise<Finding> {
  if (target === null)
    return fault !== null && exitCodeOf(fault) === exitCodes.notLoggedIn
      ? refusal(fault)
      : warning('not checked: see config', null)
  const [answer, place] = await Promise.all([askMe(target, askDeadline), placeFor(context, target.name)])
  const again = `rack-gateway login ${printable(target.name ?? 'NAME')}`
  if (answer.kind === 'refused') {
    const refused = refusal(identityError(target, answer))
    return { ...refused, says: `${refused.says}; it is kept in ${place}` }
  }
  if (answer.kind === 'foreign' || answer.kind === 'unsupported') return refusal(identityError(target, answer))
  if (answer.kind !== 'known')
    return warning(`kept in ${place}, ${endOf(target.expiry)}; the gateway could not be asked whose it is`, null)
  const { name, kind, racks } = answer.me
  const expiry = expiryOf(answer.expiresAt, context.now)
  const says = `${printable(name)} (${printable(kind)}), ${endOf(expiry)}, kept in ${place}`
  if (racks.length === 0)
    return warning(`${says}; it is good for no rack`, 'ask an administrator of the gateway for a role')
  return expiry.state === 'valid' ? ok(says) : warning(says, again)
}

function endOf(expiry: Expiry): string {
  return expiry.state === 'unknown' ? 'end not known' : `${expiry.words}, at ${expiry.at}`
}

async function placeFor(context: Subject['context'], name: string | null): Promise<string> {
  if (name === null) return context.env.RACK_URL?.trim() ? 'RACK_URL' : 'RACK_GATEWAY_TOKEN'
  const credential = credentialOf((await readClientConfig(context.configPath)).config, name)
  if (credential === null) return 'nowhere any more'
  const place = printable(await tokenLocation(context, credential.entry))
  return credential.entry.kept_in === 'keychain' ? place : `${place} (${modeOf(context.configPath)})`
}
