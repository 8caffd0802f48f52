import { credentialOf, readClientConfig } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { rackFlagIn } from '../convox/command-line.ts'
import { tryGateway } from '../gateway/gateway-request.ts'
import { rackUrlTarget } from '../target/rack-url-target.ts'
import { chosenHere, currentOf, findTarget, type Target } from '../target/target.ts'
import { createAppCache } from './app-cache.ts'
import { nameServersAnswer } from './name-servers.ts'
import { isReadableByOthers } from './rack-names.ts'

/** Milliseconds, for all of it and for name servers. */
const patience = 1_000
const namePatience = 500
const most = 1_000
/** What a rack calls an app, and more; nothing that a shell would obey. */
const appName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

/**
 * The apps of the rack that a line is about, as the gateway shows them to the caller. It is asked at most once a minute,
 * and what it fails to answer within a second is none.
 *
 * @param before what was typed before the word
 */
export async function appNames(context: Context, before: readonly string[]): Promise<readonly string[]> {
  const target = await quietTarget(context, before)
  if (target === null) return []
  const kept = createAppCache(context.configPath, target)
  const known = kept.read(context.now)
  if (known !== null) return known
  const names = await ask(target)
  kept.write(names, context.now)
  return names
}

/** Null where a keychain would have to be asked: it might ask the person to unlock it. */
async function quietTarget(context: Context, before: readonly string[]): Promise<Target | null> {
  const { env } = context
  const byUrl = rackUrlTarget(env.RACK_URL)
  if (byUrl !== null) return byUrl
  const flag = rackFlagIn(before)
  const isFileRead = !env.RACK_GATEWAY_URL && !env.RACK_GATEWAY_TOKEN
  if (isFileRead && (isReadableByOthers(context) || !(await isTokenInFile(context, flag)))) return null
  return findTarget({ ...context, note: () => undefined }, flag)
}

async function isTokenInFile(context: Context, flag: string | null): Promise<boolean> {
  const { config } = await readClientConfig(context.configPath)
  const name = (chosenHere(context, flag) ?? currentOf(config))?.name
  return name !== undefined && credentialOf(config, name)?.entry.token !== undefined
}

async function ask({ origin, rack, token, trust }: Target): Promise<string[]> {
  const path = rack === null ? ('/apps' as const) : (`/rack/${encodeURIComponent(rack)}/apps` as const)
  const begun = performance.now()
  if (!(await nameServersAnswer(new URL(origin).hostname, { patience: namePatience }))) return []
  const deadline = Math.ceil(patience - (performance.now() - begun))
  const answer = await tryGateway(origin, { path, token, trust, deadline })
  if (answer.kind === 'unanswered' || answer.status !== 200 || !Array.isArray(answer.value)) return []
  const names = answer.value.map((app: unknown) =>
    typeof app === 'object' && app !== null && 'name' in app ? app.name : null,
  )
  return names.filter((name): name is string => typeof name === 'string' && appName.test(name)).slice(0, most)
}
