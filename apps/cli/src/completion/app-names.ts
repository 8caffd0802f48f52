import { credentialOf, readClientConfig } from '@rack-gateway/config/client'
import { rackFlagIn } from '../command-line/command-line.ts'
import { tryGateway } from '../gateway/gateway-request.ts'
import type { Context } from '../invocation/context.ts'
import { rackUrlTarget } from '../rack-choice/local/rack-url-target.ts'
import { currentOf, findTarget, localChoice, type Target } from '../rack-choice/local/target.ts'
import { createAppCache } from './app-cache.ts'
import { doNameServersRespond } from './name-servers.ts'
import { isReadableByOthers } from './rack-names.ts'

/** Milliseconds for the gateway's response, including the lookup of its address. */
const timeout = 1_000
/** Milliseconds for the lookup. */
const nameServerTimeout = 500
const maxNames = 1_000
/** Accepts more names than Convox does, but no character that a shell evaluates. */
const appName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

/**
 * Asks the gateway at most once a minute. Returns no apps if the gateway does not answer within a second.
 *
 * @param previousWords the words before the one that is being typed
 */
export async function appNames(context: Context, previousWords: readonly string[]): Promise<readonly string[]> {
  const target = await findTargetSilently(context, previousWords)
  if (target === null) return []
  const cache = createAppCache(context.configPath, target)
  const cached = cache.read(context.now)
  if (cached !== null) return cached
  const names = await fetchNames(target)
  cache.write(names, context.now)
  return names
}

/**
 * Neither asks the user nor prints notes.
 *
 * @returns null if other users can read the configuration file, or if the token is not in the file: a keychain might
 *   ask the user to unlock it
 */
async function findTargetSilently(context: Context, previousWords: readonly string[]): Promise<Target | null> {
  const { env } = context
  const urlTarget = rackUrlTarget(env.RACK_URL)
  if (urlTarget !== null) return urlTarget
  const flag = rackFlagIn(previousWords)
  const usesFile = !env.RACK_GATEWAY_URL && !env.RACK_GATEWAY_TOKEN
  if (usesFile && (isReadableByOthers(context) || !(await isTokenInFile(context, flag)))) return null
  return findTarget({ ...context, note: () => undefined }, flag)
}

async function isTokenInFile(context: Context, flag: string | null): Promise<boolean> {
  const { config } = await readClientConfig(context.configPath)
  const name = (localChoice(context, flag) ?? currentOf(config))?.name
  return name !== undefined && credentialOf(config, name)?.entry.token !== undefined
}

async function fetchNames({ origin, rack, token, tlsTrust }: Target): Promise<string[]> {
  const path = rack === null ? ('/apps' as const) : (`/rack/${encodeURIComponent(rack)}/apps` as const)
  const start = performance.now()
  if (!(await doNameServersRespond(new URL(origin).hostname, { timeout: nameServerTimeout }))) return []
  const deadline = Math.ceil(timeout - (performance.now() - start))
  const response = await tryGateway(origin, { path, token, tlsTrust, deadline })
  if (response.kind === 'unanswered' || response.status !== 200 || !Array.isArray(response.value)) return []
  const names = response.value.map((app: unknown) =>
    typeof app === 'object' && app !== null && 'name' in app ? app.name : null,
  )
  return names.filter((name): name is string => typeof name === 'string' && appName.test(name)).slice(0, maxNames)
}
