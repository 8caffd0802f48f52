import { createHash } from 'node:crypto'
import type { Steps } from '@rack-gateway/convox-api'
import type { RackCall } from '@rack-gateway/rbac-policy'
import type { BodyDigest } from '../../calls/body-digest.ts'
import type { RoutedCall } from '../../calls/call.ts'

export const buildRoute = 'POST /apps/{app}/builds'
/** Headers with the size of the terminal. They do not change the effect of a call. */
const terminalSize: ReadonlySet<string> = new Set(['height', 'width'])

/**
 * For a proof that is valid for one call. `exact` is for a program that repeats the same request.
 * `similar` is for a user who repeats the command. Processes and uploads then have new IDs, so the digest contains the
 * service instead of the process, and no ID of uploaded source. Neither digest covers a streamed body.
 */
export interface CallDigests {
  readonly exact: string
  readonly similar: string
}

/** @param headers the parameters in headers */
export function* callDigests(
  { parsedRequest, form }: RoutedCall,
  rackCall: RackCall,
  { headers, digest }: { readonly headers: ReadonlyMap<string, string>; readonly digest: Pick<BodyDigest, 'inSteps'> },
): Steps<CallDigests> {
  const { rack, route, app, params, process, command, instanceCommand, release } = rackCall
  const effect = {
    rack,
    route: route.id,
    app,
    search: parsedRequest.search,
    headers: [...headers].filter(([name]) => !terminalSize.has(name)).sort(),
    command: command && { text: command.text, mode: command.mode },
    instanceCommand: instanceCommand ?? null,
    release: release?.id ?? null,
  }
  const isBuild = route.id === buildRoute
  const formDigest = form && (yield* digest.inSteps([form]))
  return {
    exact: hashOf('exact', { ...effect, params, form: formDigest }),
    similar: hashOf('similar', {
      ...effect,
      params: stableParams(rackCall),
      process: process && (process.own ? 'own' : (process.service ?? process.id)),
      form: form && isBuild ? yield* digest.inSteps(withoutSource(form)) : formDigest,
    }),
  }
}

function hashOf(kind: keyof CallDigests, effect: object): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, effect]))
    .digest('hex')
}

/** The path parameters without IDs that differ at each attempt. */
export function stableParams({ params, process }: RackCall): Record<string, string> {
  const { pid, key, ...rest } = params
  return {
    ...rest,
    ...(pid !== undefined && process === null && { pid }),
    ...(key !== undefined && { key: key.startsWith('tmp/') ? 'tmp/' : key }),
  }
}

/** The form without the address of the uploaded source, which differs at each attempt. */
function withoutSource(form: Buffer): readonly Buffer[] {
  const begin = form.subarray(0, sourceName.length).equals(sourceName) ? 0 : form.indexOf(`&${sourceName}`)
  if (begin === -1) return [form]
  const end = form.indexOf('&', begin + 1)
  return [form.subarray(0, begin), end === -1 ? form.subarray(0, 0) : form.subarray(begin === 0 ? end + 1 : end)]
}

const sourceName = Buffer.from('url=')
