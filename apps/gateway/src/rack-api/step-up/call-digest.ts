import { createHash } from 'node:crypto'
import type { RackCall } from '@rack-gateway/rbac-policy'
import type { BodyDigest } from '../body-digest.ts'
import type { RoutedCall } from '../call.ts'

const buildRoute = 'POST /apps/{app}/builds'

/**
 * A digest of what a call does, for a proof that is for one call. A repeated command makes the same call with other IDs of
 * its processes and uploads, so the service stands for a process, and uploads of source are all the same.
 */
export function callDigest({ framed, form }: RoutedCall, rackCall: RackCall, digest: BodyDigest): string {
  const { rack, route, app, process, command, instanceCommand, release } = rackCall
  const isBuild = route.id === buildRoute
  const does = {
    rack,
    route: route.id,
    app,
    params: paramsOf(rackCall),
    process: process && (process.own ? 'own' : (process.service ?? process.id)),
    search: framed.search,
    command: command && { text: command.text, mode: command.mode, options: command.options ?? null },
    instanceCommand: instanceCommand ?? null,
    release: release?.id ?? null,
    form: form && digest(isBuild ? withoutSource(form) : form),
  }
  return createHash('sha256').update(JSON.stringify(does)).digest('hex')
}

function paramsOf({ params, process }: RackCall): Record<string, string> {
  const { pid, key, ...rest } = params
  return {
    ...rest,
    ...(pid !== undefined && process === null && { pid }),
    ...(key !== undefined && { key: key.startsWith('tmp/') ? 'tmp/' : key }),
  }
}

/** The address of the uploaded source is another one at each attempt. */
function withoutSource(form: Buffer): Buffer {
  const fields = new URLSearchParams(form.toString('latin1'))
  fields.delete('url')
  return Buffer.from(fields.toString())
}
