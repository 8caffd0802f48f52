import { objectId, objectUrl } from '@rack-gateway/convox-api'
import type { Rack } from '@rack-gateway/rack-registry'
import { InvalidParameter, NotAllowed, UpstreamUnclear } from '../../errors/errors.ts'
import { textField } from '../../json/text-field.ts'
import { askRack } from './rack-question.ts'

export const buildLogsRoute = 'WS /apps/{app}/builds/{id}/logs'

/** The statuses of a build that has not ended. */
const runningStatuses: ReadonlySet<string | null> = new Set(['created', 'running'])

/**
 * Rejects a build whose logs are outside its app. The rack opens the address of a build's logs with its own privileges,
 * even on its own disk. An imported archive can contain any address, so the address is checked when the logs are read.
 *
 * @param build the ID from the caller; it is checked, because a path that ends with `.tgz` would return a whole archive
 * @returns whether the build has not ended
 * @throws NotAllowed if the logs are not an object of the same app, InvalidParameter for an invalid ID,
 * UpstreamUnclear if the rack's response has no address
 */
export async function rejectForeignLogs(rack: Rack, app: string, build: string): Promise<boolean> {
  if (!objectId.pattern.test(build)) throw invalidBuild()
  const { status, value } = await askRack(rack, `/apps/${app}/builds/${build}`)
  if (status === 404) return false
  const logs = textField(value, 'logs')
  if (logs === null) throw unclear(rack, build)
  if (logs === '' || objectUrl.pattern.exec(logs)?.groups?.app === app)
    return runningStatuses.has(textField(value, 'status'))
  throw new NotAllowed(
    `The logs of the build ${build} are not an object of ${app}, so the gateway does not let the rack read them.`,
    'Create the build again.',
    { rule: 'foreign-object' },
  )
}

function invalidBuild(): Error {
  const { expected, remedy } = objectId
  return new InvalidParameter(`The build must be ${expected}.`, remedy, { rule: 'invalid-parameter' })
}

function unclear(rack: Rack, build: string): Error {
  return new UpstreamUnclear(
    `The rack ${rack.name} did not say where the logs of the build ${build} are.`,
    'Try again.',
    { rule: 'upstream-unclear' },
  )
}
