import type { IncomingMessage } from 'node:http'
import type { Parameters } from '@rack-gateway/convox-api'
import type { RoutedCall } from '../call.ts'
import { shownLog } from '../websocket/command-stream.ts'

/**
 * What a user of the stock CLI does after the proof, because the gateway does not know the command. To repeat a command
 * that has made changes would make them again, so the text then names the command for the denied call alone.
 *
 * @returns the end of a sentence
 */
export function nextCommand(
  raw: Pick<IncomingMessage, 'headers'>,
  call: Pick<RoutedCall, 'match' | 'parsedRequest' | 'isBuildRunning'>,
  { app, form }: { readonly app: string | null; readonly form: Parameters['form'] },
): string {
  const { rackHeader } = call.parsedRequest
  const { id = '', name = '' } = call.match.params
  const run = (words: string) =>
    `run: convox ${words}${app === null ? '' : ` -a ${app}`}${rackHeader === null ? '' : ` -r ${rackHeader}`}`
  const log = shownLog(raw, call)
  if (log !== null) return run(log === 'build' ? `builds logs ${id}` : app === null ? 'rack logs' : 'logs')
  switch (call.match.route.id) {
    case 'POST /apps/{app}/releases/{id}/promote':
      return run(`releases promote ${id}${form.get('force') === 'true' ? ' --force' : ''}`)
    case 'POST /apps/{app}/builds/import':
      return `${run('builds import -f FILE')}${restOfImport('build.tgz')}`
    case 'PUT /apps/{app}/resources/{name}/data':
      return `${run(`resources import ${name} -f FILE`)}${restOfImport(`resources/${name}.tgz`)}`
    default:
      return 'repeat the command'
  }
}

/** `convox apps import` cannot be repeated, because it has created the app. */
function restOfImport(file: string): string {
  return `. Do not repeat "convox apps import": FILE is ${file} in its archive. For the rest of the import, see docs/how-to/plain-convox.md`
}
