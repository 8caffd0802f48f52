import { resolve } from 'node:path'
import type { ClientConfig } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { Usage } from '../errors.ts'
import { type GatewayTrust, loginWords, trustAt } from '../gateway/tls/gateway-trust.ts'
import { authoritiesIn, wantedAuthorities } from '../gateway/tls/named-authorities.ts'
import type { LoginOptions } from './login-credential.ts'

/** Who may have signed the certificate of the gateway of a login: as `--ca` says, by a path that holds anywhere, else the file. @throws Usage for a `--ca` with no authorities in it */
export function loginTrust(
  context: Context,
  config: ClientConfig,
  { options, origin }: { readonly options: LoginOptions; readonly origin: string },
): GatewayTrust {
  const { name, ca } = options
  if (ca === undefined) return trustAt(context, config, { origin, name })
  if (!origin.startsWith('https:'))
    throw new Usage(
      `--ca is for a certificate, and ${origin} has none.`,
      'Use an address with https://, or leave --ca out.',
    )
  const path = resolve(context.cwd, ca)
  const read = authoritiesIn(path)
  if ('problem' in read) throw new Usage(`--ca ${read.problem}:`, `it should be ${wantedAuthorities}`)
  return { name, ca: path, configPath: context.configPath, login: loginWords(config, { origin, name }) }
}
