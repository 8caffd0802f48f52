import { Usage } from '../../../errors/errors.ts'
import { printable } from '../../../terminal/terminal.ts'

export function noRecording(id: string): Error {
  return new Usage(
    `There is no recording ${JSON.stringify(printable(id))}.`,
    'List the recordings with: rack-gateway audit recordings',
  )
}
